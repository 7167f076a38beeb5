/* norm_rows.c - see rows.h. The channel loops are left to the compiler to vectorise; what a loop
 * needs not do is a constant in a copy of it. */
#include "cpu/norm_rows.h"

#include "cpu/simd.h"

#include <string.h>

SIMD_BODY void moments_body(const float *x, size_t rows, int channels, float *sum, float *squares)
{
    memset(sum, 0, (size_t)channels * sizeof *sum);
    memset(squares, 0, (size_t)channels * sizeof *squares);
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * (size_t)channels;
#pragma omp simd
        for (int c = 0; c < channels; c++)
            sum[c] += row[c];
    }
    float share = 1.0f / (float)rows;
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * (size_t)channels;
#pragma omp simd
        for (int c = 0; c < channels; c++) {
            float d = row[c] - sum[c] * share;
            squares[c] += d * d;
        }
    }
}

SIMD_KERNEL(moments, (const float *x, size_t rows, int channels, float *sum, float *squares),
            (x, rows, channels, sum, squares))

void norm_rows_moments(enum isa isa, const float *x, size_t rows, int channels, float *sum,
                       float *squares)
{
    moments(isa)(x, rows, channels, sum, squares);
}

SIMD_BODY void apply_as(const float *raw, const float *scale, const float *shift,
                        const float *shortcut, bool add, bool relu, float *y, size_t rows,
                        int channels)
{
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * (size_t)channels;
#pragma omp simd
        for (int c = 0; c < channels; c++) {
            float v = raw[at + c] * scale[c] + shift[c];
            if (add)
                v += shortcut[at + c];
            y[at + c] = relu && v < 0 ? 0 : v;
        }
    }
}

SIMD_BODY void apply_body(const float *raw, const float *scale, const float *shift,
                          const float *shortcut, bool relu, float *y, size_t rows, int channels)
{
    if (shortcut && relu)
        apply_as(raw, scale, shift, shortcut, true, true, y, rows, channels);
    else if (shortcut)
        apply_as(raw, scale, shift, shortcut, true, false, y, rows, channels);
    else if (relu)
        apply_as(raw, scale, shift, shortcut, false, true, y, rows, channels);
    else
        apply_as(raw, scale, shift, shortcut, false, false, y, rows, channels);
}

SIMD_KERNEL(apply,
            (const float *raw, const float *scale, const float *shift, const float *shortcut,
             bool relu, float *y, size_t rows, int channels),
            (raw, scale, shift, shortcut, relu, y, rows, channels))

void norm_rows_apply(enum isa isa, const float *raw, const float *scale, const float *shift,
                     const float *shortcut, bool relu, float *y, size_t rows, int channels)
{
    apply(isa)(raw, scale, shift, shortcut, relu, y, rows, channels);
}

/* The gradient of one value before the ReLU. */
#define MASKED(value, mask, y, raw, scale, shift)                                                  \
    ((mask) == NORM_ROWS_BY_OUTPUT && (y) <= 0                      ? 0                            \
     : (mask) == NORM_ROWS_BY_RAW && (raw) * (scale) + (shift) <= 0 ? 0                            \
                                                                    : (value))

SIMD_BODY void sums_as(const struct norm_rows_gradient *g, bool late, enum norm_rows_mask mask,
                       bool write, float *to, size_t rows, int channels, float *sum, float *product)
{
    const float *later = g->late;
    const float *gradient = g->gradient, *raw = g->raw, *y = g->y;
    const float *scale = g->scale, *shift = g->shift, *mean = g->mean;
    memset(sum, 0, (size_t)channels * sizeof *sum);
    memset(product, 0, (size_t)channels * sizeof *product);
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * (size_t)channels;
#pragma omp simd
        for (int c = 0; c < channels; c++) {
            float d = gradient[at + c];
            if (late)
                d += later[at + c];
            d = MASKED(d, mask, y[at + c], raw[at + c], scale[c], shift[c]);
            if (write)
                to[at + c] = d;
            sum[c] += d;
            product[c] += d * (raw[at + c] - mean[c]);
        }
    }
}

/* One copy for each combination. What is written: a sum of two gradients, and what was masked by
 * the output; a mask by raw is found again by norm_rows_gradient_apply. */
SIMD_BODY void sums_body(const struct norm_rows_gradient *g, float *to, size_t rows, int channels,
                         float *sum, float *product)
{
    bool late = g->late;
    if (g->mask == NORM_ROWS_BY_OUTPUT && late)
        sums_as(g, true, NORM_ROWS_BY_OUTPUT, true, to, rows, channels, sum, product);
    else if (g->mask == NORM_ROWS_BY_OUTPUT)
        sums_as(g, false, NORM_ROWS_BY_OUTPUT, true, to, rows, channels, sum, product);
    else if (g->mask == NORM_ROWS_BY_RAW && late)
        sums_as(g, true, NORM_ROWS_BY_RAW, true, to, rows, channels, sum, product);
    else if (g->mask == NORM_ROWS_BY_RAW)
        sums_as(g, false, NORM_ROWS_BY_RAW, false, to, rows, channels, sum, product);
    else if (late)
        sums_as(g, true, NORM_ROWS_NO_RELU, true, to, rows, channels, sum, product);
    else
        sums_as(g, false, NORM_ROWS_NO_RELU, false, to, rows, channels, sum, product);
}

SIMD_KERNEL(sums,
            (const struct norm_rows_gradient *g, float *to, size_t rows, int channels, float *sum,
             float *product),
            (g, to, rows, channels, sum, product))

void norm_rows_gradient_sums(enum isa isa, const struct norm_rows_gradient *g, float *to,
                             size_t rows, int channels, float *sum, float *product)
{
    sums(isa)(g, to, rows, channels, sum, product);
}

SIMD_BODY void turn_as(const struct norm_rows_gradient *g, enum norm_rows_mask mask, const float *a,
                       const float *b, const float *c3, float *to, size_t rows, int channels)
{
    const float *gradient = g->gradient, *raw = g->raw;
    const float *scale = g->scale, *shift = g->shift, *mean = g->mean;
    for (size_t r = 0; r < rows; r++) {
        size_t at = r * (size_t)channels;
#pragma omp simd
        for (int c = 0; c < channels; c++) {
            float d = MASKED(gradient[at + c], mask, 1, raw[at + c], scale[c], shift[c]);
            to[at + c] = d * a[c] + b[c] + (raw[at + c] - mean[c]) * c3[c];
        }
    }
}

SIMD_BODY void turn_body(const struct norm_rows_gradient *g, const float *a, const float *b,
                         const float *c, float *to, size_t rows, int channels)
{
    if (g->mask == NORM_ROWS_BY_RAW)
        turn_as(g, NORM_ROWS_BY_RAW, a, b, c, to, rows, channels);
    else
        turn_as(g, NORM_ROWS_NO_RELU, a, b, c, to, rows, channels);
}

SIMD_KERNEL(turn,
            (const struct norm_rows_gradient *g, const float *a, const float *b, const float *c,
             float *to, size_t rows, int channels),
            (g, a, b, c, to, rows, channels))

void norm_rows_gradient_apply(enum isa isa, const struct norm_rows_gradient *g, const float *a,
                              const float *b, const float *c, float *to, size_t rows, int channels)
{
    turn(isa)(g, a, b, c, to, rows, channels);
}

void norm_rows_copy(const float *from, float *to, size_t count)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
}

void norm_rows_add(const float *from, float *to, size_t count)
{
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < count; i++)
        to[i] += from[i];
}
