#!/bin/sh
# What files stay when runs end, and what `combolab clean` removes: never those of a run that goes
# on, of another database, or of nobody. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-clean-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_CACHE_HOME=$dir/home
OMP_NUM_THREADS=1
export XDG_CACHE_HOME OMP_NUM_THREADS
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/halt.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
    ls "$dir"/*.weights/*
}

run() {
    "$combolab" "$@" -D "$dir/exp.db" >"$dir/out" 2>"$dir/err" </dev/null
}

sql() {
    sqlite3 "$dir/exp.db" "PRAGMA foreign_keys = ON; $1"
}

files() { # of a run, in one line
    (cd "$weights/$1" && echo *)
}

all_files() { # every file, as it lies there and what it holds
    (cd "$dir" && find . -name '*.safetensors*' -o -name '*.images*' | sort | xargs -r cksum)
}

[ -f "$TOP_BUILDDIR/combolab-cpu.so" ] || skip_all "no CPU backend was built"
cd "$dir" || exit 1
"$combolab" synth set --count 24 --size 40 --seed 3 -q || exit 1
weights=$dir/exp.weights
cache=$dir/home/combolab
options="--data set --backbone resnet18 --image-size 32 --batch 8 --loss l1 --device cpu --save-every 1"

# --- when a run ends ---
# shellcheck disable=SC2086
run train $options --epochs 2
[ $? -eq 0 ] && [ "$(files 1)" = 'best.safetensors last.safetensors' ]
result $? "a finished run keeps its best and last weights alone"
grep -q 'run 1: finished, so its 2 checkpoints, [0-9.]* MiB, are removed; best and last weights stay' err &&
    sql 'SELECT text FROM log' | grep -q 'so its 2 checkpoints'
result $? "which is said, and on record"
[ "$(sql 'SELECT disk_bytes FROM run')" -eq "$(cat "$weights"/1/* | wc -c)" ]
result $? "what it takes of the disk is known"
run runs --columns id,disk
grep -q '^ 1 .* MiB$' out
result $? "and shown"
# shellcheck disable=SC2086
run train $options --epochs 2 --keep-checkpoints
[ "$(files 2)" = 'best.safetensors checkpoint-1.safetensors checkpoint-2.safetensors last.safetensors' ]
result $? "with --keep-checkpoints all stay"
run clean
[ $? -eq 0 ] && [ ! -s out ] && grep -qx 'nothing to remove' err
result $? "then there is nothing to clean"
run clean --unused 0 --cache "$dir/nowhere"
[ $? -eq 0 ] && [ ! -e nowhere ]
result $? "nor where there is no cache, which is not made"

# --- a run that goes on ---
# shellcheck disable=SC2086
"$combolab" train $options --epochs 5000 -D exp.db >train.out 2>train.err &
pid=$!
(sleep 300 && kill -KILL $pid) >/dev/null 2>&1 & # never for ever
watchdog=$!
i=0
while [ $i -lt 1200 ] && ! ls "$weights"/3/checkpoint-* >/dev/null 2>&1; do
    i=$((i + 1))
    sleep 0.05
done
halts exp.db $pid
echo half >"$weights/3/last.safetensors.1-0.tmp"
before=$(all_files)
run clean --yes --unused 0
[ $? -eq 0 ] && [ "$(all_files)" = "$before" ]
result $? "nothing of a run that goes on is touched, nor the images that it uses"
kill -CONT $pid
kill -TERM $pid
wait $pid
[ $? -eq 4 ] && [ "$(sql 'SELECT state FROM run WHERE id = 3')" = stopped ]
result $? "it goes on, and is stopped"
kill $watchdog 2>/dev/null

# --- what is left over ---
cp "$weights/1/last.safetensors" "$weights/1/checkpoint-2.safetensors" # killed before it was removed
cp "$weights/1/last.safetensors" "$weights/1/notes.safetensors"        # somebody's own
echo half >"$weights/3/checkpoint-9.safetensors.99999999-0.tmp"
mkdir "$weights/4" "$weights/5" "$weights/mine"
echo lost >"$weights/4/best.safetensors"
echo later >"$weights/5/best.safetensors"
echo mine >"$weights/mine/best.safetensors"
sql "INSERT INTO run(name, created, data, backbone, loss, image_size, batch,
    epochs, seed) VALUES ('gone', 1, '', '', 'l1', 32, 8, 1, 1); DELETE FROM run WHERE id = 4"
cp exp.db copy.db
"$combolab" train --queue --data set -D exp -q >/dev/null # its folder would be exp.weights-2
mkdir -p exp.weights-2/1
cp "$weights/1/last.safetensors" exp.weights-2/1/checkpoint-1.safetensors
checkpoints=$(ls "$weights"/3/checkpoint-*.safetensors)

before=$(all_files)
run clean --dry-run --format csv
[ $? -eq 0 ] && [ "$(all_files)" = "$before" ] && [ "$(cut -d, -f1-3 out | tr -d '\r' | tr '\n' ';')" = \
    'what,run,files;checkpoints of a run that is over,1,1;half-written files,3,1;files of a deleted run,4,1;' ]
result $? "a dry run says what there is, and leaves it"
run clean
[ $? -eq 2 ] && [ "$(all_files)" = "$before" ] && grep -q 'give --yes, or --dry-run' err && grep -q 'deleted run' out
result $? "where nobody can be asked nothing is removed"
"$combolab" clean --yes -D copy.db >out 2>err && "$combolab" clean --yes -D exp >>out 2>>err
[ $? -eq 0 ] && [ "$(all_files)" = "$before" ]
result $? "nor by a copy of the database, or another that could have this folder's name"
run clean --yes
[ $? -eq 0 ] && grep -q '^removed: 3 files, ' err
result $? "with a yes it is removed"
[ "$(files 1)" = 'best.safetensors last.safetensors notes.safetensors' ]
result $? "the checkpoint, but neither weights nor what is somebody's own"
[ "$(ls "$weights"/3/checkpoint-*)" = "$checkpoints" ] && ! ls "$weights"/3/*.tmp >/dev/null 2>&1
result $? "of a stopped run the halves, but no checkpoint"
[ ! -e "$weights/4" ] && [ -e "$weights/5/best.safetensors" ] && [ -e "$weights/mine/best.safetensors" ]
result $? "a deleted run's folder, but none of a number that was never given, nor another"
[ -e exp.weights-2/1/checkpoint-1.safetensors ] && [ -e "$weights/2/checkpoint-1.safetensors" ]
result $? "nothing in another folder, nor what is to be kept"
[ "$(sql 'SELECT disk_bytes FROM run WHERE id = 1')" -eq "$(cat "$weights"/1/* | wc -c)" ]
result $? "what runs take of the disk is looked at anew"
sql "UPDATE run SET epochs = epochs_done + 1 WHERE id = 3; UPDATE run_option SET value = (SELECT epochs_done + 1 FROM run
    WHERE id = 3) WHERE run = 3 AND name = 'epochs'"
run resume 3
[ $? -eq 0 ] && [ "$(files 3)" = 'best.safetensors last.safetensors' ]
result $? "the stopped run is resumed, and keeps what a finished one does"

# --- decoded images ---
run clean --dry-run
grep -qx 'nothing to remove' err
result $? "decoded images that were used lately stay"
images=$(ls "$cache"/*.images)
cp "$images" "$cache/mine.images"
touch -d '40 days ago' "$cache"/*.images
run clean --dry-run --unused 50
grep -qx 'nothing to remove' err
result $? "as long as is asked for"
run clean --dry-run
[ "$(grep -c 'decoded images' out)" -eq 1 ] && grep -q "$images" out
result $? "unused ones are found after 30 days"
# shellcheck disable=SC2086
run train $options --epochs 1
run clean --dry-run
grep -qx 'nothing to remove' err
result $? "but not once a run has opened them again"
[ "$(sql 'SELECT max(id) FROM run')" -eq 6 ] && [ -e "$weights/5/best.safetensors" ]
result $? "whose number is above that of files nobody knows of, which stay"
touch -d '40 days ago' "$cache"/*.images
run clean --yes
[ $? -eq 0 ] && [ ! -e "$images" ] && [ -e "$cache/mine.images" ]
result $? "they are removed, and no other file"
tap_done
