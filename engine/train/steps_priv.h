/* steps_priv.h - the losses by step of an epoch in progress, however many its steps are: where the
 * room is full, neighbours become their means. Plain data. */
#ifndef COMBOLAB_ENGINE_TRAIN_STEPS_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_STEPS_PRIV_H

#include "engine/event.h"

struct steps {
    struct snapshot_steps shown;
    int in_last; /* steps that the last point is the mean of, 1..each */
};

/* Forgets the former epoch's. */
void steps_begin(struct steps *s, int64_t run, int epoch);

/* Step `step` of the epoch has been done, with that total and LOSS_MAX_TERMS terms. */
void steps_add(struct steps *s, int step, double total, const double *term);

#endif
