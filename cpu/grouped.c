/* grouped.c - convolutions with narrow groups, in loops of our own: eight channels at a time, any
 * kernel and stride. For groups of 4 channels (two groups in a vector, each lane's input found by a
 * constant shuffle) and for multiples of 8 (the input is one number for the whole vector).
 *
 * Layout of weights: taps, then the channel within the group that is summed over, then all channels
 * that are made; so that a vector of weights is one load. Rows of output are computed in parallel
 * and belong to one thread each; the weights' gradient is summed over fixed blocks of images.
 */
#include "cpu/cpu.h"
#include "cpu/simd.h"

#include <string.h>

#define TILE 6         /* pixels at a time: as many sums as registers hold */
#define MOST_BLOCKS 16 /* of images, each with its own sum of the weights' gradient */

/* How one row of the made map looks on the map that it is made from. */
struct view {
    int kernel, stride, pad;
    bool flip;          /* taps in reverse order: the data gradient at stride 1 */
    int from_h, from_w; /* the map read */
    int width;          /* of the map made */
    int from, to;       /* channels of each */
    int from_group, to_group;
};

static bool suits(int a, int b, int groups)
{
    return (a == 4 && b == 4 && groups % 2 == 0) || (a % 8 == 0 && b % 8 == 0);
}

bool grouped_can(const struct dnn_shape *s, enum dnn_kind kind)
{
    (void)kind;
    return suits(s->in / s->groups, s->out / s->groups, s->groups);
}

#define LOAD(p) (*(const simd8 *)(p))
#define SPREAD(v, i) __builtin_shufflevector(v, v, i, i, i, i, 4 + (i), 4 + (i), 4 + (i), 4 + (i))

/* Adds one tap for `tile` pixels, groups of 4: x is at the vector's own channels. */
SIMD_BODY void tap_of_4(simd8 *sum, int tile, const float *x, int step, const float *w, int to)
{
    simd8 w0 = LOAD(w), w1 = LOAD(w + to), w2 = LOAD(w + 2 * to), w3 = LOAD(w + 3 * to);
    for (int p = 0; p < tile; p++) {
        simd8 v = LOAD(x + p * step);
        sum[p] += SPREAD(v, 0) * w0;
        sum[p] += SPREAD(v, 1) * w1;
        sum[p] += SPREAD(v, 2) * w2;
        sum[p] += SPREAD(v, 3) * w3;
    }
}

/* The same for wide groups: every channel of x's group in turn. */
SIMD_BODY void tap_of_8(simd8 *sum, int tile, const float *x, int step, const float *w, int to,
                        int group)
{
    for (int i = 0; i < group; i++) {
        simd8 v = LOAD(w + i * to);
        for (int p = 0; p < tile; p++)
            sum[p] += x[p * step + i] * v;
    }
}

/* Makes `tile` pixels from column `at`, eight channels from c; only taps first..last - 1 of a row
 * of the window lie on the map. */
SIMD_BODY void pixels(const struct view *v, int tile, int at, int row, int first, int last, int c,
                      const float *from, const float *w, float *y)
{
    simd8 sum[TILE] = {{0}};
    int base = v->to_group == 4 ? c : c / v->to_group * v->from_group;
    for (int ky = 0; ky < v->kernel; ky++) {
        int fy = row * v->stride - v->pad + ky;
        if (fy < 0 || fy >= v->from_h)
            continue;
        for (int kx = first; kx < last; kx++) {
            int fx = at * v->stride - v->pad + kx;
            const float *x = from + ((size_t)fy * v->from_w + fx) * v->from + base;
            int tap = ky * v->kernel + kx;
            if (v->flip)
                tap = v->kernel * v->kernel - 1 - tap;
            const float *taps = w + (size_t)tap * v->from_group * v->to + c;
            if (v->to_group == 4)
                tap_of_4(sum, tile, x, v->stride * v->from, taps, v->to);
            else
                tap_of_8(sum, tile, x, v->stride * v->from, taps, v->to, v->from_group);
        }
    }
    for (int p = 0; p < tile; p++)
        *(simd8 *)(y + (size_t)(at + p) * v->to + c) = sum[p];
}

/* Columns at which the whole window lies on the map. */
SIMD_BODY void inner_columns(const struct view *v, int *low, int *high)
{
    *low = (v->pad + v->stride - 1) / v->stride;
    int room = v->from_w + v->pad - v->kernel;
    *high = room < 0 ? 0 : room / v->stride + 1;
    *low = *low < v->width ? *low : v->width;
    *high = *high < v->width ? *high : v->width;
    *high = *high > *low ? *high : *low;
}

