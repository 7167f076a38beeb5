/* tile_moments.h - moments (norm.h) of results as tensor cores leave them: of a tile of 16 results
 * by 8 * TILES channels, the products mma_16x8x16 made of TILES right-hand sides. Included behind
 * kernel.h.
 *
 * Column c of right-hand side t is channel tile_channel(t, c), so that a lane holds 2 * TILES
 * neighbouring channels of result lane / 4 and of the one 8 behind it.
 */
#ifndef COMBOLAB_CUDA_KERNELS_TILE_MOMENTS_H
#define COMBOLAB_CUDA_KERNELS_TILE_MOMENTS_H

#define QUADS 4 /* lanes that hold a result's channels */
#define PIVOT 5 /* the result of a band whose value moments are about */

template <int TILES> static __device__ __forceinline__ int tile_channel(int tile, int column)
{
    return column / 2 * 2 * TILES + tile * 2 + column % 2;
}

/* Of some pixels of a channel: how many, their mean, the sum of squares about it. */
struct moment {
    float count, mean, squares;
};

/* Source: Chan, Golub, LeVeque 1983. */
static __device__ __forceinline__ moment joined(moment a, moment b)
{
    const float count = a.count + b.count, share = count > 0 ? b.count / count : 0;
    const float off = b.mean - a.mean;
    return {count, a.mean + off * share, a.squares + b.squares + off * off * a.count * share};
}

/* A lane's share of its channels, about one of the tile's first values. */
template <int TILES> struct lane_sums {
    float pivot[2 * TILES], sum[2 * TILES], squares[2 * TILES];
};

/* Of the results from number `first` on. */
template <int TILES>
static __device__ __forceinline__ void add_results(lane_sums<TILES> *s, const float sum[TILES][4],
                                                   bool begins, int first, int pixels)
{
    const int lane = (int)threadIdx.x % 32;
    if (begins) { /* not at a corner: what stands out would be a poor pivot */
        UNROLL
        for (int i = 0; i < 2 * TILES; i++)
            s->pivot[i] = __shfl_sync(0xffffffffu, sum[i / 2][i % 2], PIVOT * QUADS + lane % QUADS);
    }
    UNROLL
    for (int i = 0; i < 2 * TILES; i++) {
        const float v[2] = {sum[i / 2][i % 2], sum[i / 2][2 + i % 2]};
        UNROLL
        for (int half = 0; half < 2; half++) {
            const bool there = first + half * 8 + lane / QUADS < pixels;
            const float off = there ? v[half] - s->pivot[i] : 0;
            s->sum[i] += off;
            s->squares[i] += off * off;
        }
    }
}

/* The warp's moments of its tile's channels to shared memory: shared[channel]. */
template <int TILES>
static __device__ __forceinline__ void share_moments(const lane_sums<TILES> &s, int pixels,
                                                     moment *shared)
{
    const int lane = (int)threadIdx.x % 32;
    const float count = (float)pixels, per_pixel = pixels ? 1 / count : 0;
    UNROLL
    for (int i = 0; i < 2 * TILES; i++) {
        float sum = s.sum[i], squares = s.squares[i];
        UNROLL
        for (int bit = QUADS; bit < 32; bit *= 2) {
            sum += __shfl_xor_sync(0xffffffffu, sum, bit);
            squares += __shfl_xor_sync(0xffffffffu, squares, bit);
        }
        if (lane < QUADS)
            shared[lane * 2 * TILES + i] = {count, s.pivot[i] + sum * per_pixel,
                                            squares - sum * sum * per_pixel};
    }
}

/* A channel's, of the warps that share its pixels: theirs lie `apart` from each other and are
 * joined in order. */
template <int SHARES>
static __device__ __forceinline__ void write_moment(const moment *own, int apart, float *to,
                                                    int channels)
{
    moment m = own[0];
    UNROLL
    for (int share = 1; share < SHARES; share++)
        m = joined(m, own[share * apart]);
    to[0] = m.mean;
    to[channels] = m.squares > 0 ? m.squares : m.squares - m.squares; /* NaN stays */
}

/* How many of a band's results a share has: every SHARES-th AT_ONCE. */
template <int SHARES, int AT_ONCE>
static __device__ __forceinline__ int pixels_of_share(int pixels, int share)
{
    const int whole = pixels / (SHARES * AT_ONCE) * AT_ONCE;
    const int rest = pixels % (SHARES * AT_ONCE) - share * AT_ONCE;
    return whole + (rest < 0 ? 0 : rest < AT_ONCE ? rest : AT_ONCE);
}

#endif
