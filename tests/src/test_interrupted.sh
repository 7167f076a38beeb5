#!/bin/sh
# Runs that are interrupted and go on come to the same numbers, to the bit, as one that never was:
# after Ctrl-C, and after kill -9. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-resume-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_CACHE_HOME=$dir/cache
XDG_DATA_HOME=$dir/share
OMP_NUM_THREADS=1
export XDG_CACHE_HOME XDG_DATA_HOME OMP_NUM_THREADS
db=$dir/runs.db
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

# What a run came to: every figure of every epoch, but not times and what follows from them.
figures() { # run
    "$combolab" show "$1" -D "$db" --epochs --format csv | tr -d '\r' | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) kept[i] = $i !~ /^time$|_s$/ }
        { for (i = 1; i <= NF; i++) if (kept[i]) printf "%s ", $i; print "" }'
}

field() { # run, column
    "$combolab" show "$1" -D "$db" --format csv | tr -d '\r' | awk -F, -v name="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'
}

# Begins a run and interrupts it once two epochs are done; its exit status is left in $status.
interrupt() { # signal
    : >"$dir/err"
    # shellcheck disable=SC2086
    $default_signal "$combolab" train $run -D "$db" >"$dir/out" 2>"$dir/err" &
    pid=$!
    i=0
    while [ $i -lt 1200 ] && ! grep -q 'epoch *2/' "$dir/err"; do
        i=$((i + 1))
        sleep 0.05
    done
    kill -"$1" $pid
    (sleep 120 && kill -KILL $pid) >/dev/null 2>&1 & # never for ever
    watchdog=$!
    wait $pid 2>/dev/null
    status=$?
    kill $watchdog 2>/dev/null
}

goes_on() { # run
    "$combolab" resume "$1" -D "$db" >"$dir/out" 2>"$dir/err"
    result $? "run $1 is resumed"
    grep -q "^run $1: goes on after epoch [123]\$" "$dir/err"
    result $? "and says where it goes on"
    [ "$(field "$1" state) $(field "$1" epochs_done) $(field "$1" resumed)" = "finished 4 1" ]
    result $? "it has finished all epochs, resumed once"
}

is_the_same() { # run
    figures 1 >"$dir/wanted"
    figures "$1" >"$dir/got"
    cmp "$dir/wanted" "$dir/got" >"$dir/out" 2>&1
    result $? "every figure of every epoch is that of the run without an interruption"
    for kind in last best; do
        cmp "$dir/runs.weights/1/$kind.safetensors" "$dir/runs.weights/$1/$kind.safetensors" \
            >"$dir/out" 2>&1
        result $? "so are the $kind weights, to the bit"
        "$combolab" show 1 -D "$db" --predictions $kind --format csv >"$dir/wanted"
        "$combolab" show "$1" -D "$db" --predictions $kind --format csv >"$dir/got"
        cmp "$dir/wanted" "$dir/got" >"$dir/out" 2>&1
        result $? "and what they predict"
    done
    for epoch in 1 2 3 4; do
        "$combolab" show 1 -D "$db" --ledger $epoch --format csv
    done >"$dir/wanted" 2>&1
    for epoch in 1 2 3 4; do
        "$combolab" show "$1" -D "$db" --ledger $epoch --format csv
    done 2>&1 | sed "s/run $1/run 1/" >"$dir/got"
    cmp "$dir/wanted" "$dir/got" >"$dir/out" 2>&1
    result $? "and the ledger"
}

if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi
"$combolab" synth "$dir/set" --count 150 --size 72 --threads 1 -q >"$dir/out" 2>"$dir/err"
result $? "portraits are drawn"
run="--name interrupted --data $dir/set --device cpu --threads 1 --image-size 64 --resize 72 --batch 16 --epochs 4
    --loss combo --learning-rate 0.002 --schedule cosine --warmup 1 --flip 0.5 --select val
    --val-share 0.2 --save-every 1"
# shellcheck disable=SC2086
"$combolab" train $run -D "$db" >"$dir/out" 2>"$dir/err"
result $? "four epochs without an interruption"
[ "$(figures 1 | wc -l)" -eq 5 ]
result $? "leave four rows of figures"

default_signal=
if env --default-signal=INT true 2>/dev/null; then
    default_signal="env --default-signal=INT"
    interrupt INT
else
    interrupt TERM
fi
[ $status -eq 4 ] && [ "$(field 2 state)" = stopped ]
result $? "another is stopped on its way"
goes_on 2
is_the_same 2

interrupt KILL
[ $status -eq 137 ] && [ "$(field 3 state)" = lost ]
result $? "a third is killed, and lost for who only looks"
[ "$("$combolab" runs -D "$db" --state lost --format csv | tail -n +2 | cut -d, -f1)" = 3 ] &&
    [ "$("$combolab" runs -D "$db" --state running --format csv | wc -l)" -eq 1 ]
result $? "in the list too"
# As if the host had another name by now, and the process number belonged to another process.
if command -v sqlite3 >/dev/null; then
    sqlite3 "$db" "UPDATE run SET host = 'box-a1b2', pid = $$ WHERE id = 3"
    [ "$(field 3 state)" = lost ]
    result $? "whatever the host is called and the number belongs to"
else
    skip "no sqlite3"
fi
goes_on 3
is_the_same 3

# --- weights that are not there ---
mv "$dir/runs.weights" "$dir/away"
interrupt TERM
rm -rf "$dir/runs.weights"
"$combolab" resume last -D "$db" >"$dir/out" 2>"$dir/err"
[ $? -eq 1 ] && grep -q "epochs are on record, but $dir/runs.weights/4 has no checkpoint" "$dir/err" &&
    [ "$(field 4 state)" = stopped ] && [ "$(field 4 epochs_done)" -ge 2 ]
result $? "a run whose checkpoints are gone is not begun anew"
"$combolab" resume last --anew -D "$db" >"$dir/out" 2>"$dir/err" && figures 4 >"$dir/got" &&
    figures 1 >"$dir/wanted" && cmp -s "$dir/wanted" "$dir/got"
result $? "unless that is asked for: it comes to the same figures"
rm -rf "$dir/runs.weights"
mv "$dir/away" "$dir/runs.weights"

# --- two databases whose names mean the same folder ---
sum=$(cksum <"$dir/runs.weights/1/last.safetensors")
# shellcheck disable=SC2086
"$combolab" train $run --epochs 2 --seed 7 -D "$dir/runs" >"$dir/out" 2>"$dir/err" &&
    [ -f "$dir/runs.weights-2/1/last.safetensors" ] &&
    [ "$(cksum <"$dir/runs.weights/1/last.safetensors")" = "$sum" ]
result $? "a database of the same name without .db leaves this one's weights alone"

# --- into the queue ---
interrupt TERM
"$combolab" resume last --queue -D "$db" >"$dir/out" 2>"$dir/err"
[ "$(cat "$dir/out")" = 5 ] && [ "$(field 5 state)" = queued ]
result $? "a run is only queued again"
"$combolab" work -D "$db" >"$dir/out" 2>"$dir/err"
[ "$(field 5 state)" = finished ] && figures 5 >"$dir/got" && figures 1 >"$dir/wanted" &&
    cmp -s "$dir/wanted" "$dir/got"
result $? "a worker goes on with it, to the same figures"

tap_done
