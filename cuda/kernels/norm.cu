/* norm.cu - norm.h's launchers: the fast kernel where it can do the shape, else the plain twin. */
#include "cuda/kernels/norm_plain.h"

extern "C" int kernel_moments(enum element t, const void *raw, struct map m, struct parts p,
                              float *moments, void *stream)
{
    return norm_plain_moments(t, raw, m, p, moments, stream);
}

extern "C" int kernel_norm_finish(const float *moments, struct map m, struct parts p,
                                  const struct norm_values *v, float *image_mean, void *stream)
{
    return norm_plain_finish(moments, m, p, v, image_mean, stream);
}

extern "C" int kernel_norm_apply(enum element t, const struct norm_apply *a, struct map m,
                                 void *stream)
{
    return norm_plain_apply(t, a, m, stream);
}

extern "C" int kernel_norm_pool(enum element t, const struct norm_apply *a, struct map m,
                                struct pool_shape pool, uint8_t *winner, void *stream)
{
    return norm_plain_pool(t, a, m, pool, winner, stream);
}

extern "C" int kernel_pool_back(enum element t, const void *pooled_gradient, const uint8_t *winner,
                                struct map m, struct pool_shape pool, void *gradient, void *stream)
{
    return norm_plain_pool_back(t, pooled_gradient, winner, m, pool, gradient, stream);
}

extern "C" int kernel_norm_back_sums(enum element t, const struct norm_back *a, struct map m,
                                     struct parts p, float *sums, void *stream)
{
    return norm_plain_back_sums(t, a, m, p, sums, stream);
}

extern "C" int kernel_norm_back_finish(const float *sums, struct map m, struct parts p,
                                       const struct norm_values *v, const float *gate,
                                       const float *squeezed_gradient, const float *image_mean,
                                       float *gamma_gradient, float *beta_gradient,
                                       const struct norm_factors *f, void *stream)
{
    return norm_plain_back_finish(sums, m, p, v, gate, squeezed_gradient, image_mean,
                                  gamma_gradient, beta_gradient, f, stream);
}

extern "C" int kernel_norm_back_apply(enum element t, const struct norm_back *a, struct map m,
                                      const struct norm_factors *f, bool gated, void *raw_gradient,
                                      enum shortcut_part part, void *shortcut_gradient,
                                      void *stream)
{
    return norm_plain_back_apply(t, a, m, f, gated, raw_gradient, part, shortcut_gradient, stream);
}
