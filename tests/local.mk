# One fragment a room; each appends its programs to check_PROGRAMS and TESTS.
EXTRA_DIST += tests/summary.sh tests/tap.sh
noinst_HEADERS = tests/tap.h

include tests/base.mk
include tests/model.mk
include tests/backend.mk
include tests/cpu.mk
include tests/data.mk
include tests/train.mk
include tests/db.mk
include tests/ui.mk
include tests/program.mk
include tests/session.mk
