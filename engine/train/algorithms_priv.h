/* algorithms_priv.h - what a backend chose to compute by stays with a run: checkpoints hold it, and
 * who goes on from one gives it back, so that the run comes to the same bits.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_ALGORITHMS_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_ALGORITHMS_PRIV_H

#include "engine/train/run_priv.h"

struct weights;

/* Before the backend of that name is opened: sets run->recalled from the newest checkpoint that can
 * be read, if the run is resumed, keeps its algorithms and was computed by that backend. */
int algorithms_recall(struct run *run, const char *backend, struct err *e);

/* After it failed to open: adds what to do where that was because of them. Returns -1. */
int algorithms_refused(const struct run *run, struct err *e);

/* Adds those in use to the metadata of a checkpoint; says whether a checkpoint's are those. */
int algorithms_put(const struct run *run, struct weights *w, struct err *e);
bool algorithms_same(const struct run *run, const struct weights *w);

#endif
