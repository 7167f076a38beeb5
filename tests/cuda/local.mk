# Kernels against plain loops, and the whole backend, on the simulator. A test of kernels is listed in
# KERNEL_TESTS: it also runs under sanitizers and, by `make check-gpu`, on a device.
KERNEL_TESTS = \
	tests/cuda/test_compare \
	tests/cuda/test_conv \
	tests/cuda/test_fetch \
	tests/cuda/test_gate \
	tests/cuda/test_grouped \
	tests/cuda/test_heads \
	tests/cuda/test_loss \
	tests/cuda/test_norm \
	tests/cuda/test_norm_back \
	tests/cuda/test_norm_folds \
	tests/cuda/test_norm_twins \
	tests/cuda/test_pool \
	tests/cuda/test_sgd \
	tests/cuda/test_stem \
	tests/cuda/test_values
KERNEL_LIBS = libkernelkit.a $(CUDASIM_LIBS)

if HAVE_CXX
check_LIBRARIES += libkernelkit.a
check_PROGRAMS += $(KERNEL_TESTS) tests/cuda/test_conv_choose
TESTS += tests/cuda/test_asan.sh tests/cuda/test_tsan.sh tests/cuda/test_orders.sh tests/cuda/test_first_statement.sh $(KERNEL_TESTS) tests/cuda/test_conv_choose
endif
EXTRA_DIST += tests/cuda/sanitized.sh tests/cuda/test_asan.sh tests/cuda/test_tsan.sh tests/cuda/test_orders.sh tests/cuda/test_first_statement.sh
KERNEL_KIT = \
	tests/cuda/conv_loops.c tests/cuda/conv_loops.h \
	tests/cuda/kernel_kit.c tests/cuda/kernel_kit.h \
	tests/cuda/norm_cases.h
libkernelkit_a_SOURCES = $(KERNEL_KIT)

tests_cuda_test_compare_SOURCES = tests/cuda/test_compare.c
tests_cuda_test_compare_LDADD = $(KERNEL_LIBS)
tests_cuda_test_conv_SOURCES = tests/cuda/test_conv.c
tests_cuda_test_conv_LDADD = $(KERNEL_LIBS)
tests_cuda_test_grouped_SOURCES = tests/cuda/test_grouped.c
tests_cuda_test_grouped_LDADD = $(KERNEL_LIBS)
tests_cuda_test_fetch_SOURCES = tests/cuda/test_fetch.c
tests_cuda_test_fetch_LDADD = $(KERNEL_LIBS)
tests_cuda_test_heads_SOURCES = tests/cuda/test_heads.c
tests_cuda_test_heads_LDADD = $(KERNEL_LIBS)
tests_cuda_test_loss_SOURCES = tests/cuda/test_loss.c
tests_cuda_test_loss_LDADD = $(KERNEL_LIBS)
tests_cuda_test_sgd_SOURCES = tests/cuda/test_sgd.c
tests_cuda_test_sgd_LDADD = $(KERNEL_LIBS)
tests_cuda_test_stem_SOURCES = tests/cuda/test_stem.c
tests_cuda_test_stem_LDADD = $(KERNEL_LIBS)
tests_cuda_test_values_SOURCES = tests/cuda/test_values.c
tests_cuda_test_values_LDADD = $(KERNEL_LIBS)
tests_cuda_test_norm_SOURCES = tests/cuda/test_norm.c
tests_cuda_test_norm_LDADD = $(KERNEL_LIBS)
tests_cuda_test_gate_SOURCES = tests/cuda/test_gate.c
tests_cuda_test_gate_LDADD = $(KERNEL_LIBS)
tests_cuda_test_norm_back_SOURCES = tests/cuda/test_norm_back.c
tests_cuda_test_norm_back_LDADD = $(KERNEL_LIBS)
tests_cuda_test_norm_folds_SOURCES = tests/cuda/test_norm_folds.c
tests_cuda_test_norm_folds_LDADD = $(KERNEL_LIBS)
tests_cuda_test_norm_twins_SOURCES = tests/cuda/test_norm_twins.c tests/cuda/norm_cases.h
tests_cuda_test_norm_twins_LDADD = $(KERNEL_LIBS)
tests_cuda_test_pool_SOURCES = tests/cuda/test_pool.c
tests_cuda_test_pool_LDADD = $(KERNEL_LIBS)

# The whole backend.
BACKEND_TESTS = \
	tests/cuda/test_backend_bf16 \
	tests/cuda/test_backend_cuda \
	tests/cuda/test_backend_tf32 \
	tests/cuda/test_batch_cuda \
	tests/cuda/test_faults_cuda \
	tests/cuda/test_memory_plan \
	tests/cuda/test_nets_cuda \
	tests/cuda/test_steps_cuda \
	tests/cuda/test_ways_cuda
BACKEND_LIBS = $(KIT_LIBS) libref.a $(CUDASIM_LIBS)

