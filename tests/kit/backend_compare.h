/* backend_compare.h - any backend held against the reference, case by case, as TAP.
 *
 * A difference is max |value - reference| over a tensor, divided by max |reference| of that tensor.
 * Values are chosen so that no ReLU, pooling window or L1 is near its kink (ref_margin), where
 * float32 may rightly take the other branch; deep nets, which cannot be kept from kinks, are
 * compared by relative root mean square instead.
 */
#ifndef COMBOLAB_TESTS_KIT_BACKEND_COMPARE_H
#define COMBOLAB_TESTS_KIT_BACKEND_COMPARE_H

#include "tests/kit/backend_case.h"

/* What one comparison tolerates. */
struct tolerance {
    double forward;  /* outputs, running statistics, scores, losses */
    double backward; /* gradients */
    double update;   /* momentum and weights after one step */
    double later;    /* weights after three steps */
    bool spreads;    /* values are kept in bf16: see backend_spread.h */
};

/* The cases of one unit or a few as probes: outputs, all gradients, running statistics, momentum
 * and weights after 1 and 3 steps, evaluation, and a smaller batch. */
void compare_probes(const struct backend_ops *ops, const struct tolerance *t);

/* One probe of all kinds of units, evaluated before and after each thing that changes the result.
 */
void compare_evaluation(const struct backend_ops *ops, const struct tolerance *t);

/* The whole path from images to updated weights under every loss, and evaluation. */
void compare_training(const struct backend_ops *ops, int threads, const struct tolerance *t);

/* A net of the tables on small images, with options (NULL: the usual ones), twice: `calm` holds for
 * values that keep every branch away from its kink, `real` for ordinary ones, with evaluation
 * (NULL: not looked at). */
void compare_net(const struct backend_ops *ops, const char *name, const struct net_options *options,
                 int size, int batch, const struct tolerance *calm, const struct tolerance *real);

/* The same with ordinary values, unit by unit: the reference makes each of what the backend made
 * before it (ref_follow), so that what is tolerated of one unit holds of all, in a net of any
 * depth. A training step: outputs, gradients, running statistics, results. */
void compare_net_by_units(const struct backend_ops *ops, const char *name, int size, int batch,
                          const struct tolerance *t);

#endif
