/* run_curves.c - from epochs to curves. */
#include "results/run_curves.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/palette.h"
#include "results/pull.h"
#include "results/stats/describe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MOST_METRICS 16
#define MOST_NAME 64

/* A figure that is drawn: a column of phases, or a term of the loss by its name. */
struct metric {
    const struct row_column *column;        /* of a term: that of the first term */
    char term[MOST_NAME], other[MOST_NAME]; /* other: of a pair of terms */
    char title[2 * MOST_NAME + 16];
};

/* What the curves are made from. */
struct maker {
    const struct run_curves_choice *choice;
    const struct run_curves_run *runs;
    size_t n;
    struct metric metrics[MOST_METRICS];
    size_t n_metrics;
    int phases[ROW_PHASES], n_phases;
};

/* --- what was asked for --- */

static bool is_term_of(const struct maker *m, const char *name)
{
    for (size_t r = 0; r < m->n; r++)
        for (size_t i = 0; i < m->runs[r].n_terms; i++)
            if (!strcasecmp(m->runs[r].terms[i].name, name))
                return true;
    return false;
}

static bool find_column(struct metric *metric, const char *said)
{
    for (const struct row_column *c = row_phase_columns; c->name; c++) {
        if (c->term || c->kind != ROW_REAL ||
            (strcasecmp(c->name, said) && strcasecmp(c->title, said)))
            continue;
        metric->column = c;
        str_copy(metric->title, sizeof metric->title, c->title);
        return true;
    }
    return false;
}

/* The weighted column of a term has its name and "_weighted". */
static bool find_term(const struct maker *m, struct metric *metric, const char *said)
{
    char term[MOST_NAME];
    for (const struct row_column *c = row_phase_columns; c->name; c++) {
        size_t length = strlen(said), end = strlen(c->name);
        if (c->term != 1 || c->other || length <= end || strcasecmp(said + length - end, c->name))
            continue;
        str_copy(term, sizeof term, said);
        term[length - end] = '\0';
        if (!is_term_of(m, term))
            continue;
        metric->column = c;
        str_copy(metric->term, sizeof metric->term, term);
        snprintf(metric->title, sizeof metric->title, "%s%s", term, c->title);
        return true;
    }
    return false;
}

/* A cosine has the names of both terms, whichever comes first, and "_cosine". */
static bool find_pair_of(const struct run_curves_run *run, struct metric *metric, const char *said)
{
    const struct row_column *c = row_phase_columns;
    char name[2 * MOST_NAME + 16];
    while (!c->other)
        c++;
    for (size_t a = 0; a < run->n_terms; a++)
        for (size_t b = 0; b < run->n_terms; b++) {
            const char *first = run->terms[a].name, *second = run->terms[b].name;
            snprintf(name, sizeof name, "%s_%s%s", first, second, c->name);
            if (a == b || strcasecmp(name, said))
                continue;
            metric->column = c;
            str_copy(metric->term, sizeof metric->term, first);
            str_copy(metric->other, sizeof metric->other, second);
            snprintf(metric->title, sizeof metric->title, "%s, %s%s", first, second, c->title);
            return true;
        }
    return false;
}

static bool find_pair(const struct maker *m, struct metric *metric, const char *said)
{
    for (size_t r = 0; r < m->n; r++)
        if (find_pair_of(&m->runs[r], metric, said))
            return true;
    return false;
}

static int refuse_metric(const struct maker *m, const char *said, struct err *e)
{
    struct str there;
    str_init(&there);
    for (const struct row_column *c = row_phase_columns; c->name; c++)
        if (!c->term && c->kind == ROW_REAL)
            str_addf(&there, " %s", c->name);
    for (size_t i = 0; m->n && i < m->runs[0].n_terms; i++)
        for (const struct row_column *c = row_phase_columns; c->name; c++)
            if (c->term == 1 && !c->other)
                str_addf(&there, " %s%s", m->runs[0].terms[i].name, c->name);
    for (size_t a = 0; m->n && a < m->runs[0].n_terms; a++)
        for (size_t b = a + 1; b < m->runs[0].n_terms; b++)
            str_addf(&there, " %s_%s_cosine", m->runs[0].terms[a].name, m->runs[0].terms[b].name);
    err_set(e, ERR_USAGE, "there is no figure '%s' of an epoch; there are:%s", said, there.text);
    str_fini(&there);
    return -1;
}

