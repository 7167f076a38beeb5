check_PROGRAMS += tests/test_session tests/test_session_many
tests_test_session_SOURCES = tests/test_session.c tests/session_kit.h
tests_test_session_many_SOURCES = tests/test_session_many.c tests/session_kit.h
tests_test_session_many_LDADD = libsession.a $(DB_LIBS) $(ENGINE_LIBS)
tests_test_session_LDADD = libsession.a $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/test_session tests/test_session_many

check_PROGRAMS += tests/test_progress
tests_test_progress_SOURCES = tests/test_progress.c src/progress.c
tests_test_progress_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_progress

TESTS += tests/test_train.sh tests/test_interrupted.sh tests/test_tmux.sh
EXTRA_DIST += tests/test_train.sh tests/test_interrupted.sh tests/test_tmux.sh

check_PROGRAMS += tests/test_measure
tests_test_measure_SOURCES = tests/test_measure.c src/measure.c src/measure.h \
	tests/toy_backend.c tests/toy_backend.h
tests_test_measure_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_measure
