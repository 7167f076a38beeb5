/* planted.h - small kernels that each can have a fault planted, to see that it is found. */
#ifndef COMBOLAB_TESTS_CUDASIM_PLANTED_H
#define COMBOLAB_TESTS_CUDASIM_PLANTED_H

#include "cuda/kernels/element.h"

#include <stdbool.h>

enum planted_fault {
    PLANTED_NONE,
    PLANTED_READ_EARLY,     /* no barrier between a write to shared memory and its reading */
    PLANTED_REUSED_EARLY,   /* no barrier before shared memory is written again */
    PLANTED_READ_TOO_FAR,   /* one element behind an array is read */
    PLANTED_SHARED_TOO_FAR, /* one behind shared memory is written */
    PLANTED_WRITTEN_TOO_FAR,
    PLANTED_BARRIER_IN_BRANCH,
    PLANTED_TWO_BARRIERS, /* half of the block waits at another one */
    PLANTED_HALF_A_WARP,  /* only half of a warp exchanges values */
    PLANTED_SHARED_UNSET,
    PLANTED_OUTPUT_UNSET,
    PLANTED_MISALIGNED,
    PLANTED_WAITED_LATE, /* an asynchronous copy is used a group too early */
    PLANTED_NEVER_WAITED,
    PLANTED_LAST_WINS, /* two blocks write one place */
    PLANTED_NO_FENCE,  /* before the count by which the last block knows itself */
    PLANTED_NO_FENCE_AFTER,
    PLANTED_ORDER, /* parts are added in the order in which they were done */
    PLANTED_HOST_POINTER,
    PLANTED_HOST_POINTER_IN_STRUCT,
    PLANTED_FREED_POINTER,
    PLANTED_BLOCK_TOO_LARGE,
    PLANTED_GRID_TOO_LARGE,
    PLANTED_GRID_EMPTY,
    PLANTED_SHARED_TOO_LARGE,
    PLANTED_ARRAY_TOO_LARGE,
    PLANTED_FAULTS
};

#ifdef __cplusplus
extern "C" {
#endif

/* to[r] = the sum of the n values of row r of x, then that of their squares about the mean. */
int planted_rows(enum planted_fault f, const float *x, int rows, int n, float *to, void *stream);

/* to[i] = x[count - 1 - i]; count a multiple of 1024; 16 bytes at once through shared memory. */
int planted_mirror(enum planted_fault f, const float *x, int count, float *to, void *stream);

/* *to = the sum of count values, added by the last block; counter[0] is 0, and is so again. */
struct planted_sum {
    bool twice; /* padding behind it is nobody's */
    float *part;
    unsigned *counter;
    float *to;
};
int planted_total(enum planted_fault f, const float *x, int count, struct planted_sum s,
                  void *stream);

/* Does nothing, with blocks of that many threads and so much shared memory. */
int planted_nothing(enum planted_fault f, float *to, void *stream);

/* Whether sums of floats by atomics can be written at all. */
bool planted_float_atomics(void);

#ifdef __cplusplus
}
#endif

#endif
