check_PROGRAMS += tests/results/test_run_tables
tests_results_test_run_tables_SOURCES = tests/results/test_run_tables.c
tests_results_test_run_tables_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_results_test_run_tables_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_run_tables

check_PROGRAMS += tests/results/test_table
tests_results_test_table_SOURCES = tests/results/test_table.c
tests_results_test_table_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_results_test_table_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_table

check_PROGRAMS += tests/results/test_rows_filter
tests_results_test_rows_filter_SOURCES = tests/results/test_rows_filter.c
tests_results_test_rows_filter_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_rows_filter

check_PROGRAMS += tests/results/test_progress_table
tests_results_test_progress_table_SOURCES = tests/results/test_progress_table.c
tests_results_test_progress_table_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_results_test_progress_table_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_progress_table
