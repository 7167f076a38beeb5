check_PROGRAMS += tests/synth/test_synth
tests_synth_test_synth_SOURCES = tests/synth/test_synth.c
tests_synth_test_synth_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/synth/test_synth
