#!/bin/sh
# What the compiler made of the kernels: nothing is spilled from registers; and where a disassembler
# is found (cuobjdump, from the toolkit or PyPI's nvidia-cuda-cuobjdump, or named by CUOBJDUMP) the
# instructions that make kernels fast are looked for, in what was made for every device.
. "$TOP_SRCDIR/tests/kit/tap.sh"
kernels=$TOP_BUILDDIR/cuda/kernels
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
why() {
    cat "$here/out"
}

# Lines of ptxas: "KERNEL DEVICE: what is spilled".
spilled() {
    awk -F"'" '/Compiling entry function/ { name = $2 " " $4 }
        /bytes spill/ && !/ 0 bytes spill stores, 0 bytes spill loads/ { print name ": " $0 }' "$1"
}

for log in "$kernels"/*.ptxas; do
    grep 'Compiling entry function' "$log" >/dev/null || continue # it has functions of the host alone
    spilled "$log" >"$here/out"
    [ "$(grep -c 'Compiling entry function' "$log")" -le "$(grep -c 'bytes spill loads' "$log")" ] &&
        [ ! -s "$here/out" ]
    result $? "$(basename "$log" .ptxas).cu: nothing is spilled"
done
[ "$count" -gt 0 ]
result $? "there are reports of the compiler"

disassembler() {
    packages=$(python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))' 2>/dev/null)
    for program in "$CUOBJDUMP" "$(command -v cuobjdump)" "${CUDA_HOME:-/usr/local/cuda}/bin/cuobjdump" \
        "$packages"/nvidia/*/bin/cuobjdump; do
        if [ -x "$program" ]; then
            echo "$program"
            return
        fi
    done
}

cuobjdump=$(disassembler)
if [ -z "$cuobjdump" ]; then
    skip "there is no cuobjdump"
    tap_done
fi

# All kernels of $here/sass whose name has the word have the instruction.
has() { # word, instruction, what
    awk -v word="$1" -v wanted="$2" '
        function close_one() {
            if (name && !seen) print name " has no " wanted
        }
        /Function :/ { close_one(); name = index($3, word) ? $3 : ""; seen = 0; kernels += name != "" }
        index($0, wanted) { seen = 1 }
        END { close_one(); if (!kernels) print "there is no such kernel" }' "$here/sass" >"$here/out"
    [ ! -s "$here/out" ]
    result $? "$file: $3"
}

# Disassembles an object.
look_at() {
    file=$1.cu
    "$cuobjdump" -sass "$kernels/$1.o" >"$here/sass" 2>"$here/out"
    result $? "$file: disassembled"
}

look_at grouped
has groupedI HMMA "tensor cores"
has groupedI LDSM.16.M88.4 "matrices from shared memory, four at once"
has groupedI LDGSTS.E.BYPASS.128 "copies of 16 bytes to shared memory"
has groupedI STG.E.128 "results are stored by 16 bytes"
look_at grouped_weights
has grouped_weightsI HMMA "tensor cores"
has grouped_weightsI LDSM.16.MT88.4 "matrices from shared memory, four at once, turned"
has grouped_weightsI LDGSTS.E.BYPASS.128 "copies of 16 bytes to shared memory"
look_at stem
has stem10 HMMA "tensor cores"
has stem10 LDSM.16.M88.4 "matrices from shared memory, four at once"
has stem10 LDGSTS.E.64 "copies of 8 bytes to shared memory"
has stem10 STG.E.128 "results are stored by 16 bytes"
look_at stem_weights
has stem_weights10 HMMA "tensor cores"
has stem_weights10 LDSM.16.MT88.4 "matrices from shared memory, four at once, turned"
has stem_weights10 LDGSTS.E.BYPASS.128 "copies of 16 bytes to shared memory"
for name in norm_moments norm_apply norm_back norm_pool; do
    look_at $name
    has _columnsI LDG.E.128 "loads of 16 bytes"
done
look_at sgd
has 3sgd LDG.E.128 "loads of 16 bytes"
tap_done
