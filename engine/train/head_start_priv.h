/* head_start_priv.h - what heads begin with that come from no weight file. */
#ifndef COMBOLAB_ENGINE_TRAIN_HEAD_START_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_HEAD_START_PRIV_H

#include "engine/train/run_priv.h"

/* With head-start mean: heads that begin_run has not set predict the best constant for every image,
 * the score head the mean training score. Of no effect for a run that goes on. */
int head_start(struct run *run, struct err *e);

#endif
