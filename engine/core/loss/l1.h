/* l1.h - mean absolute error: |e|. */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_L1_H
#define COMBOLAB_ENGINE_CORE_LOSS_L1_H

#include "engine/core/loss/sample.h"

#define LOSS_L1_NAME "l1"
static const struct loss_info loss_l1_info = {
    LOSS_L1_NAME,   "L1", 1, {"l1"}, false, false, {NULL}, "mean absolute error of the score",
    {0.002, 0.005}, 0};

SHARED void loss_l1(const struct loss_spec *l, const struct loss_case *s, struct loss_sample *out)
{
    out->term[0] = fabs(s->error);
    out->score_gradient = l->weight[0] * loss_sign(s->error);
}

#endif
