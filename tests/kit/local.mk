# Helpers of several tests. The headers without a file of their own are included by one test each time.
check_LIBRARIES += libkit.a
libkit_a_SOURCES = \
	tests/kit/backend_case.c tests/kit/backend_case.h \
	tests/kit/backend_compare.c tests/kit/backend_compare.h \
	tests/kit/backend_compare_eval.c \
	tests/kit/backend_compare_net.c \
	tests/kit/backend_compare_training.c \
	tests/kit/backend_difference.c tests/kit/backend_difference.h \
	tests/kit/backend_promises.c \
	tests/kit/backend_rules.c tests/kit/backend_rules.h \
	tests/kit/backend_spread.c tests/kit/backend_spread.h \
	tests/kit/exactness.c tests/kit/exactness.h \
	tests/kit/resume_kit.c tests/kit/resume_kit.h \
	tests/kit/scratch.c tests/kit/scratch.h \
	tests/kit/torch_weights.c tests/kit/torch_weights.h \
	tests/kit/toy_backend.c tests/kit/toy_backend.h \
	tests/kit/trainer_rig.c tests/kit/trainer_rig.h \
	tests/kit/weights_kit.c tests/kit/weights_kit.h
noinst_HEADERS = tests/kit/dataset_kit.h tests/kit/db_kit.h tests/kit/figure_kit.h tests/kit/hostile_db.h \
	tests/kit/old_db.h tests/kit/session_kit.h tests/kit/tap.h \
	tests/kit/screen_rules.h tests/kit/ui_golden.h tests/kit/ui_keys.h
EXTRA_DIST += tests/kit/tap.sh tests/kit/halt.sh tests/kit/screen.sh tests/kit/program.sh tests/kit/torch_file.py
KIT_LIBS = libkit.a

# For programs that train, with a toy for a backend: all nets with a quarter of the channels. Nobody looks at what
# they compute, and their weights are written, read and compared many times. Not where a run has to take some time.
NARROW_NETS = engine/core/net_tables.c
NARROW_CPPFLAGS = -DNET_CHANNELS=16
