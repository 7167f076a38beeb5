/* compare_charts.c - from points of several runs to series. No drawing.
 *
 * Series are made anew for each chart of each frame, in the same room: what is kept in the model is
 * smaller than what charts take. An epoch that a phase was not made of is left out, so that lines
 * go on over it; a figure that does not exist is a gap.
 */
#include "ui/views/compare_charts.h"

#include "base/mem.h"
#include "base/str.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PARTS 1e6 /* of a time axis: more than any screen's dots */
#define LEAST_EPOCHS 10

static const struct {
    double keeps; /* of the mean so far */
    const char *name;
} smoothings[COMPARE_SMOOTHINGS] = {{0, "off"}, {0.6, "0.6"}, {0.9, "0.9"}, {0.97, "0.97"}};

const char *compare_smoothing(int smoothing)
{
    return smoothings[smoothing].name;
}

void compare_room_fini(struct compare_room *r)
{
    mem_free(r->x);
    mem_free(r->y);
    memset(r, 0, sizeof *r);
}

static bool reserve(struct compare_room *r, size_t n)
{
    if (n <= r->n)
        return true;
    compare_room_fini(r);
    r->x = mem_alloc(n, sizeof *r->x);
    r->y = mem_alloc(n, 2 * sizeof *r->y); /* raw and smooth */
    if (!r->x || !r->y) {
        compare_room_fini(r);
        return false;
    }
    r->n = n;
    return true;
}

/* --- which charts there are --- */

/* The place of the term of that name; -1 when the run's loss has none. */
static int term_of(const struct ui_compared *run, const char *name)
{
    for (size_t i = 0; i < run->n_terms; i++)
        if (!strcmp(run->terms[i].name, name))
            return (int)i;
    return -1;
}

static bool has_chart(const struct compare_curve *curves, int n, const char *term)
{
    for (int i = 0; i < n; i++)
        if (curves[i].term && !strcmp(curves[i].term, term))
            return true;
    return false;
}

/* A loss of one term is that term: the chart of the total has it. */
static int add_terms(const struct ui_compared *run, struct compare_curve *curves, int n)
{
    for (size_t i = 0; run->n_terms > 1 && i < run->n_terms && n < LAYOUT_MOST_CHARTS; i++)
        if (!has_chart(curves, n, run->terms[i].name))
            curves[n++] = (struct compare_curve){
                .title = run->terms[i].name, .term = run->terms[i].name, .better = -1};
    return n;
}

int compare_curves(const struct compare_set *set, const struct ui_model *m,
                   struct compare_curve curves[LAYOUT_MOST_CHARTS])
{
    static const struct compare_curve figures[] = {
        {.title = "PC", .figure = CURVE_PC, .linear = true, .better = 1},
        {.title = "MAE", .figure = CURVE_MAE, .better = -1},
        {.title = "RMSE", .figure = CURVE_RMSE, .better = -1},
        {.title = "total loss", .figure = CURVE_TOTAL},
        {.title = "learning rate", .rate = true}};
    int n = (int)(sizeof figures / sizeof *figures);
    memcpy(curves, figures, sizeof figures);
    for (size_t i = 0; i < set->n; i++) {
        const struct ui_compared *run = compare_set_run(set, m, i);
        if (run)
            n = add_terms(run, curves, n);
    }
    return n;
}

/* --- values --- */

static double x_of(const struct compare_axes *axes, const struct curve_point *p)
{
    return axes->by_time ? (double)p->trained_s : p->epoch;
}

/* A run's value of a curve, as floats at even distances; NULL when it has none. */
static const float *values_of(const struct compare_axes *axes, const struct ui_compared *run,
                              const struct compare_curve *curve)
{
    if (!run || run->too_long || !run->curves.n)
        return NULL;
    const struct curve_point *p = run->curves.points;
    if (curve->rate)
        return &p->learning_rate;
    int figure = curve->term ? term_of(run, curve->term) : (int)curve->figure;
    if (figure < 0)
        return NULL;
    return &p->figure[axes->phase][curve->term ? CURVE_TERM + figure : figure];
}

