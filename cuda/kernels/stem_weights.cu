/* stem_weights.cu - the weights' gradient of a net's first convolution on tensor cores. See conv.h
 * and stem_priv.h.
 *
 * A warp has all 64 result channels by a quarter of the filters' values in registers and walks over
 * the pixels of its block's bands. What a block has summed goes to scratch as the lanes hold it;
 * the blocks' sums are added in order.
 */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/plain.h"
#include "cuda/kernels/stem_priv.h"

#define CHUNKS (2 * STEM_OUT / 16)                   /* copies of 16 bytes that a result takes */
#define ROW_TILES (STEM_TAPS * STEM_READ / 8)        /* tiles of 8 values that a filter row has */
#define TILES (STEM_KERNEL * ROW_TILES / STEM_WARPS) /* of a warp */
#define DEEP (STEM_OUT / 16)                         /* tiles of 16 results */
#define SUMS (TILES * DEEP * 4)                      /* of a lane */
#define COUNT (STEM_THREADS * SUMS)                  /* of a block */

/* The second kernel: so many sums beside each other, each in so many shares. */
#define WIDE 32
#define SHARES 8

/* The gradient of a band's results, whose last pixels are zeros up to a tile of 16. */
static __device__ __forceinline__ void copy_gradient(const stem_bands &t, const map_band &b,
                                                     const bf16 *dy, unsigned char *to)
{
    const int chunk = (int)threadIdx.x % CHUNKS, padded = in_parts(b.pixels, 16) * 16;
    const bf16 *from = dy + ((size_t)b.image * t.h + b.row) * t.w * STEM_OUT + chunk * 8;
    for (int i = (int)threadIdx.x / CHUNKS; i < padded; i += STEM_THREADS / CHUNKS)
        copy_16(to + i * GRADIENT_BYTES + chunk * 16, from + (i < b.pixels ? i * STEM_OUT : 0),
                i < b.pixels);
}

/* Bytes from what a filter's first values see to what its tile number `tile` sees. */
static __device__ __forceinline__ int tile_offset(const stem_bands &t, int tile)
{
    return tile / ROW_TILES * t.line + tile % ROW_TILES * 16;
}

/* The products of a band. Tiles are loaded two at once: the lower lanes say where the first one's
 * lie, the upper ones the second one's. */
static __device__ __forceinline__ void add_products(const stem_bands &t, const map_band &b,
                                                    const int offset[(TILES + 1) / 2],
                                                    const unsigned char *shared,
                                                    float sum[TILES][DEEP][4])
{
    const int lane = (int)threadIdx.x % 32;
    const unsigned char *gradient =
        shared + t.source + (lane / 16 * 8 + lane % 8) * GRADIENT_BYTES + lane / 8 % 2 * 16;
    for (int first = 0; first < b.pixels; first += 16) {
        /* behind the last one: a number, times zero */
        const unsigned char *seen = shared + seen_from(t, b, first + lane % 16);
        uint32_t a[DEEP][4];
        UNROLL
        for (int deep = 0; deep < DEEP; deep++)
            load_matrices_turned(a[deep], gradient + first * GRADIENT_BYTES + deep * 32);
        UNROLL
        for (int tile = 0; tile < TILES; tile += 2) {
            uint32_t s[4];
            load_matrices_turned(s, seen + offset[tile / 2]);
            UNROLL
            for (int k = 0; k < 2 && tile + k < TILES; k++)
                UNROLL
            for (int deep = 0; deep < DEEP; deep++)
                mma_16x8x16(sum[tile + k][deep], a[deep], s + 2 * k);
        }
    }
}

