# The CPU backend's parts, one by one.
if HAVE_ONEDNN
check_PROGRAMS += tests/test_cpu tests/test_cpu_ahead tests/test_cpu_grouped
tests_test_cpu_SOURCES = tests/test_cpu.c cpu/backend.c \
	tests/backend_case.c tests/backend_case.h
tests_test_cpu_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_cpu_LDADD = libcpu.a libcore.a libbase.a $(DNNL_LIBS)
tests_test_cpu_ahead_SOURCES = tests/test_cpu_ahead.c cpu/backend.c \
	tests/backend_case.c tests/backend_case.h
tests_test_cpu_ahead_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_cpu_ahead_LDADD = libcpu.a libcore.a libbase.a $(DNNL_LIBS)
tests_test_cpu_grouped_SOURCES = tests/test_cpu_grouped.c \
	tests/backend_case.c tests/backend_case.h
tests_test_cpu_grouped_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_cpu_grouped_LDADD = libcpu.a libcore.a libbase.a $(DNNL_LIBS)
TESTS += tests/test_cpu tests/test_cpu_ahead tests/test_cpu_grouped
endif
