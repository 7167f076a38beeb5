/* gradients_priv.h - what the terms of a loss pull at: the gradients of its weighted terms by the
 * pooled features, while it trains, and how far they agree.
 *
 * The heads are linear: outputs z = W h + b of an image's features h. So its gradient of a term by
 * h is W' d, where d is that by the outputs, which loss_math.h has; and the inner product of those
 * of two terms is d_a' (W W') d_b. It takes the outputs that a step gives anyway, and W as it was
 * when the step began: read while no step is in flight, so at some steps of an epoch alone.
 *
 * Order of calls: gradients_open -> { gradients_read -> gradients_add }* -> gradients_close, and
 * gradients_figures at any time. All from the engine thread.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_GRADIENTS_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_GRADIENTS_PRIV_H

#include "engine/core/door.h"
#include "engine/event.h"

/* The score, then the classes. */
#define GRADIENTS_OUTPUTS (1 + LOSS_MAX_CLASSES)

/* Sums over the images of an epoch's steps so far. */
struct gradients {
    int64_t images;
    double product[LOSS_MAX_TERMS][LOSS_MAX_TERMS]; /* of terms a <= b */
};

/* What checkpoints call them. */
#define GRADIENTS_KEY_IMAGES "gradient_images"
#define GRADIENTS_KEY_BYTES 40
const char *gradients_key(int a, int b, char to[GRADIENTS_KEY_BYTES]);

/* The weights of the heads. */
struct gradients_heads {
    float *weights; /* outputs x features */
    int outputs, features;
    double gram[GRADIENTS_OUTPUTS][GRADIENTS_OUTPUTS]; /* W W', as read last */
};

/* Room for the heads of an open net; after a failure too, gradients_close. */
int gradients_open(struct gradients_heads *heads, const struct door *door, struct err *e);
void gradients_close(struct gradients_heads *heads);

/* Whether step `step`, from 0, of an epoch of `steps` is one of those that are measured: its first,
 * and others spread over it, as many as have 256 images together but no more than one in four. */
bool gradients_due(size_t step, size_t steps, size_t batch);

/* Reads the weights, for the step that is begun next. No step is in flight. 0 or -1. */
int gradients_read(struct gradients_heads *heads, struct door *door, struct err *e);

/* Adds that step. truth[i] and classes[i] (0-based; NULL without classes) belong to the result's
 * i-th sample. */
void gradients_add(struct gradients *g, const struct gradients_heads *heads,
                   const struct loss_spec *loss, const struct backend_result *result,
                   const double *truth, const int *classes);

/* The gradients' lengths, as the root of the mean square over images, and the cosines between them,
 * in the order of struct event_epoch; NaN for what there is none of. */
void gradients_figures(const struct gradients *g, int terms, double norm[LOSS_MAX_TERMS],
                       double cosine[LOSS_MAX_PAIRS]);

#endif
