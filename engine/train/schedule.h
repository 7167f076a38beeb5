/* schedule.h - learning rates, which epochs are evaluated, and which is likely the last. Pure
 * functions of the options. */
#ifndef COMBOLAB_ENGINE_TRAIN_SCHEDULE_H
#define COMBOLAB_ENGINE_TRAIN_SCHEDULE_H

#include "engine/config.h"

/* Learning rate of an epoch (from 1). Epoch e of a warm-up of n epochs has rate * e / (n + 1); the
 * schedule counts from its end, t = 0, 1, ...: step has rate * factor^floor(t / step), as PyTorch's
 * StepLR; cosine rate * (1 + cos(pi t / T)) / 2 with T = epochs - n, as CosineAnnealingLR with
 * eta_min 0; constant the rate itself. */
double schedule_learning_rate(const struct run_config *config, int epoch);

/* True when epoch (from 1) ends with an evaluation: every eval_every-th, and the last. */
bool schedule_evaluates(const struct run_config *config, int epoch);

/* Evaluations of the epochs after `from` up to `to`. */
int schedule_evaluations(const struct run_config *config, int from, int to);

/* The epoch after which training ends if no evaluation from that of `epoch` on is the best, when
 * `worse` before it weren't either: with patience that may be before the last one planned. */
int schedule_last(const struct run_config *config, int epoch, int worse);

/* True when `worse` evaluations in a row use up the patience. */
bool schedule_patience_over(const struct run_config *config, int worse);

#endif
