/* kernels.h - the edge between C and our CUDA kernels: launchers with C linkage.
 *
 * Every launcher queues its kernel on a stream and returns a cudaError_t as int (0 = queued).
 * Pointers are device memory unless said otherwise.
 */
#ifndef COMBOLAB_CUDA_KERNELS_H
#define COMBOLAB_CUDA_KERNELS_H

#include "engine/core/augment.h"
#include "engine/core/loss.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One sample of a batch: where its image lies and what was drawn for it. */
struct kernel_sample {
    uint64_t offset; /* of the image's first byte in `pixels` */
    int32_t image_width;
    struct augment_draw draw;
};

/* Augments and normalises n stored RGB8 images into out (n, height, width, 3), float32. */
int kernel_fetch(const uint8_t *pixels, const struct kernel_sample *samples,
                 const struct augment_table *table, int n, int height, int width, float *out,
                 void *stream);

/* Loss of n samples: scores (n), logits (n, classes), truths (n), classes (n, 0-based) to terms
 * (n, LOSS_MAX_TERMS) before the mean, and gradients of the mean (divided by n): score_gradient
 * (n), logit_gradient (n, classes). */
int kernel_loss(const struct loss_spec *spec, const float *scores, const float *logits,
                const float *truths, const int *classes, int n, double *terms,
                float *score_gradient, float *logit_gradient, void *stream);

#ifdef __cplusplus
}
#endif

#endif
