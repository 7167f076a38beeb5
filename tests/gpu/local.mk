# What `make check` has proven under the simulator, on a device: the same objects, linked with device.c and
# with what nvcc has compiled. Built on demand, for `make check-gpu` and for ./quickstart gpu-bundle.
GPU_TESTS = $(KERNEL_TESTS) $(BACKEND_TESTS)
GPU_BENCHES = bench/gpu_facts bench/gpu_train
GPU_LIBS = libkernelkit.a libkit.a libref.a tests/gpu/device.a libcore.a libbase.a $(CUDA_LIBS) \
	$(JANSSON_LIBS) -lstdc++ -lm

tests/gpu/device.a: $(combolab_cuda_so_OBJECTS) $(CUDA_KERNELS)
	@$(MKDIR_P) $(@D)
	$(AM_V_AR)rm -f $@ && $(AR) cr $@ $(combolab_cuda_so_OBJECTS) $(CUDA_KERNELS)

# Into tests/gpu/, under the names that the tests have in tests/cuda/.
gpu-programs: all $(GPU_TESTS) tests/gpu/device.a $(GPU_BENCHES)
	@$(foreach t,$(GPU_TESTS),$(CC) $(LDFLAGS) -o tests/gpu/$(notdir $(t)) \
		$($(subst /,_,$(t))_OBJECTS) $(GPU_LIBS) $(LIBS) && ) :

CLEANFILES += tests/gpu/device.a tests/gpu/test_*

# Steps 0 to 4 and 7 of bench/gpu/run, on this machine.
check-gpu: gpu-programs
	$(SHELL) $(srcdir)/bench/gpu/pack.sh tests/gpu/bundle && tests/gpu/bundle/run 0-4,7

.PHONY: gpu-programs check-gpu
