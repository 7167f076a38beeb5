#!/bin/sh
# What happens to the record while a run goes on: a database that another process holds is waited
# for, one that was moved or lost its weights is no success; and training that cannot work says so.
# Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-record-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_CACHE_HOME=$dir/cache
OMP_NUM_THREADS=1
export XDG_CACHE_HOME OMP_NUM_THREADS
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

[ -f "$TOP_BUILDDIR/combolab-cpu.so" ] || skip_all "no CPU backend was built"
"$combolab" synth "$dir/set" --count 24 --size 40 --seed 3 -q || exit 1
options="--data $dir/set --backbone resnet18 --image-size 32 --batch 8 --loss l1 --device cpu"

# Begins a run and waits until an epoch of it is stored.
begin() { # database, epochs
    : >"$dir/err"
    # shellcheck disable=SC2086
    "$combolab" train $options --epochs "$2" --save-every 1 -D "$1" >"$dir/out" 2>"$dir/err" &
    pid=$!
    (sleep 120 && kill -KILL $pid) >/dev/null 2>&1 & # never for ever
    watchdog=$!
    i=0
    while [ $i -lt 1200 ] && ! grep -q 'epoch *1/' "$dir/err"; do
        i=$((i + 1))
        sleep 0.05
    done
}

# Its exit status is left in $status.
await() {
    wait $pid
    status=$?
    kill $watchdog 2>/dev/null
}

# --- held by another process, for longer than one try lasts ---
begin "$dir/held.db" 24
sqlite3 -cmd '.timeout 60000' "$dir/held.db" 'BEGIN IMMEDIATE' '.system sleep 8' 'ROLLBACK'
await
[ $status -eq 0 ]
result $? "a database that another process held for 8 s is waited for"
grep -q 'busy: another process holds it' "$dir/err"
result $? "and that is said"
[ "$("$combolab" show 1 -D "$dir/held.db" --epochs --format csv | wc -l)" -eq 25 ]
result $? "no epoch is missing"

# --- moved while it is used ---
begin "$dir/moved.db" 2000
mv "$dir/moved.db" "$dir/elsewhere.db"
await
[ $status -eq 1 ]
result $? "a run whose database was moved away ends as an error"
grep -q "moved.db was moved or deleted while it was in use" "$dir/err"
result $? "with the reason"

# --- weights that are gone at the end ---
# (stopped meanwhile: it might write them anew just between the two commands)
begin "$dir/bare.db" 24
kill -STOP $pid
rm -f "$dir/bare.weights/1/best.safetensors"
mkdir -p "$dir/bare.weights/1/best.safetensors"
[ -d "$dir/bare.weights/1/best.safetensors" ]
result $? "best weights are taken away from a run that goes on"
kill -CONT $pid
await
[ $status -ne 0 ]
result $? "a run whose best weights cannot be written or found does not succeed"
grep -q 'best' "$dir/err"
result $? "and names them"

# --- training that cannot work ---
# shellcheck disable=SC2086
"$combolab" train $options --epochs 1 -D "$dir/few.db" >"$dir/out" 2>"$dir/err"
grep -q 'leave batch norm 8 values a channel at layer4' "$dir/err"
result $? "batch norm over 8 values is warned of"
# shellcheck disable=SC2086
"$combolab" train $options --epochs 2 --learning-rate 0.5 --momentum 0 -D "$dir/far.db" \
    >"$dir/out" 2>"$dir/err"
grep -q 'times the range of all scores' "$dir/err"
result $? "errors far beyond all scores are warned of"
tap_done
