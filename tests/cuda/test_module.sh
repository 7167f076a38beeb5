#!/bin/sh
# The CUDA module on a machine that may have no GPU: what it shows and needs, and what is said.
. "$TOP_SRCDIR/tests/kit/tap.sh"
module=$TOP_BUILDDIR/combolab-cuda.so
program=$TOP_BUILDDIR/combolab
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
why() {
    cat "$here/out" "$here/err" 2>/dev/null
}

nm -D --defined-only "$module" | awk '{ print $3 }' >"$here/out"
[ "$(grep -c '^combolab_backend_v[0-9]*$' "$here/out")" = 1 ] && [ "$(wc -l <"$here/out")" = 1 ]
result $? "the module shows its entry alone"

readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$here/out"
[ -s "$here/out" ] && ! grep -E 'cuda|cudart|cudnn|cublas|nvidia' "$here/out" >/dev/null
result $? "and needs no CUDA library to be loaded"

"$program" devices --format json >"$here/out" 2>"$here/err"
result $? "devices are listed"
if grep -q '"cuda:0"' "$here/out"; then
    skip "this machine has a CUDA device"
    tap_done
fi
grep '"cuda"' "$here/out" >/dev/null && grep -E 'NVIDIA driver|compute capability' "$here/out" >/dev/null
result $? "or it is said why there are none"

"$program" synth "$here/p" --count 30 --size 32 --seed 1 -q >"$here/out" 2>"$here/err"
result $? "portraits"
train() {
    "$program" -D "$here/runs.db" train --data "$here/p" --cache "$here/cache" --image-size 32 --epochs 1 \
        --batch 8 --backbone resnet18 "$@" >"$here/out" 2>"$here/err"
}
mkdir "$here/modules" && cp "$TOP_BUILDDIR/tests/cuda/fake_nvml.so" "$here/modules/combolab-cuda.so"
(COMBOLAB_MODULES=$here/modules && export COMBOLAB_MODULES && train --device cuda -q)
[ $? = 1 ] && [ "$(wc -l <"$here/err")" = 1 ] &&
    grep 'is not a backend of this combolab; install both from the same build' "$here/err" >/dev/null
result $? "a module of another version is refused in one line"
train --device cuda -q
[ $? = 1 ] && [ "$(wc -l <"$here/err")" = 1 ] && grep 'there is no device cuda:0: .*driver' "$here/err" >/dev/null
result $? "training on CUDA is refused in one line"
[ "$("$program" -D "$here/runs.db" runs --format csv 2>/dev/null | wc -l)" -le 1 ]
result $? "and nothing is queued"
train --device auto
result $? "auto trains on the CPU"
grep 'device auto is cpu, since there is no device cuda:0: ' "$here/err" >/dev/null
result $? "and says why not on CUDA"
tap_done
