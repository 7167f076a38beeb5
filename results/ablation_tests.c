/* ablation_tests.c - differences to the baseline, from pairs of runs that share fold and seed, and
 * what can be said of them. ablation.h says what is tested when.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"
#include "results/stats/paired.h"

#include <math.h>

static enum ablation_verdict verdict_of(const struct making *m, size_t of_cell, size_t base_cell,
                                        const struct pairs *p, const struct ablation_difference *d)
{
    const struct ablation *a = m->a;
    size_t least = a->looks.n ? (size_t)a->looks.seeds[0] : ABLATION_LEAST_SEEDS;
    if (of_cell == base_cell)
        return ABLATION_BASELINE;
    if (a->cells[of_cell].mixed || a->cells[base_cell].mixed)
        return ABLATION_MIXED;
    if (!p->n)
        return ABLATION_NO_PAIRS;
    for (size_t i = 0; i < p->n; i++)
        if (p->list[i].of->optimistic || p->list[i].base->optimistic)
            return ABLATION_OPTIMISTIC;
    if (d->seeds < least)
        return ABLATION_FEW_SEEDS;
    return d->folds < a->cells[of_cell].folds_wanted ? ABLATION_FEW_FOLDS : ABLATION_UNDECIDED;
}

/* --- one difference --- */

/* Images of a fold: their means. */
static void count_images(const struct pairs *p, double *train, double *test)
{
    *train = *test = 0;
    for (size_t i = 0; i < p->n; i++) {
        *train += p->list[i].of->train_images / (double)p->n;
        *test += p->list[i].of->test_images / (double)p->n;
    }
}

static void test(const struct pairs *p, bool by_fold, double level, struct stats_test *t)
{
    double train, test;
    size_t n = ablation_pairs_differences(p, by_fold, ABLATION_PC);
    count_images(p, &train, &test);
    if (by_fold)
        stats_resampled_t(p->values, n, train, test, level, t);
    else
        stats_paired_t(p->values, n, level, t);
}

static void take_test(struct ablation_difference *d, const struct stats_test *t)
{
    d->low = t->low;
    d->high = t->high;
    d->t = t->t;
    d->df = t->df;
    d->p = t->p;
}

/* Without pairs: of what stands in the cells. */
static double mean_of_cells(const struct making *m, size_t of_cell, size_t base_cell, int figure)
{
    return m->a->cells[of_cell].value[figure].mean - m->a->cells[base_cell].value[figure].mean;
}

/* Looks have tests of their own. */
static void compare(const struct making *m, size_t of_cell, size_t base_cell, struct pairs *p)
{
    struct ablation_difference *d = &m->a->differences[of_cell];
    struct stats_test t;
    *d = (struct ablation_difference){.low = NAN,
                                      .high = NAN,
                                      .t = NAN,
                                      .df = NAN,
                                      .p = NAN,
                                      .p_holm = NAN,
                                      .look_level = NAN,
                                      .last_power = NAN,
                                      .needed_s = NAN};
    for (int i = 0; i < ABLATION_METRICS; i++)
        d->image_low[i] = d->image_high[i] = NAN;
    ablation_pairs_find(m, of_cell, base_cell, p);
    ablation_pairs_count(p, d);
    d->verdict = verdict_of(m, of_cell, base_cell, p, d);
    bool paired = p->n && d->verdict != ABLATION_MIXED;
    for (int i = 0; i < ABLATION_FIGURES; i++)
        d->mean[i] = paired ? stats_mean(p->values, ablation_pairs_differences(p, d->folds > 1, i))
                            : mean_of_cells(m, of_cell, base_cell, i);
    if (d->verdict != ABLATION_UNDECIDED)
        return;
    test(p, d->folds > 1, m->a->level, &t);
    if (isnan(t.p) && t.mean == 0)
        d->verdict = ABLATION_ALIKE;
    if (!m->a->looks.n)
        take_test(d, &t);
}

static enum ablation_verdict decided(double mean)
{
    return mean > 0 ? ABLATION_BETTER : ABLATION_WORSE;
}

/* --- the family, once --- */

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
            d->verdict = decided(d->mean[ABLATION_PC]);
    }
    mem_free(p);
    return status;
}

/* --- the family, look by look --- */

