/* ablation_cells.c - what stands in the cells: means and deviations, which is the best, what is not
 * finished, and what others have published.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- samples --- */

static double figure_of(const struct member *member, int figure, bool tested)
{
    return !member->counts ? (double)NAN : tested ? member->tested[figure] : member->figure[figure];
}

/* Members come by their folds. */
static size_t next_fold(const struct member *members, size_t n, size_t from)
{
    size_t to = from;
    while (to < n && members[to].fold == members[from].fold)
        to++;
    return to;
}

static bool has_folds(const struct member *members, size_t n)
{
    const struct member *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!members[i].counts)
            continue;
        if (first && first->fold != members[i].fold)
            return true;
        first = &members[i];
    }
    return false;
}

size_t ablation_sample(const struct member *members, size_t n, int figure, bool tested,
                       double *values)
{
    bool folds = has_folds(members, n);
    size_t count = 0;
    for (size_t from = 0, to; from < n; from = to) {
        size_t begin = count;
        to = next_fold(members, n, from);
        for (size_t i = from; i < to; i++) {
            double value = figure_of(&members[i], figure, tested);
            if (isfinite(value))
                values[count++] = value;
        }
        if (!folds || count == begin)
            continue;
        values[begin] = stats_mean(values + begin, count - begin);
        count = begin + 1;
    }
    return count;
}

static struct ablation_value value_of(const struct member *members, size_t n, int figure,
                                      bool tested, double *values)
{
    size_t count = ablation_sample(members, n, figure, tested, values);
    return (struct ablation_value){.mean = stats_mean(values, count),
                                   .deviation = stats_deviation(values, count),
                                   .n = count,
                                   .sample = values};
}

/* --- what is there --- */

struct unit {
    size_t row, column; /* row: only where rows have folds or seeds of their own */
    int fold;
    int64_t seed;
};

static int by_unit(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->fold != y->fold)
        return x->fold < y->fold ? -1 : 1;
    return (x->seed > y->seed) - (x->seed < y->seed);
}

/* Adds a unit to what each cell of its column could have, or each of its row as well; `before` is
 * the one before, or NULL. */
static void want(struct ablation *a, const struct unit *unit, const struct unit *before, bool rows)
{
    if (before && !by_unit(before, unit))
        return;
    bool fold = unit->fold > 0 && (!before || before->column != unit->column ||
                                   before->row != unit->row || before->fold != unit->fold);
    for (size_t row = rows ? unit->row : 0; row < (rows ? unit->row + 1 : a->n_rows); row++) {
        struct ablation_cell *cell = ablation_cell(a, row, unit->column);
        cell->wanted++;
        cell->folds_wanted += fold;
    }
}

int ablation_wanted(struct making *m, struct err *e)
{
    bool rows = ablation_parts(m, "seed") || ablation_parts(m, "fold");
    struct unit *units = mem_alloc(m->n, sizeof *units);
    if (!units)
        return mem_error(e, "the folds and seeds of an ablation", m->n * sizeof *units);
    for (size_t i = 0; i < m->n; i++) {
        const struct member *from = &m->members[i];
        units[i] = (struct unit){rows ? from->row : 0, from->column, from->fold, from->seed};
    }
    if (m->n)
        qsort(units, m->n, sizeof *units, by_unit);
    for (size_t i = 0; i < m->n; i++)
        want(m->a, &units[i], i ? &units[i - 1] : NULL, rows);
    mem_free(units);
    return 0;
}

static void add_state(struct ablation_cell *cell, const char *name)
{
    size_t i = 0;
    while (i < cell->n_states && strcmp(cell->states[i].name, name))
        i++;
    if (i == ABLATION_MOST_STATES)
        i--;
    if (i == cell->n_states)
        cell->states[cell->n_states++].name = name;
    cell->states[i].n++;
}

