/* step.h - launchers of what a step does besides its units: fetching a batch, heads, loss, update.
 */
#ifndef COMBOLAB_CUDA_KERNELS_STEP_H
#define COMBOLAB_CUDA_KERNELS_STEP_H

#include "cuda/kernels/map.h"
#include "cuda/kernels/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- batches --- */

/* An epoch's plan and the labels, all on the device. */
struct plan_values {
    const uint32_t *order;            /* of the plan: numbers of images */
    const struct augment_draw *draws; /* of the plan */
    const struct state_place *place;  /* of the plan */
    const float *truths;              /* of images */
    const int32_t *classes;           /* of images, or NULL */
};

/* Begins a plan: next = 0, and its learning rate. */
int kernel_begin_plan(struct state *s, float rate, void *stream);

/* Begins a batch of n samples: first = next, next += n, step += 1. */
int kernel_next_batch(struct state *s, int n, void *stream);

/* Augments and normalises the present batch into out: m's n, h, w; m.c channels, of which those
 * from the fourth on become 0. */
int kernel_fetch(enum element t, const struct state *s, struct plan_values p, const uint8_t *pixels,
                 struct map m, void *out, void *stream);

/* --- heads; features (n, c) --- */

int kernel_average(enum element t, const void *x, struct map m, float *features, void *stream);

/* to (n, outputs) = features w' + bias; w (outputs, c). */
int kernel_linear(const float *features, const float *w, const float *bias, int n, int c,
                  int outputs, float *to, void *stream);
int kernel_linear_back(const float *features, const float *gradient, int n, int c, int outputs,
                       float *w_gradient, float *bias_gradient, void *stream);

/* The gradient of x: both heads' shares (class_w and class_gradient NULL without the second),
 * spread evenly over the map. */
int kernel_average_back(enum element t, const float *score_w, const float *score_gradient,
                        const float *class_w, const float *class_gradient, int classes,
                        struct map m, void *x_gradient, void *stream);

/* What the host gets to see of each sample of a plan, in the plan's order: pinned memory. */
struct sample_result {
    double term[LOSS_MAX_TERMS]; /* unweighted */
    float score;
    float probability[LOSS_MAX_CLASSES];
};

/* The batch's losses: results[first + i], and gradients of the mean: score_gradient (n),
 * class_gradient (n, classes). Sets frozen and bad_step where the total is not finite. */
int kernel_loss(struct state *s, struct plan_values p, const float *scores, const float *logits,
                int n, struct sample_result *results, float *score_gradient, float *class_gradient,
                void *stream);

/* --- update --- */

/* Gradients of all trained values in one block of `count` floats, in chunks of SGD_CHUNK: the sums
 * of squares of each, then state.clip = min(1, clip_norm / (norm + 1e-6)). squares: one double a
 * chunk. */
#define SGD_CHUNK 16384
int kernel_clip(struct state *s, const float *gradients, size_t count, double clip_norm,
                double *squares, void *stream);

/* v = m v + (clip g + d w); w -= rate v, unless frozen; and the values again as bf16, unless NULL.
 * clip is 1 unless `clipped`. */
int kernel_sgd(const struct state *s, const float *gradients, float *values, float *momenta,
               size_t count, float momentum, float decay, bool clipped, struct bf16 *copy,
               void *stream);

/* to = from as bf16, and back. */
int kernel_to_bf16(const float *from, size_t count, struct bf16 *to, void *stream);
int kernel_to_float(const struct bf16 *from, size_t count, float *to, void *stream);

/* --- looking for faults --- */

/* Adds to *found the number of elements that are not finite. */
int kernel_count_bad(enum element t, const void *values, size_t count, unsigned long long *found,
                     void *stream);

#ifdef __cplusplus
}
#endif

#endif
