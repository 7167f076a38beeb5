/* live_charts.c - what the charts of the live view show: from rows and steps to series. No drawing.
 *
 * A loss over epochs has the epoch in progress as its tail: the mean of the steps so far. */
#include "ui/views/live_charts.h"

#include "base/str.h"
#include "results/pull.h"
#include "ui/facts.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* What a chart shows: a figure of every phase, at that offset of struct phase_row. */
struct curve {
    const char *title, *also; /* also: another name of the same curve, or NULL */
    const char *metric;       /* its name for the command curves */
    size_t offset;
    const struct term_row *term; /* of a term's chart */
    bool linear;                 /* no logarithm: values may be negative */
    int loss;                    /* 1 = the total, 2 = the first term ..., 0 = no loss */
    enum pull { PULL_NONE, PULL_GRADIENTS, PULL_COSINES } pull; /* of all terms, in training */
};

#define MOST_CURVES (6 + ROW_MAX_TERMS)
#define PULL_COLOUR 3 /* of lines: behind those that phases have */
/* A curve of three epochs or steps across the whole width looks like more than it is. */
#define LEAST_EPOCHS 10
#define LEAST_STEPS 10

static double figure_of(const struct phase_row *phase, size_t offset)
{
    return *(const double *)(const void *)((const char *)phase + offset);
}

static bool alike(const struct phase_row *phase, size_t a, size_t b)
{
    double x = figure_of(phase, a), y = figure_of(phase, b);
    if (!isfinite(x) || !isfinite(y))
        return isfinite(x) == isfinite(y);
    return fabs(x - y) <= 1e-6 * fmax(fabs(x), fabs(y));
}

/* Two figures that are one, as the loss l1 and MAE. */
static bool same_curve(const struct ui_model *m, size_t a, size_t b)
{
    for (size_t i = 0; i < m->n_epochs; i++) {
        const struct epoch_row *e = &m->epochs[i];
        if (!alike(&e->train, a, b) || (e->tested && !alike(&e->test, a, b)) ||
            (e->validated && !alike(&e->val, a, b)))
            return false;
    }
    return m->n_epochs > 0;
}

/* Another curve, unless one of those before is the same. */
static int add_curve(const struct ui_model *m, struct curve *curves, int n, struct curve curve)
{
    for (int i = 0; i < n; i++) {
        if (curves[i].pull || !same_curve(m, curves[i].offset, curve.offset))
            continue;
        if (!curves[i].also)
            curves[i].also = curve.title;
        return n;
    }
    curves[n] = curve;
    return n + 1;
}

/* Runs of before gradients were told have none, not even in their last epoch. */
static bool has_pull(const struct ui_model *m)
{
    return m->n_terms > 1 && m->n_terms <= ROW_MAX_TERMS &&
           (!m->n_epochs || pull_is_known(&m->epochs[m->n_epochs - 1].train, m->n_terms));
}

/* Beside the terms: what they pull at, and how far they agree. */
static int add_pull(struct curve *curves, int n)
{
    curves[n++] = (struct curve){.title = "gradients",
                                 .offset = offsetof(struct phase_row, gradient),
                                 .pull = PULL_GRADIENTS};
    curves[n++] = (struct curve){.title = "cosines",
                                 .offset = offsetof(struct phase_row, cosine),
                                 .linear = true,
                                 .pull = PULL_COSINES};
    return n;
}

/* The total loss, its terms unless it has one alone, and the figures. */
static int curves_of(const struct ui_model *m, struct curve curves[MOST_CURVES])
{
    static const struct curve figures[] = {
        {"PC", NULL, "pc", offsetof(struct phase_row, pc), NULL, true, 0, PULL_NONE},
        {"MAE", NULL, "mae", offsetof(struct phase_row, mae), NULL, false, 0, PULL_NONE},
        {"RMSE", NULL, "rmse", offsetof(struct phase_row, rmse), NULL, false, 0, PULL_NONE}};
    int n = 0, terms = m->n_terms < ROW_MAX_TERMS ? (int)m->n_terms : ROW_MAX_TERMS;
    curves[n++] = (struct curve){.title = terms == 1 ? m->terms[0].name : "total loss",
                                 .metric = "total",
                                 .offset = offsetof(struct phase_row, total),
                                 .loss = 1};
    for (int i = 0; terms > 1 && i < terms; i++)
        curves[n++] =
            (struct curve){.title = m->terms[i].name,
                           .metric = m->terms[i].name,
                           .offset = offsetof(struct phase_row, term) + (size_t)i * sizeof(double),
                           .term = &m->terms[i],
                           .loss = 2 + i};
    if (has_pull(m))
        n = add_pull(curves, n);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        n = add_curve(m, curves, n, figures[i]);
    return n;
}

