/* stem.cu - a net's first convolution on tensor cores: forward. See conv.h and stem_priv.h.
 *
 * A warp makes tiles of 16 results by half of the channels, two tiles at a time, with all its
 * filters in registers.
 */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/norm.h"
#include "cuda/kernels/plain.h"
#include "cuda/kernels/stem_priv.h"
#include "cuda/kernels/tile_moments.h"

#define HALF (STEM_OUT / 2)
#define TILES (HALF / 8) /* right-hand sides of a product */
#define STEPS 2          /* products of a filter row */
#define TOGETHER 2       /* tiles of results */
#define AT_ONCE (16 * TOGETHER)
#define SHARES (STEM_WARPS * HALF / STEM_OUT) /* warps that share a band's pixels */

/* The right-hand sides as mma_16x8x16 wants them. */
struct filters {
    uint32_t b[STEM_KERNEL][STEPS][TILES][2];
};

/* Of the channels from `first` on. */
static __device__ __forceinline__ void load_filters(const bf16 *w, int first, filters *f)
{
    const int lane = (int)threadIdx.x % 32;
    UNROLL
    for (int row = 0; row < STEM_KERNEL; row++)
        UNROLL
    for (int i = 0; i < STEPS * TILES * 2; i++) {
        const int tile = i / 2 % TILES, step = i / 2 / TILES;
        const int result = first + tile_channel<TILES>(tile, lane / 4);
        const int k = step * 16 + i % 2 * 8 + lane % 4 * 2, tap = k / STEM_READ;
        f->b[row][step][tile][i % 2] =
            tap < STEM_KERNEL
                ? load_pair(w + ((result * STEM_KERNEL + row) * STEM_KERNEL + tap) * STEM_IN +
                            k % STEM_READ)
                : 0;
    }
}

/* The products of as many tiles as are made together. `from` is where the lane reads for each. */
static __device__ __forceinline__ void add_products(const stem_bands &t, const filters &f,
                                                    const unsigned char *const from[TOGETHER],
                                                    float sum[TOGETHER][TILES][4])
{
    UNROLL
    for (int row = 0; row < STEM_KERNEL; row++)
        UNROLL
    for (int step = 0; step < STEPS; step++) {
        uint32_t a[TOGETHER][4];
        UNROLL
        for (int i = 0; i < TOGETHER; i++)
            load_matrices(a[i], from[i] + row * t.line + step * 32);
        UNROLL
        for (int i = 0; i < TOGETHER; i++)
            UNROLL
        for (int tile = 0; tile < TILES; tile++)
            mma_16x8x16(sum[i][tile], a[i], f.b[row][step][tile]);
    }
}

/* Writes a tile and leaves its sums as they were kept. `to` is the lane's channels of the band's
 * first result, `at` the number of the lane's first one. */
static __device__ __forceinline__ void write_tile(float sum[TILES][4], bf16 *to, int at, int pixels)
{
    UNROLL
    for (int half = 0; half < 2; half++) {
        uint32_t pair[TILES];
        UNROLL
        for (int tile = 0; tile < TILES; tile++) {
            float *v = &sum[tile][2 * half];
            pair[tile] = to_pair(v[0], v[1]);
            v[0] = lower_of(pair[tile]);
            v[1] = upper_of(pair[tile]);
        }
        if (at + half * 8 < pixels)
            store_pairs(to + (size_t)(at + half * 8) * STEM_OUT, pair);
    }
}

/* A warp's share of a band. `to` is the lane's channels of the band's first result. */
static __device__ __forceinline__ void make_results(const stem_bands &t, const map_band &b,
                                                    int share, const filters &f,
                                                    const unsigned char *seen, bf16 *to,
                                                    bool summed, lane_sums<TILES> *sums)
{
    const int lane = (int)threadIdx.x % 32;
    for (int first = share * AT_ONCE; first < b.pixels; first += SHARES * AT_ONCE) {
        const unsigned char *from[TOGETHER];
        float sum[TOGETHER][TILES][4] = {};
        UNROLL
        for (int i = 0; i < TOGETHER; i++)
            from[i] = seen + seen_from(t, b, first + i * 16 + lane % 16) + lane / 16 * 16;
        add_products(t, f, from, sum);
        UNROLL
        for (int i = 0; i < TOGETHER; i++) {
            write_tile(sum[i], to, first + i * 16 + lane / QUADS, b.pixels);
            if (summed)
                add_results(sums, sum[i], !i && first == share * AT_ONCE, first + i * 16, b.pixels);
        }
    }
}

static __global__ void __launch_bounds__(STEM_THREADS, 2)
    stem(stem_bands t, const bf16 *x, const bf16 *w, bf16 *y, float *moments)
{
    after_previous();
    SHARED_DYNAMIC(unsigned char, shared);
    SHARED_ARRAY(moment, shared_moments, STEM_WARPS * HALF);
    const int first = (int)blockIdx.x * t.most, all = all_bands(t);
    const int end = first + t.most < all ? first + t.most : all;
    const int warp = (int)threadIdx.x / 32, share = warp % SHARES, channel = (int)threadIdx.x;
    filters f;
    copy_source(t, band_of(t, first), x, shared);
    copy_commit();
    load_filters(w, warp / SHARES * HALF, &f);
    for (int number = first; number < end; number++) {
        const int next = t.buffers > 1 ? number + 1 : number;
        if (next > first && next < end)
            copy_source(t, band_of(t, next), x, buffer_of(t, shared, next, first));
        copy_commit();
        if (t.buffers > 1)
            copy_wait<1>();
        else
            copy_wait<0>();
        __syncthreads();
        const map_band b = band_of(t, number);
        lane_sums<TILES> sums = {};
        make_results(t, b, share, f, buffer_of(t, shared, number, first),
                     y + ((size_t)b.image * t.h + b.row) * t.w * STEM_OUT + warp / SHARES * HALF +
                         threadIdx.x % QUADS * 2 * TILES,
                     moments, &sums);
        if (moments)
            share_moments(sums, pixels_of_share<SHARES, AT_ONCE>(b.pixels, share),
                          shared_moments + warp * HALF);
        __syncthreads();
        if (moments && channel < STEM_OUT)
            write_moment<SHARES>(shared_moments + channel / HALF * SHARES * HALF + channel % HALF,
                                 HALF, moments + (size_t)number * 2 * STEM_OUT + channel, STEM_OUT);
    }
}

extern "C" int kernel_stem_forward(const struct conv_shape *s, const void *x, const void *w,
                                   void *y, float *moments, void *stream)
{
    if (!kernel_plain("stem_forward")) {
        const stem_bands t = kernel_stem_bands(s);
        return LAUNCH(stem, blocks_of(t), STEM_THREADS, (size_t)t.buffers * t.bytes, stream, t,
                      static_cast<const bf16 *>(x), static_cast<const bf16 *>(w),
                      static_cast<bf16 *>(y), moments);
    }
    const map m = {s->n, s->out_h, s->out_w, s->out};
    const int code = kernel_conv_forward(ELEMENT_BF16, s, x, w, y, stream);
    return code || !moments
               ? code
               : kernel_moments(ELEMENT_BF16, y, m, kernel_stem_parts(s), moments, stream);
}
