/* norm_moments.cu - moments of each part in one pass: a thread's squares are about its first value,
 * which lies as near to the mean as any; its mean is kept as an offset from the part's first value,
 * and threads are joined about their means. So nothing cancels, whatever the mean. Bytes: raw once.
 */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/columns.h"
#include "cuda/kernels/norm_math.h"
#include "cuda/kernels/norm_fold.h"
#include "cuda/kernels/norm_plain.h"
#include "cuda/kernels/plain.h"

#define AHEAD 4 /* loads of 16 bytes in flight */

/* One column's sums about its pivot, its first value. */
struct about {
    float pivot[8], sum[8], squares[8];
};

template <class T>
static __device__ __forceinline__ void sum_column(const T *raw, const part_thread &t, about *s)
{
    load_8(raw + 8 * t.from, s->pivot);
    UNROLL
    for (int i = 0; i < 8; i++)
        s->sum[i] = s->squares[i] = 0;
    for (size_t at = t.from; at < t.to; at += AHEAD * t.step) {
        eight<T> x[AHEAD];
        UNROLL
        for (int k = 0; k < AHEAD; k++)
            if (at + k * t.step < t.to)
                load_8(raw + 8 * (at + k * t.step), &x[k]);
        UNROLL
        for (int k = 0; k < AHEAD; k++)
            if (at + k * t.step < t.to) {
                float v[8];
                unpack(x[k], v);
                UNROLL
                for (int i = 0; i < 8; i++) {
                    float off = v[i] - s->pivot[i];
                    s->sum[i] += off;
                    s->squares[i] = fmaf(off, off, s->squares[i]);
                }
            }
    }
}

/* Of a part's pixels, those that row `row` of a block's threads has. */
static __device__ __forceinline__ int rows_pixels(int pixels, int row, int rows)
{
    return (pixels - row + rows - 1) / rows;
}

/* --- statistics, by the last block of a chunk --- */

struct statistics {
    unsigned *tickets; /* one a chunk */
    norm_values values;
    float *image_mean;
};

/* Of every rows-th image the mean over its parts, which are joined on the way; FOLD_AHEAD images at
 * once. */
static __device__ __forceinline__ void join_images(const float *moments, const map &m,
                                                   const parts &p, const fold_thread &t,
                                                   norm_joined *j, float *image_mean)
{
    for (int n = t.row; n < m.n; n += FOLD_AHEAD * t.rows) {
        float first[FOLD_AHEAD], sum[FOLD_AHEAD];
        for (int part = 0; part < p.n; part++) {
            fold_parts l;
            float each = (float)parts_pixels(m, p, part);
            fold_load(moments + (size_t)part * 2 * m.c, (size_t)p.n * 2 * m.c, m.c, t, n, m.n, &l);
            UNROLL
            for (int i = 0; i < FOLD_AHEAD; i++) {
                if (n + i * t.rows < m.n)
                    norm_join(j, each, l.first[i], l.second[i]);
                first[i] = part ? first[i] : l.first[i];
                sum[i] = part ? fmaf(each, l.first[i] - first[i], sum[i]) : 0;
            }
        }
        UNROLL
        for (int i = 0; i < FOLD_AHEAD; i++)
            if (image_mean && n + i * t.rows < m.n)
                image_mean[(size_t)(n + i * t.rows) * m.c + t.c] =
                    first[i] + sum[i] / (float)map_area(m);
    }
}

/* The chunk's statistics, and each image's mean. shared: a float a thread. */
static __device__ __forceinline__ void settle_chunk(const float *moments, const map &m,
                                                    const parts &p, const columns &k, int chunk,
                                                    const statistics &s, float *shared)
{
    fold_thread t = fold_thread_of(m, k, chunk);
    norm_joined j = norm_join_begin(t.there ? moments[t.c] : 0);
    float count = (float)m.n * (float)map_area(m);
    if (t.there)
        join_images(moments, m, p, t, &j, s.image_mean);
    j.sum = fold_rows(j.sum, t, shared);
    j.about = fold_rows(j.about, t, shared);
    j.squares = fold_rows(j.squares, t, shared);
    if (t.there && t.row == 0)
        norm_settle(s.values, t.c, norm_join_mean(j, count), norm_join_squares(j, count), count);
}