static bool is_another(const struct member *members, size_t i, size_t k)
{
    return members[i].fold != members[k].fold || members[i].seed != members[k].seed;
}

/* The first of a fold and seed says how far it is: finished ones stand before others. */
static int count_states(struct making *m, struct ablation_cell *cell, const struct member *members,
                        size_t n, struct err *e)
{
    size_t there = 0;
    for (size_t i = 0; i < n; i++) {
        if (i && !is_another(members, i - 1, i))
            continue;
        there++;
        if (members[i].finished) {
            cell->complete++;
            continue;
        }
        const char *name = ablation_text(m, members[i].state, e);
        if (!name)
            return -1;
        add_state(cell, name);
    }
    cell->absent = cell->wanted - there;
    return 0;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static int list_runs(struct ablation_cell *cell, const struct member *members, size_t n,
                     struct err *e)
{
    cell->runs = mem_alloc(n, sizeof *cell->runs);
    if (!cell->runs)
        return mem_error(e, "the runs of a cell", n * sizeof *cell->runs);
    for (cell->n_runs = 0; cell->n_runs < n; cell->n_runs++)
        cell->runs[cell->n_runs] = members[cell->n_runs].id;
    if (n)
        qsort(cell->runs, n, sizeof *cell->runs, newest_first);
    return 0;
}

/* On the device that trained the newest one. */
static double mean_seconds(const struct member *members, size_t n)
{
    const struct member *newest = NULL;
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (members[i].counts && isfinite(members[i].seconds) &&
            (!newest || newest->id < members[i].id))
            newest = &members[i];
    for (size_t i = 0; newest && i < n; i++) {
        if (!members[i].counts || !isfinite(members[i].seconds) ||
            strcmp(members[i].device, newest->device))
            continue;
        sum += members[i].seconds;
        count++;
    }
    return count ? sum / (double)count : (double)NAN;
}

static int fill_cell(struct making *m, size_t at, struct err *e)
{
    struct ablation_cell *cell = &m->a->cells[at];
    const struct member *members = m->members + m->begin[at];
    size_t n = m->begin[at + 1] - m->begin[at], all = n * (ABLATION_FIGURES + ABLATION_METRICS);
    double *samples = cell->samples = mem_alloc(all, sizeof *samples);
    if (!samples)
        return mem_error(e, "the figures of a cell", all * sizeof *samples);
    for (int i = 0; i < ABLATION_FIGURES; i++, samples += n)
        cell->value[i] = value_of(members, n, i, false, samples);
    for (int i = 0; i < ABLATION_METRICS; i++, samples += n)
        cell->tested[i] = value_of(members, n, i, true, samples);
    cell->run_s = mean_seconds(members, n);
    m->a->n_runs += n;
    for (size_t i = 0; i < n; i++)
        m->a->n_finished += members[i].finished;
    return count_states(m, cell, members, n, e) || list_runs(cell, members, n, e) ? -1 : 0;
}

/* --- the best of a column --- */

/* Cells that lack runs are of other folds or seeds than the rest: they are no better or worse. */
static double goodness(const struct ablation_cell *cell, const struct ablation_value *value,
                       int figure)
{
    double better = ablation_figures[figure].better;
    if (!value->n || cell->complete < cell->wanted)
        return NAN;
    double shown = round(value->mean * 1e4); /* what looks alike is */
    return better != 0 ? better * shown : -fabs(shown);
}

/* Nothing is the best of one, or of equals. */
static void mark_best(struct ablation *a, size_t column, int figure, bool tested)
{
    double best = NAN, worst = NAN;
    for (int pass = 0; pass < 2; pass++)
        for (size_t row = 0; row < a->n_rows; row++) {
            struct ablation_cell *cell = ablation_cell(a, row, column);
            struct ablation_value *value = tested ? &cell->tested[figure] : &cell->value[figure];
            double good = goodness(cell, value, figure);
            value->best = pass && good == best && best > worst;
            best = pass ? best : fmax(best, good);
            worst = pass ? worst : fmin(worst, good);
        }
}

/* --- what is published --- */

/* Letters and digits alone, small: "ResNet-18" is "resnet18". */
static void plain(char *to, size_t room, const char *name)
{
    size_t at = 0;
    for (; *name && at + 1 < room; name++)
        if (isalnum((unsigned char)*name))
            to[at++] = (char)tolower((unsigned char)*name);
    to[at] = '\0';
}

static bool is_like(const char *a, const char *b)
{
    char x[96], y[96];
    plain(x, sizeof x, a);
    plain(y, sizeof y, b);
    return !strcmp(x, y);
}

/* The paper's tables are made by its released code, whose loss has a name of its own here. */
static bool is_loss(const char *ours, const char *published)
{
    static const char released[] = "-released";
    size_t length = strlen(ours), end = sizeof released - 1;
    if (length > end && !strcmp(ours + length - end, released))
        return strlen(published) == length - end && !strncmp(ours, published, length - end);
    return !strcmp(ours, published);
}

static const char *text_at(const struct making *m, const struct member *member, const char *name)
{
    const struct row_column *c = rows_column(m->source->runs->columns, name);
    return c ? rows_text(c, rows_at(m->source->runs, member->place)) : "";
}

static bool is_weight(const struct making *m, const struct member *member, const char *name,
                      double published)
{
    const struct row_column *c = rows_column(m->source->runs->columns, name);
    double ours = c ? rows_number(c, rows_at(m->source->runs, member->place), 0) : (double)NAN;
    return ours == published || (!isfinite(ours) && !isfinite(published));
}

/* Results of one fold stand for no table's row. */
static bool is_published(const struct making *m, const struct member *member,
                         const struct reference_row *r)
{
    return strncmp(r->note, "fold", 4) && is_like(text_at(m, member, "data"), r->dataset) &&
           is_like(text_at(m, member, "protocol"), r->protocol) &&
           is_like(text_at(m, member, "backbone"), r->model) &&
           is_loss(text_at(m, member, "loss"), r->loss) &&
           is_weight(m, member, "alpha", r->alpha) && is_weight(m, member, "beta", r->beta) &&
           is_weight(m, member, "gamma", r->gamma);
}

static const struct reference_row *published_of(const struct making *m, size_t cell)
{
    const struct ablation_source *s = m->source;
    size_t i = m->begin[cell];
    while (i < m->begin[cell + 1] && !m->members[i].counts)
        i++;
    for (size_t k = 0; i < m->begin[cell + 1] && !m->a->cells[cell].mixed && k < s->n_references;
         k++)
        if (is_published(m, &m->members[i], &s->references[k]))
            return &s->references[k];
    return NULL;
}

static int publish(struct making *m, size_t at, struct err *e)
{
    struct ablation_cell *cell = &m->a->cells[at];
    const struct reference_row *r = published_of(m, at);
    cell->published[ABLATION_PC] = r ? r->pc : (double)NAN;
    cell->published[ABLATION_MAE] = r ? r->mae : (double)NAN;
    cell->published[ABLATION_RMSE] = r ? r->rmse : (double)NAN;
    cell->published_by = ablation_text(m, r ? r->source : "", e);
    return cell->published_by ? 0 : -1;
}

int ablation_cells(struct making *m, struct err *e)
{
    int status = 0;
    for (size_t i = 0; !status && i < m->a->n_rows * m->a->n_columns; i++)
        status = fill_cell(m, i, e) || publish(m, i, e) ? -1 : 0;
    for (size_t column = 0; !status && column < m->a->n_columns; column++) {
        for (int i = 0; i < ABLATION_FIGURES; i++)
            mark_best(m->a, column, i, false);
        for (int i = 0; i < ABLATION_METRICS; i++)
            mark_best(m->a, column, i, true);
    }
    return status;
}
