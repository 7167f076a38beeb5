#!/bin/sh
# The program from outside: what a command line is answered with, and how it ends.
program=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
python=$(command -v python3)
work=$(mktemp -d "${TMPDIR:-/tmp}/combolab-cli-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
# Nothing of whoever runs this is read or written.
HOME=$work XDG_DATA_HOME=$work/share XDG_CACHE_HOME=$work/cache COLUMNS=80 TZ=UTC
export HOME XDG_DATA_HOME XDG_CACHE_HOME COLUMNS TZ
unset XDG_CONFIG_HOME XDG_STATE_HOME
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    { echo "exit status $got"; cat out err; } 2>/dev/null | head -n 20
}

run() { # arguments: leaves status in $got, texts in out and err
    "$program" "$@" >out 2>err </dev/null
    got=$?
}

# wanted exit status, part of standard error, arguments
refuses() {
    wanted=$1
    part=$2
    shift 2
    run "$@"
    [ "$got" -eq "$wanted" ] && grep -qF -- "$part" err && [ ! -s out ]
    result $? "combolab $*: $part"
}

# part of standard output, arguments
says() {
    part=$1
    shift
    run "$@"
    [ "$got" -eq 0 ] && grep -qF -- "$part" out && [ ! -s err ]
    result $? "combolab $*: $part"
}

json() { # what, Python expression on the parsed output `j`
    if [ -z "$python" ]; then
        skip 'no python3 to read JSON'
        return
    fi
    "$python" -c 'import json, sys; j = json.load(open("out")); assert eval(sys.argv[1]), j' "$2" \
        2>>err
    result $? "$1"
}

