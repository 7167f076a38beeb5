/* smooth_huber.h - log cosh e where |e| < d = huber_delta, else |e|. The value jumps at d, and so
 * does the slope, from tanh d to 1. Source: HMTNet's loss as the ComboLoss paper compares with it;
 * its released code has the batch's mean of |e| in the outer branch, this one every sample's own.
 */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_SMOOTH_HUBER_H
#define COMBOLAB_ENGINE_CORE_LOSS_SMOOTH_HUBER_H

#include "engine/core/loss/sample.h"

#define LOSS_SMOOTH_HUBER_NAME "smooth-huber"
static const struct loss_info loss_smooth_huber_info = {
    LOSS_SMOOTH_HUBER_NAME,
    "Smooth Huber",
    1,
    {"smooth-huber"},
    false,
    false,
    {"huber-delta"},
    "log cosh of the error below huber-delta, absolute error above",
    {0.003, 0.002},
    0};

/* log cosh x, exact near 0 (cosh x = 1 + 2 sinh^2(x/2)) and without overflow (cosh x =
 * e^|x| (1 + e^(-2|x|)) / 2). */
SHARED double loss_log_cosh(double x)
{
    const double log_2 = 0.69314718055994530942;
    double size = fabs(x), half = sinh(size < 1 ? size / 2 : 0);
    return size < 1 ? log1p(2 * half * half) : size + log1p(exp(-2 * size)) - log_2;
}

SHARED void loss_smooth_huber(const struct loss_spec *l, const struct loss_case *s,
                              struct loss_sample *out)
{
    double size = fabs(s->error);
    bool inside = size < l->huber_delta;
    out->term[0] = inside ? loss_log_cosh(s->error) : size;
    out->score_gradient = l->weight[0] * (inside ? tanh(s->error) : loss_sign(s->error));
}

#endif
