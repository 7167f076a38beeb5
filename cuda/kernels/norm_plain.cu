/* norm_plain.cu - batch norm forward, plainly: see norm_plain.h. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"

#define THREADS 128

static unsigned blocks_for(size_t count)
{
    return (unsigned)((count + THREADS - 1) / THREADS);
}

static __device__ __forceinline__ size_t thread_number()
{
    return (size_t)blockIdx.x * THREADS + threadIdx.x;
}

/* --- moments --- */

/* A thread has one channel of one part: its mean, then the squares about that. */
template <class T> static __global__ void moments_of(const T *raw, map m, parts p, float *moments)
{
    after_previous();
    size_t i = thread_number(), c = (size_t)m.c;
    if (i >= (size_t)m.n * p.n * c)
        return;
    size_t part = i / c % p.n, area = map_area(m);
    size_t from = part * p.pixels, to = from + p.pixels < area ? from + p.pixels : area;
    const T *x = raw + i / c / p.n * area * c + i % c;
    float pivot = to_float(x[from * c]), sum = 0, squares = 0;
    for (size_t at = from; at < to; at++)
        sum += to_float(x[at * c]) - pivot;
    float mean = pivot + sum / (float)(to - from);
    for (size_t at = from; at < to; at++) {
        float off = to_float(x[at * c]) - mean;
        squares = fmaf(off, off, squares);
    }
    float *out = moments + i / c * 2 * c + i % c;
    out[0] = mean;
    out[c] = squares;
}

int norm_plain_moments(enum element t, const void *raw, struct map m, struct parts p,
                       float *moments, void *stream)
{
    unsigned blocks = blocks_for((size_t)m.n * p.n * m.c);
    if (t == ELEMENT_BF16)
        return LAUNCH(moments_of<bf16>, blocks, THREADS, 0, stream, static_cast<const bf16 *>(raw),
                      m, p, moments);
    return LAUNCH(moments_of<float>, blocks, THREADS, 0, stream, static_cast<const float *>(raw), m,
                  p, moments);
}

/* --- statistics --- */

/* Channel c: the mean over the parts from image `from` up to `to`. */
static __device__ float mean_of(const float *moments, map m, parts p, int c, int from, int to)
{
    const float *part = moments + (size_t)from * p.n * 2 * m.c + c;
    float pivot = *part, sum = 0;
    for (int n = from; n < to; n++)
        for (int i = 0; i < p.n; i++, part += (size_t)2 * m.c)
            sum = fmaf((float)parts_pixels(m, p, i), *part - pivot, sum);
    return pivot + sum / ((float)(to - from) * (float)map_area(m));
}

static __device__ float squares_of(const float *moments, map m, parts p, int c, float mean)
{
    const float *part = moments + c;
    float sum = 0;
    for (int n = 0; n < m.n; n++)
        for (int i = 0; i < p.n; i++, part += (size_t)2 * m.c) {
            float off = part[0] - mean;
            sum += fmaf((float)parts_pixels(m, p, i) * off, off, part[m.c]);
        }
    return sum;
}

static __global__ void finish(const float *moments, map m, parts p, norm_values v)
{
    after_previous();
    int c = (int)thread_number();
    if (c >= m.c)
        return;
    float mean = mean_of(moments, m, p, c, 0, m.n);
    norm_settle(v, c, mean, squares_of(moments, m, p, c, mean), (float)m.n * (float)map_area(m));
}

static __global__ void image_means(const float *moments, map m, parts p, float *image_mean)
{
    after_previous();
    size_t i = thread_number();
    if (i >= (size_t)m.n * m.c)
        return;
    int n = (int)(i / m.c);
    image_mean[i] = mean_of(moments, m, p, (int)(i % m.c), n, n + 1);
}

static int image_means_start(const float *moments, struct map m, struct parts p, float *image_mean,
                             void *stream)
{
    if (!image_mean)
        return 0;
    return LAUNCH(image_means, blocks_for((size_t)m.n * m.c), THREADS, 0, stream, moments, m, p,
                  image_mean);
}

int norm_plain_finish(const float *moments, struct map m, struct parts p,
                      const struct norm_values *v, float *image_mean, void *stream)
{
    norm_values values = *v;
    int code = LAUNCH(finish, blocks_for(m.c), THREADS, 0, stream, moments, m, p, values);
    return code ? code : image_means_start(moments, m, p, image_mean, stream);
}

static __global__ void running(norm_values v, int c)
{
    after_previous();
    int i = (int)thread_number();
    if (i >= c)
        return;
    float scale = v.gamma[i] / sqrtf(v.running_variance[i] + NORM_EPS);
    v.scale[i] = scale;
    v.shift[i] = fmaf(-v.running_mean[i], scale, v.beta[i]);
}

extern "C" int kernel_norm_running(const struct norm_values *v, const float *moments, struct map m,
                                   struct parts p, float *image_mean, void *stream)
{
    norm_values values = *v;
    int code = LAUNCH(running, blocks_for(m.c), THREADS, 0, stream, values, m.c);
    return code ? code : image_means_start(moments, m, p, image_mean, stream);
}

/* --- the norm, gate, shortcut, ReLU --- */

static __device__ bool apply_one(const norm_apply &a, size_t i, map m, float raw, float shortcut,
                                 float *y)
{
    size_t c = i % m.c, image = i / (map_area(m) * m.c);
    float gate = a.gate ? a.gate[image * m.c + c] : 1;
    float v = norm_value(raw, a.scale[c], a.shift[c], gate, shortcut);
    *y = a.relu ? norm_relu(v) : v;
    return *y > 0;
}

/* A thread has 8 elements: a byte of the mask. */
template <class T> static __global__ void apply(norm_apply a, map m)
{
    after_previous();
    const T *raw = static_cast<const T *>(a.raw), *shortcut = static_cast<const T *>(a.shortcut);
    size_t first = 8 * thread_number(), count = map_count(m);
    if (first >= count)
        return;
    unsigned bits = 0;
    for (size_t i = first; i < first + 8 && i < count; i++) {
        float y, before = shortcut ? to_float(shortcut[i]) : 0;
        bits |= (unsigned)apply_one(a, i, m, to_float(raw[i]), before, &y) << (i - first);
        put(static_cast<T *>(a.out) + i, y);
    }
    if (a.mask)
        a.mask[first / 8] = (uint8_t)bits;
}

int norm_plain_apply(enum element t, const struct norm_apply *a, struct map m, void *stream)
{
    norm_apply values = *a;
    unsigned blocks = blocks_for((map_count(m) + 7) / 8);
    if (t == ELEMENT_BF16)
        return LAUNCH(apply<bf16>, blocks, THREADS, 0, stream, values, m);
    return LAUNCH(apply<float>, blocks, THREADS, 0, stream, values, m);
}