int live_charts(const struct ui_model *m)
{
    struct curve curves[MOST_CURVES];
    return curves_of(m, curves) + 1; /* the learning rate */
}

/* Appends the names of one chart's curves; returns the length. */
static size_t add_metrics(const struct ui_model *m, const struct curve *curve, char *to,
                          size_t room, bool more)
{
    int n = 0, left = (int)room;
    if (!curve->pull)
        return (size_t)snprintf(to, room, "%s%s", more ? "," : "", curve->metric);
    for (size_t a = 0; a < m->n_terms; a++)
        for (size_t b = a; b < m->n_terms && n < left; b++) {
            const char *comma = more || n ? "," : "", *first = m->terms[a].name;
            if (a == b && curve->pull == PULL_GRADIENTS)
                n += snprintf(to + n, room - (size_t)n, "%s%s_gradient", comma, first);
            else if (a != b && curve->pull == PULL_COSINES)
                n += snprintf(to + n, room - (size_t)n, "%s%s_%s_cosine", comma, first,
                              m->terms[b].name);
        }
    return (size_t)n;
}

void live_metrics(const struct ui_model *m, int which, char *to, size_t room)
{
    struct curve curves[MOST_CURVES];
    int n = curves_of(m, curves);
    size_t at = 0;
    to[0] = '\0';
    for (int i = 0; i < n && at < room; i++)
        if (which < 0 || which >= n || i == which)
            at += add_metrics(m, &curves[i], to + at, room - at, at > 0);
}

int live_chart_of_pc(const struct ui_model *m)
{
    struct curve curves[MOST_CURVES];
    int n = curves_of(m, curves), i = 0;
    while (i < n - 1 && curves[i].offset != offsetof(struct phase_row, pc))
        i++;
    return i;
}

static void add_series(struct chart *c, const struct ui_model *m, const char *name, enum role role,
                       size_t offset)
{
    const char *rows = (const char *)m->epochs;
    struct chart_series *s = &c->series[c->n_series++];
    *s = (struct chart_series){
        .name = name, .role = role, .dash = (enum canvas_dash)(c->n_series - 1), .n = m->n_epochs};
    if (!m->n_epochs)
        return;
    s->y = (const double *)(const void *)(rows + offset);
    s->x = &m->epochs->epoch;
    s->stride = sizeof *m->epochs;
}

/* Epochs between evaluations have no test, and only some runs have val images. */
static void add_phases(struct chart *c, const struct ui_model *m, size_t offset_in_phase)
{
    bool val = false;
    for (size_t i = 0; i < m->n_epochs; i++)
        val |= m->epochs[i].validated;
    add_series(c, m, "train", ROLE_TRAIN, offsetof(struct epoch_row, train) + offset_in_phase);
    add_series(c, m, "test", ROLE_TEST, offsetof(struct epoch_row, test) + offset_in_phase);
    if (m->n_epochs)
        c->series[1].there = &m->epochs->tested;
    if (!val)
        return;
    add_series(c, m, "val", ROLE_VAL, offsetof(struct epoch_row, val) + offset_in_phase);
    c->series[2].there = &m->epochs->validated;
}

/* --- what the terms pull at --- */

/* The epoch under the crosshair, or the last one. */
static const struct epoch_row *epoch_read(const struct ui_model *m, int cursor)
{
    size_t i = m->n_epochs;
    while (i > 0 && cursor != INT_MIN && m->epochs[i - 1].epoch != cursor)
        i--;
    return i ? &m->epochs[i - 1] : NULL;
}

/* "reg steers: 0.62", "reg/cla fight: -0.31" */
static void note_pull(const struct ui_model *m, enum pull pull, int cursor, char note[64])
{
    const struct epoch_row *e = epoch_read(m, cursor);
    size_t a = 0, b = 0, n = m->n_terms;
    char name[PULL_SHORT_BYTES];
    if (!e || !pull_is_known(&e->train, n))
        return;
    double share[ROW_MAX_TERMS], least = pull_least(&e->train, n, &a, &b);
    int steers = pull_steers(&e->train, n);
    pull_shares(&e->train, n, share);
    if (pull == PULL_GRADIENTS && steers >= 0) {
        pull_short(m->terms, n, (size_t)steers, name);
        snprintf(note, 64, "%.40s steers: %.2f", name, share[steers]);
    } else if (pull == PULL_COSINES && least < PULL_FIGHT) {
        pull_short_pair(m->terms, n, a, b, name);
        snprintf(note, 64, "%.40s fight: %.2f", name, least);
    } else if (pull == PULL_COSINES && isfinite(least)) {
        str_copy(note, 64, "none fight");
    }
}

