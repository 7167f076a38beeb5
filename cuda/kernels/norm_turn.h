/* norm_turn.h - from the sums of parts to the factors of the gradient, for a block that has 8
 * channels (32 bytes next to one another) and LANES threads for each, which add in a fixed order.
 * Included behind kernel.h and norm_math.h. */
#ifndef COMBOLAB_CUDA_KERNELS_NORM_TURN_H
#define COMBOLAB_CUDA_KERNELS_NORM_TURN_H

#define TURN_CHANNELS 8

/* A thread's channel and its number among those of the channel. */
struct channel_thread {
    int c, lane;
    bool there;
};

static __device__ __forceinline__ channel_thread channel_thread_of(const map &m)
{
    int c = (int)(blockIdx.x * TURN_CHANNELS + threadIdx.x % TURN_CHANNELS);
    return {c, (int)threadIdx.x / TURN_CHANNELS, c < m.c};
}

/* Sums of N values over all threads of a channel, for each of them. */
template <int N, int LANES> static __device__ __forceinline__ void channel_sum(float v[N])
{
    constexpr int WARPS = TURN_CHANNELS * LANES / 32;
    SHARED_ARRAY(float, warps, N *WARPS *TURN_CHANNELS);
    int channel = threadIdx.x % TURN_CHANNELS, warp = threadIdx.x / 32;
    UNROLL
    for (int i = 0; i < N; i++) {
        v[i] += __shfl_xor_sync(0xffffffffu, v[i], 8);
        v[i] += __shfl_xor_sync(0xffffffffu, v[i], 16);
        if (threadIdx.x % 32 < TURN_CHANNELS)
            warps[(i * WARPS + warp) * TURN_CHANNELS + channel] = v[i];
    }
    __syncthreads();
    UNROLL
    for (int i = 0; i < N; i++) {
        v[i] = 0;
        UNROLL
        for (int w = 0; w < WARPS; w++)
            v[i] += warps[(i * WARPS + w) * TURN_CHANNELS + channel];
    }
}

/* What norm_turn_channels reads and makes: as kernel_norm_back_finish has it. */
struct norm_turning {
    const float *sums;
    map m;
    parts p;
    norm_values v;
    norm_gating g;
    float *gamma_gradient, *beta_gradient;
    norm_factors f;
};

/* A channel's sums of g and g * (raw - mean) over this thread's parts, behind the gate. */
template <int LANES>
static __device__ __forceinline__ void sum_parts(const norm_turning &n, const channel_thread &t,
                                                 float v[2])
{
    size_t line = (size_t)2 * n.m.c;
    UNROLL_BY(4)
    for (int i = t.lane; i < n.m.n * n.p.n; i += LANES) {
        float g = n.g.gate ? n.g.gate[(size_t)(i / n.p.n) * n.m.c + t.c] : 1;
        v[0] = fmaf(g, n.sums[i * line + t.c], v[0]);
        v[1] = fmaf(g, n.sums[i * line + n.m.c + t.c], v[1]);
    }
}

template <int LANES>
static __device__ __forceinline__ void norm_turn_channels(const norm_turning &n)
{
    channel_thread t = channel_thread_of(n.m);
    float both[2] = {0, 0}, area = (float)map_area(n.m);
    if (t.there)
        sum_parts<LANES>(n, t, both);
    UNROLL_BY(4)
    for (int i = t.lane; t.there && n.g.gate && i < n.m.n; i += LANES) {
        size_t at = (size_t)i * n.m.c + t.c;
        both[0] += n.g.squeezed_gradient[at];
        both[1] = fmaf(n.g.squeezed_gradient[at], n.g.image_mean[at] - n.v.mean[t.c], both[1]);
    }
    channel_sum<2, LANES>(both);
    if (!t.there)
        return;
    norm_turn turn = norm_turn_of(n.v, t.c, both[0], both[1], (float)n.m.n * area);
    if (t.lane == 0) {
        n.gamma_gradient[t.c] = turn.gamma_gradient;
        n.beta_gradient[t.c] = both[0];
        n.f.k[t.c] = turn.k;
    }
    if (!n.g.gate && t.lane == 0) {
        n.f.a[t.c] = turn.a;
        n.f.b[t.c] = turn.b;
    }
    for (int i = t.lane; n.g.gate && i < n.m.n; i += LANES)
        norm_turn_image(turn, n.g, (size_t)i * n.m.c + t.c, area, n.f);
}

#endif
