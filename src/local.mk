bin_PROGRAMS += combolab
combolab_SOURCES = \
	src/check_images.c src/check_images.h \
	src/cli.c src/cli.h \
	src/cmd_bench.c \
	src/cmd_dataset.c \
	src/cmd_devices.c \
	src/cmd_resume.c \
	src/cmd_runs.c \
	src/cmd_show.c \
	src/cmd_synth.c \
	src/cmd_train.c \
	src/cmd_tui.c \
	src/cmd_version.c \
	src/cmd_work.c \
	src/command.h \
	src/complete.c src/complete.h \
	src/docs.c src/docs.h \
	src/help.c \
	src/main.c \
	src/measure.c src/measure.h \
	src/meter.c src/meter.h \
	src/output.c src/output.h \
	src/progress.c src/progress.h \
	src/show.c src/show.h \
	src/sweep.c \
	src/table.c src/table_export.c src/table.h
combolab_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) -DINSTALLED_MODULES='"$(moduledir)"'
if HAVE_ONEDNN
combolab_CPPFLAGS += -DBUILT_CPU
endif
if HAVE_CUDA
combolab_CPPFLAGS += -DBUILT_CUDA
endif
combolab_LDADD = libsession.a $(UI_LIBS) $(DB_LIBS) $(ENGINE_LIBS)

include src/session.mk
