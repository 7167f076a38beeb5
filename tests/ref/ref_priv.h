/* ref_priv.h - what the files of the reference backend share: its state, and the parts in the
 * order in which a step runs them. All values are double, all activations NHWC. */
#ifndef COMBOLAB_TESTS_REF_PARTS_H
#define COMBOLAB_TESTS_REF_PARTS_H

#include "tests/ref/ref.h"

#include <math.h>

/* A result stays valid until the next collect, while as many steps again may be started. */
#define REF_SLOTS (BACKEND_IN_FLIGHT + 1)

/* One tensor of net_params, in weight-file order. Running statistics have a value only. */
struct ref_param {
    double *value, *gradient, *momentum;
};

/* What the backward pass of a unit needs from its forward pass. */
struct ref_unit {
    struct net_shape conv; /* of the convolution's output, before any pool */
    double *hat;           /* n x conv: the convolution's output, normalised */
    double *inverse;       /* channels: 1 / sqrt(variance + eps) */
    double *squeezed;      /* n x channels: mean over the map of bn(conv) */
    double *reduced;       /* n x squeeze: after the gate's ReLU */
    double *gate;          /* n x channels: after the sigmoid */
    double *out;           /* n x conv: before any pool; else the output tensor itself */
    size_t *winner;        /* n x pooled: offset in `out` of each window's first maximum */
};

struct ref_slot {
    struct backend_result result;
    float *scores, *probabilities;
};

struct backend {
    struct net net;
    struct backend_spec spec; /* its net points at ours */
    struct net_params *params;
    struct ref_param *at; /* params->n */
    struct net_shape shapes[NET_MAX_UNITS + 1];
    double *tensor[NET_MAX_UNITS + 1], *gradient[NET_MAX_UNITS + 1];
    struct ref_unit units[NET_MAX_UNITS];
    int batch_most;
    bool trains;                          /* some batch does */
    double *weights;                      /* one convolution's weights in loop order */
    double *wide, *wide_gradient;         /* n x the largest convolution output */
    double *narrow, *narrow_gradient;     /* the most channels a unit makes */
    double *reduced_gradient;             /* the widest gate's reduced width */
    double *features, *features_gradient; /* n x channels of the last tensor */
    double *scores, *logits, *score_gradient, *logit_gradient;
    double *off; /* n: expectation of the classes minus the true score */

    struct image_set images;
    float *label;
    int *label_class; /* NULL without a class term */
    struct augment_table table;

    struct backend_plan plan; /* order and draws are ours */
    uint32_t *order;
    struct augment_draw *draws;
    size_t next; /* first sample of the next step */

    size_t first; /* of the present batch */
    int n;        /* samples in the present batch, 0 before the first plan */
    bool frozen;
    double margin;  /* of the last forward pass: see ref_margin */
    ref_look *look; /* ref_follow's; or NULL */
    void *look_context;
    struct ref_slot slots[REF_SLOTS];
    unsigned started, collected;
};

static inline size_t ref_area(struct net_shape s)
{
    return (size_t)s.h * (size_t)s.w;
}

static inline size_t ref_count(struct net_shape s)
{
    return ref_area(s) * (size_t)s.c;
}

static inline void ref_kink(struct backend *b, double distance)
{
    b->margin = fmin(b->margin, fabs(distance));
}

/* y += a * x: the inner loop of everything that multiplies matrices. Four at a time, which
 * compilers turn into vector instructions at any level of optimisation. */
static inline void ref_axpy(double *restrict y, const double *restrict x, double a, int n)
{
    int i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++)
            y[i + k] += a * x[i + k];
    for (; i < n; i++)
        y[i] += a * x[i];
}

/* The parameter of that role of a unit (-1: the heads); it must exist. */
struct ref_param *ref_role(const struct backend *b, int unit, enum net_role role);

/* ref_memory.c */
int ref_memory(struct backend *b, struct err *e);
void ref_memory_free(struct backend *b);
void ref_memory_bytes(const struct backend *b, uint64_t bytes[MEMORY_KINDS]);

/* ref_images.c */
int ref_images(struct backend *b, const struct image_set *set, const float *scores,
               const int *classes, struct err *e);
int ref_epoch(struct backend *b, const struct backend_plan *plan, struct err *e);
void ref_fetch(struct backend *b);

/* ref_step.c */
int ref_step(struct backend *b, unsigned phases, struct err *e);

/* ref_keep.c: values as a device has them between two kernels: rounded, where tensors are bf16. */
void ref_keep(const struct backend *b, double *values, size_t count);

/* ref_conv.c: y = conv(x), and from gy the gradients: the weights' is replaced, the input's added
 * to. */
void ref_conv(struct backend *b, int u, double *y);
void ref_conv_input_gradient(struct backend *b, int u, const double *gy);
void ref_conv_weight_gradient(struct backend *b, int u, const double *gy);

/* ref_unit.c. Backward adds to the gradients of the tensors that the unit reads. */
void ref_unit_forward(struct backend *b, int u, bool training);
void ref_unit_backward(struct backend *b, int u);

/* ref_gate.c: squeeze and excitation, on y = bn(conv(x)) in place; backward turns g, the gradient
 * of the gated output, into that of y. */
void ref_gate_forward(struct backend *b, int u, double *y);
void ref_gate_backward(struct backend *b, int u, const double *y, double *g);

/* ref_pool.c */
void ref_pool_forward(struct backend *b, int u);
void ref_pool_backward(struct backend *b, int u, double *g);

/* ref_head.c: pooled features, scores and logits; loss and its gradients; gradients of the heads
 * and of the last tensor. */
void ref_heads_forward(struct backend *b);
void ref_loss(struct backend *b, struct ref_slot *slot);
void ref_heads_backward(struct backend *b);

#endif
