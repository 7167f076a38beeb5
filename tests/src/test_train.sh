#!/bin/sh
# End to end through the program: portraits are drawn, trained on, shown. Prints TAP.
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/program.sh"

# The column of a CSV file, by its name: its values, one a line.
column() { # name, file
    awk -v name="$1" '
        function split_csv(line, cells,    n, i, c, quoted) {
            n = 1
            cells[1] = ""
            quoted = 0
            for (i = 1; i <= length(line); i++) {
                c = substr(line, i, 1)
                if (c == "\"")
                    quoted = !quoted
                else if (c == "," && !quoted)
                    cells[++n] = ""
                else
                    cells[n] = cells[n] c
            }
            return n
        }
        { sub("\r$", ""); n = split_csv($0, cells) }
        NR == 1 { for (i = 1; i <= n; i++) if (cells[i] == name) at = i; next }
        { print cells[at] }' "$2"
}

field_of_run() { # run, column
    "$combolab" show "$1" -D "$db" --format csv 2>&1 >"$dir/show" && column "$2" "$dir/show"
}


"$combolab" synth "$dir/set" --count 40 --size 48 --threads 1 >"$dir/out" 2>"$dir/err"
result $? "portraits are drawn"
small="--data $dir/set --rounding half-down --image-size 32 --batch 8 --threads 1 --learning-rate 0.001"

# --- an ablation of three losses ---
# shellcheck disable=SC2086
run train $small --epochs 2 --loss l1,mse,combo --format csv
exits 0 "three losses train"
[ "$(wc -l <"$dir/out")" -eq 4 ]
result $? "a CSV table of three runs goes to standard output"
[ "$(column loss "$dir/out" | tr '\n' ' ')" = "l1 mse combo " ]
result $? "in the order asked for"
[ "$(column state "$dir/out" | sort -u)" = finished ]
result $? "all are finished"
says err '^epoch 2/2  train [0-9.]* ' "a line an epoch goes to standard error"
if grep -q "$(printf '[\033\r]')" "$dir/err"; then false; else true; fi
result $? "without escape sequences, there being no terminal"
mae=$(column last_mae "$dir/out" | tail -n 1)
[ "$(field_of_run 3 last_mae)" = "$mae" ]
result $? "the stored figure is the printed one: MAE $mae"
"$combolab" show 3 --epochs -D "$db" --format csv >"$dir/epochs"
[ "$(column test_mae "$dir/epochs" | tail -n 1)" = "$mae" ] && [ "$(wc -l <"$dir/epochs")" -eq 3 ]
result $? "two epochs are stored, the last with that figure"
[ -s "$dir/runs.weights/3/last.safetensors" ]
result $? "its weights are kept"
run runs --format json
says out '"loss": *"combo"' "the runs are listed as JSON"

# --- the same seed twice ---
# shellcheck disable=SC2086
run train $small --epochs 2 --loss combo -q
exits 0 "a quiet run"
grep -q finished "$dir/out" && ! grep -v '^combolab: warning: ' "$dir/err"
result $? "says only its table and what it is warned of"
"$combolab" show 4 --epochs -D "$db" --format csv >"$dir/again"
for c in train_total test_total test_mae test_pc; do
    [ "$(column $c "$dir/epochs")" = "$(column $c "$dir/again")" ]
    result $? "the same seed gives the same $c: $(column $c "$dir/again" | tail -n 1)"
done
cmp -s "$dir/runs.weights/3/last.safetensors" "$dir/runs.weights/4/last.safetensors"
result $? "and the same weights, to the bit"

# --- the queue ---
# shellcheck disable=SC2086
(cd "$dir" && "$combolab" train --queue --data set --image-size 32 --batch 8 --threads 1 \
    --epochs 1 --loss l1,mse -D "$db" >"$dir/out" 2>"$dir/err")
