/* ablation_half.c - the best epoch without choosing and judging on the same images: chosen on one
 * half of the test images and judged on the other, both ways, which are averaged. Halves are every
 * second image of the split, the same for all runs. One epoch's predictions are in memory at a
 * time.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"

#include <math.h>

/* One way: the best PC of the half that chooses, and the other half's figures at that epoch. */
struct way {
    double best;
    double figure[ABLATION_METRICS + 1]; /* with the mean error */
};

static size_t take_half(const struct ablation_scores *s, size_t half, double *predicted,
                        double *truth)
{
    size_t n = 0;
    for (size_t i = half; i < s->n; i += 2, n++) {
        predicted[n] = s->predicted[i];
        truth[n] = s->truth[i];
    }
    return n;
}

static void judge(const struct ablation_scores *half, struct way *to)
{
    to->figure[ABLATION_PC] = stats_pearson(half->predicted, half->truth, half->n);
    to->figure[ABLATION_MAE] = stats_mae(half->predicted, half->truth, half->n);
    to->figure[ABLATION_RMSE] = stats_rmse(half->predicted, half->truth, half->n);
    to->figure[ABLATION_BIAS] = stats_bias(half->predicted, half->truth, half->n);
}

static int look_at(const struct ablation_scores *s, struct way ways[2], struct err *e)
{
    double *room = mem_alloc(2 * (s->n + 2), sizeof *room);
    if (!room)
        return mem_error(e, "half of the predictions", s->n * sizeof *room);
    struct ablation_scores halves[2];
    for (size_t i = 0; i < 2; i++) {
        halves[i].predicted = room + i * (s->n + 2);
        halves[i].truth = halves[i].predicted + (s->n + 2) / 2;
        halves[i].n = take_half(s, i, halves[i].predicted, halves[i].truth);
    }
    for (int i = 0; i < 2; i++) {
        double pc = stats_pearson(halves[i].predicted, halves[i].truth, halves[i].n);
        if (!(pc > ways[i].best))
            continue;
        ways[i].best = pc;
        judge(&halves[1 - i], &ways[i]);
    }
    mem_free(room);
    return 0;
}

int ablation_halve(struct making *m, struct member *member, struct err *e)
{
    struct way ways[2];
    struct member at = *member;
    int status = 0;
    for (int i = 0; i < 2; i++) {
        ways[i].best = -INFINITY;
        for (int k = 0; k <= ABLATION_METRICS; k++)
            ways[i].figure[k] = NAN;
    }
    for (at.epoch = 1; !status && at.epoch <= member->epoch; at.epoch++) {
        struct ablation_scores s;
        status = ablation_read_scores(m, &at, &s, e);
        if (!status && s.n)
            status = look_at(&s, ways, e);
        m->a->predictions |= s.n > 0;
        ablation_drop_scores(&s);
    }
    for (int k = 0; k <= ABLATION_METRICS; k++)
        member->figure[k] = (ways[0].figure[k] + ways[1].figure[k]) / 2;
    return status;
}
