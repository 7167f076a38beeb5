/* cuda_priv.h - what the host's parts of the CUDA backend share. Nothing outside cuda/ includes it.
 *
 * All calls come from one thread, through the door (engine/core/door.h), which has checked them.
 * A step is a list of launches on one stream; nothing in it asks the host, so it can be captured
 * and run again. Everything is NHWC; weights are (out, kernel, kernel, in / groups). Tensor 0 has
 * its channels padded to a multiple of 8 with zeros, and so have the weights that read it, unless
 * it is somebody's shortcut or read in groups.
 */
#ifndef COMBOLAB_CUDA_PRIV_H
#define COMBOLAB_CUDA_PRIV_H

#include "cuda/conv.h"
#include "cuda/device.h"
#include "cuda/kernels/gate.h"
#include "cuda/kernels/norm.h"
#include "cuda/kernels/step.h"
#include "cuda/nvml.h"
#include "engine/core/arena.h"
#include "engine/core/backend.h"
#include "engine/core/lifetimes.h"

#define CUDA_SLOTS (BACKEND_IN_FLIGHT + 1) /* one more: the last collected stays readable */

/* Marks of the device (device.h): one a slot, then those of staging and of laps. */
enum { MARK_STEP = 0, MARK_STAGED = 16, MARK_FETCHED = 32, MARK_LAP = 48 };
#define CUDA_LAPS (DEVICE_MARKS - MARK_LAP)

/* One parameter on the device. */
struct param {
    float *value, *gradient, *momentum; /* float32; the last two only where trained */
    void *copy;                         /* the value as products read it */
    size_t stored;                      /* floats, padding included */
    size_t offset;                      /* in the blocks of all trained or all running values */
};

struct unit {
    struct map raw_map; /* the convolution's output, of the largest batch */
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
    bool ran; /* once, uncaptured */
};

struct slot {
    struct backend_result result;
    float *scores, *probabilities; /* host */
    bool fresh;                    /* the step took a batch of its own */
};

/* Pieces of a profiled step whose seconds are still to be asked for (profile.c). */
struct laps {
    int n;
    enum backend_work work[CUDA_LAPS];
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
    struct cuda_nvml *nvml; /* NULL: what the card does is not known */
    struct conv_tools tools;
    struct lifetimes lives;
    struct arena arena;
    void *block; /* on the device, of which the arena is the plan */
    uint64_t bytes[MEMORY_KINDS];

    struct param *param;
    size_t trained, running; /* floats in the blocks below */
    float *values, *gradients, *momenta, *statistics;
    struct bf16 *copies; /* of `values`, element by element; NULL unless the type is bf16 */
    void *transfer;      /* pinned: the largest thing that set and get move */

    struct unit *units;
    void *tensor[NET_MAX_UNITS + 1];
    void *gradient[NET_MAX_UNITS + 1];
    void *seed; /* a probe's output gradient, as it was set */

    /* Scratch of one operation at a time. */
    void *workspace;
    size_t workspace_bytes;
    float *sums;       /* moments on the way there */
    unsigned *tickets; /* of kernels whose last block goes on; 0 between them */
    struct norm_factors factors;
    float *gate_gradient, *reduced_gradient, *squeezed_gradient;
    void *raw_gradient, *out_gradient;
    double *squares;

    /* Heads and loss. */
    float *features, *logits, *head_scores, *score_gradient, *class_gradient;

    /* Made by cuda_batch_open; of the plan and what is seen of it, nothing in a probe. */
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
    bool looks; /* for values that are not finite, behind each unit */
    void *bad;  /* on the device: how many there were, an unsigned long long */

    struct slot slots[CUDA_SLOTS];
    unsigned long started, collected;

    struct laps laps;
    struct backend_profile spent;
};

static inline size_t cuda_count(const struct backend *b, int t) /* of an image */
{
    return (size_t)b->shapes[t].h * (size_t)b->shapes[t].w * (size_t)b->shapes[t].c;
}

