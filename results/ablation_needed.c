/* ablation_needed.c - how many seeds a decision wants, and which runs are not there for it: of the
 * row and of the baseline, since pairs are compared. Seeds that are there, or under way, come
 * first; then such as one of both has already; then new numbers.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POWER 0.8 /* chance that the runs asked for decide */

/* --- how many --- */

struct spread {
    double mean, deviation;
    size_t n;
};

static struct spread spread_of(const struct pairs *p, const struct ablation_difference *d)
{
    size_t n = ablation_pairs_differences(p, d->folds > 1, ABLATION_PC);
    return (struct spread){stats_mean(p->values, n), stats_deviation(p->values, n), n};
}

/* The first look to come that is likely to decide; 0 = none of them. */
static size_t look_needed(const struct making *m, struct ablation_difference *d,
                          const struct spread *s)
{
    const struct ablation_looks *l = &m->a->looks;
    for (size_t i = 0; i < l->n; i++) {
        if ((size_t)l->seeds[i] <= d->seeds)
            continue;
        d->last_power = stats_power(s->mean, s->deviation, l->seeds[i], m->levels[i]);
        if (d->last_power >= POWER)
            return (size_t)l->seeds[i];
    }
    return 0;
}

static size_t pairs_needed(const struct making *m, const struct pairs *p,
                           struct ablation_difference *d)
{
    double alpha = (1 - m->a->level) / (double)(m->a->family ? m->a->family : 1);
    struct spread s = spread_of(p, d);
    if (m->a->looks.n)
        return look_needed(m, d, &s);
    size_t needed = stats_pairs_needed(s.mean, s.deviation, alpha, POWER, LOOKS_MOST_SEEDS);
    return needed && needed <= s.n ? s.n + 1 : needed; /* those that are there did not decide */
}

/* Folds vary beside their seeds, so that more of these may never decide. */
static size_t seeds_needed(const struct making *m, const struct pairs *p,
                           struct ablation_difference *d, bool one_split)
{
    const struct ablation_looks *l = &m->a->looks;
    size_t needed, least = l->n ? (size_t)l->seeds[0] : ABLATION_LEAST_SEEDS;
    switch (d->verdict) {
    case ABLATION_NO_PAIRS:
    case ABLATION_FEW_FOLDS:
        return least;
    case ABLATION_FEW_SEEDS:
        needed = one_split && p->n > 1 ? pairs_needed(m, p, d) : 0;
        return needed > least ? needed : least;
    case ABLATION_UNDECIDED:
    case ABLATION_BETWEEN:
        return one_split ? pairs_needed(m, p, d) : 0;
    case ABLATION_BETTER:
    case ABLATION_WORSE:
        return d->seeds;
    default:
        return 0;
    }
}

/* --- which runs --- */

enum readiness { UNUSABLE, TO_COME, UNDER_WAY, PAIRED };

struct seed {
    int64_t seed;
    enum readiness ready;
};

/* What is looked for in a column. */
struct wanted {
    struct making *m;
    size_t of, base; /* cells */
    int *folds;      /* of the column */
    size_t n_folds;
    int64_t most; /* the greatest number of a seed in the column */
    struct seed *seeds;
    size_t n_seeds, room; /* of missing */
};

static bool goes_on(const struct member *member)
{
    return !strcmp(member->state, "queued") || !strcmp(member->state, "running") ||
           !strcmp(member->state, "paused");
}

/* `combolab retry` takes it up again, which costs less than another seed of all rows. */
static bool ended_early(const struct member *member)
{
    return !strcmp(member->state, "failed") || !strcmp(member->state, "lost") ||
           !strcmp(member->state, "stopped");
}

/* The runs of a fold and seed in a cell: finished ones stand first. NULL = there is none. */
static const struct member *find(const struct making *m, size_t cell, int fold, int64_t seed,
                                 const struct member **end)
{
    size_t from = m->begin[cell], to = m->begin[cell + 1];
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct member *at = &m->members[middle];
        if (at->fold < fold || (at->fold == fold && at->seed < seed))
            from = middle + 1;
        else
            to = middle;
    }
    *end = &m->members[m->begin[cell + 1]];
    const struct member *found = &m->members[from];
    return found < *end && found->fold == fold && found->seed == seed ? found : NULL;
}

