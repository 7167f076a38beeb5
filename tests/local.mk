# One fragment a room; each appends its programs to check_PROGRAMS and TESTS.
EXTRA_DIST += tests/summary.sh
TESTS += tests/layers.sh
EXTRA_DIST += tests/layers.sh

include tests/kit/local.mk
include tests/base/local.mk
include tests/core/local.mk
include tests/ref/local.mk
include tests/cpu/local.mk
include tests/cudasim/local.mk
include tests/cuda/local.mk
include tests/gpu/local.mk
include tests/dataset/local.mk
include tests/image/local.mk
include tests/synth/local.mk
include tests/weights/local.mk
include tests/predict/local.mk
include tests/train/local.mk
include tests/db/local.mk
include tests/results/local.mk
include tests/ui/local.mk
include tests/session/local.mk
include tests/src/local.mk
include tests/field/local.mk
include tests/fuzz/local.mk
