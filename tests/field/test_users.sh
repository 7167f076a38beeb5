#!/bin/sh
# Two users and one database, one cache, one data set. Needs root, to be two. Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
[ "$(id -u)" = 0 ] || skip_all "not root, so there is one user"
has setpriv || skip_all "no setpriv"
other="setpriv --reuid=65534 --regid=65534 --clear-groups"
draws 24
chmod 755 "$dir"
$other "$combolab" --version >"$dir/out" 2>&1 || skip_all "another user cannot run $combolab"
$other test -r "$dir/set/labels.csv" || skip_all "another user cannot read $dir"
cd "$dir" || exit 1
export HOME="$dir/home" # which he has none of

# --- he looks at mine ---
mkdir mine
begin mine/runs.db 200
$other "$combolab" runs -D mine/runs.db --format csv >"$dir/out.2" 2>"$dir/err.2"
grep -q '^1,running' "$dir/out.2"
result $? "another user sees a run in training"
$other "$combolab" resume 1 --take-over -D mine/runs.db >"$dir/out.2" 2>"$dir/err.2"
[ $? -eq 1 ] && grep -q 'Permission denied' "$dir/err.2"
result $? "whom the folder of a database is closed to cannot write, and is told why"
chmod 700 mine/runs.weights
$other "$combolab" runs -D mine/runs.db --format csv >"$dir/out.2" 2>"$dir/err.2"
grep -q '^1,running' "$dir/out.2"
result $? "where he cannot look for the lock, a run in training is not called lost"
chmod 755 mine/runs.weights
kill $pid
await
$other "$combolab" runs -D mine/runs.db >"$dir/out" 2>"$dir/err"
status=$?
[ $status -eq 0 ] || said 'make the folder writable, or copy the database elsewhere'
result $? "when nobody uses it he is told what he can do"

# --- I write into his ---
mkdir his
chown 65534:65534 his
prefix=$other
train his/runs.db --epochs 1 --cache his/cache
[ $status -eq 0 ] && [ "$(stat -c %u his/runs.db)" = 65534 ]
result $? "he trains in a folder of his own"
prefix=
begin_saved his/runs.db 6
killed
prefix=$other
"$combolab" runs -D his/runs.db >"$dir/out" 2>"$dir/err"
$other "$combolab" runs -D his/runs.db --format csv >"$dir/out" 2>"$dir/err"
grep -q '^2,lost' "$dir/out"
result $? "a run that another user began in his database, and that was killed, is lost to him"
resume his/runs.db 2
[ $status -eq 1 ] && said 'runs.weights/2.* cannot be written to: Permission denied'
result $? "he cannot go on with it, and is told which folder it is"
train his/runs.db --epochs 1 --cache his/cache
[ $status -eq 0 ]
result $? "his own runs go on"
prefix=
resume his/runs.db 2
[ $status -eq 0 ] && [ "$(value his/runs.db 2 epochs_done)" = 6 ]
result $? "its owner can"

# --- a cache for both ---
(umask 077 && train his/runs.db --epochs 1 --cache shared)
prefix=$other
train his/runs.db --epochs 1 --cache shared
[ $status -eq 0 ] && said 'decoded into memory, for this run alone'
result $? "a cache that another user keeps to himself is gone around, with a warning"
chmod 755 shared
chmod 644 shared/*
train his/runs.db --epochs 1 --cache shared
[ $status -eq 0 ] && ! said 'decoded'
result $? "one that may be read is used"
prefix=
alike his/runs.db 1 his/runs.db 5 "all to the same figures"
alike his/runs.db 1 his/runs.db 6 "again"

# --- pictures that only I may see ---
cp -r set secret
chmod 000 secret/images/portrait-00007.jpg
prefix=$other
train his/runs.db --epochs 1 --cache his/cache --data secret
[ $status -ne 0 ] && said 'portrait-00007.jpg.*Permission denied'
result $? "a picture that may not be read is named"
tap_done
