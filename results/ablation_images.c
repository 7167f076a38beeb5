/* ablation_images.c - intervals over the test images alone: pairs of checkpoints, whose predictions
 * of the same images are drawn again and again. */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/bootstrap.h"

#include <math.h>
#include <string.h>

#define BOOTSTRAP_SEED 20101 /* one for all, so that a table says the same twice */

_Static_assert((int)ABLATION_PC == (int)STATS_PC && (int)ABLATION_MAE == (int)STATS_MAE &&
                   (int)ABLATION_RMSE == (int)STATS_RMSE &&
                   (int)ABLATION_METRICS == (int)STATS_METRICS,
               "figures begin with the metrics");

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
    ablation_pairs_find(m, of_cell, base_cell, p);
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

int ablation_images(struct making *m, struct pairs *p, struct err *e)
{
    struct images images = {.n = 0};
    int status = 0;
    for (size_t row = 0; !status && row < m->a->n_rows; row++)
        for (size_t column = 0; !status && column < m->a->n_columns; column++)
            status = draw_images(m, row * m->a->n_columns + column,
                                 m->a->baseline * m->a->n_columns + column, p, &images, e);
    mem_free(images.truth);
    mem_free(images.first);
    mem_free(images.second);
    mem_free(images.fold);
    return status;
}
