UI_TEST_LIBS = $(KIT_LIBS) $(UI_LIBS) libresults.a libstats.a libengine.a libcore.a libbase.a $(JANSSON_LIBS)
UI_TEST_CPPFLAGS = $(NCURSES_CFLAGS)

# The pieces: layout, text, ticks, charts, keys.
check_PROGRAMS += tests/ui/test_ui_parts
tests_ui_test_ui_parts_SOURCES = tests/ui/test_ui_parts.c
tests_ui_test_ui_parts_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_parts_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_parts

# The widget that draws tables.
check_PROGRAMS += tests/ui/test_grid
tests_ui_test_grid_SOURCES = tests/ui/test_grid.c
tests_ui_test_grid_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_grid_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_grid

# Whole screens against tests/golden/ui_*.txt; COMBOLAB_GOLDEN=write makes those files anew.
check_PROGRAMS += tests/ui/test_ui
tests_ui_test_ui_SOURCES = tests/ui/test_ui.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui

# What runs do at present, on whole screens.
check_PROGRAMS += tests/ui/test_ui_moves
tests_ui_test_ui_moves_SOURCES = tests/ui/test_ui_moves.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_moves_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_moves_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_moves

# Keys to actions; nothing is compared with stored screens.
check_PROGRAMS += tests/ui/test_ui_keys tests/ui/test_ui_form
tests_ui_test_ui_keys_SOURCES = tests/ui/test_ui_keys.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_keys_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_keys_LDADD = $(UI_TEST_LIBS)
tests_ui_test_ui_form_SOURCES = tests/ui/test_ui_form.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_form_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_form_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_keys tests/ui/test_ui_form

# What the mouse does.
check_PROGRAMS += tests/ui/test_ui_mouse
tests_ui_test_ui_mouse_SOURCES = tests/ui/test_ui_mouse.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_mouse_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_mouse_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_mouse

# The view of ablations, on whole screens.
check_PROGRAMS += tests/ui/test_ui_ablation
tests_ui_test_ui_ablation_SOURCES = tests/ui/test_ui_ablation.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_ablation_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_ablation_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_ablation
# Names, notes, tags, the trash and the archive by keys.
check_PROGRAMS += tests/ui/test_ui_edit
tests_ui_test_ui_edit_SOURCES = tests/ui/test_ui_edit.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_edit_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_edit_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_edit

# Marked runs, and what is done to all of them.
check_PROGRAMS += tests/ui/test_ui_marks
tests_ui_test_ui_marks_SOURCES = tests/ui/test_ui_marks.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_marks_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_marks_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_marks

# Runs side by side.
check_PROGRAMS += tests/ui/test_ui_compare
tests_ui_test_ui_compare_SOURCES = tests/ui/test_ui_compare.c tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_compare_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_compare_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_compare

# A real (pseudo) terminal: taken, resized, given back.
check_PROGRAMS += tests/ui/test_ui_terminal
tests_ui_test_ui_terminal_SOURCES = tests/ui/test_ui_terminal.c tests/kit/ui_kit.c tests/kit/ui_kit.h tests/kit/ui_pty.h
tests_ui_test_ui_terminal_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_terminal_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_terminal

# The SQL view.
check_PROGRAMS += tests/ui/test_ui_sql
tests_ui_test_ui_sql_SOURCES = tests/ui/test_ui_sql.c tests/kit/ui_golden.h tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_sql_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_sql_LDADD = $(UI_TEST_LIBS) $(JANSSON_LIBS)
TESTS += tests/ui/test_ui_sql

# Pictures as terminals take them.
check_PROGRAMS += tests/ui/test_ui_encoders
tests_ui_test_ui_encoders_SOURCES = tests/ui/test_ui_encoders.c
tests_ui_test_ui_encoders_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_encoders

# The view of predictions, its pictures too.
check_PROGRAMS += tests/ui/test_ui_predictions
tests_ui_test_ui_predictions_SOURCES = tests/ui/test_ui_predictions.c tests/kit/ui_golden.h tests/kit/ui_kit.c \
	tests/kit/ui_kit.h tests/kit/ui_predictions.h
tests_ui_test_ui_predictions_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_predictions_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_predictions

# Its pictures as such, on a pseudo terminal.
check_PROGRAMS += tests/ui/test_ui_pictures
tests_ui_test_ui_pictures_SOURCES = tests/ui/test_ui_pictures.c tests/kit/ui_kit.c tests/kit/ui_kit.h \
	tests/kit/ui_predictions.h tests/kit/ui_pty.h
tests_ui_test_ui_pictures_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_pictures_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_pictures

