/* norm_plain.h - the plain twins of norm.h's launchers: one thread an element or a channel, and
 * nothing shared. Each has its launcher's contract. Included behind kernel.h. */
#ifndef COMBOLAB_CUDA_KERNELS_NORM_PLAIN_H
#define COMBOLAB_CUDA_KERNELS_NORM_PLAIN_H

#include "cuda/kernels/norm_math.h"

int norm_plain_moments(enum element t, const void *raw, struct map m, struct parts p,
                       float *moments, void *stream);
int norm_plain_finish(const float *moments, struct map m, struct parts p,
                      const struct norm_values *v, float *image_mean, void *stream);
int norm_plain_apply(enum element t, const struct norm_apply *a, struct map m, void *stream);
int norm_plain_pool(enum element t, const struct norm_apply *a, struct map m,
                    struct pool_shape pool, uint8_t *winner, void *stream);
int norm_plain_pool_back(enum element t, const void *pooled_gradient, const uint8_t *winner,
                         struct map m, struct pool_shape pool, void *gradient, void *stream);
int norm_plain_back_sums(enum element t, const struct norm_back *a, struct map m, struct parts p,
                         float *sums, void *stream);
int norm_plain_back_finish(const float *sums, struct map m, struct parts p,
                           const struct norm_values *v, struct norm_gating g, float *gamma_gradient,
                           float *beta_gradient, const struct norm_factors *f, void *stream);
int norm_plain_back_apply(enum element t, const struct norm_back *a, struct map m,
                          const struct norm_factors *f, bool gated, void *raw_gradient,
                          enum shortcut_part part, void *shortcut_gradient, void *stream);

#endif
