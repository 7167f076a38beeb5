/* warn_priv.h - what a run says of training that is likely to go wrong, with the remedy. From the
 * engine thread. */
#ifndef COMBOLAB_ENGINE_TRAIN_WARN_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_WARN_PRIV_H

#include "engine/train/run_priv.h"

/* Once the net is open: batch norm that learns its statistics from too few values. */
void warn_few_values(const struct run *run);

/* False where no learning rate makes SGD diverge: the loss's slope, or the gradient, has a bound.
 */
bool warn_may_be_unstable(const struct run *run);

/* Between the forward and the backward half of the first step, of `images`: a learning rate beyond
 * what the features' length allows. 0 or -1. */
int warn_unstable(const struct run *run, int images, struct err *e);

/* After an epoch: errors far beyond the range of the scores. Once a run. */
void warn_far_errors(struct run *run, const struct event_epoch *x);

#endif
