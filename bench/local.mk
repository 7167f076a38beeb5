# Benchmarks are built on demand: make bench/augment bench/decode bench/make_runs_db
EXTRA_PROGRAMS = bench/augment
bench_augment_SOURCES = bench/augment.c cpu/augment_rows.c cpu/augment_rows.h cpu/isa.c cpu/isa.h
bench_augment_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) -O3
bench_augment_LDADD = libcore.a libbase.a
CLEANFILES += bench/augment
EXTRA_PROGRAMS += bench/decode
bench_decode_SOURCES = bench/decode.c
bench_decode_LDADD = $(ENGINE_LIBS)
CLEANFILES += bench/decode
EXTRA_PROGRAMS += bench/make_runs_db
bench_make_runs_db_SOURCES = bench/make_runs_db.c
bench_make_runs_db_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
bench_make_runs_db_LDADD = $(DB_LIBS)
CLEANFILES += bench/make_runs_db
EXTRA_DIST += bench/decode.sh bench/decode_pillow.py
EXTRA_DIST += bench/NOTES.md bench/step.sh bench/step_torch.py bench/epoch.sh bench/epoch_torch.py
EXTRA_DIST += bench/torch_run.py bench/torch_steps.py
