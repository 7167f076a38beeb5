/* compare.h - launchers with which ways to compute are tried on the device: data from nothing, and
 * how far two results are apart. */
#ifndef COMBOLAB_CUDA_KERNELS_COMPARE_H
#define COMBOLAB_CUDA_KERNELS_COMPARE_H

#include "cuda/kernels/element.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values evenly between -1 and 1, the same for the same seed. */
int kernel_random(enum element t, void *to, size_t count, uint32_t seed, void *stream);

/* Zeros in the channels from `filled` on, of `rows` times `channels`. */
int kernel_pad(enum element t, void *to, size_t rows, int channels, int filled, void *stream);

/* Every element NaN. */
int kernel_spoil(enum element t, void *to, size_t count, void *stream);

/* A share of a comparison. A value of `got` that is not finite counts in `bad` alone. */
struct difference {
    double off;    /* sum of squares of what `got` is off by */
    double wanted; /* sum of squares of `wanted` */
    double most;   /* the largest that got is off by */
    unsigned long long bad;
};

#define DIFFERENCE_MOST_PARTS 256

/* How many shares there are. */
int kernel_difference_parts(size_t count);
int kernel_difference(enum element t, const void *got, const void *wanted, size_t count,
                      struct difference *parts, void *stream);

#ifdef __cplusplus
}
#endif

#endif