/* Columns low..high - 1 one by one, with the window cut to the map. */
SIMD_BODY void border(const struct view *v, int low, int high, int row, int c, const float *from,
                      const float *w, float *y)
{
    for (int at = low; at < high; at++) {
        int left = at * v->stride - v->pad;
        int first = left < 0 ? -left : 0;
        int last = v->from_w - left < v->kernel ? v->from_w - left : v->kernel;
        pixels(v, 1, at, row, first, last, c, from, w, y);
    }
}

SIMD_BODY void make_row_body(const struct view *v, int row, const float *from, const float *w,
                             float *y)
{
    int low, high;
    inner_columns(v, &low, &high);
    for (int c = 0; c < v->to; c += 8) {
        int at = low;
        border(v, 0, low, row, c, from, w, y);
        for (; at + TILE <= high; at += TILE)
            pixels(v, TILE, at, row, 0, v->kernel, c, from, w, y);
        for (; at < high; at++)
            pixels(v, 1, at, row, 0, v->kernel, c, from, w, y);
        border(v, high, v->width, row, c, from, w, y);
    }
}

SIMD_KERNEL(make_row, (const struct view *v, int row, const float *from, const float *w, float *y),
            (v, row, from, w, y))

void grouped_forward(const struct dnn_shape *s, const float *x, const float *w, float *y)
{
    const struct view v = {
        s->kernel,         s->stride,         s->pad, false, s->h, s->w, s->out_w, s->in, s->out,
        s->in / s->groups, s->out / s->groups};
    size_t in = (size_t)s->h * s->w * s->in, out = (size_t)s->out_w * s->out;
#pragma omp parallel for schedule(static)
    for (int r = 0; r < s->n * s->out_h; r++)
        make_row(&v, r % s->out_h, x + (size_t)(r / s->out_h) * in, w, y + (size_t)r * out);
}

/* --- data gradient --- */

/* At larger strides: each input pixel takes the outputs whose windows meet it, found by division.
 */
SIMD_BODY void take_row_body(const struct dnn_shape *s, int row, const float *y, const float *w,
                             float *x)
{
    int in_group = s->in / s->groups, out_group = s->out / s->groups;
    for (int at = 0; at < s->w; at++)
        for (int c = 0; c < s->in; c += 8) {
            simd8 sum = {0};
            int base = in_group == 4 ? c : c / in_group * out_group;
            for (int tap = 0; tap < s->kernel * s->kernel; tap++) {
                int dy = row + s->pad - tap / s->kernel, dx = at + s->pad - tap % s->kernel;
                if (dy < 0 || dx < 0 || dy % s->stride || dx % s->stride ||
                    dy / s->stride >= s->out_h || dx / s->stride >= s->out_w)
                    continue;
                size_t pixel = (size_t)(dy / s->stride) * s->out_w + dx / s->stride;
                const float *taps = w + (size_t)tap * out_group * s->in + c;
                const float *from = y + pixel * s->out + base;
                if (in_group == 4)
                    tap_of_4(&sum, 1, from, 0, taps, s->in);
                else
                    tap_of_8(&sum, 1, from, 0, taps, s->in, out_group);
            }
            *(simd8 *)(x + (size_t)at * s->in + c) = sum;
        }
}

SIMD_KERNEL(take_row,
            (const struct dnn_shape *s, int row, const float *y, const float *w, float *x),
            (s, row, y, w, x))

void grouped_data(const struct dnn_shape *s, float *x, const float *w, const float *y)
{
    /* At stride 1 the data gradient is a convolution too, with the taps reversed. */
    const struct view v = {s->kernel,
                           1,
                           s->kernel - 1 - s->pad,
                           true,
                           s->out_h,
                           s->out_w,
                           s->w,
                           s->out,
                           s->in,
                           s->out / s->groups,
                           s->in / s->groups};
    size_t in = (size_t)s->w * s->in, out = (size_t)s->out_h * s->out_w * s->out;
    bool simple = s->stride == 1 && s->pad < s->kernel;
#pragma omp parallel for schedule(static)
    for (int r = 0; r < s->n * s->h; r++) {
        const float *from = y + (size_t)(r / s->h) * out;
        if (simple)
            make_row(&v, r % s->h, from, w, x + (size_t)r * in);
        else
            take_row(s, r % s->h, from, w, x + (size_t)r * in);
    }
}

/* --- weights' gradient --- */

/* Sums over `count` pixels of a row, groups of 4; odd pixels in sums of their own, since one chain
 * of additions would wait for each other. */
