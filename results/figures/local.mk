noinst_LIBRARIES += libfigures.a
libfigures_a_SOURCES = \
	results/figures/axes.c results/figures/axes_priv.h \
	results/figures/figure_ablation.c \
	results/figures/figure_curves.c \
	results/figures/figure_samples.c \
	results/figures/figure_scatter.c \
	results/figures/figures.h \
	results/figures/legend.c results/figures/legend_priv.h \
	results/figures/sheet.c results/figures/sheet_priv.h \
	results/figures/sheet_file.c
libfigures_a_CPPFLAGS = $(AM_CPPFLAGS) $(CAIRO_CFLAGS)

# Before RESULTS_LIBS on a link line.
FIGURES_LIBS = libfigures.a libresults.a libbase.a $(CAIRO_LIBS)
