/* norm_moments.cu - moments of each part in one pass: a thread's squares are about its first value,
 * which lies as near to the mean as any; its mean is kept as an offset from the part's first value,
 * and threads are joined about their means. So nothing cancels, whatever the mean. Bytes: raw once.
 */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/columns.h"
#include "cuda/kernels/norm_math.h"
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

/* A block has one part of one image, some of its channels. */
template <class T>
static __global__ void __launch_bounds__(COLUMNS_THREADS)
    moments_columns(const T *raw, map m, parts p, columns k, float *moments)
{
    after_previous();
    SHARED_ARRAY(float, offsets, 8 * COLUMNS_THREADS);
    SHARED_ARRAY(float, squares, 8 * COLUMNS_THREADS);
    part_thread t = part_thread_of(m, p, k);
    const T *first = raw + (t.part / p.n * map_area(m) + t.part % p.n * p.pixels) * m.c;
    if (t.from < t.to) {
        about s;
        float origin[8], each = 1 / (float)rows_pixels(t.pixels, (int)threadIdx.x / k.wide, k.rows);
        sum_column(raw, t, &s);
        load_8(first + 8 * t.column, origin);
        UNROLL
        for (int i = 0; i < 8; i++) {
            s.squares[i] = fmaf(-s.sum[i] * each, s.sum[i], s.squares[i]);
            s.pivot[i] = fmaf(s.sum[i], each, s.pivot[i] - origin[i]);
        }
        store_8(offsets + 8 * threadIdx.x, s.pivot);
        store_8(squares + 8 * threadIdx.x, s.squares);
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
}

extern "C" int kernel_moments(enum element t, const void *raw, struct map m, struct parts p,
                              float *moments, void *stream)
{
    if (m.c % 8 || kernel_plain("moments"))
        return norm_plain_moments(t, raw, m, p, moments, stream);
    columns k = columns_of(m.c, PART_COLUMNS);
    unsigned blocks = (unsigned)(m.n * p.n * k.chunks), threads = columns_threads(k);
    if (t == ELEMENT_BF16)
        return LAUNCH(moments_columns<bf16>, blocks, threads, 0, stream,
                      static_cast<const bf16 *>(raw), m, p, k, moments);
    return LAUNCH(moments_columns<float>, blocks, threads, 0, stream,
                  static_cast<const float *>(raw), m, p, k, moments);
}
