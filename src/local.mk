bin_PROGRAMS += combolab
combolab_SOURCES = \
	src/ablation_draw.c src/ablation_draw.h \
	src/clean.c src/clean.h \
	src/cli.c src/cli.h \
	src/command.h \
	src/complete.c src/complete.h \
	src/control.c src/control.h \
	src/detach.c src/detach.h \
	src/docs.c src/docs.h \
	src/drawer.c src/drawer.h \
	src/edit.c src/edit.h \
	src/experiment.c src/experiment.h \
	src/figure.c src/figure.h \
	src/figure_command.c \
	src/follow.c src/follow.h \
	src/headless.c src/headless.h \
	src/help.c \
	src/history.c src/history.h \
	src/image_list.c src/image_list.h \
	src/import.c src/import.h \
	src/import_csv.c \
	src/import_epochs.c \
	src/import_events.c \
	src/import_files.c src/import_files.h \
	src/jobs.c src/jobs.h \
	src/keeper.c src/keeper.h \
	src/layout_file.c src/layout_file.h \
	src/main.c \
	src/merge_files.c src/merge_files.h \
	src/meter.c src/meter.h \
	src/needed.c src/needed.h \
	src/model.c src/model.h \
	src/outcome.c src/outcome.h \
	src/output.c src/output.h \
	src/preferences_file.c src/preferences_file.h \
	src/prediction_draw.c src/prediction_draw.h \
	src/predictions.c src/predictions.h \
	src/progress.c src/progress.h \
	src/reader.c src/reader.h \
	src/run_images.c src/run_images.h \
	src/run_plot.c src/run_plot.h \
	src/sweep.c src/sweep.h \
	src/user_path.c src/user_path.h \
	src/want.h \
	src/want_ablation.c \
	src/want_history.c \
	src/want_names.c \
	src/want_needed.c \
	src/want_alike.c \
	src/want_compared.c \
	src/want_now.c \
	src/want_paths.c \
	src/want_pictures.c \
	src/want_predictions.c \
	src/want_run.c \
	src/want_runs.c \
	src/want_sql.c src/want_sql.h \
	src/want_sql_kept.c \
	src/commands/ablation.c \
	src/commands/archive.c \
	src/commands/attach.c \
	src/commands/bench.c \
	src/commands/checkpoint.c \
	src/commands/clean.c \
	src/commands/commands.c \
	src/commands/compare.c \
	src/commands/curves.c \
	src/commands/dataset.c \
	src/commands/dataset_check.c \
	src/commands/dataset_check_priv.h \
	src/commands/delete.c \
	src/commands/devices.c \
	src/commands/export.c \
	src/commands/import.c \
	src/commands/ledger.c \
	src/commands/merge.c \
	src/commands/note.c \
	src/commands/pause.c \
	src/commands/predict.c \
	src/commands/queue.c \
	src/commands/rename.c \
	src/commands/resume.c \
	src/commands/retry.c \
	src/commands/runs.c \
	src/commands/samples.c \
	src/commands/scatter.c \
	src/commands/show.c \
	src/commands/sql.c \
	src/commands/sql_ask.c \
	src/commands/sql_priv.h \
	src/commands/stop.c \
	src/commands/synth.c \
	src/commands/tag.c \
	src/commands/train.c \
	src/commands/tui.c \
	src/commands/unarchive.c \
	src/commands/undelete.c \
	src/commands/tui_act.c \
	src/commands/tui_guard.c \
	src/commands/tui_guard_priv.h \
	src/commands/tui_once.c \
	src/commands/tui_once_priv.h \
	src/commands/tui_priv.h \
	src/commands/tui_words.c \
	src/commands/tui_words_priv.h \
	src/commands/version.c \
	src/commands/wait.c \
	src/commands/weights.c \
	src/commands/work.c
combolab_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) -DINSTALLED_MODULES='"$(moduledir)"' \
	-DBUILT_BACKENDS="\"`echo $(BUILT_BACKENDS)`\""
combolab_LDADD = libsession.a $(UI_LIBS) $(FIGURES_LIBS) $(RESULTS_LIBS) $(DB_LIBS) $(ENGINE_LIBS)

include src/session/local.mk
