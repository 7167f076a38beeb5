#!/bin/sh
# Sweeps: what they make, what is there already, how long they take; the queue's order; workers side
# by side; what went wrong done again. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-sweep-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_CACHE_HOME=$dir/home
OMP_NUM_THREADS=1
export XDG_CACHE_HOME OMP_NUM_THREADS
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

run() { # the exit status is $got
    "$combolab" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
}

is() { # SQL, value
    [ "$(sqlite3 "$db" "PRAGMA foreign_keys = ON; $1")" = "$2" ]
}

command -v sqlite3 >/dev/null 2>&1 || skip_all "sqlite3 is not installed"
[ -f "$TOP_BUILDDIR/combolab-cpu.so" ] || skip_all "no CPU backend was built"
cd "$dir" || exit 1
"$combolab" synth set --count 24 --size 40 --seed 3 -q || exit 1
db=$dir/sweep.db
small="--data set --image-size 32 --batch 8 --epochs 1 --device cpu --threads 1 --learning-rate 0.0001"

# --- lists ---

# shellcheck disable=SC2086
train() { # options
    run train -D "$db" $small "$@"
}

train --queue --alpha 0.1-0.5/0.2 --seed 1-7/3
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 9 ] &&
    is "SELECT group_concat(DISTINCT alpha) FROM run" 0.1,0.3,0.5 &&
    is "SELECT group_concat(DISTINCT seed) FROM run" 1,4,7 && grep -q '3 values of alpha' err
result $? 'ranges in steps'
train --queue --class-weights 'auto;none;1,2,1,1,1'
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 3 ] &&
    is "SELECT count(*) FROM run_option WHERE name = 'class-weights' AND value = '1,2,1,1,1'" 1
result $? 'lists of texts, which have commas of their own'
train --queue --alpha 0.5-0.1/0.1
[ "$got" -eq 2 ] && grep -q "'alpha': 0.5-0.1/0.1 is no way" err
result $? 'a range that falls is refused'
train --queue --name 'one; two' && is "SELECT name FROM run ORDER BY id DESC LIMIT 1" 'one; two'
result $? 'a name is no list'

# --- what a decision still wants ---

db=$dir/needed.db
train --queue --loss l1,mse --seed 1-3 --experiment needed
# l1 is better by 0.10, 0.14 and 0.18: five seeds are likely to tell.
sqlite3 "$db" "UPDATE run SET state = 'running';
    UPDATE run SET state = 'finished', epochs_done = 1, started = 100, ended = 160, data_hash = 'x',
        last_pc = iif(loss = 'l1', 0.56 + 0.04 * seed, 0.5)"
run -D "$db" ablation needed --queue-needed --dry-run --format csv
[ "$got" -eq 0 ] && [ "$(tr -d '\r' <out | tr '\n' ' ')" = 'row,seeds,runs,seconds l1,4-5,2,120 mse,4-5,2,120 ' ] &&
    grep -q '4 runs; about 4m00s one after another' err && is "SELECT count(*) FROM run" 6
result $? 'which runs these are, of the baseline too, and how long they take'
run -D "$db" ablation needed --queue-needed
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 4 ] &&
    is "SELECT group_concat(seed || loss, ' ') FROM (SELECT * FROM run WHERE state = 'queued' ORDER BY id)" '4l1 4mse 5l1 5mse' &&
    is "SELECT seeds || ' ' || spending || ' ' || finished FROM looks" '3,5,8,12 pocock 6'
result $? 'are queued, seed by seed, and looks are laid down with them'
run -D "$db" ablation needed --queue-needed
[ "$got" -eq 0 ] && [ ! -s out ] && grep -q 'no run is missing' err && is "SELECT count(*) FROM run" 10
result $? 'asked again, nothing is missing'
run -D "$db" ablation needed --looks 4,9 --spending pocock --lay-down
[ "$got" -eq 0 ] && grep -q 'before the first look, at 4' out && grep -q 'Pocock-type spending.*(laid down when 6' out &&
    is "SELECT seeds || ' ' || spending FROM looks" '4,9 pocock'
result $? 'other looks are laid down in their place'
run -D "$db" ablation needed --looks none
[ "$got" -eq 0 ] && grep -q 'l1 is better than mse by 0.1400 PC.*after Holm' out && grep -q 'fixed beforehand' out
result $? 'or none for once'
run -D "$db" ablation needed --looks 2,3
[ "$got" -eq 2 ] && grep -q 'training noise' err && ! "$combolab" ablation -D "$db" --dry-run >out 2>err &&
    grep -q "'dry-run' belongs to 'queue-needed'" err
