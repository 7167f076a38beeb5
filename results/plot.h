/* plot.h - what was measured epoch by epoch, as curves: the same numbers as a table and, by
 * results/figures, as a figure. Any thread. */
#ifndef COMBOLAB_RESULTS_PLOT_H
#define COMBOLAB_RESULTS_PLOT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct table;

#define PLOT_NAME_BYTES 640 /* a run's name and what tells it from another */

/* Values over rising x. A y that is not finite is a gap; an x that nothing was measured at is not
 * there. */
struct plot_curve {
    char name[PLOT_NAME_BYTES];
    int colour, line; /* 0, 1 ...: curves that belong together have one of them in common */
    size_t n;
    double *x, *y, *spread; /* owned; spread: half a band about y, NULL without */
};

struct plot_panel {
    char title[96]; /* what is measured: "test PC" */
    struct plot_curve *curves;
    size_t n;
};

struct plot {
    struct plot_panel *panels;
    size_t n;
    const char *x_name, *x_title; /* "epoch" */
};

void plot_fini(struct plot *c);

/* Makes room for a curve of so many values; with a band or without. 0 or -1. */
int plot_curve_make(struct plot_curve *c, size_t n, bool band, struct err *e);

/* A row for each x that any curve has, a column for each curve, and one more for its band. */
int plot_table(struct table **out, const struct plot *c, struct err *e);

#endif
