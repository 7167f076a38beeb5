/* norm_pool.cu - norm, gate, shortcut, ReLU and the max-pool behind them in one pass, and the
 * pool's way back. Bytes: raw once from memory (windows that overlap find it in the cache), the
 * pooled map, and a byte for each of its elements; back: those two, and the gradient. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/columns.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_plain.h"
#include "cuda/kernels/plain.h"

#define KERNEL 3
#define STEPS 2 /* pixels of a thread: each already reads a window */

/* The pixel that a place (columns.h) is of, in a map h high and w wide. A batch has fewer than 2^31
 * of them: divisions of 64 bits would take longer than the loads. */
struct pool_place {
    size_t n;
    int y, x;
};

static __device__ __forceinline__ pool_place pool_place_of(size_t at, int all, int h, int w)
{
    unsigned pixel = (unsigned)(at / all), row = pixel / w;
    return {row / h, (int)(row % h), (int)(pixel % w)};
}

/* --- forward --- */

/* A column's maxima so far, and the taps that won. */
struct pool_best {
    float value[8];
    int tap[8]; /* -1 = none yet */
};

/* NaN wins over everything, the first over its equals. */
static __device__ __forceinline__ void pool_offer(pool_best *b, int i, float v, int tap)
{
    bool wins = b->tap[i] < 0 || v > b->value[i] || v != v;
    b->value[i] = wins ? v : b->value[i];
    b->tap[i] = wins ? tap : b->tap[i];
}

/* Row ky of a window whose first pixel is (y, x): three loads, then what they come to. */
template <class T, bool MORE>
static __device__ __forceinline__ void
pool_row(const norm_apply &a, const map &m, int x, size_t place, int all, const float scale[8],
         const float shift[8], const float gate[8], int ky, pool_best *best)
{
    float v[KERNEL][8], before[KERNEL][8];
    UNROLL
    for (int kx = 0; kx < KERNEL; kx++)
        if (x + kx >= 0 && x + kx < m.w) {
            load_8(static_cast<const T *>(a.raw) + 8 * (place + kx * all), v[kx]);
            if (MORE && a.shortcut)
                load_8(static_cast<const T *>(a.shortcut) + 8 * (place + kx * all), before[kx]);
        }
    UNROLL
    for (int kx = 0; kx < KERNEL; kx++)
        if (x + kx >= 0 && x + kx < m.w) {
            UNROLL
            for (int i = 0; i < 8; i++) {
                float b = MORE && a.shortcut ? before[kx][i] : 0;
                pool_offer(best, i, norm_value(v[kx][i], scale[i], shift[i], gate[i], b),
                           ky * KERNEL + kx);
            }
        }
}

/* MORE: with gate or shortcut. */
template <class T, bool MORE>
static __global__ void __launch_bounds__(COLUMNS_THREADS, 2)
    pool_columns(norm_apply a, map m, pool_shape s, pass p, uint8_t *winner)
{
    after_previous();
    pass_thread t = pass_thread_of(p);
    if (t.from >= t.to)
        return;
    float scale[8], shift[8];
    load_8(a.scale + 8 * t.column, scale);
    load_8(a.shift + 8 * t.column, shift);
    for (size_t at = t.from; at < t.to; at += t.step) {
        pool_place o = pool_place_of(at, p.k.all, s.out_h, s.out_w);
        int y = o.y * s.stride - s.pad, x = o.x * s.stride - s.pad;
        float gate[8] = {1, 1, 1, 1, 1, 1, 1, 1};
        if (MORE && a.gate)
            load_8(a.gate + 8 * (o.n * p.k.all + t.column), gate);
        pool_best best = {{0}, {-1, -1, -1, -1, -1, -1, -1, -1}};
        UNROLL
        for (int ky = 0; ky < KERNEL; ky++) {
            size_t first = ((o.n * m.h + y + ky) * m.w + x) * p.k.all + t.column;
            if (y + ky >= 0 && y + ky < m.h)
                pool_row<T, MORE>(a, m, x, first, p.k.all, scale, shift, gate, ky, &best);
        }
        uint8_t taps[8];
        UNROLL
        for (int i = 0; i < 8; i++) {
            best.value[i] = a.relu ? norm_relu(best.value[i]) : best.value[i];
            taps[i] = (uint8_t)(a.relu && !(best.value[i] > 0) ? POOL_CUT : best.tap[i]);
        }
        store_8(static_cast<T *>(a.out) + 8 * at, best.value);
        store_8(winner + 8 * at, taps);
    }
}

