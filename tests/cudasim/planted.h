/* planted.h - small kernels that each can have a fault planted, to see that it is found. */
#ifndef COMBOLAB_TESTS_CUDASIM_PLANTED_H
#define COMBOLAB_TESTS_CUDASIM_PLANTED_H

#include "cuda/kernels/element.h"

#include <stdbool.h>

#define PLANTED_FAULTS(F)                                                                          \
    F(NONE)                                                                                        \
    F(READ_EARLY)     /* no barrier between a write to shared memory and its reading */            \
    F(REUSED_EARLY)   /* no barrier before shared memory is written again */                       \
    F(READ_TOO_FAR)   /* one element behind an array */                                            \
    F(SHARED_TOO_FAR) /* one element behind shared memory is written */                            \
    F(WRITTEN_TOO_FAR)                                                                             \
    F(BARRIER_IN_BRANCH)                                                                           \
    F(TWO_BARRIERS) /* half of the block waits at another one */                                   \
    F(HALF_A_WARP)  /* only half of a warp exchanges values */                                     \
    F(SHARED_UNSET)                                                                                \
    F(OUTPUT_UNSET)                                                                                \
    F(MISALIGNED)                                                                                  \
    F(WAITED_LATE) /* an asynchronous copy is used a group too early */                            \
    F(NEVER_WAITED)                                                                                \
    F(LAST_WINS) /* two blocks write one place */                                                  \
    F(NO_FENCE)  /* before the count by which the last block knows itself */                       \
    F(NO_FENCE_AFTER)                                                                              \
    F(ORDER) /* parts are added in the order in which they were done */                            \
    F(HOST_POINTER)                                                                                \
    F(HOST_POINTER_IN_STRUCT)                                                                      \
    F(FREED_POINTER)                                                                               \
    F(BLOCK_TOO_LARGE)                                                                             \
    F(GRID_TOO_LARGE)                                                                              \
    F(GRID_EMPTY)                                                                                  \
    F(SHARED_TOO_LARGE)                                                                            \
    F(ARRAY_TOO_LARGE)

#define PLANTED_NAME(name) PLANTED_##name,
enum planted_fault { PLANTED_FAULTS(PLANTED_NAME) PLANTED_COUNT };

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

/* *to = 1, where the launch is one that a device takes. */
int planted_nothing(enum planted_fault f, float *to, void *stream);

/* Whether sums of floats by atomics can be written at all. */
bool planted_float_atomics(void);
/* Whether the compiler lets the simulator look for pointers within structs. */
bool planted_structs_seen(void);

#ifdef __cplusplus
}
#endif

#endif
