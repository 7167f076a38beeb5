/* predict_priv.h - an open net and what its images go through: predict_open.c brings the weights
 * in, predict.c the images. */
#ifndef COMBOLAB_ENGINE_PREDICT_PREDICT_PRIV_H
#define COMBOLAB_ENGINE_PREDICT_PREDICT_PRIV_H

#include "engine/core/door.h"
#include "engine/predict/predict.h"

/* Images that are decoded while as many others are computed. */
#define PREDICT_BATCHES 8

struct predict {
    struct predict_options options; /* without its texts */
    struct predict_facts facts;
    struct net net;
    struct loss_spec loss;
    struct augment_spec augment;
    struct door *door;
    int batch;
    size_t room;               /* images of a chunk: whole batches */
    struct image_place *place; /* room */
    float *scores;             /* room: labels, which evaluation does not look at */
    int *classes;              /* room */
    uint32_t *order;           /* of a plan: room, twice that with flip */
    struct augment_draw *draws;
    struct prediction *found; /* room */
};

#endif
