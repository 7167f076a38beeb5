/* combo_released.h - ComboLoss as its authors' released code computes it. It differs from combo in
 * the classification term: probabilities p = softmax(z) go into a cross entropy that applies
 * softmax again, q = softmax(p), and the sum of w_c * -log q_c over the batch is divided by the
 * batch's sum of w_c (class_scale), not by the number of samples.
 *
 * d(-log q_c)/dp_j = g_j = q_j - [j = c], so d/dz_i = p_i (g_i - sum_j p_j g_j). */
#ifndef COMBOLAB_ENGINE_CORE_LOSS_COMBO_RELEASED_H
#define COMBOLAB_ENGINE_CORE_LOSS_COMBO_RELEASED_H

#include "engine/core/loss/combo.h"

#define LOSS_COMBO_RELEASED_NAME "combo-released"
static const struct loss_info loss_combo_released_info = {
    LOSS_COMBO_RELEASED_NAME,
    "ComboLoss (released)",
    3,
    LOSS_COMBO_TERMS,
    true,
    true,
    LOSS_COMBO_OPTIONS,
    "combo as its authors' code has it: softmax twice, weights normalised in the batch",
    {0.001, 0.005},
    0};

SHARED void loss_combo_released(const struct loss_spec *l, const struct loss_case *s,
                                struct loss_sample *out)
{
    double again[LOSS_MAX_CLASSES] = {0}, logarithm[LOSS_MAX_CLASSES] = {0}, mean = 0;
    double w = s->class_scale * l->class_weight[s->true_class];
    loss_combo_l1s(l, s, out);
    loss_softmax_of(out->probability, l->classes, again, logarithm);
    out->term[2] = -w * logarithm[s->true_class];
    for (int c = 0; c < l->classes; c++)
        mean += out->probability[c] * (again[c] - (c == s->true_class));
    for (int c = 0; c < l->classes; c++)
        out->logit_gradient[c] +=
            l->weight[2] * w * out->probability[c] * (again[c] - (c == s->true_class) - mean);
}

#endif