static int add_metric(struct maker *m, const char *said, struct err *e)
{
    struct metric *metric = &m->metrics[m->n_metrics];
    if (m->n_metrics == MOST_METRICS)
        return err_set(e, ERR_USAGE, "more than %d figures at once", MOST_METRICS);
    *metric = (struct metric){0};
    if (!find_column(metric, said) && !find_term(m, metric, said) && !find_pair(m, metric, said))
        return refuse_metric(m, said, e);
    m->n_metrics++;
    return 0;
}

static int add_phase(struct maker *m, const char *said, struct err *e)
{
    int p = 0;
    while (p < ROW_PHASES && strcasecmp(row_phases[p].name, said))
        p++;
    if (p == ROW_PHASES)
        return err_set(e, ERR_USAGE, "there is no phase '%s'; there are train, val and test", said);
    for (int i = 0; i < m->n_phases; i++)
        if (m->phases[i] == p)
            return err_set(e, ERR_USAGE, "phase '%s' is asked for twice", said);
    m->phases[m->n_phases++] = p;
    return 0;
}

/* Hands each of the names between commas to `add`. */
static int each_name(struct maker *m, const char *list,
                     int (*add)(struct maker *m, const char *said, struct err *e), struct err *e)
{
    char name[MOST_NAME];
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < MOST_NAME ? length : MOST_NAME - 1), at);
        if (add(m, name, e))
            return -1;
        at += length;
        if (!*at)
            return 0;
    }
}

static bool has_phase(const struct maker *m, int phase)
{
    for (size_t r = 0; r < m->n; r++)
        for (size_t i = 0; i < m->runs[r].n_epochs; i++)
            if (row_phase(&m->runs[r].epochs[i], &row_phases[phase]))
                return true;
    return false;
}

static int choose(struct maker *m, struct err *e)
{
    if (each_name(m, m->choice->metrics, add_metric, e))
        return -1;
    if (m->choice->phases[0])
        return each_name(m, m->choice->phases, add_phase, e);
    for (int p = 0; p < ROW_PHASES; p++)
        if (p == ROW_TEST || (m->choice->groups == 1 && has_phase(m, p)))
            m->phases[m->n_phases++] = p;
    return 0;
}

/* --- values --- */

static size_t term_of(const struct run_curves_run *run, const char *name)
{
    size_t term = 0;
    while (term < run->n_terms && strcasecmp(run->terms[term].name, name))
        term++;
    return term;
}

/* Whether the figure was measured then; a NaN was, too. */
static bool measured(const struct run_curves_run *run, size_t epoch, int phase,
                     const struct metric *metric, double *value)
{
    const struct phase_row *row = row_phase(&run->epochs[epoch], &row_phases[phase]);
    const struct row_column *c = metric->column;
    size_t term = 0;
    if (!row)
        return false;
    if (c->derived) {
        *value = c->derived(row, (double)NAN);
        return true;
    }
    if (metric->term[0] && (term = term_of(run, metric->term)) == run->n_terms)
        return false;
    if (metric->other[0]) {
        size_t other = term_of(run, metric->other);
        if (other == run->n_terms)
            return false;
        term = PULL_PAIR(term, other);
    }
    *value = *(const double *)(const void *)((const char *)row + c->offset + term * sizeof(double));
    return true;
}

/* The runs of a group that have epochs. */
static size_t members(const struct maker *m, size_t group, size_t *to)
{
    size_t n = 0;
    for (size_t r = 0; r < m->n; r++)
        if (m->runs[r].group == group && m->runs[r].n_epochs)
            to[n++] = r;
    return n;
}

/* What all of them have at an epoch; `at` are their places, which go on. */
static bool values_at(const struct maker *m, const size_t *who, size_t n, size_t *at, int epoch,
                      int phase, const struct metric *metric, double *values)
{
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        const struct run_curves_run *run = &m->runs[who[i]];
        while (at[i] < run->n_epochs && run->epochs[at[i]].epoch < epoch)
            at[i]++;
        all = all && at[i] < run->n_epochs && run->epochs[at[i]].epoch == epoch &&
              measured(run, at[i], phase, metric, &values[i]);
    }
    return all;
}

