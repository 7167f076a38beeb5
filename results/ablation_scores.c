/* ablation_scores.c - what predictions tell beyond a run's own figures: the mean error, ranks, and
 * figures over the test images of all folds together. One run's predictions are in memory at a
 * time, and those of one seed's folds.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"

#include <math.h>
#include <string.h>

/* Images of several runs, one after the other. */
struct joined {
    double *predicted, *truth;
    size_t n, room;
};

/* Images whose true score is not known are left out. */
static void drop_unknown(struct ablation_scores *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->truth[i]))
            continue;
        s->predicted[kept] = s->predicted[i];
        s->truth[kept++] = s->truth[i];
    }
    s->n = kept;
}

int ablation_read_scores(struct making *m, const struct member *member, struct ablation_scores *to,
                         struct err *e)
{
    *to = (struct ablation_scores){NULL, NULL, 0};
    if (!m->source->scores || member->epoch < 1)
        return 0;
    if (m->choice->cancel && atomic_load(m->choice->cancel))
        return 1;
    int status = m->source->scores(m->source->context, member->id, member->epoch, to, e);
    if (!status)
        drop_unknown(to);
    return status;
}

void ablation_drop_scores(struct ablation_scores *s)
{
    mem_free(s->predicted);
    mem_free(s->truth);
    *s = (struct ablation_scores){NULL, NULL, 0};
}

static int join(struct joined *to, const struct ablation_scores *s, struct err *e)
{
    size_t n = to->n + s->n;
    if (n > to->room) {
        double *predicted = mem_resize(to->predicted, n, sizeof *predicted);
        if (predicted)
            to->predicted = predicted;
        double *truth = predicted ? mem_resize(to->truth, n, sizeof *truth) : NULL;
        if (!truth)
            return mem_error(e, "the predictions of all folds", n * sizeof *truth);
        to->truth = truth;
        to->room = n;
    }
    memcpy(to->predicted + to->n, s->predicted, s->n * sizeof *s->predicted);
    memcpy(to->truth + to->n, s->truth, s->n * sizeof *s->truth);
    to->n = n;
    return 0;
}

static int score_member(struct making *m, struct member *member, struct joined *all, bool joins,
                        struct err *e)
{
    struct ablation_scores s;
    if (m->a->at == ABLATION_HALF)
        return ablation_halve(m, member, e);
    int status = ablation_read_scores(m, member, &s, e);
    if (!status && s.n) {
        m->a->predictions = true;
        member->figure[ABLATION_BIAS] = stats_bias(s.predicted, s.truth, s.n);
        if (m->choice->spearman)
            status =
                stats_spearman(s.predicted, s.truth, s.n, &member->figure[ABLATION_SPEARMAN], e);
        if (!status && joins)
            status = join(all, &s, e);
    }
    ablation_drop_scores(&s);
    return status;
}

static void add_pooled(const struct joined *all, double sums[ABLATION_METRICS])
{
    sums[ABLATION_PC] += stats_pearson(all->predicted, all->truth, all->n);
    sums[ABLATION_MAE] += stats_mae(all->predicted, all->truth, all->n);
    sums[ABLATION_RMSE] += stats_rmse(all->predicted, all->truth, all->n);
}

/* On one split every run is alone with its seed. */
static bool is_first_of_seed(const struct member *members, size_t i, bool folds)
{
    for (size_t k = 0; folds && k < i; k++)
        if (members[k].counts && members[k].seed == members[i].seed)
            return false;
    return members[i].counts;
}

/* The runs of one seed, from its first on, among so many; *folds: how many of them have
 * predictions. */
static int score_seed(struct making *m, struct member *members, size_t n, bool joins,
                      struct joined *all, size_t *folds, struct err *e)
{
    int status = 0;
    all->n = *folds = 0;
    for (size_t i = 0; !status && i < n; i++) {
        size_t before = all->n;
        if (!members[i].counts || members[i].seed != members[0].seed)
            continue;
        status = score_member(m, &members[i], all, joins, e);
        *folds += all->n > before;
    }
    return status;
}

/* A cell's members; pooled only from seeds that have every fold. */
static int score_cell(struct making *m, size_t cell, struct joined *all, struct err *e)
{
    struct ablation_cell *c = &m->a->cells[cell];
    struct member *members = m->members + m->begin[cell];
    size_t n = m->begin[cell + 1] - m->begin[cell], seeds = 0, folds;
    bool of_folds = c->folds_wanted > 1, joins = of_folds && !c->mixed;
    double sums[ABLATION_METRICS] = {0};
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        if (!is_first_of_seed(members, i, of_folds))
            continue;
        status = score_seed(m, members + i, of_folds ? n - i : 1, joins, all, &folds, e);
        if (status || !joins || folds < c->folds_wanted)
            continue;
        add_pooled(all, sums);
        seeds++;
    }
    for (int i = 0; seeds && i < ABLATION_METRICS; i++)
        c->pooled[i] = sums[i] / (double)seeds;
    return status;
}

int ablation_scores(struct making *m, struct err *e)
{
    struct joined all = {.n = 0};
    int status = 0;
    for (size_t i = 0; i < m->a->n_rows * m->a->n_columns; i++)
        for (int k = 0; k < ABLATION_METRICS; k++)
            m->a->cells[i].pooled[k] = NAN;
    if (!m->source->scores)
        return 0;
    for (size_t cell = 0; !status && cell < m->a->n_rows * m->a->n_columns; cell++)
        status = score_cell(m, cell, &all, e);
    mem_free(all.predicted);
    mem_free(all.truth);
    return status;
}
