/* cpu.h - what the parts of the CPU backend share. Nothing outside cpu/ includes it.
 *
 * All calls come from one thread, through the door (engine/core/door.h), which has checked them.
 * Parallel loops are OpenMP's; one more thread may fetch the next batch meanwhile (prefetch.h).
 * Every sum over samples or pixels is taken over fixed blocks whose size depends on the shape
 * alone, and the blocks are added in order: so our own loops give the same bits on any number of
 * threads. (oneDNN's weight gradients don't: they are the same on every run with the same number of
 * threads.)
 */
#ifndef COMBOLAB_CPU_CPU_H
#define COMBOLAB_CPU_CPU_H

#include "cpu/dnn.h"
#include "cpu/prefetch.h"
#include "engine/core/backend.h"
#include "engine/core/lifetimes.h"

#include <stdint.h>

#define CPU_SLOTS (BACKEND_IN_FLIGHT + 1) /* one more: the last collected stays readable */
#define CPU_COPIES (2 * BACKEND_MAX_BATCHES)
#define CPU_PLACES_A_UNIT 24

/* --- convolutions (conv.c, grouped.c, im2col.c) --- */

enum conv_method {
    CONV_DNN,     /* oneDNN */
    CONV_GROUPED, /* our loops for narrow groups */
    CONV_IM2COL,  /* windows unrolled into rows, then a matrix product: gradients only */
};

/* How one kind is computed for one batch size. */
struct conv_way {
    bool there;
    enum conv_method method;
    struct dnn_conv *dnn;
    struct dnn_layout *layout;  /* of the weights it reads or the gradient it makes */
    int copy;                   /* which copy of the weights it reads; -1 for the home values */
    struct dnn_reorder *finish; /* weights' gradient to the home layout, or NULL */
};

/* The weights again, in another layout; made anew when it is needed after a change. */
struct conv_copy {
    const struct dnn_layout *layout;
    struct dnn_reorder *reorder;
    float *data;
    bool stale;
};

struct conv {
    struct dnn_shape shape; /* for the largest batch */
    struct conv_way way[BACKEND_MAX_BATCHES][DNN_KINDS];
    struct dnn_layout *home, *plain;
    struct dnn_reorder *to_plain, *from_plain; /* NULL when home is plain */
    struct conv_copy copies[CPU_COPIES];
    int n_copies;
};

/* The weights times the norm's factor, in one of the layouts that are read. */
struct fold_weights {
    struct dnn_layout *layout;
    struct dnn_reorder *from_plain;
    float *data;
};

/* How a unit is evaluated with its norm folded in, for each batch size. */
struct fold {
    bool there[BACKEND_MAX_BATCHES];           /* else the unit isn't folded */
    struct dnn_conv *dnn[BACKEND_MAX_BATCHES]; /* NULL: our loops for narrow groups */
    int at[BACKEND_MAX_BATCHES];               /* number of its weights */
    struct fold_weights weights[BACKEND_MAX_BATCHES];
    int n_weights;
};

struct cpu_param {
    float *value, *gradient, *momentum; /* in the home layout; the last two only where trained */
    size_t stored;                      /* floats, with the layout's padding */
    size_t offset;                      /* in the blocks of all trained values */
    const struct conv *conv;            /* whose weights these are, or NULL: plain */
};

struct unit {
    struct net_shape shape; /* of the convolution's output */
    struct conv conv;
    struct fold fold;
    int param[NET_SE_B2 + 1]; /* by role */
    float *raw;               /* the convolution's output */
    float *out;               /* the unit's output before a pool */
    uint8_t *winner;          /* which tap of its window each pooled value came from */
    float *mean, *inverse;    /* of the batch: mean, 1 / deviation */
    float *scale, *shift;     /* norm as one multiply-add */
    /* The gate, per image: mean of raw, squeezed, reduced, gate. */
    float *raw_mean, *squeezed, *reduced, *gate;
};

/* The plan's next batch, fetched while this one is computed; n is 0 while there is none. */
struct coming {
    struct prefetch *thread; /* NULL: batches are fetched as they are needed */
    float *images;           /* changes places with tensor 0 */
    size_t first;
    int n;
};

struct slot {
    struct backend_result result;
    float *scores, *probabilities;
};