/* The one that counts, or one that goes on or can; NULL = what there was is of no use. *none: there
 * was nothing. */
static const struct member *best_of(const struct making *m, size_t cell, int fold, int64_t seed,
                                    bool *none)
{
    const struct member *end, *first = find(m, cell, fold, seed, &end);
    const struct member *early = NULL;
    *none = !first;
    for (const struct member *at = first; at && at < end; at++) {
        if (at->fold != fold || at->seed != seed)
            break;
        if (at->counts || goes_on(at))
            return at;
        early = ended_early(at) ? at : early;
    }
    return early;
}

static enum readiness readiness_in(const struct wanted *w, int fold, int64_t seed)
{
    bool no_of, no_base;
    const struct member *of = best_of(w->m, w->of, fold, seed, &no_of);
    const struct member *base = best_of(w->m, w->base, fold, seed, &no_base);
    if ((!of && !no_of) || (!base && !no_base))
        return UNUSABLE;
    if (!of || !base)
        return TO_COME;
    if (!of->counts || !base->counts)
        return UNDER_WAY;
    return of->data == base->data && isfinite(of->figure[ABLATION_PC]) &&
                   isfinite(base->figure[ABLATION_PC])
               ? PAIRED
               : UNUSABLE;
}

static enum readiness readiness_of(const struct wanted *w, int64_t seed)
{
    enum readiness least = PAIRED;
    for (size_t i = 0; i < w->n_folds; i++) {
        enum readiness ready = readiness_in(w, w->folds[i], seed);
        least = ready < least ? ready : least;
    }
    return least;
}

static int readiest_first(const void *a, const void *b)
{
    const struct seed *x = a, *y = b;
    if (x->ready != y->ready)
        return x->ready > y->ready ? -1 : 1;
    return (x->seed > y->seed) - (x->seed < y->seed);
}

/* Those of both cells, each once, the readiest first. */
static void list_seeds(struct wanted *w)
{
    const struct making *m = w->m;
    const size_t cells[] = {w->of, w->base};
    size_t n = 0, kept = 0;
    for (int i = 0; i < 2; i++)
        for (size_t k = m->begin[cells[i]]; k < m->begin[cells[i] + 1]; k++)
            w->seeds[n++] = (struct seed){m->members[k].seed, PAIRED};
    qsort(w->seeds, n, sizeof *w->seeds, readiest_first);
    for (size_t i = 0; i < n; i++)
        if (!i || w->seeds[i].seed != w->seeds[i - 1].seed)
            w->seeds[kept++] = w->seeds[i];
    for (size_t i = 0; i < kept; i++)
        w->seeds[i].ready = readiness_of(w, w->seeds[i].seed);
    qsort(w->seeds, kept, sizeof *w->seeds, readiest_first);
    w->n_seeds = kept;
}

/* Whose settings new runs of the cell take: the newest that counts, or that may yet; 0 = none. */
static int64_t model_of(const struct making *m, size_t cell)
{
    int64_t counted = 0, going = 0;
    for (size_t i = m->begin[cell]; i < m->begin[cell + 1]; i++) {
        const struct member *at = &m->members[i];
        if (at->counts && at->id > counted)
            counted = at->id;
        if (goes_on(at) && at->id > going)
            going = at->id;
    }
    return counted ? counted : going;
}

static int add_missing(struct wanted *w, const struct ablation_missing *missing, struct err *e)
{
    struct ablation *a = w->m->a;
    if (a->n_missing == w->room) {
        size_t room = w->room ? 2 * w->room : 16;
        struct ablation_missing *list = mem_resize(a->missing, room, sizeof *list);
        if (!list)
            return mem_error(e, "the runs that are needed", room * sizeof *list);
        a->missing = list;
        w->room = room;
    }
    a->missing[a->n_missing++] = *missing;
    return 0;
}

