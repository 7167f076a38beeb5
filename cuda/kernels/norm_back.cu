/* norm_back.cu - batch norm backward: sums over parts, then the gradients. Bytes: sums read raw and
 * the gradient (and a bit an element of mask); gradients read them again, write raw's, and write or
 * add the shortcut's. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/columns.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_fold.h"
#include "cuda/kernels/norm_plain.h"
#include "cuda/kernels/plain.h"

#define AHEAD 2 /* pixels of a thread under way: two loads of 16 bytes each, or three */
#define STEPS 8

/* By what a thread knows what the ReLU let through. */
enum through { THROUGH_ALL, THROUGH_RAW, THROUGH_MASK };

static enum through through_of(const struct norm_back &a)
{
    return a.mask ? THROUGH_MASK : a.relu ? THROUGH_RAW : THROUGH_ALL;
}

/* A column's line of channels. */
struct channel_values {
    float mean[8], scale[8], shift[8]; /* the last two by raw alone */
};

template <through BY>
static __device__ __forceinline__ void load_channels(const norm_back &a, int column,
                                                     channel_values *v)
{
    load_8(a.mean + 8 * column, v->mean);
    if (BY == THROUGH_RAW) {
        load_8(a.scale + 8 * column, v->scale);
        load_8(a.shift + 8 * column, v->shift);
    }
}

/* One column of a pixel as it was loaded, and then as numbers. */
template <class T> struct back_loaded {
    eight<T> raw, g;
    unsigned bits;
};

struct back_pixel {
    float raw[8], g[8];
    unsigned bits;
};

template <class T, through BY>
static __device__ __forceinline__ void load_pixel(const norm_back &a, size_t at, back_loaded<T> *p)
{
    load_8(static_cast<const T *>(a.raw) + 8 * at, &p->raw);
    load_8(static_cast<const T *>(a.gradient) + 8 * at, &p->g);
    if (BY == THROUGH_MASK)
        p->bits = a.mask[at];
}

template <class T, through BY>
static __device__ __forceinline__ back_pixel pixel_of(const back_loaded<T> &l)
{
    back_pixel p;
    unpack(l.raw, p.raw);
    unpack(l.g, p.g);
    p.bits = BY == THROUGH_MASK ? l.bits : 0;
    return p;
}

template <through BY>
static __device__ __forceinline__ float let_through(const back_pixel &p, const channel_values &v,
                                                    int i)
{
    if (BY == THROUGH_MASK)
        return p.bits >> i & 1 ? p.g[i] : 0;
    return BY == THROUGH_RAW ? norm_let_through(p.g[i], p.raw[i], v.scale[i], v.shift[i]) : p.g[i];
}

/* --- sums --- */

template <class T, through BY>
static __device__ __forceinline__ void sum_column(const norm_back &a, const part_thread &t,
                                                  float sum[8], float product[8])
{
    channel_values v;
    load_channels<BY>(a, t.column, &v);
    for (size_t at = t.from; at < t.to; at += AHEAD * t.step) {
        back_loaded<T> loaded[AHEAD];
        UNROLL
        for (int k = 0; k < AHEAD; k++)
            if (at + k * t.step < t.to)
                load_pixel<T, BY>(a, at + k * t.step, &loaded[k]);
        UNROLL
        for (int k = 0; k < AHEAD; k++)
            if (at + k * t.step < t.to) {
                back_pixel p = pixel_of<T, BY>(loaded[k]);
                UNROLL
                for (int i = 0; i < 8; i++) {
                    float g = let_through<BY>(p, v, i);
                    sum[i] += g;
                    product[i] = fmaf(g, p.raw[i] - v.mean[i], product[i]);
                }
            }
    }
}

/* What the last block of a chunk makes of them, for a unit without gate. */
struct turning {
    unsigned *tickets; /* one a chunk */
    norm_values values;
    float *gamma_gradient, *beta_gradient;
    norm_factors factors;
};

