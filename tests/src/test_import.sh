#!/bin/sh
# combolab import: curves from event files of TensorBoard (tests/golden/events.py makes them) and from CSV, good and
# bad ones. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
golden=$(cd "$TOP_SRCDIR" && pwd)/tests/golden
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-import-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
TZ=UTC
export TZ
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

import() {
    "$combolab" import -D db.db "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
}

refused() { # part of the message, what; after an import
    [ "$got" -ne 0 ] && grep -q "$1" err && [ "$(column id)" = "$before" ]
    result $? "$2 is refused"
}

column() { # name, options
    name=$1
    shift
    "$combolab" runs -D db.db --columns "$name" --format csv "$@" 2>&1 | tr -d '\r' | tail -n +2 | tr '\n' ' '
}

figures() { # run, names of columns of its epochs
    "$combolab" show "$1" -D db.db --epochs --format csv | tr -d '\r' | awk -F, -v names="$2" '
        NR == 1 { n = split(names, name, " "); for (i = 1; i <= NF; i++) at[$i] = i; next }
        { for (k = 1; k <= n; k++) printf "%s%s", (k > 1 ? "," : ""), $(at[name[k]]); printf " " }'
}

cd "$dir" || exit 1

# --- event files ---
import "$golden/events-torch.tfevents" --dry-run --format csv
[ "$got" -eq 0 ] && [ ! -e db.db ] && [ "$(tr -d '\r' <out | cut -d, -f2- | tr '\n' ' ')" = \
    'curve,points,figure,by Loss/train,5,train.loss,its name Loss/val,5,test.loss,its name MAE/val,5,test.mae,its name Pearson/val,5,test.pc,its name lr,5,lr,its name gpu/memory,5,none,not known ' ]
result $? '--dry-run says what curves there are'
import "$golden/events-torch.tfevents" --experiment net --loss wing --backbone vit --seed 3 --data faces --protocol 60/40 \
    --name theirs
[ "$got" -eq 0 ] && grep -q 'run 1, 5 epochs; .*test.pc is Pearson/val; .*there is no test, so val is taken for it' err
result $? 'an event file becomes a run, and what was taken for what is said'
[ "$(figures 1 'epoch learning_rate best train_total test_total test_mae test_pc')" = \
    '1,1,true,1,1.25,0.5,0.5 2,0.5,true,0.5,0.625,0.25,0.625 3,0.25,true,0.3333333432674408,0.4166666567325592,0.1666666716337204,0.875 4,0.125,false,0.25,0.3125,0.125,0.75 5,0.0625,false,0.20000000298023224,0.25,0.10000000149011612,0.8125 ' ]
result $? 'with every figure' "$(figures 1 'epoch learning_rate best train_total test_total test_mae test_pc')"
[ "$(column name,state,experiment,loss,backbone,seed,data,protocol,best_epoch,best_pc,tag)" = \
    'theirs,finished,net,wing,vit,3,faces,60/40,3,0.875,imported ' ]
result $? 'and all that was said of it'
"$combolab" show 1 -D db.db >out && grep -q '^imported from  *TensorBoard events-torch.tfevents$' out &&
    grep -q '^created  *2023-11-14 22:13:20$' out && grep -q '^ran for  *4m' out
result $? 'it is marked, and of its own time'
import "$golden/events-tensors.tfevents" --steps-per-epoch 4
[ "$got" -eq 0 ] && [ "$(figures 2 'epoch train_total test_pc test_mae test_rmse')" = \
    '1,2.5,0.25,0.25, 2,6.5,0.5,0.125, 3,10.5,0.75,0.0833333358168602, ' ]
result $? 'scalars that are tensors, several steps an epoch' "$(figures 2 'epoch train_total test_pc test_mae test_rmse')"
import "$golden/events-cut.tfevents" --map 'MAE/val=val.mae,Loss/val=none,Pearson/val=test.pc'
[ "$got" -eq 0 ] && grep -q 'the file ends within a record' err && grep -q 'val.mae is MAE/val; test.pc is' err &&
    ! grep -q 'Loss/val' err && [ "$(figures 3 'epoch val_mae test_pc test_total' | cut -d' ' -f1)" = '1,0.5,0.5,' ]
result $? 'a file that is being written, and curves as --map says'
import "$golden/events-nan.tfevents"
[ "$got" -eq 0 ] && grep -q '2 values that are not finite were left out; a step came twice' err &&
    [ "$(figures 4 'epoch test_mae')" = '1,1 2,0.5 3,0.125 ' ]
result $? 'steps out of order and twice, and values that are none'
mkdir -p logs/a/b logs/c && cp "$golden/events-torch.tfevents" logs/a/b/events.out.tfevents.1.x &&
    cp "$golden/events-nan.tfevents" logs/c/events.out.tfevents.1.x && cp "$golden/events-empty.tfevents" \
    logs/c/events.out.tfevents.2.x && printf 'epoch,test_mae\n1,0.5\n' >logs/plain.csv && echo no >logs/c/notes.txt
import logs --experiment folder
[ "$got" -eq 0 ] && [ "$(column name --experiment folder)" = 'plain c b ' ]
result $? 'folders are runs'

import logs --experiment folder
[ "$got" -eq 0 ] && grep -q '^logs/c: it is run 6 already' err && [ "$(column name --experiment folder)" = 'plain c b ' ]
result $? 'and are once'

