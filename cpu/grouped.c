/* grouped.c - convolutions with narrow groups, in loops of our own: a vector of channels at a time,
 * any kernel and stride. For groups of 4 channels and of 8 (several groups in a vector, each lane's
 * input found by a constant shuffle) and for wider ones that a vector divides (the input is one
 * number for the whole vector).
 *
 * Layout of weights: taps, then the channel within the group that is summed over, then all channels
 * that are made; so that a vector of weights is one load. Rows of output are computed in parallel
 * and belong to one thread each; the weights' gradient is summed over fixed blocks of images.
 */
#include "cpu/cpu.h"
#include "cpu/simd.h"

#include <string.h>

#define MOST_TILE 13   /* pixels at a time: as many sums as registers hold */
#define MOST_BLOCKS 16 /* of images, each with its own sum of the weights' gradient */

/* How one row of the made map looks on the map that it is made from. */
struct view {
    int kernel, stride, pad;
    bool flip;          /* taps in reverse order: the data gradient at stride 1 */
    int from_h, from_w; /* the map read */
    int width;          /* of the map made */
    int from, to;       /* channels of each */
    int from_group, to_group;
    int low, high;     /* columns at which the whole window lies on the map: low..high - 1 */
    int tile;          /* pixels of them at a time */
    const float *bias; /* per channel made, or NULL */
    bool relu;
};

#define LANES 4
#define VEC simd4
#define BITS simd4_bits
#define OF(name) name##_4
#define SPREAD(v, i) __builtin_shufflevector(v, v, i, i, i, i)
#include "cpu/grouped_lanes.h"

#define LANES 8
#define VEC simd8
#define BITS simd8_bits
#define OF(name) name##_8
#define SPREAD(v, i) __builtin_shufflevector(v, v, i, i, i, i, 4 + (i), 4 + (i), 4 + (i), 4 + (i))
#include "cpu/grouped_lanes.h"

#define LANES 16
#define VEC simd16
#define BITS simd16_bits
#define OF(name) name##_16
#define SPREAD(v, i)                                                                               \
    __builtin_shufflevector(v, v, i, i, i, i, 4 + (i), 4 + (i), 4 + (i), 4 + (i), 8 + (i),         \
                            8 + (i), 8 + (i), 8 + (i), 12 + (i), 12 + (i), 12 + (i), 12 + (i))
#define QUARTERS(v, i)                                                                             \
    __builtin_shufflevector(v, v, 4 * (i), 4 * (i) + 1, 4 * (i) + 2, 4 * (i) + 3, 4 * (i),         \
                            4 * (i) + 1, 4 * (i) + 2, 4 * (i) + 3, 8 + 4 * (i), 9 + 4 * (i),       \
                            10 + 4 * (i), 11 + 4 * (i), 8 + 4 * (i), 9 + 4 * (i), 10 + 4 * (i),    \
                            11 + 4 * (i))
#include "cpu/grouped_lanes.h"