struct backend {
    struct net net;
    struct backend_spec spec;
    struct net_params *params;
    struct net_shape shapes[NET_MAX_UNITS + 1];
    struct backend_batch batches[BACKEND_MAX_BATCHES]; /* largest first, each size once */
    int n_batches;
    int most;  /* the largest batch */
    int depth; /* units */
    enum isa isa;
    int threads, callers_threads;
    unsigned float_bits; /* that we set and take back */
    bool trains;         /* some batch does: BACKWARD may come */
    struct dnn *dnn;
    struct lifetimes lives;
    struct arena arena;
    void *block;                  /* of which the arena is the plan */
    uint64_t bytes[MEMORY_KINDS]; /* in use */

    struct cpu_param *param; /* params->n */
    size_t trained;          /* floats in each of the three blocks */
    float *values, *gradients, *momenta, *running;
    uint8_t *squares; /* doubles: of the gradients, a sum for each chunk, where they are clipped */

    struct unit *units;
    float *tensor[NET_MAX_UNITS + 1];
    float *gradient[NET_MAX_UNITS + 1];
    int pending; /* tensor to whose gradient `late` is still to be added, or -1 */
    float *late, *seed;

    /* Scratch of one operation at a time. */
    float *partial, *channel, *image, *work, *raw_gradient, *out_gradient, *kept_gradient, *columns,
        *weight_gradient, *plain;
    uint8_t *dnn_scratch;

    /* Heads and loss. */
    float *features, *features_gradient, *logits, *logit_gradient, *head_scores, *score_gradient;

    struct image_set images;
    struct augment_table table;
    float *label;
    int *label_class;

    struct backend_plan epoch;
    uint32_t *order; /* spec.plan_most, and as many draws */
    struct augment_draw *draws;
    size_t next, first;
    struct coming coming;
    size_t announced, released; /* samples of the plan that the image set was told of: batch.c */
    int n, batch;     /* samples of the last step and the number of that size in `batches` */
    bool frozen;      /* a step was not finite: no update changes anything any more */
    bool folds_stale; /* a parameter or running statistic has changed since */

    struct slot slots[CPU_SLOTS];
    unsigned long started, collected;

    struct backend_profile spent;
    double lap_s; /* when the last piece of work was over */
};

/* Channels of a unit's parameter. */
static inline const struct cpu_param *cpu_role(const struct backend *b, int u, enum net_role role)
{
    return &b->param[b->units[u].param[role]];
}

static inline size_t cpu_area(struct net_shape s)
{
    return (size_t)s.h * (size_t)s.w;
}

static inline size_t cpu_count(struct net_shape s)
{
    return cpu_area(s) * (size_t)s.c;
}

/* Chooses how unit u is convolved, for every batch size, and wants the memory for it. */
int conv_open(struct backend *b, int u, struct err *e);
void conv_close(struct conv *c);
void conv_changed(struct conv *c); /* the home values changed */
int conv_forward(struct backend *b, int u, struct err *e);
int conv_weights(struct backend *b, int u, const float *y_gradient, struct err *e);
/* The data gradient, in place of x_gradient's values or, where conv_adds, added to them. */
int conv_data(struct backend *b, int u, const float *y_gradient, float *x_gradient, bool add,
              struct err *e);
bool conv_adds(const struct backend *b, int u); /* for every batch size that trains */

/* oneDNN's implementation of one kind by the rule (conv.c), with `after` behind it or NULL; *out
 * stays NULL when it has none that is fast. */
int conv_new(const struct backend *b, const struct dnn_shape *s, enum dnn_kind kind,
             const struct dnn_after *after, struct dnn_conv **out, struct err *e);

/* Scratch for unit u: oneDNN's, and floats for our own weight gradients and for one whose layout
 * isn't the home layout. */
struct conv_needs {
    size_t scratch_bytes, columns, weight_gradient;
};

struct conv_needs conv_needs(const struct backend *b, int u);

/* Evaluation with folded norms (fold.c): chosen after conv_open, made by fold_all when stale. For a
 * unit that can, fold_forward goes from the unit's input to its output before a pool. */
