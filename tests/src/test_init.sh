#!/bin/sh
# Weights in, through the program: a run begins with those of a file. Prints TAP.
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/program.sh"
HOME=$dir
export HOME

"$combolab" synth "$dir/set" --count 20 --size 40 --threads 1 >"$dir/out" 2>"$dir/err"
result $? "portraits are drawn"
small="--data $dir/set --image-size 32 --batch 8 --threads 1 --learning-rate 0.001 --loss combo --rounding half-down"

# shellcheck disable=SC2086
run train $small --epochs 1
exits 0 "a run without a file"
cp "$dir/runs.weights/1/last.safetensors" "$dir/start.safetensors"

# --- a run that begins with its weights ---
# shellcheck disable=SC2086
(cd "$dir" && run train $small --epochs 1 --init start.safetensors && exit $status)
status=$?
exits 0 "another begins with its weights"
says err "begins with 104 of 104 tensors (names of timm, torchvision; content [0-9a-f]*) of $dir/start.safetensors" "and says so"
run show 2
says out "init  *path  *$dir/start.safetensors" "the path is stored, absolute"
says out "stem-pool  *choice  *floor" "with the pool that its names go with"
# shellcheck disable=SC2086
run train $small --epochs 1 --init '~/start.safetensors' --queue
exits 0 "a home folder is known"

# --- on record ---
"$combolab" weights "$dir/start.safetensors" --format csv | tail -n 1 | tr -d '\r' >"$dir/row"
hash=$(cut -d, -f3 "$dir/row")
run show 2 --format json
says out "\"init_hash\": *\"$hash\"" "the record has the hash of the file's content"
cp "$dir/start.safetensors" "$dir/other.safetensors"
# shellcheck disable=SC2086
"$combolab" train $small --epochs 200 --save-every 1 --init "$dir/other.safetensors" -D "$dir/other.db" >"$dir/out" 2>"$dir/err" &
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
sqlite3 "$dir/other.db" "UPDATE run SET epochs = epochs_done + 1; UPDATE run_option SET value =
    (SELECT epochs FROM run) WHERE name = 'epochs'"
cp "$dir/runs.weights/2/last.safetensors" "$dir/other.safetensors"
"$combolab" resume 1 --anew -D "$dir/other.db" >"$dir/out" 2>"$dir/err"
status=$?
exits 0 "begun again"
says err "the file whose weights it begins with is not as it was the time before: its content was $hash and is now" \
    "it says that its file is another"

# --- what is refused before anything is queued ---
refuses() { # text, what, options
    text=$1
    what=$2
    shift 2
    # shellcheck disable=SC2086
    run train $small --epochs 1 "$@"
    [ "$status" -ne 0 ] && grep -q -e "$text" "$dir/err"
    result $? "$what"
}
refuses "'init': $dir/nowhere: No such file" "a file that is not there" --init "$dir/nowhere"
refuses "/~bob/start.safetensors: No such file" "another's home folder" --init '~bob/start.safetensors'
refuses "holds weights of resnet18, not of resnet50: use --backbone resnet18" "another net" \
    --init "$dir/start.safetensors" --backbone resnet50
head -c 4000 "$dir/start.safetensors" >"$dir/short.safetensors"
refuses "short.safetensors .*cut short" "half a file" --init "$dir/short.safetensors"
printf 'PK\003\004rest' >"$dir/model.pth"
refuses "model.pth: it begins as a zip archive, .*cut short" "half a file of torch.save" --init "$dir/model.pth"
printf '\200\002cposix\nsystem\nX\007\0\0\0touch x\205R.' >"$dir/model.pth"
refuses "model.pth: .*it names posix.system, which weights never do" "a pickle that would run a program" --init "$dir/model.pth"
[ ! -e x ]
result $? "and nothing is run"
refuses "set: is a folder" "a folder" --init "$dir/set"

# --- what a file holds ---
# shellcheck disable=SC2086
run train $small --epochs 2 --learning-rate 0.03
exits 0 "a run that moves its weights"
cp "$(ls -t "$dir"/runs.weights/*/last.safetensors | head -n 1)" "$dir/start.safetensors"
run weights "$dir/start.safetensors"
exits 0 "a file is described"
says out "net  *resnet18" "its net is named"
says out "values  *11189190" "its values are counted"
says out "a run begins with it by --backbone resnet18 --init $dir/start.safetensors" "and what would begin with it"
if grep -q "before any training\|random" "$dir/out"; then false; else true; fi
result $? "trained weights are not doubted"
run weights "$dir/start.safetensors" --tensors --format csv
[ "$(wc -l <"$dir/out")" -eq 105 ] && grep -q '^layer4.1.bn2.running_var,F32,512,' "$dir/out"
result $? "a row a tensor"
run weights "$dir/start.safetensors" --format json
says out '"findings"' "as JSON too"
# shellcheck disable=SC2086
run train $small --epochs 1 --trace "$dir/trace"
run weights "$dir/trace/initial.safetensors"
says out "all running means are 0 and all variances 1" "weights before any training are told"
says out "all convolutions are spread as they are when they are drawn" "so are convolutions that are drawn"

