/* axis.h - the piece of an x axis that charts show, zoomed and moved by keys and by the pointer.
 * Pure. */
#ifndef COMBOLAB_UI_AXIS_H
#define COMBOLAB_UI_AXIS_H

#include "ui/pointer.h"
#include "ui/request.h"

/* Places on it are parts of all of it, 0 to 1. Zeroed, all is seen. */
struct axis {
    double before, behind; /* out of sight */
    bool held;             /* the pointer is dragged over charts, */
    double from;           /* from this place on */
};

bool axis_is_all(const struct axis *a);
double axis_size(const struct axis *a);

/* The place at a part of what is seen. */
double axis_place(const struct axis *a, double part);

/* `by` times as much is seen, and `place` at that part of it, as far as the axis goes. */
void axis_zoom(struct axis *a, double by, double place, double part);

/* Moves by a part of what is seen. */
void axis_pan(struct axis *a, double part);

/* So that the place is in sight. */
void axis_show(struct axis *a, double place);

void axis_all(struct axis *a);

/* Keys that zoom, about `middle`, and move; false when `request` is none of theirs. */
bool axis_request(struct axis *a, enum request request, double middle);

enum axis_pointed {
    AXIS_ELSEWHERE, /* it is not about charts */
    AXIS_READS,     /* `place` is pointed at */
    AXIS_ENTERS,    /* so, by a double click */
    AXIS_CHANGED,   /* another piece is seen */
};

/* What the pointer does to charts that all show this axis. Of drags it is the chart where they
 * began that counts: `cell` of the layout. */
enum axis_pointed axis_point(struct axis *a, const struct live_layout *charts,
                             const struct pointer *p, int *cell, double *place);

#endif