# --- help ---
says 'usage: combolab [COMMAND]' --help
says 'usage: combolab [COMMAND]' -h
says 'usage: combolab runs' help runs
says 'combolab ' --version
for command in $("$program" --complete ''); do
    run "$command" --help
    options=$(sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p' out)
    letters=$(sed -n 's/^  -\(.\), .*/\1/p' out)
    [ "$got" -eq 0 ] && grep -q "^usage: combolab $command " out && [ ! -s err ] &&
        [ -z "$(printf '%s\n' "$options" | sort | uniq -d)" ] &&
        [ -z "$(printf '%s\n' "$letters" | sort | uniq -d)" ]
    result $? "$command --help, no option or letter twice"
done
awk 'length > 80 && !/^ *\(/ { bad = 1 } END { exit bad }' out
result $? 'help keeps to 80 columns'
"$program" train --help | grep -F '(auto|' >out
"$program" dataset --help | grep -F '(auto|' >err
grep -qxF -f err out
result $? 'train and dataset know the same protocols'

# --- what is refused ---
refuses 2 "unknown command 'trian'" trian
refuses 2 "unknown option 'lerning-rate'; did you mean 'learning-rate'?" train --lerning-rate 1
refuses 2 "did you mean 'learning-rate'?" train --learning_rate 1
refuses 2 "unknown option '-z'" train -z
refuses 2 'allowed: 0..10' train --learning-rate 11
refuses 2 'allowed: 1..4096' train --batch 0
refuses 2 "'4x' is not a whole number" train --batch 4x
refuses 2 "'nan' is not a number" train --alpha nan
refuses 2 'allowed: l1|mse|smooth-l1|smooth-huber|combo|combo-released' train --loss huber
refuses 2 "'maybe' is not yes or no" train --skip-bad-images=maybe
refuses 2 "'no-quiet' takes no value" runs --no-quiet=1
refuses 2 "option 'seed' needs a value" train --seed
refuses 2 "'lr' may mean 'lr-step' or 'lr-factor'" train --lr 1
refuses 2 "'dat' may mean 'database', or 'data' of combolab" runs --dat x
refuses 2 "write it whole" runs --dat=x
refuses 2 'missing argument: DIR' synth --coun 20
refuses 2 'missing argument: DIR' synth
refuses 2 'missing argument: RUN...' resume
refuses 2 "unknown option 'epochs'" bench --epochs 3
refuses 2 'allowed: 0.01..3600' bench --seconds 0
refuses 2 "unexpected argument 'b'" synth a b
refuses 2 "option 'data' is missing" train --queue
refuses 2 'See: combolab train --help' train --epochs 0
refuses 2 "stands twice in the list" train --data x --seed 1,2,01
for value in 0,01 0,1 0,30 1,05 0,01,0,02; do
    refuses 2 'a decimal point?' train --data x --rotate "$value"
done
refuses 2 "'0,01' a decimal point? Write 0.01 for one number, 0.0,01 for two" train --rotate 0,01
refuses 2 "'1,5' a decimal point? Write 1.5" train --data x --momentum 1,5
refuses 2 'a decimal point?' bench --seconds 0,5
for list in '--fold 1,2' '--alpha 2,1' '--rotate 0,0.5' '--rotate 0.0,30' '--rotate 0,10,30'; do
    refuses 1 "data 'nowhere' cannot be opened" train --data nowhere $list
done
refuses 2 "option 'name': longer than 255 bytes" train --name "$(printf '%0256d' 0)"
refuses 2 "option 'experiment': longer than 255 bytes" train --experiment "$(printf '%0256d' 0)"
refuses 2 'allowed: l1|mse|smooth-l1|smooth-huber|combo|combo-released' train --data x --loss l1,huber
refuses 2 'allowed: l1|mse|smooth-l1|smooth-huber|combo|combo-released' train --data x --loss l1,
refuses 2 'more than 1000 combinations' train --data x --seed 1,2,3,4,5,6,7,8,9,10,11 \
    --batch 1,2,3,4,5,6,7,8,9,10 --epochs 1,2,3,4,5,6,7,8,9,10
refuses 2 'is not one of the choices' tui --format csv,json
refuses 2 '^[[31m' "$(printf 'no\033[31mcommand')"
refuses 2 'the screen needs a terminal'
refuses 1 'there is no run database' runs -D nothing.db
[ ! -e nothing.db ]
result $? 'reading makes no database'
refuses 1 'there is no run database' resume 1 -D nothing.db
[ ! -e nothing.db ]
result $? 'nor does resuming'
if [ -c /dev/full ]; then
    "$program" version >/dev/full 2>err
    got=$?
    [ "$got" -eq 1 ] && grep -q 'standard output cannot be written' err
    result $? 'a full disk under standard output is told'
fi

# --- drawn data sets ---
run synth one --count 20 --size 32 --seed 3 --threads 2
[ "$got" -eq 0 ] && [ -s one/labels.csv ] && [ ! -s err ]
result $? 'synth draws, and keeps standard error empty without a terminal'
run synth two --count 20 --size 32 --seed 3 --threads 1 --quiet
[ "$got" -eq 0 ] && [ ! -s out ] && diff -r one two >out
result $? 'synth gives the same bytes on any number of threads; --quiet says nothing'
run synth three --count 20 --size 32 --seed 4
[ "$got" -eq 0 ] && ! cmp -s one/labels.csv three/labels.csv
result $? 'synth gives another set for another seed'
refuses 2 'allowed: 32..1024' synth four --size 8
[ ! -e four ]
result $? 'a refused synth makes nothing'
refuses 1 "" synth /dev/null/x

says 'training images' dataset one
says 'no image was decoded: --check names damaged ones' dataset one
run dataset one --format json --protocol fold --fold 2 --classes 3
[ "$got" -eq 0 ]
result $? 'dataset as JSON'
json 'dataset: its figures' 'j["dataset"]["images"] == 20 and j["dataset"]["fold"] == 2 and j["dataset"]["train_images"] + j["dataset"]["test_images"] == 20 and 1 <= j["dataset"]["score_least"] <= j["dataset"]["score_mean"] <= j["dataset"]["score_most"] <= 5 and len(j["dataset"]["hash"]) == 16'
json 'dataset: its classes' 'len(j["classes"]) == 3 and sum(c["images"] for c in j["classes"]) == 20 and all(c["train_images"] + c["test_images"] == c["images"] for c in j["classes"]) and all(abs(c["weight"] * c["train_images"] - max(d["train_images"] for d in j["classes"])) < 1e-9 for c in j["classes"] if c["train_images"])'
json 'a CSV file is cut into bins' 'j["dataset"]["rounding"] == "bins" and j["classes"][0]["begins"] is None and all(b["begins"] <= b["value"] for b in j["classes"][1:])'
run dataset one --format json --rounding half-up --loss combo-released --class-weights 1,2,3,4,5
json 'dataset --rounding: numbers, the weights given' 'j["dataset"]["rounding"] == "half-up" and [c["value"] for c in j["classes"]] == [1, 2, 3, 4, 5] and [c["begins"] for c in j["classes"]][1:] == [1.5, 2.5, 3.5, 4.5] and [c["weight"] for c in j["classes"]] == [1, 2, 3, 4, 5]'
run dataset one --format json --class-edges -1,2.5 --class-values=0,1,4
json 'dataset --class-edges: as many classes, the values given' 'j["dataset"]["rounding"] == "edges" and [(c["begins"], c["value"]) for c in j["classes"]] == [(None, 0), (-1, 1), (2.5, 4)] and j["classes"][0]["images"] == 0'
refuses 2 '2 does not ascend after 3' dataset one --class-edges 3,2
refuses 2 '2 numbers for 5 classes' dataset one --class-values 1,2
refuses 2 '3 numbers for 5 classes' train --queue --data one --class-values 1,2,3
refuses 2 'divides scores into 2 classes, not 3' train --queue --data one --classes 3 --class-edges 1
run dataset one --check
[ "$got" -eq 0 ] && grep -q 'all 20 images can be decoded' out
result $? 'dataset --check of good images'
cp -r one alike
cp alike/images/portrait-00003.jpg alike/images/portrait-00005.jpg
run dataset alike --check --format json
json 'dataset --check names images that are the same picture' '[(r["image"], r["same_as"]) for r in j["same"]] == [("images/portrait-00005.jpg", "images/portrait-00003.jpg")] and j["damaged"] == []'
run dataset alike --check
[ "$got" -eq 0 ] && grep -q 'all 20 images can be decoded; data hash [0-9a-f]\{16\}$' out && grep -q 'same picture as' out
result $? 'and is content with them'
printf 'image,score,split\nimages/portrait-00001.jpg,1,train\n./images/portrait-00001.jpg,1,test\n' >one/linked.csv
refuses 1 "is the same file as 'images/portrait-00001.jpg' in line 2" dataset one/linked.csv
head -c 200 one/images/portrait-00007.jpg >cut && mv cut one/images/portrait-00007.jpg
echo 'no image' >two/images/portrait-00003.jpg
run dataset one --check --format csv
[ "$got" -eq 1 ] && [ "$(grep -c portrait out)" -eq 1 ] && grep -q 'images/portrait-00007.jpg,' out
result $? 'dataset --check names the damaged image, exit status 1'
: >one/images/portrait-00008.jpg
rm one/images/portrait-00009.jpg
run dataset one --format json
[ "$got" -eq 1 ]
result $? 'dataset of a set with a missing image: exit status 1'
json 'and what it is, with the image' '[m["image"] for m in j["missing"]] == ["images/portrait-00009.jpg"] and j["dataset"]["missing_images"] == 1 and len(j["histogram"]) == 10 and sum(b["images"] for b in j["histogram"]) == 20 and all(b["train_images"] + b["test_images"] == b["images"] for b in j["histogram"])'
run dataset one --check --format json
json 'dataset --check names empty and missing images, and groups the others' 'len(j["damaged"]) == 3 and "0 bytes" in j["damaged"][1]["reason"] and "No such file" in j["damaged"][2]["reason"] and [(k["width"], k["height"], k["colours"], k["images"]) for k in j["looks"]] == [(32, 32, "RGB", 17)]'
refuses 1 'portrait-00009.jpg' train --data one --epochs 1 --image-size 32 --device cpu
mkdir leak
cp three/images/portrait-0000[1234].jpg leak/
cp leak/portrait-00001.jpg leak/again.jpg
printf 'image;score;part\nportrait-00001.jpg;1,5;train\nportrait-00002.jpg;2,5;train\nagain.jpg;1,5;test\n' >leak/de.csv
run dataset leak/de.csv --split-column part --check
[ "$got" -eq 0 ] && grep -q "1 of 1 test images show a picture that trains too.*'again.jpg' is the same picture as 'portrait-00001.jpg'" err
result $? 'dataset --check warns of pictures that train and test'
run dataset leak/de.csv --split-column part --format json
json 'dataset of a table says how it was read' '"semicolons" in j["dataset"]["note"] and "decimal comma" in j["dataset"]["note"] and j["dataset"]["score_mean"] == 5.5 / 3'
refuses 1 "no column is named 'beauty'; there are 3: image, score, part" dataset leak/de.csv --score-column beauty
run dataset two --check
[ "$got" -eq 1 ] && grep -q 'portrait-00003.jpg' out
result $? 'dataset --check names what is no image'
refuses 1 'nowhere' dataset nowhere
mkdir empty
refuses 1 'empty' dataset empty
refuses 2 '20' dataset three --protocol fold --fold 20
refuses 2 'three split has no folds; those of --protocol fold can be asked for' dataset three --fold 2
refuses 2 'three split has no folds' train --data three --fold 1,2,3
printf 'image,score\nimages/portrait-00001.jpg,good\n' >three/bad.csv
refuses 1 'bad.csv:2' dataset three/bad.csv

# --- sweeps, as queued runs ---
run -D runs.db train --queue --data three --loss l1,combo --alpha 1,2 --seed 5,4 --experiment sweep
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 6 ]
result $? 'a sweep queues its combinations; weights that l1 does not use make no run'
printf 'image,warm,sad,split\nimages/portrait-00001.jpg,1,4,train\nimages/portrait-00002.jpg,2,3,test\n' >three/traits.csv
run -D traits.db train --queue --data three/traits.csv --score-column 'warm, sad'
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 2 ]
result $? 'several columns of scores are a run each'
run -D traits.db runs --format json
json 'each of a data set of its own' 'sorted(r["data"] for r in j) == ["traits.csv:sad", "traits.csv:warm"]'
run -D range.db train --queue --data three --seed 1-3,7
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 4 ]
result $? 'a range of whole numbers is a list'
refuses 2 "'seed': 5-1 is no range" -D range.db train --queue --data three --seed 5-1
refuses 2 "'fold'" -D range.db train --queue --data three --fold ,1
run -D idle.db train --queue --data three --epochs 2 --loss l1,mse --alpha 2 --lr-step 20 --val-share 0.2
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 2 ] && [ "$(grep -c 'has no effect' err)" -eq 3 ] &&
    grep -q "'lr-step' has no effect: the run ends before the learning rate falls" err &&
    grep -q "'val-share' has no effect: only select val uses it" err
