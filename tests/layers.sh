#!/bin/sh
# The layering test: which room may include which, who may know which system header, and that no two
# libraries share a global name. Prints TAP; an edge that points up fails.
cd "$TOP_SRCDIR" || exit 1
. tests/kit/tap.sh

# room, then a pattern of what its "..." includes may name beside its own files
check() {
    room=$1
    allowed=$2
    bad=$(ls "$room"/*.[ch] "$room"/*.cu "$room"/loss/*.h "$room"/views/*.[ch] 2>/dev/null |
        xargs grep -Hn '^[[:space:]]*#[[:space:]]*include "' |
        grep -Ev "#[[:space:]]*include \"($allowed|$room/(loss/|views/)?[^/]*)\"")
    [ -z "$bad" ]
    result $? "$room includes only what lies below it" "$bad"
}

# system header, the one room (or rooms) that may know it
only() {
    header=$1
    rooms=$2
    bad=$(grep -rHnE --include='*.[ch]' --include='*.cu' "#[[:space:]]*include <$header" \
        base engine db results ui cpu cuda src 2>/dev/null | grep -Ev "^($rooms)/")
    [ -z "$bad" ]
    result $? "only $rooms knows <$header>" "$bad"
}

top='engine/(config|config_classes|event|backend_load)\.h'
core='base/.*|engine/core/.*'
check base 'base/.*'
check engine/core 'base/.*'
check engine "$core"
check engine/dataset "$core|$top"
check engine/image "$core|$top|engine/dataset/.*"
check engine/weights "$core|$top"
check engine/predict "$core|$top|engine/image/.*|engine/weights/.*"
check engine/synth "base/.*|engine/image/.*"
check engine/train "base/.*|engine/.*"
check db 'base/.*'
check results 'base/.*|db/rows\.h|results/stats/.*'
check results/stats 'base/.*'
check results/figures 'base/.*|results/[^/]*\.h'
check ui 'base/.*|results/([^/]*|stats/.*)|engine/config\.h|engine/event\.h|db/rows\.h'
check cpu "$core"
check cuda "$core|cuda/kernels/.*\.h"
check cuda/kernels "$core"
check tests/ref "$core|tests/kit/.*"
check src/session '(base|engine|db)/.*|platform\.h'
check src '(base|engine|db|results|ui|src)/.*|platform\.h'
check src/commands '(base|engine|db|results|ui|src)/.*|platform\.h'
only '(sqlite3)' 'db'
only '(ncurses|curses|term\.h)' 'ui'
only '(oneapi|dnnl)' 'cpu'
only '(cuda|cudnn|cublas)' 'cuda'
only '(jpeglib|png)' 'engine/image'
only '(cairo)' 'results/figures'
only '(zip)' 'engine/dataset|engine/weights'
only '(expat)' 'engine/dataset'

# Every room with code has a line above, so that a new one is not forgotten.
rooms=$(find base engine db results ui cpu cuda src -name '*.[ch]' | sed 's,/[^/]*$,,' | sort -u |
    grep -Ev '^(engine/core/loss|ui/views)$')
bad=
for room in $rooms; do
    grep -q "^check $room " tests/layers.sh || bad="$bad $room"
done
[ -z "$bad" ]
result $? "every room has its line in this test" "$bad"

# What ends in _priv.h is its own room's business, and its tests'.
bad=$(grep -rHn --include='*.[ch]' '#include ".*_priv\.h"' base engine db results ui cpu cuda src |
    awk -F'[:"]' '{ from = $1; to = $4; sub("/[^/]*$", "", from); sub("/[^/]*$", "", to)
        sub("/views$", "", from); sub("/views$", "", to); if (from != to) print }')
[ -z "$bad" ]
result $? "private headers stay in their rooms" "$bad"

# An open net is reached through the door alone.
bad=$(grep -rHnE --include='*.c' 'ops(->|\.)(open|images|set|get|epoch|step|collect|usage|close|profile|algorithms)\(' \
    base engine db results ui cpu cuda src | grep -v '^engine/core/door\.c:')
[ -z "$bad" ]
result $? "only the door calls an open backend" "$bad"

# Outsiders see the screen through one header.
bad=$(grep -rHn --include='*.[ch]' '#include "ui/' src | grep -v '"ui/ui\.h"')
[ -z "$bad" ]
result $? "src sees ui/ui.h alone" "$bad"

# What a test leaves running in the background must not hold its output open: make would wait for it.
bad=$(grep -rHnE --include='*.sh' '\(sleep .*&$|\(sleep .*& #' tests | grep -v '>/dev/null 2>&1 &')
[ -z "$bad" ]
result $? "nobody waits for a test's watchdog" "$bad"

# Global names: each in one library, but for weak ones, which say that they are shared. Backends are
# modules of their own, but the same rule helps who reads.
names=$(for library in "$TOP_BUILDDIR"/lib*.a; do
    nm -g --defined-only "$library" 2>/dev/null |
        awk -v l="$(basename "$library")" 'NF == 3 && $2 ~ /[TDBR]/ { print $3, l }' | sort -u
done)
bad=$(printf '%s\n' "$names" | grep -v ' libref\.a$\|^__\|^\.' | sort |
    awk '{ if ($1 == name && $2 != library) print $1, library, $2; name = $1; library = $2 }')
[ -n "$names" ] && [ -z "$bad" ]
result $? "no two libraries share a global name" "$bad"
tap_done
