/* keep.h - weight files of a run: best.safetensors and last.safetensors. Internal to engine/train.
 *
 * best is written whenever an epoch's test correlation is the highest so far; an epoch without a
 * correlation (constant predictions) is never best. last is written at the end, at a stop, and when
 * a checkpoint is asked for. EVENT_CHECKPOINT carries the test predictions that the saved weights
 * made; none when the weights were saved in the middle of an epoch, since they have not been tested
 * then.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_KEEP_H
#define COMBOLAB_ENGINE_TRAIN_KEEP_H

#include "engine/train/run.h"

struct weights;

/* Makes the folder of the weights with all above it, and checks that it can be written to. */
int keep_folder(const char *path, struct err *e);

/* The backend's present parameters with what describes them; no step may be in flight. */
int keep_gather(struct run *run, struct weights **out, struct err *e);

/* Saves best or last and says so. On -1 the former file is as it was. */
int keep_weights(struct run *run, bool best, struct err *e);

#endif
