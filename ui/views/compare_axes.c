/* compare_axes.c - see compare_axes.h. */
#include "ui/views/compare_axes.h"

#include <math.h>

/* The next place of a value of the chart that has the focus. */
static double step(struct compare_axes *a, const struct compare_set *set, const struct ui_model *m,
                   int direction)
{
    struct compare_curve curves[LAYOUT_MOST_CHARTS];
    int n = compare_curves(set, m, curves);
    if (a->focus >= n)
        a->focus = n - 1;
    return compare_step(a, m, &curves[a->focus], direction);
}

static void move(struct compare_axes *a, const struct compare_set *set, const struct ui_model *m,
                 int direction)
{
    struct compare_span span = compare_span_of(a, m);
    bool first = !a->reading;
    if (first)
        a->at = nextafter(span.last, INFINITY); /* it starts at the last one that is seen */
    a->reading = true;
    double to = step(a, set, m, first ? -1 : direction);
    a->reading = !first || to <= span.last;
    if (to >= span.first && to <= span.last)
        a->at = to;
}

void compare_axes_read(struct compare_axes *a, const struct compare_set *set,
                       const struct ui_model *m, double place)
{
    struct compare_span span = compare_span_of(a, m);
    double x = compare_x_at(&span, place);
    a->reading = true;
    a->at = x;
    if (a->by_time)
        return;
    double after = step(a, set, m, 1);
    a->at = nextafter(x, INFINITY);
    double before = step(a, set, m, -1);
    bool any_before = before <= x, any_after = after > x;
    a->at = any_before && (!any_after || x - before <= after - x) ? before : after;
    a->reading = any_before || any_after;
}

/* The crosshair where there is one. */
static double middle_of(const struct compare_axes *a, const struct ui_model *m)
{
    struct compare_span span = compare_span_of(a, m);
    if (a->reading && span.most > span.least)
        return (a->at - span.least) / (span.most - span.least);
    return axis_place(&a->x, 0.5);
}

/* Another x axis; the crosshair would stand somewhere else on it. */
static void turn(struct compare_axes *a)
{
    a->by_time = !a->by_time;
    a->reading = false;
    axis_all(&a->x);
}

bool compare_axes_request(struct compare_axes *a, const struct compare_set *set,
                          const struct ui_model *m, enum request request)
{
    static const int next_phase[] = {
        [ROW_TEST] = ROW_TRAIN, [ROW_TRAIN] = ROW_VAL, [ROW_VAL] = ROW_TEST};
    if (axis_request(&a->x, request, middle_of(a, m)))
        return true;
    switch (request) {
    case REQ_LEFT:
    case REQ_RIGHT:
        move(a, set, m, request == REQ_LEFT ? -1 : 1);
        return true;
    case REQ_LOG_Y:
        a->log_y ^= 1u << a->focus;
        return true;
    case REQ_AXIS:
        turn(a);
        return true;
    case REQ_SMOOTH:
        a->smoothing = (a->smoothing + 1) % COMPARE_SMOOTHINGS;
        return true;
    case REQ_PHASE:
        a->phase = next_phase[a->phase];
        return true;
    default:
        return false;
    }
}