result $? 'options without effect are said, and no more than that'
run -D idle.db train --queue --data three --loss l1,combo --alpha 1 --schedule step,cosine --lr-factor 0.5 -q
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 4 ] && [ ! -s err ]
result $? 'one run with an effect is enough'
run -D idle.db train --queue --data three --schedule step,cosine --lr-step 5,6
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 3 ]
result $? 'steps that a schedule does not use make no run'
mkdir -p long/"$(printf '%0150d' 0)"
cp three/images/portrait-0000[123].jpg long/0*/
printf 'image,score,split\n%0150d/portrait-00001.jpg,1,train\n%0150d/portrait-00002.jpg,2,test\n' 0 0 >long/labels.csv
run -D idle.db train --queue --data long
[ "$got" -eq 0 ]
result $? 'a long image name is stored whole'
mkdir -p long/"$(printf '%0150d' 0)/$(printf '%0150d' 0)"
cp three/images/portrait-00001.jpg long/0*/0*/
printf '%0150d/%0150d/portrait-00001.jpg,3,test\n' 0 0 >>long/labels.csv
refuses 2 '320 bytes, 255 at most can be stored' -D idle.db train --queue --data long
run runs --database runs.db --experiment sweep --format csv
[ "$(tr -d '\r' <out | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 1 { print $at["state"], ($(NF - 2) >= 0) }' | sort -u)" = 'queued 1' ]
result $? 'runs as CSV, with global options before or after the command'
run -D runs.db runs --format json
json 'in the order given, the last list fastest' '[(r["loss"], r["alpha"]) for r in reversed(j)] == [("l1", None)] * 2 + [("combo", 1)] * 2 + [("combo", 2)] * 2'
run -D sweep.db train --queue --data three --loss mse,smooth-l1,combo-released \
    --smooth-beta 0.5,1 --huber-delta 1,2 --gamma 1,2
