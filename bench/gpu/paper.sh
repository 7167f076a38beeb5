#!/bin/sh
# paper - the losses of the paper's Table 5 on a GPU, through `combolab train` from end to end: ResNet18 from
# ImageNet weights on the 60/40 split of SCUT-FBP5500, in the paper's protocol of 200 epochs at batch 64.
#
#     paper DATA WEIGHTS DATABASE [SEED...]          the data set's folder, a safetensors file, seeds (1)
#
# Each loss has a rate of its own, which the table's caption has to say: those that lose the start are tried for
# three epochs only, in experiment `lost`. Two runs go on at a time (PAPER_AT_ONCE); PAPER_OPTIONS are further
# options of train, as "--device cpu --epochs 1". What is in the database already is not trained again, so that a
# second call goes on. Ends with the table of the runs. Put the data set somewhere that is cleared afterwards.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
[ $# -ge 3 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2 && exit 2; }
data=$1 weights=$2 database=$3
shift 3
[ $# -gt 0 ] || set -- 1

# One line a run: experiment, rate, loss and its weights.
rows='lost   0.01   mse             --epochs 3
      lost   0.005  combo           --epochs 3 --alpha 1 --beta 2 --gamma 1
      paper  0.005  combo-released  --alpha 1 --beta 2 --gamma 1
      paper  0.001  mse
      paper  0.005  combo-released  --alpha 2 --beta 1 --gamma 1
      paper  0.0005 combo           --alpha 1 --beta 2 --gamma 1
      paper  0.0005 combo           --alpha 2 --beta 1 --gamma 1
      paper  0.005  l1
      paper  0.002  smooth-l1
      paper  0.002  smooth-huber'

ours() {
    PATH=$here/bin:$PATH combolab -D "$database" "$@"
}

# What is queued is asked for once: by its name.
queue() { # seed
    echo "$rows" | while read -r experiment rate loss more; do
        name="$loss $rate${more:+ $more} s$1"
        ours runs --format csv 2>/dev/null | grep -F -q ",$name," && continue
        # shellcheck disable=SC2086 # options
        ours train --queue -q --data "$data" --init "$weights" --backbone resnet18 --device cuda --batch 64 \
            --weight-decay 0.001 --epochs 200 --seed "$1" --experiment "$experiment" --name "$name" \
            --learning-rate "$rate" --loss "$loss" $more ${PAPER_OPTIONS:-} >/dev/null || exit 1
    done
}

for seed in "$@"; do
    queue "$seed" || exit 1
done
worker=0
while [ $worker -lt "${PAPER_AT_ONCE:-2}" ]; do
    worker=$((worker + 1))
    ours work -q >/dev/null &
done
wait
ours runs
