/* conv.cu - convolutions of any shape, without tensor cores (see conv.h): oracle and last resort.
 *
 * A thread makes a small tile of results in registers and reads neighbouring channels at once, V of
 * them: 8 where their number allows it, else 4 or 1. Nothing but the weights' last step goes
 * through shared memory. Products are added in runs of RUN at most, and runs by compensated sums,
 * so that a result is as good as its own rounding however many terms it has. An image batch has
 * fewer than 2^31 pixels.
 */
#include "cuda/kernels/conv.h"
#include "cuda/kernels/kernel.h"

#define THREADS 128
#define WIDE 16 /* threads of a block beside each other in channels; the rest in pixels */
#define TILE 4  /* pixels of a thread (forward, data), output channels (forward, weights) */
#define RUN 32
#define SLICE 64 /* pixels that are worth a thread of their own (weights) */

/* Source: Kahan 1965. */
struct exact_sum {
    float sum, lost;
};

static __device__ __forceinline__ void exact_add(exact_sum *s, float v)
{
    const float more = v - s->lost, sum = s->sum + more;
    s->lost = (sum - s->sum) - more;
    s->sum = sum;
}

template <int V, class T> static __device__ __forceinline__ void load(const T *from, float v[V])
{
    if constexpr (V == 8) {
        load_8(from, v);
    } else {
        UNROLL
        for (int i = 0; i < V; i++)
            v[i] = to_float(from[i]);
    }
}

template <int M, int N>
static __device__ __forceinline__ void flush(float part[M][N], exact_sum sum[M][N])
{
    UNROLL
    for (int i = 0; i < M; i++)
        UNROLL
    for (int j = 0; j < N; j++) {
        exact_add(&sum[i][j], part[i][j]);
        part[i][j] = 0;
    }
}

/* Where a thread works: its first pixel and its column, of `columns` of them. */
struct spot {
    int pixel, column;
};

static __device__ __forceinline__ spot spot_of(int columns)
{
    const unsigned across = (unsigned)(columns + WIDE - 1) / WIDE;
    const unsigned row = blockIdx.x / across * (THREADS / WIDE) + threadIdx.x / WIDE;
    return {(int)(row * TILE), (int)(blockIdx.x % across * WIDE + threadIdx.x % WIDE)};
}

static unsigned blocks_for(int pixels, int columns)
{
    const int deep = THREADS / WIDE * TILE;
    return (unsigned)((pixels + deep - 1) / deep) * (unsigned)((columns + WIDE - 1) / WIDE);
}

static __device__ __forceinline__ int tiles_of(int channels)
{
    return (channels + TILE - 1) / TILE;
}

template <class T, int V>
static __global__ void conv_forward(conv_shape s, const T *x, const T *w, T *y)
{
    after_previous();
    const int depth = s.in / s.groups, width = s.out / s.groups, tiles = tiles_of(width);
    const int pixels = s.n * s.out_h * s.out_w;
    const spot at = spot_of(s.groups * tiles);
    if (at.column >= s.groups * tiles || at.pixel >= pixels)
        return;
    const int group = at.column / tiles, left = width - at.column % tiles * TILE;
    const int channel = group * width + at.column % tiles * TILE;
    const size_t filter = (size_t)s.kernel * s.kernel * depth;
    float part[TILE][TILE] = {};
    exact_sum sum[TILE][TILE] = {};
    int run = 0;
    for (int tap = 0; tap < s.kernel * s.kernel; tap++) {
        const T *from[TILE]; /* what the tap sees of each pixel, or NULL */
        bool any = false;
        UNROLL
        for (int i = 0; i < TILE; i++) {
            const int p = at.pixel + i, row = p / s.out_w;
            const int iy = row % s.out_h * s.stride - s.pad + tap / s.kernel;
            const int ix = p % s.out_w * s.stride - s.pad + tap % s.kernel;
            const bool there = p < pixels && iy >= 0 && iy < s.in_h && ix >= 0 && ix < s.in_w;
            from[i] = there ? x + (((size_t)(row / s.out_h) * s.in_h + iy) * s.in_w + ix) * s.in +
                                  group * depth
                            : NULL;
            any |= there;
        }
        if (!any)
            continue;
        for (int k = 0; k < depth; k += V) {
            float a[TILE][V] = {};
            UNROLL
            for (int i = 0; i < TILE; i++)
                if (from[i])
                    load<V>(from[i] + k, a[i]);
            UNROLL
            for (int j = 0; j < TILE; j++) {
                float b[V];
                if (j >= left)
                    break;
                load<V>(w + (channel + j) * filter + (size_t)tap * depth + k, b);
                UNROLL
                for (int i = 0; i < TILE; i++)
                    UNROLL
                for (int l = 0; l < V; l++)
                    part[i][j] += a[i][l] * b[l];
            }
            if ((run += V) >= RUN) {
                flush<TILE, TILE>(part, sum);
                run = 0;
            }
        }
    }
    flush<TILE, TILE>(part, sum);
    UNROLL
    for (int i = 0; i < TILE; i++)
        UNROLL
    for (int j = 0; j < TILE; j++)
        if (at.pixel + i < pixels && j < left)
            put(&y[(size_t)(at.pixel + i) * s.out + channel + j], sum[i][j].sum);
}