/* shared: a float a thread. */
static __device__ __forceinline__ void turn_chunk(const float *sums, const map &m, const parts &p,
                                                  const columns &k, int chunk, const turning &to,
                                                  float *shared)
{
    fold_thread t = fold_thread_of(m, k, chunk);
    int parts = t.there ? m.n * p.n : 0;
    float sum = 0, product = 0;
    for (int part = t.row; part < parts; part += FOLD_AHEAD * t.rows) {
        fold_parts l;
        fold_load(sums, (size_t)2 * m.c, m.c, t, part, parts, &l);
        UNROLL
        for (int i = 0; i < FOLD_AHEAD; i++)
            sum += l.first[i], product += l.second[i];
    }
    sum = fold_rows(sum, t, shared);
    product = fold_rows(product, t, shared);
    if (!t.there || t.row)
        return;
    norm_turn turn = norm_turn_of(to.values, t.c, sum, product, (float)m.n * (float)map_area(m));
    to.gamma_gradient[t.c] = turn.gamma_gradient;
    to.beta_gradient[t.c] = sum;
    to.factors.a[t.c] = turn.a;
    to.factors.b[t.c] = turn.b;
    to.factors.k[t.c] = turn.k;
}

/* A block has one part of one image, some of its channels. */
template <class T, through BY, bool TURNS>
static __global__ void __launch_bounds__(COLUMNS_THREADS)
    sums_columns(norm_back a, map m, parts p, columns k, float *sums, turning turn)
{
    after_previous();
    SHARED_ARRAY(float, shared_sums, 8 * COLUMNS_THREADS);
    SHARED_ARRAY(float, shared_products, 8 * COLUMNS_THREADS);
    part_thread t = part_thread_of(m, p, k);
    float sum[8] = {0}, product[8] = {0};
    if (t.from < t.to)
        sum_column<T, BY>(a, t, sum, product);
    store_8(shared_sums + 8 * threadIdx.x, sum);
    store_8(shared_products + 8 * threadIdx.x, product);
    __syncthreads();
    float *to = sums + t.part * 2 * m.c;
    for (int i = threadIdx.x; i < 8 * k.wide; i += blockDim.x) {
        int c = t.chunk * 8 * k.wide + i;
        if (c >= m.c)
            break;
        float s = 0, q = 0;
        for (int row = 0; row < k.rows; row++) {
            s += shared_sums[row * 8 * k.wide + i];
            q += shared_products[row * 8 * k.wide + i];
        }
        to[c] = s;
        to[m.c + c] = q;
    }
    if (TURNS && last_of_blocks(turn.tickets + t.chunk, (unsigned)(m.n * p.n)))
        turn_chunk(sums, m, p, k, t.chunk, turn, shared_sums);
}

template <class T, bool TURNS>
static int start_sums(const norm_back &a, const map &m, const parts &p, float *sums,
                      const turning &turn, void *stream)
{
    columns k = columns_of(m.c, PART_COLUMNS);
    unsigned blocks = (unsigned)(m.n * p.n * k.chunks), threads = columns_threads(k);
    switch (through_of(a)) {
    case THROUGH_MASK:
        return LAUNCH((sums_columns<T, THROUGH_MASK, TURNS>), blocks, threads, 0, stream, a, m, p,
                      k, sums, turn);
    case THROUGH_RAW:
        return LAUNCH((sums_columns<T, THROUGH_RAW, TURNS>), blocks, threads, 0, stream, a, m, p, k,
                      sums, turn);
    default:
        return LAUNCH((sums_columns<T, THROUGH_ALL, TURNS>), blocks, threads, 0, stream, a, m, p, k,
                      sums, turn);
    }
}

extern "C" int kernel_norm_back_sums(enum element t, const struct norm_back *a, struct map m,
                                     struct parts p, float *sums, void *stream)
{
    if (m.c % 8 || kernel_plain("norm_back_sums"))
        return norm_plain_back_sums(t, a, m, p, sums, stream);
    return t == ELEMENT_BF16 ? start_sums<bf16, false>(*a, m, p, sums, {}, stream)
                             : start_sums<float, false>(*a, m, p, sums, {}, stream);
}

extern "C" int kernel_norm_back_turn(enum element t, const struct norm_back *a, struct map m,
                                     struct parts p, float *sums, unsigned *tickets,
                                     const struct norm_values *v, float *gamma_gradient,
                                     float *beta_gradient, const struct norm_factors *f,
                                     void *stream)
{
    turning turn = {tickets, *v, gamma_gradient, beta_gradient, *f};
    if (m.c % 8 == 0 && norm_folds(m, p) && !kernel_plain("norm_back_turn"))
        return t == ELEMENT_BF16 ? start_sums<bf16, true>(*a, m, p, sums, turn, stream)
                                 : start_sums<float, true>(*a, m, p, sums, turn, stream);
    int code = kernel_norm_back_sums(t, a, m, p, sums, stream);
    return code ? code
                : kernel_norm_back_finish(sums, m, p, v, nullptr, nullptr, nullptr, gamma_gradient,
                                          beta_gradient, f, stream);
}

