/* predict.h - what a file of weights says of images: a net with its heads, for evaluation alone.
 *
 * Order of calls: predict_open, then predict_images as often as wanted, predict_close. One thread
 * at a time; images are decoded on threads of its own while others are computed.
 *
 * The file is of any container and naming that a run can begin with (engine/weights). What it says
 * of itself in its metadata (image_size, resize, mean, std, class_values) is used; a file that says
 * nothing is taken to want 224 pixels, ImageNet's mean and deviation, and classes that stand for 1,
 * 2, 3 ...
 */
#ifndef COMBOLAB_ENGINE_PREDICT_PREDICT_H
#define COMBOLAB_ENGINE_PREDICT_PREDICT_H

#include "engine/config.h"
#include "engine/core/backend.h"

struct predict;

struct predict_options {
    const char *weights; /* path */
    /* Images that they were trained with, where that is not in the metadata. */
    enum config_init_order order;
    enum config_init_scale scale;
    const char *device; /* as --device */
    enum backend_precision precision;
    int threads;            /* 0 = one a core */
    int batch;              /* images in a step, at most */
    size_t expected;        /* images that will come: fewer than `batch` make it smaller */
    int image_size, resize; /* pixels; 0 = as the file says */
    bool flip;              /* mean over each image and its mirror image */
    const char *cache;      /* folder for what backends measure; NULL = nowhere */
    const struct backend_ops *backend; /* tests; NULL = by device */
    const atomic_bool *cancel;         /* may be NULL */
};

/* What was opened. */
struct predict_facts {
    char net[NET_NAME_BYTES];
    char naming[64]; /* whose names the file's tensors have */
    char device[128], precision[8];
    int image_size, resize;
    int classes; /* 0 = no class head */
    double class_value[LOSS_MAX_CLASSES];
    bool values_assumed; /* to be 1, 2, 3 ...: the file does not say */
};

struct prediction {
    double score;
    double expectation; /* of the class head; NaN without one */
    int most;           /* the likeliest class, from 1; 0 without a class head */
    double probability[LOSS_MAX_CLASSES];
};

/* ERR_FORMAT names the tensor that a file lacks, first of all a score head. 1 = cancelled. */
int predict_open(struct predict **out, const struct predict_options *options, struct err *e);
void predict_close(struct predict *p); /* NULL is allowed */

const struct predict_facts *predict_facts(const struct predict *p);

/* For image i, in order, from the caller's thread: `prediction`, or NULL and why it could not be
 * decoded. -1 ends predict_images. */
typedef int (*predict_taker)(void *context, size_t i, const struct prediction *prediction,
                             const char *damage, struct err *e);

/* 0, -1, or 1 when cancelled: then `take` has been called for the first images only. */
int predict_images(struct predict *p, const char *const *paths, size_t n, predict_taker take,
                   void *context, struct err *e);

#endif