if HAVE_CXX
check_PROGRAMS += $(BACKEND_TESTS)
TESTS += $(BACKEND_TESTS) tests/cuda/test_train_cuda.sh
endif
tests_cuda_test_ways_cuda_SOURCES = tests/cuda/test_ways_cuda.c
tests_cuda_test_ways_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_backend_bf16_SOURCES = tests/cuda/test_backend_bf16.c
tests_cuda_test_backend_bf16_LDADD = $(BACKEND_LIBS)
tests_cuda_test_backend_cuda_SOURCES = tests/cuda/test_backend_cuda.c
tests_cuda_test_backend_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_backend_tf32_SOURCES = tests/cuda/test_backend_tf32.c
tests_cuda_test_backend_tf32_LDADD = $(BACKEND_LIBS)
tests_cuda_test_batch_cuda_SOURCES = tests/cuda/test_batch_cuda.c
tests_cuda_test_batch_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_faults_cuda_SOURCES = tests/cuda/test_faults_cuda.c
tests_cuda_test_faults_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_memory_plan_SOURCES = tests/cuda/test_memory_plan.c
tests_cuda_test_memory_plan_LDADD = $(BACKEND_LIBS)
tests_cuda_test_nets_cuda_SOURCES = tests/cuda/test_nets_cuda.c
tests_cuda_test_nets_cuda_LDADD = $(BACKEND_LIBS)
tests_cuda_test_steps_cuda_SOURCES = tests/cuda/test_steps_cuda.c
tests_cuda_test_steps_cuda_LDADD = $(BACKEND_LIBS)

# A library that stands in for NVIDIA's, and is found by the name it has inside.
check_PROGRAMS += tests/cuda/fake_nvml.so tests/cuda/test_nvml
TESTS += tests/cuda/test_nvml
tests_cuda_fake_nvml_so_SOURCES = tests/cuda/fake_nvml.c tests/cuda/fake_nvml.h
tests_cuda_fake_nvml_so_LDFLAGS = -shared -Wl,-soname,libnvidia-ml.so.1
tests_cuda_test_nvml_SOURCES = cuda/nvml.c cuda/nvml.h tests/cuda/fake_nvml.h tests/cuda/test_nvml.c
tests_cuda_test_nvml_LDADD = libbase.a

# Ways of convolution, chosen.
tests_cuda_test_conv_choose_SOURCES = \
	tests/cuda/fake_methods.c tests/cuda/fake_methods.h \
	tests/cuda/test_conv_choose.c
tests_cuda_test_conv_choose_LDADD = $(KIT_LIBS) $(KERNEL_LIBS)

# What a GPU host is to run, on the simulator.
if HAVE_CXX
check_PROGRAMS += tests/cuda/gpu_kernels
TESTS += tests/cuda/test_gpu_kernels.sh
endif
EXTRA_DIST += tests/cuda/test_gpu_kernels.sh
tests_cuda_gpu_kernels_SOURCES = $(GPU_KERNELS)
tests_cuda_gpu_kernels_LDADD = $(CUDASIM_LIBS)

# The device layer on a runtime that has no device but fails when told to.
if HAVE_CUDA
check_PROGRAMS += tests/cuda/test_device
TESTS += tests/cuda/test_device tests/cuda/test_module.sh tests/cuda/test_ptxas.sh
endif
EXTRA_DIST += tests/cuda/test_module.sh tests/cuda/test_ptxas.sh tests/cuda/test_train_cuda.sh
tests_cuda_test_device_SOURCES = \
	cuda/device.c cuda/device_error.c cuda/device_open.c cuda/device_priv.h \
	cuda/kernels/plain.c \
	tests/cuda/fake_runtime.c tests/cuda/fake_runtime.h \
	tests/cuda/test_device.c
tests_cuda_test_device_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_test_device_LDADD = libcore.a libbase.a

# cuDNN's plans for devices that are described by files, and products by a cuBLASLt of ours.
PLAN_TESTS = tests/cuda/test_fused tests/cuda/test_plans tests/cuda/test_plan_runs tests/cuda/test_product
if HAVE_CUDA
if HAVE_CXX
check_LIBRARIES += libplans.a
check_PROGRAMS += tests/cuda/plan_dump $(PLAN_TESTS)
TESTS += $(PLAN_TESTS)
endif
endif
EXTRA_DIST += \
	tests/cuda/devices/sm_80.json tests/cuda/devices/sm_86.json tests/cuda/devices/sm_89.json \
	tests/cuda/devices/sm_90.json tests/cuda/devices/sm_100.json tests/cuda/devices/sm_120.json
libplans_a_SOURCES = $(CUDA_PLANS) tests/cuda/plan_jobs.c tests/cuda/plan_jobs.h
libplans_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
PLAN_LIBS = $(KIT_LIBS) libplans.a $(CUDASIM_LIBS)
tests_cuda_plan_dump_SOURCES = tests/cuda/plan_dump.c
tests_cuda_plan_dump_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_plan_dump_LDADD = $(PLAN_LIBS)
tests_cuda_test_plan_runs_SOURCES = tests/cuda/test_plan_runs.c
tests_cuda_test_plan_runs_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_test_plan_runs_LDADD = libplans.a $(KERNEL_LIBS)
tests_cuda_test_plans_SOURCES = tests/cuda/test_plans.c
tests_cuda_test_plans_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_test_plans_LDADD = $(PLAN_LIBS)
tests_cuda_test_fused_SOURCES = tests/cuda/test_fused.c $(GPU_FUSED)
tests_cuda_test_fused_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_test_fused_LDADD = $(PLAN_LIBS)
tests_cuda_test_product_SOURCES = \
	cuda/conv_product.c cuda/cublas.c cuda/cublas.h cuda/library.h \
	tests/cuda/fake_cublas.c tests/cuda/fake_cublas.h \
	tests/cuda/test_product.c
tests_cuda_test_product_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_cuda_test_product_LDADD = $(KERNEL_LIBS)
