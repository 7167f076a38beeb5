/* axes_priv.h - a panel's axes: what range they have, where a value stands, ticks and titles. */
#ifndef COMBOLAB_RESULTS_FIGURES_AXES_PRIV_H
#define COMBOLAB_RESULTS_FIGURES_AXES_PRIV_H

#include "results/figures/sheet_priv.h"
#include "results/ticks.h"

/* An axis' ticks, with labels that have a power of ten in common; on one that is logarithmic each
 * is a power of ten. */
struct axis_ticks {
    struct ticks at;
    int power;
    char label[TICKS_MOST][40];
};

struct axes {
    double x_low, x_high, y_low, y_high;
    bool log_y;
    bool whole_x; /* x counts something */
    bool no_y;    /* rows of their own instead of an axis at the left */
    const char *x_title, *y_title;
    struct sheet_box plot; /* of the values */
    struct axis_ticks x_ticks, y_ticks;
};

/* Widens low..high so that it holds the value; begun with low > high. */
void axes_hold(double *low, double *high, double value);

/* Ranges become such as can be drawn; finds ticks and the place of the plot within a box. */
void axes_lay_out(struct sheet *s, struct axes *a, struct sheet_box within);

void axes_draw(struct sheet *s, const struct axes *a);

double axes_x(const struct axes *a, double value);
double axes_y(const struct axes *a, double value);

#endif
