# Kernels against plain loops, and the whole backend, on the simulator.
if HAVE_CXX
check_PROGRAMS += tests/cuda/test_values
TESTS += tests/cuda/test_values
endif
tests_cuda_test_values_SOURCES = tests/cuda/test_values.c
tests_cuda_test_values_LDADD = $(CUDASIM_LIBS)
