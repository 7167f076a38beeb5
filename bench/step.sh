#!/bin/sh
# Training steps on the CPU, ours and PyTorch's in turn; prints images per second and FIGURE lines.
# Run it in the build folder after `make combolab-cpu.so bench/step`.
#
#     bench/step.sh [THREADS [ROUNDS [SECONDS]]]      CASES="net:size:batch ..." in the environment
#
# The peer is the better of its two layouts. Where PyTorch is missing only our figures are printed.
here=$(dirname "$0")
threads=${1:-2}
rounds=${2:-3}
seconds=${3:-6}
python=${PYTHON:-python3}
cases=${CASES:-resnet18:64:64 resnet18:224:16 se-resnext50:64:64}
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

median() {
    printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

for case in $cases; do
    net=${case%%:*}
    rest=${case#*:}
    size=${rest%%:*}
    batch=${rest#*:}
    name=$(echo "$net" | tr - _)_${size}_b${batch}_cpu_${threads}t
    ours='' nchw='' nhwc=''
    round=0
    while [ $round -lt "$rounds" ]; do
        round=$((round + 1))
        one=$(bench/step "$net" "$size" "$batch" "$threads" "$seconds") || exit 1
        ours="$ours $one"
        for layout in nchw nhwc; do
            one=$("$python" "$here/step_torch.py" "$net" "$size" "$batch" "$threads" "$seconds" \
                $layout 2>/dev/null) || one=''
            eval "$layout=\"\$$layout $one\""
        done
    done
    # shellcheck disable=SC2086
    mine=$(median $ours)
    echo "FIGURE ${name}_train $mine img/s -"
    # shellcheck disable=SC2086
    [ -n "$(echo $nchw$nhwc)" ] && peer=$(printf '%s\n%s\n' "$(median $nchw)" "$(median $nhwc)" |
        sort -g | tail -1) || continue
    echo "FIGURE ${name}_torch $peer img/s -"
    awk -v n="${name}_ratio" -v a="$mine" -v b="$peer" 'BEGIN { printf "FIGURE %s %.2f x 1.10\n", n, a / b }'
done