static void add_pull_series(const struct ui_model *m, enum pull pull, struct chart *c,
                            struct live_texts *texts)
{
    for (size_t a = 0; a < m->n_terms; a++)
        for (size_t b = a; b < m->n_terms; b++) {
            char *name = texts->names[c->n_series];
            size_t place = pull == PULL_GRADIENTS ? a : PULL_PAIR(a, b);
            if ((a == b) != (pull == PULL_GRADIENTS))
                continue;
            if (a == b)
                pull_short(m->terms, m->n_terms, a, name);
            else
                pull_short_pair(m->terms, m->n_terms, a, b, name);
            size_t figures = pull == PULL_GRADIENTS ? offsetof(struct phase_row, gradient)
                                                    : offsetof(struct phase_row, cosine);
            enum role role = (enum role)(ROLE_LINE + PULL_COLOUR + (int)place);
            add_series(c, m, name, role,
                       offsetof(struct epoch_row, train) + figures + place * sizeof(double));
        }
    note_pull(m, pull, c->cursor, texts->note);
}

/* The best epoch of the run is marked on the curve of the test images, whose figures every list
 * has, and the note says its value. */
static void mark_best(const struct ui_model *m, const struct curve *curve, struct chart *c,
                      char note[64])
{
    const struct ui_run *run = ui_run_find(m, m->rows_of);
    char figure[16];
    for (size_t i = 0; run && run->best_epoch > 0 && i < m->n_epochs; i++) {
        const struct epoch_row *e = &m->epochs[i];
        if (e->epoch != run->best_epoch || !e->tested)
            continue;
        c->marked = e->epoch;
        str_figure(figure, sizeof figure, figure_of(&e->test, curve->offset), 4, FACTS_CELLS);
        if (!curve->term)
            snprintf(note, 64, "best epoch %d: %s", e->epoch, figure);
    }
}

/* --- steps of the epoch in progress --- */

/* Of the run that the rows are of, or NULL. */
static const struct snapshot_steps *steps_of(const struct ui_model *m)
{
    const struct snapshot_steps *s = m->steps;
    return s && s->run == m->rows_of && s->n > 0 ? s : NULL;
}

bool live_by_step(const struct live_axes *axes, const struct ui_model *m)
{
    if (axes->by == LIVE_BY_EPOCH || !steps_of(m))
        return false;
    return axes->by == LIVE_BY_STEP || m->n_epochs < 2;
}

static const double *loss_of(const struct snapshot_step *at, int loss)
{
    return loss == 1 ? &at->total : &at->term[loss - 2];
}

static void add_steps(const struct ui_model *m, int loss, struct chart *c, char note[64])
{
    const struct snapshot_steps *steps = steps_of(m);
    c->x_name = "step";
    c->series[c->n_series++] = (struct chart_series){.name = "train",
                                                     .role = ROLE_TRAIN,
                                                     .y = loss_of(steps->at, loss),
                                                     .x = &steps->at->step,
                                                     .stride = sizeof *steps->at,
                                                     .n = (size_t)steps->n};
    if (steps->each > 1)
        snprintf(note, 64, "epoch %d, means of %d steps", steps->epoch, steps->each);
    else
        snprintf(note, 64, "epoch %d by step", steps->epoch);
}

static int planned_epochs(const struct ui_model *m)
{
    const struct ui_run *run = ui_run_find(m, m->rows_of);
    return run && run->epochs > 0 ? run->epochs : 1;
}

/* The epoch in progress, where others are done and it is none of the rows yet; else 0. */
static int epoch_in_progress(const struct ui_model *m)
{
    const struct snapshot_steps *steps = steps_of(m);
    if (!steps || !m->n_epochs || steps->epoch <= m->epochs[m->n_epochs - 1].epoch)
        return 0;
    return steps->epoch <= planned_epochs(m) ? steps->epoch : 0;
}

