check_PROGRAMS += tests/test_metrics
tests_test_metrics_SOURCES = tests/test_metrics.c
tests_test_metrics_LDADD = libengine.a
TESTS += tests/test_metrics

check_PROGRAMS += tests/test_weights
tests_test_weights_SOURCES = tests/test_weights.c
tests_test_weights_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_weights