static __global__ void __launch_bounds__(STEM_THREADS, 2)
    stem_weights(stem_bands t, const bf16 *x, const bf16 *dy, float *partial)
{
    after_previous();
    SHARED_DYNAMIC(unsigned char, shared);
    const int first = (int)blockIdx.x * t.most, all = all_bands(t);
    const int end = first + t.most < all ? first + t.most : all;
    const int warp = (int)threadIdx.x / 32, lane = (int)threadIdx.x % 32;
    float sum[TILES][DEEP][4] = {};
    int offset[(TILES + 1) / 2];
    UNROLL
    for (int i = 0; i < (TILES + 1) / 2; i++) {
        const int tile = 2 * i + lane / 16;
        offset[i] = tile_offset(t, warp * TILES + (tile < TILES ? tile : 2 * i));
    }
    for (int number = first - (t.buffers > 1); number < end; number++) {
        const int next = t.buffers > 1 ? number + 1 : number;
        if (next < end) {
            const map_band b = band_of(t, next);
            unsigned char *to = buffer_of(t, shared, next, first);
            copy_source(t, b, x, to);
            copy_gradient(t, b, dy, to + t.source);
        }
        copy_commit();
        if (number < first)
            continue;
        if (t.buffers > 1)
            copy_wait<1>();
        else
            copy_wait<0>();
        __syncthreads();
        add_products(t, band_of(t, number), offset, buffer_of(t, shared, number, first), sum);
        __syncthreads();
    }
    UNROLL
    for (int i = 0; i < SUMS; i++)
        partial[(size_t)blockIdx.x * COUNT + (warp * SUMS + i) * 32 + lane] =
            sum[i / 4 / DEEP][i / 4 % DEEP][i % 4];
}

/* Of sum number `at` of a block: writes the gradient's value that it is a part of, and the zero of
 * the channel 4 behind it, which isn't filled. */
static __device__ __forceinline__ void write_value(int at, float value, float *dw)
{
    const int lane = at % 32, i = at / 32 % SUMS, tile = at / 32 / SUMS * TILES + i / 4 / DEEP;
    const int result = i / 4 % DEEP * 16 + i / 2 % 2 * 8 + lane / 4;
    const int k = tile % ROW_TILES * 8 + lane % 4 * 2 + i % 2, tap = k / STEM_READ;
    if (tap == STEM_KERNEL)
        return;
    float *to = dw + ((result * STEM_KERNEL + tile / ROW_TILES) * STEM_KERNEL + tap) * STEM_IN +
                k % STEM_READ;
    to[0] = value;
    to[STEM_READ] = 0;
}

static __global__ void add_blocks(const float *partial, int blocks, float *dw)
{
    after_previous();
    SHARED_ARRAY(float, shared, WIDE *SHARES);
    const int column = (int)threadIdx.x % WIDE, share = (int)threadIdx.x / WIDE;
    const int at = (int)blockIdx.x * WIDE + column;
    float sum = 0;
    UNROLL_BY(8)
    for (int i = share; i < blocks; i += SHARES)
        sum += partial[(size_t)i * COUNT + at];
    shared[threadIdx.x] = sum;
    __syncthreads();
    if (share)
        return;
    for (int other = 1; other < SHARES; other++)
        sum += shared[other * WIDE + column];
    write_value(at, sum, dw);
}

extern "C" size_t kernel_stem_scratch(const struct conv_shape *s)
{
    return sizeof(float) * COUNT * blocks_of(kernel_stem_weights_bands(s));
}

extern "C" int kernel_stem_weights(const struct conv_shape *s, const void *x, const void *dy,
                                   float *dw, float *partial, void *stream)
{
    if (kernel_plain("stem_weights"))
        return kernel_conv_weights(ELEMENT_BF16, s, x, dy, dw, stream);
    const stem_bands t = kernel_stem_weights_bands(s);
    const int code =
        LAUNCH(stem_weights, blocks_of(t), STEM_THREADS, (size_t)t.buffers * t.bytes, stream, t,
               static_cast<const bf16 *>(x), static_cast<const bf16 *>(dy), partial);
    return code ? code
                : LAUNCH(add_blocks, COUNT / WIDE, WIDE * SHARES, 0, stream, partial,
                         (int)blocks_of(t), dw);
}
