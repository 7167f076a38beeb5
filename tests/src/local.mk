check_PROGRAMS += tests/src/test_progress
tests_src_test_progress_SOURCES = tests/src/test_progress.c src/progress.c
tests_src_test_progress_LDADD = $(ENGINE_LIBS)
TESTS += tests/src/test_progress

# Makes the database that test_cli.sh looks at.
check_PROGRAMS += tests/src/cli_db
tests_src_cli_db_SOURCES = tests/src/cli_db.c
tests_src_cli_db_LDADD = $(DB_LIBS)

TESTS += tests/src/test_cli.sh tests/src/test_man.sh tests/src/test_train.sh \
	tests/src/test_interrupted.sh tests/src/test_tmux.sh
EXTRA_DIST += tests/src/test_cli.sh tests/src/test_man.sh tests/src/test_train.sh \
	tests/src/test_interrupted.sh tests/src/test_tmux.sh
