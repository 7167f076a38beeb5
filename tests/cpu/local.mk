check_PROGRAMS += tests/cpu/test_backend_cpu
tests_cpu_test_backend_cpu_SOURCES = tests/cpu/test_backend_cpu.c
tests_cpu_test_backend_cpu_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/cpu/test_backend_cpu

# With the reference backend against PyTorch.
check_PROGRAMS += tests/cpu/test_backend_torch
tests_cpu_test_backend_torch_SOURCES = tests/cpu/test_backend_torch.c
tests_cpu_test_backend_torch_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/cpu/test_backend_torch
EXTRA_DIST += tests/golden/make_ref_golden.py tests/golden/ref_torch.txt

TESTS += tests/cpu/test_isa.sh
EXTRA_DIST += tests/cpu/test_isa.sh

check_PROGRAMS += tests/cpu/test_augment_cpu
tests_cpu_test_augment_cpu_SOURCES = tests/cpu/test_augment_cpu.c
tests_cpu_test_augment_cpu_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/cpu/test_augment_cpu

# The backend's parts, one by one.
if HAVE_ONEDNN
CPU_TEST_LIBS = $(KIT_LIBS) libcpu.a libcore.a libbase.a $(DNNL_LIBS)
check_PROGRAMS += tests/cpu/test_cpu
tests_cpu_test_cpu_SOURCES = tests/cpu/test_cpu.c cpu/backend.c
tests_cpu_test_cpu_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_cpu_test_cpu_LDADD = $(CPU_TEST_LIBS)
TESTS += tests/cpu/test_cpu

check_PROGRAMS += tests/cpu/test_prefetch
tests_cpu_test_prefetch_SOURCES = tests/cpu/test_prefetch.c cpu/backend.c
tests_cpu_test_prefetch_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_cpu_test_prefetch_LDADD = $(CPU_TEST_LIBS)
TESTS += tests/cpu/test_prefetch

check_PROGRAMS += tests/cpu/test_cpu_grouped
tests_cpu_test_cpu_grouped_SOURCES = tests/cpu/test_cpu_grouped.c
tests_cpu_test_cpu_grouped_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_cpu_test_cpu_grouped_LDADD = $(CPU_TEST_LIBS)
TESTS += tests/cpu/test_cpu_grouped

endif
