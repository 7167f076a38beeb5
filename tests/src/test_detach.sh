#!/bin/sh
# Training without a terminal, by real processes: workers of their own, and what is asked of them from the
# shell; signals; runs whose device is not there. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-detach-XXXXXX") || exit 1
XDG_CACHE_HOME=$dir/cache
XDG_DATA_HOME=$dir/share
OMP_NUM_THREADS=1
export XDG_CACHE_HOME XDG_DATA_HOME OMP_NUM_THREADS
db=$dir/runs.db
. "$TOP_SRCDIR/tests/kit/tap.sh"

# Whatever a failure leaves behind ends with the test.
leave() {
    for run in $("$combolab" runs -D "$db" --state running --format csv 2>/dev/null | tail -n +2 | cut -d, -f1); do
        kill -KILL "$(worker "$run")" 2>/dev/null
    done
    rm -rf "$dir"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

# Runs the program; its status is left in $status.
run() {
    "$combolab" "$@" -D "$db" >"$dir/out" 2>"$dir/err"
    status=$?
}

exits() { # wanted status, what
    [ "$status" -eq "$1" ]
    result $? "$2 (exit status $status)"
}

says() { # text, what
    grep -q -e "$1" "$dir/err"
    result $? "$2"
}

field() { # run, column
    "$combolab" show "$1" -D "$db" --format csv | tr -d '\r' | awk -F, -v name="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'
}

worker() { # run
    sed -n "s/^combolab: run $1[ :].*process \([0-9]*\);.*/\1/p" "$dir/detached-$1" 2>/dev/null
}

# Begins a worker of its own; what it says of it is kept for its process number.
detach() { # run's number, command and options
    number=$1
    shift
    run "$@" --detach
    cp "$dir/err" "$dir/detached-$number"
}

# Waits until a command succeeds, for a minute at most.
until_true() {
    i=0
    while [ $i -lt 600 ] && ! "$@" >/dev/null 2>&1; do
        i=$((i + 1))
        sleep 0.1
    done
    [ $i -lt 600 ]
}

has_epochs() { # run, how many
    [ "$(field "$1" epochs_done)" -ge "$2" ]
}

logged() { # run, text
    "$combolab" show "$1" -D "$db" --log | grep -q -e "$2"
}

is() { # run, state
    [ "$(field "$1" state)" = "$2" ]
}

# What a run came to: every figure of every epoch, but not times and what follows from them.
figures() { # run
    "$combolab" show "$1" -D "$db" --epochs --format csv | tr -d '\r' | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) kept[i] = $i !~ /^time$|_s$/ }
        { for (i = 1; i <= NF; i++) if (kept[i]) printf "%s ", $i; print "" }'
}

if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi
"$combolab" synth "$dir/set" --count 40 --size 48 --threads 1 -q >"$dir/out" 2>"$dir/err"
result $? "portraits are drawn"
small="--name small --data $dir/set --device cpu --image-size 32 --batch 8 --threads 1 --learning-rate 0.001"

