/* norm.h - launchers of batch norm with gate, shortcut and ReLU, there and back.
 *
 *   raw = conv(x)            m[n,c], q[n,c] of raw                      kernel_moments
 *   scale = gamma * inverse, shift = beta - mean * scale               kernel_norm_finish
 *   y = relu((scale * raw + shift) * gate + shortcut)                  kernel_norm_apply
 *
 * and back, with g the gradient of y where the ReLU let it through:
 *
 *   sums over an image of g and g * (raw - mean)                       kernel_norm_back_sums
 *   gamma's and beta's gradients, and factors a, b, k                  kernel_norm_back_finish
 *   gradient of raw = a * g + b + k * (raw - mean); of shortcut: g     kernel_norm_back_apply
 *
 * The gate's own layers are gate.h's. All sums are float32, in an order that depends on shapes
 * alone. Every kernel takes any number of channels; multiples of 8 are fast, and then tensors and
 * lines of channels are aligned to 16 bytes. plain.h tells how to have the plain twins instead,
 * whose sums differ in the last places and all else in nothing. Maps are those of the convolution's
 * output. Source of the moments' way: Chan, Golub, LeVeque 1983.
 */
#ifndef COMBOLAB_CUDA_KERNELS_NORM_H
#define COMBOLAB_CUDA_KERNELS_NORM_H

#include "cuda/kernels/map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A unit's norm: c values each. */
struct norm_values {
    const float *gamma, *beta;
    float *running_mean, *running_variance;
    float *mean, *inverse; /* of the batch: mean, 1 / deviation */
    float *scale, *shift;  /* the norm as one multiply-add */
};

/* Of each part of each image and each channel: the mean, then the sum of squares about it.
 * moments: (n, parts, 2, c). */
int kernel_moments(enum element t, const void *raw, struct map m, struct parts p, float *moments,
                   void *stream);

/* The batch's statistics from moments, running ones updated (momentum 0.1, unbiased variance),
 * scale and shift; and unless NULL image_mean (n, c), the mean of raw over each image. */
int kernel_norm_finish(const float *moments, struct map m, struct parts p,
                       const struct norm_values *v, float *image_mean, void *stream);

/* Both, in one launch where the parts are few: then the last block of each chunk of channels goes
 * on with what the others have summed. tickets: NORM_TICKETS(c) counters, 0 before and after. */
#define NORM_TICKETS(c) (((c) + 7) / 8)
int kernel_norm_statistics(enum element t, const void *raw, struct map m, struct parts p,
                           float *moments, unsigned *tickets, const struct norm_values *v,
                           float *image_mean, void *stream);

/* Scale and shift from running statistics. image_mean as above, from moments; both may be NULL. */
int kernel_norm_running(const struct norm_values *v, const float *moments, struct map m,
                        struct parts p, float *image_mean, void *stream);

struct norm_apply {
    const void *raw;
    const float *scale, *shift;
    const float *gate;    /* (n, c), or NULL */
    const void *shortcut; /* of raw's shape, or NULL */
    bool relu;
    void *out;     /* may be raw or shortcut themselves */
    uint8_t *mask; /* bit i % 8 of byte i / 8: whether y's element i is above 0; or NULL */
    bool from_end; /* raw was just written and not read since: same values, sooner */
};

int kernel_norm_apply(enum element t, const struct norm_apply *a, struct map m, void *stream);

/* The same and a max-pool at once: out is the pooled map, winner one byte for each of its elements:
 * which tap of its window won (rows, then columns; the first of equals, NaN over everything), or
 * POOL_CUT where the winner is not above 0 behind a ReLU. `mask` is not used. */
#define POOL_CUT 255 /* so a window has at most 255 taps */

struct pool_shape {
    int kernel, stride, pad;
    int out_h, out_w;
};

int kernel_norm_pool(enum element t, const struct norm_apply *a, struct map m,
                     struct pool_shape pool, uint8_t *winner, void *stream);

/* From the pooled map's gradient to that of the map before it (replaced), what a ReLU cut off left
 * out. winner is NULL-free; m is the map before the pool. */
int kernel_pool_back(enum element t, const void *pooled_gradient, const uint8_t *winner,
                     struct map m, struct pool_shape pool, void *gradient, void *stream);

struct norm_back {
    const void *raw;
    void *gradient;      /* of y; with SHORTCUT_SHARED it becomes g */
    const uint8_t *mask; /* or NULL: */
    bool relu;           /* then where scale * raw + shift is not above 0, y was 0 */
    const float *mean, *scale, *shift;
};

/* sums: (n, parts, 2, c): of g, then of g * (raw - mean). */
int kernel_norm_back_sums(enum element t, const struct norm_back *a, struct map m, struct parts p,
                          float *sums, void *stream);

/* What kernel_norm_back_finish makes of them. */
struct norm_factors {
    float *a, *b; /* (c), or with a gate (n, c) */
    float *k;     /* (c) */
};

/* With a gate: gate (n, c), squeezed_gradient (n, c) of kernel_gate_back, and image_mean (n, c);
 * else all three NULL. */
int kernel_norm_back_finish(const float *sums, struct map m, struct parts p,
                            const struct norm_values *v, const float *gate,
                            const float *squeezed_gradient, const float *image_mean,
                            float *gamma_gradient, float *beta_gradient,
                            const struct norm_factors *f, void *stream);

/* The sums, and what is made of them for a unit without gate; as kernel_norm_statistics. */
int kernel_norm_back_turn(enum element t, const struct norm_back *a, struct map m, struct parts p,
                          float *sums, unsigned *tickets, const struct norm_values *v,
                          float *gamma_gradient, float *beta_gradient, const struct norm_factors *f,
                          void *stream);

/* Where g goes besides: nowhere, into the shortcut's gradient, added to it, or into the place of
 * the gradient itself. */
enum shortcut_part { SHORTCUT_NONE, SHORTCUT_FIRST, SHORTCUT_ADDED, SHORTCUT_SHARED };

int kernel_norm_back_apply(enum element t, const struct norm_back *a, struct map m,
                           const struct norm_factors *f, bool gated, void *raw_gradient,
                           enum shortcut_part part, void *shortcut_gradient, void *stream);

#ifdef __cplusplus
}
#endif

#endif
