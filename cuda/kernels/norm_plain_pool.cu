/* norm_plain_pool.cu - the max-pool behind a norm, there and back, plainly: see norm_plain.h. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"

#define THREADS 128

static unsigned blocks_for(size_t count)
{
    return (unsigned)((count + THREADS - 1) / THREADS);
}

/* An element of the pooled map. */
struct place {
    size_t n;
    int y, x, c;
};

static __device__ __forceinline__ place place_of(size_t i, int h, int w, int c)
{
    size_t pixel = i / c;
    return {pixel / ((size_t)h * w), (int)(pixel / w % h), (int)(pixel % w), (int)(i % c)};
}

template <class T>
static __global__ void pool_max(norm_apply a, map m, pool_shape s, uint8_t *winner)
{
    after_previous();
    const T *raw = static_cast<const T *>(a.raw), *shortcut = static_cast<const T *>(a.shortcut);
    size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x;
    if (i >= (size_t)m.n * s.out_h * s.out_w * m.c)
        return;
    place o = place_of(i, s.out_h, s.out_w, m.c);
    float gate = a.gate ? a.gate[o.n * m.c + o.c] : 1, best = 0;
    int tap_of = -1;
    for (int tap = 0; tap < s.kernel * s.kernel; tap++) {
        int y = o.y * s.stride - s.pad + tap / s.kernel,
            x = o.x * s.stride - s.pad + tap % s.kernel;
        if (y < 0 || y >= m.h || x < 0 || x >= m.w)
            continue;
        size_t at = (o.n * map_area(m) + (size_t)y * m.w + x) * m.c + o.c;
        float before = shortcut ? to_float(shortcut[at]) : 0;
        float v = norm_value(to_float(raw[at]), a.scale[o.c], a.shift[o.c], gate, before);
        v = a.relu ? norm_relu(v) : v;
        if (tap_of >= 0 && !(v > best) && v == v)
            continue;
        best = v;
        tap_of = tap;
    }
    put(static_cast<T *>(a.out) + i, best);
    winner[i] = (uint8_t)(a.relu && !(best > 0) ? POOL_CUT : tap_of);
}

int norm_plain_pool(enum element t, const struct norm_apply *a, struct map m,
                    struct pool_shape pool, uint8_t *winner, void *stream)
{
    norm_apply values = *a;
    unsigned blocks = blocks_for((size_t)m.n * pool.out_h * pool.out_w * m.c);
    if (t == ELEMENT_BF16)
        return LAUNCH(pool_max<bf16>, blocks, THREADS, 0, stream, values, m, pool, winner);
    return LAUNCH(pool_max<float>, blocks, THREADS, 0, stream, values, m, pool, winner);
}

/* An element of the map takes the gradient of each window that it won. */
template <class T>
static __global__ void pool_gather(const T *pooled, const uint8_t *winner, map m, pool_shape s,
                                   T *gradient)
{
    after_previous();
    size_t i = (size_t)blockIdx.x * THREADS + threadIdx.x;
    if (i >= map_count(m))
        return;
    place o = place_of(i, m.h, m.w, m.c);
    float sum = 0;
    for (int tap = 0; tap < s.kernel * s.kernel; tap++) {
        int y = o.y + s.pad - tap / s.kernel, x = o.x + s.pad - tap % s.kernel;
        if (y < 0 || x < 0 || y % s.stride || x % s.stride || y / s.stride >= s.out_h ||
            x / s.stride >= s.out_w)
            continue;
        size_t pixel = (o.n * s.out_h + (size_t)(y / s.stride)) * s.out_w + x / s.stride;
        size_t at = pixel * m.c + o.c;
        sum += winner[at] == tap ? to_float(pooled[at]) : 0;
    }
    put(&gradient[i], sum);
}

int norm_plain_pool_back(enum element t, const void *pooled_gradient, const uint8_t *winner,
                         struct map m, struct pool_shape pool, void *gradient, void *stream)
{
    unsigned blocks = blocks_for(map_count(m));
    if (t == ELEMENT_BF16)
        return LAUNCH(pool_gather<bf16>, blocks, THREADS, 0, stream,
                      static_cast<const bf16 *>(pooled_gradient), winner, m, pool,
                      static_cast<bf16 *>(gradient));
    return LAUNCH(pool_gather<float>, blocks, THREADS, 0, stream,
                  static_cast<const float *>(pooled_gradient), winner, m, pool,
                  static_cast<float *>(gradient));
}
