/* sample.h - what goes into a loss and comes out of it for one sample, and the small functions that
 * several losses share. Compiles as C and as CUDA.
 *
 * e = predicted - true. Gradients at a kink are 0, as PyTorch's.
 */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_SAMPLE_H
#define COMBOLAB_ENGINE_CORE_LOSS_SAMPLE_H

#include "base/shared.h"
#include "engine/core/loss.h"

#include <math.h>

/* One sample as a loss sees it. */
struct loss_case {
    double error;                       /* e */
    double truth;                       /* the true score */
    int true_class;                     /* 0-based */
    double class_scale;                 /* of its batch: see loss_class_scale */
    double logarithm[LOSS_MAX_CLASSES]; /* of the softmax of the logits */
};

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

/* Softmax and its logarithm of double inputs, shifted by the largest. */
SHARED void loss_softmax_of(const double *inputs, int classes, double *probability,
                            double *logarithm)
{
    double top = inputs[0];
    for (int c = 1; c < classes; c++)
        if (inputs[c] > top)
            top = inputs[c];
    double sum = 0;
    for (int c = 0; c < classes; c++)
        sum += exp(inputs[c] - top);
    double log_sum = log(sum);
    for (int c = 0; c < classes; c++) {
        logarithm[c] = inputs[c] - top - log_sum;
        probability[c] = exp(logarithm[c]);
    }
}

SHARED void loss_softmax(const float *logits, int classes, double *probability, double *logarithm)
{
    double inputs[LOSS_MAX_CLASSES];
    for (int c = 0; c < classes; c++)
        inputs[c] = (double)logits[c];
    loss_softmax_of(inputs, classes, probability, logarithm);
}

#endif
