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

/* What a window has: all that is in the map is under way before the first is looked at. */
template <class T, bool MORE> struct pool_window {
    eight<T> raw[KERNEL * KERNEL];
    eight<T> before[MORE ? KERNEL * KERNEL : 1]; /* of the shortcut */
};

/* Whether tap i of a window whose first pixel is (y, x) is in the map. */
static __device__ __forceinline__ bool pool_has(const map &m, int y, int x, int i)
{
    int ty = y + i / KERNEL, tx = x + i % KERNEL;
    return ty >= 0 && ty < m.h && tx >= 0 && tx < m.w;
}

template <class T, bool MORE>
static __device__ __forceinline__ void pool_load(const norm_apply &a, const map &m, int y, int x,
                                                 size_t first, int all, pool_window<T, MORE> *to)
{
    UNROLL
    for (int i = 0; i < KERNEL * KERNEL; i++) {
        size_t at = first + (size_t)(i / KERNEL * m.w + i % KERNEL) * all;
        if (!pool_has(m, y, x, i))
            continue;
        load_8(static_cast<const T *>(a.raw) + 8 * at, &to->raw[i]);
        if (MORE && a.shortcut)
            load_8(static_cast<const T *>(a.shortcut) + 8 * at, &to->before[i]);
    }
}

/* MORE: with gate or shortcut. */
template <class T, bool MORE>
static __global__ void __launch_bounds__(COLUMNS_THREADS, MORE ? 1 : 2)
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
        float gate[8] = {1, 1, 1, 1, 1, 1, 1, 1}, before[8] = {0};
        pool_window<T, MORE> window;
        pool_load(a, m, y, x, ((o.n * m.h + y) * m.w + x) * p.k.all + t.column, p.k.all, &window);
        if (MORE && a.gate)
            load_8(a.gate + 8 * (o.n * p.k.all + t.column), gate);
        pool_best best = {{0}, {-1, -1, -1, -1, -1, -1, -1, -1}};
        UNROLL
        for (int k = 0; k < KERNEL * KERNEL; k++) {
            float v[8];
            if (!pool_has(m, y, x, k))
                continue;
            unpack(window.raw[k], v);
            if (MORE && a.shortcut)
                unpack(window.before[MORE ? k : 0], before);
            UNROLL
            for (int i = 0; i < 8; i++)
                pool_offer(&best, i, norm_value(v[i], scale[i], shift[i], gate[i], before[i]), k);
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
    p.from_end = a.from_end;
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

/* Of windows of 3 that begin at every second pixel, those beginning at 2 j - 2 and at 2 j reach the
 * pixels 2 j and 2 j + 1: the first by its last tap, the second by its first two. A thread has such
 * a pair of rows and of columns, counted from the padding's first: four windows, four pixels. */
#define PAIR 2

struct pool_pairs {
    int h, w; /* pairs: of rows, of columns */
    int y, x; /* the first */
};

static pool_pairs pairs_of(const map &m, const pool_shape &s)
{
    int y = s.pad / PAIR, x = s.pad / PAIR;
    return {(m.h - 1 + s.pad) / PAIR - y + 1, (m.w - 1 + s.pad) / PAIR - x + 1, y, x};
}

/* The tap by which window j - back of a direction has pixel `odd` of pair j; -1 for none. */
static __device__ __forceinline__ constexpr int pair_tap(int back, int odd)
{
    return !back ? odd : odd ? -1 : 2;
}

template <class T> struct pool_gradient {
    eight<T> g;
    uint8_t taps[8];
};

/* One pixel's sum over the windows that have it, from the last to the first. */
template <class T>
static __device__ __forceinline__ void pair_sum(const pool_gradient<T> windows[PAIR * PAIR],
                                                const bool there[PAIR * PAIR], int odd_y, int odd_x,
                                                float sum[8])
{
    UNROLL
    for (int i = 0; i < PAIR * PAIR; i++) {
        int ty = pair_tap(i / PAIR, odd_y), tx = pair_tap(i % PAIR, odd_x);
        if (ty < 0 || tx < 0 || !there[i])
            continue;
        float g[8];
        unpack(windows[i].g, g);
        UNROLL
        for (int c = 0; c < 8; c++)
            sum[c] += windows[i].taps[c] == ty * KERNEL + tx ? g[c] : 0;
    }
}

template <class T>
static __global__ void __launch_bounds__(COLUMNS_THREADS)
    scatter_pairs(const T *pooled, const uint8_t *winner, map m, pool_shape s, pool_pairs q, pass p,
                  T *gradient)
{
    after_previous();
    pass_thread t = pass_thread_of(p);
    for (size_t at = t.from; at < t.to; at += t.step) {
        pool_place o = pool_place_of(at, p.k.all, q.h, q.w);
        int y = o.y + q.y, x = o.x + q.x;
        pool_gradient<T> windows[PAIR * PAIR];
        bool there[PAIR * PAIR];
        UNROLL
        for (int i = 0; i < PAIR * PAIR; i++) {
            int wy = y - i / PAIR, wx = x - i % PAIR;
            size_t from = ((o.n * s.out_h + wy) * s.out_w + wx) * p.k.all + t.column;
            there[i] = wy >= 0 && wx >= 0 && wy < s.out_h && wx < s.out_w;
            if (there[i]) {
                load_8(pooled + 8 * from, &windows[i].g);
                load_8(winner + 8 * from, windows[i].taps);
            }
        }
        UNROLL
        for (int i = 0; i < PAIR * PAIR; i++) {
            int py = PAIR * y - s.pad + i / PAIR, px = PAIR * x - s.pad + i % PAIR;
            float sum[8] = {0};
            if (py < 0 || px < 0 || py >= m.h || px >= m.w)
                continue;
            pair_sum(windows, there, i / PAIR, i % PAIR, sum);
            store_8(gradient + 8 * (((o.n * m.h + py) * m.w + px) * p.k.all + t.column), sum);
        }
    }
}

template <class T>
static int start_back(const void *pooled_gradient, const uint8_t *winner, const map &m,
                      const pool_shape &s, void *gradient, void *stream)
{
    pool_pairs q = pairs_of(m, s);
    pass p = pass_of({m.n, q.h, q.w, m.c}, false, STEPS);
    return LAUNCH(scatter_pairs<T>, p.blocks, columns_threads(p.k), 0, stream,
                  static_cast<const T *>(pooled_gradient), winner, m, s, q, p,
                  static_cast<T *>(gradient));
}

extern "C" int kernel_pool_back(enum element t, const void *pooled_gradient, const uint8_t *winner,
                                struct map m, struct pool_shape s, void *gradient, void *stream)
{
    if (m.c % 8 || s.kernel != KERNEL || s.stride != PAIR || kernel_plain("pool_back"))
        return norm_plain_pool_back(t, pooled_gradient, winner, m, s, gradient, stream);
    return t == ELEMENT_BF16 ? start_back<bf16>(pooled_gradient, winner, m, s, gradient, stream)
                             : start_back<float>(pooled_gradient, winner, m, s, gradient, stream);
}
