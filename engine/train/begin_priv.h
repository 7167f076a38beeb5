/* begin_priv.h - what a run begins with: weights of a file, where option init names one. */
#ifndef COMBOLAB_ENGINE_TRAIN_BEGIN_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_BEGIN_PRIV_H

#include "engine/train/run_priv.h"

/* Sets the parameters that the file has in the place of those drawn, once the net is open, and
 * notes what it had, and what it had not. Heads of another size stay as drawn. Of no effect for a
 * run that goes on from a checkpoint, or without such a file. */
int begin_run(struct run *run, struct err *e);

#endif
