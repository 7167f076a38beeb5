noinst_LIBRARIES += libresults.a
libresults_a_SOURCES = \
	results/curves.c results/curves.h \
	results/palette.h \
	results/rows_columns.c results/rows_columns.h \
	results/rows_filter.c results/rows_filter.h \
	results/rows_sort.c results/rows_sort.h \
	results/rows_table.c results/rows_table.h \
	results/run_epochs.c \
	results/run_tables.c results/run_tables.h \
	results/stream.c results/stream.h \
	results/stream_aligned.c \
	results/stream_export.c \
	results/stream_markup.c \
	results/stream_priv.h \
	results/table.c results/table.h \
	results/table_export.c \
	results/table_markup.c \
	results/table_priv.h \
	results/ticks.c results/ticks.h \
	results/value.c results/value.h
libresults_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

# In the order the linker wants them. Of libdb.a it takes the lists of columns alone.
RESULTS_LIBS = libresults.a libstats.a libdb.a libbase.a $(JANSSON_LIBS)
