/* gate.cu - the gate's layers as small products. Forward is two launches, backward three. All sums
 * are in an order that shapes decide. Bytes: weights once for each 8 images forward, once backward,
 * their gradients once. */
#include "cuda/kernels/gate_plain.h"
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/plain.h"

#include <math.h>

#define THREADS 256

/* --- tiles: 8 images by 8 outputs, whose sums a block shares --- */

#define TILE 8
#define SUMS (TILE * TILE)

struct tile {
    int n, o; /* the first image and output */
};

static __device__ __forceinline__ tile tile_of(int outputs)
{
    int across = (outputs + TILE - 1) / TILE;
    return {(int)(blockIdx.x / across) * TILE, (int)(blockIdx.x % across) * TILE};
}

static unsigned tiles(int n, int outputs)
{
    return (unsigned)((n + TILE - 1) / TILE * ((outputs + TILE - 1) / TILE));
}

/* Threads of a block for sums of `inputs` products: whole warps. */
static unsigned threads_for(int inputs)
{
    int threads = (inputs + 31) / 32 * 32;
    return (unsigned)(threads < THREADS ? threads : THREADS);
}

static __device__ __forceinline__ void tile_add(float sums[SUMS], const float x[TILE],
                                                const float w[TILE])
{
    UNROLL
    for (int i = 0; i < SUMS; i++)
        sums[i] = fmaf(x[i / TILE], w[i % TILE], sums[i]);
}

/* From 2 HALF sums of a lane to HALF, added to those of the lane HALF / 2 away, which keeps the
 * others. */
template <int HALF> static __device__ __forceinline__ void tile_halve(float sums[SUMS])
{
    bool upper = threadIdx.x & (HALF / 2);
    UNROLL
    for (int i = 0; i < HALF; i++) {
        float keep = upper ? sums[HALF + i] : sums[i], give = upper ? sums[i] : sums[HALF + i];
        sums[i] = keep + __shfl_xor_sync(0xffffffffu, give, HALF / 2);
    }
}

/* Adds up over the lanes of a warp: lane l gets sums number 2 l and 2 l + 1. */
static __device__ __forceinline__ void tile_warp_sum(float sums[SUMS])
{
    tile_halve<32>(sums);
    tile_halve<16>(sums);
    tile_halve<8>(sums);
    tile_halve<4>(sums);
    tile_halve<2>(sums);
}

/* Adds up over a block, into `total` of shared memory, for all to read. */
static __device__ __forceinline__ void tile_block_sum(float sums[SUMS], float *total)
{
    SHARED_ARRAY(float, warps, THREADS / 32 * SUMS);
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    tile_warp_sum(sums);
    warps[warp * SUMS + 2 * lane] = sums[0];
    warps[warp * SUMS + 2 * lane + 1] = sums[1];
    __syncthreads();
    for (int i = threadIdx.x; i < SUMS; i += blockDim.x) {
        float sum = 0;
        for (int w = 0; w < (int)blockDim.x / 32; w++)
            sum += warps[w * SUMS + i];
        total[i] = sum;
    }
    __syncthreads();
}

/* --- forward --- */

static __global__ void __launch_bounds__(THREADS)
    reduce(gate_layers w, const float *scale, const float *shift, int n, int c, int r,
           gate_values v)
{
    after_previous();
    SHARED_ARRAY(float, total, SUMS);
    tile t = tile_of(r);
    float sums[SUMS] = {0};
    for (int k = threadIdx.x; k < c; k += blockDim.x) {
        float x[TILE], row[TILE];
        UNROLL
        for (int i = 0; i < TILE; i++) {
            size_t at = (size_t)(t.n + i) * c + k;
            x[i] = t.n + i < n ? fmaf(scale[k], v.image_mean[at], shift[k]) : 0;
            row[i] = t.o + i < r ? w.w1[(size_t)(t.o + i) * c + k] : 0;
            if (t.o == 0 && t.n + i < n)
                v.squeezed[at] = x[i];
        }
        tile_add(sums, x, row);
    }
    tile_block_sum(sums, total);
    for (int i = threadIdx.x; i < SUMS; i += blockDim.x) {
        int image = t.n + i / TILE, o = t.o + i % TILE;
        if (image >= n || o >= r)
            continue;
        float y = total[i] + w.b1[o];
        v.reduced[(size_t)image * r + o] = y < 0 ? 0 : y; /* NaN has to get through */
    }
}

static __global__ void __launch_bounds__(THREADS)
    expand(gate_layers w, int n, int c, int r, gate_values v)
{
    after_previous();
    SHARED_ARRAY(float, total, SUMS);
    tile t = tile_of(c);
    float sums[SUMS] = {0};
    for (int k = threadIdx.x; k < r; k += blockDim.x) {
        float x[TILE], row[TILE];
        UNROLL
        for (int i = 0; i < TILE; i++) {
            x[i] = t.n + i < n ? v.reduced[(size_t)(t.n + i) * r + k] : 0;
            row[i] = t.o + i < c ? w.w2[(size_t)(t.o + i) * r + k] : 0;
        }
        tile_add(sums, x, row);
    }
    tile_block_sum(sums, total);
    for (int i = threadIdx.x; i < SUMS; i += blockDim.x) {
        int image = t.n + i / TILE, o = t.o + i % TILE;
        if (image < n && o < c)
            v.gate[(size_t)image * c + o] = 1 / (1 + expf(-(total[i] + w.b2[o])));
    }
}

