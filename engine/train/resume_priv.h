/* resume_priv.h - goes on from a checkpoint. */
#ifndef COMBOLAB_ENGINE_TRAIN_RESUME_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_RESUME_PRIV_H

#include "engine/train/run_priv.h"

/* Looks for the newest checkpoint in the folder of the weights that is whole and of this net, and
 * sets backend, run->at and the training tally to what it holds. One that is not is passed over for
 * the one before; when there is none, the run begins at its beginning. -1 when a whole checkpoint
 * is of a run with other settings (the option is named), when memory fails, or the backend does. */
int resume_run(struct run *run, struct err *e);

#endif