template <class T>
static int start(const norm_apply &a, const map &m, const pool_shape &s, uint8_t *winner,
                 void *stream)
{
    map pooled = {m.n, s.out_h, s.out_w, m.c};
    pass p = pass_of(pooled, false, STEPS);
    unsigned threads = columns_threads(p.k);
    if (a.gate || a.shortcut)
        return LAUNCH((pool_columns<T, true>), p.blocks, threads, 0, stream, a, m, s, p, winner);
    return LAUNCH((pool_columns<T, false>), p.blocks, threads, 0, stream, a, m, s, p, winner);
}

extern "C" int kernel_norm_pool(enum element t, const struct norm_apply *a, struct map m,
                                struct pool_shape pool, uint8_t *winner, void *stream)
{
    if (m.c % 8 || pool.kernel != KERNEL || kernel_plain("norm_pool"))
        return norm_plain_pool(t, a, m, pool, winner, stream);
    return t == ELEMENT_BF16 ? start<bf16>(*a, m, pool, winner, stream)
                             : start<float>(*a, m, pool, winner, stream);
}

/* --- backward --- */

#define WINDOWS 2 /* in a direction, that a pixel lies in: kernel <= 2 stride */

template <class T>
static __global__ void __launch_bounds__(COLUMNS_THREADS)
    gather_columns(const T *pooled, const uint8_t *winner, map m, pool_shape s, pass p, T *gradient)
{
    after_previous();
    pass_thread t = pass_thread_of(p);
    for (size_t at = t.from; at < t.to; at += t.step) {
        pool_place o = pool_place_of(at, p.k.all, m.h, m.w);
        /* The last window in each direction, and the pixel's tap in it. */
        int wy = (o.y + s.pad) / s.stride, wx = (o.x + s.pad) / s.stride;
        int ky = (o.y + s.pad) % s.stride, kx = (o.x + s.pad) % s.stride;
        float sum[8] = {0};
        UNROLL
        for (int i = 0; i < WINDOWS * WINDOWS; i++) {
            int y = wy - i / WINDOWS, x = wx - i % WINDOWS;
            int tap_y = ky + i / WINDOWS * s.stride, tap_x = kx + i % WINDOWS * s.stride;
            if (y < 0 || x < 0 || y >= s.out_h || x >= s.out_w || tap_y >= s.kernel ||
                tap_x >= s.kernel)
                continue;
            size_t from = ((o.n * s.out_h + y) * s.out_w + x) * p.k.all + t.column;
            float g[8];
            uint8_t taps[8];
            load_8(pooled + 8 * from, g);
            load_8(winner + 8 * from, taps);
            UNROLL
            for (int c = 0; c < 8; c++)
                sum[c] += taps[c] == tap_y * s.kernel + tap_x ? g[c] : 0;
        }
        store_8(gradient + 8 * at, sum);
    }
}

extern "C" int kernel_pool_back(enum element t, const void *pooled_gradient, const uint8_t *winner,
                                struct map m, struct pool_shape s, void *gradient, void *stream)
{
    if (m.c % 8 || s.kernel > WINDOWS * s.stride || kernel_plain("pool_back"))
        return norm_plain_pool_back(t, pooled_gradient, winner, m, s, gradient, stream);
    pass p = pass_of(m, false, STEPS);
    unsigned threads = columns_threads(p.k);
    if (t == ELEMENT_BF16)
        return LAUNCH(gather_columns<bf16>, p.blocks, threads, 0, stream,
                      static_cast<const bf16 *>(pooled_gradient), winner, m, s, p,
                      static_cast<bf16 *>(gradient));
    return LAUNCH(gather_columns<float>, p.blocks, threads, 0, stream,
                  static_cast<const float *>(pooled_gradient), winner, m, s, p,
                  static_cast<float *>(gradient));
}