/* --- gradients --- */

/* Where they go. */
struct gradients {
    norm_factors f;
    bool gated;
    void *raw;
    shortcut_part part;
    void *shortcut;
};

template <class T, bool ADDED>
static __device__ __forceinline__ void store_shortcut(const norm_back &a, const gradients &to,
                                                      size_t at, float g[8], const eight<T> &before)
{
    if (ADDED) {
        float b[8];
        unpack(before, b);
        UNROLL
        for (int i = 0; i < 8; i++)
            g[i] += b[i];
    }
    if (to.part == SHORTCUT_SHARED)
        store_8(static_cast<T *>(a.gradient) + 8 * at, g);
    else if (to.part != SHORTCUT_NONE)
        store_8(static_cast<T *>(to.shortcut) + 8 * at, g);
}

template <class T, through BY, bool ADDED>
static __global__ void __launch_bounds__(COLUMNS_THREADS)
    gradients_columns(norm_back a, gradients to, pass p)
{
    after_previous();
    pass_thread t = pass_thread_of(p);
    if (t.from >= t.to)
        return;
    size_t line = to.gated ? t.image * p.k.all + t.column : t.column;
    channel_values v;
    float fa[8], fb[8], fk[8];
    load_channels<BY>(a, t.column, &v);
    load_8(to.f.a + 8 * line, fa);
    load_8(to.f.b + 8 * line, fb);
    load_8(to.f.k + 8 * t.column, fk);
    for (size_t at = t.from; at < t.to; at += AHEAD * t.step) {
        back_loaded<T> loaded[AHEAD];
        eight<T> before[AHEAD];
        UNROLL
        for (int k = 0; k < AHEAD; k++)
            if (at + k * t.step < t.to) {
                load_pixel<T, BY>(a, at + k * t.step, &loaded[k]);
                if (ADDED)
                    load_8(static_cast<const T *>(to.shortcut) + 8 * (at + k * t.step), &before[k]);
            }
        UNROLL
        for (int k = 0; k < AHEAD; k++)
            if (at + k * t.step < t.to) {
                back_pixel x = pixel_of<T, BY>(loaded[k]);
                UNROLL
                for (int i = 0; i < 8; i++) {
                    x.g[i] = let_through<BY>(x, v, i);
                    x.raw[i] = norm_raw_gradient(x.g[i], fa[i], fb[i], fk[i], x.raw[i], v.mean[i]);
                }
                store_8(static_cast<T *>(to.raw) + 8 * (at + k * t.step), x.raw);
                store_shortcut<T, ADDED>(a, to, at + k * t.step, x.g, before[k]);
            }
    }
}

template <class T, through BY>
static int start_gradients(const norm_back &a, const map &m, const gradients &to, void *stream)
{
    pass p = pass_of(m, to.gated, STEPS);
    unsigned blocks = to.gated ? p.blocks * m.n : p.blocks, threads = columns_threads(p.k);
    if (to.part == SHORTCUT_ADDED)
        return LAUNCH((gradients_columns<T, BY, true>), blocks, threads, 0, stream, a, to, p);
    return LAUNCH((gradients_columns<T, BY, false>), blocks, threads, 0, stream, a, to, p);
}

template <class T>
static int start_by(const norm_back &a, const map &m, const gradients &to, void *stream)
{
    switch (through_of(a)) {
    case THROUGH_MASK:
        return start_gradients<T, THROUGH_MASK>(a, m, to, stream);
    case THROUGH_RAW:
        return start_gradients<T, THROUGH_RAW>(a, m, to, stream);
    default:
        return start_gradients<T, THROUGH_ALL>(a, m, to, stream);
    }
}

extern "C" int kernel_norm_back_apply(enum element t, const struct norm_back *a, struct map m,
                                      const struct norm_factors *f, bool gated, void *raw_gradient,
                                      enum shortcut_part part, void *shortcut_gradient,
                                      void *stream)
{
    if (m.c % 8 || kernel_plain("norm_back_apply"))
        return norm_plain_back_apply(t, a, m, f, gated, raw_gradient, part, shortcut_gradient,
                                     stream);
    gradients to = {*f, gated, raw_gradient, part, shortcut_gradient};
    return t == ELEMENT_BF16 ? start_by<bf16>(*a, m, to, stream)
                             : start_by<float>(*a, m, to, stream);
}
