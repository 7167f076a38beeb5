/* curves.h - what was measured epoch by epoch, as curves: the same numbers as a table and, by
 * results/figures, as a figure. Any thread. */
#ifndef COMBOLAB_RESULTS_CURVES_H
#define COMBOLAB_RESULTS_CURVES_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct table;

#define CURVE_NAME_BYTES 640 /* a run's name and what tells it from another */

/* Values over rising x. A y that is not finite is a gap; an x that nothing was measured at is not
 * there. */
struct curve {
    char name[CURVE_NAME_BYTES];
    int colour, line; /* 0, 1 ...: curves that belong together have one of them in common */
    size_t n;
    double *x, *y, *low, *high; /* owned; low and high: a band about y, NULL without */
};

struct curve_panel {
    char title[96]; /* what is measured: "test PC" */
    struct curve *curves;
    size_t n;
};

struct curves {
    struct curve_panel *panels;
    size_t n;
    const char *x_name, *x_title; /* "epoch" */
    const char *band;             /* what bands are, for a caption: "mean ± standard deviation" */
};

void curves_fini(struct curves *c);

/* Makes room for a curve of so many values; with a band or without. 0 or -1. */
int curve_make(struct curve *c, size_t n, bool band, struct err *e);

/* A row for each x that any curve has, a column for each curve, and one more for its band. */
int curves_table(struct table **out, const struct curves *c, struct err *e);

#endif
