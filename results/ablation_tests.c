/* ablation_tests.c - differences to the baseline, from pairs of runs that share fold and seed, and
 * what can be said of them. ablation.h says what is tested when.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/bootstrap.h"
#include "results/stats/describe.h"
#include "results/stats/looks.h"
#include "results/stats/paired.h"

#include <math.h>
#include <string.h>

#define POWER 0.8            /* chance that the runs asked for decide */
#define MOST_SEEDS 1000      /* more are "cannot be said" */
#define BOOTSTRAP_SEED 20101 /* one for all, so that a table says the same twice */

_Static_assert((int)ABLATION_PC == (int)STATS_PC && (int)ABLATION_MAE == (int)STATS_MAE &&
                   (int)ABLATION_RMSE == (int)STATS_RMSE &&
                   (int)ABLATION_METRICS == (int)STATS_METRICS,
               "figures begin with the metrics");

/* Two runs of one fold and seed, on the same data. */
struct pair {
    const struct member *of, *base;
};

struct pairs {
    struct pair *list; /* by folds */
    size_t n;
    double *values; /* room for as many */
};

static size_t cell_at(const struct making *m, size_t row, size_t column)
{
    return row * m->a->n_columns + column;
}

static int order_of(const struct member *a, const struct member *b)
{
    if (a->fold != b->fold)
        return a->fold < b->fold ? -1 : 1;
    return (a->seed > b->seed) - (a->seed < b->seed);
}

/* Both cells are in the order of fold and seed. */
static void find_pairs(const struct making *m, size_t of_cell, size_t base_cell, struct pairs *to)
{
    size_t i = m->begin[of_cell], k = m->begin[base_cell];
    to->n = 0;
    while (i < m->begin[of_cell + 1] && k < m->begin[base_cell + 1]) {
        const struct member *of = &m->members[i], *base = &m->members[k];
        int order = order_of(of, base);
        if (!of->counts || (base->counts && order < 0)) {
            i++;
            continue;
        }
        if (!base->counts || order > 0) {
            k++;
            continue;
        }
        if (of->data == base->data && isfinite(of->figure[ABLATION_PC]) &&
            isfinite(base->figure[ABLATION_PC]))
            to->list[to->n++] = (struct pair){of, base};
        i++;
        k++;
    }
}

static size_t next_fold(const struct pairs *p, size_t from)
{
    size_t to = from;
    while (to < p->n && p->list[to].of->fold == p->list[from].of->fold)
        to++;
    return to;
}

/* How many folds they have, and seeds in the fold that has fewest. */
static void count_pairs(const struct pairs *p, struct ablation_difference *d)
{
    d->pairs = p->n;
    for (size_t from = 0, to; from < p->n; from = to) {
        to = next_fold(p, from);
        d->seeds = d->folds++ && d->seeds < to - from ? d->seeds : to - from;
    }
}

/* Differences in one figure: of each seed, or with folds the means of each fold. */
static size_t list_differences(const struct pairs *p, const struct ablation_difference *d,
                               int figure)
{
    size_t n = 0;
    for (size_t from = 0, to; from < p->n; from = to) {
        size_t begin = n;
        to = next_fold(p, from);
        for (size_t i = from; i < to; i++)
            p->values[n++] = p->list[i].of->figure[figure] - p->list[i].base->figure[figure];
        if (d->folds < 2)
            continue;
        p->values[begin] = stats_mean(p->values + begin, n - begin);
        n = begin + 1;
    }
    return n;
}

static enum ablation_verdict verdict_of(const struct making *m, size_t of_cell, size_t base_cell,
                                        const struct pairs *p, const struct ablation_difference *d)
{
    const struct ablation *a = m->a;
    if (of_cell == base_cell)
        return ABLATION_BASELINE;
    if (a->cells[of_cell].mixed || a->cells[base_cell].mixed)
        return ABLATION_MIXED;
    if (!p->n)
        return ABLATION_NO_PAIRS;
    for (size_t i = 0; i < p->n; i++)
        if (p->list[i].of->optimistic || p->list[i].base->optimistic)
            return ABLATION_OPTIMISTIC;
    if (d->seeds < ABLATION_LEAST_SEEDS)
        return ABLATION_FEW_SEEDS;
    return d->folds < a->cells[of_cell].folds_wanted ? ABLATION_FEW_FOLDS : ABLATION_UNDECIDED;
}

/* Images of a fold: their means. */
static void count_images(const struct pairs *p, double *train, double *test)
{
    *train = *test = 0;
    for (size_t i = 0; i < p->n; i++) {
        *train += p->list[i].of->train_images / (double)p->n;
        *test += p->list[i].of->test_images / (double)p->n;
    }
}

static void test(const struct making *m, const struct pairs *p, struct ablation_difference *d)
{
    struct stats_test t;
    double train, test;
    size_t n = list_differences(p, d, ABLATION_PC);
    count_images(p, &train, &test);
    if (d->folds > 1)
        stats_resampled_t(p->values, n, train, test, m->a->level, &t);
    else
        stats_paired_t(p->values, n, m->a->level, &t);
    d->low = t.low;
    d->high = t.high;
    d->t = t.t;
    d->df = t.df;
    d->p = t.p;
    if (isnan(t.p) && t.mean == 0)
        d->verdict = ABLATION_ALIKE;
}

