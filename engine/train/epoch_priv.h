/* epoch_priv.h - the epoch loop. */
#ifndef COMBOLAB_ENGINE_TRAIN_EPOCH_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_EPOCH_PRIV_H

#include "engine/train/run_priv.h"

/* Trains the epochs that are left after run->at; each ends with EVENT_EPOCH, those that are
 * evaluated with best.safetensors where they are the best so far. Returns 0, also when patience ran
 * out; 1 when people asked for a stop; -1 on an error, with run->diverged set where a loss or a
 * weight is no longer finite; then steps may still be in flight, and nothing but closing the
 * backend is left to do. */
int epoch_loop(struct run *run, struct err *e);

#endif
