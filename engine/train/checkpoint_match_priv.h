/* checkpoint_match_priv.h - what a checkpoint says about the run it is of, so that no other run
 * goes on from it: every option's value, the data's fingerprint, which images train, what computed
 * and in which precision.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_CHECKPOINT_MATCH_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_CHECKPOINT_MATCH_PRIV_H

#include "engine/train/run_priv.h"

struct weights;

/* Adds them to the metadata. */
int checkpoint_match_put(const struct run *run, struct weights *w, struct err *e);

/* -1 with the option named where going on from `w` would not be going on with the same run. What
 * may differ are options of no influence on the numbers, and epochs and patience, which say when to
 * end.
 */
int checkpoint_match_check(const struct run *run, const struct weights *w, struct err *e);

/* What may differ, but changes the numbers (threads, device, library: their last bits; epochs: the
 * cosine that ends with them): a line for the log, or "" when nothing did. */
void checkpoint_match_warn(const struct run *run, const struct weights *w, char *to, size_t room);

#endif
