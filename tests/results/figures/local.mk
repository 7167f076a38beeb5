# Each kind of figure: what is refused, texts and numbers of any kind; where numbers stand.
check_PROGRAMS += tests/results/figures/test_figures
tests_results_figures_test_figures_SOURCES = tests/results/figures/test_figures.c
tests_results_figures_test_figures_LDADD = $(KIT_LIBS) $(FIGURES_LIBS) $(RESULTS_LIBS)
TESTS += tests/results/figures/test_figures

check_PROGRAMS += tests/results/figures/test_figure_places
tests_results_figures_test_figure_places_SOURCES = tests/results/figures/test_figure_places.c
tests_results_figures_test_figure_places_LDADD = $(KIT_LIBS) $(FIGURES_LIBS) $(RESULTS_LIBS)
TESTS += tests/results/figures/test_figure_places
