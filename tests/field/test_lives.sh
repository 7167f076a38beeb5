#!/bin/sh
# Processes that are halted, killed, or live in a name space of their own, at every stage. Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
draws 24
cd "$dir" || exit 1
train whole.db --epochs 6

# --- halted ---
begin halted.db 6
halts halted.db $pid
is halted.db 1 running "a run whose process is halted is no lost one"
resume halted.db 1 --take-over
[ $status -eq 1 ] && said 'is running and cannot be resumed'
result $? "nor taken over"
prefix="timeout 60"
train halted.db --epochs 1
prefix=
[ $status -eq 0 ]
result $? "others train beside it"
kill -CONT $pid
await
alike whole.db 1 halted.db 1 "it goes on to the figures of one that was not"

# A reader that is halted with the database open and a list half read.
if has sqlite3; then
    mkfifo asks
    sqlite3 halted.db <asks >"$dir/read" 2>&1 &
    exec 3>asks
    echo 'BEGIN; SELECT count(*) FROM epoch;' >&3
    until_said '[0-9]' "$dir/read"
    train halted.db --epochs 4
    [ $status -eq 0 ] && [ "$(value halted.db 3 epochs_done)" = 4 ]
    result $? "a reader that never ends holds up no run"
    exec 3>&-
else
    skip "no sqlite3"
fi

# --- killed ---
# Before its first epoch, while images are decoded slowly: what it had of them is not taken for the whole.
if preloads FIELD_SLOW_MS=100; then
    begins 'run 1: ' early.db --epochs 6 --cache early
    i=0
    while [ $i -lt 3000 ] && ! ls early/*.images-tmp >/dev/null 2>&1; do i=$((i + 1)) && sleep 0.02; done
    kill -STOP $pid
    is early.db 1 running "a run that is halted while it decodes is running"
    killed
    prefix=
    is early.db 1 lost "killed, it is lost"
    left=$(ls early/*.images-tmp* | head -n 1)
    touch -d '2 hours ago' "$left"
    resume early.db 1
    alike whole.db 1 early.db 1 "it is resumed, to the same figures"
    [ -n "$left" ] && [ ! -e "$left" ] && [ "$(find early -type f | wc -l)" -eq 1 ]
    result $? "and what was left in the cache is removed"
else
    prefix=
    skip "nothing can be loaded before the program"
fi

# While it goes on after a kill, before it has done anything, and again.
begin_saved twice.db 6
killed
for i in 1 2; do
    "$combolab" resume 1 -D twice.db >"$dir/out" 2>"$dir/err" &
    pid=$!
    until_said 'run 1: ' "$dir/err"
    killed
done
resume twice.db 1
alike whole.db 1 twice.db 1 "a run that is killed again while it is resumed comes to the same figures"
find twice.weights -name '*.tmp' | grep -q .
[ $? -eq 1 ]
result $? "no half written file is left"

# Two resume it at once.
begin_saved two.db 6
killed
"$combolab" resume 1 -D two.db >"$dir/out.2" 2>"$dir/err.2" &
other=$!
resume two.db 1
wait $other
[ $((status + $?)) -eq 1 ] && [ "$(value two.db 1 resumed)" = 1 ] &&
    cat "$dir/err" "$dir/err.2" | grep -q 'cannot be resumed'
result $? "of two who resume a run at once, one does, and the other is told"
alike whole.db 1 two.db 1 "once, to the same figures"

# Drawing is killed, and done again.
"$combolab" synth drawn --count 4000 --size 64 --threads 1 -q &
pid=$!
sleep 0.3
killed
[ ! -e drawn/labels.csv ]
result $? "a set that was half drawn has no list"
"$combolab" synth drawn --count 24 --size 40 --seed 3 --threads 1 -q && cmp -s drawn/labels.csv set/labels.csv
result $? "drawn again, it is as any other"

# --- a number in a name space of its own ---
if has pgrep && unshare -p -f --mount-proc true 2>/dev/null; then
    prefix="unshare -p -f --kill-child --mount-proc"
    begin space.db 200
    prefix=
    halts space.db "$(pgrep -P $pid)"
    is space.db 1 running "a run of a container is running for who looks from outside"
    resume space.db 1 --take-over
    [ $status -eq 1 ]
    result $? "and not taken over"
    killed
    sleep 0.5
    is space.db 1 lost "killed, it is lost"
else
    skip "no name spaces of process numbers"
fi

# --- nobody listens ---
begins 'epoch *1/' pipe.db --epochs 4 2>"$dir/none"
await
# shellcheck disable=SC2086
("$combolab" train $options --epochs 4 -D pipe.db 2>&1; echo $? >"$dir/code") | head -n 1 >"$dir/out"
[ "$(value pipe.db 2 state)" = finished ]
result $? "a run whose reader goes away finishes"
# shellcheck disable=SC2086
"$combolab" train $options --epochs 2 --cache closed -D closed.db <&- >&- 2>&-
"$combolab" synth closed.set --count 24 --size 40 --seed 3 --threads 1 <&- >&- 2>&-
[ "$(value closed.db 1 state)" = finished ] && cmp -s closed.set/labels.csv set/labels.csv &&
    diff -r closed.set/images set/images >"$dir/out"
result $? "without standard files nothing that is printed gets into others"
tap_done