result $? 'what cannot be looks is refused'

# --- presets ---

db=$dir/presets.db
for preset in paper-table-4:5 paper-table-5:4; do
    run train -D "$db" --queue --data set --protocol auto --preset "${preset%:*}"
    [ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq "${preset#*:}" ] && grep -q 'ImageNet weights (--init)' err
    result $? "the runs of ${preset%:*}"
done
is "SELECT group_concat(DISTINCT epochs || ' ' || batch || ' ' || (learning_rate < 0.01)) FROM run" '200 64 1'
result $? 'have the protocol of the paper, at a rate that suits nets without its weights'
is "SELECT group_concat(backbone || ' ' || loss || coalesce(' ' || alpha || beta || gamma, ''), ', ')
    FROM (SELECT * FROM run WHERE id > 5 ORDER BY id)" \
    'resnet18 mse, resnet18 combo-released 1.02.01.0, se-resnext50 mse, se-resnext50 combo-released 2.01.01.0'
result $? 'and the weights of its losses'
run train -D "$db" --queue --data set --protocol auto --preset paper-table-5 --loss l1 --seed 1,2 --epochs 3
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 4 ] &&
    is "SELECT count(*) FROM run WHERE id > 9 AND loss = 'l1' AND epochs = 3" 4
result $? 'each option can be given, and rows that come to the same make one run'
run train -D "$db" --queue --data set --preset paper-table-4
[ "$got" -ne 0 ] && grep -q '60-40' err
result $? "a data set without the paper's split is refused"

# --- what is there already ---

db=$dir/there.db
train --dry-run --loss l1,mse --seed 1,2
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 5 ] && grep -q 'no past run to judge by' err && [ ! -e "$db" ]
result $? 'a plan starts nothing and makes no database'
train --loss l1 --seed 1 -q
train --dry-run --loss l1,mse --seed 1,2 --format csv
[ "$got" -eq 0 ] && grep -q '^1 is there already: 1 finished; --missing would leave it out' err &&
    grep -q 'judged by run 1$' err &&
    [ "$(tr -d '\r' <out | awk -F, 'NR == 2 { print $5, $6, $7, ($8 > 0) }')" = '1 finished train 1' ]
result $? 'it says what is there, and how long the others take'
train --missing --loss l1,mse --seed 1,2 -q
[ "$got" -eq 0 ] && is "SELECT group_concat(loss || seed) FROM run" l11,l12,mse1,mse2 &&
    is "SELECT count(*) FROM run WHERE state = 'finished'" 4
result $? 'what is missing is trained'
train --missing --loss l1,mse --seed 1,2
[ "$got" -eq 0 ] && grep -q 'nothing is missing' err && is "SELECT count(*) FROM run" 4
result $? 'and then nothing is'
train --missing --dry-run --format csv --loss l1 --keep 3 --save-every 5 --name other --threads 2 --image-memory 9
[ "$(tr -d '\r' <out | awk -F, 'NR == 2 { print $6 }')" = leave ]
result $? 'what changes no figure makes no other run'
train --missing --dry-run --format csv --loss l1 --momentum 0.8
[ "$(tr -d '\r' <out | awk -F, 'NR == 2 { print $6 }')" = train ]
result $? 'what changes figures does'
train --missing --dry-run --loss l1 --format csv --experiment other
[ "$(tr -d '\r' <out | awk -F, 'NR == 2 { print $6 }')" = train ]
result $? 'and so does another experiment'
# The same names are left out of run_alike.
names() {
    sed -n "$1" "$2" | tr -d '\n' | tr -cs 'a-z-' '\n' | sort
}
names '/^static const char \*const idle/,/};/{s/^static.*= {//;p;}' "$TOP_SRCDIR/engine/config_alike.c" >figures
names "/name NOT IN (/,/)/{s/.*NOT IN//;p;}" "$TOP_SRCDIR/db/schema_6.sql" >alike
[ -s alike ] && cmp -s alike figures
result $? 'the view run_alike knows the same options that change nothing' "$(diff alike figures)"

sed 's/,1\./,2./' set/labels.csv >changed && mv changed set/labels.csv
train --loss l1 --seed 2 -q
train --missing --loss l1 --seed 1,2 -q
[ "$got" -eq 0 ] && is "SELECT group_concat(seed) FROM (SELECT seed FROM run WHERE id > 4 ORDER BY id)" 2,1
result $? 'a run on what the data was before is not there'

# --- retry ---