/* One that goes on has still to be waited for, but is there. */
static int want_run(struct wanted *w, size_t cell, int fold, int64_t seed, struct err *e)
{
    const struct ablation *a = w->m->a;
    struct ablation_difference *d = &a->differences[w->of];
    double own = a->cells[cell].run_s, other = a->cells[cell == w->of ? w->base : w->of].run_s;
    bool none;
    const struct member *there = best_of(w->m, cell, fold, seed, &none);
    const struct ablation_missing missing = {.row = cell / a->n_columns,
                                             .column = cell % a->n_columns,
                                             .fold = fold,
                                             .seed = seed,
                                             .like = model_of(w->m, cell),
                                             .seconds = isfinite(own) ? own : other};
    if (there && there->counts)
        return 0;
    w->m->a->to_retry |= there && ended_early(there);
    d->runs_needed++;
    d->needed_s += missing.seconds;
    return there || !missing.like ? 0 : add_missing(w, &missing, e);
}

static int want_seed(struct wanted *w, int64_t seed, struct err *e)
{
    int status = 0;
    for (size_t i = 0; !status && i < w->n_folds; i++)
        status =
            want_run(w, w->base, w->folds[i], seed, e) || want_run(w, w->of, w->folds[i], seed, e)
                ? -1
                : 0;
    return status;
}

static int want_seeds(struct wanted *w, size_t n, struct err *e)
{
    int64_t next = w->most;
    int status = 0;
    list_seeds(w);
    for (size_t i = 0; !status && i < n; i++) {
        bool there = i < w->n_seeds && w->seeds[i].ready != UNUSABLE;
        status = want_seed(w, there ? w->seeds[i].seed : ++next, e);
    }
    return status;
}

/* Folds of a column, and its greatest seed. */
static void look_at_column(struct wanted *w, size_t column)
{
    const struct making *m = w->m;
    w->n_folds = 0;
    w->most = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct member *member = &m->members[i];
        size_t k = 0;
        if (member->column != column)
            continue;
        w->most = member->seed > w->most ? member->seed : w->most;
        while (k < w->n_folds && w->folds[k] != member->fold)
            k++;
        if (k == w->n_folds)
            w->folds[w->n_folds++] = member->fold;
    }
}

static int say_row(struct wanted *w, struct pairs *p, struct err *e)
{
    struct making *m = w->m;
    struct ablation_difference *d = &m->a->differences[w->of];
    ablation_pairs_find(m, w->of, w->base, p);
    d->seeds_needed = seeds_needed(m, p, d, m->a->cells[w->of].folds_wanted < 2);
    if (!d->seeds_needed)
        return 0;
    d->needed_s = 0;
    bool decided = d->verdict == ABLATION_BETTER || d->verdict == ABLATION_WORSE;
    return decided ? 0 : want_seeds(w, d->seeds_needed, e);
}

/* Seed by seed, so that what is compared comes together. */
static int in_order(const void *a, const void *b)
{
    const struct ablation_missing *x = a, *y = b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->fold != y->fold)
        return x->fold < y->fold ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Several rows want the baseline's. */
static void keep_each_once(struct ablation *a)
{
    size_t kept = 0;
    if (a->n_missing)
        qsort(a->missing, a->n_missing, sizeof *a->missing, in_order);
    for (size_t i = 0; i < a->n_missing; i++)
        if (!i || in_order(&a->missing[i - 1], &a->missing[i]))
            a->missing[kept++] = a->missing[i];
    a->n_missing = kept;
}

int ablation_needed(struct making *m, struct pairs *p, struct err *e)
{
    struct ablation *a = m->a;
    struct wanted w = {.m = m,
                       .folds = mem_alloc(m->n, sizeof *w.folds),
                       .seeds = mem_alloc(m->n, sizeof *w.seeds)};
    int status =
        w.folds && w.seeds ? 0 : mem_error(e, "the runs that are needed", m->n * sizeof *w.seeds);
    for (size_t column = 0; !status && column < a->n_columns; column++) {
        look_at_column(&w, column);
        w.base = a->baseline * a->n_columns + column;
        for (size_t row = 0; !status && row < a->n_rows; row++) {
            w.of = row * a->n_columns + column;
            status = row == a->baseline ? 0 : say_row(&w, p, e);
        }
    }
    keep_each_once(a);
    mem_free(w.folds);
    mem_free(w.seeds);
    return status;
}