# --- a worker of its own ---
# shellcheck disable=SC2086
detach 1 train $small --epochs 5000
exits 0 "a run is detached"
[ "$(cat "$dir/out")" = 1 ] && is 1 running
result $? "its number is printed, and it is being trained by then"
pid=$(worker 1)
[ -n "$pid" ] && [ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$pid" ] && [ "$(ps -o tty= -p "$pid" | tr -d ' ')" = '?' ]
result $? "its process has a session of its own and no terminal"
kill -HUP "$pid"
until_true has_epochs 1 2
result $? "SIGHUP does not end it"
grep -q '^epoch *2/5000 ' "$dir/runs-run-1.log"
result $? "its lines go to a log beside the database"
kill -USR1 "$pid"
until_true logged 1 'checkpoint was saved, as was asked for'
result $? "SIGUSR1 makes a checkpoint, which the log says"
ls "$dir"/runs.weights/1/checkpoint-* >"$dir/out" 2>&1
result $? "and which is there"

# --- attached, and left again ---
default_signal=
env --default-signal=INT true 2>/dev/null && default_signal="env --default-signal=INT"
$default_signal "$combolab" attach 1 -D "$db" >"$dir/out" 2>"$dir/err" &
attached=$!
until_true grep -q '^epoch' "$dir/err"
result $? "attach shows its epochs"
shown=$(grep -c '^epoch' "$dir/err")
more() {
    [ "$(grep -c '^epoch' "$dir/err")" -gt $((shown + 1)) ]
}
until_true more
result $? "and each new one"
if [ -n "$default_signal" ]; then
    kill -INT $attached
    wait $attached 2>/dev/null
    status=$?
    exits 130 "Ctrl-C ends that"
    says 'run 1 goes on' "says that the run goes on"
else
    kill $attached
    wait $attached 2>/dev/null
    skip "no env --default-signal"
    skip "no env --default-signal"
fi
is 1 running && kill -0 "$pid"
result $? "and leaves it running"

# --- what it does at present ---
in_progress() {
    run show 1
    grep -q '^epoch in progress  *[0-9]' "$dir/out" && grep -q '^images/s  *[0-9]' "$dir/out"
}
for_programs() { # while it trains: an evaluation has other steps
    run show 1 --progress --format json
    grep -q '"steps": 3' "$dir/out" && grep -q '"phase": "' "$dir/out"
}
until_true in_progress
result $? "show tells how far the epoch in progress is"
until_true for_programs
result $? "so it does for programs"
stepped() {
    run show 1 --steps --format csv
    grep -q '^step,loss,regression,' "$dir/out" && grep -q '^1,[0-9]' "$dir/out"
}
until_true stepped
result $? "and what the losses of its steps are"

# --- asked from the shell ---
run pause 1
exits 0 "pause"
is 1 paused
result $? "has paused it when it returns"
epochs=$(field 1 epochs_done)
run checkpoint 1
exits 0 "a checkpoint of a paused run"
says 'run 1: a checkpoint was saved' "is told of"
logged 1 'checkpoint was saved, as was asked for: '"$epochs epochs"
result $? "is saved"
run resume 1
exits 0 "resume"
says "run 1: goes on, in process $pid" "lets its process go on with it"
until_true has_epochs 1 $((epochs + 1))
result $? "and it does"
[ "$(field 1 resumed)" = 0 ]
result $? "as the same training"
run resume 1
exits 1 "one that runs is not resumed"
"$combolab" wait 1 -D "$db" >"$dir/waited" 2>&1 &
waits=$!
run stop 1
exits 0 "stop"
is 1 stopped
result $? "has stopped it when it returns"
wait $waits
status=$?
exits 4 "who waited for it is told by the exit status"
grep -q 'run 1: stopped after' "$dir/waited"
result $? "and in words"
gone() {
    ! kill -0 "$pid"
}
until_true gone
result $? "its process has ended"
run stop 1
exits 1 "one that has ended cannot be stopped"
run attach 1
exits 4 "attached to, it says how it ended"

# --- the same numbers as without all this ---
run="$small --epochs 4 --flip 0.5 --save-every 1"
# shellcheck disable=SC2086
run train $run
exits 0 "four epochs at once"
# shellcheck disable=SC2086
detach 3 train $run
until_true has_epochs 3 1
run stop 3
detach 3 resume 3
exits 0 "four others are stopped and detached again"
run wait 2 3
exits 0 "both have finished"
figures 2 >"$dir/wanted"
figures 3 >"$dir/got"
[ "$(wc -l <"$dir/wanted")" -eq 5 ] && cmp -s "$dir/wanted" "$dir/got" &&
    cmp -s "$dir/runs.weights/2/last.safetensors" "$dir/runs.weights/3/last.safetensors"
result $? "to the same bits"
cp "$dir/runs-run-3.log" "$dir/out"
grep -q '^run 3: goes on after epoch [0-9]' "$dir/runs-run-3.log"
result $? "the second worker wrote on in the log of the first"

# --- a worker that is killed ---
# shellcheck disable=SC2086
detach 4 train $small --epochs 5000
until_true has_epochs 4 1
kill -KILL "$(worker 4)"
run wait 4
exits 1 "a run whose worker was killed has ended badly"
says 'run 4: lost: its process .* is gone' "which is said"

# --- several runs; SIGTERM ---
# shellcheck disable=SC2086
detach 5 train $small --epochs 5000 --loss l1,mse
[ "$(tr '\n' ' ' <"$dir/out")" = "5 6 " ] && is 6 queued
result $? "two runs have one worker"
says 'run 5 and then 1 more:' "which is said"
until_true has_epochs 5 1
kill -TERM "$(worker 5)"
run wait 5
exits 4 "SIGTERM stops it"
is 6 queued
result $? "and leaves the other in the queue"
# shellcheck disable=SC2086
run train $small --epochs 1 --queue
[ "$(cat "$dir/out")" = 7 ]
result $? "a run is queued"
run work 7
exits 0 "a worker takes it by its number"
[ "$(field 7 state) $(field 6 state)" = "finished queued" ]
result $? "and none else"
run work 7
exits 1 "one that is not queued cannot be taken"
run stop 6
exits 0 "one in the queue is stopped"

# --- a device that is not there ---
# shellcheck disable=SC2086
run train $small --epochs 1 --device cuda:63
exits 1 "training on a device that is not there is refused"
says 'nothing is queued' "with nothing queued"
# shellcheck disable=SC2086
run train $small --epochs 1 --device cuda:63 --queue
exits 0 "but it can be queued"
# shellcheck disable=SC2086
run train $small --epochs 1 --queue
run work
exits 0 "a worker without that device"
says 'run 8 stays in the queue: .*cuda' "says why it does not take it"
[ "$(field 8 state) $(field 9 state)" = "queued finished" ]
result $? "takes the next one, and leaves it in the queue"
[ "$("$combolab" show 8 -D "$db" --format json | grep -c 'waits for its device: .*cuda')" -eq 1 ]
result $? "with the reason on its row"
run work 8
exits 1 "asked for by its number too"
is 8 queued
result $? "it is never marked failed"
run stop 8
detach 8 resume 8
exits 1 "a worker of its own that cannot begin it"
says 'worker ended before it began run 8, which waits in the queue; .*cuda' "is told of by its last line"
is 8 queued
result $? "and the run is in the queue"

# --- a worker that cannot be started ---
# shellcheck disable=SC2086
run train $small --epochs 1 --queue
run stop 10
mkdir "$dir/runs-run-10.log"
run resume 10 --detach
exits 1 "without a log there is no worker"
says 'runs-run-10.log.*cannot be written' "which says why"
is 10 queued
result $? "and the run is in the queue"

# --- SIGUSR1 in the foreground ---
# shellcheck disable=SC2086
"$combolab" train $small --epochs 5000 -D "$db" >"$dir/out" 2>"$dir/err" &
pid=$!
until_true grep -q '^epoch' "$dir/err"
kill -USR1 $pid
until_true grep -q 'run 11: a checkpoint was saved, as was asked for' "$dir/err"
result $? "SIGUSR1 makes a checkpoint of a run in the foreground"
kill -TERM $pid
wait $pid
status=$?
exits 4 "which goes on, until SIGTERM"
# shellcheck disable=SC2086
run train $small --epochs 2 --loss mse --learning-rate 10
run wait 7 11 12
exits 3 "of several runs the worst end is the exit status"

tap_done
