/* gpu_fused_graphs.h - cuDNN's graphs of a convolution and what stands around it in a step, fused:
 * asked for and timed (gpu_fused.c), never trained with. They sum by float atomics without saying
 * so, and those of bf16 are compiled at run time. One thread at a time. */
#ifndef COMBOLAB_BENCH_GPU_FUSED_GRAPHS_H
#define COMBOLAB_BENCH_GPU_FUSED_GRAPHS_H

#include "cuda/conv_cudnn_priv.h"

#define FUSED_TENSORS 24
#define FUSED_OPERATIONS 12
#define FUSED_PLANS 4 /* of a graph, that are tried */

struct fused {
    struct conv_cudnn p;
    cudnnDataType_t type; /* of tensors and weights */
    cudnnBackendDescriptor_t operations[FUSED_OPERATIONS];
    int n_operations, n_tensors;
    size_t bytes[FUSED_TENSORS + 1]; /* by a tensor's id, from 1; 0: it is never in memory */
};

struct fused_pattern {
    const char *name;
    void (*build)(struct fused *f, const struct conv_shape *s);
};

extern const struct fused_pattern fused_patterns[]; /* a NULL name ends */

/* What a plan is. */
struct fused_plan {
    char text[CONV_TEXT_BYTES]; /* "engine 3 1=2" */
    bool at_run_time;           /* it is compiled then */
    bool there;                 /* it was made; without a driver those of run time can't be */
};

/* The graph of that pattern. fused_end in every case. */
int fused_begin(struct fused *f, struct cudnn *c, const struct fused_pattern *pattern,
                const struct conv_shape *s, cudnnDataType_t type, struct err *e);
void fused_end(struct fused *f);

/* Lists what heuristics offer, best first; calls `each` (may be NULL) while f->p.plan is a plan's,
 * if it is there. Returns how many. */
int fused_offers(struct fused *f, struct fused_plan list[FUSED_PLANS],
                 void (*each)(void *context, struct fused *f, const struct fused_plan *plan),
                 void *context);

/* Queues f->p.plan. data: by tensors' ids. */
int fused_execute(struct fused *f, void *const data[FUSED_TENSORS + 1], void *workspace,
                  struct err *e);

#endif
