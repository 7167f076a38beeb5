/* backend.h - what computes, as the engine sees it: it runs a whole net.
 *
 * Order of calls, all from one thread unless said otherwise:
 *   devices -> open -> [images] -> set* -> { epoch -> { step ... collect } }* -> get* -> close
 * Everything a backend will need is in the spec, so that it can plan memory and choose algorithms
 * once; after open and images nothing is allocated. Calls return 0, -1 with *e set, or 1 for
 * cancelled. A backend is a loadable module with one entry, BACKEND_ENTRY; tests link a third one
 * (tests/ref: naive, double) directly.
 *
 * The calls of an open net are made by the door alone (door.h), which first checks what is written
 * here of order, indices, counts, phases and plans: a backend may trust in all of it, and refuses
 * only what it cannot do itself.
 */
#ifndef COMBOLAB_ENGINE_CORE_BACKEND_H
#define COMBOLAB_ENGINE_CORE_BACKEND_H

#include "base/err.h"
#include "engine/core/augment.h"
#include "engine/core/images.h"
#include "engine/core/loss.h"
#include "engine/core/net.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BACKEND_VERSION 6 /* counts up with every change of this file that a module can notice */
#define BACKEND_MAX_BATCHES 6 /* a whole one and a remainder for training, val and test images */
#define BACKEND_MAX_DEVICES 16
#define BACKEND_IN_FLIGHT 4 /* steps that may be started and not yet collected */

struct backend; /* an open backend; its own business */

struct backend_device {
    char id[16];      /* as in --device: "cpu", "cuda:0" */
    char name[96];    /* "AMD EPYC 7B13" */
    char detail[128]; /* "avx2, 2 cores", "compute capability 9.0" */
    uint64_t memory_bytes;
};

/* Of products and of what is kept between units; weights, momenta and sums are f32 in all. AUTO is
 * asked for only: the door puts the backend's own in its place. */
enum backend_precision { BACKEND_AUTO, BACKEND_F32, BACKEND_TF32, BACKEND_BF16 };

/* A batch size that will occur, and what for. A size may be listed for both, or twice. */
struct backend_batch {
    int size;       /* samples; 0 = unused entry */
    bool trains;    /* FORWARD, and what goes on from it */
    bool evaluates; /* EVAL */
};

struct backend_spec {
    const struct net *net; /* copied */
    struct loss_spec loss;
    struct augment_spec augment; /* height and width here are the net's input size */
    /* If none of them trains, BACKWARD and UPDATE will not come, and need no memory. */
    struct backend_batch batches[BACKEND_MAX_BATCHES];
    size_t plan_most;              /* samples of the largest plan; without meaning in a probe */
    uint64_t memory_most;          /* bytes that may be used on the device; 0 = all there is */
    double momentum, weight_decay; /* SGD as PyTorch: v = m v + (g + d w);  w -= lr v */
    /* 0, or the largest norm of all gradients together: before an update they are multiplied by
     * min(1, clip_norm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. */
    double clip_norm;
    enum backend_precision precision;
    /* Tests: no images, heads or loss. Tensor 0 is given by set(BACKEND_TENSOR, 0), backward starts
     * from set(BACKEND_TENSOR_GRADIENT, n_units), and also makes the gradient of tensor 0. */
    bool probe;
    /* Tests: keep every tensor and its gradient readable by get after a step. Without it only the
     * net's last tensor is, between a step FORWARD and its BACKWARD. It changes how long
     * memory lives, never what is computed: the same bits with and without. */
    bool keep;
    bool profile;       /* measure the time of each kind of work: see struct backend_profile */
    bool deterministic; /* the same bits on every run */
    /* Where a backend that measures which algorithm is fastest may keep what it found: a folder
     * that is there, or NULL for nowhere. */
    const char *cache;
    /* What `algorithms` of an earlier open said, or NULL: the same choices again, so that a run
     * goes on to the same bits. What can't be had any more is an ERR_VERSION that says which. */
    const char *algorithms;
    int threads;               /* CPU threads, 0 = one a core */
    int device;                /* number in the backend's own list */
    const atomic_bool *cancel; /* looked at before steps and during long work; may be NULL */
    void (*progress)(void *context, const char *what, double fraction); /* may be NULL */
    void *progress_context;
};

/* What set and get reach. `index`: of net_params for PARAM, GRADIENT and MOMENTUM (running
 * statistics are PARAMs; they have no gradient); a tensor's number for the TENSORs. Float32 on the
 * host; parameters in weight-file order, tensors NHWC of the last step's batch. */
enum backend_kind {
    BACKEND_PARAM,
    BACKEND_GRADIENT,
    BACKEND_MOMENTUM,
    BACKEND_TENSOR,
    BACKEND_TENSOR_GRADIENT,
};

/* An epoch's work, copied by epoch(). Step i takes samples [i * batch, min(n, (i + 1) * batch)). */
struct backend_plan {
    size_t n;
    const uint32_t *order;            /* n indices into the image set */
    const struct augment_draw *draws; /* n, in the order of `order` */
    int batch;
    double learning_rate;
};

enum backend_phase {
    BACKEND_FORWARD = 1,  /* batch statistics; running ones are updated */
    BACKEND_BACKWARD = 2, /* gradients of this batch replace the former ones */
    BACKEND_UPDATE = 4,
    BACKEND_EVAL = 8, /* forward with running statistics, alone */
};

