# Benchmarks are built on demand: make combolab-cpu.so bench/step
EXTRA_PROGRAMS = bench/step
bench_step_SOURCES = bench/step.c
bench_step_LDADD = $(ENGINE_LIBS)
CLEANFILES += bench/step
EXTRA_DIST += bench/step.sh bench/step_torch.py bench/epoch.sh bench/epoch_torch.py
