/* mse.h - mean squared error: e^2. */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_MSE_H
#define COMBOLAB_ENGINE_CORE_LOSS_MSE_H

#include "engine/core/loss/sample.h"

#define LOSS_MSE_NAME "mse"
static const struct loss_info loss_mse_info = {
    LOSS_MSE_NAME,   "MSE", 1, {"mse"}, false, false, {NULL}, "mean squared error of the score",
    {0.0015, 0.001}, 2};

SHARED void loss_mse(const struct loss_spec *l, const struct loss_case *s, struct loss_sample *out)
{
    out->term[0] = s->error * s->error;
    out->score_gradient = l->weight[0] * 2 * s->error;
}

#endif
