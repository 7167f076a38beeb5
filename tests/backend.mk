# The oracle that every backend is held against.
check_LIBRARIES += libref.a
libref_a_SOURCES = \
	tests/ref/ref.c tests/ref/ref.h tests/ref/ref_parts.h \
	tests/ref/ref_conv.c \
	tests/ref/ref_gate.c \
	tests/ref/ref_head.c \
	tests/ref/ref_images.c \
	tests/ref/ref_memory.c \
	tests/ref/ref_pool.c \
	tests/ref/ref_step.c \
	tests/ref/ref_unit.c

# The oracle against finite differences and PyTorch.
check_PROGRAMS += tests/test_ref
tests_test_ref_SOURCES = tests/test_ref.c \
	tests/backend_case.c tests/backend_case.h \
	tests/backend_promises.c \
	tests/backend_rules.c tests/backend_rules.h
tests_test_ref_LDADD = libref.a libcore.a libbase.a
TESTS += tests/test_ref

# A backend against the oracle.
backend_compare = \
	tests/backend_case.c tests/backend_case.h \
	tests/backend_compare.c tests/backend_compare.h \
	tests/backend_compare_eval.c \
	tests/backend_compare_net.c \
	tests/backend_compare_training.c \
	tests/backend_difference.c tests/backend_difference.h \
	tests/backend_promises.c \
	tests/backend_rules.c tests/backend_rules.h
check_PROGRAMS += tests/test_backend_cpu
tests_test_backend_cpu_SOURCES = tests/test_backend_cpu.c $(backend_compare)
tests_test_backend_cpu_LDADD = libref.a $(ENGINE_LIBS)
TESTS += tests/test_backend_cpu tests/test_isa.sh
EXTRA_DIST += tests/test_isa.sh

check_PROGRAMS += tests/test_ref_torch
tests_test_ref_torch_SOURCES = tests/test_ref_torch.c tests/backend_case.c tests/backend_case.h
tests_test_ref_torch_LDADD = libref.a libcore.a libbase.a
TESTS += tests/test_ref_torch
EXTRA_DIST += tests/golden/make_ref_golden.py tests/golden/ref_torch.txt

# The mathematics that all backends share.
check_PROGRAMS += tests/test_loss
tests_test_loss_SOURCES = tests/test_loss.c
tests_test_loss_LDADD = libcore.a libbase.a
TESTS += tests/test_loss
EXTRA_DIST += tests/golden/make_loss_golden.py tests/golden/loss_torch.txt