SIMD_BODY void row_of_4(float *w, int to, const float *x, int x_step, const float *y, int y_step,
                        int count)
{
    simd8 sum[4] = {LOAD(w), LOAD(w + to), LOAD(w + 2 * to), LOAD(w + 3 * to)};
    simd8 odd[4] = {{0}};
    int p = 0;
    for (; p + 2 <= count; p += 2) {
        simd8 a = LOAD(x + p * x_step), b = LOAD(x + (p + 1) * x_step);
        simd8 g = LOAD(y + p * y_step), h = LOAD(y + (p + 1) * y_step);
        sum[0] += SPREAD(a, 0) * g;
        odd[0] += SPREAD(b, 0) * h;
        sum[1] += SPREAD(a, 1) * g;
        odd[1] += SPREAD(b, 1) * h;
        sum[2] += SPREAD(a, 2) * g;
        odd[2] += SPREAD(b, 2) * h;
        sum[3] += SPREAD(a, 3) * g;
        odd[3] += SPREAD(b, 3) * h;
    }
    if (p < count) {
        simd8 a = LOAD(x + p * x_step), g = LOAD(y + p * y_step);
        sum[0] += SPREAD(a, 0) * g;
        sum[1] += SPREAD(a, 1) * g;
        sum[2] += SPREAD(a, 2) * g;
        sum[3] += SPREAD(a, 3) * g;
    }
    for (int i = 0; i < 4; i++)
        *(simd8 *)(w + i * to) = sum[i] + odd[i];
}

SIMD_BODY void row_of_8(float *w, int to, const float *x, int x_step, const float *y, int y_step,
                        int count)
{
    simd8 sum[8];
    for (int i = 0; i < 8; i++)
        sum[i] = LOAD(w + i * to);
    for (int p = 0; p < count; p++) {
        simd8 g = LOAD(y + p * y_step);
        for (int i = 0; i < 8; i++)
            sum[i] += x[p * x_step + i] * g;
    }
    for (int i = 0; i < 8; i++)
        *(simd8 *)(w + i * to) = sum[i];
}

/* Adds one row of output to the gradient of one tap, eight outputs from c. */
SIMD_BODY void tap_row(const struct dnn_shape *s, int tap, int row, int c, const float *x,
                       const float *y, float *w)
{
    int in_group = s->in / s->groups, out_group = s->out / s->groups;
    int fy = row * s->stride - s->pad + tap / s->kernel, left = tap % s->kernel - s->pad;
    int low = left < 0 ? (-left + s->stride - 1) / s->stride : 0;
    int high = s->w - left > 0 ? (s->w - left - 1) / s->stride + 1 : 0;
    high = high < s->out_w ? high : s->out_w;
    if (fy < 0 || fy >= s->h || low >= high)
        return;
    const float *from = x + ((size_t)fy * s->w + low * s->stride + left) * s->in;
    const float *g = y + (size_t)low * s->out + c;
    float *to = w + (size_t)tap * in_group * s->out + c;
    if (out_group == 4) {
        row_of_4(to, s->out, from + c, s->stride * s->in, g, s->out, high - low);
        return;
    }
    from += c / out_group * in_group;
    for (int i = 0; i < in_group; i += 8)
        row_of_8(to + (size_t)i * s->out, s->out, from + i, s->stride * s->in, g, s->out,
                 high - low);
}

SIMD_BODY void add_row_body(const struct dnn_shape *s, int row, const float *x, const float *y,
                            float *w)
{
    for (int c = 0; c < s->out; c += 8)
        for (int tap = 0; tap < s->kernel * s->kernel; tap++)
            tap_row(s, tap, row, c, x, y, w);
}

SIMD_KERNEL(add_row, (const struct dnn_shape *s, int row, const float *x, const float *y, float *w),
            (s, row, x, y, w))

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

void grouped_weights(const struct dnn_shape *s, const float *x, float *w, const float *y,
                     float *partial)
{
    size_t floats = weight_floats(s), in = (size_t)s->h * s->w * s->in;
    size_t row = (size_t)s->out_w * s->out;
    int blocks = blocks_of(s);
#pragma omp parallel for schedule(static)
    for (int block = 0; block < blocks; block++) {
        float *sum = partial + (size_t)block * floats;
        memset(sum, 0, floats * sizeof *sum);
        int first = (int)((long)s->n * block / blocks),
            end = (int)((long)s->n * (block + 1) / blocks);
        for (int r = first * s->out_h; r < end * s->out_h; r++)
            add_row(s, r % s->out_h, x + (size_t)(r / s->out_h) * in, y + (size_t)r * row, sum);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < floats; i++) {
        float sum = 0;
        for (int block = 0; block < blocks; block++)
            sum += partial[(size_t)block * floats + i];
        w[i] = sum;
    }
}
