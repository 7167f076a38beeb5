/* ref.h - the oracle: a third backend of naive loops in double, without libraries or threads.
 *
 * What another backend computes is compared with what this one computes; this one is compared with
 * finite differences and with PyTorch. Calls compute at once: nothing is ever in flight in truth.
 * One thread at a time for each open backend.
 */
#ifndef COMBOLAB_TESTS_REF_H
#define COMBOLAB_TESTS_REF_H

#include "engine/core/backend.h"

#include <stdint.h>

const struct backend_ops *ref_backend(void);

/* The same, computing in that precision where none is asked for. f32 and tf32 are double
 * throughout; in bf16 everything is double too, but rounded wherever a device keeps it in bf16: see
 * ref_keep.c.
 */
const struct backend_ops *ref_backend_in(enum backend_precision usual);

/* Has later steps follow another computation: behind each unit forward, and before each unit
 * backward, `look` gets the tensor (TENSOR) or gradient (TENSOR_GRADIENT) that this step has just
 * made of what was before, and may put another's in its place. So each unit is judged by itself,
 * however deep it lies. NULL ends it. */
typedef void ref_look(void *context, enum backend_kind kind, int tensor, double *values,
                      size_t count);
void ref_follow(struct backend *b, ref_look *look, void *context);

/* Only for tests that look behind float32: */

/* Sum over the net's last tensor of value times its present gradient, in double. */
double ref_output_dot(const struct backend *b);

/* Fingerprint of every branch the last step took: which ReLUs were open, which input won each
 * pooling window, the sign of every L1 term. Two points with the same fingerprint lie on one smooth
 * piece of the function, so that a difference quotient between them means something. */
uint64_t ref_branches(const struct backend *b);

/* How far the last step stayed from the nearest such branch: the least distance of any ReLU's input
 * from 0, of a window's winner from its runner-up, of an L1's argument from 0. A backend in float32
 * takes the same branches only where this is well above its rounding; tests choose their values
 * accordingly. */
double ref_margin(const struct backend *b);

#endif
