/* smooth_l1.h - quadratic near 0, linear beyond b = smooth_beta: e^2 / (2 b) where |e| < b, else
 * |e| - b / 2. Value and slope are continuous. Source: PyTorch's smooth_l1_loss. */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_SMOOTH_L1_H
#define COMBOLAB_ENGINE_CORE_LOSS_SMOOTH_L1_H

#include "engine/core/loss/sample.h"

#define LOSS_SMOOTH_L1_NAME "smooth-l1"
static const struct loss_info loss_smooth_l1_info = {
    LOSS_SMOOTH_L1_NAME,
    "Smooth L1",
    1,
    {"smooth-l1"},
    false,
    false,
    {"smooth-beta"},
    "squared error below smooth-beta, absolute error above",
    {0.003, 0.002},
    0};

SHARED void loss_smooth_l1(const struct loss_spec *l, const struct loss_case *s,
                           struct loss_sample *out)
{
    double b = l->smooth_beta, size = fabs(s->error);
    bool inside = size < b;
    out->term[0] = inside ? s->error * s->error / (2 * b) : size - b / 2;
    out->score_gradient = l->weight[0] * (inside ? s->error / b : loss_sign(s->error));
}

#endif
