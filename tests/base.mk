check_PROGRAMS += tests/test_base
tests_test_base_SOURCES = tests/test_base.c
tests_test_base_LDADD = libbase.a
TESTS += tests/test_base

TESTS += tests/layers.sh
EXTRA_DIST += tests/layers.sh
