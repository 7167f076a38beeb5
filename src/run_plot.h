/* run_plot.h - curves of runs, read from the database: for the command and for the screen. Any
 * thread, with a connection of its own. */
#ifndef COMBOLAB_SRC_RUN_PLOT_H
#define COMBOLAB_SRC_RUN_PLOT_H

#include "db/rows.h"
#include "results/run_curves.h"

struct db;
struct err;

/* Over what a curve is the mean of several runs. */
enum run_plot_mean { RUN_PLOT_EACH, RUN_PLOT_SEED, RUN_PLOT_FOLD, RUN_PLOT_BOTH };

struct run_plot_choice {
    const char *metrics, *phases; /* as in struct run_curves_choice */
    enum run_plot_mean mean;
    const struct palette_look *looks; /* of each run, as on the screen; NULL: as they would be there
                                         if they were marked in their order */
    bool remarks; /* on standard error: runs without epochs, means that end early */
};

/* ERR_USAGE for a run that is named twice, ERR_NOT_FOUND where none has an epoch. */
int run_plot(struct plot *out, struct db *db, const struct run_row *runs, size_t n,
             const struct run_plot_choice *choice, struct err *e);

#endif
