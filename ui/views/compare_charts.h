/* compare_charts.h - what the charts of the compare view show: which figures and terms the runs
 * have, as series of every line. Screen thread only.
 */
#ifndef COMBOLAB_UI_VIEWS_COMPARE_CHARTS_H
#define COMBOLAB_UI_VIEWS_COMPARE_CHARTS_H

#include "ui/axis.h"
#include "ui/chart.h"
#include "ui/views/compare_set.h"

#define COMPARE_SMOOTHINGS 4

/* How charts are drawn and read. */
struct compare_axes {
    int focus;      /* chart */
    int phase;      /* ROW_TEST ... */
    unsigned log_y; /* by bit, of each chart */
    int smoothing;  /* 0 = none, to COMPARE_SMOOTHINGS - 1 */
    bool by_time;
    bool reading;     /* the crosshair is there, */
    double at;        /* at this epoch or, by time, after so many seconds of training */
    struct axis x;    /* the piece that is seen */
    int64_t selected; /* run; its line is drawn last, and in any case */
};

/* A chart: a figure of the runs, or the term of that name of those whose loss has it. */
struct compare_curve {
    const char *title;
    const char *metric; /* what the command curves calls it; NULL where it has none of it */
    enum curve_figure figure;
    const char *term; /* or NULL */
    bool rate;        /* the learning rate, which is of no phase */
    bool linear;      /* no logarithm: values may be negative */
    int better;       /* 1 = the greater, -1 = the less, 0 = they cannot be compared */
};

/* Scratch for series. Zeroed at its start. */
struct compare_room {
    int *x;
    double *y;
    size_t n;
};

void compare_room_fini(struct compare_room *r);

/* The charts there are; their texts are the model's. */
int compare_curves(const struct compare_set *set, const struct ui_model *model,
                   struct compare_curve curves[LAYOUT_MOST_CHARTS]);

/* The x axis of all charts. */
struct compare_span {
    double least, most; /* of all: epochs, or seconds */
    double first, last; /* of what is seen */
    double each;        /* of what one of a chart's x is: 1 epoch, or some part of a second */
    double unit;        /* what the axis is labelled in: 1 epoch, or so many seconds */
    const char *name;   /* of that unit */
};

struct compare_span compare_span_of(const struct compare_axes *axes, const struct ui_model *model);

/* What is at a place of the axis, 0 to 1. */
double compare_x_at(const struct compare_span *span, double place);

/* Chart `which`, whose series are in `room`. False when out of memory. */
bool compare_chart(const struct compare_axes *axes, const struct compare_set *set,
                   const struct ui_model *model, const struct compare_curve *curve, int which,
                   const struct pen *pen, struct compare_room *room, struct chart *chart,
                   char note[64]);

/* A line's value at the crosshair or, without it, its last one; NaN when there is none. */
double compare_read(const struct compare_axes *axes, const struct compare_set *set,
                    const struct ui_model *model, const struct compare_curve *curve, size_t line);

/* The next place of a value in that direction that any line has; the same when there is none. */
double compare_step(const struct compare_axes *axes, const struct ui_model *model,
                    const struct compare_curve *curve, int direction);

/* "off", "0.6" ... */
const char *compare_smoothing(int smoothing);

#endif