/* --- */

/* A block has one part of one image, some of its channels. */
template <class T, bool SETTLES>
static __global__ void __launch_bounds__(COLUMNS_THREADS, SETTLES && sizeof(T) == 2 ? 3 : 0)
    moments_columns(const T *raw, map m, parts p, columns k, float *moments, statistics s)
{
    after_previous();
    SHARED_ARRAY(float, offsets, 8 * COLUMNS_THREADS);
    SHARED_ARRAY(float, squares, 8 * COLUMNS_THREADS);
    part_thread t = part_thread_of(m, p, k);
    const T *first = raw + (t.part / p.n * map_area(m) + t.part % p.n * p.pixels) * m.c;
    if (t.from < t.to) {
        about a;
        float origin[8], each = 1 / (float)rows_pixels(t.pixels, (int)threadIdx.x / k.wide, k.rows);
        sum_column(raw, t, &a);
        load_8(first + 8 * t.column, origin);
        UNROLL
        for (int i = 0; i < 8; i++) {
            a.squares[i] = fmaf(-a.sum[i] * each, a.sum[i], a.squares[i]);
            a.pivot[i] = fmaf(a.sum[i], each, a.pivot[i] - origin[i]);
        }
        store_8(offsets + 8 * threadIdx.x, a.pivot);
        store_8(squares + 8 * threadIdx.x, a.squares);
    }
    __syncthreads();
    float *to = moments + t.part * 2 * m.c;
    for (int i = threadIdx.x; i < 8 * k.wide; i += blockDim.x) {
        int c = t.chunk * 8 * k.wide + i;
        if (c >= m.c)
            break;
        norm_joined j = norm_join_begin(0);
        for (int row = 0; row < k.rows && row < t.pixels; row++)
            norm_join(&j, (float)rows_pixels(t.pixels, row, k.rows), offsets[row * 8 * k.wide + i],
                      squares[row * 8 * k.wide + i]);
        to[c] = to_float(first[c]) + norm_join_mean(j, (float)t.pixels);
        to[m.c + c] = norm_join_squares(j, (float)t.pixels);
    }
    if (SETTLES && last_of_blocks(s.tickets + t.chunk, (unsigned)(m.n * p.n)))
        settle_chunk(moments, m, p, k, t.chunk, s, offsets);
}

template <bool SETTLES>
static int start(enum element t, const void *raw, const map &m, const parts &p, float *moments,
                 const statistics &s, void *stream)
{
    columns k = columns_of(m.c, PART_COLUMNS);
    unsigned blocks = (unsigned)(m.n * p.n * k.chunks), threads = columns_threads(k);
    if (t == ELEMENT_BF16)
        return LAUNCH((moments_columns<bf16, SETTLES>), blocks, threads, 0, stream,
                      static_cast<const bf16 *>(raw), m, p, k, moments, s);
    return LAUNCH((moments_columns<float, SETTLES>), blocks, threads, 0, stream,
                  static_cast<const float *>(raw), m, p, k, moments, s);
}

extern "C" int kernel_moments(enum element t, const void *raw, struct map m, struct parts p,
                              float *moments, void *stream)
{
    if (m.c % 8 || kernel_plain("moments"))
        return norm_plain_moments(t, raw, m, p, moments, stream);
    return start<false>(t, raw, m, p, moments, {}, stream);
}

extern "C" int kernel_norm_statistics(enum element t, const void *raw, struct map m, struct parts p,
                                      float *moments, unsigned *tickets,
                                      const struct norm_values *v, float *image_mean, void *stream)
{
    if (m.c % 8 == 0 && norm_folds(m, p) && !kernel_plain("norm_statistics"))
        return start<true>(t, raw, m, p, moments, {tickets, *v, image_mean}, stream);
    int code = kernel_moments(t, raw, m, p, moments, stream);
    return code ? code : kernel_norm_finish(moments, m, p, v, image_mean, stream);
}
