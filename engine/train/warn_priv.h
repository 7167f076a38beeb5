/* warn_priv.h - what a run says of training that is likely to go wrong, with the remedy. From the
 * engine thread. */
#ifndef COMBOLAB_ENGINE_TRAIN_WARN_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_WARN_PRIV_H

#include "engine/train/run_priv.h"

/* Once the net is open: batch norm that learns its statistics from too few values. */
void warn_few_values(const struct run *run);

/* After an epoch: errors far beyond the range of the scores. Once a run. */
void warn_far_errors(struct run *run, const struct event_epoch *x);

#endif
