#!/bin/sh
# Limits that a shell, a queue or an administrator sets: each is named, and no run is lost to one. Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
draws 24
cd "$dir" || exit 1
train plain.db --epochs 1 # the images are in the cache

limited() { # limit, database, what it says, state, what
    # shellcheck disable=SC2086
    (ulimit $1 && exec "$combolab" train $options --epochs 2 -D "$2") >"$dir/out" 2>"$dir/err"
    status=$?
    [ $status -eq 1 ] && said "$3" && [ "$(value "$2" 1 state)" = "$4" ]
    result $? "$5" "status $status, it is $(value "$2" 1 state): $(grep -v epoch "$dir/err" | tail -n 3)"
}

limited '-f 20000' file.db 'best.safetensors cannot be written: File too large' failed "a limit on files, smaller than weights"
limited '-f 8' base.db 'base.db.*File too large' '' "smaller than the database"
limited '-n 10' open.db 'Too many open files' '' "a limit on open files"
if (ulimit -v 400000 && "$combolab" --version) >"$dir/out" 2>&1; then
    limited '-v 400000' memory.db 'out of memory for' failed "a limit on memory"
else
    skip "memory cannot be limited for this build"
fi
(ulimit -f 8 && "$combolab" synth drawn --count 20 --size 200 -q) >"$dir/out" 2>"$dir/err"
[ $? -eq 1 ] && said 'File too large' && [ ! -e drawn/labels.csv ]
result $? "a picture that may not be as large as it is leaves no list of pictures"
"$combolab" runs -D plain.db >/dev/full 2>"$dir/err"
[ $? -eq 1 ] && said 'standard output cannot be written: No space left'
result $? "what cannot be printed is no success"
(umask 777 && train masked.db --epochs 1)
said 'Permission denied' || [ "$(value masked.db 1 state)" = finished ]
result $? "a mask that forbids everything is said, or does not matter to root"
tap_done
