#!/bin/sh
# Tags, notes, names, the archive and the trash from the shell. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-edit-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_CACHE_HOME=$dir/home
export XDG_CACHE_HOME
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

run() { # command and its arguments
    command=$1
    shift
    "$combolab" "$command" -D "$dir/edit.db" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
}

column() { # of `combolab runs` with these options, in one line
    name=$1
    shift
    "$combolab" runs -D "$dir/edit.db" --columns "$name" --format csv "$@" 2>&1 | tr -d '\r' | tail -n +2 |
        tr '\n' ' '
}

cd "$dir" || exit 1
"$combolab" synth set --count 12 --size 32 --seed 3 -q || exit 1
run train --queue --data set --loss l1,mse --seed 1-3
[ "$got" -eq 0 ] && [ "$(column id)" = '6 5 4 3 2 1 ' ]
result $? 'six runs'

run tag 1 3-4 +good +old
run tag 4 -old
[ "$got" -eq 0 ] && grep -q '^run 4: tagged' err && [ "$(column id --filter tag:good)" = '4 3 1 ' ] &&
    [ "$(column id --filter 'tag:good !tag:old')" = '4 ' ] && [ "$(column tag --filter id=1)" = 'good old ' ]
result $? 'tags are given, taken away, and found by filters'
run tag 1 '+two words'
[ "$got" -eq 2 ]
result $? 'a tag is one word'
run tag 1
[ "$got" -eq 2 ] && grep -q 'missing argument' err
result $? 'and needed'
run tag 1 +new 4711 +x
[ "$got" -eq 2 ]
result $? 'runs come first'
run tag 1 4711 +new
[ "$got" -eq 1 ] && [ "$(column id --filter tag:new)" = '' ]
result $? 'all runs are there, or none is tagged'

run note 2 'look at epoch 3, again'
[ "$got" -eq 0 ] && run show 2 && grep -q 'note .*look at epoch 3, again' out &&
    [ "$(column id --filter 'note:"epoch 3"')" = '2 ' ]
result $? 'a note is shown and found'
run rename 2 'other name'
[ "$got" -eq 0 ] && [ "$(column name --filter id=2)" = 'other name ' ]
result $? 'a run has another name'
run rename --experiment second 1-2
[ "$got" -eq 0 ] && [ "$(column id --experiment second)" = '2 1 ' ]
result $? 'runs move to another experiment'

run archive 1
[ "$got" -eq 1 ] && grep -q 'run 1 is queued: stop it first' err
result $? 'a queued run is not archived'
run stop 1 && run archive 1
[ "$got" -eq 0 ] && [ "$(column id)" = '6 5 4 3 2 ' ] && [ "$(column id --archived)" = '1 ' ] && run show 1 &&
    [ "$got" -eq 0 ]
result $? 'an archived one is in no list, and shown all the same'
run unarchive 1
[ "$(column id)" = '6 5 4 3 2 1 ' ]
result $? 'and comes back'

run delete 5-6 1
[ "$got" -eq 0 ] && grep -q '^runs 5, 6, 1: in the trash; `combolab undelete`' err &&
    [ "$(column id)" = '4 3 2 ' ] && [ "$(column id --trash)" = '6 5 1 ' ]
result $? 'deleted runs are in the trash'
run queue --format csv
[ "$(tr -d '\r' <out | awk -F, 'NR > 1 { printf "%s ", $2 }')" = '2 3 4 ' ]
result $? 'where nothing waits to be trained'
run resume 1
[ "$got" -eq 1 ] && grep -q 'in the trash: `combolab undelete 1`' err
result $? 'or is resumed'
run undelete 6
[ "$got" -eq 0 ] && [ "$(column id)" = '6 4 3 2 ' ] && [ "$(column state --filter id=6)" = 'queued ' ]
result $? 'one is taken out, and is what it was'
mkdir -p edit.weights/5 && touch edit.weights/5/best.safetensors
run clean --yes
[ "$got" -eq 0 ] && [ "$(column id --trash)" = '5 1 ' ]
result $? 'cleaning leaves the trash'
run clean --trash --dry-run
[ "$got" -eq 0 ] && grep -q 'to remove: 2 runs, ' err && [ "$(column id --trash)" = '5 1 ' ]
result $? 'unless it is asked to: it says what it would'
run clean --trash --yes
[ "$got" -eq 0 ] && [ "$(column id --trash)" = '' ] && run show 5 && [ "$got" -eq 1 ]
result $? 'and does'
tap_done
