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
    r->y = mem_alloc(n, 4 * sizeof *r->y); /* raw, smooth, least and most of a group */
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
            curves[n++] = (struct compare_curve){.title = run->terms[i].name,
                                                 .metric = run->terms[i].name,
                                                 .term = run->terms[i].name,
                                                 .better = -1};
    return n;
}

int compare_curves(const struct compare_set *set, const struct ui_model *m,
                   struct compare_curve curves[LAYOUT_MOST_CHARTS])
{
    static const struct compare_curve figures[] = {
        {.title = "PC", .metric = "pc", .figure = CURVE_PC, .linear = true, .better = 1},
        {.title = "MAE", .metric = "mae", .figure = CURVE_MAE, .better = -1},
        {.title = "RMSE", .metric = "rmse", .figure = CURVE_RMSE, .better = -1},
        {.title = "total loss", .metric = "total", .figure = CURVE_TOTAL},
        {.title = "learning rate", .rate = true}};
    int n = (int)(sizeof figures / sizeof *figures);
    memcpy(curves, figures, sizeof figures);
    for (size_t i = 0; i < set->n; i++) { /* a group has one loss */
        const struct ui_compared *run = compare_set_run(set, m, i, 0);
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

static double read_run(const struct compare_axes *axes, const struct ui_compared *run,
                       const struct compare_curve *curve)
{
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

double compare_read(const struct compare_axes *axes, const struct compare_set *set,
                    const struct ui_model *m, const struct compare_curve *curve, size_t line)
{
    struct groups_mean mean = {.n = 0};
    for (size_t k = 0; k < set->lines[line].n; k++)
        if (axes->reading ? compare_set_in_mean(set, m, line, k)
                          : compare_set_counts(set, m, line, k))
            groups_add(&mean, read_run(axes, compare_set_run(set, m, line, k), curve));
    return groups_mean_of(&mean);
}

double compare_step(const struct compare_axes *axes, const struct ui_model *m,
                    const struct compare_curve *curve, int direction)
{
    double best = axes->at;
    bool found = false;
    for (size_t k = 0; k < m->n_compared; k++) {
        const struct ui_compared *run = &m->compared[k];
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

/* The first epochs of a run stand where they will stay, as far as they are planned. */
static double least_epochs(const struct ui_model *m, int64_t run)
{
    const struct ui_run *row = ui_run_find(m, run);
    return row ? fmin(row->epochs, LEAST_EPOCHS) : 1;
}

double compare_x_at(const struct compare_span *span, double place)
{
    return span->least + place * (span->most - span->least);
}

struct compare_span compare_span_of(const struct compare_axes *axes, const struct ui_model *m)
{
    struct compare_span s = {.least = axes->by_time ? 0 : 1, .each = 1, .unit = 1, .name = "epoch"};
    s.most = 1;
    for (size_t i = 0; i < m->n_compared; i++) {
        const struct ui_compared *run = &m->compared[i];
        if (!axes->by_time)
            s.most = fmax(s.most, least_epochs(m, run->run));
        if (!run->curves.n)
            continue;
        s.least = fmin(s.least, x_of(axes, &run->curves.points[0]));
        s.most = fmax(s.most, x_of(axes, &run->curves.points[run->curves.n - 1]));
    }
    if (axes->by_time)
        name_time(&s);
    s.first = compare_x_at(&s, axis_place(&axes->x, 0));
    s.last = compare_x_at(&s, axis_place(&axes->x, 1));
    return s;
}

/* --- charts --- */

/* As a chart counts: within an int, whatever the file says. */
static int axis_x(const struct compare_span *span, double x)
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

/* A line in the making: `used` of the room is taken by those before. */
struct drawing {
    const struct compare_axes *axes;
    const struct compare_set *set;
    const struct ui_model *model;
    const struct compare_curve *curve;
    const struct compare_span *span;
    const struct pen *pen;
    struct compare_room *room;
    size_t used;
};

static size_t add_run_points(const struct drawing *d, size_t line, int *x, double *y)
{
    const struct ui_compared *run = compare_set_run(d->set, d->model, line, 0);
    const float *values = values_of(d->axes, run, d->curve);
    size_t n = 0;
    for (size_t i = 0; values && i < run->curves.n; i++) {
        const struct curve_point *p = &run->curves.points[i];
        if (!is_made(d->axes, d->curve, p))
            continue;
        x[n] = axis_x(d->span, x_of(d->axes, p));
        y[n++] = value_at(values, i);
    }
    return n;
}

/* Runs of a group that are in the model, and how far each of them is. */
struct walk {
    const struct ui_compared *run[UI_MOST_COMPARED];
    size_t at[UI_MOST_COMPARED], n;
};

static struct walk walk_of(const struct drawing *d, size_t line)
{
    struct walk w = {.n = 0};
    for (size_t k = 0; k < d->set->lines[line].n && w.n < UI_MOST_COMPARED; k++) {
        const struct ui_compared *run = compare_set_run(d->set, d->model, line, k);
        if (values_of(d->axes, run, d->curve) && compare_set_in_mean(d->set, d->model, line, k))
            w.run[w.n++] = run;
    }
    return w;
}

/* The next epoch of any of them, with the values that they have in it and the times at its end.
 * False after the last. */
static bool next_epoch(const struct drawing *d, struct walk *w, int *epoch,
                       struct groups_mean *values, struct groups_mean *times)
{
    bool any = false;
    for (size_t k = 0; k < w->n; k++) {
        const struct curves *c = &w->run[k]->curves;
        while (w->at[k] < c->n && !is_made(d->axes, d->curve, &c->points[w->at[k]]))
            w->at[k]++;
        if (w->at[k] == c->n)
            continue;
        int its = c->points[w->at[k]].epoch;
        *epoch = any && *epoch < its ? *epoch : its;
        any = true;
    }
    *values = *times = (struct groups_mean){.n = 0};
    for (size_t k = 0; any && k < w->n; k++) {
        const struct curves *c = &w->run[k]->curves;
        if (w->at[k] == c->n || c->points[w->at[k]].epoch != *epoch)
            continue;
        groups_add(times, (double)c->points[w->at[k]].trained_s);
        groups_add(values, value_at(values_of(d->axes, w->run[k], d->curve), w->at[k]++));
    }
    return any;
}

/* Means over the runs of a group that have the epoch, and between which values they lie. */
static size_t add_group_points(const struct drawing *d, size_t line, int *x, double *y, double *low,
                               double *high)
{
    struct walk w = walk_of(d, line);
    struct groups_mean values, times;
    size_t n = 0;
    int epoch = 0;
    for (; next_epoch(d, &w, &epoch, &values, &times); n++) {
        x[n] = axis_x(d->span, d->axes->by_time ? groups_mean_of(&times) : epoch);
        y[n] = groups_mean_of(&values);
        low[n] = values.n ? values.least : (double)NAN;
        high[n] = values.n ? values.most : (double)NAN;
    }
    return n;
}

static void add_line(struct drawing *d, size_t line, struct chart *c)
{
    const struct mark *look = &d->set->lines[line].look;
    wchar_t sign = marks_sign(look, d->pen->glyphs);
    size_t room = d->room->n, n;
    int *x = d->room->x + d->used, first = c->n_series;
    double *y = d->room->y + d->used, *mean = y + room, *low = mean + room, *high = low + room;
    bool smooths = d->axes->smoothing && !d->curve->rate, group = d->set->lines[line].n > 1;
    n = group ? add_group_points(d, line, x, y, low, high) : add_run_points(d, line, x, y);
    d->used += n;
    if (!n)
        return;
    if (group) {
        add_series(c, look, 0, x, low, n);
        c->series[c->n_series - 1].high = high;
    }
    add_series(c, look, smooths ? 0 : sign, x, y, n);
    if (smooths) {
        smooth(y, mean, n, smoothings[d->axes->smoothing].keeps);
        add_series(c, look, sign, x, mean, n);
    }
    for (int i = first; i < c->n_series; i++)
        c->series[i].dash = dash_of(look, d->pen);
}

/* Which line has the best value there, and which; not to be taken for the best of its epochs. */
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
    snprintf(note, 64, "best%s %s: run %lld", axes->reading ? "" : " at end", figure,
             (long long)set->lines[line].run);
}

static size_t points_of(const struct ui_model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_compared; i++)
        n += m->compared[i].curves.n;
    return n;
}

/* Bands and raw curves lie under all means: where they share a cell, the last one has its colour.
 */
static void put_faint_first(struct chart *c)
{
    struct chart_series all[CHART_MOST_SERIES];
    int n = 0;
    memcpy(all, c->series, sizeof all);
    for (int i = 0; i < c->n_series; i++)
        if (!all[i].sign)
            c->series[n++] = all[i];
    for (int i = 0; i < c->n_series; i++)
        if (all[i].sign)
            c->series[n++] = all[i];
}

bool compare_chart(const struct compare_axes *axes, const struct compare_set *set,
                   const struct ui_model *m, const struct compare_curve *curve, int which,
                   const struct pen *pen, struct compare_room *room, struct chart *c, char note[64])
{
    struct compare_span span = compare_span_of(axes, m);
    size_t selected = compare_set_line(set, axes->selected);
    struct drawing d = {axes, set, m, curve, &span, pen, room, 0};
    if (!reserve(room, points_of(m)))
        return false;
    memset(c, 0, sizeof *c);
    note_best(axes, set, m, curve, note);
    c->title = curve->title;
    c->note = note;
    c->x_name = span.name;
    c->x_each = axes->by_time ? span.each / span.unit : 0;
    c->unnamed = true;
    c->x_first = axis_x(&span, span.first);
    c->x_last = axis_x(&span, span.last);
    c->cursor = axes->reading ? axis_x(&span, axes->at) : INT_MIN;
    c->dragged = axes->x.held;
    c->held = axis_x(&span, compare_x_at(&span, axes->x.from));
    c->marked = INT_MIN;
    c->log_y = axes->log_y & 1u << which && !curve->linear;
    c->focus = which == axes->focus;
    for (size_t k = 0; k <= set->n; k++) {
        size_t i = k < set->n ? k : selected; /* that one last */
        if ((k < set->n && k == selected) || i >= set->n || !compare_set_drawn(set, i, selected))
            continue;
        add_line(&d, i, c);
    }
    put_faint_first(c);
    return true;
}
