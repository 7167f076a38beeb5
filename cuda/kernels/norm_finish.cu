/* norm_finish.cu - from the sums of parts to a batch's statistics, and back to the factors of the
 * gradient: small kernels, whose time is that of a few loads one after the other. A block has 8
 * channels (32 bytes next to one another) and 64 threads for each, which add in a fixed order. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"
#include "cuda/kernels/norm_turn.h"
#include "cuda/kernels/plain.h"

#define LANES 64 /* of a channel */
#define THREADS (TURN_CHANNELS * LANES)

static unsigned finish_blocks(struct map m)
{
    return (unsigned)((m.c + TURN_CHANNELS - 1) / TURN_CHANNELS);
}

/* --- forward --- */

/* The mean over one image, from its parts. */
static __device__ float image_mean_of(const float *part, const map &m, const parts &p)
{
    norm_joined j = norm_join_begin(*part);
    UNROLL_BY(4)
    for (int i = 0; i < p.n; i++, part += (size_t)2 * m.c)
        norm_join(&j, (float)parts_pixels(m, p, i), *part, 0);
    return norm_join_mean(j, (float)map_area(m));
}

static __global__ void __launch_bounds__(THREADS)
    finish_channels(const float *moments, map m, parts p, norm_values v, float *image_mean)
{
    after_previous();
    channel_thread t = channel_thread_of(m);
    size_t line = (size_t)2 * m.c;
    norm_joined j = norm_join_begin(t.there ? moments[t.c] : 0);
    UNROLL_BY(4)
    for (int i = t.lane; t.there && i < m.n * p.n; i += LANES)
        norm_join(&j, (float)parts_pixels(m, p, i % p.n), moments[i * line + t.c],
                  moments[i * line + m.c + t.c]);
    for (int n = t.lane; t.there && image_mean && n < m.n; n += LANES)
        image_mean[(size_t)n * m.c + t.c] = image_mean_of(moments + n * p.n * line + t.c, m, p);
    float sums[3] = {j.sum, j.about, j.squares};
    channel_sum<3, LANES>(sums);
    if (t.lane || !t.there)
        return;
    j = {j.pivot, sums[0], sums[1], sums[2]};
    float count = (float)m.n * (float)map_area(m);
    norm_settle(v, t.c, norm_join_mean(j, count), norm_join_squares(j, count), count);
}

extern "C" int kernel_norm_finish(const float *moments, struct map m, struct parts p,
                                  const struct norm_values *v, float *image_mean, void *stream)
{
    if (kernel_plain("norm_finish"))
        return norm_plain_finish(moments, m, p, v, image_mean, stream);
    norm_values values = *v;
    return LAUNCH(finish_channels, finish_blocks(m), THREADS, 0, stream, moments, m, p, values,
                  image_mean);
}

/* --- backward --- */

static __global__ void __launch_bounds__(THREADS) back_finish_channels(norm_turning n)
{
    after_previous();
    norm_turn_channels<LANES>(n);
}

extern "C" int kernel_norm_back_finish(const float *sums, struct map m, struct parts p,
                                       const struct norm_values *v, const float *gate,
                                       const float *squeezed_gradient, const float *image_mean,
                                       float *gamma_gradient, float *beta_gradient,
                                       const struct norm_factors *f, void *stream)
{
    norm_turning n = {
        sums, m, p, *v, {gate, squeezed_gradient, image_mean}, gamma_gradient, beta_gradient, *f};
    if (kernel_plain("norm_back_finish"))
        return norm_plain_back_finish(sums, m, p, v, n.g, gamma_gradient, beta_gradient, f, stream);
    return LAUNCH(back_finish_channels, finish_blocks(m), THREADS, 0, stream, n);
}
