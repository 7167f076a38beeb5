# Benchmarks are built on demand: make combolab-cpu.so bench/step bench/augment
EXTRA_PROGRAMS = bench/step
bench_step_SOURCES = bench/step.c
bench_step_LDADD = $(ENGINE_LIBS)
CLEANFILES += bench/step
EXTRA_PROGRAMS += bench/augment
bench_augment_SOURCES = bench/augment.c cpu/fetch.c cpu/fetch.h
bench_augment_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) -O3
bench_augment_LDADD = libcore.a libbase.a
CLEANFILES += bench/augment
EXTRA_DIST += bench/step.sh bench/step_torch.py
