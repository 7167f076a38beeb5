/* axis.c - see axis.h. Pure; any thread. */
#include "ui/axis.h"

#include "ui/chart.h"

#include <math.h>

#define LEAST_SIZE 0.001
#define WHEEL_ZOOM 0.7
#define KEY_ZOOM 0.5
#define KEY_PAN 0.25    /* of what is seen */
#define LEAST_DRAG 0.01 /* of what is seen: less was a click by an unsteady hand */

double axis_size(const struct axis *a)
{
    return 1 - a->before - a->behind;
}

bool axis_is_all(const struct axis *a)
{
    return a->before <= 0 && a->behind <= 0;
}

double axis_place(const struct axis *a, double part)
{
    return a->before + part * axis_size(a);
}

void axis_all(struct axis *a)
{
    a->before = a->behind = 0;
}

static void set(struct axis *a, double from, double size)
{
    size = fmin(fmax(size, LEAST_SIZE), 1);
    a->before = fmin(fmax(from, 0), 1 - size);
    a->behind = fmax(1 - size - a->before, 0);
}

void axis_zoom(struct axis *a, double by, double place, double part)
{
    double size = fmin(fmax(axis_size(a) * by, LEAST_SIZE), 1);
    set(a, place - part * size, size);
}

void axis_pan(struct axis *a, double part)
{
    set(a, axis_place(a, part), axis_size(a));
}

void axis_show(struct axis *a, double place)
{
    if (place < a->before)
        set(a, place, axis_size(a));
    else if (place > 1 - a->behind)
        set(a, place - axis_size(a), axis_size(a));
}

bool axis_request(struct axis *a, enum request request, double middle)
{
    switch (request) {
    case REQ_ZOOM_IN:
    case REQ_ZOOM_OUT:
        axis_zoom(a, request == REQ_ZOOM_IN ? KEY_ZOOM : 1 / KEY_ZOOM, middle, 0.5);
        return true;
    case REQ_ZOOM_ALL:
        axis_all(a);
        return true;
    case REQ_PAN_LEFT:
    case REQ_PAN_RIGHT:
        axis_pan(a, request == REQ_PAN_LEFT ? -KEY_PAN : KEY_PAN);
        return true;
    default:
        return false;
    }
}

static int cell_at(const struct live_layout *l, int y, int x)
{
    for (int i = 0; i < l->cells; i++)
        if (rect_has(l->cell[i], y, x))
            return i;
    return -1;
}

static enum axis_pointed drag(struct axis *a, struct rect chart, const struct pointer *p,
                              double *place)
{
    double from = chart_part(chart, p->from_x), to = chart_part(chart, p->x);
    a->held = p->kind == POINTER_DRAGS;
    a->from = axis_place(a, from);
    *place = axis_place(a, to);
    if (a->held)
        return AXIS_READS;
    if (fabs(to - from) >= LEAST_DRAG)
        set(a, axis_place(a, fmin(from, to)), fabs(to - from) * axis_size(a));
    return AXIS_CHANGED;
}

enum axis_pointed axis_point(struct axis *a, const struct live_layout *charts,
                             const struct pointer *p, int *cell, double *place)
{
    bool drags = p->kind == POINTER_DRAGS || p->kind == POINTER_DRAGGED;
    int i = drags ? cell_at(charts, p->from_y, p->from_x) : cell_at(charts, p->y, p->x);
    a->held = false;
    if (i < 0)
        return AXIS_ELSEWHERE;
    *cell = charts->first + i;
    double part = chart_part(charts->cell[i], p->x);
    *place = axis_place(a, part);
    switch (p->kind) {
    case POINTER_CLICK:
        return AXIS_READS;
    case POINTER_TWICE:
        return AXIS_ENTERS;
    case POINTER_RIGHT:
        axis_all(a);
        return AXIS_CHANGED;
    case POINTER_UP:
    case POINTER_DOWN:
        axis_zoom(a, p->kind == POINTER_UP ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, *place, part);
        return AXIS_CHANGED;
    case POINTER_DRAGS:
    case POINTER_DRAGGED:
        break;
    }
    return drag(a, charts->cell[i], p, place);
}
