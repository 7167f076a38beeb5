if HAVE_ONEDNN
# A library, so that tests and benchmarks reach single loops; the module is that and the door.
noinst_LIBRARIES += libcpu.a
libcpu_a_SOURCES = \
	cpu/augment_rows.c cpu/augment_rows.h \
	cpu/batch.c \
	cpu/conv.c \
	cpu/cpu.h \
	cpu/dnn.c cpu/dnn.h \
	cpu/dnn_conv.c \
	cpu/dnn_inner.h \
	cpu/fold.c \
	cpu/gate.c \
	cpu/grouped.c \
	cpu/grouped_lanes.h \
	cpu/heads.c \
	cpu/im2col.c \
	cpu/isa.c cpu/isa.h \
	cpu/maxpool.c \
	cpu/memory.c \
	cpu/norm.c \
	cpu/norm_rows.c cpu/norm_rows.h \
	cpu/prefetch.c cpu/prefetch.h \
	cpu/profile.c \
	cpu/sgd.c \
	cpu/simd.h \
	cpu/step.c \
	cpu/values.c
# Where the processor has fused multiply-adds, they are used; nothing else of fast mathematics is.
libcpu_a_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) -O3 -ffp-contract=fast

module_PROGRAMS += combolab-cpu.so
BUILT_BACKENDS += cpu
combolab_cpu_so_SOURCES = cpu/backend.c
combolab_cpu_so_CFLAGS = $(libcpu_a_CFLAGS)
combolab_cpu_so_LDFLAGS = -shared
combolab_cpu_so_LDADD = libcpu.a libcore.a libbase.a $(DNNL_LIBS)
endif
