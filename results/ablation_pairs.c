/* ablation_pairs.c - pairs of runs that share fold and seed, of a cell and the baseline's: what
 * differences are made from. Cells' members are in the order of fold and seed, and so are pairs. */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"

#include <math.h>
#include <stdlib.h>

int ablation_pairs_init(const struct making *m, struct pairs *p, struct err *e)
{
    *p = (struct pairs){mem_alloc(m->n, sizeof *p->list), 0, mem_alloc(m->n, sizeof *p->values)};
    return p->list && p->values ? 0
                                : mem_error(e, "the pairs of an ablation", m->n * sizeof *p->list);
}

void ablation_pairs_fini(struct pairs *p)
{
    mem_free(p->list);
    mem_free(p->values);
}

static int order_of(const struct member *a, const struct member *b)
{
    if (a->fold != b->fold)
        return a->fold < b->fold ? -1 : 1;
    return (a->seed > b->seed) - (a->seed < b->seed);
}

void ablation_pairs_find(const struct making *m, size_t of_cell, size_t base_cell, struct pairs *to)
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

void ablation_pairs_count(const struct pairs *p, struct ablation_difference *d)
{
    d->pairs = p->n;
    for (size_t from = 0, to; from < p->n; from = to) {
        to = next_fold(p, from);
        d->seeds = d->folds++ && d->seeds < to - from ? d->seeds : to - from;
    }
}

size_t ablation_pairs_differences(const struct pairs *p, bool by_fold, int figure)
{
    size_t n = 0;
    for (size_t from = 0, to; from < p->n; from = to) {
        size_t begin = n;
        to = next_fold(p, from);
        for (size_t i = from; i < to; i++)
            p->values[n++] = p->list[i].of->figure[figure] - p->list[i].base->figure[figure];
        if (!by_fold)
            continue;
        p->values[begin] = stats_mean(p->values + begin, n - begin);
        n = begin + 1;
    }
    return n;
}

/* When the later one of both ended: only then there was a pair to be looked at. */
static double since(const struct pair *p)
{
    return fmax(p->of->ended, p->base->ended);
}

static int by_time(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    double of_x = since(x), of_y = since(y);
    if (x->of->fold != y->of->fold)
        return x->of->fold < y->of->fold ? -1 : 1;
    if (of_x != of_y)
        return of_x < of_y ? -1 : 1;
    return (x->of->seed > y->of->seed) - (x->of->seed < y->of->seed);
}

void ablation_pairs_first(struct pairs *p, size_t seeds)
{
    size_t kept = 0;
    if (p->n)
        qsort(p->list, p->n, sizeof *p->list, by_time);
    for (size_t from = 0, to; from < p->n; from = to) {
        to = next_fold(p, from);
        for (size_t i = from; i < to && i < from + seeds; i++)
            p->list[kept++] = p->list[i];
    }
    p->n = kept;
}
