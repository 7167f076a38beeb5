# program.sh - the program from a shell: sourced by tests after tap.sh. Makes $dir with a cache and a
# database's name $db, and removes it at the end; skips the test where there is no CPU backend.
combolab=$TOP_BUILDDIR/combolab
if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-test-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
db=$dir/runs.db
XDG_CACHE_HOME=$dir/cache
XDG_DATA_HOME=$dir/share
OMP_NUM_THREADS=1
export XDG_CACHE_HOME XDG_DATA_HOME OMP_NUM_THREADS
unset COLUMNS

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

# Runs the program; its status is left in $status.
run() {
    "$combolab" "$@" -D "$db" >"$dir/out" 2>"$dir/err"
    status=$?
}

exits() { # wanted status, what
    [ "$status" -eq "$1" ]
    result $? "$2 (exit status $status)"
}

says() { # file, text, what
    grep -q -e "$2" "$dir/$1"
    result $? "$3"
}
