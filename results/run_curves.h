/* run_curves.h - curves of runs: which figures of which phases, each run for itself or as the mean
 * of those that differ in seed or fold alone. */
#ifndef COMBOLAB_RESULTS_RUN_CURVES_H
#define COMBOLAB_RESULTS_RUN_CURVES_H

#include "db/rows.h"
#include "results/palette.h"
#include "results/plot.h"

/* A run; everything is borrowed. */
struct run_curves_run {
    const char *label;
    const struct term_row *terms;
    size_t n_terms;
    const struct epoch_row *epochs; /* in their order */
    size_t n_epochs;
    size_t group;             /* 0 .. groups - 1 */
    struct palette_look look; /* of its group's curve, where it is the first one */
};

struct run_curves_choice {
    const char *metrics; /* pc, mae, rmse, total, a term's name, with "_weighted" or "_gradient"
                            behind it, those of two with "_cosine" ..., separated by commas: a
                            panel each */
    const char *phases;  /* train, val, test, separated by commas; "" = of one group all that there
                            are, of several test; gradients and cosines are of train in any case
                            */
    bool mean; /* a curve is the mean of its group, over epochs that all its runs have; its band one
                  sample deviation to either side */
    size_t groups;
};

/* Curves have the label of their group's first run, and with `mean` how many runs they are of; runs
 * without epochs are left out. ERR_USAGE for a metric or phase that there is not, and says which
 * there are. */
int run_curves(struct plot *out, const struct run_curves_choice *choice,
               const struct run_curves_run *runs, size_t n, struct err *e);

#endif
