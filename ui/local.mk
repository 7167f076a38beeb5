noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	ui/axis.c ui/axis.h \
	ui/canvas.c ui/canvas.h \
	ui/cells.c ui/cells.h \
	ui/chart.c ui/chart.h \
	ui/chart_legend.c ui/chart_priv.h \
	ui/colon.c ui/colon.h \
	ui/colon_priv.h \
	ui/colon_read.c \
	ui/colon_words.c \
	ui/dump.c \
	ui/edit.c ui/edit.h \
	ui/editor.c ui/editor.h \
	ui/facts.c ui/facts.h \
	ui/frame.c ui/frame.h \
	ui/grid.c ui/grid.h \
	ui/grid_table.c \
	ui/groups.c ui/groups.h \
	ui/kept.c ui/kept.h \
	ui/kitty.c ui/kitty.h \
	ui/layout.c ui/layout.h \
	ui/marks.c ui/marks.h \
	ui/paint.c ui/paint.h ui/paint_priv.h \
	ui/paint_over.c \
	ui/pen.c ui/pen.h \
	ui/pointer.c ui/pointer.h \
	ui/report.c ui/report.h \
	ui/preferences.c \
	ui/request.c ui/request.h \
	ui/run.c \
	ui/scale.c ui/scale.h \
	ui/scatter.c ui/scatter.h \
	ui/screen.c ui/screen.h \
	ui/signs.c ui/signs.h \
	ui/sixel.c ui/sixel.h \
	ui/spots.h \
	ui/terminal.c \
	ui/text.c ui/text.h \
	ui/theme.c ui/theme.h \
	ui/ui.c ui/ui.h ui/ui_priv.h \
	ui/ui_commands.c \
	ui/ui_keep.c \
	ui/verbs.c ui/verbs.h \
	ui/view.h \
	ui/views/ablation.c ui/views/ablation_details.c ui/views/ablation_details.h \
	ui/views/ablation_needed.c ui/views/ablation_needed.h \
	ui/views/ablation_strips.c ui/views/ablation_strips.h \
	ui/views/choices.c ui/views/choices.h \
	ui/views/compare.c \
	ui/views/compare_axes.c ui/views/compare_axes.h \
	ui/views/compare_charts.c ui/views/compare_charts.h \
	ui/views/compare_set.c ui/views/compare_set.h \
	ui/views/compare_table.c ui/views/compare_table.h \
	ui/views/form.c ui/views/form.h \
	ui/views/help.c \
	ui/views/launch_paths.c \
	ui/views/launch.c ui/views/launch_priv.h \
	ui/views/launch_draw.c \
	ui/views/launch_field.c \
	ui/views/launch_side.c ui/views/launch_side.h \
	ui/views/live.c \
	ui/views/live_axes.c ui/views/live_axes.h \
	ui/views/live_charts.c ui/views/live_charts.h \
	ui/views/live_log.c ui/views/live_log.h \
	ui/views/live_panel.c ui/views/live_panel.h \
	ui/views/predictions.c ui/views/predictions_priv.h \
	ui/views/predictions_draw.c \
	ui/views/predictions_order.c \
	ui/views/predictions_picture.c \
	ui/views/runs.c ui/views/runs_priv.h \
	ui/views/runs_commands.c \
	ui/views/runs_edit.c ui/views/runs_edit.h \
	ui/views/runs_details.c ui/views/runs_details.h \
	ui/views/runs_lines.c ui/views/runs_lines.h \
	ui/views/runs_order.c ui/views/runs_order.h \
	ui/views/runs_table.c ui/views/runs_table.h \
	ui/views/settings.c ui/views/settings.h \
	ui/views/sql.c ui/views/sql_priv.h \
	ui/views/sql_complete.c ui/views/sql_complete.h \
	ui/views/sql_draw.c \
	ui/views/sql_rows.c
libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)

# Before ENGINE_LIBS on a link line: the form is made from the engine's option table.
# Of libdb.a it takes the lists of columns alone.
UI_LIBS = libui.a libresults.a libstats.a libdb.a $(NCURSES_LIBS) $(JANSSON_LIBS)