extern "C" int kernel_gate(const struct gate_layers *w, const float *scale, const float *shift,
                           int n, int c, int r, const struct gate_values *v, void *stream)
{
    if (kernel_plain("gate"))
        return gate_plain(w, scale, shift, n, c, r, v, stream);
    gate_layers layers = *w;
    gate_values values = *v;
    int code = LAUNCH(reduce, tiles(n, r), threads_for(c), 0, stream, layers, scale, shift, n, c, r,
                      values);
    return code ? code
                : LAUNCH(expand, tiles(n, c), threads_for(r), 0, stream, layers, n, c, r, values);
}

/* --- backward --- */

#define CHANNELS 8 /* of a block: 32 bytes next to one another */
#define IMAGES 64  /* at a time */
#define WIDTH 128  /* of the reduced width, at a time */

struct gate_back {
    const float *sums;
    int parts;
    const float *scale, *beta;
    int n, c, r;
    float *gate_gradient, *reduced_gradient, *squeezed_gradient;
};

/* The gradient before the sigmoid, of one image and channel. */
static __device__ __forceinline__ float before_sigmoid(const gate_back &b, int image, int c,
                                                       float gate)
{
    const float *part = b.sums + (size_t)image * b.parts * 2 * b.c + c;
    float sum = 0, product = 0;
    UNROLL_BY(4)
    for (int p = 0; p < b.parts; p++, part += (size_t)2 * b.c) {
        sum += part[0];
        product += part[b.c];
    }
    return fmaf(b.scale[c], product, b.beta[c] * sum) * gate * (1 - gate);
}

/* The gate's gradient for 8 channels, and from it w2's and b2's. A thread has one place of the
 * reduced width and every rows-th channel: at most CHANNELS / 2. */
static __global__ void __launch_bounds__(THREADS)
    back_outer(gate_back b, gate_values v, float *w2_gradient, float *b2_gradient)
{
    after_previous();
    SHARED_ARRAY(float, gradients, IMAGES *CHANNELS);
    int first = (int)blockIdx.x * CHANNELS, from = (int)blockIdx.y * WIDTH;
    int width = b.r - from < WIDTH ? b.r - from : WIDTH, rows = THREADS / width;
    int o = threadIdx.x % width, row = threadIdx.x / width;
    if (row >= rows) /* left over: nothing but a share of the gradients */
        row = CHANNELS;
    float sums[CHANNELS / 2] = {0}, bias = 0;
    for (int begin = 0; begin < b.n; begin += IMAGES) {
        int images = b.n - begin < IMAGES ? b.n - begin : IMAGES;
        for (int i = threadIdx.x; i < images * CHANNELS; i += THREADS) {
            int c = first + i % CHANNELS, image = begin + i / CHANNELS;
            size_t at = (size_t)image * b.c + c;
            gradients[i] = c < b.c ? before_sigmoid(b, image, c, v.gate[at]) : 0;
            if (c < b.c && from == 0)
                b.gate_gradient[at] = gradients[i];
        }
        __syncthreads();
        const float *reduced = v.reduced + (size_t)begin * b.r + from + o;
        UNROLL_BY(4)
        for (int i = 0; i < images; i++) {
            float x = reduced[(size_t)i * b.r];
            UNROLL
            for (int k = 0; k < CHANNELS / 2; k++)
                if (row + k * rows < CHANNELS)
                    sums[k] = fmaf(gradients[i * CHANNELS + row + k * rows], x, sums[k]);
        }
        for (int i = 0; i < images && threadIdx.x < CHANNELS; i++)
            bias += gradients[i * CHANNELS + threadIdx.x];
        __syncthreads();
    }
    UNROLL
    for (int k = 0; k < CHANNELS / 2; k++) {
        int c = first + row + k * rows;
        if (row + k * rows < CHANNELS && c < b.c)
            w2_gradient[(size_t)c * b.r + from + o] = sums[k];
    }
    if (from == 0 && threadIdx.x < CHANNELS && first + (int)threadIdx.x < b.c)
        b2_gradient[first + threadIdx.x] = bias;
}

