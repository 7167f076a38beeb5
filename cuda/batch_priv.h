/* batch_priv.h - what batch.c and images.c share: an epoch's plan and the images it is about. */
#ifndef COMBOLAB_CUDA_BATCH_PRIV_H
#define COMBOLAB_CUDA_BATCH_PRIV_H

#include "cuda/cuda_priv.h"

/* Of the present plan, a value for each sample of it. */
struct batch_plan {
    uint32_t *order;
    struct augment_draw *draws;
    struct state_place *place;
};

struct batch_state {
    void *plan_block, *host_block; /* on the device; pinned */
    struct batch_plan plan, host;  /* in those */

    struct image_set set;
    bool streams;
    float *truths;    /* on the device */
    int32_t *classes; /* on the device, or NULL */
    uint8_t *pixels;  /* on the device: all images, or the ring of crops */
    uint64_t *offset; /* of each image in `pixels`, unless they are streamed */
    uint8_t *ring;    /* pinned: the ring of crops again, where they are streamed */
    uint64_t *corner; /* of each sample of the plan: where in the set's pixels its crop begins */
    /* Samples of the plan that the set was told of, that it was told are read, that are queued to
     * be copied, and whose step is queued and marked. */
    size_t announced, released, staged, marked;
};

/* Memory of the device and pinned memory; NULL where there is none, and *e says so. */
void *cuda_batch_alloc(struct backend *b, size_t bytes, const char *what, struct err *e);
void *cuda_batch_pin(struct backend *b, size_t bytes, const char *what, struct err *e);

/* Where the images of a plan just copied lie: completes `host`, before that is uploaded. */
void cuda_images_begin(struct backend *b);
/* No more of the plan will be read. */
void cuda_images_end(struct backend *b);
void cuda_images_close(struct backend *b);

#endif