is "UPDATE run SET state = 'queued' WHERE 0; INSERT INTO run(name, created, data, backbone, loss, image_size,
    batch, epochs, seed) SELECT 'bad', 1, data, backbone, loss, image_size, batch, epochs, seed FROM run WHERE id = 1;
    INSERT INTO run_option SELECT 7, position, name, type, value FROM run_option WHERE run = 1;
    UPDATE run SET state = 'running' WHERE id = 7; UPDATE run SET state = 'failed', state_text = 'x' WHERE id = 7" ''
run retry -D "$db" --failed
[ "$got" -eq 0 ] && grep -q '^run 7: goes on' err && is "SELECT state FROM run WHERE id = 7" finished
result $? 'what has failed is done again'
run retry -D "$db" --failed
[ "$got" -eq 0 ] && grep -q 'no run has failed' err
result $? 'once'
run retry -D "$db" 7
[ "$got" -eq 1 ] && grep -q 'run 7 is finished: nothing went wrong' err
result $? 'nothing is wrong with one that is finished'
is "INSERT INTO run(name, created, data, backbone, loss, image_size, batch, epochs, seed, learning_rate)
    SELECT 'worse', 1, data, backbone, loss, image_size, batch, epochs, seed, learning_rate FROM run WHERE id = 1;
    INSERT INTO run_option SELECT 8, position, name, type, value FROM run_option WHERE run = 1;
    UPDATE run SET state = 'running' WHERE id = 8; UPDATE run SET state = 'diverged' WHERE id = 8" ''
run retry -D "$db" --queue 8
[ "$got" -eq 0 ] && grep -q '^run 9: a new run with the settings of run 8, which diverged' err &&
    [ "$(cat out)" = 9 ] && is "SELECT loss || seed FROM run WHERE id = 9" l11
result $? 'one that diverged makes a new run'

# --- the queue, and workers ---

db=$dir/queue.db
train --queue --loss l1,mse --seed 1,2
run queue -D "$db" --first 3
run queue -D "$db" --priority -1 1-2
run queue -D "$db" --format csv
[ "$got" -eq 0 ] && [ "$(tr -d '\r' <out | awk -F, 'NR > 1 { printf "%s ", $2 }')" = '3 4 1 2 ' ] &&
    grep -q 'nothing trains' out
result $? 'the queue has an order of its own'
run queue -D "$db" --first
[ "$got" -eq 2 ]
result $? 'which is changed for runs alone'
run work -D "$db" --once -q && is "SELECT state FROM run WHERE id = 3" finished
result $? 'the first of it is trained first'
train --queue --loss l1 --seed 9 --device cuda:1
run work -D "$db" --jobs 2 --device cpu
[ "$got" -eq 0 ] && is "SELECT count(*) FROM run WHERE state = 'finished'" 4 &&
    is "SELECT count(DISTINCT pid) FROM run WHERE id IN (1, 2, 4)" 2 && grep -q '^\[1\] ' err &&
    grep -q '^\[2\] ' err && [ "$(wc -l <out)" -eq 4 ]
result $? 'two workers share it, and print one table'
is "SELECT state FROM run WHERE id = 5" queued
result $? 'a run for another device is left to others'
run work -D "$db" --jobs 2 5
[ "$got" -eq 2 ]
result $? 'several workers take no runs by number'
run work -D "$db" --device cuda:7
[ "$got" -ne 0 ]
result $? 'a device that is not there is refused'

# shellcheck disable=SC2086
"$combolab" train -D "$db" -q --queue $small --epochs 100000 --seed 1,2 >ids
"$combolab" work -D "$db" --jobs 2 >out 2>err &
worker=$!
for _ in $(seq 100); do
    is "SELECT count(*) FROM run WHERE state = 'running' AND epochs_done > 0" 2 && break
    sleep 0.2
done
kill -TERM $worker
wait $worker
got=$?
[ $got -eq 4 ] && is "SELECT count(*) FROM run WHERE state = 'stopped' AND id > 5" 2
result $? 'a signal to the command stops all of them'
"$combolab" resume -D "$db" -q --queue $(cat ids) >out 2>err
"$combolab" work -D "$db" --jobs 2 >out 2>err &
worker=$!
for _ in $(seq 100); do
    is "SELECT count(*) FROM run WHERE state = 'running'" 2 && break
    sleep 0.2
done
kill -KILL $worker
wait $worker 2>/dev/null
for _ in $(seq 100); do
    is "SELECT count(*) FROM run WHERE state = 'running'" 0 && break
    sleep 0.2
done
is "SELECT count(*) FROM run WHERE state = 'stopped' AND id > 5" 2
result $? 'they end with it, however it ends'
tap_done
