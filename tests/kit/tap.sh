# tap.sh - TAP for the shell tests, which source it: . "$TOP_SRCDIR/tests/tap.sh"
#
# A test that defines `why` has its output as comments under each failure that gives no reason.
count=0
failed=0

why() {
    :
}

result() { # status, what, and the reason to show should it fail
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
        return
    fi
    echo "not ok $count - $2"
    if [ $# -gt 2 ]; then printf '%s\n' "$3"; else why; fi | sed 's/^/# /'
    failed=1
}

skip() { # why
    count=$((count + 1))
    echo "ok $count # SKIP $1"
}

skip_all() { # why
    echo "1..0 # SKIP $1"
    exit 0
}

tap_done() {
    echo "1..$count"
    exit $failed
}
