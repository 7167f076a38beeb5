/* epoch.h - the epoch loop. Internal to engine/train. */
#ifndef COMBOLAB_ENGINE_TRAIN_EPOCH_H
#define COMBOLAB_ENGINE_TRAIN_EPOCH_H

#include "engine/train/run.h"

/* Trains all epochs; each ends with an evaluation of the test split, EVENT_EPOCH, and
 * best.safetensors where it is the best so far. Returns 0; 1 when people asked for a stop; -1 on an
 * error, with run->diverged set where a loss is no longer finite; then steps may still be in
 * flight, and nothing but closing the backend is left to do. */
int epoch_loop(struct run *run, struct err *e);

#endif
