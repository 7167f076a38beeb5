/* norm_math.h - a norm's arithmetic on one element, there and back. One copy, with every fused
 * multiply-add written out: so that what a ReLU lets through is the same in each kernel that asks,
 * whatever the compiler makes of it. Included behind kernel.h. */
#ifndef COMBOLAB_CUDA_KERNELS_NORM_MATH_H
#define COMBOLAB_CUDA_KERNELS_NORM_MATH_H

#include "cuda/kernels/norm.h"

#include <math.h>

#define NORM_EPS 1e-5f
#define NORM_MOMENTUM 0.1f

/* y before the ReLU. Without a gate: 1; without a shortcut: 0. */
static __device__ __forceinline__ float norm_value(float raw, float scale, float shift, float gate,
                                                   float shortcut)
{
    return fmaf(fmaf(scale, raw, shift), gate, shortcut);
}

static __device__ __forceinline__ float norm_relu(float v)
{
    return v < 0 ? 0 : v; /* not fmaxf: NaN has to get through */
}

/* What the ReLU lets through of g, for a unit without gate and shortcut. */
static __device__ __forceinline__ float norm_let_through(float g, float raw, float scale,
                                                         float shift)
{
    return norm_value(raw, scale, shift, 1, 0) > 0 ? g : 0;
}

/* The gradient of raw. */
static __device__ __forceinline__ float norm_raw_gradient(float g, float a, float b, float k,
                                                          float raw, float mean)
{
    return fmaf(k, raw - mean, fmaf(a, g, b));
}

/* Moments of several sets joined, about a pivot near their means (Chan, Golub, LeVeque 1983). */
struct norm_joined {
    float pivot, sum, about, squares; /* of w * off, w * off * off, and of the sets' own squares */
};

static __device__ __forceinline__ norm_joined norm_join_begin(float pivot)
{
    return {pivot, 0, 0, 0};
}

static __device__ __forceinline__ void norm_join(norm_joined *j, float count, float mean,
                                                 float squares)
{
    float off = mean - j->pivot, all = count * off;
    j->sum += all;
    j->about = fmaf(all, off, j->about);
    j->squares += squares;
}

static __device__ __forceinline__ float norm_join_mean(const norm_joined &j, float count)
{
    return j.pivot + j.sum / count;
}

static __device__ __forceinline__ float norm_join_squares(const norm_joined &j, float count)
{
    return j.squares + fmaf(-j.sum / count, j.sum, j.about);
}

/* A batch's moments of one channel become its statistics; count = n h w. */
static __device__ __forceinline__ void norm_settle(const struct norm_values &v, int c, float mean,
                                                   float squares, float count)
{
    float inverse = 1 / sqrtf(squares / count + NORM_EPS), scale = v.gamma[c] * inverse;
    v.running_mean[c] = fmaf(NORM_MOMENTUM, mean - v.running_mean[c], v.running_mean[c]);
    v.running_variance[c] =
        fmaf(NORM_MOMENTUM, squares / (count - 1) - v.running_variance[c], v.running_variance[c]);
    v.mean[c] = mean;
    v.inverse[c] = inverse;
    v.scale[c] = scale;
    v.shift[c] = fmaf(-mean, scale, v.beta[c]);
}

/* What a gate adds to backward, n c each; all NULL without one. The gradient of the norm's output
 * is then g * gate + squeezed_gradient / area. */
struct norm_gating {
    const float *gate, *squeezed_gradient, *image_mean;
};

/* What the sums over a batch, of that gradient and of it times raw - mean, come to. */
struct norm_turn {
    float gamma_gradient, a, b, k;
};

static __device__ __forceinline__ norm_turn norm_turn_of(const struct norm_values &v, int c,
                                                         float sum, float product, float count)
{
    float inverse = v.inverse[c], scale = v.scale[c];
    return {product * inverse, scale, -scale * (sum / count),
            -scale * inverse * inverse * (product / count)};
}

/* Under a gate a and b are an image's own. */
static __device__ __forceinline__ void norm_turn_image(const norm_turn &t, const norm_gating &g,
                                                       size_t at, float area,
                                                       const struct norm_factors &f)
{
    f.a[at] = t.a * g.gate[at];
    f.b[at] = fmaf(t.a, g.squeezed_gradient[at] / area, t.b);
}

#endif
