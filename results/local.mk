noinst_LIBRARIES += libresults.a
libresults_a_SOURCES = \
	results/progress_table.c results/progress_table.h \
	results/rows_columns.c results/rows_columns.h \
	results/rows_filter.c results/rows_filter.h \
	results/rows_sort.c results/rows_sort.h \
	results/rows_table.c results/rows_table.h \
	results/run_epochs.c \
	results/run_tables.c results/run_tables.h \
	results/table.c results/table.h \
	results/table_export.c
libresults_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

# In the order the linker wants them. Of libdb.a it takes the lists of columns alone.
RESULTS_LIBS = libresults.a libdb.a libbase.a $(JANSSON_LIBS)
