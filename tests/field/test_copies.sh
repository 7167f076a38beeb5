#!/bin/sh
# Databases and weights that are copied, put back, moved and tidied up, also while they are used. Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
has sqlite3 || skip_all "no sqlite3"
draws 24
cd "$dir" || exit 1

# --- put back from yesterday's copy ---
train day.db --epochs 2
cp -p day.db day.yesterday
train day.db --epochs 1 --seed 5
sum=$(cksum <day.weights/2/best.safetensors)
cp day.yesterday day.db
train day.db --epochs 1 --seed 6
[ $status -eq 0 ] && [ "$(cksum <day.weights/2/best.safetensors)" = "$sum" ]
result $? "a run that a database put back from a copy has forgotten keeps its weights"
[ -f day.weights/3/best.safetensors ] && is day.db 3 finished "the next run gets a number that has no files"

# A record that is behind all checkpoints.
begin behind.db 9 --keep-checkpoints
kill $pid
await
sqlite3 behind.db '.backup behind.yesterday' && sqlite3 behind.yesterday 'UPDATE run SET epochs_done = 3' &&
    resume behind.db 1
find behind.weights -name 'checkpoint-*' ! -name checkpoint-9.safetensors -exec rm {} +
files=$(ls behind.weights/1)
cp behind.yesterday behind.db
resume behind.db 1
[ $status -eq 1 ] && said 'no checkpoint to go on from, but epochs are on record' && said 'only 3 epochs are on record' &&
    [ "$(ls behind.weights/1)" = "$files" ]
result $? "a run whose checkpoints are all further than its record is refused, and nothing removed"

# The -wal file of the database that was there before is left beside the copy. What a kill would leave is copied
# from a database in use: all of a first part is folded into the file, a second is in the -wal file alone.
cp day.yesterday mix.db
fill="WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
sqlite3 mix.db 'PRAGMA wal_autocheckpoint = 0' \
    "$fill INSERT INTO log(run, time, level, text) SELECT 1, i, 'info', hex(randomblob(40)) FROM n" \
    'PRAGMA wal_checkpoint(RESTART)' 'DELETE FROM log WHERE id % 500 = 0' \
    '.system for i in killed mixed; do cp mix.db $i.db; cp mix.db-wal $i.db-wal; done' >"$dir/out"
"$combolab" runs -D killed.db >"$dir/out" 2>"$dir/err"
result $? "what a kill has left is read"
cp day.yesterday mixed.db
for command in runs 'train --epochs 1'; do
    # shellcheck disable=SC2086
    "$combolab" $command -D mixed.db $([ "$command" = runs ] || echo $options) >"$dir/out" 2>"$dir/err"
    [ $? -eq 1 ] && said 'do not fit each other' && said 'move -wal and -shm away'
    result $? "an older copy with the newer one's -wal file is no database to $command"
done
rm -f mixed.db-wal mixed.db-shm
[ "$(value mixed.db 1 epochs_done)" = 2 ]
result $? "without that it is"

# --- copied while it is used ---
begin_saved used.db 6
mkdir there
cp -r used.db used.db-wal used.weights there/
sqlite3 used.db '.backup alone.db'
kill -STOP $pid
is there/used.db 1 lost "in a copy with its weights, a run in progress is a lost one"
is alone.db 1 lost "in a copy without them too"
resume alone.db 1
state=$(value alone.db 1 state)
[ $status -eq 0 ] || { [ $status -eq 1 ] && said 'has no checkpoint' && [ "$state" = lost ]; }
result $? "which says so where there is nothing to go on from"
is used.db 1 running "the original runs"
kill -CONT $pid
await
is used.db 1 finished "and finishes"
resume there/used.db 1
alike used.db 1 there/used.db 1 "the copy is resumed, to the same figures"

# --- moved and removed ---
begin_saved moved.db 6
killed
mkdir new
mv moved.db moved.db-wal moved.db-shm moved.weights new/
resume new/moved.db 1
[ $status -eq 0 ] && said 'goes on after epoch' && [ ! -e moved.weights ]
result $? "a killed run goes on where its database was moved to with its files"

begin weights.db 3
halts weights.db $pid
mv weights.db weights.tmp && mv weights.tmp weights.db # the same file
mv weights.weights aside
is weights.db 1 running "a run whose folder of weights was moved away is not lost while its process lives"
resume weights.db 1 --take-over
[ $status -eq 1 ] && said 'is running and cannot be resumed'
result $? "nor taken over"
mv aside weights.weights
until_said 'epoch *1/' "$dir/err"
kill -CONT $pid
await
is weights.db 1 finished "it finishes when the folder is back"

begin bare.db 200
mv bare.weights bare.aside # at once: rm would leave the folder when something is written into it meanwhile
await
[ $status -eq 1 ] && said 'bare.weights/1/.* cannot be written'
result $? "without the folder it fails, and says what is not there"

begin wal.db 200
rm -f wal.db-wal wal.db-shm
await
[ $status -eq 1 ] && said 'wal.db-wal was removed while the database was in use'
result $? "a -wal file that is tidied away while a run is stored is no success"
whole wal.db "the database is sound"
is wal.db 1 failed "the run has failed"
[ "$(value wal.db 1 epochs_done)" -ge 1 ]
result $? "with what was stored"

# --- other programs write ---
begin shared.db 6
sqlite3 shared.db 'PRAGMA busy_timeout = 20000' 'VACUUM' 'PRAGMA wal_checkpoint(TRUNCATE)' >"$dir/said" 2>&1
await
[ $status -eq 0 ] && [ "$(figures shared.db 1 | wc -l)" -eq 7 ]
result $? "a database that is vacuumed while a run is stored loses no epoch" "$(cat "$dir/said")"
alike used.db 1 shared.db 1 "nor a figure"
sqlite3 shared.db 'PRAGMA journal_mode = DELETE' >"$dir/out"
[ "$(value shared.db 1 state)" = finished ] && train shared.db --epochs 1 && [ $status -eq 0 ]
result $? "one that was put into another journal mode is read and written"
tap_done
