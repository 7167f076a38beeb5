/* holdout_priv.h - --select val: which training images are held out to choose the best epoch. */
#ifndef COMBOLAB_ENGINE_TRAIN_HOLDOUT_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_HOLDOUT_PRIV_H

#include "engine/train/run_priv.h"

/* Moves images from run->train_split to run->val_split when the options ask for it. Each is drawn
 * by itself, from seed and place: so it depends on no other image and on no other option, and the
 * share is met on average. -1 when none would be held out, or none left. */
int holdout_choose(struct run *run, struct err *e);

#endif
