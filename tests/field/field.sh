# field.sh - what the tests of situations from the field share: drawn data, a small run, ways to begin it, to look
# at it and to wait for it. Sourced: . "$TOP_SRCDIR/tests/field/field.sh"
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-field-XXXXXX") || exit 1
pid=
watchdog=
mounts=
XDG_CACHE_HOME=$dir/cache
XDG_DATA_HOME=$dir/share
OMP_NUM_THREADS=1
export XDG_CACHE_HOME XDG_DATA_HOME OMP_NUM_THREADS
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/halt.sh"

# shellcheck disable=SC2086 # lists
leave() {
    [ -z "$pid$watchdog" ] || kill -KILL $pid $watchdog 2>/dev/null
    wait 2>/dev/null
    for m in $mounts; do umount "$m" 2>/dev/null || umount -l "$m"; done
    rm -rf "$dir"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 10
    sed 's/^/err: /' "$dir/err" 2>/dev/null | grep -v 'epoch ' | tail -n 10
}

draws() { # images; also skips all where nothing can be trained
    [ -f "$TOP_BUILDDIR/combolab-cpu.so" ] || skip_all "no CPU backend was built"
    "$combolab" synth "$dir/set" --count "$1" --size 40 --seed 3 --threads 1 -q || exit 1
    options="--data $dir/set --backbone resnet18 --image-size 32 --batch 8 --loss l1 --device cpu --threads 1"
}

has() { # commands
    for c in "$@"; do command -v "$c" >/dev/null || return 1; done
}

# Runs the program with a small run's options and $prefix before it; its status is left in $status.
train() { # database, options ...
    database=$1
    shift
    # shellcheck disable=SC2086
    $prefix "$combolab" train $options "$@" -D "$database" >"$dir/out" 2>"$dir/err"
    status=$?
}

resume() { # database, run, options ...
    database=$1
    run=$2
    shift 2
    $prefix "$combolab" resume "$run" "$@" -D "$database" >"$dir/out" 2>"$dir/err"
    status=$?
}

# The same in the background, with its own messages; waits until something is said.
begins() { # what it says, database, options ...
    awaited=$1
    database=$2
    shift 2
    : >"$dir/err"
    # shellcheck disable=SC2086
    $prefix "$combolab" train $options "$@" -D "$database" >"$dir/out" 2>"$dir/err" &
    pid=$!
    (sleep 120 && kill -KILL $pid) >/dev/null 2>&1 & # never for ever
    watchdog=$!
    until_said "$awaited" "$dir/err"
}

begin() { # database, epochs, options ...
    database=$1
    epochs=$2
    shift 2
    begins 'epoch *1/' "$database" --epochs "$epochs" "$@"
}

# The same, until there is something to go on from: that is written beside the next epochs.
begin_saved() { # database, epochs
    begin "$1" "$2" --save-every 1
    i=0
    while [ $i -lt 1200 ] && kill -0 "$pid" 2>/dev/null && ! find "${1%.db}.weights/" -name 'checkpoint-*.safetensors' 2>/dev/null | grep -q .; do
        i=$((i + 1))
        sleep 0.05
    done
}

# Or until the program has ended, which says no more.
until_said() { # what, file
    i=0
    while [ $i -lt 1200 ] && ! grep -q -e "$1" "$2" && kill -0 "$pid" 2>/dev/null; do
        i=$((i + 1))
        sleep 0.05
    done
}

await() {
    wait "$pid" 2>/dev/null
    status=$?
    [ -z "$watchdog" ] || kill "$watchdog" 2>/dev/null
    pid=
    watchdog=
}

killed() {
    kill -KILL "$pid" 2>/dev/null # it may be over
    await
}

said() { # what
    grep -q -e "$1" "$dir/err"
}

value() { # database, run, column
    "$combolab" show "$2" -D "$1" --format csv 2>/dev/null | tr -d '\r' | awk -F, -v name="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }'
}

is() { # database, run, state, what
    [ "$(value "$1" "$2" state)" = "$3" ]
    result $? "$4" "it is $(value "$1" "$2" state), not $3"
}

# Every figure of every epoch, but not times and what follows from them.
figures() { # database, run
    "$combolab" show "$2" -D "$1" --epochs --format csv | tr -d '\r' | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) kept[i] = $i !~ /^time$|_s$/ }
        { for (i = 1; i <= NF; i++) if (kept[i]) printf "%s ", $i; print "" }'
}

alike() { # database, run, database, run, what
    figures "$1" "$2" >"$dir/wanted"
    figures "$3" "$4" >"$dir/got"
    [ "$(wc -l <"$dir/wanted")" -gt 1 ] && cmp -s "$dir/wanted" "$dir/got"
    result $? "$5" "$(diff "$dir/wanted" "$dir/got" | cut -c 1-100 | head -n 6)"
}

whole() { # database, what
    [ "$(sqlite3 "$1" 'PRAGMA integrity_check' 2>&1)" = ok ]
    result $? "$2" "$(sqlite3 "$1" 'PRAGMA integrity_check' 2>&1 | head -n 3)"
}

# A database, its side files and its weights under another name.
copy() { # from, to
    for end in db db-wal db-shm; do
        [ ! -e "$1.$end" ] || cp -p "$1.$end" "$2.$end"
    done
    cp -r "$1.weights" "$2.weights"
}

# A file system of its own in memory.
disk() { # folder, size
    mkdir -p "$1" && mount -t tmpfs -o "size=$2" combolab-field "$1" 2>/dev/null || return 1
    mounts="$1 $mounts"
}

remount() { # folder, options
    mount -o "remount,$2" "$1"
}

# Sets $prefix to one that runs what follows with the calls of tests/field/preload.c.
preloads() { # settings
    library=$TOP_BUILDDIR/tests/field/preload.so
    prefix="env LD_PRELOAD=$library $*"
    [ -f "$library" ] && [ "$($prefix "$combolab" --version 2>&1)" = "$("$combolab" --version)" ]
}
prefix=