/* What one step gave. The pointers stay valid until the next collect. */
struct backend_result {
    size_t first;                /* place of the first sample in the plan */
    int n;                       /* samples */
    double total;                /* weighted sum of the terms, mean over the batch */
    double term[LOSS_MAX_TERMS]; /* unweighted means */
    const float *scores;         /* n */
    const float *probabilities;  /* n x classes, or NULL */
    bool finite; /* total is finite. After the first step that is not, updates are frozen */
};

/* What memory on the device is for. */
enum backend_memory {
    MEMORY_PARAMETERS,  /* with running statistics */
    MEMORY_GRADIENTS,   /* of parameters, and momenta */
    MEMORY_ACTIVATIONS, /* tensors, their gradients, and what units keep for the way back */
    MEMORY_WORKSPACE,   /* of one operation at a time, and weights in further layouts */
    MEMORY_IMAGES,      /* plan, labels, and images where the device has its own copy */
    MEMORY_KINDS
};

struct backend_usage {
    uint64_t bytes[MEMORY_KINDS]; /* all of it: nothing is allocated later */
    char detail[160];             /* instruction set, library versions */
    double load;                  /* of the device, just now: 0..1. These three NaN if unknown */
    double temperature_c, power_w;
};

/* Where the time of steps goes. */
enum backend_work {
    WORK_CONV_FORWARD,
    WORK_CONV_DATA,
    WORK_CONV_WEIGHTS,
    WORK_NORM, /* with shortcut and ReLU */
    WORK_GATE,
    WORK_POOL,
    WORK_HEADS, /* and the loss */
    WORK_UPDATE,
    WORK_DATA, /* fetching and augmenting images */
    WORK_KINDS
};

struct backend_profile {
    double seconds[WORK_KINDS];
    double flop[WORK_KINDS]; /* multiply-adds times two; 0 where bytes and not sums are the limit */
    double bytes[WORK_KINDS]; /* that have to be read and written; 0 where that is not counted */
};

struct backend_ops {
    int version;                  /* BACKEND_VERSION */
    const char *name;             /* "cpu", "cuda" */
    enum backend_precision usual; /* what BACKEND_AUTO stands for */

    /* library and devices are always there. A backend that can list devices but not train has NULL
     * for all that follows. */

    /* Version text of the libraries behind it: "oneDNN 2.6.3". Static storage. */
    const char *(*library)(void);

    /* Lists up to `room` devices; returns their number. 0 devices is no error: `why` then says why.
     * Asks the system and nothing else: what costs memory or time on a device, and whether it
     * computes as it should, is for open. */
    int (*devices)(struct backend_device *list, int room, char *why, size_t why_room);

    int (*open)(struct backend **out, const struct backend_spec *spec, struct err *e);

    /* Makes images and labels reachable; scores[i] and classes[i] (0-based, may be NULL without a
     * class term) belong to image i and are copied. A plan of former images is void. Not called in
     * probe. */
    int (*images)(struct backend *b, const struct image_set *set, const float *scores,
                  const int *classes, struct err *e);

    /* `count` must be the exact element count. Illegal while a step is in flight. */
    int (*set)(struct backend *b, enum backend_kind kind, int index, const float *from,
               size_t count, struct err *e);
    int (*get)(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
               struct err *e);

    /* Begins a plan. In probe only batch (= n), n and learning_rate matter; order and draws NULL.
     */
    int (*epoch)(struct backend *b, const struct backend_plan *plan, struct err *e);

    /* Starts the plan's next batch; `phases` of enum backend_phase. May return before it is done,
     * and needs nothing further of the host: up to BACKEND_IN_FLIGHT steps wait or run. A set of
     * BACKWARD or UPDATE without FORWARD goes on with the batch of the last step. A FORWARD serves
     * one BACKWARD, whose gradients may take the place of activations, unless they are kept. */
    int (*step)(struct backend *b, unsigned phases, struct err *e);

    /* Waits for the oldest step not yet collected. In probe every value is 0 and finite. */
    int (*collect)(struct backend *b, struct backend_result *out, struct err *e);

    /* At any time, steps in flight or not, and quick. What is not known is left as it comes: NaN
     * and zeros. */
    void (*usage)(const struct backend *b, struct backend_usage *out);

    void (*close)(struct backend *b); /* NULL is allowed */

    /* What steps since open, or since the last call, have spent. NULL where it can't be told; all
     * zeros unless the spec asked for a profile. */
    void (*profile)(struct backend *b, struct backend_profile *out);

    /* Which algorithms were chosen at open, as text for `algorithms` of a spec: a line for each,
     * "JOB: METHOD" or "JOB: METHOD DETAILS". Lives until close. NULL in place of the call, or as
     * its answer, where there is no choice. */
    const char *(*algorithms)(const struct backend *b);

    /* What was left out at open, and why, that people should hear of: a library that is not there.
     * Lines of text; lives until close. May be NULL. */
    const char *(*notes)(const struct backend *b);

    /* What else is to be told of open, and asks nothing of anybody. The same. */
    const char *(*remarks)(const struct backend *b);
};

/* The one symbol that a module exports; ends in BACKEND_VERSION. */
#define BACKEND_ENTRY combolab_backend_v6
typedef const struct backend_ops *(*backend_entry)(void);
__attribute__((visibility("default"))) const struct backend_ops *BACKEND_ENTRY(void);

#endif
