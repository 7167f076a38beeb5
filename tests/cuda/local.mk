# Kernels against plain loops, and the whole backend, on the simulator. A test of kernels is listed in
# KERNEL_TESTS: it also runs under sanitizers and, by `make check-gpu`, on a device.
KERNEL_TESTS = \
	tests/cuda/test_conv \
	tests/cuda/test_grouped \
	tests/cuda/test_values
KERNEL_LIBS = libkernelkit.a $(CUDASIM_LIBS)

if HAVE_CXX
check_LIBRARIES += libkernelkit.a
check_PROGRAMS += $(KERNEL_TESTS)
TESTS += $(KERNEL_TESTS)
endif
libkernelkit_a_SOURCES = tests/cuda/kernel_kit.c tests/cuda/kernel_kit.h

tests_cuda_test_conv_SOURCES = \
	tests/cuda/conv_loops.c tests/cuda/conv_loops.h \
	tests/cuda/test_conv.c
tests_cuda_test_conv_LDADD = $(KERNEL_LIBS)
tests_cuda_test_grouped_SOURCES = \
	tests/cuda/conv_loops.c tests/cuda/conv_loops.h \
	tests/cuda/test_grouped.c
tests_cuda_test_grouped_LDADD = $(KERNEL_LIBS)
tests_cuda_test_values_SOURCES = tests/cuda/test_values.c
tests_cuda_test_values_LDADD = $(KERNEL_LIBS)
