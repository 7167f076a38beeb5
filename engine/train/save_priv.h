/* save_priv.h - weight files of a run: best.safetensors and last.safetensors.
 *
 * best is written whenever an evaluation's correlation, on the images that choose the best epoch,
 * is the highest so far; one without a correlation (constant predictions) is never best. last is
 * written at the end, at a stop, and when a checkpoint is asked for. EVENT_CHECKPOINT carries the
 * test predictions that the saved weights made; none when the weights were saved in the middle of
 * an epoch, since they have not been tested then.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_SAVE_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_SAVE_PRIV_H

#include "engine/train/run_priv.h"

struct weights;

/* Makes the folder of the weights with all above it, and checks that it can be written to. */
int save_folder(const char *path, struct err *e);

/* Adds to a set what a reader needs besides names and shapes, and lists the net's parameters. */
int save_list(const struct run *run, struct weights *w, struct err *e);

/* Parameter `index`, or its momentum, as a file wants it. A value that is not finite is an error
 * and sets run->diverged: what training has lost replaces no good file. No step may be in flight.
 */
int save_values(struct run *run, enum backend_kind kind, int index, float *to, struct err *e);

/* Writes the backend's present parameters, one tensor at a time. On -1 the former file is as it
 * was.
 */
int save_file(struct run *run, const char *path, struct err *e);

/* Saves best or last and says so. */
int save_weights(struct run *run, bool best, struct err *e);

/* Shows that something is being saved, and the phase before it again. */
void save_show(struct run *run, bool begins, struct snapshot *before);

#endif
