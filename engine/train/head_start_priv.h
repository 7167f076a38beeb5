/* head_start_priv.h - what the heads begin with where they come from no weight file. */
#ifndef COMBOLAB_ENGINE_TRAIN_HEAD_START_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_HEAD_START_PRIV_H

#include "engine/train/run_priv.h"

/* Sets the heads' values as the option head-start says, over those that door_set_initial gave:
 * with `mean` both begin at the best constant, the score head at the mean training score. */
int head_start(struct run *run, struct err *e);

#endif
