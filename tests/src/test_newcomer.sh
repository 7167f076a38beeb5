#!/bin/sh
# The first hour of somebody who knows `?` and README: no data, three losses in one form, a curve that moves, the
# terminal closed while they train, and on coming back the best of them. Prints TAP.
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/screen.sh"
unset OMP_NUM_THREADS
XDG_DATA_HOME=$dir/share
export XDG_DATA_HOME
size='-x 80 -y 24'
end=$(($(date +%s) + 400))
is_busy && busy=yes || busy=

tm new-session -d -s keep "sleep 600" # the server stays when the terminal closes

# What a worker of its own that was left behind is doing ends with the test.
leave() {
    "$combolab" stop 1 2 3 -q >/dev/null 2>&1
    tm kill-server 2>/dev/null
    rm -rf "$dir"
}

# --- what there is to know ---
begin
shows 'No runs yet' "the first screen says that there is nothing"
shows 'Ctrl-P draws portraits' "what to do without data"
shows '? help' "and which key helps"
key '?'
shows 'lines 1-' "? lists the keys"
screen >"$dir/help"
last_page() {
    screen | grep -q 'lines [0-9]*-\([0-9]*\) of \1 '
}
until last_page || [ "$(date +%s)" -ge $end ]; do
    page=$(screen)
    key PageDown
    while [ "$(screen)" = "$page" ] && [ "$(date +%s)" -lt $end ]; do
        sleep 0.05
    done
    screen >>"$dir/help"
done
told() { # pattern, what
    grep -q -e "$1" "$dir/help"
    result $? "? tells $2" "$(cat "$dir/help")"
}
told '^ *n  *the form that launches' "of the form"
told '^ *Ctrl-P ' "of portraits"
told '^ *F2.* launch the run, or all' "how all runs of a form are launched"
told '^ *2  *the opened run, or the newest; again: the one that trains' "where curves are"
told '^ *s  *.*sort' "how to sort"
told '^ *q .*leave\|^ *q .*quit' "how to leave"
key Escape
shows 'No runs yet' "Esc goes back"

# --- three losses in one form ---
key C-p
shows 'Launch a run' "Ctrl-P opens the form"
shows 'portraits are in' "and draws portraits"
shows 'preset  *quick' "which come with settings that suit them"
shows 'train · [0-9]* test images' "beside the form stands what they are"
field loss l1,mse,combo
shows 'Launch 3 runs' "three losses in one field are three runs"
field epochs 2
shows 'epochs  *2 epochs' "of two epochs each"
began=$(now_ms)
key F2
shows '3 runs are queued' "F2 launches them"
key 2

# --- a curve that moves ---
# Milliseconds since F2 until a curve has changed; 100000 when it never does.
moves_after() {
    first=
    while [ $(($(now_ms) - began)) -lt 60000 ]; do
        curve=$(screen | sed -n '/by step/,/^──/p')
        [ -z "$first" ] && first=$curve
        if [ "$curve" != "$first" ] && [ "$(dots)" -gt 0 ]; then
            echo $(($(now_ms) - began))
            return
        fi
        sleep 0.02
    done
    echo 100000
}
took=$(moves_after)
[ "$took" -lt 100000 ]
result $? "2 shows a curve, which moves"
if [ "$took" -gt 2000 ] && { [ -n "$busy" ] || is_busy; }; then
    skip "it moves $took ms after the launch, but this machine is too busy for less"
else
    [ "$took" -le 2000 ]
    result $? "within 2 s of the launch: after $took ms"
fi
shows 'images/s' "with its pace"
shows 'ETA' "and the time left"
key 1
shows 'Runs · 3' "1 goes back to the list, where all three are"

# --- the terminal closes ---
key q
shows 'trains here, then [12] more: stop it, detach it, or stay? (s/d/n)' "q asks what becomes of them"
key d
shows 'ended: 0' "d leaves them to a worker of their own"
tm kill-session -t combolab
if tm has-session -t =combolab 2>/dev/null; then false; fi
result $? "the terminal is closed"

# --- and is opened again ---
finished() {
    screen | grep -c '✓ finished'
}
begin
shows 'Runs · 3' "coming back, the three runs are there"
while [ "$(finished)" -lt 3 ] && [ "$(date +%s)" -lt $end ]; do
    sleep 0.2
done
[ "$(finished)" -eq 3 ]
result $? "and finish, though nobody was there"
key s
shows 'p best PC' "s says by which columns to sort"
key p
shows 'by best PC' "p is the best PC"
best=$("$combolab" runs --columns id,best_pc --format csv | tail -n +2 | sort -t, -k2 -g -r | sed -n '1s/,.*//p')
[ -n "$best" ] && screen | sed -n '/ run state/{n;p;}' | grep -q "^[^0-9]*$best ✓ finished"
result $? "the first of the list is the best one, run $best"
key g
key Enter
shows "run $best " "Enter opens it"
shows 'best epoch [12]' "with its best epoch on the curve"
[ "$(dots)" -gt 0 ]
result $? "and curves"
key q
shows 'ended: 0' "q leaves, and asks nothing"
tap_done
