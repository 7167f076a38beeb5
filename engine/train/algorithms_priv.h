/* algorithms_priv.h - the backend that computes a run, its precision, and what it chose to compute
 * by stay with the run: checkpoints hold them, and who goes on from one goes on with them, so that
 * the run comes to the same bits.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_ALGORITHMS_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_ALGORITHMS_PRIV_H

#include "engine/train/run_priv.h"

struct weights;

/* Before a backend is chosen: sets run->recalled from the newest checkpoint that can be read, if
 * the run is resumed. */
int algorithms_recall(struct run *run, struct err *e);

/* After it failed to open: adds what to do where that was because of them. Returns -1. */
int algorithms_refused(const struct run *run, struct err *e);

/* Adds those in use to the metadata of a checkpoint; says whether a checkpoint's are those. */
int algorithms_put(const struct run *run, struct weights *w, struct err *e);
bool algorithms_same(const struct run *run, const struct weights *w);

#endif
