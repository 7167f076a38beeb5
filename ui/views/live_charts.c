/* live_charts.c - what the charts of the live view show: from epoch rows to series. No drawing. */
#include "ui/views/live_charts.h"

#include "base/str.h"
#include "ui/facts.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A loss of one term is its own total: no chart twice. */
static int term_charts(const struct ui_model *m)
{
    return m->n_terms > 1 ? (int)(m->n_terms < ROW_MAX_TERMS ? m->n_terms : ROW_MAX_TERMS) : 0;
}

int live_charts(const struct ui_model *m)
{
    return 5 + term_charts(m);
}

static void add_series(struct chart *c, const struct ui_model *m, const char *name, enum role role,
                       size_t offset)
{
    const char *rows = (const char *)m->epochs;
    struct chart_series *s = &c->series[c->n_series++];
    *s = (struct chart_series){.name = name, .role = role, .n = m->n_epochs};
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

/* The best value of a figure on the images that choose, and its epoch, for the chart's note. */
static void note_best(const struct ui_model *m, size_t offset, bool greatest, char note[64])
{
    const struct ui_run *run = ui_run_find(m, m->rows_of);
    bool val = run && !strcmp(run->select, "val");
    double best = NAN;
    char figure[16];
    int epoch = 0;
    for (size_t i = 0; i < m->n_epochs; i++) {
        const struct phase_row *phase = val ? &m->epochs[i].val : &m->epochs[i].test;
        double v = *(const double *)(const void *)((const char *)phase + offset);
        if (!isfinite(v) || (epoch && (greatest ? v <= best : v >= best)))
            continue;
        best = v;
        epoch = m->epochs[i].epoch;
    }
    note[0] = '\0';
    str_figure(figure, sizeof figure, best, 4, FACTS_CELLS);
    if (epoch)
        snprintf(note, 64, "best %s %s at %d", val ? "val" : "test", figure, epoch);
}

static void fit_epochs(const struct live_axes *axes, const struct ui_model *m, struct chart *c)
{
    const struct ui_run *run = ui_run_find(m, m->rows_of);
    int planned = run && run->epochs > 0 ? run->epochs : 1;
    int so_far = m->n_epochs ? m->epochs[m->n_epochs - 1].epoch : 1;
    c->x_first = m->n_epochs && m->epochs[0].epoch < 1 ? m->epochs[0].epoch : 1;
    c->x_last = axes->planned && planned > so_far ? planned : so_far;
    /* A curve of three epochs across the whole width looks like more than it is. */
    int least = planned < 10 ? planned : 10;
    if (c->x_last < least)
        c->x_last = least;
}

void live_chart(const struct live_axes *axes, const struct ui_model *m, int which, struct chart *c,
                char note[64])
{
    static const size_t mae = offsetof(struct phase_row, mae),
                        rmse = offsetof(struct phase_row, rmse),
                        pc = offsetof(struct phase_row, pc);
    int terms = term_charts(m);
    memset(c, 0, sizeof *c);
    note[0] = '\0';
    c->note = note;
    c->log_y = axes->log_y;
    c->focus = which == axes->focus;
    c->cursor = axes->reading ? axes->cursor : INT_MIN;
    fit_epochs(axes, m, c);
    if (which == 0) {
        c->title = m->n_terms == 1 ? m->terms[0].name : "total loss";
        add_phases(c, m, offsetof(struct phase_row, total));
        return;
    }
    if (which <= terms) {
        const struct term_row *t = &m->terms[which - 1];
        c->title = t->name;
        snprintf(note, 64, "weight %g", t->weight);
        add_phases(c, m, offsetof(struct phase_row, term) + (size_t)(which - 1) * sizeof(double));
        return;
    }
    switch (which - terms) {
    case 1:
        c->title = "PC";
        c->log_y = false; /* correlations may be negative */
        add_phases(c, m, pc);
        note_best(m, pc, true, note);
        return;
    case 2:
        c->title = "MAE";
        add_phases(c, m, mae);
        note_best(m, mae, false, note);
        return;
    case 3:
        c->title = "RMSE";
        add_phases(c, m, rmse);
        note_best(m, rmse, false, note);
        return;
    default:
        c->title = "learning rate";
        add_series(c, m, "rate", ROLE_TRAIN, offsetof(struct epoch_row, learning_rate));
        return;
    }
}
