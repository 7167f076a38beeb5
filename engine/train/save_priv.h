/* save_priv.h - what is saved of a run: best.safetensors, last.safetensors, and checkpoints
 * (checkpoint_priv.h). The engine thread only copies; a thread of its own writes (writer_priv.h).
 *
 * best is written whenever an evaluation's correlation, on the images that choose the best epoch,
 * is the highest so far, unless a better one comes while it waits for the disk; one without a
 * correlation (constant predictions) is never best. last is written at the end, at a stop, and when
 * a checkpoint is asked for. EVENT_CHECKPOINT carries the test predictions that the saved weights
 * made; none when the weights were saved in the middle of an epoch, since they have not been tested
 * then.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_SAVE_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_SAVE_PRIV_H

#include "engine/train/run_priv.h"
#include "engine/train/writer_priv.h"

struct weights;

/* Makes the folder of the weights with all above it, and checks that it can be written to. */
int save_folder(const char *path, struct err *e);

/* Adds to a set what a reader needs besides names and shapes, and lists the net's parameters. */
int save_list(const struct run *run, struct weights *w, struct err *e);

/* Starts run->writer with all the memory that saving takes: two copies of parameters and momenta.
 */
int save_open(struct run *run, struct err *e);

/* Writes the parameters that the run begins with, before anything is trained. */
int save_initial(struct run *run, const char *path, struct err *e);

/* Copies what is to be saved: `weights`, which are WRITER_BEST, WRITER_LAST or 0, and the
 * checkpoint, unless the newest holds just that. A checkpoint that is due gives way to no later
 * one, nor does any where all are kept. The last weights are waited for, with all that was handed
 * over before, until they are on disk; else it waits for the disk only where writer_priv.h says so,
 * and for a run's first checkpoint that is due. No step may be in flight. -1 also for what could
 * not be written of earlier ones; with run->diverged set for a value that is not finite: what
 * training has lost replaces no good file, nor a copy that waits. */
int save_run(struct run *run, unsigned weights, bool due, struct err *e);

/* The newest checkpoint is older than the job allows. */
bool save_is_late(const struct run *run);

#endif
