#!/bin/sh
# Clocks that are set while a run goes on, and machines whose clocks differ. Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
draws 24
cd "$dir" || exit 1
echo 0 >"$dir/off"
preloads FIELD_CLOCK="$dir/off" || skip_all "nothing can be loaded before the program"

took() { # database, run: whole seconds
    value "$1" "$2" seconds | sed 's/\..*//'
}

# --- set back, and forth by decades, as where a machine starts in 1970 ---
for off in -86400 1000000000; do
    echo 0 >"$dir/off"
    begin "set$off.db" 1000
    kill -STOP $pid # the run takes three seconds at least
    sleep 3
    echo $off >"$dir/off"
    kill -CONT $pid
    kill $pid
    await
    [ $status -eq 4 ]
    result $? "a run goes on when the clock is set by $off s"
    s=$(took "set$off.db" 1)
    [ "$s" -ge 3 ] && [ "$s" -lt 100 ]
    result $? "what it took stays right" "it is said to have taken $s s"
done

# --- begun where the clock is ahead, killed, looked at where it is behind ---
echo 200000 >"$dir/off"
begin_saved ahead.db 6
killed
prefix=
is ahead.db 1 lost "a run from the future that was killed is lost"
[ "$(value ahead.db 1 age_s | sed 's/\..*//')" -ge 0 ]
result $? "nothing is less than no time ago"
train ahead.db --epochs 6
resume ahead.db 1
[ $status -eq 0 ] && [ "$(took ahead.db 1)" -ge 0 ] && [ "$(took ahead.db 1)" -lt 100 ]
result $? "it is resumed" "it is said to have taken $(took ahead.db 1) s"
alike ahead.db 2 ahead.db 1 "to the same figures"

# --- pictures and files of the cache that are newer than now ---
touch -d '2 years' set/images/*
train ahead.db --epochs 1 --cache later
left=later/0123.images.77-0.images-tmp
: >$left
touch -d '2 years' $left later/*.images
train ahead.db --epochs 1 --cache later
[ $status -eq 0 ] && ! said 'decoded again'
result $? "pictures and a cache that are dated later than now are used"

# --- no clock at all: 1970 ---
echo "-$(date +%s)" >"$dir/off"
preloads FIELD_CLOCK="$dir/off"
train epoch.db --epochs 1
prefix=
[ $status -eq 0 ] && [ "$("$combolab" runs -D epoch.db --state finished --format csv | wc -l)" -eq 2 ]
result $? "a machine that believes it is 1970 trains"
tap_done
