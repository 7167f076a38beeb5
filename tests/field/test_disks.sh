#!/bin/sh
# Disks that are full, read-only, slow, another one, or have no links. Needs root, to have some. Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
has sqlite3 || skip_all "no sqlite3"
draws 24
cd "$dir" || exit 1
train whole.db --epochs 6

if disk small 400m; then
    # --- full: weights and database ---
    begin_saved small/runs.db 6
    dd if=/dev/zero of=small/filler bs=1M >"$dir/dd" 2>&1
    await
    [ $status -eq 1 ] && said 'No space left\|no space left'
    result $? "a run whose disk is full fails, and says so"
    whole small/runs.db "the database is sound"
    rm small/filler
    remount small size=600m
    resume small/runs.db 1
    [ $status -eq 0 ]
    result $? "it goes on when there is room"
    alike whole.db 1 small/runs.db 1 "to the same figures"
    rm -rf small/*

    # --- full: the weights are elsewhere ---
    mkdir elsewhere
    ln -s "$dir/elsewhere" small/far.weights
    remount small size=360k
    begin_saved small/far.db 6
    await
    [ $status -eq 1 ] && said 'no space left for .*far.db'
    result $? "a database on a full disk is said"
    whole small/far.db "it is sound"
    remount small size=20m
    resume small/far.db 1
    [ $status -eq 0 ] && [ -f elsewhere/1/last.safetensors ]
    result $? "the run goes on when there is room, with its weights on another disk"
    alike whole.db 1 small/far.db 1 "to the same figures"
    rm -rf small/*

    # --- full: a run comes from elsewhere ---
    remount small size=60m
    "$combolab" merge -D small/into.db whole.db >"$dir/out" 2>"$dir/err"
    [ $? -eq 1 ] && said 'best.safetensors cannot be copied to .*: No space left' &&
        [ "$(sqlite3 small/into.db 'SELECT count(*) FROM run')" -eq 0 ] && [ "$(ls small/into.weights)" = database ]
    result $? "a run that a full disk has no room for does not come by halves"
    remount small size=400m
    "$combolab" merge -D small/into.db whole.db >"$dir/out" 2>"$dir/err" && cmp -s small/into.weights/1/best.safetensors \
        whole.weights/1/best.safetensors
    result $? "it comes when there is room"
    alike whole.db 1 small/into.db 1 "with the same figures"
    rm -rf small/*

    # --- the cache: on another disk, then without room ---
    train cache.db --epochs 1 --cache small/cache
    train cache.db --epochs 1 --cache small/cache
    [ $status -eq 0 ] && ! said decod
    result $? "a cache on another disk is used"
    rm -rf small/*
    dd if=/dev/zero of=small/filler bs=1k >"$dir/dd" 2>&1
    train cache.db --epochs 1 --cache small
    [ $status -eq 0 ] && said 'decoded into memory, for this run alone'
    result $? "one on a full disk is gone around, with a warning"
    alike cache.db 2 cache.db 3 "to the same figures"
    rm -rf small/*

    # --- read-only ---
    remount small size=400m
    cp -r set small/set
    train small/old.db --epochs 1
    cp -r small/old.db small/old.weights .
    remount small ro
    train ro.db --epochs 1 --data small/set --cache small/cache
    [ $status -eq 0 ] && said 'decoded into memory, for this run alone.*Read-only file system'
    result $? "a data set and a cache on a read-only disk do"
    "$combolab" runs -D small/old.db >"$dir/out" 2>"$dir/err"
    [ $? -eq 1 ] && said 'copy the database elsewhere: Read-only file system'
    result $? "a database there is refused, and said why"
    train small/old.db --epochs 1
    [ $status -eq 1 ] && said 'Read-only file system'
    result $? "to trainers too"
    [ "$(value old.db 1 state)" = finished ]
    result $? "a copy of it is read"
    "$combolab" synth small/drawn -q >"$dir/out" 2>"$dir/err"
    [ $? -eq 1 ] && said 'Read-only file system'
    result $? "and nothing drawn there"
else
    skip "no file system can be mounted"
fi

# --- without hard links, as on memory cards ---
if preloads FIELD_NO_LINKS=1; then
    train links.db --epochs 1
    [ $status -eq 0 ] && [ "$(sqlite3 links.db 'SELECT id FROM identity')" = "$(head -n 1 links.weights/database)" ]
    result $? "a disk without hard links will do"
    prefix=
else
    prefix=
    skip "nothing can be loaded before the program"
fi

# --- slow ---
if preloads FIELD_SLOW_MS=400; then
    begins 'run 1: ' slow.db --epochs 1 --cache slow
    i=0
    while [ $i -lt 3000 ] && ! ls slow/*.images-tmp >/dev/null 2>&1; do i=$((i + 1)) && sleep 0.02; done
    begun=$(date +%s)
    kill -TERM $pid
    await
    prefix=
    [ $status -eq 4 ] && [ $(($(date +%s) - begun)) -lt 5 ]
    result $? "decoding from a slow disk is left when that is asked for"
    is slow.db 1 stopped "the run is stopped"
    [ -z "$(find slow -type f)" ]
    result $? "and nothing half decoded is kept"
    resume slow.db 1
    [ $status -eq 0 ] && [ "$(value slow.db 1 state)" = finished ]
    result $? "it is resumed when the disk is quick"
else
    prefix=
    skip "nothing can be loaded before the program"
fi

# --- the cache is tidied away, and cut short, while it is used ---
begin gone.db 6 --cache gone
rm -rf gone
await
alike whole.db 1 gone.db 1 "a cache that is removed while it is used changes nothing"
begin cut.db 300 --cache cut
for f in cut/*.images; do truncate -s 4096 "$f"; done
await
[ $status -ne 0 ] && said 'was cut short or cannot be read'
result $? "one that is cut short ends the run, and that is said"
is cut.db 1 lost "the run is lost"
train cut.db --epochs 1 --cache cut
[ $status -eq 0 ] && said 'decoded again'
result $? "the next run decodes the images again"
tap_done
