/* loss_math.h - value and gradient of every loss for one sample. Compiles as C and as CUDA; in
 * double, because a batch has few samples and every backend then agrees to float precision. */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_MATH_H
#define COMBOLAB_ENGINE_CORE_LOSS_MATH_H

#include "engine/core/loss/combo.h"
#include "engine/core/loss/combo_released.h"
#include "engine/core/loss/l1.h"
#include "engine/core/loss/mse.h"
#include "engine/core/loss/smooth_huber.h"
#include "engine/core/loss/smooth_l1.h"

/* What the classification terms of a batch of n samples are multiplied by before their mean: 1, or,
 * for a loss that divides by the sum of class weights instead of n, n / weight_sum. A batch whose
 * weights sum to 0 contributes 0. Computed once a batch. */
SHARED double loss_class_scale(const struct loss_spec *l, double weight_sum, int n)
{
    if (!l->mean_by_weight)
        return 1;
    return weight_sum > 0 ? n / weight_sum : 0;
}

/* Value and gradient of the loss for one sample. `logits` has l->classes entries (unused when 0);
 * `true_class` is 0-based; `class_scale` is that of the sample's batch. Gradients are for this
 * sample alone: divide by the batch size. */
SHARED void loss_of_sample(const struct loss_spec *l, float score, const float *logits, float truth,
                           int true_class, double class_scale, struct loss_sample *out)
{
    struct loss_case s;
    s.error = (double)score - (double)truth;
    s.truth = (double)truth;
    s.true_class = true_class;
    s.class_scale = class_scale;
    out->term[0] = out->term[1] = out->term[2] = 0;
    out->expectation = 0;
    if (l->classes) {
        loss_softmax(logits, l->classes, out->probability, s.logarithm);
        for (int c = 0; c < l->classes; c++)
            out->expectation += out->probability[c] * l->value[c];
    }
    switch (l->kind) {
#define LOSS_CALL(kind, function)                                                                  \
    case LOSS_##kind:                                                                              \
        loss_##function(l, &s, out);                                                               \
        break;
        LOSSES(LOSS_CALL)
#undef LOSS_CALL
    case LOSS_KINDS:
        break;
    }
}

#endif
