bin_PROGRAMS += combolab
combolab_SOURCES = \
	src/clean.c src/clean.h \
	src/cli.c src/cli.h \
	src/command.h \
	src/complete.c src/complete.h \
	src/control.c src/control.h \
	src/detach.c src/detach.h \
	src/docs.c src/docs.h \
	src/follow.c src/follow.h \
	src/headless.c src/headless.h \
	src/help.c \
	src/image_list.c src/image_list.h \
	src/main.c \
	src/meter.c src/meter.h \
	src/model.c src/model.h \
	src/outcome.c src/outcome.h \
	src/output.c src/output.h \
	src/progress.c src/progress.h \
	src/reader.c src/reader.h \
	src/want.h \
	src/want_now.c \
	src/want_paths.c \
	src/want_run.c \
	src/want_runs.c \
	src/commands/attach.c \
	src/commands/bench.c \
	src/commands/clean.c \
	src/commands/checkpoint.c \
	src/commands/commands.c \
	src/commands/dataset.c \
	src/commands/dataset_check.c \
	src/commands/dataset_check_priv.h \
	src/commands/devices.c \
	src/commands/export.c \
	src/commands/pause.c \
	src/commands/predict.c \
	src/commands/resume.c \
	src/commands/runs.c \
	src/commands/show.c \
	src/commands/stop.c \
	src/commands/synth.c \
	src/commands/train.c \
	src/commands/tui.c \
	src/commands/version.c \
	src/commands/wait.c \
	src/commands/weights.c \
	src/commands/work.c
combolab_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) -DINSTALLED_MODULES='"$(moduledir)"' \
	-DBUILT_BACKENDS="\"`echo $(BUILT_BACKENDS)`\""
combolab_LDADD = libsession.a $(UI_LIBS) $(RESULTS_LIBS) $(DB_LIBS) $(ENGINE_LIBS)

include src/session/local.mk