/* Without pairs: of what stands in the cells. */
static double mean_of_cells(const struct making *m, size_t of_cell, size_t base_cell, int figure)
{
    return m->a->cells[of_cell].value[figure].mean - m->a->cells[base_cell].value[figure].mean;
}

static void compare(const struct making *m, size_t of_cell, size_t base_cell, struct pairs *p)
{
    struct ablation_difference *d = &m->a->differences[of_cell];
    *d = (struct ablation_difference){
        .low = NAN, .high = NAN, .t = NAN, .df = NAN, .p = NAN, .p_holm = NAN, .needed_s = NAN};
    for (int i = 0; i < ABLATION_METRICS; i++)
        d->image_low[i] = d->image_high[i] = NAN;
    find_pairs(m, of_cell, base_cell, p);
    count_pairs(p, d);
    d->verdict = verdict_of(m, of_cell, base_cell, p, d);
    bool paired = p->n && d->verdict != ABLATION_MIXED;
    for (int i = 0; i < ABLATION_FIGURES; i++)
        d->mean[i] = paired ? stats_mean(p->values, list_differences(p, d, i))
                            : mean_of_cells(m, of_cell, base_cell, i);
    if (d->verdict == ABLATION_UNDECIDED)
        test(m, p, d);
}

/* --- runs that are needed yet --- */

static size_t pairs_needed(const struct making *m, const struct pairs *p,
                           const struct ablation_difference *d)
{
    double alpha = (1 - m->a->level) / (double)(m->a->family ? m->a->family : 1);
    size_t n = list_differences(p, d, ABLATION_PC);
    size_t needed = stats_pairs_needed(stats_mean(p->values, n), stats_deviation(p->values, n),
                                       alpha, POWER, MOST_SEEDS);
    return needed && needed <= n ? n + 1 : needed; /* those that are there did not decide */
}

/* Folds vary beside their seeds, so that more of these may never decide. */
static size_t seeds_needed(const struct making *m, const struct pairs *p,
                           const struct ablation_difference *d, bool one_split)
{
    size_t needed;
    switch (d->verdict) {
    case ABLATION_NO_PAIRS:
    case ABLATION_FEW_FOLDS:
        return ABLATION_LEAST_SEEDS;
    case ABLATION_FEW_SEEDS:
        needed = one_split && p->n > 1 ? pairs_needed(m, p, d) : 0;
        return needed > ABLATION_LEAST_SEEDS ? needed : ABLATION_LEAST_SEEDS;
    case ABLATION_UNDECIDED:
        return one_split ? pairs_needed(m, p, d) : 0;
    case ABLATION_BETTER:
    case ABLATION_WORSE:
        return d->seeds;
    default:
        return 0;
    }
}

static double missing_s(const struct ablation_cell *cell, const struct ablation_cell *other,
                        size_t runs)
{
    double run_s = isfinite(cell->run_s) ? cell->run_s : other->run_s;
    return runs > cell->complete ? (double)(runs - cell->complete) * run_s : 0;
}

static void say_needed(struct making *m, size_t of_cell, size_t base_cell, struct pairs *p)
{
    struct ablation_difference *d = &m->a->differences[of_cell];
    const struct ablation_cell *of = &m->a->cells[of_cell], *base = &m->a->cells[base_cell];
    find_pairs(m, of_cell, base_cell, p);
    d->seeds_needed = seeds_needed(m, p, d, of->folds_wanted < 2);
    size_t runs = d->seeds_needed * (of->folds_wanted ? of->folds_wanted : 1);
    size_t pairs = runs > d->pairs ? runs - d->pairs : 0; /* a run each, at least */
    if (d->seeds_needed)
        d->needed_s = fmax(missing_s(of, base, runs) + missing_s(base, of, runs),
                           (double)pairs * fmin(of->run_s, base->run_s));
}

/* --- test images --- */

/* The predictions of two runs on the same images, one fold after the other. */
struct images {
    double *truth, *first, *second;
    int *fold;
    size_t n, room;
};

static int reserve(struct images *to, size_t n, struct err *e)
{
    double **const lists[] = {&to->truth, &to->first, &to->second};
    for (int i = 0; n > to->room && i < 3; i++) {
        double *list = mem_resize(*lists[i], n, sizeof *list);
        if (!list)
            return mem_error(e, "the predictions of two runs", n * sizeof *list);
        *lists[i] = list;
    }
    int *fold = n > to->room ? mem_resize(to->fold, n, sizeof *fold) : to->fold;
    if (!fold && n)
        return mem_error(e, "the predictions of two runs", n * sizeof *fold);
    to->fold = fold;
    to->room = n > to->room ? n : to->room;
    return 0;
}

