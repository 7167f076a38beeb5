if HAVE_ONEDNN
module_PROGRAMS += combolab-cpu.so
combolab_cpu_so_SOURCES = \
	cpu/backend.c cpu/cpu.h \
	cpu/conv.c \
	cpu/dnn.c cpu/dnn.h \
	cpu/epoch.c \
	cpu/fetch.c cpu/fetch.h \
	cpu/gate.c \
	cpu/grouped.c \
	cpu/heads.c \
	cpu/memory.c \
	cpu/norm.c \
	cpu/plan.c \
	cpu/pool.c \
	cpu/rows.c cpu/rows.h \
	cpu/sgd.c \
	cpu/simd.h \
	cpu/step.c \
	cpu/unrolled.c \
	cpu/values.c
# Where the processor has fused multiply-adds, they are used; nothing else of fast mathematics is.
combolab_cpu_so_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) -O3 -ffp-contract=fast
combolab_cpu_so_LDFLAGS = -shared
combolab_cpu_so_LDADD = libcore.a libbase.a $(DNNL_LIBS)
endif
