/* norm_rows.h - loops over rows of channels: what batch norm, gate, shortcut and ReLU do to each
 * pixel. A row is one pixel's `channels` floats; rows lie one after another. No threads here:
 * norm.c calls these on blocks of rows in parallel. */
#ifndef COMBOLAB_CPU_NORM_ROWS_H
#define COMBOLAB_CPU_NORM_ROWS_H

#include "cpu/isa.h"

#include <stdbool.h>
#include <stddef.h>

/* Per channel: the sum, and the sum of squares about the block's own mean. The second needs the
 * block again, which should still be in cache. */
void norm_rows_moments(enum isa isa, const float *x, size_t rows, int channels, float *sum,
                       float *squares);

/* y = raw * scale + shift [+ shortcut] [then ReLU]. y may be raw. A NaN stays one. */
void norm_rows_apply(enum isa isa, const float *raw, const float *scale, const float *shift,
                     const float *shortcut, bool relu, float *y, size_t rows, int channels);

/* How a ReLU's gradient is found. */
enum norm_rows_mask {
    NORM_ROWS_NO_RELU,
    NORM_ROWS_BY_OUTPUT, /* where y > 0 */
    NORM_ROWS_BY_RAW,    /* where raw * scale + shift > 0: the same, without reading y */
};

struct norm_rows_gradient {
    const float *gradient; /* of the output */
    const float *late;     /* to be added to it, or NULL */
    const float *raw, *y;
    const float *scale, *shift, *mean; /* per channel */
    enum norm_rows_mask mask;
};

/* Per channel: sums of the gradient before the ReLU, and of its product with raw - mean. Where `to`
 * is not NULL that gradient is also written there; it may be g->gradient. */
void norm_rows_gradient_sums(enum isa isa, const struct norm_rows_gradient *g, float *to,
                             size_t rows, int channels, float *sum, float *product);

/* to = gradient * a + b + (raw - mean) * c, the mask applied to the gradient (never BY_OUTPUT). */
void norm_rows_gradient_apply(enum isa isa, const struct norm_rows_gradient *g, const float *a,
                              const float *b, const float *c, float *to, size_t rows, int channels);

/* Where the gradient goes on to a shortcut: to = from, or to += from. */
void norm_rows_copy(const float *from, float *to, size_t count);
void norm_rows_add(const float *from, float *to, size_t count);

#endif
