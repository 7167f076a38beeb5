/* tally.c - sums of a phase. A last, smaller batch counts by its images: the mean over an epoch
 * does not depend on how images were cut into batches. */
#include "engine/train/tally_priv.h"

#include "base/mem.h"
#include "engine/train/metrics.h"

#include <math.h>
#include <string.h>

int tally_init(struct tally *t, const struct loss_spec *loss, size_t images, struct err *e)
{
    memset(t, 0, sizeof *t);
    t->loss = loss;
    t->scores = mem_alloc(images, sizeof *t->scores);
    t->truth = mem_alloc(images, sizeof *t->truth);
    t->expectation = mem_alloc(images, sizeof *t->expectation);
    t->predicted_class = mem_alloc(images, sizeof *t->predicted_class);
    if (!t->scores || !t->truth || !t->expectation || !t->predicted_class)
        return mem_error(e, "an epoch's predictions", images * sizeof *t->truth * 3);
    return 0;
}

void tally_fini(struct tally *t)
{
    mem_free(t->scores);
    mem_free(t->truth);
    mem_free(t->expectation);
    mem_free(t->predicted_class);
}

void tally_clear(struct tally *t)
{
    t->n = 0;
    t->total = 0;
    for (int k = 0; k < LOSS_MAX_TERMS; k++)
        t->term[k] = 0;
    t->gradients = (struct gradients){0};
}

static void add_classes(struct tally *t, size_t at, const float *probability)
{
    double expectation = 0;
    int most = 0;
    for (int c = 0; c < t->loss->classes; c++) {
        expectation += (double)probability[c] * t->loss->value[c];
        if (probability[c] > probability[most])
            most = c;
    }
    t->expectation[at] = expectation;
    t->predicted_class[at] = most + 1;
}

void tally_add(struct tally *t, const struct backend_result *result, const double *truth)
{
    t->total += result->total * result->n;
    for (int k = 0; k < LOSS_MAX_TERMS; k++)
        t->term[k] += result->term[k] * result->n;
    for (int i = 0; i < result->n; i++, t->n++) {
        t->scores[t->n] = result->scores[i];
        t->truth[t->n] = truth[i];
        t->expectation[t->n] = NAN;
        t->predicted_class[t->n] = 0;
        if (result->probabilities && t->loss->classes)
            add_classes(t, t->n, result->probabilities + (size_t)i * (size_t)t->loss->classes);
    }
}

void tally_nothing(struct event_phase *out)
{
    *out = (struct event_phase){.total = NAN, .mae = NAN, .rmse = NAN, .pc = NAN};
    for (int k = 0; k < LOSS_MAX_TERMS; k++)
        out->term[k] = out->weighted[k] = NAN;
    gradients_figures(&(struct gradients){0}, 0, out->gradient, out->cosine);
}

void tally_phase(const struct tally *t, double seconds, struct event_phase *out)
{
    struct metrics m;
    metrics_of(t->scores, t->truth, t->n, &m);
    memset(out, 0, sizeof *out);
    out->images = (int64_t)t->n;
    out->seconds = seconds;
    out->total = t->total / (double)t->n;
    for (int k = 0; k < LOSS_MAX_TERMS; k++) {
        out->term[k] = t->term[k] / (double)t->n;
        out->weighted[k] = t->loss->weight[k] * out->term[k];
    }
    gradients_figures(&t->gradients, loss_info(t->loss->kind)->terms, out->gradient, out->cosine);
    out->mae = m.mae;
    out->rmse = m.rmse;
    out->pc = m.pc;
}
