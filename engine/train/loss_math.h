/* loss_math.h - value and gradient of every loss for one sample. Compiles as C and as CUDA; in
 * double, because a batch has few samples and every backend then agrees to float precision.
 *
 * e = predicted - true. Gradients at a kink are 0, as PyTorch's.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_LOSS_MATH_H
#define COMBOLAB_ENGINE_TRAIN_LOSS_MATH_H

#include "base/shared.h"
#include "engine/train/loss.h"

#include <math.h>

/* One sample's contribution, before the mean over the batch. */
struct loss_sample {
    double term[LOSS_MAX_TERMS];             /* unweighted */
    double score_gradient;                   /* d total / d score */
    double logit_gradient[LOSS_MAX_CLASSES]; /* d total / d logit */
    double probability[LOSS_MAX_CLASSES];    /* softmax of the logits */
    double expectation;                      /* sum of probability * class value */
};

SHARED double loss_sign(double x)
{
    return (double)(x > 0) - (double)(x < 0);
}

/* softmax and its logarithm, shifted by the largest logit. */
SHARED void loss_softmax(const float *logits, int classes, double *probability, double *logarithm)
{
    double top = logits[0];
    for (int c = 1; c < classes; c++)
        if (logits[c] > top)
            top = logits[c];
    double sum = 0;
    for (int c = 0; c < classes; c++)
        sum += exp((double)logits[c] - top);
    double log_sum = log(sum);
    for (int c = 0; c < classes; c++) {
        logarithm[c] = (double)logits[c] - top - log_sum;
        probability[c] = exp(logarithm[c]);
    }
}

SHARED void loss_l1(const struct loss_spec *l, double e, struct loss_sample *out)
{
    out->term[0] = fabs(e);
    out->score_gradient = l->weight[0] * loss_sign(e);
}

SHARED void loss_mse(const struct loss_spec *l, double e, struct loss_sample *out)
{
    out->term[0] = e * e;
    out->score_gradient = l->weight[0] * 2 * e;
}

/* alpha * |s_hat - s| + beta * |s - E| + gamma * w_c * -log p_c;  dE/dz_i = p_i (v_i - E). */
SHARED void loss_combo(const struct loss_spec *l, double e, double truth, int true_class,
                       const double *logarithm, struct loss_sample *out)
{
    out->term[0] = fabs(e);
    out->score_gradient = l->weight[0] * loss_sign(e);
    double off = out->expectation - truth;
    double w = l->class_weight[true_class];
    out->term[1] = fabs(off);
    out->term[2] = -w * logarithm[true_class];
    for (int c = 0; c < l->classes; c++) {
        double p = out->probability[c];
        out->logit_gradient[c] =
            l->weight[1] * loss_sign(off) * p * (l->value[c] - out->expectation) +
            l->weight[2] * w * (p - (c == true_class));
    }
}

/* Value and gradient of the loss for one sample. `logits` has l->classes entries (unused when 0);
 * `true_class` is 0-based. Gradients are for this sample alone: divide by the batch size. */
SHARED void loss_of_sample(const struct loss_spec *l, float score, const float *logits, float truth,
                           int true_class, struct loss_sample *out)
{
    double logarithm[LOSS_MAX_CLASSES];
    double e = (double)score - (double)truth;
    out->term[0] = out->term[1] = out->term[2] = 0;
    out->expectation = 0;
    if (l->classes) {
        loss_softmax(logits, l->classes, out->probability, logarithm);
        for (int c = 0; c < l->classes; c++)
            out->expectation += out->probability[c] * l->value[c];
    }
    switch (l->kind) {
    case LOSS_L1:
        loss_l1(l, e, out);
        break;
    case LOSS_MSE:
        loss_mse(l, e, out);
        break;
    case LOSS_COMBO:
        loss_combo(l, e, (double)truth, true_class, logarithm, out);
        break;
    case LOSS_KINDS:
        break;
    }
}

#endif