static double value_at(const float *values, size_t i)
{
    return (double)*(const float *)(const void *)((const char *)values +
                                                  i * sizeof(struct curve_point));
}

static bool is_made(const struct compare_axes *axes, const struct compare_curve *curve,
                    const struct curve_point *p)
{
    return curve->rate || p->made & 1u << axes->phase;
}

double compare_read(const struct compare_axes *axes, const struct compare_set *set,
                    const struct ui_model *m, const struct compare_curve *curve, size_t line)
{
    const struct ui_compared *run = compare_set_run(set, m, line);
    const float *values = values_of(axes, run, curve);
    for (size_t i = values ? run->curves.n : 0; i-- > 0;) {
        const struct curve_point *p = &run->curves.points[i];
        double x = x_of(axes, p);
        if (!is_made(axes, curve, p) || (axes->reading && x > axes->at))
            continue;
        if (axes->reading && !axes->by_time && x < axes->at)
            return NAN; /* it has no such epoch */
        return value_at(values, i);
    }
    return NAN;
}

double compare_step(const struct compare_axes *axes, const struct compare_set *set,
                    const struct ui_model *m, const struct compare_curve *curve, int direction)
{
    double best = axes->at;
    bool found = false;
    for (size_t k = 0; k < set->n; k++) {
        const struct ui_compared *run = compare_set_run(set, m, k);
        const float *values = values_of(axes, run, curve);
        for (size_t i = 0; values && i < run->curves.n; i++) {
            double x = x_of(axes, &run->curves.points[i]);
            bool beyond = direction > 0 ? x > axes->at : x < axes->at;
            if (!beyond || !is_made(axes, curve, &run->curves.points[i]))
                continue;
            if (!found || (direction > 0 ? x < best : x > best))
                best = x;
            found = true;
        }
    }
    return best;
}

/* --- the x axis --- */

static void name_time(struct compare_span *s)
{
    s->each = s->most / PARTS;
    s->unit = s->most < 180 ? 1 : s->most < 3 * 3600.0 ? 60 : 3600;
    s->name = s->unit < 2 ? "s" : s->unit < 100 ? "min" : "h";
}

struct compare_span compare_span_of(const struct compare_axes *axes, const struct compare_set *set,
                                    const struct ui_model *m)
{
    struct compare_span s = {.least = axes->by_time ? 0 : 1, .each = 1, .unit = 1, .name = "epoch"};
    s.most = axes->by_time ? 1 : s.least + LEAST_EPOCHS - 1;
    for (size_t i = 0; i < set->n; i++) {
        const struct ui_compared *run = compare_set_run(set, m, i);
        if (!run || !run->curves.n)
            continue;
        s.least = fmin(s.least, x_of(axes, &run->curves.points[0]));
        s.most = fmax(s.most, x_of(axes, &run->curves.points[run->curves.n - 1]));
    }
    if (axes->by_time)
        name_time(&s);
    s.first = s.least + axes->from * (s.most - s.least);
    s.last = s.least + axes->to * (s.most - s.least);
    return s;
}

/* --- charts --- */

/* As a chart counts: within an int, whatever the file says. */
static int chart_x(const struct compare_span *span, double x)
{
    double at = x / span->each;
    return at < INT_MIN + 1.0 ? INT_MIN + 1 : at > INT_MAX ? INT_MAX : (int)floor(at + 0.5);
}

/* The mean so far, which counts from nothing: early values are not drawn to 0. */
static void smooth(const double *from, double *to, size_t n, double keeps)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        to[i] = NAN;
        if (!isfinite(from[i]))
            continue;
        sum = keeps * sum + (1 - keeps) * from[i];
        weight = keeps * weight + (1 - keeps);
        to[i] = sum / weight;
    }
}

/* Solid where colours tell lines apart. */
static enum canvas_dash dash_of(const struct mark *look, const struct pen *pen)
{
    int turn = look->turn + (pen->theme->mono ? look->colour : 0);
    return (enum canvas_dash)(turn % CANVAS_DASHES);
}

