#!/bin/sh
# End to end through the program with the CUDA backend, whose kernels run on the simulator: trained,
# in every way that a step can be queued, stopped and resumed. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-cuda-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
XDG_CACHE_HOME=$dir/cache
XDG_DATA_HOME=$dir/share
COMBOLAB_MODULES=$TOP_BUILDDIR/tests/cudasim
OMP_NUM_THREADS=1
export XDG_CACHE_HOME XDG_DATA_HOME COMBOLAB_MODULES OMP_NUM_THREADS
. "$TOP_SRCDIR/tests/kit/tap.sh"

devices=$("$combolab" devices --format csv 2>&1)
case $devices in
*cuda:0,simulated*) ;;
*) skip_all "no C++ compiler in this build" ;;
esac

# Trains into a database of its own.
train() { # name, options
    name=$1
    shift
    set -- train --data "$dir/set" --image-size 64 --batch 7 --learning-rate 0.001 --threads 1 "$@"
    exec "$combolab" "$@" -q -D "$dir/$name.db" >"$dir/$name.out" 2>&1
}

column() { # run's name, column
    "$combolab" show 1 --epochs --format csv -D "$dir/$1.db" |
        awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
            { print $at }'
}

trained() { # name, options
    (train "$@")
    result $? "$1 trains" "$(cat "$dir/$1.out")"
}

same_weights() { # name, name, what
    cmp -s "$dir/$1.weights/1/last.safetensors" "$dir/$2.weights/1/last.safetensors"
    result $? "$3: the same weights, to the bit"
}

"$combolab" synth "$dir/set" --count 24 --size 64 --threads 1 -q
result $? "portraits are drawn"

trained cpu --epochs 1 --device cpu
trained float --epochs 1 --device cuda:0 --precision f32
near=$(printf '%s %s\n' "$(column cpu train_total)" "$(column float train_total)" |
    awk '{ d = $1 / $2 - 1; print ($1 > 0 && d < 1e-4 && d > -1e-4) }')
[ "$near" = 1 ]
result $? "the loss is the CPU's: $(column cpu train_total), $(column float train_total)"

trained bf16 --epochs 2 --device cuda:0
"$combolab" show 1 -D "$dir/bf16.db" | grep -q 'precision  *bf16'
result $? "bf16 is what a GPU computes in unasked"
COMBOLAB_CUDA_GRAPH=0
COMBOLAB_CUDA_SYNC=1
export COMBOLAB_CUDA_GRAPH COMBOLAB_CUDA_SYNC
trained queued --epochs 2 --device cuda:0
unset COMBOLAB_CUDA_GRAPH COMBOLAB_CUDA_SYNC
same_weights bf16 queued "captured or not"

# Trains two epochs, and stops the run after the first.
stopped() { # name, options
    train "$@" --epochs 2 &
    pid=$!
    i=0
    while [ $i -lt 1000 ] && [ "$(column "$1" epoch 2>"$dir/err" | tail -n 1)" != 1 ]; do
        i=$((i + 1))
        sleep 0.05
    done
    kill -TERM $pid
    wait $pid
    [ $? -eq 4 ]
    result $? "$1 is stopped"
}

goes_on() { # name; what it said is in out
    "$combolab" resume 1 -D "$dir/$1.db" >"$dir/out" 2>&1
    result $? "and goes on" "$(cat "$dir/out")"
}

stopped stopped --device cuda:0
goes_on stopped
same_weights bf16 stopped "stopped and resumed"

simulated=$COMBOLAB_MODULES
COMBOLAB_MODULES=$TOP_BUILDDIR CUDA_VISIBLE_DEVICES=
export CUDA_VISIBLE_DEVICES
trained whole --epochs 2
stopped auto
COMBOLAB_MODULES=$simulated
goes_on auto
same_weights whole auto "auto goes on with the CPU, on which it was begun, where it would be a GPU by now"
grep -q 'device auto is cpu, since the run was begun with it' "$dir/out"
result $? "and says so" "$(cat "$dir/out")"

(CUDASIM_FAIL=average && export CUDASIM_FAIL && train dead --epochs 1 --device cuda:0 --seed 1,2)
[ $? -eq 1 ] && grep -q 'start `combolab work`' "$dir/dead.out"
result $? "a GPU that is dead in this process ends it" "$(cat "$dir/dead.out")"
states=$("$combolab" runs --format csv -D "$dir/dead.db" | grep -o 'failed\|queued' | sort | tr '\n' ' ')
[ "$states" = 'failed queued ' ]
result $? "one run failed, the other is left: $states"
"$combolab" work -q -D "$dir/dead.db" >"$dir/out" 2>&1
result $? "another process trains that" "$(cat "$dir/out")"
tap_done
