check_PROGRAMS += tests/weights/test_weights
tests_weights_test_weights_SOURCES = tests/weights/test_weights.c
tests_weights_test_weights_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/weights/test_weights
