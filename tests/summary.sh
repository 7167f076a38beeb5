#!/bin/sh
# Adds up the results of the .trs files named: the closing line of `make check`.
cat "$@" /dev/null | awk '
    /^:test-result: (PASS|XFAIL)/ { passed++ }
    /^:test-result: (FAIL|XPASS|ERROR)/ { failed++ }
    /^:test-result: SKIP/ { skipped++ }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }'
