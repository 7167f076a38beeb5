check_PROGRAMS += tests/results/stats/test_stats_golden
tests_results_stats_test_stats_golden_SOURCES = tests/results/stats/test_stats_golden.c
tests_results_stats_test_stats_golden_LDADD = $(STATS_LIBS)
TESTS += tests/results/stats/test_stats_golden
EXTRA_DIST += tests/golden/make_stats_golden.py tests/golden/stats.txt

check_PROGRAMS += tests/results/stats/test_stats
tests_results_stats_test_stats_SOURCES = tests/results/stats/test_stats.c
tests_results_stats_test_stats_LDADD = $(STATS_LIBS)
TESTS += tests/results/stats/test_stats