cp "$dir/start.safetensors" "$dir/nan.safetensors"
at=$((8 + $(od -An -tu4 -N4 "$dir/nan.safetensors")))
printf '\000\000\300\177' | dd of="$dir/nan.safetensors" bs=1 seek=$at conv=notrunc 2>"$dir/err"
run weights "$dir/nan.safetensors"
exits 1 "a value that is not finite"
says out "damage .*not finite: 1; the first is" "is damage"
says out "no run can begin with it" "that no run begins with, as --init says"
if grep -q 'yes *$' "$dir/out"; then false; else true; fi
result $? "no net can"
LC_ALL=C sed 's/"fc\.weight"/"fx.weight"/' "$dir/start.safetensors" >"$dir/headless.safetensors"
run weights "$dir/headless.safetensors"
says out "it has no score head: a run begins with one as --head-start" "a head that is missing is told"
LC_ALL=C sed 's/"fc\.weight"/"fx.weight"/; s/"fc_cls\.weight"/"fc.weight"    /' "$dir/start.safetensors" \
    >"$dir/headless.safetensors"
run weights "$dir/headless.safetensors"
says out "fc.weight is 5x512, and a score head 1x512: it is left out" "so is one of another size"

# --- weights out ---
run export 2 "$dir/out.safetensors"
exits 0 "a run's weights are exported"
says out "the best weights of run 2, epoch 1, 104 tensors" "and it says which"
for text in '"backbone":"resnet18"' '"mean":"0.485,0.456,0.406"' '"class_values":"1,2,3,4,5"' '"image_size":"32"' \
    '"class_edges":"1.5,2.5,3.5,4.5"' '"stem_pool":"kernel 3 stride 2 pad 1 floor"' '"run":"2"'; do
    head -c 4000 "$dir/out.safetensors" | grep -aqF "$text"
    result $? "its metadata have $text"
done
run export 2 "$dir/out.safetensors" --last
exits 1 "a file that is there is not replaced"
says err "out.safetensors is there already: choose another name, or replace it with --force" "and it says what to do"
run export 2 "$dir/out.safetensors" --last --force
exits 0 "but by --force"
says out "the last weights of run 2" "with the weights asked for"
run export 2 "$dir/out.PTH"
exits 2 "a name that says another format is refused"
says err "no .pth file but safetensors" "and it says what is written"
[ ! -e "$dir/out.PTH" ]
result $? "and nothing is"
run export 2 "$dir/no/out.safetensors"
exits 1 "a folder that is not there is an error"
run export 2 "$dir/x.safetensors" --last --best
exits 2 "both kinds at once are refused"
rm "$dir/runs.weights/2/best.safetensors"
run export 2 "$dir/x.safetensors" --best
[ "$status" -eq 1 ] && [ ! -e "$dir/x.safetensors" ]
result $? "weights that are gone are an error, and leave no file"
# shellcheck disable=SC2086
run train $small --epochs 1 --init "$dir/out.safetensors" --trace "$dir/trace-out"
says err "begins with 104 of 104 tensors .* of $dir/out.safetensors" "an exported file can be begun with"
for file in runs.weights/2/last trace-out/initial; do # the same order; what differs is the header
    tail -c $((11189190 * 4)) "$dir/$file.safetensors" >"$dir/values"
    tail -c $((11189190 * 4)) "$dir/out.safetensors" | cmp -s - "$dir/values"
    result $? "its values are those of $file: maximal difference 0"
done
rm "$dir/values"

