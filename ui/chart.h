/* chart.h - a line chart in a box: axes with round numbers, a legend with values, a crosshair. It
 * takes numbers and knows nothing of runs. */
#ifndef COMBOLAB_UI_CHART_H
#define COMBOLAB_UI_CHART_H

#include "ui/canvas.h"
#include "ui/pen.h"

#define CHART_MOST_SERIES 64

struct chart_point {
    int x;
    double y;
};

/* Numbers that lie in an array of structs: the first one and the distance to the next, in bytes. */
struct chart_series {
    const char *name;
    enum role role;
    enum canvas_dash dash;
    wchar_t sign;       /* stands on the line, and is the line in ASCII; 0 = none */
    const double *y;    /* not finite = a gap */
    const double *high; /* NULL, or this is a band from y to here, at the same distances */
    const int *x;       /* rising */
    /* NULL, or which of the rows belong to the series: those that don't are no gaps. Where the rows
     * before and after don't, a value is marked as a point. */
    const bool *there;
    size_t stride, n;
    size_t x_stride; /* of x, where it is another; 0 = the same */
    bool has_tail;   /* one more value comes after them */
    struct chart_point tail;
};

struct chart {
    const char *title;
    const char *note;   /* beside the title: best value, scale */
    const char *x_name; /* what is counted along x: "epoch" */
    double x_each;      /* what one of x is in that unit; 0 = 1, and whole numbers only */
    bool unnamed;       /* the series are told elsewhere: no legend */
    struct chart_series series[CHART_MOST_SERIES];
    int n_series;
    int x_first, x_last;
    int cursor;   /* x whose values are read; INT_MIN: none, the last ones are */
    bool dragged; /* over, from x `held` on */
    int held;
    int marked; /* x of the second series' value that is marked; INT_MIN: none */
    bool log_y; /* values of 0 and less are gaps then */
    bool focus;
};

void chart_draw(struct pen *pen, struct rect at, const struct chart *chart);

/* Sums a series up for `columns` columns of dots over x_first..x_last. Nothing is lost that could
 * be seen: each column keeps its least and greatest value. */
void chart_reduce(const struct chart_series *s, int x_first, int x_last, bool log_y,
                  struct canvas_column *out, int columns);

/* How far along the x axis of a chart in `at` a column of the screen is: 0 to 1. */
double chart_part(struct rect at, int x);

/* The column of dots that x falls on. */
int chart_column(int x, int x_first, int x_last, int columns);

#endif
