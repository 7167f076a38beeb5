#!/bin/sh
# A run that goes on elsewhere: its data set was moved, or is another one; another instruction set.
# What it was trained with is on record each time. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-provenance-XXXXXX") || exit 1
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

run() {
    "$combolab" "$@" >"$dir/out" 2>"$dir/err"
}

sql() {
    sqlite3 "$dir/runs.db" "$1"
}

[ -f "$TOP_BUILDDIR/combolab-cpu.so" ] || skip_all "no CPU backend was built"
"$combolab" synth "$dir/set" --count 24 --size 40 --seed 3 -q || exit 1
cp -r "$dir/set" "$dir/relabelled"
sed -i '2s/,[0-9.]*,/,2.125,/' "$dir/relabelled/labels.csv"
cp -r "$dir/set" "$dir/redrawn"
for image in "$dir"/redrawn/images/*; do
    cp "$image" "$dir/redrawn/first"
    break
done
for image in "$dir"/redrawn/images/*; do cp "$dir/redrawn/first" "$image"; done

# A run that is stopped after its first epoch.
"$combolab" train --data "$dir/set" --backbone resnet18 --image-size 32 --batch 8 --loss l1 --device cpu \
    --epochs 200 --save-every 1 -D "$dir/runs.db" >"$dir/out" 2>"$dir/err" &
pid=$!
i=0
while [ $i -lt 1200 ] && ! grep -q 'epoch *1/' "$dir/err"; do
    i=$((i + 1))
    sleep 0.05
done
kill -TERM $pid
wait $pid
[ $? -eq 4 ]
result $? "a run is stopped"
[ "$(sql "SELECT position || epoch || data || (device LIKE 'cpu: %') || (host <> '') || (program LIKE 'combolab _%')
    FROM provenance")" = "11$dir/set111" ]
result $? "what it was trained with is on record"

mv "$dir/set" "$dir/moved"
before=$(sql "SELECT * FROM run; SELECT * FROM run_option")
run resume 1 -D "$dir/runs.db"
[ $? -eq 1 ] && grep -q "its data set $dir/set is not there .*name its new place with .combolab resume --data" "$dir/err"
result $? "with its data set gone it is not resumed, and the way out is said"
for other in relabelled redrawn; do
    run resume 1 -D "$dir/runs.db" --data "$dir/$other"
    [ $? -eq 2 ] && grep -q "run 1 cannot go on with .*whose names, scores, split or pictures are not those" "$dir/err"
    result $? "nor with another: $other"
done
run resume 1 -D "$dir/runs.db" --data "$dir/nowhere"
[ $? -eq 1 ] && grep -q "data '$dir/nowhere' cannot be opened" "$dir/err"
result $? "nor with none"
[ "$(sql "SELECT * FROM run; SELECT * FROM run_option")" = "$before" ]
result $? "each time everything is left as it was"

# Nothing else than the place is another, so it goes on, and comes to its end with fewer epochs.
epochs=$(($(sql "SELECT epochs_done FROM run") + 2))
sql "UPDATE run SET epochs = $epochs; UPDATE run_option SET value = $epochs WHERE name = 'epochs'"
sql "UPDATE provenance SET device = 'cpu: an older one', program = 'combolab 0'"
cd "$dir" || exit 1
run resume 1 -D "$dir/runs.db" --data moved
[ $? -eq 0 ] && grep -q "the data set is read from $dir/moved now; its names, scores and pictures are the same" "$dir/err"
result $? "where it was moved to it goes on"
grep -q 'warning: run 1: the device was cpu: an older one and is now cpu: .*; what follows may differ' "$dir/err"
result $? "another device is warned of"
grep -q 'warning: run 1: the program was combolab 0 and is now combolab [1-9.0]*; what follows may differ' "$dir/err"
result $? "and another program"
[ "$(sql "SELECT count(*) FROM log WHERE level = 'warning' AND text LIKE '% was % and is now %'")" -eq 2 ]
result $? "both on record"
[ "$(sql "SELECT group_concat(data, ' ') FROM (SELECT data FROM provenance ORDER BY position)")" = "$dir/set $dir/moved" ] &&
    [ "$(sql "SELECT value FROM run_option WHERE name = 'data'")" = "$dir/moved" ] &&
    [ "$(sql "SELECT count(DISTINCT data_hash) FROM provenance")" -eq 1 ]
result $? "and both places, with the same content"
run show 1 -D "$dir/runs.db"
grep -q "an older one.*combolab 0 .*$dir/set" "$dir/out" && grep -q "oneDNN.*$dir/moved" "$dir/out"
result $? "show lists them"

# A run that has ended for good says so, wherever its data are.
rm -r "$dir/moved"
run resume 1 -D "$dir/runs.db"
[ $? -eq 1 ] && grep -q 'run 1 is finished and cannot be resumed' "$dir/err"
result $? "a finished run is refused for that"
tap_done
