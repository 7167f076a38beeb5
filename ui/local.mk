noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	ui/canvas.c ui/canvas.h \
	ui/chart.c ui/chart.h \
	ui/dump.c \
	ui/edit.c ui/edit.h \
	ui/form.c ui/form.h \
	ui/facts.c ui/facts.h \
	ui/layout.c ui/layout.h \
	ui/live_charts.c \
	ui/pen.c ui/pen.h \
	ui/request.c ui/request.h \
	ui/runs_order.c ui/runs_order.h \
	ui/runs_table.c ui/runs_table.h \
	ui/screen.c ui/screen.h \
	ui/terminal.c \
	ui/text.c ui/text.h \
	ui/theme.c ui/theme.h \
	ui/ticks.c ui/ticks.h \
	ui/ui.c ui/ui.h \
	ui/verbs.c ui/verbs.h \
	ui/view.h \
	ui/view_help.c \
	ui/view_launch.c \
	ui/view_live.c \
	ui/view_runs.c \
	ui/views.h
libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)

# Before ENGINE_LIBS on a link line: the form is made from the engine's option table.
UI_LIBS = libui.a $(NCURSES_LIBS)