[ "$(tr '\n' ' ' <"$dir/out")" = "5 6 " ]
result $? "queued runs are only numbered"
[ "$(field_of_run 5 state)" = queued ]
result $? "and wait"
run work --once
exits 0 "a worker trains one"
[ "$(field_of_run 5 state) $(field_of_run 6 state)" = "finished queued" ]
result $? "the older, from another folder"
run work
exits 0 "a worker trains what is left"
run work --format csv
[ "$status" -eq 0 ] && [ "$(wc -l <"$dir/out")" -eq 1 ]
result $? "and ends when there is nothing"

# --- stopping ---
stop() { # signal
    : >"$dir/err"
    # shellcheck disable=SC2086
    $default_signal "$combolab" train $small --epochs 5000 --loss l1,mse -D "$db" --format csv \
        >"$dir/out" 2>"$dir/err" &
    pid=$!
    i=0
    while [ $i -lt 1200 ] && ! grep -q 'epoch *2/' "$dir/err"; do
        i=$((i + 1))
        sleep 0.05
    done
    kill -"$1" $pid
    (sleep 120 && kill -KILL $pid) >/dev/null 2>&1 & # never for ever
    watchdog=$!
    wait $pid
    status=$?
    kill $watchdog 2>/dev/null
}
default_signal=
stop TERM
exits 4 "SIGTERM stops"
[ "$(column state "$dir/out" | sort -u)" = stopped ]
result $? "both runs are stopped, the second before it began"
[ "$(field_of_run 7 epochs_done)" -ge 2 ] && [ -s "$dir/runs.weights/7/last.safetensors" ]
result $? "what was trained is kept"
if env --default-signal=INT true 2>/dev/null; then
    default_signal="env --default-signal=INT"
    stop INT
    exits 4 "so does Ctrl-C"
fi

# --- a learning rate that blows up ---
# shellcheck disable=SC2086
run train $small --learning-rate 10 --loss mse --epochs 20 --format csv
exits 3 "a run that diverges"
[ "$(column state "$dir/out")" = diverged ] && grep -q 'mse is ' "$dir/err"
result $? "is stored as that, and the term is named"

# --- what is refused, and how ---
run train --data "$dir/nowhere" --epochs 1
exits 1 "missing data"
says err "nowhere" "is named"
# shellcheck disable=SC2086
run train $small --loss nonsense
exits 2 "an unknown loss is a usage error"
# shellcheck disable=SC2086
run train $small --device abacus
[ "$status" -ne 0 ] && grep -q abacus "$dir/err"
result $? "an unknown device is refused before anything is queued"

cp -r "$dir/set" "$dir/damaged"
image=$(ls "$dir/damaged/images" | head -n 1)
head -c 200 "$dir/set/images/$image" >"$dir/damaged/images/$image"
run train --data "$dir/damaged" --image-size 32 --batch 8 --threads 1 --epochs 1 --loss l1
exits 1 "a damaged image is refused"
says err "$image" "by its name"
run train --data "$dir/damaged" --image-size 32 --batch 8 --threads 1 --epochs 1 --loss l1 \
    --skip-bad-images --format csv
exits 0 "or left out when that is asked for"
[ "$(field_of_run "$(column id "$dir/out")" skipped_images)" = 1 ]
result $? "and counted"

# --- two at one database ---
two=$dir/two.db
side() { # name, epochs
    # shellcheck disable=SC2086
    timeout 120 "$combolab" train $small --epochs "$2" --loss l1 -q -D "$two" >"$dir/$1" 2>&1
    echo $? >"$dir/$1.status"
}
side first 2 &
side second 4 &
wait
[ "$(cat "$dir/first.status")" = 0 ] && [ "$(cat "$dir/second.status")" = 0 ]
result $? "train beside train ends" "$(cat "$dir/first" "$dir/second")"

# --- weights that cannot be written ---
(
    ulimit -f 8000 # well below the size of a weight file
    # shellcheck disable=SC2086
    run train $small --epochs 1 --loss l1 --format csv
    exit $status
)
status=$?
exits 1 "a full disk fails the run"
says err "safetensors" "and says what could not be written"
id=$(column id "$dir/out")
[ "$(field_of_run "$id" state)" = failed ]
result $? "it is stored as failed"
[ -z "$(ls -A "$dir/runs.weights/$id" 2>/dev/null)" ]
result $? "and no half file is left"

tap_done
