# Fuzzers, under clang's sanitizers: `make fuzz FUZZ_SECONDS=60` gives each a minute. They are built by their script,
# since everything that they test has to be compiled for them.
FUZZ_SECONDS = 10
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/fuzz_checkpoint.c tests/fuzz/fuzz_csv.c tests/fuzz/fuzz_database.c tests/fuzz/fuzz_filter.c \
	tests/fuzz/fuzz_image.c tests/fuzz/fuzz_import.c \
	tests/fuzz/fuzz_options.c tests/fuzz/fuzz_pickle.c tests/fuzz/pth_seeds.py tests/fuzz/fuzz_progress.c tests/fuzz/fuzz_screen.c tests/fuzz/fuzz_scut.c tests/fuzz/fuzz_sql.c tests/fuzz/fuzz_store.c \
	tests/fuzz/fuzz_ticks.c tests/fuzz/fuzz_weights.c tests/fuzz/fuzz_xlsx.c

.PHONY: fuzz
fuzz: combolab
	TOP_SRCDIR='$(abs_top_srcdir)' TOP_BUILDDIR='$(abs_top_builddir)' FUZZ_SECONDS='$(FUZZ_SECONDS)' \
	FUZZ_CFLAGS='$(ZIP_CFLAGS) $(EXPAT_CFLAGS) $(JPEG_CFLAGS) $(PNG_CFLAGS) $(JANSSON_CFLAGS) $(SQLITE_CFLAGS) $(NCURSES_CFLAGS)' \
	FUZZ_LIBS='$(JPEG_LIBS) $(PNG_LIBS) $(JANSSON_LIBS) $(ZIP_LIBS) $(EXPAT_LIBS) $(SQLITE_LIBS) $(NCURSES_LIBS)' $(SHELL) $(srcdir)/tests/fuzz/run.sh

clean-local:
	rm -rf fuzz