static int add_images(struct images *to, const struct ablation_scores *of,
                      const struct ablation_scores *base, int fold, struct err *e)
{
    if (of->n != base->n || !of->n || memcmp(of->truth, base->truth, of->n * sizeof *of->truth))
        return 0; /* not the same images */
    if (reserve(to, to->n + of->n, e))
        return -1;
    for (size_t i = 0; i < of->n; i++, to->n++) {
        to->truth[to->n] = of->truth[i];
        to->first[to->n] = of->predicted[i];
        to->second[to->n] = base->predicted[i];
        to->fold[to->n] = fold;
    }
    return 0;
}

static int read_pair(struct making *m, const struct pair *pair, struct images *to, struct err *e)
{
    struct ablation_scores of, base = {NULL, NULL, 0};
    int status = ablation_read_scores(m, pair->of, &of, e);
    if (!status)
        status = ablation_read_scores(m, pair->base, &base, e);
    if (!status)
        status = add_images(to, &of, &base, pair->of->fold, e);
    ablation_drop_scores(&of);
    ablation_drop_scores(&base);
    return status;
}

/* The least seed of the first fold; then the runs of that seed in each fold. */
static int read_images(struct making *m, const struct pairs *p, struct images *to, struct err *e)
{
    int status = 0;
    to->n = 0;
    for (size_t i = 0; !status && i < p->n; i++)
        if (p->list[i].of->seed == p->list[0].of->seed)
            status = read_pair(m, &p->list[i], to, e);
    return status;
}

static int draw_images(struct making *m, size_t of_cell, size_t base_cell, struct pairs *p,
                       struct images *images, struct err *e)
{
    struct ablation_difference *d = &m->a->differences[of_cell];
    struct stats_interval out[STATS_METRICS];
    if (d->verdict == ABLATION_BASELINE || d->verdict == ABLATION_MIXED)
        return 0;
    find_pairs(m, of_cell, base_cell, p);
    int status = p->n ? read_images(m, p, images, e) : 0;
    if (status || !p->n || !images->n)
        return status;
    const struct stats_bootstrap wanted = {.truth = images->truth,
                                           .first = images->first,
                                           .second = images->second,
                                           .fold = images->fold,
                                           .n = images->n,
                                           .seed = BOOTSTRAP_SEED,
                                           .level = m->a->level,
                                           .cancel = m->choice->cancel};
    status = stats_bootstrap(&wanted, out, e);
    for (int i = 0; !status && i < ABLATION_METRICS; i++) {
        d->image_low[i] = out[i].low;
        d->image_high[i] = out[i].high;
    }
    d->images = images->n;
    d->image_seed = p->list[0].of->seed;
    return status;
}

static int bootstrap(struct making *m, struct pairs *p, struct err *e)
{
    struct images images = {.n = 0};
    int status = 0;
    for (size_t row = 0; !status && row < m->a->n_rows; row++)
        for (size_t column = 0; !status && column < m->a->n_columns; column++)
            status = draw_images(m, cell_at(m, row, column), cell_at(m, m->a->baseline, column), p,
                                 &images, e);
    mem_free(images.truth);
    mem_free(images.first);
    mem_free(images.second);
    mem_free(images.fold);
    return status;
}

/* --- the family --- */

static int correct(struct making *m, struct err *e)
{
    struct ablation *a = m->a;
    size_t n = a->n_rows * a->n_columns;
    double *p = mem_alloc(n, sizeof *p);
    int status = p ? 0 : mem_error(e, "the tests of an ablation", n * sizeof *p);
    for (size_t i = 0; !status && i < n; i++) {
        p[i] = a->differences[i].p;
        a->family += isfinite(p[i]);
    }
    if (!status)
        status = stats_holm(p, n, p, e);
    for (size_t i = 0; !status && i < n; i++) {
        struct ablation_difference *d = &a->differences[i];
        d->p_holm = p[i];
        if (d->verdict == ABLATION_UNDECIDED && p[i] <= 1 - a->level)
            d->verdict = d->mean[ABLATION_PC] > 0 ? ABLATION_BETTER : ABLATION_WORSE;
    }
    mem_free(p);
    return status;
}

int ablation_tests(struct making *m, struct err *e)
{
    const struct ablation *a = m->a;
    struct pairs p = {mem_alloc(m->n, sizeof *p.list), 0, mem_alloc(m->n, sizeof *p.values)};
    int status =
        p.list && p.values ? 0 : mem_error(e, "the pairs of an ablation", m->n * sizeof *p.list);
    for (size_t i = 0; !status && i < a->n_rows * a->n_columns; i++)
        compare(m, i, cell_at(m, a->baseline, i % a->n_columns), &p);
    if (!status)
        status = correct(m, e);
    for (size_t i = 0; !status && i < a->n_rows * a->n_columns; i++)
        say_needed(m, i, cell_at(m, a->baseline, i % a->n_columns), &p);
    if (!status && a->bootstrap && a->at != ABLATION_HALF) /* which has no checkpoint of its own */
        status = bootstrap(m, &p, e);
    mem_free(p.list);
    mem_free(p.values);
    return status;
}
