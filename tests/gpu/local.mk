# What `make check` has proven under the simulator, on a device: the same objects, linked with the device layer
# and with what nvcc has compiled. Made on demand, for `make check-gpu` and ./quickstart gpu-bundle.
GPU_BENCHES = bench/gpu_facts bench/gpu_fused bench/gpu_kernels bench/gpu_plans bench/gpu_train
GPU_LIBS = libkernelkit.a libkit.a libref.a tests/gpu/device.a libcore.a libbase.a $(CUDA_LIBS) \
	$(JANSSON_LIBS) -lstdc++ -lm
CLEANFILES += tests/gpu/device.a tests/gpu/test_*
EXTRA_DIST += tests/gpu/entry.c tests/gpu/rules.mk
-include $(srcdir)/tests/gpu/rules.mk
TESTS += tests/gpu/test_run.sh
EXTRA_DIST += tests/gpu/test_run.sh