/* What may be tested sometime: how many these are must not depend on how far runs have come. */
static size_t count_family(const struct ablation *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++) {
        enum ablation_verdict verdict = a->differences[i].verdict;
        n += a->cells[i].n_runs && verdict != ABLATION_BASELINE && verdict != ABLATION_MIXED &&
             verdict != ABLATION_OPTIMISTIC;
    }
    return n;
}

/* Its p at every look that it has come to. */
static void look(const struct making *m, size_t cell, struct pairs *pairs, double *p)
{
    const struct ablation *a = m->a;
    struct ablation_difference *d = &a->differences[cell];
    struct stats_test t;
    if (d->verdict != ABLATION_UNDECIDED)
        return;
    d->look = ablation_looks_reached(&a->looks, d->seeds);
    ablation_pairs_find(m, cell, a->baseline * a->n_columns + cell % a->n_columns, pairs);
    for (size_t i = d->look; i-- > 0;) {
        ablation_pairs_first(pairs, (size_t)a->looks.seeds[i]);
        test(pairs, d->folds > 1, a->level, &t);
        p[i] = t.p;
    }
}

/* Rows that one of their looks decides when `left` share the level; how many. */
static size_t decide(const struct making *m, const double *p, const double *levels)
{
    const struct ablation *a = m->a;
    size_t n = 0;
    for (size_t cell = 0; cell < a->n_rows * a->n_columns; cell++) {
        struct ablation_difference *d = &a->differences[cell];
        const double *own = p + cell * a->looks.n;
        size_t i = 0;
        while (i < d->look && !(own[i] <= levels[i]))
            i++;
        if (d->verdict != ABLATION_UNDECIDED || i == d->look)
            continue;
        d->verdict = ABLATION_BETTER; /* or worse: see settle */
        d->look = i + 1;
        d->look_level = levels[i];
        n++;
    }
    return n;
}

/* The figures of its look, with an interval of that look's level in the row's own right. */
static void settle(const struct making *m, size_t cell, struct pairs *pairs, const double *alone)
{
    const struct ablation *a = m->a;
    struct ablation_difference *d = &a->differences[cell];
    struct stats_test t;
    if (!d->look)
        return;
    size_t seeds = (size_t)a->looks.seeds[d->look - 1];
    ablation_pairs_find(m, cell, a->baseline * a->n_columns + cell % a->n_columns, pairs);
    ablation_pairs_first(pairs, seeds);
    test(pairs, d->folds > 1, 1 - alone[d->look - 1], &t);
    take_test(d, &t);
    if (d->verdict == ABLATION_BETTER) {
        d->verdict = decided(t.mean);
        return;
    }
    d->look_level = m->levels[d->look - 1];
    if (d->seeds != seeds && d->look < a->looks.n)
        d->verdict = ABLATION_BETWEEN;
}

/* Holm's steps: the fewer rows are left, the more each of them may spend. */
static int look_all(struct making *m, struct pairs *pairs, double *p, struct err *e)
{
    struct ablation *a = m->a;
    size_t n = a->n_rows * a->n_columns, left = a->family = count_family(a), now = left;
    double alpha = 1 - a->level, alone[STATS_MOST_LOOKS];
    for (size_t cell = 0; cell < n; cell++)
        look(m, cell, pairs, p + cell * a->looks.n);
    for (; left && now; left -= now) {
        if (ablation_looks_levels(&a->looks, a->looks.n, alpha / (double)left, m->levels, e))
            return -1;
        now = decide(m, p, m->levels);
    }
    if (ablation_looks_levels(&a->looks, a->looks.n, alpha, alone, e))
        return -1;
    for (size_t cell = 0; cell < n; cell++)
        settle(m, cell, pairs, alone);
    return 0;
}

static int test_looks(struct making *m, struct pairs *pairs, struct err *e)
{
    size_t n = m->a->n_rows * m->a->n_columns * m->a->looks.n;
    double *p = mem_alloc(n, sizeof *p);
    if (!p)
        return mem_error(e, "the looks of an ablation", n * sizeof *p);
    int status = look_all(m, pairs, p, e);
    mem_free(p);
    return status;
}

int ablation_tests(struct making *m, struct pairs *p, struct err *e)
{
    const struct ablation *a = m->a;
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        compare(m, i, a->baseline * a->n_columns + i % a->n_columns, p);
    return a->looks.n ? test_looks(m, p, e) : correct(m, e);
}
