/* combo.h - ComboLoss as the paper prints it:
 *
 *   alpha * |s_hat - s| + beta * |s - E| + gamma * w_c * -log p_c
 *
 * with p the softmax of the class logits, E = sum p_i v_i and c the true class. dE/dz_i =
 * p_i (v_i - E). Source: arXiv:2010.10721; E is compared with the true score, as its text says and
 * its code does. */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_COMBO_H
#define COMBOLAB_ENGINE_CORE_LOSS_COMBO_H

#include "engine/core/loss/sample.h"

#define LOSS_COMBO_TERMS                                                                           \
    {                                                                                              \
        "regression", "expectation", "classification"                                              \
    }
#define LOSS_COMBO_OPTIONS                                                                         \
    {                                                                                              \
        "alpha", "beta", "gamma", "classes", "rounding", "class-edges", "class-values",            \
            "class-weights"                                                                        \
    }

#define LOSS_COMBO_NAME "combo"
static const struct loss_info loss_combo_info = {
    LOSS_COMBO_NAME,
    "ComboLoss",
    3,
    LOSS_COMBO_TERMS,
    true,
    false,
    LOSS_COMBO_OPTIONS,
    "L1 of the score, L1 of the classes' expectation and weighted cross entropy",
    {0.001, 0.0005},
    0};

/* The terms of score and expectation with their gradients, to which a cross entropy's is added. */
SHARED void loss_combo_l1s(const struct loss_spec *l, const struct loss_case *s,
                           struct loss_sample *out)
{
    double off = out->expectation - s->truth;
    out->term[0] = fabs(s->error);
    out->term[1] = fabs(off);
    out->score_gradient = l->weight[0] * loss_sign(s->error);
    for (int c = 0; c < l->classes; c++)
        out->logit_gradient[c] =
            l->weight[1] * loss_sign(off) * out->probability[c] * (l->value[c] - out->expectation);
}

SHARED void loss_combo(const struct loss_spec *l, const struct loss_case *s,
                       struct loss_sample *out)
{
    double w = s->class_scale * l->class_weight[s->true_class];
    loss_combo_l1s(l, s, out);
    out->term[2] = -w * s->logarithm[s->true_class];
    for (int c = 0; c < l->classes; c++)
        out->logit_gradient[c] += l->weight[2] * w * (out->probability[c] - (c == s->true_class));
}

#endif
