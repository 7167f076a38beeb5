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

check_PROGRAMS += tests/results/test_ledger
tests_results_test_ledger_SOURCES = tests/results/test_ledger.c
tests_results_test_ledger_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_ledger
check_PROGRAMS += tests/results/test_pull
tests_results_test_pull_SOURCES = tests/results/test_pull.c
tests_results_test_pull_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_pull

check_PROGRAMS += tests/results/test_run_curves
tests_results_test_run_curves_SOURCES = tests/results/test_run_curves.c
tests_results_test_run_curves_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_run_curves

ABLATION_KIT = tests/results/ablation_kit.c tests/results/ablation_kit.h

check_PROGRAMS += tests/results/test_ablation
tests_results_test_ablation_SOURCES = tests/results/test_ablation.c $(ABLATION_KIT)
tests_results_test_ablation_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_ablation

check_PROGRAMS += tests/results/test_ablation_tests
tests_results_test_ablation_tests_SOURCES = tests/results/test_ablation_tests.c $(ABLATION_KIT)
tests_results_test_ablation_tests_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_ablation_tests

check_PROGRAMS += tests/results/test_ablation_looks
tests_results_test_ablation_looks_SOURCES = tests/results/test_ablation_looks.c $(ABLATION_KIT)
tests_results_test_ablation_looks_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_ablation_looks

check_PROGRAMS += tests/results/test_ablation_needed
tests_results_test_ablation_needed_SOURCES = tests/results/test_ablation_needed.c $(ABLATION_KIT)
tests_results_test_ablation_needed_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_ablation_needed
check_PROGRAMS += tests/results/test_stream
tests_results_test_stream_SOURCES = tests/results/test_stream.c
tests_results_test_stream_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_results_test_stream_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_stream
check_PROGRAMS += tests/results/test_compare
tests_results_test_compare_SOURCES = tests/results/test_compare.c
tests_results_test_compare_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_compare
check_PROGRAMS += tests/results/test_progress_table
tests_results_test_progress_table_SOURCES = tests/results/test_progress_table.c
tests_results_test_progress_table_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_results_test_progress_table_LDADD = $(RESULTS_LIBS)
TESTS += tests/results/test_progress_table
