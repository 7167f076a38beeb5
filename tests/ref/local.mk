# The oracle that every backend is held against.
check_LIBRARIES += libref.a
libref_a_SOURCES = \
	tests/ref/ref.c tests/ref/ref.h \
	tests/ref/ref_conv.c \
	tests/ref/ref_gate.c \
	tests/ref/ref_head.c \
	tests/ref/ref_images.c \
	tests/ref/ref_keep.c \
	tests/ref/ref_memory.c \
	tests/ref/ref_pool.c \
	tests/ref/ref_priv.h \
	tests/ref/ref_step.c \
	tests/ref/ref_unit.c

check_PROGRAMS += tests/ref/test_ref
tests_ref_test_ref_SOURCES = tests/ref/test_ref.c
tests_ref_test_ref_LDADD = $(KIT_LIBS) libref.a libcore.a libbase.a
TESTS += tests/ref/test_ref

check_PROGRAMS += tests/ref/test_ref_bf16
tests_ref_test_ref_bf16_SOURCES = tests/ref/test_ref_bf16.c
tests_ref_test_ref_bf16_LDADD = $(KIT_LIBS) libref.a libcore.a libbase.a
TESTS += tests/ref/test_ref_bf16
