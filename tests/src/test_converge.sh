#!/bin/sh
# Every loss learns portraits with the program's own learning rate and beginning of the heads, and so it does by the
# paper's protocol from scratch: a few of them by heart, at the size of a stamp. What nets learn of unseen faces is
# test_learns.sh's.
combolab=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_CACHE_HOME="$dir/cache"

why() {
    cat "$dir/err"
}

if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi

"$combolab" synth "$dir/set" --count 160 --size 32 --threads 1 -q 2>"$dir/err"
result $? "portraits are drawn"

# Training PC and MAE by epoch: "-0.1700 0.6300".
curve() { # run
    "$combolab" show "$1" --epochs --format csv -D "$dir/runs.db" 2>"$dir/err" | awk -F, '
        NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
        {printf "%.4f %.4f\n", $at["train_pc"], $at["train_mae"]}'
}

run=0
losses=$("$combolab" --complete train --loss '')
learns() { # loss, preset
    run=$((run + 1))
    "$combolab" train -q -D "$dir/runs.db" --data "$dir/set" --preset "$2" --image-size 32 --rotate 0 --batch 16 \
        --drop-last yes --epochs 10 --eval-every 10 --save-every 0 --loss "$1" >"$dir/out" 2>"$dir/err"
    result $? "$1, preset $2: a run of sixty steps finishes"
    curve $run >"$dir/curve"
    said=$(tr '\n' ',' <"$dir/curve")
    awk 'NR == 1 {good = $2 < 1} $1 > best {best = $1} END {exit !(good && best > 0.5)}' "$dir/curve"
    result $? "$1, preset $2: it begins at the mean score, and PC on the training images comes above 0.5" "$said"
}
for loss in $losses; do
    learns "$loss" none
    learns "$loss" paper
done
"$combolab" show 1 -D "$dir/runs.db" >"$dir/out" 2>"$dir/err"
grep -q '^learning rate  *0.0005' "$dir/out" && grep -q '^learning-rate  *real  *auto' "$dir/out"
result $? "what auto came to is on record, beside auto" "$(cat "$dir/out")"

"$combolab" train --queue -D "$dir/runs.db" --data "$dir/set" --learning-rate 0.2 --preset paper --epochs 3 \
    >"$dir/out" 2>"$dir/err" && "$combolab" show last -D "$dir/runs.db" >"$dir/out" 2>"$dir/err"
for said in 'preset .* paper' 'learning-rate .* 0.2' 'epochs .* 3' 'head-start .* mean' 'rotate .* 30'; do
    grep -q "^$said\$" "$dir/out" || false
    result $? "preset paper and what is given beside it: $said" "$(cat "$dir/out")"
done

[ "$run" -ge 12 ]
result $? "these are all losses"
tap_done