run -D sweep.db runs --format json
json 'sweeps leave out what a loss does not use' '[(r["loss"], r["gamma"]) for r in reversed(j)] == [("mse", None)] + [("smooth-l1", None)] * 2 + [("combo-released", 1), ("combo-released", 2)]'
run -D runs.db show 2 --format json
json 'a run shows its options' '{o["name"]: o["value"] for o in j["options"]}["seed"] == "4"'
run -D runs.db train --queue --data three --seed 1,2 --seed 3 --no-skip-bad-images
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 1 ]
result $? 'an option given again counts last'

# --- runs and show on a database with figures ---
"$TOP_BUILDDIR/tests/src/cli_db" db.db >out 2>err
got=$?
result $got 'a database with figures'
says 'evil^[[31m' -D db.db runs
[ "$(grep -c "$(printf '\033')" out)" -eq 0 ]
result $? 'no escape reaches the terminal'
run -D db.db runs --format json
json 'runs: figures, null where there are none' '[r["id"] for r in j] == [3, 2, 1] and j[2]["best_pc"] == 0.75 and j[2]["best_epoch"] == 2 and j[0]["best_pc"] is None and j[2]["state"] == "finished" and j[1]["name"] == "evil\x1b[31m"'
run -D db.db runs --experiment two --state failed --format json
json 'runs: filtered' '[r["id"] for r in j] == [2]'
run -D db.db runs --limit 1 --format json
json 'runs: the newest' '[r["id"] for r in j] == [3]'
run -D db.db runs --references --state lost --format json
json 'runs: published figures' 'len(j) > 50 and all(r["state"] == "published" and r["id"] is None for r in j) and any(r["data"] == "SCUT-FBP5500" and r["loss"] == "combo" and r["best_mae"] for r in j)'
run -D db.db runs --filter 'loss:combo pc>0.5 !state:failed' --format json
json 'runs: a filter of fields' '[r["id"] for r in j] == [1]'
run -D db.db runs --filter '!pc>0.5' --sort -id --columns name,Learning\ Rate,pc --limit 1 --format json
json 'runs: chosen columns, in order, the first of them' 'j == [{"name": "evil\x1b[31m", "learning_rate": 0.01, "best_pc": None}]'
run -D db.db runs --references --filter 'loss:combo data:SCUT mae<0.23' --sort mae --format json
json 'runs: published figures, filtered and sorted' 'len(j) > 2 and all(r["best_mae"] < 0.23 and r["loss"] == "combo" for r in j) and [r["best_mae"] for r in j] == sorted(r["best_mae"] for r in j)'
refuses 2 "there is no column 'speed'; there are: id state" -D db.db runs --sort speed
refuses 2 "'best_pc' is asked for twice" -D db.db runs --columns pc,best_pc
run -D db.db runs --format markdown
[ "$(grep -c '^| .* |$' out)" -eq 5 ] && [ "$(tr -cd '|\n' <out | sort -u | wc -l)" -eq 1 ] &&
    grep -qF 'evil^\[\[31m' out
