#!/bin/sh
# exactness.sh [BUILD] - exactness.txt with one column more: how far ours was off when `make check` last ran in BUILD.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
build=${1:-$here/../../build}
find "$build/tests" -name '*.log' -exec sed -n 's/^ok [0-9]* - exact: \([^ ]*\) \([^ ]*\) on \(.*\): \([^ ]*\) of at most.*/\1 \2 \4 \3/p' {} + |
    awk 'FNR == NR { ours[$1, $2] = ours[$1, $2] "  " $3 " (" $4 ")"; next }
        /^# golden/ { print $0 "  ours"; next }
        /^#/ { print; next }
        { printf "%s%*s%s\n", $0, 66 - length($0), "", ($1, $2) in ours ? ours[$1, $2] : "  not compared" }' - "$here/exactness.txt"
