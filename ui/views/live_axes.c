/* live_axes.c - see live_axes.h. */
#include "ui/views/live_axes.h"

#include <math.h>

/* How many epochs or steps the crosshair may stand at, and the i-th of them. */
static size_t places(const struct live_axes *a, const struct ui_model *m)
{
    return live_by_step(a, m) ? (size_t)m->steps->n : m->n_epochs;
}

static int place_of(const struct live_axes *a, const struct ui_model *m, size_t i)
{
    return live_by_step(a, m) ? m->steps->at[i].step : m->epochs[i].epoch;
}

/* Where the crosshair is on all of the axis, 0 to 1. */
static double cursor_place(const struct live_axes *a, const struct ui_model *m)
{
    struct live_range r = live_range_of(a, m);
    return r.last > r.first ? ((double)a->cursor - r.first) / ((double)r.last - r.first) : 0;
}

/* By one epoch or step that exists; it starts at the last one. */
static void move(struct live_axes *a, const struct ui_model *m, int direction)
{
    size_t n = places(a, m), i = n - 1;
    if (!n)
        return;
    if (a->reading) {
        while (i > 0 && place_of(a, m, i) > a->cursor)
            i--;
        if (direction < 0 && i > 0)
            i--;
        if (direction > 0 && i < n - 1)
            i++;
    }
    a->reading = true;
    a->cursor = place_of(a, m, i);
    axis_show(&a->x, cursor_place(a, m));
}

void live_axes_read(struct live_axes *a, const struct ui_model *m, double place)
{
    size_t n = places(a, m);
    int x = live_x_at(live_range_of(a, m), place);
    a->reading = n > 0;
    for (size_t i = 0; i < n; i++)
        if (!i || fabs((double)place_of(a, m, i) - x) < fabs((double)a->cursor - x))
            a->cursor = place_of(a, m, i);
}

bool live_axes_request(struct live_axes *a, const struct ui_model *m, enum request request)
{
    double middle = a->reading ? cursor_place(a, m) : axis_place(&a->x, 0.5);
    if (axis_request(&a->x, request, middle))
        return true;
    if (request != REQ_LEFT && request != REQ_RIGHT)
        return false;
    move(a, m, request == REQ_LEFT ? -1 : 1);
    return true;
}
