/* norm_finish.cu - from the sums of parts to a batch's statistics, and back to the factors of the
 * gradient: small kernels, whose time is that of a few loads one after the other. A block has 8
 * channels (32 bytes next to one another) and 64 threads for each, which add in a fixed order. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"
#include "cuda/kernels/plain.h"

#define CHANNELS 8
#define LANES 64 /* of a channel */
#define THREADS (CHANNELS * LANES)
#define WARPS (THREADS / 32)

/* A thread's channel and its number among those of the channel. */
struct finish_thread {
    int c, lane;
    bool there;
};

static __device__ __forceinline__ finish_thread finish_thread_of(const map &m)
{
    int c = (int)(blockIdx.x * CHANNELS + threadIdx.x % CHANNELS);
    return {c, (int)threadIdx.x / CHANNELS, c < m.c};
}

static unsigned finish_blocks(struct map m)
{
    return (unsigned)((m.c + CHANNELS - 1) / CHANNELS);
}

/* Sums of N values over all threads of a channel, for each of them. */
template <int N> static __device__ __forceinline__ void channel_sum(float v[N])
{
    SHARED_ARRAY(float, warps, N *WARPS *CHANNELS);
    int channel = threadIdx.x % CHANNELS, warp = threadIdx.x / 32;
    UNROLL
    for (int i = 0; i < N; i++) {
        v[i] += __shfl_xor_sync(0xffffffffu, v[i], 8);
        v[i] += __shfl_xor_sync(0xffffffffu, v[i], 16);
        if (threadIdx.x % 32 < CHANNELS)
            warps[(i * WARPS + warp) * CHANNELS + channel] = v[i];
    }
    __syncthreads();
    UNROLL
    for (int i = 0; i < N; i++) {
        v[i] = 0;
        UNROLL
        for (int w = 0; w < WARPS; w++)
            v[i] += warps[(i * WARPS + w) * CHANNELS + channel];
    }
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
    finish_thread t = finish_thread_of(m);
    size_t line = (size_t)2 * m.c;
    norm_joined j = norm_join_begin(t.there ? moments[t.c] : 0);
    UNROLL_BY(4)
    for (int i = t.lane; t.there && i < m.n * p.n; i += LANES)
        norm_join(&j, (float)parts_pixels(m, p, i % p.n), moments[i * line + t.c],
                  moments[i * line + m.c + t.c]);
    for (int n = t.lane; t.there && image_mean && n < m.n; n += LANES)
        image_mean[(size_t)n * m.c + t.c] = image_mean_of(moments + n * p.n * line + t.c, m, p);
    float sums[3] = {j.sum, j.about, j.squares};
    channel_sum<3>(sums);
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

/* A channel's sums of g and g * (raw - mean) over this thread's parts, behind the gate. */
static __device__ __forceinline__ void sum_parts(const float *sums, const map &m, const parts &p,
                                                 const float *gate, const finish_thread &t,
                                                 float v[2])
{
    size_t line = (size_t)2 * m.c;
    UNROLL_BY(4)
    for (int i = t.lane; i < m.n * p.n; i += LANES) {
        float g = gate ? gate[(size_t)(i / p.n) * m.c + t.c] : 1;
        v[0] = fmaf(g, sums[i * line + t.c], v[0]);
        v[1] = fmaf(g, sums[i * line + m.c + t.c], v[1]);
    }
}

static __global__ void __launch_bounds__(THREADS)
    back_finish_channels(const float *sums, map m, parts p, norm_values v, norm_gating g,
                         float *gamma_gradient, float *beta_gradient, norm_factors f)
{
    after_previous();
    finish_thread t = finish_thread_of(m);
    float both[2] = {0, 0}, area = (float)map_area(m);
    if (t.there)
        sum_parts(sums, m, p, g.gate, t, both);
    UNROLL_BY(4)
    for (int n = t.lane; t.there && g.gate && n < m.n; n += LANES) {
        size_t at = (size_t)n * m.c + t.c;
        both[0] += g.squeezed_gradient[at];
        both[1] = fmaf(g.squeezed_gradient[at], g.image_mean[at] - v.mean[t.c], both[1]);
    }
    channel_sum<2>(both);
    if (!t.there)
        return;
    norm_turn turn = norm_turn_of(v, t.c, both[0], both[1], (float)m.n * area);
    if (t.lane == 0) {
        gamma_gradient[t.c] = turn.gamma_gradient;
        beta_gradient[t.c] = both[0];
        f.k[t.c] = turn.k;
    }
    if (!g.gate && t.lane == 0) {
        f.a[t.c] = turn.a;
        f.b[t.c] = turn.b;
    }
    for (int n = t.lane; g.gate && n < m.n; n += LANES)
        norm_turn_image(turn, g, (size_t)n * m.c + t.c, area, f);
}

extern "C" int kernel_norm_back_finish(const float *sums, struct map m, struct parts p,
                                       const struct norm_values *v, const float *gate,
                                       const float *squeezed_gradient, const float *image_mean,
                                       float *gamma_gradient, float *beta_gradient,
                                       const struct norm_factors *f, void *stream)
{
    norm_gating g = {gate, squeezed_gradient, image_mean};
    norm_values values = *v;
    norm_factors factors = *f;
    if (kernel_plain("norm_back_finish"))
        return norm_plain_back_finish(sums, m, p, v, g, gamma_gradient, beta_gradient, f, stream);
    return LAUNCH(back_finish_channels, finish_blocks(m), THREADS, 0, stream, sums, m, p, values, g,
                  gamma_gradient, beta_gradient, factors);
}