static void add_series(struct chart *c, const struct mark *look, wchar_t sign, const int *x,
                       const double *y, size_t n)
{
    struct chart_series *s = &c->series[c->n_series++];
    *s = (struct chart_series){.name = "",
                               .role = marks_role(look),
                               .sign = sign,
                               .x = x,
                               .y = y,
                               .x_stride = sizeof *x,
                               .stride = sizeof *y,
                               .n = n};
    if (!sign)
        s->role = (enum role)(ROLE_FAINT + look->colour);
}

/* What a line's series are made of, at `used` of the room. Returns the points. */
static size_t add_line(const struct compare_axes *axes, const struct compare_span *span,
                       const struct ui_compared *run, const struct compare_curve *curve,
                       const struct mark *look, const struct pen *pen, struct compare_room *room,
                       size_t used, struct chart *c)
{
    wchar_t sign = marks_sign(look, pen->glyphs);
    const float *values = values_of(axes, run, curve);
    int *x = room->x + used;
    double *y = room->y + used, *mean = room->y + room->n + used;
    size_t n = 0;
    for (size_t i = 0; values && i < run->curves.n; i++) {
        const struct curve_point *p = &run->curves.points[i];
        if (!is_made(axes, curve, p))
            continue;
        x[n] = chart_x(span, x_of(axes, p));
        y[n++] = value_at(values, i);
    }
    if (!n)
        return 0;
    int first = c->n_series;
    bool smooths = axes->smoothing && !curve->rate;
    add_series(c, look, smooths ? 0 : sign, x, y, n);
    if (smooths) {
        smooth(y, mean, n, smoothings[axes->smoothing].keeps);
        add_series(c, look, sign, x, mean, n);
    }
    for (int i = first; i < c->n_series; i++)
        c->series[i].dash = dash_of(look, pen);
    return n;
}

/* Which line has the best value there, and which. */
static void note_best(const struct compare_axes *axes, const struct compare_set *set,
                      const struct ui_model *m, const struct compare_curve *curve, char note[64])
{
    double best = NAN;
    size_t line = 0;
    char figure[16];
    note[0] = '\0';
    for (size_t i = 0; curve->better && set->n > 1 && i < set->n; i++) {
        double value = compare_read(axes, set, m, curve, i);
        if (!isfinite(value) || (isfinite(best) && curve->better * (value - best) <= 0))
            continue;
        best = value;
        line = i;
    }
    if (!isfinite(best))
        return;
    str_shortest(figure, sizeof figure, best, 4);
    snprintf(note, 64, "best %s: run %lld", figure, (long long)set->lines[line].run);
}

static size_t points_of(const struct compare_set *set, const struct ui_model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) {
        const struct ui_compared *run = compare_set_run(set, m, i);
        n += run ? run->curves.n : 0;
    }
    return n;
}

bool compare_chart(const struct compare_axes *axes, const struct compare_set *set,
                   const struct ui_model *m, const struct compare_curve *curve, int which,
                   const struct pen *pen, struct compare_room *room, struct chart *c, char note[64])
{
    struct compare_span span = compare_span_of(axes, set, m);
    size_t used = 0, selected = compare_set_line(set, axes->selected);
    if (!reserve(room, points_of(set, m)))
        return false;
    memset(c, 0, sizeof *c);
    note_best(axes, set, m, curve, note);
    c->title = curve->title;
    c->note = note;
    c->x_name = span.name;
    c->x_each = axes->by_time ? span.each / span.unit : 0;
    c->unnamed = true;
    c->x_first = chart_x(&span, span.first);
    c->x_last = chart_x(&span, span.last);
    c->cursor = axes->reading ? chart_x(&span, axes->at) : INT_MIN;
    c->marked = INT_MIN;
    c->log_y = axes->log_y & 1u << which && !curve->linear;
    c->focus = which == axes->focus;
    for (size_t k = 0; k <= set->n; k++) {
        size_t i = k < set->n ? k : selected; /* that one last */
        if ((k < set->n && k == selected) || i >= set->n || !compare_set_drawn(set, i, selected))
            continue;
        used += add_line(axes, &span, compare_set_run(set, m, i), curve, &set->lines[i].look,
                         pen, room, used, c);
    }
    return true;
}