/* A column is V input channels. */
template <class T, int V>
static __global__ void conv_data(conv_shape s, const T *w, const T *dy, T *dx, bool add)
{
    after_previous();
    const int depth = s.in / s.groups, width = s.out / s.groups;
    const int pixels = s.n * s.in_h * s.in_w;
    const spot at = spot_of(s.in / V);
    if (at.column >= s.in / V || at.pixel >= pixels)
        return;
    const int channel = at.column * V, group = channel / depth;
    const size_t filter = (size_t)s.kernel * s.kernel * depth;
    float part[TILE][V] = {};
    exact_sum sum[TILE][V] = {};
    int run = 0;
    for (int tap = 0; tap < s.kernel * s.kernel; tap++) {
        const T *from[TILE]; /* the output pixel that sees each pixel through the tap, or NULL */
        bool any = false;
        UNROLL
        for (int i = 0; i < TILE; i++) {
            const int p = at.pixel + i, row = p / s.in_w;
            const int ty = row % s.in_h + s.pad - tap / s.kernel;
            const int tx = p % s.in_w + s.pad - tap % s.kernel;
            const int oy = ty / s.stride, ox = tx / s.stride;
            const bool there = p < pixels && ty >= 0 && tx >= 0 && oy * s.stride == ty &&
                               ox * s.stride == tx && oy < s.out_h && ox < s.out_w;
            from[i] = there
                          ? dy + (((size_t)(row / s.in_h) * s.out_h + oy) * s.out_w + ox) * s.out +
                                group * width
                          : NULL;
            any |= there;
        }
        if (!any)
            continue;
        const T *weight =
            w + (size_t)group * width * filter + (size_t)tap * depth + (channel - group * depth);
        for (int k = 0; k < width; k++) {
            float b[V];
            load<V>(weight + k * filter, b);
            UNROLL
            for (int i = 0; i < TILE; i++) {
                const float a = from[i] ? to_float(from[i][k]) : 0;
                UNROLL
                for (int l = 0; l < V; l++)
                    part[i][l] += a * b[l];
            }
            if (++run == RUN) {
                flush<TILE, V>(part, sum);
                run = 0;
            }
        }
    }
    flush<TILE, V>(part, sum);
    UNROLL
    for (int i = 0; i < TILE; i++) {
        if (at.pixel + i >= pixels)
            break;
        T *to = dx + (size_t)(at.pixel + i) * s.in + channel;
        UNROLL
        for (int l = 0; l < V; l++)
            put(&to[l], sum[i][l].sum + (add ? to_float(to[l]) : 0));
    }
}

/* A column is V input channels of a tap of TILE filters. A block's threads share its columns'
 * pixels between them, `slices` threads a column. */
