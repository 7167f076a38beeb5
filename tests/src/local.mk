check_PROGRAMS += tests/src/test_progress
tests_src_test_progress_SOURCES = tests/src/test_progress.c src/progress.c
tests_src_test_progress_LDADD = $(ENGINE_LIBS)
TESTS += tests/src/test_progress

# Makes the database that test_cli.sh looks at.
check_PROGRAMS += tests/src/cli_db
tests_src_cli_db_SOURCES = tests/src/cli_db.c
tests_src_cli_db_LDADD = $(DB_LIBS)

# combolab-db(5) against a database; README's pictures.
TESTS += tests/src/test_man_db.sh tests/src/test_picture.sh
EXTRA_DIST += tests/src/test_man_db.sh tests/src/test_picture.sh

# Rows for the screen, without a screen.
check_PROGRAMS += tests/src/test_model
tests_src_test_model_SOURCES = tests/src/test_model.c src/model.c src/reader.c src/want_now.c src/want_paths.c \
	src/want_run.c src/want_runs.c
tests_src_test_model_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_model_LDADD = $(KIT_LIBS) $(UI_LIBS) $(DB_LIBS) $(ENGINE_LIBS) $(JANSSON_LIBS)
TESTS += tests/src/test_model

# Keys, other processes' writes: the screen thread opens no file.
check_PROGRAMS += tests/src/test_screen_thread
tests_src_test_screen_thread_SOURCES = tests/src/test_screen_thread.c
tests_src_test_screen_thread_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_screen_thread_LDADD = $(KIT_LIBS) $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/src/test_screen_thread

TESTS += tests/src/test_cli.sh tests/src/test_man.sh tests/src/test_train.sh \
	tests/src/test_detach.sh tests/src/test_init.sh tests/src/test_interrupted.sh tests/src/test_record.sh tests/src/test_converge.sh tests/src/test_tmux.sh \
	tests/src/test_provenance.sh tests/src/test_clean.sh tests/src/test_predict.sh
EXTRA_DIST += tests/src/test_cli.sh tests/src/test_man.sh tests/src/test_train.sh \
	tests/src/test_detach.sh tests/src/test_init.sh tests/src/test_interrupted.sh tests/src/test_record.sh tests/src/test_converge.sh tests/src/test_tmux.sh \
	tests/src/test_provenance.sh tests/src/test_clean.sh tests/src/test_predict.sh
