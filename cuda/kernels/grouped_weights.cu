/* grouped_weights.cu - gradients of the weights of narrow groups on tensor cores. See conv.h and
 * grouped_priv.h.
 *
 * A warp has a square of NARROW result by NARROW source channels, all taps of it in registers, and
 * walks over pixels; of several narrow groups only the blocks along its diagonal are wanted. What
 * a block has summed of its bands goes to scratch, and the blocks' sums are added in order.
 */
#include "cuda/kernels/conv.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/grouped_priv.h"
#include "cuda/kernels/plain.h"

#define THREADS 256
#define WARPS (THREADS / 32)
#define SUMS (TAPS * 2 * 4) /* of a lane */

/* Squares of a slab that have wanted elements: along the diagonal, or all of a group of 32. */
template <int GROUP> static __host__ __device__ constexpr int squares()
{
    return GROUP > NARROW ? 4 : 2;
}

/* The gradient of a band's results, whose last pixels are zeros up to a tile of 16. */
static __device__ __forceinline__ void copy_gradient(const grouped_bands &t, const map_band &b,
                                                     const bf16 *dy, unsigned char *to)
{
    const int chunk = (int)threadIdx.x % CHUNKS, padded = (b.pixels + 15) / 16 * 16;
    const bf16 *from = dy + ((size_t)b.image * t.h + b.row) * t.w * t.channels + chunk * 8;
    for (int i = (int)threadIdx.x / CHUNKS; i < padded; i += THREADS / CHUNKS)
        copy_16(to + i * PIXEL_BYTES + chunk * 16,
                from + (i < b.pixels ? (size_t)i * t.channels : 0), i < b.pixels);
}

/* A warp's square: its first result and source channels within the slab. */
struct square {
    int result, source;
};

template <int GROUP> static __device__ __forceinline__ square square_of(int number)
{
    if (GROUP > NARROW)
        return {number / 2 * NARROW, number % 2 * NARROW};
    return {number * NARROW, number * NARROW};
}

/* The share of a band's products that is one warp's. */
template <int STEP, int SHARES>
static __device__ __forceinline__ void
add_products(const grouped_bands &t, const map_band &b, const square &at, int share,
             const unsigned char *seen, const unsigned char *gradient, float sum[TAPS][2][4])
{
    const int lane = (int)threadIdx.x % 32, chunk = lane / 16 * 16;
    for (int first = share * 16; first < b.pixels; first += SHARES * 16) {
        const int i = first + lane % 16; /* behind the last one: a number, times zero */
        const unsigned char *from = seen + seen_from<STEP>(t, b, i) + 2 * at.source + chunk;
        uint32_t g[4];
        load_matrices_turned(g, gradient + i * PIXEL_BYTES + 2 * at.result + chunk);
        const uint32_t a[4] = {g[0], g[2], g[1], g[3]};
        UNROLL
        for (int tap = 0; tap < TAPS; tap++) {
            uint32_t x[4];
            load_matrices_turned(x, from + tap_offset<STEP>(t, tap));
            mma_16x8x16(sum[tap][0], a, x);
            mma_16x8x16(sum[tap][1], a, x + 2);
        }
    }
}

/* Adds the sums of the warps that share a square, in order, to the first one's. */
template <int SQUARES>
static __device__ __forceinline__ void join_shares(float *shared, int warp, float *sum)
{
    float *own = shared + warp % SQUARES * SUMS * 32 + threadIdx.x % 32;
    for (int share = 1; share < WARPS / SQUARES; share++) {
        __syncthreads();
        if (warp / SQUARES == share)
            UNROLL
        for (int i = 0; i < SUMS; i++)
            own[i * 32] = sum[i];
        __syncthreads();
        if (warp < SQUARES)
            UNROLL
        for (int i = 0; i < SUMS; i++)
            sum[i] += own[i * 32];
    }
}

template <int GROUP>
static __device__ __forceinline__ void write_square(const square &at, int slab, const float *sum,
                                                    float *to)
{
    const int lane = (int)threadIdx.x % 32;
    UNROLL
    for (int i = 0; i < SUMS; i++) {
        const int tap = i / 8, result = at.result + lane / 4 + i / 2 % 2 * 8;
        const int source = at.source + i / 4 % 2 * 8 + lane % 4 * 2 + i % 2;
        if (result / GROUP == source / GROUP)
            to[((size_t)(slab * SLAB + result) * TAPS + tap) * GROUP + source % GROUP] = sum[i];
    }
}

