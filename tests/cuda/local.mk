# Kernels against plain loops, and the whole backend, on the simulator. A test of kernels is listed in
# KERNEL_TESTS: it also runs under sanitizers and, by `make check-gpu`, on a device.
KERNEL_TESTS = \
	tests/cuda/test_conv \
	tests/cuda/test_fetch \
	tests/cuda/test_heads \
	tests/cuda/test_loss \
	tests/cuda/test_sgd \
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
tests_cuda_test_fetch_SOURCES = tests/cuda/test_fetch.c
tests_cuda_test_fetch_LDADD = $(KERNEL_LIBS)
tests_cuda_test_heads_SOURCES = tests/cuda/test_heads.c
tests_cuda_test_heads_LDADD = $(KERNEL_LIBS)
tests_cuda_test_loss_SOURCES = tests/cuda/test_loss.c
tests_cuda_test_loss_LDADD = $(KERNEL_LIBS)
tests_cuda_test_sgd_SOURCES = tests/cuda/test_sgd.c
tests_cuda_test_sgd_LDADD = $(KERNEL_LIBS)
tests_cuda_test_values_SOURCES = tests/cuda/test_values.c
tests_cuda_test_values_LDADD = $(KERNEL_LIBS)

# The whole backend.
BACKEND_TESTS = \
	tests/cuda/test_backend_bf16 \
	tests/cuda/test_backend_cuda \
	tests/cuda/test_memory_plan \
	tests/cuda/test_nets_cuda \
	tests/cuda/test_steps_cuda
BACKEND_LIBS = $(KIT_LIBS) libref.a $(CUDASIM_LIBS)

if HAVE_CXX
check_PROGRAMS += $(BACKEND_TESTS)
TESTS += $(BACKEND_TESTS)
endif
tests_cuda_test_backend_bf16_SOURCES = tests/cuda/test_backend_bf16.c
tests_cuda_test_backend_bf16_LDADD = $(BACKEND_LIBS)
tests_cuda_test_backend_cuda_SOURCES = tests/cuda/test_backend_cuda.c
tests_cuda_test_backend_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_memory_plan_SOURCES = tests/cuda/test_memory_plan.c
tests_cuda_test_memory_plan_LDADD = $(BACKEND_LIBS)
tests_cuda_test_nets_cuda_SOURCES = tests/cuda/test_nets_cuda.c
tests_cuda_test_nets_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_steps_cuda_SOURCES = tests/cuda/test_steps_cuda.c
tests_cuda_test_steps_cuda_LDADD = $(BACKEND_LIBS)
