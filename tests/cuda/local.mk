# Our kernels, on the devices that are there.
if HAVE_CUDA
check_PROGRAMS += tests/cuda/test_kernels
TESTS += tests/cuda/test_kernels
endif
tests_cuda_test_kernels_SOURCES = tests/cuda/test_kernels.c cuda/kernels.h
tests_cuda_test_kernels_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_test_kernels_LDADD = $(CUDA_KERNELS) libcore.a libbase.a $(CUDA_LIBS) -lstdc++ -lm
tests_cuda_test_kernels_DEPENDENCIES = $(CUDA_KERNELS) libcore.a libbase.a
