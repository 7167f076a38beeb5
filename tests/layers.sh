#!/bin/sh
# The layering test: which room may include which. Prints TAP; an edge that points up fails.
cd "$TOP_SRCDIR" || exit 1
. tests/tap.sh

# room, then a pattern of what its "..." includes may name
check() {
    room=$1
    allowed=$2
    bad=$(find "$room" -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh' | sort |
        xargs grep -Hn '^[[:space:]]*#[[:space:]]*include "' 2>/dev/null |
        grep -Ev "#[[:space:]]*include \"($allowed)\"")
    [ -z "$bad" ]
    result $? "$room includes only what lies below it" "$bad"
}

# system header, the one room (or rooms) that may know it
only() {
    header=$1
    rooms=$2
    bad=$(grep -rHnE --include='*.[ch]' --include='*.cu' "#[[:space:]]*include <$header" \
        base engine db ui cpu cuda src 2>/dev/null | grep -Ev "^($rooms)/")
    [ -z "$bad" ]
    result $? "only $rooms knows <$header>" "$bad"
}

check base 'base/.*'
check engine '(base|engine)/.*'
check db '(base|db)/.*'
check ui '(base|ui)/.*|engine/config\.h|engine/event\.h|db/rows\.h'
check cpu '(base|cpu)/.*|engine/(backend|data/augment|model/net|train/loss|train/loss_math)\.h'
check cuda '(base|cuda)/.*|engine/(backend|data/augment|model/net|train/loss|train/loss_math)\.h'
check src '(base|engine|db|ui|src)/.*|platform\.h'
only '(sqlite3)' 'db'
only '(ncurses|curses|term\.h)' 'ui'
only '(oneapi|dnnl)' 'cpu'
only '(cuda|cudnn|cublas)' 'cuda'
only '(jpeglib|png)' 'engine'
tap_done
