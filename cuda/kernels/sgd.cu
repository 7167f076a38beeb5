/* sgd.cu - the update: v = m v + (c g + d w);  w -= rate v,  as PyTorch's SGD, where c is 1 or
 * clips the gradients' norm. Values, gradients and momenta are one block each: padding is zero in
 * all three and stays so. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/plain.h"
#include "cuda/kernels/step.h"

#include <math.h>

#define THREADS 256
#define WIDTH 8

/* --- clipping --- */

/* The block's sum of v, in thread 0: halves are added to halves. `part` has THREADS places. */
static __device__ double block_sum(double v, double *part)
{
    part[threadIdx.x] = v;
    for (unsigned half = THREADS / 2; half; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
    }
    return threadIdx.x ? 0 : part[0];
}

/* One block a chunk. */
static __global__ void sum_squares(const float *gradients, size_t count, double *squares)
{
    after_previous();
    SHARED_ARRAY(double, part, THREADS);
    size_t begin = (size_t)blockIdx.x * SGD_CHUNK;
    size_t end = count - begin < SGD_CHUNK ? count : begin + SGD_CHUNK;
    double sum = 0;
    for (size_t i = begin + threadIdx.x; i < end; i += THREADS)
        sum += (double)gradients[i] * (double)gradients[i];
    sum = block_sum(sum, part);
    if (!threadIdx.x)
        squares[blockIdx.x] = sum;
}

/* A norm that is no number must not hide: it goes into the weights, and the next loss shows it. */
static __global__ void find_clip(struct state *s, const double *squares, size_t chunks,
                                 double clip_norm)
{
    after_previous();
    SHARED_ARRAY(double, part, THREADS);
    double sum = 0;
    for (size_t i = threadIdx.x; i < chunks; i += THREADS)
        sum += squares[i];
    sum = block_sum(sum, part);
    double scale = clip_norm / (sqrt(sum) + 1e-6);
    if (!threadIdx.x)
        s->clip = scale >= 1 ? 1 : (float)scale;
}

extern "C" int kernel_clip(struct state *s, const float *gradients, size_t count, double clip_norm,
                           double *squares, void *stream)
{
    size_t chunks = (count + SGD_CHUNK - 1) / SGD_CHUNK;
    int code = chunks ? LAUNCH(sum_squares, (unsigned)chunks, THREADS, 0, stream, gradients, count,
                               squares)
                      : 0;
    return code ? code : LAUNCH(find_clip, 1, THREADS, 0, stream, s, squares, chunks, clip_norm);
}

/* --- the update --- */

struct rule {
    float momentum, decay, rate, clip;
};

static __device__ __forceinline__ rule rule_of(const struct state *s, float momentum, float decay,
                                               bool clipped)
{
    return rule{momentum, decay, s->rate, clipped ? s->clip : 1};
}

static __device__ __forceinline__ void move(const struct rule *r, float g, float *v, float *w)
{
    *v = r->momentum * *v + (r->clip * g + r->decay * *w);
    *w -= r->rate * *v;
}

static __device__ void move_8(const struct rule *r, const float *g, float *v, float *w, bf16 *copy)
{
    float gradient[WIDTH], momentum[WIDTH], value[WIDTH];
    load_8(g, gradient);
    load_8(v, momentum);
    load_8(w, value);
    UNROLL
    for (int k = 0; k < WIDTH; k++)
        move(r, gradient[k], &momentum[k], &value[k]);
    store_8(v, momentum);
    store_8(w, value);
    if (copy)
        store_8(copy, value);
}

static __global__ void sgd(const struct state *s, const float *gradients, float *values,
                           float *momenta, size_t count, float momentum, float decay, bool clipped,
                           bf16 *copy)
{
    after_previous();
    if (s->frozen)
        return;
    const struct rule rule = rule_of(s, momentum, decay, clipped);
    size_t i = ((size_t)blockIdx.x * THREADS + threadIdx.x) * WIDTH;
    if (i + WIDTH <= count) {
        move_8(&rule, gradients + i, momenta + i, values + i, copy ? copy + i : NULL);
        return;
    }
    for (; i < count; i++) {
        move(&rule, gradients[i], &momenta[i], &values[i]);
        if (copy)
            copy[i] = to_bf16(values[i]);
    }
}

/* The plain twin: one thread an element. */
static __global__ void plain_update(const struct state *s, const float *gradients, float *values,
                                    float *momenta, size_t count, float momentum, float decay,
                                    bool clipped, bf16 *copy)
{
    after_previous();
    size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x;
    if (s->frozen || i >= count)
        return;
    const struct rule rule = rule_of(s, momentum, decay, clipped);
    move(&rule, gradients[i], &momenta[i], &values[i]);
    if (copy)
        copy[i] = to_bf16(values[i]);
}

static unsigned blocks_for(size_t threads)
{
    return (unsigned)((threads + THREADS - 1) / THREADS);
}

extern "C" int kernel_sgd(const struct state *s, const float *gradients, float *values,
                          float *momenta, size_t count, float momentum, float decay, bool clipped,
                          struct bf16 *copy, void *stream)
{
    if (!count)
        return 0;
    if (kernel_plain("sgd"))
        return LAUNCH(plain_update, blocks_for(count), THREADS, 0, stream, s, gradients, values,
                      momenta, count, momentum, decay, clipped, copy);
    return LAUNCH(sgd, blocks_for((count + WIDTH - 1) / WIDTH), THREADS, 0, stream, s, gradients,
                  values, momenta, count, momentum, decay, clipped, copy);
}
