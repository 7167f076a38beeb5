/* curves.h - what charts of several runs need of their epochs, in little room. Pure; one thread at
 * a time.
 */
#ifndef COMBOLAB_RESULTS_CURVES_H
#define COMBOLAB_RESULTS_CURVES_H

#include "db/rows.h"

/* Figures of a phase: those of every loss, then the terms of the run's own. */
enum curve_figure {
    CURVE_TOTAL,
    CURVE_MAE,
    CURVE_RMSE,
    CURVE_PC,
    CURVE_TERM,
    CURVE_FIGURES = CURVE_TERM + ROW_MAX_TERMS
};

struct curve_point {
    int epoch;
    unsigned made;   /* phases, by bit */
    float trained_s; /* of all epochs until this one's end */
    float learning_rate;
    float figure[ROW_PHASES][CURVE_FIGURES]; /* NaN = there is none */
};

/* The epochs of a run, in their order. Zeroed at its start; points are freed with mem_free. */
struct curves {
    struct curve_point *points;
    size_t n;
};

/* Epochs as points, whose trained_s are of each alone; freed with mem_free. NULL when out of
 * memory. */
struct curve_point *curves_points(const struct epoch_row *epochs, size_t n);

/* Adds later ones, such as curves_points makes. 0, or -1 when out of memory: then nothing is
 * changed.
 */
int curves_add(struct curves *c, const struct curve_point *points, size_t n);

#endif