result $? 'runs as Markdown: as many columns in each line'
# Every brace is closed, every line of a table has as many columns, and nothing is left that LaTeX would obey.
run -D db.db show 1 --format latex
[ "$got" -eq 0 ] && awk '
    /^%/ { next }
    /\\begin\{tabular\}/ { columns = length($0) - length("\\begin{tabular}{@{}@{}}"); next }
    / \\\\$/ { line = $0; gsub(/\\./, "", line); if (gsub(/&/, "", line) != columns - 1) bad = 1; rows++ }
    { line = $0; gsub(/\\[][\\%#&$_{}]/, "", line); if (line ~ /[%#$_]/) bad = 1
      opened = gsub(/{/, "", line); if (gsub(/}/, "", line) != opened) bad = 1 }
    END { exit bad || rows < 20 }' out
result $? 'show as LaTeX: whole rows and no stray signs' "$(cat out)"
if command -v pdflatex >/dev/null 2>&1; then
    for what in 'runs --references' 'show 1' 'show 2' 'show 1 --predictions last'; do
        # shellcheck disable=SC2086
        run -D db.db $what --format latex
        { echo '\documentclass{article}\usepackage{booktabs}\begin{document}'; cat out; echo '\end{document}'; } >table.tex
        pdflatex -halt-on-error -interaction=nonstopmode table.tex >tex.log 2>&1
        result $? "LaTeX takes: $what" "$(tail -n 20 tex.log)"
    done
else
    skip 'no pdflatex here'
fi
refuses 2 "'best_pc' is compared with a number, and 'high' is none" -D db.db runs --filter 'pc>high'
COLUMNS=80 run -D db.db runs --references
[ "$got" -eq 0 ] && [ "$(wc -L <out)" -le 80 ] && grep -q 'best PC' out
result $? 'runs: 80 columns are enough'
run -D db.db show 1 --format json
json 'show: run, terms, options, weights' 'j["run"]["device"] == "cpu: test" and j["run"]["data_hash"] == "0123456789abcdef" and [t["weight"] for t in j["terms"]] == [2, 1, 0.5] and len(j["options"]) == 2 and j["weights"][0]["kind"] == "last" and j["weights"][0]["epoch"] == 2'
json 'show: how many jobs by which method' '[(m["method"], m["jobs"]) for m in j["methods"]] == [("cudnn", 2), ("plain", 1)]'
says 'third' -D db.db show last
says 'it^[[2Jfailed' -D db.db show 2
run -D db.db show 1 --epochs --format json
json 'show --epochs: terms by name, no correlation is null' 'len(j) == 2 and j[0]["test_pc"] is None and j[1]["test_pc"] == 0.75 and j[1]["train_classification"] == 0.125 and j[1]["train_classification_weighted"] == 0.0625 and "val_pc" not in j[0] and j[1]["best"] is True and j[0]["time"] == "2023-11-14T22:13:21Z" and j[0]["train_images_per_s"] == 4'
run -D db.db show 1 --predictions last --format csv
[ "$(sed -n 3p out | tr -d '\r')" = '1,"b,""2"".jpg",3,3.5,0.5,,,' ]
result $? 'show --predictions: CSV quotes, and leaves what is missing empty'
run -D db.db show 1 --ledger 1 --log --format json
json 'show --ledger --log: both, by name' '[(p["image"], p["predicted"]) for p in j["ledger"]] == [("a.jpg", 1.5), ("b,\"2\".jpg", 2.5)] and j["log"][0]["text"] == "said once"'
run -D db.db show 1 --algorithms --format json
json 'show --algorithms: all of them' 'j[0] == {"job": "forward f32 16x8x8 3>8 k3 s1 p1 g1", "method": "cudnn", "details": "9.19 engine 62 1=2"} and len(j) == 3 and j[1]["details"] == ""'
refuses 1 'no algorithms on record' -D db.db show 2 --algorithms
refuses 2 'CSV holds one table' -D db.db show 1 --epochs --log --format csv
refuses 1 'no best predictions' -D db.db show 1 --predictions best
refuses 1 'no ledger of epoch 9' -D db.db show 1 --ledger 9
refuses 1 '99' -D db.db show 99
refuses 2 "'newest' is no run" -D db.db show newest
says 'two run 2' -D db.db compare 1-3 --all
run -D db.db compare 1 2-9 last --baseline 2 --format json
json 'compare: distances from the baseline, each run once' \
    '[r["id"] for r in j["figures"]] == [1, 2, 3] and j["figures"][1]["baseline"]'
says 'run_1,run_3' -D db.db compare 1 3 --term expectation --phase train --format csv
says 'run_1,run_2,run_3' -D db.db compare --filter 'loss:combo' --settings --format csv
says 'run_2,run_3' -D db.db compare -x two --epochs --metric mae --format csv
refuses 2 'which runs?' -D db.db compare
refuses 1 'this is one' -D db.db compare 2
refuses 1 'none of those' -D db.db compare 1-3 --filter 'loss:l1'
refuses 1 'no run from 7 to 9' -D db.db compare 1 7-9
refuses 2 'is no range' -D db.db compare 3-1
refuses 2 'is no run' -D db.db compare 1 x-y
refuses 2 'regression expectation classification' -D db.db compare 1 2 --term other
refuses 2 'there are: total' -D db.db compare 1 2 --epochs --metric pace
refuses 2 'CSV holds one table' -D db.db compare 1 2 --epochs --figures --format csv

# --- views as text: of some runs, of none, in ASCII ---
LC_ALL=C.UTF-8 COLUMNS=100 LINES=30
export LC_ALL LINES
run -D empty.db work
shown() { # database, name in the header, arguments
    base=$1
    name=$2
    shift 2
    run -D "$base" --once "$@"
    [ "$got" -eq 0 ] && [ ! -s err ] && [ "$(wc -l <out)" -eq 30 ] &&
        head -n 1 out | grep -qF " $name]"
    result $? "--once $* of $base"
}
for base in db.db empty.db; do
    shown $base Runs runs
    shown $base Live live
    shown $base Compare compare
    shown $base Ablation ablation
    shown $base Images predictions
    shown $base SQL sql
    shown $base Launch launch
    shown $base Help help
done
part() { # text that the view has
    grep -qF -- "$1" out
    result $? "it has: $1"
}
shown db.db Runs runs
part '1 ✓ finished one'
[ "$(grep -c "$(printf '\033')" out)" -eq 0 ]
result $? 'and no escape'
shown db.db Compare compare 1-2
part '2 runs'
part 'best at end 0.75: run 1'
shown db.db Live live 1
part '2/2  100 %'
shown db.db Ablation ablation 1
part '1 of 1 finished'
shown db.db Images predictions 1
part 'a.jpg'
run -D db.db --once runs --size 60x15
[ "$(wc -l <out)" -eq 15 ] && [ "$(head -n 2 out | tail -n 1 | wc -m)" -eq 61 ]
result $? '--size says how large'
LC_ALL=C run -D db.db --once compare 1-2
[ "$got" -eq 0 ] && ! LC_ALL=C grep -q '[^ -~]' out
result $? 'in the C locale it is ASCII'
TERM=nothing NO_COLOR=1 run -D db.db --once runs
[ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 30 ]
result $? 'it takes no terminal'
refuses 2 'allowed: none|runs|live|compare|ablation|predictions|sql|launch|help' -D db.db --once nope
refuses 2 'is no size in cells, from 60x15' -D db.db --once runs --size 10x10
refuses 2 'is no size in cells' -D db.db --once runs --size 100
refuses 2 'runs are for --once' -D db.db tui 3
refuses 1 'there is no run 99' -D db.db --once live 99
refuses 1 'there is no run database' -D none.db --once runs
COLUMNS=80
unset LC_ALL LINES

# --- ledgers: errors of -0.5 everywhere after epoch 1, 0.5 after epoch 2 ---
refuses 1 'run 3 has no ledger: it is queued, and no epoch' -D db.db ledger 1 last
run -D db.db ledger 1 --format json
json 'ledger: every rule, the earliest of equal epochs' '[(r["rule"], r["epoch"], r["epochs"], r["pc"], r["mae"], r["bias"]) for r in j] == [("last", 2, 1, 1, 0.5, 0.5)] + [(rule, 1, 1, 1, 0.5, -0.5) for rule in ("best-pc", "best-mae", "best-rmse", "smoothed-pc")] + [("mean-last", 2, 2, 1, 0.5, 0)]'
json 'ledger: halves of one image have an error and no correlation' '[(r["other_half"], r["optimism"]) for r in j] == [(None, None), (None, None), (0.5, 0), (0.5, 0), (None, None), (None, None)]'
run -D db.db ledger --experiment one --selection best-mae --format csv
[ "$(sed 1d out | tr -d '\r')" = '1,first,best-mae,1,1,1,0.5,0.5,-0.5,0.5,0' ]
result $? 'ledger: one rule, of an experiment'
run -D db.db ledger 1 -t --selection best-mae --limit 1 --format json
json 'ledger --trajectories: at first, chosen and last' 'j == [{"run": 1, "image": "a.jpg", "truth": 2, "first_error": -0.5, "chosen_error": -0.5, "last_error": 0.5, "volatility": 1}]'
refuses 1 'no image is in the test split of two of these runs' -D db.db ledger 1 --suspects
refuses 1 "experiment 'two' has no run with a ledger" -D db.db ledger -x two
refuses 1 'left out: run 2 has no ledger: it is failed' -D db.db ledger -x two
refuses 1 "experiment 'six' has no runs" -D db.db ledger -x six
refuses 2 'give either runs, by their numbers, or --experiment NAME' -D db.db ledger
refuses 2 'give either runs' -D db.db ledger 1 -x one
refuses 2 'one of them at a time' -D db.db ledger 1 -t --suspects
run -D db.db ledger 1 --format csv && mv out once && run -D db.db ledger 1 1-1 --format csv && cmp -s out once
result $? 'ledger: ranges are taken, and each run once'
if [ -n "$python" ]; then
    cp db.db pair.db
    "$python" -c 'import sqlite3, struct
d = sqlite3.connect("pair.db")
d.execute("UPDATE run SET split = (SELECT split FROM run WHERE id = 1) WHERE id = 2")
d.execute("INSERT INTO epoch SELECT 2, epoch, learning_rate, time, best FROM epoch WHERE run = 1 AND epoch = 1")
d.execute("INSERT INTO ledger VALUES (2, 1, ?)", [struct.pack("<2f", 2.5, 1.5)])
d.commit()' 2>err
    result $? 'a second run with a ledger'
    run -D pair.db ledger 1 2 --suspects --format json
    json 'ledger --suspects: wrong alike first' '[(r["rank"], r["image"], r["predicted"], r["error"], r["runs"]) for r in j] == [(1, "a.jpg", 2.5, 0.5, 2), (2, "b,\"2\".jpg", 2.5, -0.5, 2)] and j[0]["deviation"] == 0 and abs(j[0]["strength"] - 0.5) < 1e-12'
fi
# --- ablations ---
run -D db.db ablation one --format json
json 'ablation: figures of a finished run, the mean error from what it predicted' '[(f["figure"], f["mean"], f["sd"], f["n"]) for f in j["ablation"]] == [("pc", 0.75, None, 1), ("mae", 0.25, None, 1), ("rmse", 0.3, None, 1), ("mean_error", 0.5, None, 1)] and j["ablation"][0]["row"] == "combo 2,1,0.5" and j["ablation"][0]["verdict"] == "baseline"'
json 'and what is said of them' '[n["kind"] for n in j["notes"]] == ["sentence", "caption"] and "1 of 1 runs finished, seed 7" in j["notes"][1]["text"]'
says 'There is one row, so nothing to compare it with' -D db.db ablation one
says '0 of 1; 1 queued' -D db.db ablation
run -D db.db ablation one --metric mae --format csv
[ "$got" -eq 0 ] && [ "$(grep -c '^"combo 2,1,0.5",resnet18,mae,0.25,,1,false,1,1,' out)" -eq 1 ]
result $? 'ablation as CSV'
says 'column,row,verdict,seeds,seeds_needed,runs_needed,needed_s' -D db.db ablation two --needed --format csv
says '| 7, 2         | 0.7500 (1) |' -D db.db ablation one --format markdown --rows seed,epochs --cols state
refuses 1 "there is no experiment 'three' with runs" -D db.db ablation three
refuses 2 "'pc,f1' is no list of metrics" -D db.db ablation --metric pc,f1
refuses 2 "there is no column or option 'colour'" -D db.db ablation --rows colour
refuses 2 "there is no row 'mse' to compare with; there are: combo 2,1,0.5" -D db.db ablation one --baseline mse
says 'figure.svg: means of 1 run' -D db.db ablation one --figure figure.svg
grep -q '<svg' figure.svg
result $? 'ablation drawn'

# --- a database of an older combolab ---
if [ -n "$python" ] && [ -r "$TOP_SRCDIR/db/schema_1.sql" ]; then
    "$python" -c 'import sqlite3, sys
d = sqlite3.connect("old.db")
d.executescript(open(sys.argv[1]).read())
d.executescript("PRAGMA application_id = 0x636d626f; PRAGMA user_version = 1")
d.execute("INSERT INTO run(name, created, data, backbone, loss, image_size, batch, epochs, seed)"
          " VALUES (?, 1, ?, ?, ?, 32, 8, 1, 1)", ("ancient", "x", "resnet18", "l1"))
d.commit()' \
        "$TOP_SRCDIR/db/schema_1.sql" 2>err
    says 'ancient' -D old.db runs
    says 'ancient' -D old.db show 1
fi
says 'evil' -qD db.db runs
says 'evil' -qDdb.db runs
refuses 2 "option 'database' needs a value" -qD

# --- going on ---
refuses 1 'run 1 is finished and cannot be resumed' -D db.db resume 1
refuses 1 'run 3 is queued and cannot be resumed' -D db.db resume 2 3 --queue
run -D db.db show 2 --format json
json 'one of two that cannot be resumed: none is' 'j["run"]["state"] == "failed" and j["run"]["resumed"] == 0'
run -D db.db resume 2 --queue
[ "$got" -eq 0 ] && [ "$(cat out)" = 2 ]
result $? 'a failed run is queued again'
run -D db.db show 2 --format json
json 'and says so' 'j["run"]["state"] == "queued" and j["run"]["resumed"] == 1 and j["run"]["state_text"] == "" and j["run"]["seconds"] >= 0'
refuses 2 "'newest' is no run" -D db.db resume newest
refuses 1 'there is no run 99' -D db.db resume 99

# --- bench ---
if "$program" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    bench="bench --device cpu --image-size 32 --batch 4 --threads 1 --seconds 0.05"
    # shellcheck disable=SC2086
    run $bench --loss l1,combo --format json
    [ "$got" -eq 0 ]
    result $? 'bench measures two losses'
    json 'bench: figures' '[b["loss"] for b in j["bench"]] == ["l1", "combo"] and all(b["backbone"] == "resnet18" and b["batch"] == 4 and b["threads"] == 1 and b["precision"] == "f32" and b["train_images_per_s"] > 1 and b["eval_images_per_s"] > b["train_images_per_s"] and b["memory_bytes"] > 44e6 and b["device"] and b["library"] for b in j["bench"])'
    json 'bench: shares of a phase add up to about all of it' 'all(99 < sum(w["share"] for w in j["work"] if w["loss"] == l and w["phase"] == p) < 130 for l in ("l1", "combo") for p in ("train", "eval")) if j["work"] else "does not tell" in open("err").read()'
    # shellcheck disable=SC2086
    run $bench -q --format csv
    [ "$got" -eq 0 ] && [ "$(wc -l <out)" -eq 2 ] && [ ! -s err ]
    result $? 'bench as CSV, quietly'
    # shellcheck disable=SC2086
    run $bench -q --work --format csv
    [ "$got" -eq 0 ] && grep -q '^backbone,loss,image_size,batch,phase,work,' out
    result $? 'bench --work as CSV'
    refuses 2 'computes in f32 only' bench --device cpu --precision bf16
    refuses 1 'there is no device cpu:9' bench --device cpu:9
    # shellcheck disable=SC2086
    run $bench -q --memory --format csv
    [ "$got" -eq 0 ] && [ "$(grep -c '^resnet18,combo,32,4,' out)" -eq 5 ]
    result $? 'bench --memory as CSV: five purposes'
    # shellcheck disable=SC2086
    run $bench -q --phase eval --format json
    json 'bench of evaluation alone, and its memory adds up' 'j["bench"][0]["train_images_per_s"] is None and j["bench"][0]["eval_median_images_per_s"] > 1 and j["bench"][0]["process_bytes"] > j["bench"][0]["memory_bytes"] == sum(m["bytes"] for m in j["memory"]) and [m["bytes"] for m in j["memory"] if m["memory"].startswith("gradients")] == [0]'
fi

# --- devices, version, completion ---
run devices --format json
json 'devices: every backend is there or says why not' '{d["backend"] for d in j} == {"cpu", "cuda"} and all(d["device"] or d["detail"] for d in j)'
COMBOLAB_MODULES=$work/empty run version --format json
json 'version: its parts' '{v["part"] for v in j} >= {"combolab", "SQLite", "CPU backend", "CUDA backend"} and all(v["version"] for v in j)'
says 'l1,mse' --complete train --loss l1,
says 'combo-released' --complete train --loss l1,combo-
says 'se-resnet50' --complete train --backbone se-
says 'half-even' --complete dataset --rounding half-e
says '--lr-step' --complete train --lr
says 'ablation' --complete --once abl
says 'last' --complete show --predictions ''
says 'synth' --complete s
run --complete dataset ./
[ "$got" -eq 0 ] && [ ! -s out ]
result $? 'files are left to the shell'
says '.It Fl Fl alpha' --mdoc options
says '--backbone' --complete bench --b
run --complete bench --ep
[ ! -s out ]
result $? 'bench completes its own options only'

tap_done
