#!/bin/sh
# Steps on the CPU, ours and PyTorch's in turn: training and evaluation, peak memory, what the choice
# of loss costs, what a second thread brings. Prints medians as FIGURE lines.
# Run it in the build folder after `make`.
#
#     bench/step.sh [THREADS [ROUNDS [SECONDS]]]      CASES="net:size:batch ..." in the environment
#
# The peer is the better of its two layouts. Where PyTorch is missing only our figures are printed;
# PYTHON names the interpreter that has it. Both wait for their threads as they do by default.
here=$(dirname "$0")
threads=${1:-2}
rounds=${2:-3}
seconds=${3:-6}
cases=${CASES:-resnet18:224:16 se-resnext50:224:16}
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-step-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

python=
for p in ${PYTHON:-} python3 /usr/bin/python3; do
    "$p" -c 'import torch, torchvision' 2>/dev/null && python=$p && break
done
[ -n "$python" ] || echo "# no PyTorch: our figures only"

# The middle of column $2 of the lines gathered under the name $1; nothing when there are none.
median() {
    [ ! -s "$dir/$1" ] || awk -v c="$2" '{ print $c }' "$dir/$1" | sort -g |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# Runs combolab bench with phase $1 and loss $2 on $3 threads; the words after that go with it.
bench() {
    phase=$1 loss=$2 n=$3
    shift 3
    ./combolab --quiet --format csv bench --device cpu --backbone "$net" --image-size "$size" --batch "$batch" \
        --phase "$phase" --loss "$loss" --threads "$n" --seconds "$seconds" "$@"
}

# Columns of CSV by their names; none of the columns before the last ones has a comma in it.
columns() {
    awk -F, -v names="$*" 'NR == 1 { n = split(names, name, " "); for (i = 1; i <= NF; i++) at[$i] = i; next }
        { for (i = 1; i <= n; i++) printf "%s%s", $at[name[i]], i < n ? " " : "\n" }'
}

# Gathers images a second of the median and MiB of the process under the name $1.
ours() { # name, phase, loss, threads
    line=$(bench "$2" "$3" "$4" | columns "$2_median_images_per_s" process_bytes |
        awk '{ printf "%.3f %.0f\n", $1, $2 / 1048576 }') || exit 1
    [ -n "$line" ] || exit 1
    echo "$line" >>"$dir/$1"
    echo "# $net $1: $line"
}

peer() { # mode
    [ -n "$python" ] || return 0
    for layout in nchw nhwc; do
        line=$("$python" "$here/step_torch.py" "$net" "$size" "$batch" "$threads" "$seconds" \
            $layout "$1") || exit 1
        echo "$line" >>"$dir/torch_$1_$layout"
        echo "# $net PyTorch $1 $layout: $line"
    done
}

# Milliseconds a step of what depends on the loss, gathered under the name $1. Whole steps differ by
# more from one run to the next than two losses do.
heads() { # name, loss
    line=$(bench train "$2" "$threads" --work | columns work ms_per_image |
        awk -v n="$batch" '/^heads and loss/ { print n * $NF }') || exit 1
    echo "$line" >>"$dir/$1"
    echo "# $net $1: $line ms"
}

one_round() {
    ours train train l1 "$threads"
    ours combo train combo "$threads"
    heads heads_l1 l1
    heads heads_combo combo
    peer train
    ours single train l1 1
    ours eval eval l1 "$threads"
    peer eval
}

# The better layout's images per second, then its memory.
best() { # mode
    for layout in nchw nhwc; do
        rate=$(median "torch_$1_$layout" 1)
        [ -z "$rate" ] || echo "$rate $(median "torch_$1_$layout" 2)"
    done | sort -g | tail -n 1
}

figure() { # name, numerator, denominator, digits, unit, target
    [ -z "$2" ] || [ -z "$3" ] || awk -v n="$1" -v a="$2" -v b="$3" -v d="$4" -v u="$5" -v t="$6" \
        'BEGIN { printf "FIGURE %s %.*f %s %s\n", n, d, a / b, u, t }'
}

# Figures of one case: $1 is its name, $2 the target of the ratio.
report() {
    train=$(median train 1)
    peer=$(best train)
    peer_eval=$(best eval)
    figure "$1_train_ratio" "$train" "${peer% *}" 2 x "$2"
    figure "$1_memory_ratio" "$(median train 2)" "${peer#* }" 2 x 0.80
    figure "$1_eval_ratio" "$(median eval 1)" "${peer_eval% *}" 2 x 1.00
    [ "$threads" = 1 ] || figure "$1_from_1_thread" "$train" "$(median single 1)" 2 x 1.80
    awk -v n="$1_loss_choice" -v a="$(median heads_l1 1)" -v b="$(median heads_combo 1)" \
        -v step_ms="$(awk -v n="$batch" -v r="$train" 'BEGIN { print 1000 * n / r }')" \
        'BEGIN { c = 100 * (b - a) / step_ms; printf "FIGURE %s %.2f %% 0.50\n", n, c < 0 ? -c : c }'
    figure "$1_train" "$train" 1 2 img/s -
    figure "$1_train_combo" "$(median combo 1)" 1 2 img/s -
    figure "$1_train_torch" "${peer% *}" 1 2 img/s -
    figure "$1_eval" "$(median eval 1)" 1 2 img/s -
    figure "$1_eval_torch" "${peer_eval% *}" 1 2 img/s -
    figure "$1_memory" "$(median train 2)" 1 0 MiB -
    figure "$1_memory_torch" "${peer#* }" 1 0 MiB -
}

for case in $cases; do
    net=${case%%:*}
    rest=${case#*:}
    size=${rest%%:*}
    batch=${rest#*:}
    target=1.20
    [ "$net" = resnet18 ] && target=1.10
    rm -f "$dir"/[a-eg-z]* # all but the figures
    round=0
    while [ $round -lt "$rounds" ]; do
        round=$((round + 1))
        one_round || exit 1
    done
    report "$(echo "$net" | tr - _)_${size}_b${batch}_cpu_${threads}t" $target >>"$dir/figures"
done
cat "$dir/figures"
