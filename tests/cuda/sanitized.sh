# sanitized.sh - runs the tests of kernels as they were built with a sanitizer (tests/cudasim/local.mk).
. "$TOP_SRCDIR/tests/kit/tap.sh"
cd "${TOP_BUILDDIR:?is the folder that combolab was built in}" || exit 1
KERNEL_SMALL=1
TSAN_OPTIONS=atexit_sleep_ms=0
export KERNEL_SMALL TSAN_OPTIONS

run_all() { # asan or tsan
    [ -x "tests/cudasim/planted.$1" ] || skip_all "no kernel was compiled under this sanitizer alone"
    said=$("tests/cudasim/planted.$1" 2>&1)
    case $said in
    *'unexpected memory mapping'*) skip_all "this kernel lays out memory as the sanitizer does not know" ;;
    esac
    for test in ${KERNEL_TESTS:?is the list of tests}; do
        said=$("./$test.$1" 2>&1)
        result $? "$test.$1" "$(printf '%s\n' "$said" | grep -v '^ok ' | cut -c 1-200 | head -n 40)"
    done
    tap_done
}