# --- files of PyTorch's own ---
if python3 -c 'import json, zipfile' 2>/dev/null; then
    python3 "$TOP_SRCDIR/tests/kit/torch_file.py" "$dir/out.safetensors" "$dir/out.pth"
    python3 "$TOP_SRCDIR/tests/kit/torch_file.py" "$dir/out.safetensors" "$dir/bgr.pth" bgr255
    # shellcheck disable=SC2086
    run train $small --epochs 1 --init "$dir/out.pth"
    exits 0 "a run begins with a file of torch.save"
    says err "begins with 104 of 104 tensors .* of $dir/out.pth" "with all of it"
    says err "'state_dict' was taken" "the part that was taken is said"
    says err "taken as weights for RGB images less their mean, divided by their deviation (--init-order" "and what images it is for"
    values() { # of the newest run's weights
        "$combolab" weights "$(ls -t "$dir"/runs.weights/*/last.safetensors | head -n 1)" --tensors --format csv
    }
    values >"$dir/of-pth"
    # shellcheck disable=SC2086
    run train $small --epochs 1 --init "$dir/out.safetensors"
    values >"$dir/of-safetensors"
    cmp -s "$dir/of-pth" "$dir/of-safetensors"
    result $? "it trains to the same weights as the safetensors file that it was made of"
    # shellcheck disable=SC2086
    run train $small --epochs 1 --init "$dir/bgr.pth" --init-order bgr --init-scale 255
    says err "taken as weights for BGR images of 0 to 255 less their mean" "BGR weights are said"
    values >"$dir/of-bgr"
    paste -d, "$dir/of-bgr" "$dir/of-safetensors" |
        awk -F, 'NR > 1 { d = $6 - $15; if (d < 0) d = -d; if (d > 1e-4) bad = 1; n++ } END { exit bad || n != 104 }'
    result $? "and train to nearly the same" "$(paste "$dir/of-bgr" "$dir/of-safetensors" | head -n 4)"
    run show last --format json
    grep -q '"init-order"' "$dir/out" && grep -q '"bgr"' "$dir/out"
    result $? "they are on record"
    run weights "$dir/out.pth"
    says out "container  *PyTorch, zip" "the container is named"
    says out "part  *of what is in the file, 'state_dict' is taken" "and the part"
    image=$(ls "$dir"/set/images/*.jpg | head -n 1)
    for file in out.pth bgr.pth out.safetensors; do
        options=
        [ $file = bgr.pth ] && options="--init-order bgr --init-scale 255"
        # shellcheck disable=SC2086
        run predict --weights "$dir/$file" --image-size 32 --format csv $options "$image"
        sed -n 2p "$dir/out" >"$dir/score-$file"
        cp "$dir/err" "$dir/said-$file"
    done
    grep -q "does not say what its classes stand for: .* as 1 to 5" "$dir/said-out.pth" &&
        ! grep -q "stand for" "$dir/said-out.safetensors"
    result $? "classes whose values no file says are said to be taken as 1 to 5" "$(cat "$dir/said-out.pth")"
    cmp -s "$dir/score-out.pth" "$dir/score-out.safetensors" && [ -s "$dir/score-out.pth" ]
    result $? "predict says the same of both" "$(cat "$dir"/score-*)"
    paste -d, "$dir/score-bgr.pth" "$dir/score-out.pth" |
        awk -F, '{ d = $2 - $(NF / 2 + 2); if (d < 0) d = -d; exit d > 1e-4 || NF < 4 }'
    result $? "and nearly the same of BGR weights" "$(cat "$dir"/score-*)"
    run predict --run last --init-order bgr "$image"
    exits 2 "a run's own weights are for RGB"
else
    skip "no python3 to write files of torch.save"
fi

# --- the manual page's script, where there is PyTorch ---
sed -n '/^import json, struct, sys$/,/^\.Ed$/p' "$TOP_BUILDDIR/man/combolab.1" | sed '$d' >"$dir/score.py"
python=$(command -v /usr/bin/python3 || command -v python3)
if [ -s "$dir/score.py" ] && "$python" -c 'import torch, torchvision, PIL' 2>/dev/null; then
    "$combolab" show 2 --predictions last --format csv -D "$db" 2>&1 | sed -n 2p >"$dir/row"
    "$python" "$dir/score.py" "$dir/out.safetensors" "$dir/set/$(cut -d, -f2 "$dir/row")" >"$dir/out" 2>"$dir/err"
    awk -F, 'NR == FNR { score = $4; expectation = $6; next } { split($0, a, " "); w = a[1] == "score" ? score : expectation
        d = a[2] - w; if (d < 0) d = -d; if (d > 1e-4) bad = 1; n++ } END { exit bad || n != 2 }' "$dir/row" "$dir/out"
    result $? "PyTorch gets the same score and expectation" "$(cat "$dir/row" "$dir/out" "$dir/err")"
else
    [ -s "$dir/score.py" ]
    result $? "the manual page has a script"
    skip "no PyTorch and torchvision here"
fi

tap_done