/* Whole vectors of 16 lanes on AVX-512, else of 8; the plain set has 4. */
#define KERNEL(name, parameters, arguments)                                                        \
    SIMD_CHOICE(name, parameters, arguments, name##_4, name##_8, name##_16)

KERNEL(make_row, (const struct view *v, int row, const float *from, const float *w, float *y),
       (v, row, from, w, y))
KERNEL(take_row, (const struct dnn_shape *s, int row, const float *y, const float *w, float *x),
       (s, row, y, w, x))
KERNEL(add_row, (const struct dnn_shape *s, int row, const float *x, const float *y, float *w),
       (s, row, x, y, w))

static bool suits(int a, int b, int groups)
{
    return (a == 4 && b == 4 && groups % 2 == 0) || (a % 8 == 0 && b % 8 == 0);
}

bool grouped_can(const struct dnn_shape *s)
{
    return suits(s->in / s->groups, s->out / s->groups, s->groups);
}

/* The set whose vectors divide `channels` made in groups of `made` from groups of `read`. */
static enum isa fitting(enum isa isa, int channels, int read, int made)
{
    bool whole = made % 16 == 0 || (made == read && (made == 4 || made == 8));
    return isa == ISA_AVX512 && (channels % 16 || !whole) ? ISA_AVX2 : isa;
}

/* Columns at which the whole window lies on the map, and how many of them at a time: the tile that
 * leaves the fewest pixels to be made twice. */
static void plan_columns(struct view *v, enum isa isa)
{
    static const int tiles[] = {13, 9, 6, 5};
    v->low = (v->pad + v->stride - 1) / v->stride;
    int room = v->from_w + v->pad - v->kernel;
    v->high = room < 0 ? 0 : room / v->stride + 1;
    v->low = v->low < v->width ? v->low : v->width;
    v->high = v->high < v->width ? v->high : v->width;
    v->high = v->high > v->low ? v->high : v->low;
    int count = v->high - v->low, least = 0;
    v->tile = 1;
    for (int i = isa == ISA_AVX512 ? 0 : 1; i < 4; i++) {
        int made = (count + tiles[i] - 1) / tiles[i] * tiles[i];
        if (tiles[i] > count || (v->tile > 1 && made >= least))
            continue;
        v->tile = tiles[i];
        least = made;
    }
}

void grouped_forward(enum isa isa, const struct dnn_shape *s, const float *x, const float *w,
                     const float *bias, bool relu, float *y)
{
    int read = s->in / s->groups, made = s->out / s->groups;
    struct view v = {.kernel = s->kernel,
                     .stride = s->stride,
                     .pad = s->pad,
                     .from_h = s->h,
                     .from_w = s->w,
                     .width = s->out_w,
                     .from = s->in,
                     .to = s->out,
                     .from_group = read,
                     .to_group = made,
                     .bias = bias,
                     .relu = relu};
    size_t in = (size_t)s->h * s->w * s->in, out = (size_t)s->out_w * s->out;
    isa = fitting(isa, s->out, read, made);
    plan_columns(&v, isa);
#pragma omp parallel for schedule(static)
    for (int r = 0; r < s->n * s->out_h; r++)
        make_row(isa)(&v, r % s->out_h, x + (size_t)(r / s->out_h) * in, w, y + (size_t)r * out);
}

void grouped_data(enum isa isa, const struct dnn_shape *s, float *x, const float *w, const float *y)
{
    /* At stride 1 the data gradient is a convolution too, with the taps reversed. */
    int read = s->out / s->groups, made = s->in / s->groups;
    struct view v = {.kernel = s->kernel,
                     .stride = 1,
                     .pad = s->kernel - 1 - s->pad,
                     .flip = true,
                     .from_h = s->out_h,
                     .from_w = s->out_w,
                     .width = s->w,
                     .from = s->out,
                     .to = s->in,
                     .from_group = read,
                     .to_group = made};
    size_t in = (size_t)s->w * s->in, out = (size_t)s->out_h * s->out_w * s->out;
    bool simple = s->stride == 1 && s->pad < s->kernel;
    isa = fitting(isa, s->in, read, made);
    plan_columns(&v, isa);
#pragma omp parallel for schedule(static)
    for (int r = 0; r < s->n * s->h; r++) {
        const float *from = y + (size_t)(r / s->h) * out;
        if (simple)
            make_row(isa)(&v, r % s->h, from, w, x + (size_t)r * in);
        else
            take_row(isa)(s, r % s->h, from, w, x + (size_t)r * in);
    }
}

static size_t weight_floats(const struct dnn_shape *s)
{
    return (size_t)s->kernel * s->kernel * (s->in / s->groups) * s->out;
}

static int blocks_of(const struct dnn_shape *s)
{
    return s->n < MOST_BLOCKS ? s->n : MOST_BLOCKS;
}

size_t grouped_partial_floats(const struct dnn_shape *s)
{
    return weight_floats(s) * (size_t)blocks_of(s);
}

void grouped_weights(enum isa isa, const struct dnn_shape *s, const float *x, float *w,
                     const float *y, float *partial)
{
    size_t floats = weight_floats(s), in = (size_t)s->h * s->w * s->in;
    size_t row = (size_t)s->out_w * s->out;
    int blocks = blocks_of(s);
    isa = fitting(isa, s->out, s->in / s->groups, s->out / s->groups);
#pragma omp parallel for schedule(static)
    for (int block = 0; block < blocks; block++) {
        float *sum = partial + (size_t)block * floats;
        memset(sum, 0, floats * sizeof *sum);
        int first = (int)((long)s->n * block / blocks),
            end = (int)((long)s->n * (block + 1) / blocks);
        for (int r = first * s->out_h; r < end * s->out_h; r++)
            add_row(isa)(s, r % s->out_h, x + (size_t)(r / s->out_h) * in, y + (size_t)r * row,
                         sum);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < floats; i++) {
        float sum = 0;
        for (int block = 0; block < blocks; block++)
            sum += partial[(size_t)block * floats + i];
        w[i] = sum;
    }
}
