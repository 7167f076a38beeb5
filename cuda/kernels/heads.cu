/* heads.cu - the mean over each map, the linear heads, and the way back. Little work: what counts
 * is that many threads share it, so that none waits long. Sums are float32 in a fixed order, each
 * over few enough values to be right to about 1e-6. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/step.h"

#define THREADS 256
#define WARP 32

/* --- the mean over a map --- */

#define SUMS 4 /* side by side, so that loads need not wait for one another */

/* One thread a channel of an image. */
template <class T> static __global__ void average(const T *x, struct map m, float *features)
{
    after_previous();
    size_t at = (size_t)blockIdx.x * THREADS + threadIdx.x, c = (size_t)m.c, area = map_area(m);
    if (at >= (size_t)m.n * c)
        return;
    const T *from = x + at / c * area * c + at % c;
    float sum[SUMS] = {0};
    size_t i = 0;
    for (; i + SUMS <= area; i += SUMS) {
        UNROLL
        for (size_t k = 0; k < SUMS; k++)
            sum[k] += to_float(from[(i + k) * c]);
    }
    for (; i < area; i++)
        sum[0] += to_float(from[i * c]);
    features[at] = ((sum[0] + sum[1]) + (sum[2] + sum[3])) / (float)area;
}

static unsigned blocks_for(size_t count)
{
    return (unsigned)((count + THREADS - 1) / THREADS);
}

extern "C" int kernel_average(enum element t, const void *x, struct map m, float *features,
                              void *stream)
{
    unsigned blocks = blocks_for((size_t)m.n * (size_t)m.c);
    if (t == ELEMENT_BF16)
        return LAUNCH(average<bf16>, blocks, THREADS, 0, stream, static_cast<const bf16 *>(x), m,
                      features);
    return LAUNCH(average<float>, blocks, THREADS, 0, stream, static_cast<const float *>(x), m,
                  features);
}

/* --- linear heads --- */

/* One warp an output of a sample. */
static __global__ void linear(const float *features, const float *w, const float *bias, int n,
                              int c, int outputs, float *to)
{
    after_previous();
    int at = (int)(blockIdx.x * (THREADS / WARP) + threadIdx.x / WARP);
    int lane = (int)threadIdx.x % WARP;
    if (at >= n * outputs)
        return;
    const float *x = features + (size_t)(at / outputs) * (size_t)c;
    const float *row = w + (size_t)(at % outputs) * (size_t)c;
    float sum = 0;
    for (int k = lane; k < c; k += WARP)
        sum += row[k] * x[k];
    sum = warp_sum(sum);
    if (!lane)
        to[at] = sum + bias[at % outputs];
}

extern "C" int kernel_linear(const float *features, const float *w, const float *bias, int n, int c,
                             int outputs, float *to, void *stream)
{
    unsigned warps = (unsigned)(n * outputs);
    return LAUNCH(linear, (warps + THREADS / WARP - 1) / (THREADS / WARP), THREADS, 0, stream,
                  features, w, bias, n, c, outputs, to);
}

#define ROWS (THREADS / WARP)

/* A block has 32 features of one output; its rows of threads share the samples. The bias is one
 * more feature, which is 1 in every sample. */
static __global__ void linear_back(const float *features, const float *gradient, int n, int c,
                                   int outputs, float *w_gradient, float *bias_gradient)
{
    after_previous();
    SHARED_ARRAY(float, part, THREADS);
    int column = (int)threadIdx.x % WARP, row = (int)threadIdx.x / WARP;
    int k = (int)blockIdx.x * WARP + column, o = (int)blockIdx.y;
    float sum = 0;
    for (int i = row; k <= c && i < n; i += ROWS)
        sum += gradient[(size_t)i * (size_t)outputs + (size_t)o] *
               (k < c ? features[(size_t)i * (size_t)c + (size_t)k] : 1);
    part[threadIdx.x] = sum;
    __syncthreads();
    if (row || k > c)
        return;
    for (int r = 1; r < ROWS; r++)
        sum += part[r * WARP + column];
    *(k < c ? &w_gradient[(size_t)o * (size_t)c + (size_t)k] : &bias_gradient[o]) = sum;
}

extern "C" int kernel_linear_back(const float *features, const float *gradient, int n, int c,
                                  int outputs, float *w_gradient, float *bias_gradient,
                                  void *stream)
{
    dim3 blocks((unsigned)(c / WARP + 1), (unsigned)outputs);
    return LAUNCH(linear_back, blocks, THREADS, 0, stream, features, gradient, n, c, outputs,
                  w_gradient, bias_gradient);
}

/* --- back through the mean --- */

/* One thread WIDTH channels of an image: the same in all its pixels. */
template <class T, int WIDTH>
static __global__ void average_back(const float *score_w, const float *score_gradient,
                                    const float *class_w, const float *class_gradient, int classes,
                                    struct map m, T *x_gradient)
{
    after_previous();
    size_t at = ((size_t)blockIdx.x * THREADS + threadIdx.x) * WIDTH;
    size_t c = (size_t)m.c, area = map_area(m), image = at / c, k = at % c;
    if (image >= (size_t)m.n)
        return;
    float v[WIDTH];
    UNROLL
    for (int i = 0; i < WIDTH; i++)
        v[i] = score_gradient[image] * score_w[k + (size_t)i];
    for (int o = 0; class_w && o < classes; o++) {
        float g = class_gradient[image * (size_t)classes + (size_t)o];
        UNROLL
        for (int i = 0; i < WIDTH; i++)
            v[i] += g * class_w[(size_t)o * c + k + (size_t)i];
    }
    UNROLL
    for (int i = 0; i < WIDTH; i++)
        v[i] /= (float)area;
    T *to = x_gradient + image * area * c + k;
    for (size_t p = 0; p < area; p++)
        if constexpr (WIDTH == 8)
            store_8(to + p * c, v);
        else
            put(to + p * c, v[0]);
}

template <class T>
static int start_average_back(const float *score_w, const float *score_gradient,
                              const float *class_w, const float *class_gradient, int classes,
                              struct map m, T *x_gradient, void *stream)
{
    size_t count = (size_t)m.n * (size_t)m.c;
    if (m.c % 8 == 0)
        return LAUNCH((average_back<T, 8>), blocks_for(count / 8), THREADS, 0, stream, score_w,
                      score_gradient, class_w, class_gradient, classes, m, x_gradient);
    return LAUNCH((average_back<T, 1>), blocks_for(count), THREADS, 0, stream, score_w,
                  score_gradient, class_w, class_gradient, classes, m, x_gradient);
}

extern "C" int kernel_average_back(enum element t, const float *score_w,
                                   const float *score_gradient, const float *class_w,
                                   const float *class_gradient, int classes, struct map m,
                                   void *x_gradient, void *stream)
{
    if (t == ELEMENT_BF16)
        return start_average_back(score_w, score_gradient, class_w, class_gradient, classes, m,
                                  static_cast<bf16 *>(x_gradient), stream);
    return start_average_back(score_w, score_gradient, class_w, class_gradient, classes, m,
                              static_cast<float *>(x_gradient), stream);
}
