if HAVE_ONEDNN
# A library, so that tests and benchmarks reach single loops; the module is that and the door.
noinst_LIBRARIES += libcpu.a
libcpu_a_SOURCES = \
	cpu/ahead.c cpu/ahead.h \
	cpu/cpu.h \
	cpu/conv.c \
	cpu/dnn.c cpu/dnn.h cpu/dnn_conv.c cpu/dnn_inner.h \
	cpu/epoch.c \
	cpu/fetch.c cpu/fetch.h \
	cpu/fold.c \
	cpu/gate.c \
	cpu/grouped.c cpu/grouped_lanes.h \
	cpu/heads.c \
	cpu/isa.c cpu/isa.h \
	cpu/memory.c \
	cpu/norm.c \
	cpu/plan.c \
	cpu/pool.c \
	cpu/profile.c \
	cpu/rows.c cpu/rows.h \
	cpu/sgd.c \
	cpu/simd.h \
	cpu/step.c \
	cpu/unrolled.c \
	cpu/values.c
# Where the processor has fused multiply-adds, they are used; nothing else of fast mathematics is.
libcpu_a_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) -O3 -ffp-contract=fast

module_PROGRAMS += combolab-cpu.so
combolab_cpu_so_SOURCES = cpu/backend.c
combolab_cpu_so_CFLAGS = $(libcpu_a_CFLAGS)
combolab_cpu_so_LDFLAGS = -shared
combolab_cpu_so_LDADD = libcpu.a libcore.a libbase.a $(DNNL_LIBS)
endif
