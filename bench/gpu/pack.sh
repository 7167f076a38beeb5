#!/bin/sh
# pack.sh - packs what a GPU host needs to run bench/gpu/run.sh: after `make gpu-programs`.
#
#     pack.sh BUILD FOLDER
#
# Programs, the shared libraries they need but for those that every Linux with PyTorch has, plans, peers. The
# host's C library must be at least as new as this machine's. Says how large the folder is; 55 MB at most.
build=$1
to=$2
source=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
most_kib=55000

die() {
    echo "pack.sh: $*" >&2
    exit 1
}

[ -f "$build/combolab-cuda.so" ] || die "$build has no CUDA backend: configure found no CUDA"
rm -rf "$to"
mkdir -p "$to/bin" "$to/lib" "$to/peers" || die "cannot make $to"
cp "$build/combolab" "$build/combolab-cuda.so" "$build"/bench/gpu_facts "$build"/bench/gpu_fused "$build"/bench/gpu_kernels \
    "$build"/bench/gpu_plans "$build"/bench/gpu_train "$build"/tests/gpu/test_* "$to/bin/" || die "not everything is built: run make gpu-programs"
strip --strip-unneeded "$to"/bin/*

# What the system, the compiler's libraries or the driver bring stays there.
theirs='linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+|libcuda|libnvidia-.*'
ldd "$to"/bin/* | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' | sort -u | while read -r library; do
    basename "$library" | grep -E -q "^($theirs)\.so" || cp -L "$library" "$to/lib/" || exit 1
done || die "a shared library cannot be copied"
ldd "$to"/bin/* | grep 'not found' && die "a shared library is missing"

cp "$source/bench/gpu/run.sh" "$to/run" && cp "$source/bench/gpu/paper.sh" "$to/paper" && chmod +x "$to/run" "$to/paper" &&
    cp "$source"/bench/peers/*.py "$source/bench/torch_steps.py" "$to/peers/" || die "cannot copy scripts to $to"

# What cuDNN plans for an H100 without one, where cuDNN is here: step 2 says how much of it is offered there.
for libs in "${COMBOLAB_CUDA_LIBS:-}" /usr/local/cuda/lib64; do
    [ -x "$build/tests/cuda/plan_dump" ] && [ -e "$libs/libcudnn.so.9" ] || continue
    mkdir -p "$to/plans"
    COMBOLAB_CUDA_LIBS=$libs LD_LIBRARY_PATH=$libs "$build/tests/cuda/plan_dump" 90 \
        "$source/tests/cuda/devices/sm_90.json" bf16 64 16 7 >"$to/plans/sm_90-bf16.txt" || rm -r "$to/plans"
    break
done

kib=$(du -sk "$to" | cut -f 1)
[ "$kib" -le $most_kib ] || die "$to takes $kib KiB, and may take $most_kib"
echo "$to: $((kib / 1024)) MiB; copy it to a host with a GPU and start $(basename "$to")/run there"
