# Each kind of figure: where numbers stand, what is refused, texts and numbers of any kind.
check_PROGRAMS += tests/results/figures/test_figures
tests_results_figures_test_figures_SOURCES = tests/results/figures/test_figures.c
tests_results_figures_test_figures_LDADD = $(KIT_LIBS) $(FIGURES_LIBS) $(RESULTS_LIBS)
TESTS += tests/results/figures/test_figures