static void name_curve(const struct maker *m, struct plot_curve *c, size_t n, int phase,
                       const struct run_curves_run *first)
{
    bool many = m->choice->groups > 1, own = many || m->n_phases == 1;
    char count[32] = "";
    if (m->choice->mean)
        snprintf(count, sizeof count, " (n = %zu)", n);
    if (many || m->n_phases == 1)
        snprintf(c->name, sizeof c->name, "%.500s%s%s%s", first->label, count,
                 m->n_phases > 1 ? ", " : "", m->n_phases > 1 ? row_phases[phase].name : "");
    else
        snprintf(c->name, sizeof c->name, "%s%s", row_phases[phase].name, count);
    /* As on the screen: a run's phases are blue, orange and green. Of several runs each has its
     * look, and the line says the phase where there are some. */
    static const int order[ROW_PHASES] = {[ROW_TRAIN] = 0, [ROW_TEST] = 1, [ROW_VAL] = 2};
    static const int line[ROW_PHASES] = {[ROW_TEST] = 0, [ROW_TRAIN] = 1, [ROW_VAL] = 2};
    c->colour = own ? first->look.colour : order[phase];
    c->line = !own ? order[phase] : m->n_phases > 1 ? line[phase] : first->look.turn;
}

/* The curve of a group, in one phase: of its first run's epochs those that all have. */
static int make_curve(const struct maker *m, struct plot_curve *c, const size_t *who, size_t n,
                      int phase, const struct metric *metric, struct err *e)
{
    const struct run_curves_run *first = &m->runs[who[0]];
    size_t *at = mem_alloc(n, sizeof *at);
    double *values = mem_alloc(n, sizeof *values);
    int result = at && values ? 0 : mem_error(e, "a curve", n * sizeof *values);
    if (!result)
        result = plot_curve_make(c, first->n_epochs, m->choice->mean && n > 1, e);
    c->n = 0;
    for (size_t i = 0; !result && i < first->n_epochs; i++) {
        if (!values_at(m, who, n, at, first->epochs[i].epoch, phase, metric, values))
            continue;
        c->x[c->n] = first->epochs[i].epoch;
        c->y[c->n] = stats_mean(values, n);
        if (c->spread)
            c->spread[c->n] = stats_deviation(values, n);
        c->n++;
    }
    mem_free(at);
    mem_free(values);
    return result;
}

/* Gradients are of training, whatever phases others are drawn of. */
static int make_panel(const struct maker *all, struct plot_panel *p, const struct metric *metric,
                      struct err *e)
{
    struct maker own = *all;
    const struct maker *m = &own;
    if (metric->column->use & ROW_TRAIN_ALONE) {
        own.phases[0] = ROW_TRAIN;
        own.n_phases = 1;
    }
    size_t *who = mem_alloc(m->n, sizeof *who);
    p->curves = mem_alloc(m->choice->groups * (size_t)m->n_phases, sizeof *p->curves);
    int result = who && p->curves ? 0 : mem_error(e, "curves", m->n * sizeof *p->curves);
    snprintf(p->title, sizeof p->title, "%s%s%s",
             all->n_phases == 1 ? row_phases[m->phases[0]].name : "", all->n_phases == 1 ? " " : "",
             metric->title);
    for (size_t group = 0; !result && group < m->choice->groups; group++) {
        size_t n = members(m, group, who);
        for (int i = 0; n && !result && i < m->n_phases; i++) {
            struct plot_curve *c = &p->curves[p->n];
            result = make_curve(m, c, who, n, m->phases[i], metric, e);
            p->n++;
            name_curve(all, c, n, m->phases[i], &m->runs[who[0]]);
        }
    }
    mem_free(who);
    return result;
}

int run_curves(struct plot *out, const struct run_curves_choice *choice,
               const struct run_curves_run *runs, size_t n, struct err *e)
{
    struct maker m = {.choice = choice, .runs = runs, .n = n};
    *out = (struct plot){.x_name = "epoch", .x_title = "epoch"};
    if (choose(&m, e))
        return -1;
    out->panels = mem_alloc(m.n_metrics, sizeof *out->panels);
    if (!out->panels)
        return mem_error(e, "curves", m.n_metrics * sizeof *out->panels);
    for (; out->n < m.n_metrics; out->n++) {
        if (make_panel(&m, &out->panels[out->n], &m.metrics[out->n], e)) {
            out->n++;
            plot_fini(out);
            return -1;
        }
    }
    return 0;
}