/* The reduced values' gradient. WHOLE: r is a multiple of 8. */
template <bool WHOLE>
static __global__ void __launch_bounds__(THREADS)
    back_reduced(gate_back b, const float *w2, const float *reduced)
{
    after_previous();
    SHARED_ARRAY(float, total, SUMS);
    tile t = tile_of(b.r);
    float sums[SUMS] = {0};
    for (int k = threadIdx.x; k < b.c; k += blockDim.x) {
        const float *column = w2 + (size_t)k * b.r + t.o;
        float x[TILE], row[TILE];
        UNROLL
        for (int i = 0; i < TILE; i++) {
            x[i] = t.n + i < b.n ? b.gate_gradient[(size_t)(t.n + i) * b.c + k] : 0;
            if (!WHOLE)
                row[i] = t.o + i < b.r ? column[i] : 0;
        }
        if (WHOLE)
            load_8(column, row);
        tile_add(sums, x, row);
    }
    tile_block_sum(sums, total);
    for (int i = threadIdx.x; i < SUMS; i += blockDim.x) {
        int image = t.n + i / TILE, o = t.o + i % TILE;
        size_t at = (size_t)image * b.r + o;
        if (image < b.n && o < b.r)
            b.reduced_gradient[at] = reduced[at] > 0 ? total[i] : 0;
    }
}

#define ROWS (THREADS / CHANNELS) /* of threads: images, or places of the reduced width */
#define EACH 4                    /* rows of a thread at a time */

/* Of channel c, ROWS * EACH places of the reduced width from `first`: w1's gradients. */
static __device__ __forceinline__ void inner_weights(const gate_back &b, const float *squeezed,
                                                     int c, int first, float *w1_gradient)
{
    int o = first + (int)threadIdx.x / CHANNELS;
    float sums[EACH] = {0};
    UNROLL_BY(4)
    for (int n = 0; n < b.n; n++) {
        float x = squeezed[(size_t)n * b.c + c];
        UNROLL
        for (int k = 0; k < EACH; k++)
            if (o + k * ROWS < b.r)
                sums[k] = fmaf(b.reduced_gradient[(size_t)n * b.r + o + k * ROWS], x, sums[k]);
    }
    UNROLL
    for (int k = 0; k < EACH; k++)
        if (o + k * ROWS < b.r)
            w1_gradient[(size_t)(o + k * ROWS) * b.c + c] = sums[k];
}

/* The squeezed values' gradients of channel c, ROWS * EACH images from `first`. */
static __device__ __forceinline__ void inner_squeezed(const gate_back &b, const float *w1, int c,
                                                      int first)
{
    int n = first + (int)threadIdx.x / CHANNELS;
    float sums[EACH] = {0};
    UNROLL_BY(4)
    for (int o = 0; o < b.r; o++) {
        float w = w1[(size_t)o * b.c + c];
        UNROLL
        for (int k = 0; k < EACH; k++)
            if (n + k * ROWS < b.n)
                sums[k] = fmaf(b.reduced_gradient[(size_t)(n + k * ROWS) * b.r + o], w, sums[k]);
    }
    UNROLL
    for (int k = 0; k < EACH; k++)
        if (n + k * ROWS < b.n)
            b.squeezed_gradient[(size_t)(n + k * ROWS) * b.c + c] = sums[k];
}

/* For 8 channels; b1's gradient is the first block's. */
static __global__ void __launch_bounds__(THREADS)
    back_inner(gate_back b, const float *w1, const float *squeezed, float *w1_gradient,
               float *b1_gradient)
{
    after_previous();
    int c = (int)(blockIdx.x * CHANNELS + threadIdx.x % CHANNELS);
    for (int first = 0; c < b.c && first < b.n; first += ROWS * EACH)
        inner_squeezed(b, w1, c, first);
    for (int first = 0; c < b.c && first < b.r; first += ROWS * EACH)
        inner_weights(b, squeezed, c, first, w1_gradient);
    for (int o = threadIdx.x; blockIdx.x == 0 && o < b.r; o += THREADS) {
        float bias = 0;
        for (int n = 0; n < b.n; n++)
            bias += b.reduced_gradient[(size_t)n * b.r + o];
        b1_gradient[o] = bias;
    }
}

extern "C" int kernel_gate_back(const float *sums, int parts, const struct gate_layers *w,
                                const float *scale, const float *beta, int n, int c, int r,
                                const struct gate_values *v, float *gate_gradient,
                                float *reduced_gradient, const struct gate_layers *gradient,
                                float *squeezed_gradient, void *stream)
{
    if (kernel_plain("gate_back"))
        return gate_plain_back(sums, parts, w, scale, beta, n, c, r, v, gate_gradient,
                               reduced_gradient, gradient, squeezed_gradient, stream);
    gate_back b = {
        sums, parts, scale, beta, n, c, r, gate_gradient, reduced_gradient, squeezed_gradient};
    gate_values values = *v;
    dim3 channels((unsigned)((c + CHANNELS - 1) / CHANNELS), (unsigned)((r + WIDTH - 1) / WIDTH));
    int code =
        LAUNCH(back_outer, channels, THREADS, 0, stream, b, values, gradient->w2, gradient->b2);
    if (code)
        return code;
    code = r % 8 ? LAUNCH(back_reduced<false>, tiles(n, r), threads_for(c), 0, stream, b, w->w2,
                          v->reduced)
                 : LAUNCH(back_reduced<true>, tiles(n, r), threads_for(c), 0, stream, b, w->w2,
                          v->reduced);
    if (code)
        return code;
    return LAUNCH(back_inner, channels.x, THREADS, 0, stream, b, w->w1, v->squeezed, gradient->w1,
                  gradient->b1);
}
