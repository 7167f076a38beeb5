#!/bin/sh
# combolab merge: runs of another database with their files, once, again, and when something is in
# the way. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"
if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-merge-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_CACHE_HOME=$dir/home
export XDG_CACHE_HOME

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

merge() {
    "$combolab" merge "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
}

train() { # database and options
    db=$1
    shift
    "$combolab" train -D "$db" -q --data set --image-size 32 --batch 8 --epochs 2 --threads 1 \
        --learning-rate 0.001 "$@" >train.out 2>train.err
}

column() { # database, name, options
    db=$1
    name=$2
    shift 2
    "$combolab" runs -D "$db" --columns "$name" --format csv "$@" 2>&1 | tr -d '\r' | tail -n +2 | tr '\n' ' '
}

same() { # files
    cmp -s "$1" "$2"
}

cd "$dir" || exit 1
"$combolab" synth set --count 12 --size 32 --seed 3 -q && train a.db --loss l1 &&
    train b.db --loss mse --experiment other && train b.db --loss combo --seed 2 &&
    train b.db --loss l1 --queue
result $? 'two databases with runs'

merge -D a.db b.db --dry-run --format csv
[ "$got" -eq 0 ] && [ "$(tr -d '\r' <out | sed 's/".*"/name/' | cut -d, -f2,3,8 | tr '\n' ' ')" = \
    'there,here,what 1,,new 2,,new 3,,has not ended there ' ] && grep -q '2 new, 1 has not ended there' err &&
    [ "$(column a.db id)" = '1 ' ] && [ ! -e a.weights/2 ]
result $? '--dry-run says what would come'

merge -D a.db b.db --experiment other --into here
[ "$got" -eq 0 ] && [ "$(column a.db experiment)" = 'here default ' ]
result $? 'the runs of one experiment come into another'
merge -D a.db b.db
[ "$got" -eq 0 ] && grep -q '1 brought in, 1 the same, 1 has not ended there; 2 files of weights copied' err &&
    [ "$(column a.db loss)" = 'combo mse l1 ' ] && same a.weights/3/last.safetensors b.weights/2/last.safetensors &&
    same a.weights/2/best.safetensors b.weights/1/best.safetensors && [ ! -e a.weights/merge.tmp ]
result $? 'the others come, with their files'
for part in '' --epochs --log '--predictions best'; do
    # shellcheck disable=SC2086
    "$combolab" show 3 -D a.db $part | grep -v '^id \|^age \|a.weights' >a.txt
    # shellcheck disable=SC2086
    "$combolab" show 2 -D b.db $part | grep -v '^id \|^age \|b.weights' >b.txt
    [ -s a.txt ] && same a.txt b.txt
    result $? "a run shows the same${part:+ $part}" "$(diff a.txt b.txt | head)"
done
"$combolab" export 3 three.safetensors -D a.db -q && [ -s three.safetensors ]
result $? 'its weights are its own'
merge -D a.db b.db
[ "$got" -eq 0 ] && grep -q '^b.db: 2 the same, 1 has not ended there$' err && [ "$(column a.db id)" = '3 2 1 ' ]
result $? 'again, nothing comes'

# --- a copy of the database itself, moved about ---
mkdir copy && cp a.db copy/a.db && cp -r a.weights copy/ && train copy/a.db --loss smooth-l1
merge -D a.db copy/a.db
[ "$got" -eq 0 ] && grep -q '1 brought in, 3 the same' err && [ "$(column a.db loss)" = 'smooth-l1 combo mse l1 ' ]
result $? 'of a copy only what it has made since'
merge -D a.db ./a.db
[ "$got" -eq 2 ] && grep -q 'is the database that runs are to come into' err
result $? 'a database does not come into itself'

# --- what is missing ---
rm b.weights/1/best.safetensors
rm -r b.weights/2
merge -D new.db b.db
[ "$got" -eq 0 ] && grep -q '2 brought in, .*; 1 file of weights copied, .*; 3 not found there$' err &&
    [ "$(column new.db id)" = '2 1 ' ] && [ -s new.weights/1/last.safetensors ] && [ ! -e new.weights/2 ]
result $? 'runs without their files come, and that is said'
merge -D a.db missing.db new.db
[ "$got" -eq 1 ] && grep -q 'missing.db' err
result $? 'a database that is not there is said'
echo nothing >text.db
merge -D a.db text.db
[ "$got" -eq 1 ] && grep -q 'text.db is not a database' err
result $? 'and one that is none'

# --- in the way ---
mkdir -p new.weights/merge.tmp && echo half >new.weights/merge.tmp/best.safetensors.1-0.tmp &&
    echo whole >new.weights/merge.tmp/last.safetensors
merge -D new.db a.db
[ "$got" -eq 0 ] && [ ! -e new.weights/merge.tmp ] && [ "$(column new.db loss)" = 'smooth-l1 l1 combo mse ' ] &&
    same new.weights/3/last.safetensors a.weights/1/last.safetensors
result $? 'what a killed merge left is not taken for a file of a run'
rm a.weights/4/best.safetensors && mkdir a.weights/4/best.safetensors
merge -D other.db a.db
[ "$got" -eq 1 ] && grep -q 'run 4 of a.db: .*best.safetensors is not a file' err && grep -q '3 brought in, 1 failed; 6 files' err &&
    [ "$(column other.db loss)" = 'combo mse l1 ' ] && [ "$(ls other.weights | tr '\n' ' ')" = '1 2 3 database ' ] &&
    grep -q '  4 .*failed' out
result $? 'what fails for one run keeps no other from coming'
rmdir a.weights/4/best.safetensors
merge -D other.db a.db
[ "$got" -eq 0 ] && grep -q '1 brought in, 3 the same' err
result $? 'and it comes later'

# --- a run that goes on elsewhere ---
train first.db --loss l1 --epochs 60 --save-every 1 --keep 1 &
worker=$!
i=0
while [ $i -lt 600 ] && [ -z "$("$combolab" runs -D first.db --filter 'done>1' --format csv 2>/dev/null | tail -n +2)" ]; do
    i=$((i + 1))
    sleep 0.1
done
"$combolab" stop 1 -D first.db >out 2>err
wait $worker
done=$(column first.db done)
merge -D second.db first.db
[ "$got" -eq 0 ] && [ "$(column second.db state,done)" = "stopped,$done" ] && ls second.weights/1/checkpoint-* >/dev/null
result $? 'a stopped run comes with its checkpoints'
"$combolab" resume 1 -D second.db -q >out 2>err
[ "$(column second.db state,done)" = 'finished,60 ' ]
result $? 'and goes on here'
merge -D first.db second.db
[ "$got" -eq 0 ] && grep -q '1 brought up to date' err && [ "$(column first.db id,state,done,resumed)" = '1,finished,60,1 ' ] &&
    same first.weights/1/last.safetensors second.weights/1/last.safetensors && [ -z "$(ls first.weights/1 | grep checkpoint)" ]
result $? 'at home it is brought up to date, and has nothing left of before'
merge -D second.db first.db
[ "$got" -eq 0 ] && grep -q '^first.db: 1 the same$' err
result $? 'then both are the same'
tap_done