int fold_open(struct backend *b, int u, struct err *e);
void fold_close(struct fold *f);
size_t fold_scratch_bytes(const struct backend *b, int u);
size_t fold_plain_floats(const struct backend *b, int u); /* of b->plain */
int fold_all(struct backend *b, struct err *e);
bool fold_can(const struct backend *b, int u);
int fold_forward(struct backend *b, int u, struct err *e);

/* Narrow groups: whether our loops can do this shape, then the three kinds. Weights are in
 * DNN_TAPS_OUT order, for the data gradient in DNN_TAPS_IN. Forward adds a bias per channel, unless
 * that is NULL, and then applies a ReLU if asked for. */
bool grouped_can(const struct dnn_shape *s);
void grouped_forward(enum isa isa, const struct dnn_shape *s, const float *x, const float *w,
                     const float *bias, bool relu, float *y);
void grouped_data(enum isa isa, const struct dnn_shape *s, float *x, const float *w,
                  const float *y);
void grouped_weights(enum isa isa, const struct dnn_shape *s, const float *x, float *w,
                     const float *y, float *partial);
size_t grouped_partial_floats(const struct dnn_shape *s);

/* Gradients as matrix products, without groups: of the weights for any window, which is unrolled
 * into `columns`; of the input, added to x or in its place, for windows of one pixel and stride 1.
 * Weights and their gradient are in DNN_OUT_TAPS order. */
bool im2col_can(const struct dnn_shape *s, enum dnn_kind kind);
int im2col_data(const struct dnn_shape *s, float *x, bool add, const float *w, const float *y,
                struct err *e);
size_t im2col_floats(const struct dnn_shape *s);
int im2col_weights(const struct dnn_shape *s, const float *x, float *w, const float *y,
                   float *columns, struct err *e);

/* --- the rest of a unit --- */

int norm_forward(struct backend *b, int u, bool training, struct err *e);
/* Scale and shift of the unit's norm from its running statistics. */
void norm_running(struct backend *b, int u);
/* From the gradient of the unit's output (before a pool): gradients of gamma, beta and gate, of the
 * shortcut, and in b->raw_gradient that of the convolution's output. */
int norm_backward(struct backend *b, int u, float *gradient, struct err *e);
size_t norm_partial_floats(const struct backend *b, int u);

int gate_forward(struct backend *b, int u, struct err *e);
/* From sums per image of the gradient before the gate, and of its product with raw - mean:
 * gradients of the gate's weights, and in b->work that of the squeezed values. */
int gate_backward(struct backend *b, int u, const float *sum, const float *product, struct err *e);

void maxpool_forward(const struct backend *b, int u);
void maxpool_backward(const struct backend *b, int u, const float *gradient, float *to);

void heads_forward(struct backend *b);
void heads_backward(struct backend *b);
void heads_loss(struct backend *b, struct slot *slot);

void sgd_update(struct backend *b);
size_t sgd_chunks(const struct backend *b);

/* --- what backend.c calls --- */

int memory_open(struct backend *b, struct err *e); /* 1 = cancelled */
void memory_close(struct backend *b);
/* Counts that many bytes of labels, in place of former ones; -1 where the limit doesn't allow it.
 */
int memory_labels(struct backend *b, uint64_t bytes, struct err *e);

int values_set(struct backend *b, enum backend_kind kind, int index, const float *from,
               size_t count, struct err *e);
int values_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
               struct err *e);

int batch_images(struct backend *b, const struct image_set *set, const float *scores,
                 const int *classes, struct err *e);
int batch_begin(struct backend *b, const struct backend_plan *plan, struct err *e); /* 0 */
void batch_next(struct backend *b);           /* takes the plan's next batch */
void batch_fetch(struct backend *b);          /* its images become tensor 0 */
void batch_end(struct backend *b);            /* no more of the plan will be fetched */
bool batch_overlaps(const struct backend *b); /* the next batch is fetched during a step */

int step_run(struct backend *b, unsigned phases, struct err *e);

/* Where a step's time goes (profile.c): a step starts the clock, and the end of each piece of work
 * says what it was. Without spec.profile they do nothing. */
void profile_start(struct backend *b);
void profile_lap(struct backend *b, enum backend_work work, double flop);
void profile_take(struct backend *b, struct backend_profile *out);

/* Around every call that computes: our number of threads and float mode in, the caller's back. */
void cpu_enter(struct backend *b);
void cpu_leave(struct backend *b);

#endif