template <int GROUP, int KIND>
static __global__ void __launch_bounds__(THREADS, 2)
    grouped_weights(grouped_bands t, const bf16 *x, const bf16 *dy, float *partial)
{
    after_previous();
    SHARED_DYNAMIC(unsigned char, shared);
    constexpr int SQUARES = squares<GROUP>();
    const int slabs = t.channels / SLAB, slab = (int)blockIdx.x % slabs;
    const int split = (int)blockIdx.x / slabs, first = split * t.most, all = all_bands(t);
    const int end = first + t.most < all ? first + t.most : all;
    const int warp = (int)threadIdx.x / 32;
    const square at = square_of<GROUP>(warp % SQUARES);
    float sum[TAPS][2][4] = {};
    for (int number = first - 1; number < end; number++) {
        unsigned char *next = shared + (number + 1 - first) % 2 * t.pixels * PIXEL_BYTES;
        if (number + 1 < end) {
            const map_band b = band_of(t, number + 1);
            copy_source<KIND, THREADS>(t, b, x + slab * SLAB, next);
            copy_gradient(t, b, dy + slab * SLAB, next + t.source * PIXEL_BYTES);
        }
        copy_commit();
        if (number < first)
            continue;
        copy_wait<1>();
        __syncthreads();
        const unsigned char *seen = shared + (number - first) % 2 * t.pixels * PIXEL_BYTES;
        add_products<kind_step(KIND), WARPS / SQUARES>(t, band_of(t, number), at, warp / SQUARES,
                                                       seen, seen + t.source * PIXEL_BYTES, sum);
        __syncthreads();
    }
    join_shares<SQUARES>(reinterpret_cast<float *>(shared), warp, &sum[0][0][0]);
    if (warp < SQUARES)
        write_square<GROUP>(at, slab, &sum[0][0][0],
                            partial + (size_t)split * t.channels * TAPS * GROUP);
}

static __global__ void add_splits(const float *partial, int splits, size_t count, float *dw)
{
    after_previous();
    const size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x;
    if (i >= count)
        return;
    float sum = 0;
    UNROLL_BY(8)
    for (int split = 0; split < splits; split++)
        sum += partial[split * count + i];
    dw[i] = sum;
}

template <int GROUP>
static int start(const conv_shape *s, const void *x, const void *dy, float *partial, void *stream)
{
    const grouped_bands t = kernel_weights_bands(s);
    const unsigned blocks = blocks_of(t) * (unsigned)(t.channels / SLAB);
    const size_t joining = sizeof(float) * squares<GROUP>() * SUMS * 32;
    const size_t bands = (size_t)(t.most > 1 ? 2 : 1) * t.pixels * PIXEL_BYTES;
    const size_t bytes = bands > joining ? bands : joining;
    if (s->stride == 1)
        return LAUNCH((grouped_weights<GROUP, FORWARD_1>), blocks, THREADS, bytes, stream, t,
                      static_cast<const bf16 *>(x), static_cast<const bf16 *>(dy), partial);
    return LAUNCH((grouped_weights<GROUP, FORWARD_2>), blocks, THREADS, bytes, stream, t,
                  static_cast<const bf16 *>(x), static_cast<const bf16 *>(dy), partial);
}

static int start_group(const conv_shape *s, const void *x, const void *dy, float *partial,
                       void *stream)
{
    switch (s->in / s->groups) {
    case 4:
        return start<4>(s, x, dy, partial, stream);
    case 8:
        return start<8>(s, x, dy, partial, stream);
    case 16:
        return start<16>(s, x, dy, partial, stream);
    default:
        return start<32>(s, x, dy, partial, stream);
    }
}

extern "C" int kernel_grouped_weights(const struct conv_shape *s, const void *x, const void *dy,
                                      float *dw, float *partial, void *stream)
{
    if (kernel_plain("grouped_weights"))
        return kernel_conv_weights(ELEMENT_BF16, s, x, dy, dw, stream);
    const int code = start_group(s, x, dy, partial, stream);
    const size_t count = kernel_weights_count(s);
    const int splits = (int)(kernel_grouped_scratch(s) / (sizeof(float) * count));
    return code ? code
                : LAUNCH(add_splits, (unsigned)((count + THREADS - 1) / THREADS), THREADS, 0,
                         stream, partial, splits, count, dw);
}