static void add_tail(const struct ui_model *m, int loss, struct chart_series *train)
{
    const struct snapshot_steps *steps = steps_of(m);
    int epoch = epoch_in_progress(m);
    double sum = 0;
    for (int i = 0; epoch && i < steps->n; i++)
        sum += *loss_of(&steps->at[i], loss);
    train->has_tail = epoch > 0;
    if (epoch)
        train->tail = (struct chart_point){epoch, sum / steps->n};
}

/* --- charts --- */

static struct live_range range_of_steps(const struct live_axes *axes, const struct ui_model *m)
{
    const struct snapshot_steps *steps = steps_of(m);
    const struct snapshot *now = ui_run_now(m, steps->run);
    int64_t planned = now && now->phase == SNAPSHOT_TRAIN ? now->steps : 0;
    int so_far = steps->at[steps->n - 1].step;
    struct live_range r = {steps->at[0].step, so_far};
    if (axes->planned && planned > so_far && planned < INT_MAX)
        r.last = (int)planned;
    if (r.last - r.first < LEAST_STEPS - 1 && r.first <= INT_MAX - LEAST_STEPS)
        r.last = r.first + LEAST_STEPS - 1;
    return r;
}

static struct live_range range_of_epochs(const struct live_axes *axes, const struct ui_model *m)
{
    int planned = planned_epochs(m), now = epoch_in_progress(m);
    int so_far = now ? now : m->n_epochs ? m->epochs[m->n_epochs - 1].epoch : 1;
    int least = planned < LEAST_EPOCHS ? planned : LEAST_EPOCHS;
    struct live_range r = {m->n_epochs && m->epochs[0].epoch < 1 ? m->epochs[0].epoch : 1, so_far};
    if (axes->planned && planned > so_far)
        r.last = planned;
    if (r.last < least)
        r.last = least;
    return r;
}

struct live_range live_range_of(const struct live_axes *axes, const struct ui_model *m)
{
    return live_by_step(axes, m) ? range_of_steps(axes, m) : range_of_epochs(axes, m);
}

int live_x_at(struct live_range r, double place)
{
    return (int)floor(r.first + place * ((double)r.last - r.first) + 0.5);
}

/* The piece that is seen, at least two of it; crosshair and the like stand where there are such
 * numbers. */
static void fit_x(const struct live_axes *axes, struct live_range range, bool read, struct chart *c)
{
    c->x_first = live_x_at(range, axis_place(&axes->x, 0));
    c->x_last = live_x_at(range, axis_place(&axes->x, 1));
    if (c->x_last == c->x_first && c->x_last < range.last)
        c->x_last++;
    else if (c->x_last == c->x_first && c->x_first > range.first)
        c->x_first--;
    bool in_sight = axes->cursor >= c->x_first && axes->cursor <= c->x_last;
    c->cursor = axes->reading && read && in_sight ? axes->cursor : INT_MIN;
    c->dragged = axes->x.held && read;
    c->held = live_x_at(range, axes->x.from);
}

void live_chart(const struct live_axes *axes, const struct ui_model *m, int which, struct chart *c,
                struct live_texts *texts)
{
    struct curve curves[MOST_CURVES];
    char weight[32];
    bool by_step = live_by_step(axes, m);
    memset(c, 0, sizeof *c);
    memset(texts, 0, sizeof *texts);
    c->title = texts->title;
    c->note = texts->note;
    c->x_name = "epoch";
    c->log_y = axes->log_y;
    c->focus = which == axes->focus;
    c->marked = INT_MIN;
    fit_x(axes, range_of_epochs(axes, m), !by_step, c);
    if (which >= curves_of(m, curves)) {
        str_copy(texts->title, sizeof texts->title, "learning rate");
        add_series(c, m, "rate", ROLE_TRAIN, offsetof(struct epoch_row, learning_rate));
        return;
    }
    const struct curve *curve = &curves[which];
    snprintf(texts->title, sizeof texts->title, "%s%s%s", curve->title, curve->also ? " = " : "",
             curve->also ? curve->also : "");
    c->log_y &= !curve->linear;
    if (curve->pull) {
        add_pull_series(m, curve->pull, c, texts);
        return;
    }
    if (curve->loss && by_step) {
        fit_x(axes, range_of_steps(axes, m), true, c);
        add_steps(m, curve->loss, c, texts->note);
        return;
    }
    add_phases(c, m, curve->offset);
    if (curve->loss)
        add_tail(m, curve->loss, &c->series[0]);
    if (curve->term) {
        str_exact(weight, sizeof weight, curve->term->weight);
        snprintf(texts->note, sizeof texts->note, "weight %s", weight);
    }
    mark_best(m, curve, c, texts->note);
}
