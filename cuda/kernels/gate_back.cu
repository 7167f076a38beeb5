/* gate_back.cu - the gate's layers backward, in three launches: w2's gradients with the gate's own,
 * the reduced values', then w1's and the squeezed values'. See gate.cu. */
#include "cuda/kernels/gate_priv.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_turn.h"
#include "cuda/kernels/plain.h"

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

/* The gate's gradients for 8 channels, into shared memory and, by the blocks of the first columns,
 * for the next launch. */
static __device__ __forceinline__ void outer_gradients(const gate_back &b, const float *gate,
                                                       int first, int begin, float *gradients)
{
    for (int i = threadIdx.x; i < IMAGES * CHANNELS; i += THREADS) {
        int c = first + i % CHANNELS, image = begin + i / CHANNELS;
        size_t at = (size_t)image * b.c + c;
        bool there = image < b.n && c < b.c;
        gradients[i] = there ? before_sigmoid(b, image, c, gate[at]) : 0;
        if (there && blockIdx.y == 0)
            b.gate_gradient[at] = gradients[i];
    }
}

/* The gate's gradient for 8 channels, and from it w2's and b2's. A thread has one place of the
 * reduced width and every rows-th channel: at most CHANNELS / 2. */
template <bool WHOLE>
static __global__ void __launch_bounds__(THREADS)
    back_outer(gate_back b, gate_values v, float *w2_gradient, float *b2_gradient)
{
    after_previous();
    SHARED_ARRAY(float, gradients, IMAGES *CHANNELS);
    SHARED_ARRAY(float, reduced, IMAGES *ROW);
    int first = (int)blockIdx.x * CHANNELS, from = (int)blockIdx.y * WIDTH;
    int width = b.r - from < WIDTH ? b.r - from : WIDTH, rows = THREADS / width;
    int o = threadIdx.x % width, row = threadIdx.x / width;
    if (row >= rows) /* left over: nothing but a share of the gradients */
        row = CHANNELS;
    float sums[CHANNELS / 2] = {0}, bias = 0;
    for (int begin = 0; begin < b.n; begin += IMAGES) {
        int images = b.n - begin < IMAGES ? b.n - begin : IMAGES;
        stage<WHOLE, IMAGES>(reduced, v.reduced + (size_t)begin * b.r, images, b.r, from);
        outer_gradients(b, v.gate, first, begin, gradients);
        staged();
        UNROLL_BY(4)
        for (int i = 0; i < images; i++) {
            float x = reduced[i * ROW + o];
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
    UNROLL_BY(2)
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

/* The squeezed values' gradients of 8 channels and 64 images. */
template <bool WHOLE>
static __device__ __forceinline__ void inner_squeezed(const gate_back &b, const float *w1,
                                                      int first, int begin, float *reduced,
                                                      float *turned)
{
    float sums[EACH_IMAGE] = {0};
    for (int from = 0; from < b.r; from += WIDTH) {
        int left = b.r - from;
        stage<WHOLE, IMAGES>(reduced, b.reduced_gradient + (size_t)begin * b.r, b.n - begin, b.r,
                             from);
        for (int i = threadIdx.x; i < columns(left) * CHANNELS; i += THREADS) {
            int o = i / CHANNELS, c = first + i % CHANNELS;
            turned[i % CHANNELS * ROW + o] =
                o < left && c < b.c ? w1[(size_t)(from + o) * b.c + c] : 0;
        }
        staged();
        dot_rows(reduced, turned, left, sums);
        __syncthreads();
    }
    int c = first + (int)threadIdx.x % CHANNELS, n = begin + (int)threadIdx.x / CHANNELS;
    UNROLL
    for (int k = 0; k < EACH_IMAGE; k++)
        if (n + k * ROWS < b.n && c < b.c)
            b.squeezed_gradient[(size_t)(n + k * ROWS) * b.c + c] = sums[k];
}

#define EACH (WIDTH / ROWS) /* places of the reduced width of a thread */

/* w1's gradients of 8 channels and 128 places of the reduced width from `from`, and, by the first
 * channels' block, b1's. */
template <bool WHOLE>
static __device__ __forceinline__ void inner_weights(const gate_back &b, const float *squeezed,
                                                     int first, int from, float *reduced, float *x,
                                                     float *w1_gradient, float *b1_gradient)
{
    int row = (int)threadIdx.x / CHANNELS, c = first + (int)threadIdx.x % CHANNELS;
    int width = b.r - from < WIDTH ? b.r - from : WIDTH;
    float sums[EACH] = {0}, bias = 0;
    for (int begin = 0; begin < b.n; begin += IMAGES) {
        int images = b.n - begin < IMAGES ? b.n - begin : IMAGES;
        stage<WHOLE, IMAGES>(reduced, b.reduced_gradient + (size_t)begin * b.r, images, b.r, from);
        for (int i = threadIdx.x; i < images * CHANNELS; i += THREADS) {
            int at = first + i % CHANNELS;
            x[i] = at < b.c ? squeezed[(size_t)(begin + i / CHANNELS) * b.c + at] : 0;
        }
        staged();
        UNROLL_BY(4)
        for (int i = 0; i < images; i++) {
            UNROLL
            for (int k = 0; k < EACH; k++)
                if (row + k * ROWS < width)
                    sums[k] = fmaf(reduced[i * ROW + row + k * ROWS],
                                   x[i * CHANNELS + threadIdx.x % CHANNELS], sums[k]);
        }
        for (int i = 0; i < images && first == 0 && (int)threadIdx.x < width; i++)
            bias += reduced[i * ROW + threadIdx.x];
        __syncthreads();
    }
    UNROLL
    for (int k = 0; k < EACH; k++)
        if (row + k * ROWS < width && c < b.c)
            w1_gradient[(size_t)(from + row + k * ROWS) * b.c + c] = sums[k];
    if (first == 0 && (int)threadIdx.x < width)
        b1_gradient[from + threadIdx.x] = bias;
}

/* For 8 channels: by the first rows of blocks the squeezed values' gradients of 64 images each, by
 * the others w1's of 128 places each. TURNS: the first row has all images, and goes on with what
 * the norm's gradient needs of them. */
template <bool WHOLE, bool TURNS>
static __global__ void __launch_bounds__(THREADS)
    back_inner(gate_back b, const float *w1, const float *squeezed, float *w1_gradient,
               float *b1_gradient, norm_turning turning)
{
    after_previous();
    SHARED_ARRAY(float, reduced, IMAGES *ROW);
    SHARED_ARRAY(float, other, CHANNELS *ROW);
    int first = (int)blockIdx.x * CHANNELS, row = (int)blockIdx.y;
    int of_images = (b.n + IMAGES - 1) / IMAGES;
    if (row < of_images)
        inner_squeezed<WHOLE>(b, w1, first, row * IMAGES, reduced, other);
    else
        inner_weights<WHOLE>(b, squeezed, first, (row - of_images) * WIDTH, reduced, other,
                             w1_gradient, b1_gradient);
    if (TURNS && row == 0) {
        __syncthreads();
        norm_turn_channels<ROWS>(turning);
    }
}

template <bool WHOLE, bool TURNS>
static int back(const gate_back &b, const gate_layers &w, const gate_values &v,
                const gate_layers &gradient, const norm_turning &turning, void *stream)
{
    dim3 outer = blocks_of(b.c, CHANNELS, b.r, WIDTH),
         inner = blocks_of(b.c, CHANNELS, b.n, IMAGES);
    inner.y += outer.y;
    int code = LAUNCH(back_outer<WHOLE>, outer, THREADS, 0, stream, b, v, gradient.w2, gradient.b2);
    if (code)
        return code;
    code = LAUNCH(back_reduced<WHOLE>, tiles(b.n, b.r), threads_for(b.c), 0, stream, b, w.w2,
                  v.reduced);
    if (code)
        return code;
    return LAUNCH((back_inner<WHOLE, TURNS>), inner, THREADS, 0, stream, b, w.w1, v.squeezed,
                  gradient.w1, gradient.b1, turning);
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
    return r % 8 ? back<false, false>(b, *w, *v, *gradient, {}, stream)
                 : back<true, false>(b, *w, *v, *gradient, {}, stream);
}

extern "C" int kernel_gate_back_turn(const float *sums, struct map m, struct parts p,
                                     const struct gate_layers *w, int r,
                                     const struct norm_values *norm, const struct gate_values *v,
                                     float *gate_gradient, float *reduced_gradient,
                                     const struct gate_layers *gradient, float *squeezed_gradient,
                                     float *gamma_gradient, float *beta_gradient,
                                     const struct norm_factors *f, void *stream)
{
    gate_back b = {sums, p.n, norm->scale,   norm->beta,       m.n,
                   m.c,  r,   gate_gradient, reduced_gradient, squeezed_gradient};
    norm_turning n = {
        sums,          m, p, *norm, {v->gate, squeezed_gradient, v->image_mean}, gamma_gradient,
        beta_gradient, *f};
    if (m.n <= IMAGES && !kernel_plain("gate_back_turn") && !kernel_plain("gate_back"))
        return r % 8 ? back<false, true>(b, *w, *v, *gradient, n, stream)
                     : back<true, true>(b, *w, *v, *gradient, n, stream);
    int code =
        kernel_gate_back(sums, p.n, w, norm->scale, norm->beta, m.n, m.c, r, v, gate_gradient,
                         reduced_gradient, gradient, squeezed_gradient, stream);
    return code ? code
                : kernel_norm_back_finish(sums, m, p, norm, v->gate, squeezed_gradient,
                                          v->image_mean, gamma_gradient, beta_gradient, f, stream);
}
