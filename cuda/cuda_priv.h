/* cuda_priv.h - what the host's parts of the CUDA backend share. Nothing outside cuda/ includes it.
 *
 * All calls come from one thread, through the door (engine/core/door.h), which has checked them.
 * A step is a list of launches on one stream; nothing in it asks the host, so it can be captured
 * and run again. Everything is NHWC; weights are (out, kernel, kernel, in / groups). Tensor 0 has
 * its channels padded to a multiple of 8 with zeros, and so have the weights that read it, unless
 * it is somebody's shortcut.
 */
#ifndef COMBOLAB_CUDA_PRIV_H
#define COMBOLAB_CUDA_PRIV_H

#include "cuda/conv.h"
#include "cuda/device.h"
#include "cuda/kernels/gate.h"
#include "cuda/kernels/norm.h"
#include "cuda/kernels/step.h"
#include "engine/core/arena.h"
#include "engine/core/backend.h"
#include "engine/core/lifetimes.h"

#define CUDA_SLOTS (BACKEND_IN_FLIGHT + 1) /* one more: the last collected stays readable */

/* Marks of the device (device.h): one a slot, then those of staging and of laps. */
enum { MARK_STEP = 0, MARK_STAGED = 16, MARK_FETCHED = 32, MARK_LAP = 48 };

/* One parameter on the device. */
struct param {
    float *value, *gradient, *momentum; /* float32; the last two only where trained */
    void *copy;                         /* of a convolution's weights, as products read them */
    size_t stored;                      /* floats, padding included */
    size_t offset;                      /* in the blocks of all trained or all running values */
};

struct unit {
    struct map raw_map; /* the convolution's output */
    struct conv_way way[BACKEND_MAX_BATCHES][CONV_KINDS];
    int param[NET_SE_B2 + 1];              /* by role */
    void *raw;                             /* the convolution's output */
    uint8_t *mask;                         /* what the ReLU let through, where raw doesn't tell */
    uint8_t *winner;                       /* of a pool behind the unit */
    float *mean, *inverse, *scale, *shift; /* c each, for good */
    struct gate_values gate;
};

/* A captured step of one batch size. */
struct graph {
    struct device_graph *captured;
    unsigned runs; /* of these phases so far, uncaptured ones */
};

struct slot {
    struct backend_result result;
    float *scores, *probabilities; /* host */
};

struct batch_state;

struct backend {
    struct net net;
    struct backend_spec spec;
    struct net_params *params;
    struct net_shape shapes[NET_MAX_UNITS + 1];        /* tensor 0 padded */
    struct backend_batch batches[BACKEND_MAX_BATCHES]; /* largest first, each size once */
    int n_batches;
    int most, depth;
    bool trains;
    enum element type;
    struct device *device;
    struct conv_tools tools;
    struct lifetimes lives;
    struct arena arena;
    void *block; /* on the device, of which the arena is the plan */
    uint64_t bytes[MEMORY_KINDS];

    struct param *param;
    size_t trained, running; /* floats in the blocks below */
    float *values, *gradients, *momenta, *statistics;
    struct bf16 *copies; /* of `values`, element by element, in bf16 */

    struct unit *units;
    void *tensor[NET_MAX_UNITS + 1];
    void *gradient[NET_MAX_UNITS + 1];
    void *seed; /* a probe's output gradient, as it was set */

    /* Scratch of one operation at a time. */
    void *workspace;
    float *moments, *sums, *factors;
    float *gate_gradient, *reduced_gradient, *squeezed_gradient;
    void *raw_gradient, *out_gradient;
    double *squares;

    /* Heads and loss. */
    float *features, *logits, *head_scores, *score_gradient, *class_gradient;

    struct state *state;          /* on the device */
    struct sample_result *seen;   /* pinned: plan_most of them */
    struct plan_values plan;      /* on the device */
    struct batch_state *batching; /* batch.c's own: images, labels, staging */

    struct backend_plan epoch; /* its pointers are NULL */
    size_t next, first;
    int n, batch; /* samples of the last step and the number of that size in `batches` */
    struct graph graphs[BACKEND_MAX_BATCHES][2]; /* training step, evaluation */
    bool captures;                               /* graphs are used at all */
    bool stale; /* a parameter was set from outside since copies were made */

    struct slot slots[CUDA_SLOTS];
    unsigned long started, collected;

    int at; /* the unit that is queued, for messages; -1 = none */
    struct backend_profile spent;
};

static inline size_t cuda_count(const struct backend *b, int t) /* of an image */
{
    return (size_t)b->shapes[t].h * (size_t)b->shapes[t].w * (size_t)b->shapes[t].c;
}

static inline const struct param *cuda_role(const struct backend *b, int u, enum net_role role)
{
    return &b->param[b->units[u].param[role]];
}

/* Queues a launcher's work and turns its code into an error that names kernel and unit. */
#define QUEUE(b, kernel, call, e) cuda_queued(b, call, kernel, e)
int cuda_queued(struct backend *b, int code, const char *kernel, struct err *e);

/* memory.c: what an open net holds. 1 = cancelled. */
int cuda_memory_open(struct backend *b, struct err *e);
void cuda_memory_close(struct backend *b);

/* values.c: between weight-file order on the host and the device's. */
int cuda_values_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                    size_t count, struct err *e);
int cuda_values_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                    struct err *e);

/* unit.c: a unit's launches. */
int cuda_unit_forward(struct backend *b, int u, bool training, struct err *e);
int cuda_unit_backward(struct backend *b, int u, struct err *e);

/* heads.c */
int cuda_heads_forward(struct backend *b, struct err *e); /* with the loss */
int cuda_heads_backward(struct backend *b, struct err *e);

/* step.c */
int cuda_step_run(struct backend *b, unsigned phases, struct err *e);
int cuda_step_collect(struct backend *b, struct backend_result *out, struct err *e);

/* batch.c: images, labels and plans. */
int cuda_batch_open(struct backend *b, struct err *e);
void cuda_batch_close(struct backend *b);
int cuda_batch_images(struct backend *b, const struct image_set *set, const float *scores,
                      const int *classes, struct err *e);
int cuda_batch_begin(struct backend *b, const struct backend_plan *plan, struct err *e);
void cuda_batch_next(struct backend *b); /* the host's count: b->first, n, batch */
/* Before a step is queued: of streamed images, stages what this batch and the next need. */
int cuda_batch_stage(struct backend *b, struct err *e);
/* The launches that make tensor 0. Can be captured unless images are streamed. */
int cuda_batch_fetch(struct backend *b, struct err *e);
bool cuda_batch_streams(const struct backend *b);

/* usage.c: load, temperature and power by NVML where that is there. */
struct nvml;
void cuda_usage(const struct backend *b, struct backend_usage *out);

#endif
