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

# What test_import.sh reads.
EXTRA_DIST += tests/golden/events.py tests/golden/events-cut.tfevents tests/golden/events-empty.tfevents \
	tests/golden/events-flipped.tfevents tests/golden/events-length.tfevents tests/golden/events-long.tfevents \
	tests/golden/events-nan.tfevents tests/golden/events-proto.tfevents tests/golden/events-tensors.tfevents \
	tests/golden/events-torch.tfevents

# What fetches rows for the screen.
READER_SOURCES = src/experiment.c src/history.c src/model.c src/needed.c src/reader.c src/run_images.c src/user_path.c \
	src/want_ablation.c src/want_alike.c src/want_compared.c src/want_history.c src/want_names.c src/want_needed.c src/want_now.c src/want_paths.c \
	src/want_pictures.c src/want_predictions.c src/want_run.c src/want_runs.c src/want_sql.c src/want_sql_kept.c

# Rows for the screen, without a screen.
check_PROGRAMS += tests/src/test_model
tests_src_test_model_SOURCES = tests/src/test_model.c $(READER_SOURCES)
tests_src_test_model_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_model_LDADD = $(KIT_LIBS) libsession.a $(UI_LIBS) $(DB_LIBS) $(ENGINE_LIBS) $(JANSSON_LIBS)
TESTS += tests/src/test_model

# The file of preferences, and layouts.
check_PROGRAMS += tests/src/test_preferences
tests_src_test_preferences_SOURCES = tests/src/test_preferences.c src/keeper.c src/layout_file.c \
	src/preferences_file.c src/user_path.c
tests_src_test_preferences_LDADD = $(KIT_LIBS) $(UI_LIBS) $(RESULTS_LIBS) $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/src/test_preferences

# Figures that the screen asks for.
check_PROGRAMS += tests/src/test_drawer
tests_src_test_drawer_SOURCES = tests/src/test_drawer.c src/ablation_draw.c src/drawer.c src/experiment.c \
	src/figure.c src/prediction_draw.c src/run_plot.c
tests_src_test_drawer_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_drawer_LDADD = $(KIT_LIBS) $(UI_LIBS) $(FIGURES_LIBS) $(RESULTS_LIBS) $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/src/test_drawer

# Statements, for the screen.
check_PROGRAMS += tests/src/test_want_sql
tests_src_test_want_sql_SOURCES = tests/src/test_want_sql.c $(READER_SOURCES)
tests_src_test_want_sql_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_want_sql_LDADD = $(KIT_LIBS) libsession.a $(UI_LIBS) $(DB_LIBS) $(ENGINE_LIBS) $(JANSSON_LIBS)
TESTS += tests/src/test_want_sql

# Test images, for the screen.
check_PROGRAMS += tests/src/test_want_pictures
tests_src_test_want_pictures_SOURCES = tests/src/test_want_pictures.c src/run_images.c src/want_pictures.c
tests_src_test_want_pictures_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_want_pictures_LDADD = $(KIT_LIBS) $(UI_LIBS) $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/src/test_want_pictures

# Keys, other processes' writes: the screen thread opens no file.
check_PROGRAMS += tests/src/test_screen_thread
tests_src_test_screen_thread_SOURCES = tests/src/test_screen_thread.c
tests_src_test_screen_thread_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_src_test_screen_thread_LDADD = $(KIT_LIBS) $(DB_LIBS) $(ENGINE_LIBS)
TESTS += tests/src/test_screen_thread

SHELL_TESTS = \
	tests/src/test_clean.sh \
	tests/src/test_cli.sh \
	tests/src/test_converge.sh \
	tests/src/test_detach.sh \
	tests/src/test_edit.sh \
	tests/src/test_figures.sh \
	tests/src/test_import.sh \
	tests/src/test_init.sh \
	tests/src/test_interrupted.sh \
	tests/src/test_learns.sh \
	tests/src/test_learns_others.sh \
	tests/src/test_man.sh \
	tests/src/test_newcomer.sh \
	tests/src/test_merge.sh \
	tests/src/test_predict.sh \
	tests/src/test_provenance.sh \
	tests/src/test_record.sh \
	tests/src/test_sql.sh \
	tests/src/test_story.sh \
	tests/src/test_sweep.sh \
	tests/src/test_tmux.sh \
	tests/src/test_train.sh
TESTS += $(SHELL_TESTS)
EXTRA_DIST += $(SHELL_TESTS)

# Random keys and sizes. `make storm` is a long one: STORM_KEYS, STORM_SIZES and STORM_SEED may be given.
check_PROGRAMS += tests/src/test_storm
tests_src_test_storm_SOURCES = tests/src/test_storm.c $(READER_SOURCES)
tests_src_test_storm_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(NCURSES_CFLAGS)
tests_src_test_storm_LDADD = $(KIT_LIBS) libsession.a $(UI_LIBS) $(DB_LIBS) $(ENGINE_LIBS) $(JANSSON_LIBS)
TESTS += tests/src/test_storm

.PHONY: storm
STORM_KEYS = 100000
STORM_SIZES = 1000
STORM_SEED = 1
storm: tests/src/test_storm
	STORM_KEYS='$(STORM_KEYS)' STORM_SIZES='$(STORM_SIZES)' STORM_SEED='$(STORM_SEED)' tests/src/test_storm