# The command line.
check_PROGRAMS += tests/ui/test_ui_colon
tests_ui_test_ui_colon_SOURCES = tests/ui/test_ui_colon.c tests/kit/ui_golden.h tests/kit/ui_kit.c tests/kit/ui_kit.h
tests_ui_test_ui_colon_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
tests_ui_test_ui_colon_LDADD = $(UI_TEST_LIBS)
TESTS += tests/ui/test_ui_colon

EXTRA_DIST += \
	tests/golden/ui_ablation_200x60.txt \
	tests/golden/ui_ablation_60x15.txt \
	tests/golden/ui_ablation_80x24.txt \
	tests/golden/ui_ablation_baseline.txt \
	tests/golden/ui_ablation_behind.txt \
	tests/golden/ui_ablation_c_200x60.txt \
	tests/golden/ui_ablation_c_80x24.txt \
	tests/golden/ui_ablation_empty.txt \
	tests/golden/ui_ablation_hostile.txt \
	tests/golden/ui_ablation_needed_200x60.txt \
	tests/golden/ui_ablation_needed_60x15.txt \
	tests/golden/ui_ablation_needed_80x24.txt \
	tests/golden/ui_ablation_needed_problem.txt \
	tests/golden/ui_ablation_needed_reading.txt \
	tests/golden/ui_ablation_one_run.txt \
	tests/golden/ui_ablation_reading.txt \
	tests/golden/ui_ablation_runs.txt \
	tests/golden/ui_colon_60x15.txt \
	tests/golden/ui_colon_80x24.txt \
	tests/golden/ui_colon_c_80x24.txt \
	tests/golden/ui_colon_sort_60x15.txt \
	tests/golden/ui_colon_sort_80x24.txt \
	tests/golden/ui_colon_sort_c_80x24.txt \
	tests/golden/ui_compare_200x60.txt \
	tests/golden/ui_compare_60x15.txt \
	tests/golden/ui_compare_80x24.txt \
	tests/golden/ui_compare_ascii.txt \
	tests/golden/ui_compare_crosshair.txt \
	tests/golden/ui_compare_first_epoch.txt \
	tests/golden/ui_compare_groups.txt \
	tests/golden/ui_compare_groups_less.txt \
	tests/golden/ui_compare_hostile.txt \
	tests/golden/ui_compare_long.txt \
	tests/golden/ui_compare_mono.txt \
	tests/golden/ui_compare_none.txt \
	tests/golden/ui_compare_one_setting.txt \
	tests/golden/ui_compare_one.txt \
	tests/golden/ui_compare_thirty.txt \
	tests/golden/ui_compare_time.txt \
	tests/golden/ui_compare_unmarked.txt \
	tests/golden/ui_compare_zoom.txt \
	tests/golden/ui_delete_refused.txt \
	tests/golden/ui_help_120x40.txt \
	tests/golden/ui_help_80x24.txt \
	tests/golden/ui_help_end.txt \
	tests/golden/ui_hostile.txt \
	tests/golden/ui_launch_120x40.txt \
	tests/golden/ui_launch_80x24.txt \
	tests/golden/ui_launch_button.txt \
	tests/golden/ui_launch_folded.txt \
	tests/golden/ui_launch_other_loss.txt \
	tests/golden/ui_launch_refused.txt \
	tests/golden/ui_launch_sweep_120x40.txt \
	tests/golden/ui_launch_sweep_120x40_choices.txt \
	tests/golden/ui_launch_sweep_80x24.txt \
	tests/golden/ui_launch_sweep_80x24_choices.txt \
	tests/golden/ui_launch_unfolded.txt \
	tests/golden/ui_live_120x40.txt \
	tests/golden/ui_live_120x40_ascii.txt \
	tests/golden/ui_live_200_epochs.txt \
	tests/golden/ui_live_60x15.txt \
	tests/golden/ui_live_80x24.txt \
	tests/golden/ui_live_80x24_ascii.txt \
	tests/golden/ui_live_80x24_block.txt \
	tests/golden/ui_live_decoding.txt \
	tests/golden/ui_live_failed.txt \
	tests/golden/ui_live_first_epoch.txt \
	tests/golden/ui_live_gone.txt \
	tests/golden/ui_live_log_planned.txt \
	tests/golden/ui_live_no_epoch.txt \
	tests/golden/ui_live_second_page.txt \
	tests/golden/ui_live_sparse.txt \
	tests/golden/ui_live_sparse_80x24.txt \
	tests/golden/ui_live_sparse_ascii.txt \
	tests/golden/ui_live_sparse_block.txt \
	tests/golden/ui_live_steps_120x40.txt \
	tests/golden/ui_live_steps_80x24.txt \
	tests/golden/ui_live_steps_ascii.txt \
	tests/golden/ui_live_steps_crosshair.txt \
	tests/golden/ui_live_steps_planned.txt \
	tests/golden/ui_live_tail_80x24.txt \
	tests/golden/ui_live_tail_steps.txt \
	tests/golden/ui_live_val_120x40.txt \
	tests/golden/ui_live_zoom_gaps.txt \
	tests/golden/ui_message.txt \
	tests/golden/ui_predictions_200x60.txt \
	tests/golden/ui_predictions_60x15.txt \
	tests/golden/ui_predictions_60x15_plot.txt \
	tests/golden/ui_predictions_80x24.txt \
	tests/golden/ui_predictions_block.txt \
	tests/golden/ui_predictions_broken.txt \
	tests/golden/ui_predictions_by_name.txt \
	tests/golden/ui_predictions_c_200x60.txt \
	tests/golden/ui_predictions_c_60x15.txt \
	tests/golden/ui_predictions_c_80x24.txt \
	tests/golden/ui_predictions_c_extremes_80x24.txt \
	tests/golden/ui_predictions_errors.txt \
	tests/golden/ui_predictions_extremes_200x60.txt \
	tests/golden/ui_predictions_extremes_60x15.txt \
	tests/golden/ui_predictions_extremes_80x24.txt \
	tests/golden/ui_predictions_gone.txt \
	tests/golden/ui_predictions_hostile.txt \
	tests/golden/ui_predictions_mono_80x24.txt \
	tests/golden/ui_predictions_nan.txt \
	tests/golden/ui_predictions_no_runs.txt \
	tests/golden/ui_predictions_none.txt \
	tests/golden/ui_predictions_queued.txt \
	tests/golden/ui_predictions_reading.txt \
	tests/golden/ui_predictions_sorting.txt \
	tests/golden/ui_predictions_wide.txt \
	tests/golden/ui_quit_question.txt \
	tests/golden/ui_runs_120x40.txt \
	tests/golden/ui_runs_200x20.txt \
	tests/golden/ui_runs_40x10.txt \
	tests/golden/ui_runs_60x15.txt \
	tests/golden/ui_runs_80x24.txt \
	tests/golden/ui_runs_curves_200x60.txt \
	tests/golden/ui_runs_elsewhere_200x20.txt \
	tests/golden/ui_runs_elsewhere_80x24.txt \
	tests/golden/ui_runs_empty.txt \
	tests/golden/ui_runs_failed.txt \
	tests/golden/ui_runs_filter_broken.txt \
	tests/golden/ui_runs_filter_none.txt \
	tests/golden/ui_runs_filter_sorted.txt \
	tests/golden/ui_runs_filter_typing.txt \
	tests/golden/ui_runs_groups_experiment.txt \
	tests/golden/ui_runs_groups_folded.txt \
	tests/golden/ui_runs_groups_line.txt \
	tests/golden/ui_runs_groups_none.txt \
	tests/golden/ui_runs_groups_seed.txt \
	tests/golden/ui_runs_marked_80x24.txt \
	tests/golden/ui_runs_marked_filter.txt \
	tests/golden/ui_runs_marked_none.txt \
	tests/golden/ui_runs_marked_question.txt \
	tests/golden/ui_runs_marked_refused.txt \
	tests/golden/ui_runs_marked_rest.txt \
	tests/golden/ui_runs_sorting.txt \
	tests/golden/ui_sql_begin_200x60.txt \
	tests/golden/ui_sql_begin_60x15.txt \
	tests/golden/ui_sql_begin_80x24.txt \
	tests/golden/ui_sql_begin_80x24_ascii.txt \
	tests/golden/ui_sql_cell_200x60.txt \
	tests/golden/ui_sql_cell_60x15.txt \
	tests/golden/ui_sql_cell_80x24.txt \
	tests/golden/ui_sql_cell_80x24_ascii.txt \
	tests/golden/ui_sql_completing.txt \
	tests/golden/ui_sql_file.txt \
	tests/golden/ui_sql_file_exists.txt \
	tests/golden/ui_sql_mistake.txt \
	tests/golden/ui_sql_rows_200x60.txt \
	tests/golden/ui_sql_rows_60x15.txt \
	tests/golden/ui_sql_rows_80x24.txt \
	tests/golden/ui_sql_rows_80x24_ascii.txt \
	tests/golden/ui_sql_running_200x60.txt \
	tests/golden/ui_sql_running_60x15.txt \
	tests/golden/ui_sql_running_80x24.txt \
	tests/golden/ui_sql_running_80x24_ascii.txt
