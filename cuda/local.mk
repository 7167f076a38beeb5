# nvcc sees only our kernels; everything else is C.
SUFFIXES += .cu
NVCCFLAGS = -O3 -std=c++17

.cu.o:
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(NVCC) $(NVCCFLAGS) $(NVCC_ARCH_FLAGS) -I$(top_srcdir) \
		-Xcompiler -fPIC,-fvisibility=hidden -MMD -MF $(@:.o=.d) -c -o $@ $<

EXTRA_DIST += cuda/fetch.cu cuda/loss.cu
CUDA_KERNELS = cuda/fetch.o cuda/loss.o

if HAVE_CUDA
module_PROGRAMS += combolab-cuda.so
BUILT_BACKENDS += cuda
-include cuda/fetch.d cuda/loss.d
endif
combolab_cuda_so_SOURCES = cuda/module.c
combolab_cuda_so_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
combolab_cuda_so_LDFLAGS = -shared
combolab_cuda_so_LDADD = $(CUDA_LIBS)
CLEANFILES += $(CUDA_KERNELS) cuda/fetch.d cuda/loss.d
