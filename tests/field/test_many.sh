#!/bin/sh
# Many trainers and viewers on one database: no lock error, no run twice, no row lost, and each process ends by
# itself. FIELD_SECONDS=300 FIELD_TRAINERS=16 FIELD_VIEWERS=4 is the long form (make check-field). Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
has sqlite3 || skip_all "no sqlite3"
seconds=${FIELD_SECONDS:-6}
trainers=${FIELD_TRAINERS:-$([ "$seconds" -ge 60 ] && echo 16 || echo 6)}
viewers=${FIELD_VIEWERS:-4}
# One epoch a run, so that claims, starts and ends are many.
draws 16
cd "$dir" || exit 1
options="$options --epochs 2 --save-every 0"
train many.db --epochs 1 # the images are in the cache
end=$(($(date +%s) + seconds))

# Queues runs and trains what is queued, whoever queued it, until the time is over.
trainer() { # number
    n=0
    while [ "$(date +%s)" -lt $end ]; do
        n=$((n + 1))
        # shellcheck disable=SC2086
        if [ $(((n + $1) % 3)) -eq 0 ]; then
            "$combolab" train $options --seed $n --experiment "t$1" -D many.db
        else
            "$combolab" train $options --seed $n,$((n + 1)) --experiment "t$1" --queue -D many.db && "$combolab" work -D many.db
        fi
        echo "status $? of try $n"
    done
    "$combolab" work -D many.db # what is left
    echo "status $? of the last"
}

# Looks, as lists, charts and scripts do.
viewer() { # number
    while [ "$(date +%s)" -lt $end ]; do
        "$combolab" runs -D many.db --format csv && "$combolab" show last -D many.db --epochs --format csv &&
            "$combolab" runs -D many.db --state finished
        echo "status $?"
        sleep 0.2
    done
}

# Five minutes of weights would fill a disk: those of runs that are over are emptied.
sweeper() {
    while [ ! -e over ]; do
        for id in $(sqlite3 -readonly many.db "SELECT id FROM run WHERE state = 'finished' AND
            ended < strftime('%s', 'now') - 5"); do
            for f in many.weights/"$id"/*.safetensors; do [ ! -s "$f" ] || : >"$f"; done
        done
        sleep 1
    done
}

sweeper >/dev/null 2>&1 &
started=
for k in $(seq "$trainers"); do
    trainer "$k" >"trainer.$k" 2>&1 &
    started="$started $!"
done
for k in $(seq "$viewers"); do
    viewer "$k" >"viewer.$k" 2>&1 &
    started="$started $!"
done
# shellcheck disable=SC2086
(sleep $((seconds * 3 + 240)) && kill -KILL $started) >/dev/null 2>&1 &
watchdog=$!
bad=0
for p in $started; do
    wait "$p"
    [ $? -lt 128 ] || bad=$((bad + 1))
done
touch over
[ $bad -eq 0 ]
result $? "$trainers trainers and $viewers viewers end by themselves" "$bad had to be killed"
sed 's/^/# /' trainer.* viewer.* | grep -c '^# status 0' | sed 's/^/# commands that ended well: /'
grep -h -E '^status' trainer.* viewer.* | grep -v '^status 0' | sort | uniq -c >wrong
[ ! -s wrong ]
result $? "all with success" "$(cat wrong; grep -h '^combolab: ' trainer.* viewer.* | grep -v warning | sort | uniq -c | head)"
grep -h -i -E 'locked|busy|damaged|malformed' trainer.* viewer.* >locks
[ ! -s locks ]
result $? "no lock error" "$(sort locks | uniq -c | head)"
count() { sqlite3 many.db "SELECT count(*) FROM $1"; }
n=$(count run)
echo "# $n runs, $(count epoch) epochs, $(count log) lines of the log"
[ "$n" -gt "$trainers" ] && [ "$(count "run WHERE state = 'finished' AND resumed = 0")" -eq "$n" ]
result $? "every run is finished" "$(sqlite3 many.db 'SELECT state, count(*) FROM run GROUP BY 1')"
# A second trainer would have said that it begins, in its own messages and in the run's log.
begun=$(grep -h -c ': [0-9]* training and ' trainer.* | awk '{ n += $1 } END { print n }')
[ "$begun" -eq $((n - 1)) ] && [ "$(count "log WHERE text LIKE 'backend cpu%'")" -eq "$n" ]
result $? "each was trained once" "$begun of $((n - 1)) were begun"
[ "$(count 'run WHERE epochs_done <> epochs OR (SELECT count(*) FROM epoch WHERE run = id) <> epochs OR
    (SELECT count(*) FROM phase WHERE run = id) <> 2 * epochs OR (SELECT count(*) FROM ledger WHERE run = id) <> epochs OR
    (SELECT count(DISTINCT kind) FROM prediction WHERE run = id) < 1')" -eq 0 ]
result $? "no row is lost"
[ "$(count 'verb')" -eq 0 ] && [ "$(sqlite3 many.db 'SELECT max(id) FROM run')" -eq "$n" ]
result $? "nor a number"
# One seed, one result, whoever trained it.
[ "$(sqlite3 many.db "SELECT count(*) FROM (SELECT seed FROM run WHERE epochs = 2 GROUP BY seed
    HAVING count(DISTINCT last_mae) > 1)")" -eq 0 ]
result $? "runs of one seed came to the same figures"
whole many.db "the database is sound"
find many.weights -name '*.tmp' | grep -q .
[ $? -eq 1 ]
result $? "no half written file is left"
tap_done
