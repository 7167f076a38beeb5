/* gpu_kernels.h - the kernels that have a plain twin, and what each reads and writes at a shape. */
#ifndef COMBOLAB_BENCH_GPU_KERNELS_H
#define COMBOLAB_BENCH_GPU_KERNELS_H

#include "cuda/kernels/conv.h"
#include "cuda/kernels/norm.h"
#include "cuda/kernels/state.h"

#define TRIAL_GROUPS 32
#define TRIAL_PARTS 16 /* that a kernel reads, or writes */

/* What a kernel reads or writes, by size. */
enum part {
    NOTHING,
    TENSOR,  /* of the map */
    POOLED,  /* of the map behind a 3x3 pool of stride 2 */
    WINNERS, /* a byte for each of those */
    BITS,    /* one for each of the map */
    SUMS,    /* (n, parts, 2, c): noise */
    MOMENTS, /* the same of a tensor */
    WIDE,    /* (n, c) */
    NARROW,  /* (n, r) */
    LINE,    /* (c) */
    SHORT,   /* (r) */
    LAYER,   /* (r, c) */
    INPUT,   /* of a convolution, whose output is the map; padded where it has padding */
    WEIGHTS,
    WEIGHTS_F32,
    MOMENTS_OUT, /* of the convolution's own parts */
    SCRATCH,     /* of weight gradients */
    TICKETS,     /* counters, 0 */
    VALUES,      /* float32, as many as the map has */
    STATE,       /* of a step */
};

struct trial {
    enum element t;
    struct map m;
    int stride, r;
    struct parts p;
    struct pool_shape pool;
    struct conv_shape conv;
};

struct kernel {
    const char *name; /* as COMBOLAB_CUDA_PLAIN has it */
    enum part in[TRIAL_PARTS], out[TRIAL_PARTS];
    int scratch; /* of the outs: the last so many are not compared */
    int (*launch)(const struct trial *t, void *const *in, void *const *out, void *stream);
};

/* Each ends at a name of NULL. */
extern const struct kernel kernels_of_norms[], kernels_of_gates[], kernels_of_stems[],
    kernels_of_groups[], kernels_of_updates[];

/* In elements of part_type, or where it has bytes and no elements in bytes. */
size_t part_count(const struct trial *t, enum part part);
bool part_has_bytes(enum part part);
enum element part_type(const struct trial *t, enum part part);
size_t part_bytes(const struct trial *t, enum part part);

#endif
