/* scatter.h - many points in a box: where they lie, and how dense. It takes numbers and knows
 * nothing of runs. */
#ifndef COMBOLAB_UI_SCATTER_H
#define COMBOLAB_UI_SCATTER_H

#include "ui/pen.h"

struct scatter_point {
    double x, y; /* not finite = left out */
};

struct scatter {
    const char *title, *note;
    const char *x_name;
    const struct scatter_point *points;
    size_t n;
    size_t marked;  /* of the points; n = none */
    bool from_zero; /* y is a difference: a line at 0 instead of x = y */
};

/* The point that is drawn nearest to a cell, for a scatter that is drawn in `at`; n when there is
 * none. */
size_t scatter_nearest(struct rect at, const struct scatter *s, int y, int x);

void scatter_draw(struct pen *pen, struct rect at, const struct scatter *s);

#endif
