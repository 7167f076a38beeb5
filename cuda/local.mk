# Kernels, which nvcc compiles for devices, and a C++ compiler for the simulator (tests/cudasim).
KERNELS_CU = \
	cuda/kernels/compare.cu \
	cuda/kernels/conv.cu \
	cuda/kernels/fetch.cu \
	cuda/kernels/gate.cu \
	cuda/kernels/gate_back.cu \
	cuda/kernels/gate_plain.cu \
	cuda/kernels/grouped.cu \
	cuda/kernels/grouped_bands.cu \
	cuda/kernels/grouped_weights.cu \
	cuda/kernels/heads.cu \
	cuda/kernels/loss.cu \
	cuda/kernels/norm_apply.cu \
	cuda/kernels/norm_back.cu \
	cuda/kernels/norm_finish.cu \
	cuda/kernels/norm_moments.cu \
	cuda/kernels/norm_plain.cu \
	cuda/kernels/norm_plain_back.cu \
	cuda/kernels/norm_plain_pool.cu \
	cuda/kernels/norm_pool.cu \
	cuda/kernels/sgd.cu \
	cuda/kernels/stem.cu \
	cuda/kernels/stem_bands.cu \
	cuda/kernels/stem_weights.cu \
	cuda/kernels/values.cu
KERNELS_H = \
	cuda/kernels/bands.h \
	cuda/kernels/columns.h \
	cuda/kernels/compare.h \
	cuda/kernels/conv.h \
	cuda/kernels/element.h \
	cuda/kernels/gate.h \
	cuda/kernels/gate_plain.h \
	cuda/kernels/gate_priv.h \
	cuda/kernels/grouped_priv.h \
	cuda/kernels/kernel.h \
	cuda/kernels/lanes.h \
	cuda/kernels/map.h \
	cuda/kernels/norm.h \
	cuda/kernels/norm_fold.h \
	cuda/kernels/norm_math.h \
	cuda/kernels/norm_plain.h \
	cuda/kernels/norm_turn.h \
	cuda/kernels/plain.h \
	cuda/kernels/state.h \
	cuda/kernels/stem_priv.h \
	cuda/kernels/step.h \
	cuda/kernels/tile_moments.h
CUDA_KERNELS = $(KERNELS_CU:.cu=.o)

# What runs on the host, on a device as well as under the simulator.
CUDA_HOST = \
	cuda/backend.c \
	cuda/batch.c \
	cuda/batch_priv.h \
	cuda/conv.h \
	cuda/conv_cache.c cuda/conv_cache.h \
	cuda/conv_choose.c \
	cuda/conv_grouped.c \
	cuda/conv_plain.c \
	cuda/conv_stem.c \
	cuda/conv_trial.c cuda/conv_trial.h \
	cuda/cuda_priv.h \
	cuda/device.h \
	cuda/heads.c \
	cuda/images.c \
	cuda/kernels/map.c \
	cuda/kernels/plain.c \
	cuda/layout.c \
	cuda/memory.c \
	cuda/nvml.c \
	cuda/nvml.h \
	cuda/profile.c \
	cuda/step.c \
	cuda/traffic.c \
	cuda/unit.c \
	cuda/usage.c \
	cuda/values.c \
	cuda/ways.c

# Plans of libraries, which also work for a device that isn't there.
CUDA_PLANS = \
	cuda/conv_cudnn.c cuda/conv_cudnn_plan.c cuda/conv_cudnn_priv.h \
	cuda/conv_product.c \
	cuda/cublas.c cuda/cublas.h \
	cuda/cudnn.c cuda/cudnn.h \
	cuda/library.c cuda/library.h

# What calls a CUDA library: in the module alone.
CUDA_DEVICE = \
	cuda/conv_methods.c \
	$(CUDA_PLANS) \
	cuda/device.c cuda/device_error.c cuda/device_open.c cuda/device_priv.h

# nvcc sees only our kernels; everything else is C. What ptxas says of registers and spills stands
# beside the object (tests/cuda/test_ptxas.sh reads it).
SUFFIXES += .cu
NVCCFLAGS = -O3
.cu.o:
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(NVCC) -std=c++17 $(NVCCFLAGS) $(NVCC_ARCH_FLAGS) --threads 2 -Xfatbin -compress-all \
		-I$(top_srcdir) -Xcompiler -fPIC,-fvisibility=hidden -Xptxas -v -MMD -MF $(@:.o=.d) \
		-c -o $@ $< >$(@:.o=.ptxas) 2>&1 || { cat $(@:.o=.ptxas) >&2; exit 1; }
	@grep -i warning $(@:.o=.ptxas) >&2 || :

EXTRA_DIST += $(KERNELS_CU) $(KERNELS_H) $(CUDA_HOST) $(CUDA_DEVICE) cuda/module.map
CLEANFILES += $(CUDA_KERNELS) $(CUDA_KERNELS:.o=.d) $(CUDA_KERNELS:.o=.ptxas)

if HAVE_CUDA
module_PROGRAMS += combolab-cuda.so
BUILT_BACKENDS += cuda
-include $(CUDA_KERNELS:.o=.d)
endif
combolab_cuda_so_SOURCES = $(CUDA_HOST) $(CUDA_DEVICE)
combolab_cuda_so_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS) $(JANSSON_CFLAGS)
combolab_cuda_so_LDFLAGS = -shared -Wl,-z,defs -Wl,--version-script=$(srcdir)/cuda/module.map
combolab_cuda_so_LDADD = $(CUDA_KERNELS) libcore.a libbase.a $(CUDA_LIBS) $(JANSSON_LIBS) -lstdc++ -lm
EXTRA_combolab_cuda_so_DEPENDENCIES = $(srcdir)/cuda/module.map
