#!/bin/sh
# `combolab predict`: files, folders and lists in, scores out. Prints TAP.
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/program.sh"
HOME=$dir
export HOME

"$combolab" synth "$dir/set" --count 40 --size 48 --threads 1 -q >"$dir/out" 2>"$dir/err"
result $? "portraits are drawn"
run train --data "$dir/set" --image-size 32 --resize 40 --batch 8 --threads 1 --epochs 2 --loss combo,l1
exits 0 "two runs are trained"

# --- the same as the run said of its test images ---
run show 1 --predictions best --format csv
cp "$dir/out" "$dir/said"
awk -F, 'NR > 1 { print $2 }' "$dir/said" >"$dir/names"
(cd "$dir/set" && "$combolab" predict --run 1 --best - -D "$db" -q --format csv --batch 7 --threads 1 \
    <"$dir/names" >"$dir/out" 2>"$dir/err")
status=$?
exits 0 "a list on standard input"
sort -t, -k2,2 "$dir/said" | grep -v '^place' >"$dir/a"
sort -t, -k1,1 "$dir/out" | grep -v '^image,' >"$dir/b"
join -t, -1 2 -2 1 "$dir/a" "$dir/b" >"$dir/both"
# image,place,truth,predicted,error,expectation,predicted_class,true_class,score,expectation,class,p1...
awk -F, 'function off(a, b) { return a - b > 2e-5 || b - a > 2e-5 }
    off($4, $9) || off($6, $10) || $7 != $11 { print; bad = 1 }
    { sum = $12 + $13 + $14 + $15 + $16; if (off(sum, 1)) { print "probabilities add up to " sum; bad = 1 } }
    END { exit bad || NR != 16 }' "$dir/both" >"$dir/wrong"
result $? "has the scores, expectations and classes that the run has on record" "$(cat "$dir/wrong")"

# --- what can be named ---
run predict --run last "$dir/set/images"
exits 0 "a folder"
[ "$(wc -l <"$dir/out")" -eq 41 ]
result $? "has its images, a row each"
says err 'resnet18 .* 32 pixels, no class head, cpu f32' "what predicts is said"
grep -q expectation "$dir/out"
[ $? -ne 0 ]
result $? "without a class head there is no expectation"
run predict --run last "$dir/set" -q
exits 2 "a folder without images is refused"
says err 'recursive' "with the option that helps"
run predict --run last "$dir/set" --recursive -q --format json
exits 0 "which looks into its folders"
[ "$(grep -c '"score"' "$dir/out")" -eq 40 ]
result $? "and JSON has all of them"
run export 1 "$dir/combo.safetensors" -q
run predict --weights "$dir/combo.safetensors" "$dir/set/images/portrait-00001.jpg" -q --format csv
exits 0 "an exported file predicts"
cp "$dir/out" "$dir/one"
run predict --run 1 "$dir/set/images/portrait-00001.jpg" -q --format csv
cmp -s "$dir/one" "$dir/out"
result $? "what its run predicts"
run predict --run 1 "$dir/set/images/portrait-00001.jpg" -q --format csv --flip
exits 0 "with its mirror image"
cmp -s "$dir/one" "$dir/out"
[ $? -ne 0 ]
result $? "it is something else"

# --- what is wrong ---
hostile="$dir/no
picture %s.jpg"
printf 'words' >"$hostile"
: >"$dir/empty.png"
run predict --run 1 "$dir/set/images/portrait-00001.jpg" "$hostile" "$dir/none.jpg" "$dir/empty.png" \
    "$dir/set/images/portrait-00002.jpg" --format csv
exits 1 "images that cannot be decoded"
[ "$(wc -l <"$dir/out")" -eq 3 ]
result $? "the others are scored"
says err 'left out: .*no^Jpicture %s.jpg' "a hostile name is shown and not obeyed"
says err 'left out: .*none.jpg' "a missing one is named"
says err 'left out: .*empty.png' "an empty one too"
says err '3 of 5 images were left out' "and they are counted"
run predict "$dir/set/images"
exits 2 "without weights"
says err '--run RUN or with --weights FILE' "it says how to name them"
run predict --run 1 --weights "$dir/combo.safetensors" "$dir/set/images"
exits 2 "both cannot be"
run predict --weights "$dir/combo.safetensors" --last "$dir/set/images"
exits 2 "a file has no last epoch"
run predict --run 77 "$dir/set/images"
exits 1 "a run that is not there"
run predict --weights "$dir/set/labels.csv" "$dir/set/images"
exits 1 "a file that holds no weights"
says err 'labels.csv' "is named"
run predict --run 1 --image-size 20 "$dir/set/images"
exits 2 "an image of 20 pixels"
printf 'a\000b\n' >"$dir/zero"
"$combolab" predict --run 1 - -D "$db" <"$dir/zero" >"$dir/out" 2>"$dir/err"
status=$?
exits 1 "a list that is none"
"$combolab" predict --run 1 - -D "$db" </dev/null >"$dir/out" 2>"$dir/err"
status=$?
exits 2 "an empty list"
tap_done