# --- CSV ---
printf '\357\273\277epoch, train_loss ,test_mae,"test_rmse",test_pc,lr,note\r\n0,1.5,0.5,0.6,,0.01,"a, ""b"""\r\n\r\n2,1.25,0.25,NaN,0.5,0.001,\r\n1,1,0.3,0.4,0.75,0.01,x' >mine.csv
import mine.csv --train-images 30 --test-images 20
[ "$got" -eq 0 ] && [ "$(figures 8 'epoch learning_rate best train_total test_mae test_rmse test_pc test_images')" = \
    '1,0.01,false,1.5,0.5,0.6,,20 2,0.01,true,1,0.3,0.4,0.75,20 3,0.001,false,1.25,0.25,,0.5,20 ' ] &&
    grep -q 'a value that is not finite was left out' err && [ "$(column name,imported --filter id=8)" = 'mine,CSV mine.csv ' ]
result $? 'a CSV file' "$(figures 8 'epoch learning_rate best train_total test_mae test_rmse test_pc test_images')"
printf 'step,acc,valid pearson,epoch\n10,1,0.5,x\n20,1,0.6,y\n' >other.csv
import other.csv --map 'step=epoch,acc=test.mae,epoch=none' --steps-per-epoch 10
[ "$got" -eq 0 ] && [ "$(figures 9 'epoch test_mae val_pc')" = '1,1,0.5 2,1,0.6 ' ]
result $? 'whose columns are called otherwise' "$(figures 9 'epoch test_mae val_pc')"
printf 'epoch,test_mae\n1,0.5\n1,0.25\n' >twice.csv
import twice.csv
[ "$got" -eq 0 ] && grep -q 'a step came twice: the later value counts' err && [ "$(figures 10 'epoch test_mae')" = '1,0.25 ' ]
result $? 'an epoch that stands twice'

# --- bad ones ---
before=$(column id)
import "$golden/events-flipped.tfevents"
refused 'events-flipped.tfevents, byte 368: a record has a wrong checksum' 'a byte that was changed'
import "$golden/events-length.tfevents"
refused 'events-length.tfevents, byte 40: the length of a record has a wrong checksum' 'a wrong length'
import "$golden/events-long.tfevents"
refused 'no curve that is known' 'a file of one record without end'
import "$golden/events-proto.tfevents"
refused 'events-proto.tfevents, byte 40: a record is no event' 'a record of something else'
import "$golden/events-empty.tfevents"
refused 'no curve that is known' 'a file without curves'
import "$golden/events-tensors.tfevents" --map 'train/loss=test.mae'
refused "'train/loss' and 'test/mae' would both be test.mae" 'two curves of one figure'
import "$golden/events-tensors.tfevents" --map 'train/loss=test.f1'
refused "option 'map': 'train/loss=test.f1' is not like TAG=test.pc" 'a figure that there is not'
for bad in 'no column of epochs|loss,test_mae\n1,2\n|bad.csv:1: no column is called' \
    'text for a number|epoch,test_mae\n1,0.5\n2,half\n|bad.csv:3: column .test_mae. has .half., which is not a number' \
    'a short line|epoch,test_mae\n1\n|bad.csv:2: 1 columns; the first line names 2' \
    'half an epoch|epoch,test_mae\n1.5,1\n|bad.csv:2: .1.5. is not the number of an epoch' \
    'an epoch below 0|epoch,test_mae\n-1,1\n|is not the number of an epoch' \
    'an open quote|epoch,test_mae\n1,"2\n|bad.csv:2: a field in quotes does not end' \
    'two columns of a name|epoch,test_mae,test_mae\n1,2,3\n|two columns are called .test_mae.' \
    'an empty file||bad.csv is empty' 'a file of names alone|epoch,test_mae\n|no curve that is known' \
    'a byte of 0|epoch,test_mae\n1,2\0003\n|bad.csv:2: '; do
    what=${bad%%|*}
    bad=${bad#*|}
    # shellcheck disable=SC2059
    printf "${bad%%|*}" >bad.csv
    import bad.csv
    refused "${bad#*|}" "$what"
done
head -c 70000 /dev/zero | tr '\0' 7 >long.csv
import long.csv
refused 'more than 65534 bytes' 'a line without end'
mkdir empty
import empty
refused 'folder empty has neither' 'a folder without files'
import missing.csv
refused 'missing.csv' 'a file that is not there'
import /dev/null
refused 'dev/null is not a file' 'a device'
import bad.csv mine.csv --name again
[ "$got" -eq 1 ] && [ "$(column id)" = "11 $before" ]
result $? 'a bad file keeps no other from coming'

# --- what it is not ---
for command in 'resume 1' 'export 1 x.safetensors' 'predict --run 1 mine.csv'; do
    # shellcheck disable=SC2086
    "$combolab" $command -D db.db >out 2>err </dev/null
    [ $? -eq 1 ] && grep -q 'run 1 was imported from TensorBoard events-torch.tfevents: only its curves are here' err
    result $? "combolab ${command%% *} says so"
done
import mine.csv --experiment net --loss l1 --backbone vit --seed 3 --data faces --protocol 60/40
"$combolab" ablation net -D db.db >out 2>err && grep -q '^l1 ' out && grep -q '^wing ' out && grep -q 'imported from' out
result $? 'an ablation has it beside others, and says where it is from'
tap_done
