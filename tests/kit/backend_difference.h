/* backend_difference.h - how far two backends are apart, tensor by tensor.
 *
 * By default the largest difference over the largest reference value; by `rms` the root of the mean
 * square difference over that of the reference. A verdict gathers the tensors of one case into one
 * TAP line; a tensor that is too far away is named in a comment.
 */
#ifndef COMBOLAB_TESTS_KIT_BACKEND_DIFFERENCE_H
#define COMBOLAB_TESTS_KIT_BACKEND_DIFFERENCE_H

#include "tests/kit/backend_case.h"

/* The backend under test and the reference, in the same state. */
struct pair {
    struct subject mine, ref;
};

struct verdict {
    const char *name, *when; /* the case; which step is looked at */
    bool rms;
    int compared, wrong;
    double worst; /* largest difference as a part of its tolerance */
};

/* Compares `count` values; `what` names them. */
void verdict_values(struct verdict *v, const char *what, const float *mine, const float *ref,
                    size_t count, double tolerance);

/* All tensors that the kind has: TENSOR 0..n, TENSOR_GRADIENT likewise (0 in probes only). */
void verdict_tensors(struct verdict *v, const struct pair *p, enum backend_kind kind,
                     double tolerance);

/* All parameters that the kind has: PARAM with running statistics, GRADIENT and MOMENTUM without.
 */
void verdict_params(struct verdict *v, const struct pair *p, enum backend_kind kind,
                    double tolerance);

/* Loss, terms, scores and probabilities of a step, and which samples it took. */
void verdict_results(struct verdict *v, const struct backend_result *mine,
                     const struct backend_result *ref, int classes, double tolerance);

/* The TAP line. Comparing nothing is a failure. */
void verdict_report(const struct verdict *v);

#endif
