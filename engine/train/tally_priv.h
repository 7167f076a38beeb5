/* tally_priv.h - what the steps of one phase add up to: means over its images, and every
 * prediction. */
#ifndef COMBOLAB_ENGINE_TRAIN_TALLY_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_TALLY_PRIV_H

#include "engine/core/backend.h"
#include "engine/event.h"
#include "engine/train/gradients_priv.h"

struct tally {
    const struct loss_spec *loss;
    size_t n;     /* images so far */
    double total; /* sums over images, not yet means */
    double term[LOSS_MAX_TERMS];
    struct gradients gradients; /* of steps that were measured */
    float *scores;              /* predictions, in the plan's order */
    double *truth;              /* the same images' scores */
    double *expectation;        /* NaN without classes */
    int *predicted_class;       /* 1-based, 0 without classes */
};

/* Room for `images` predictions. */
int tally_init(struct tally *t, const struct loss_spec *loss, size_t images, struct err *e);
void tally_fini(struct tally *t);

void tally_clear(struct tally *t);

/* Adds a step, weighted by its images. truth[i] belongs to the result's i-th sample. */
void tally_add(struct tally *t, const struct backend_result *result, const double *truth);

/* The figures of a phase that there was none of: no images, NaN. */
void tally_nothing(struct event_phase *out);

/* The means so far, as an epoch's event wants them. */
void tally_phase(const struct tally *t, double seconds, struct event_phase *out);

#endif