/* Unit u's convolution's output in the present batch. */
static inline struct map cuda_map(const struct backend *b, int u)
{
    struct map m = b->units[u].raw_map;
    m.n = b->n;
    return m;
}

static inline const struct param *cuda_role(const struct backend *b, int u, enum net_role role)
{
    return &b->param[b->units[u].param[role]];
}

/* Queues a kernel by its launcher, all of whose arguments but the last are given: QUEUE(b, e,
 * average, ...) calls kernel_average. An error names the kernel. */
#define QUEUE(b, e, kernel, ...)                                                                   \
    device_ran((b)->device, kernel_##kernel(__VA_ARGS__, device_stream((b)->device)), #kernel, e)

/* layout.c: all that follows from net and spec, without a device. */
int cuda_layout_open(struct backend *b, const struct backend_spec *spec, struct err *e);
void cuda_layout_close(struct backend *b);

/* ways.c: how each convolution is computed, for every batch size. 1 = cancelled. */
int cuda_ways_open(struct backend *b, struct err *e);
void cuda_ways_close(struct backend *b);

/* memory.c: what an open net holds. */
int cuda_memory_open(struct backend *b, struct err *e);
void cuda_memory_close(struct backend *b);
/* The device memory that a net would need, by purpose, with that many bytes of convolutions'
 * workspace. Pure: no device is asked. */
int cuda_memory_plan(const struct backend_spec *spec, size_t workspace,
                     uint64_t bytes[MEMORY_KINDS], struct err *e);

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
void cuda_step_forget(struct backend *b); /* what was captured: it holds addresses of old images */

/* batch.c, images.c: images, labels and plans. */
uint64_t cuda_batch_bytes(const struct backend *b); /* of the device, that open will take */
int cuda_batch_open(struct backend *b, struct err *e);
void cuda_batch_close(struct backend *b);
int cuda_batch_images(struct backend *b, const struct image_set *set, const float *scores,
                      const int *classes, struct err *e);
int cuda_batch_begin(struct backend *b, const struct backend_plan *plan, struct err *e);
void cuda_batch_next(struct backend *b); /* the host's count: b->first, n, batch */
/* Behind cuda_batch_next and before the step is queued: of streamed images, stages what this batch
 * and the next need. */
int cuda_batch_stage(struct backend *b, struct err *e);
/* The launches that make tensor 0; in a probe, those that count the step. They can be captured. */
int cuda_batch_fetch(struct backend *b, struct err *e);

/* traffic.c: what pieces of a step compute and carry, of the present batch. */
struct cuda_amount {
    double flop, bytes;
};
struct cuda_amount cuda_amount_fetch(const struct backend *b);
struct cuda_amount cuda_amount_conv(const struct backend *b, int u, enum conv_kind kind);
struct cuda_amount cuda_amount_settle(const struct backend *b, int u, bool training);
struct cuda_amount cuda_amount_apply(const struct backend *b, int u); /* and the pool */
struct cuda_amount cuda_amount_pool_back(const struct backend *b, int u);
struct cuda_amount cuda_amount_back_sums(const struct backend *b, int u);
struct cuda_amount cuda_amount_back_apply(const struct backend *b, int u);
struct cuda_amount cuda_amount_gate(const struct backend *b, int u, bool back);
struct cuda_amount cuda_amount_heads(const struct backend *b); /* there, or back */
struct cuda_amount cuda_amount_update(const struct backend *b);

/* profile.c: where a step's time goes, by marks on the device: a step starts, and behind each piece
 * of work it is said what it was. Without spec.profile they do nothing. */
void cuda_profile_start(struct backend *b);
void cuda_profile_lap(struct backend *b, enum backend_work work, struct cuda_amount amount);
void cuda_profile_take(struct backend *b, struct backend_profile *out);

/* usage.c */
void cuda_usage(const struct backend *b, struct backend_usage *out);

#endif
