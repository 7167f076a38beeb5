/* conv_loops.h - a convolution and its gradients by plain loops in double, and what tests of
 * convolutions share. */
#ifndef COMBOLAB_TESTS_CUDA_CONV_LOOPS_H
#define COMBOLAB_TESTS_CUDA_CONV_LOOPS_H

#include "cuda/conv.h"
#include "tests/cuda/kernel_kit.h"

/* Elements of x, w and y. */
struct conv_counts {
    size_t x, w, y;
};

struct conv_counts conv_loops_counts(const struct conv_shape *s);

/* A square kernel; the output's size follows. */
struct conv_shape conv_loops_shape(int n, int in_h, int in_w, int in, int out, int groups,
                                   int kernel, int stride);

/* "2x9x5 8>16 3x3/2 groups 4". Valid until the next call. */
const char *conv_loops_name(const struct conv_shape *s);

/* What a convolution should give: FORWARD of x and w, DATA of w and y, WEIGHTS of x and y. */
struct conv_want {
    double *value, *size; /* size: the sum of the products' magnitudes */
    size_t count;
};

/* `before` is what a data gradient is added to, or NULL. */
struct conv_want conv_loops_make(enum conv_kind kind, const struct conv_shape *s, const float *x,
                                 const float *w, const float *y, const float *before);
void conv_loops_free(struct conv_want *want);

/* One TAP line: whether `a` is the wanted values, but for float32 sums in any sensible order and
 * the rounding of its type. */
int conv_loops_near(const struct array *a, struct conv_want *want, const char *what,
                    const struct conv_shape *s);

/* TAP lines: whether `moments` are, of each of those parts of y as it was kept, mean and sum of
 * squares about it. */
void conv_loops_moments_near(const struct array *moments, const struct array *y,
                             const struct conv_shape *s, struct parts p);

#endif
