# Kernels, which nvcc compiles for devices, and a C++ compiler for the simulator (tests/cudasim).
KERNELS_CU = \
	cuda/kernels/gate.cu \
	cuda/kernels/gate_plain.cu \
	cuda/kernels/norm_apply.cu \
	cuda/kernels/norm_back.cu \
	cuda/kernels/norm_finish.cu \
	cuda/kernels/norm_moments.cu \
	cuda/kernels/norm_plain.cu \
	cuda/kernels/norm_plain_back.cu \
	cuda/kernels/norm_plain_pool.cu \
	cuda/kernels/norm_pool.cu \
	cuda/kernels/values.cu
KERNELS_H = \
	cuda/kernels/columns.h \
	cuda/kernels/conv.h \
	cuda/kernels/element.h \
	cuda/kernels/gate.h \
	cuda/kernels/gate_plain.h \
	cuda/kernels/kernel.h \
	cuda/kernels/lanes.h \
	cuda/kernels/map.h \
	cuda/kernels/norm.h \
	cuda/kernels/norm_math.h \
	cuda/kernels/norm_plain.h \
	cuda/kernels/plain.h \
	cuda/kernels/state.h \
	cuda/kernels/step.h
CUDA_KERNELS = $(KERNELS_CU:.cu=.o)

# What runs on the host, on a device as well as under the simulator.
CUDA_HOST = \
	cuda/conv.h \
	cuda/conv_choose.c \
	cuda/conv_plain.c \
	cuda/cuda_priv.h \
	cuda/device.h \
	cuda/kernels/map.c \
	cuda/kernels/plain.c

# nvcc sees only our kernels; everything else is C.
SUFFIXES += .cu
NVCCFLAGS = -O3 -std=c++17
.cu.o:
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(NVCC) $(NVCCFLAGS) $(NVCC_ARCH_FLAGS) -I$(top_srcdir) \
		-Xcompiler -fPIC,-fvisibility=hidden -MMD -MF $(@:.o=.d) -c -o $@ $<

EXTRA_DIST += $(KERNELS_CU) $(KERNELS_H) $(CUDA_HOST) cuda/conv_methods.c
CLEANFILES += $(CUDA_KERNELS) $(CUDA_KERNELS:.o=.d)

if HAVE_CUDA
module_PROGRAMS += combolab-cuda.so
BUILT_BACKENDS += cuda
-include $(CUDA_KERNELS:.o=.d)
endif
combolab_cuda_so_SOURCES = cuda/module.c
combolab_cuda_so_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
combolab_cuda_so_LDFLAGS = -shared
combolab_cuda_so_LDADD = $(CUDA_LIBS)