template <class T, int V>
static __global__ void conv_weights(conv_shape s, int slices, const T *x, const T *dy, float *dw)
{
    after_previous();
    SHARED_ARRAY(float, shared, TILE *V *THREADS);
    const int depth = s.in / s.groups, width = s.out / s.groups, tiles = tiles_of(width);
    const int taps = s.kernel * s.kernel, pixels = s.n * s.out_h * s.out_w;
    const int columns = s.groups * tiles * taps * (depth / V), wide = THREADS / slices;
    const int column = (int)blockIdx.x * wide + (int)threadIdx.x % wide;
    const int slice = (int)threadIdx.x / wide;
    const int k = column % (depth / V) * V, tap = column / (depth / V) % taps;
    const int tile = column / (depth / V) / taps % tiles, left = width - tile * TILE;
    const int group = column / (depth / V) / taps / tiles, channel = group * width + tile * TILE;
    float part[TILE][V] = {};
    exact_sum sum[TILE][V] = {};
    int run = 0;
    for (int p = slice; column < columns && p < pixels; p += slices) {
        const int row = p / s.out_w;
        const int iy = row % s.out_h * s.stride - s.pad + tap / s.kernel;
        const int ix = p % s.out_w * s.stride - s.pad + tap % s.kernel;
        if (iy < 0 || iy >= s.in_h || ix < 0 || ix >= s.in_w)
            continue;
        float b[V];
        load<V>(x + (((size_t)(row / s.out_h) * s.in_h + iy) * s.in_w + ix) * s.in + group * depth +
                    k,
                b);
        UNROLL
        for (int i = 0; i < TILE; i++) {
            const float a = i < left ? to_float(dy[(size_t)p * s.out + channel + i]) : 0;
            UNROLL
            for (int l = 0; l < V; l++)
                part[i][l] += a * b[l];
        }
        if (++run == RUN) {
            flush<TILE, V>(part, sum);
            run = 0;
        }
    }
    flush<TILE, V>(part, sum);
    UNROLL
    for (int i = 0; i < TILE; i++)
        UNROLL
    for (int l = 0; l < V; l++)
        shared[(i * V + l) * THREADS + (int)threadIdx.x] = sum[i][l].sum;
    __syncthreads();
    if (slice || column >= columns)
        return;
    for (int i = 0; i < TILE && i < left; i++)
        for (int l = 0; l < V; l++) {
            exact_sum all = {0, 0};
            for (int other = 0; other < slices; other++)
                exact_add(&all, shared[(i * V + l) * THREADS + other * wide + (int)threadIdx.x]);
            dw[((size_t)(channel + i) * taps + tap) * depth + k + l] = all.sum;
        }
}

/* --- launchers --- */

template <class T, int V>
static int forward(const conv_shape *s, const void *x, const void *w, void *y, void *stream)
{
    const int columns = s->groups * ((s->out / s->groups + TILE - 1) / TILE);
    return LAUNCH((conv_forward<T, V>), blocks_for(s->n * s->out_h * s->out_w, columns), THREADS, 0,
                  stream, *s, static_cast<const T *>(x), static_cast<const T *>(w),
                  static_cast<T *>(y));
}

template <class T, int V>
static int data(const conv_shape *s, const void *w, const void *dy, void *dx, bool add,
                void *stream)
{
    return LAUNCH((conv_data<T, V>), blocks_for(s->n * s->in_h * s->in_w, s->in / V), THREADS, 0,
                  stream, *s, static_cast<const T *>(w), static_cast<const T *>(dy),
                  static_cast<T *>(dx), add);
}

template <class T, int V>
static int weights(const conv_shape *s, const void *x, const void *dy, float *dw, void *stream)
{
    const int depth = s->in / s->groups, tiles = (s->out / s->groups + TILE - 1) / TILE;
    const int columns = s->groups * tiles * s->kernel * s->kernel * (depth / V);
    int slices = 1;
    while (slices < 32 && s->n * s->out_h * s->out_w / (2 * slices) >= SLICE)
        slices *= 2;
    const int wide = THREADS / slices;
    return LAUNCH((conv_weights<T, V>), (unsigned)((columns + wide - 1) / wide), THREADS, 0, stream,
                  *s, slices, static_cast<const T *>(x), static_cast<const T *>(dy), dw);
}

/* do(T, V) for the type and for as many channels at once as a group has. */
#define PICK(t, s, do, ...)                                                                        \
    switch (((s)->in / (s)->groups % 8 ? (s)->in / (s)->groups % 4 ? 0 : 1 : 2) * 2 +              \
            ((t) == ELEMENT_BF16)) {                                                               \
    case 5:                                                                                        \
        return do<bf16, 8>(__VA_ARGS__);                                                           \
    case 4:                                                                                        \
        return do<float, 8>(__VA_ARGS__);                                                          \
    case 3:                                                                                        \
        return do<bf16, 4>(__VA_ARGS__);                                                           \
    case 2:                                                                                        \
        return do<float, 4>(__VA_ARGS__);                                                          \
    case 1:                                                                                        \
        return do<bf16, 1>(__VA_ARGS__);                                                           \
    default:                                                                                       \
        return do<float, 1>(__VA_ARGS__);                                                          \
    }

extern "C" int kernel_conv_forward(enum element t, const struct conv_shape *s, const void *x,
                                   const void *w, void *y, void *stream)
{
    PICK(t, s, forward, s, x, w, y, stream)
}

extern "C" int kernel_conv_data(enum element t, const struct conv_shape *s, const void *w,
                                const void *dy, void *dx, bool add, void *stream)
{
    PICK(t, s, data, s, w, dy, dx, add, stream)
}

extern "C" int kernel_conv_weights(enum element t, const struct conv_shape *s, const void *x,
                                   const void *dy, float *dw, void *stream)
{
    PICK(t, s, weights, s, x, dy, dw, stream)
}
