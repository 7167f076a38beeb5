/* dnn.h - what we use of oneDNN, behind types of our own, so that another version of its C
 * interface concerns dnn.c and dnn_conv.c alone.
 *
 * Order of calls: [dnn_limit] -> dnn_open; then convolutions and reorders are made (dnn_conv_new,
 * dnn_reorder_new) and run as often as wanted, from the thread that made them; then freed;
 * dnn_close last. Nothing is allocated by a run. Activations are NHWC float32; weights are in the
 * layout a convolution asks for.
 */
#ifndef COMBOLAB_CPU_DNN_H
#define COMBOLAB_CPU_DNN_H

#include "cpu/isa.h"

#include <stdbool.h>
#include <stddef.h>

struct err;
struct dnn;         /* the library, opened */
struct dnn_layout;  /* how a weight tensor lies in memory; may have padding, which holds zeros */
struct dnn_conv;    /* one convolution of one kind and size */
struct dnn_reorder; /* copies weights from one layout to another */

/* Geometry of a convolution: images, channels, groups, input and output maps. */
struct dnn_shape {
    int n, in, out, groups;
    int kernel, stride, pad;
    int h, w, out_h, out_w;
};

enum dnn_kind {
    DNN_FORWARD, /* y from x and w */
    DNN_DATA,    /* gradient of x from that of y and w */
    DNN_WEIGHTS, /* gradient of w from x and that of y */
    DNN_KINDS,
};

/* What follows a forward convolution before its result is written: a bias always, then these. */
struct dnn_after {
    bool add;  /* another tensor of y's shape */
    bool relu; /* NaN stays NaN */
};

/* Orders of weights that we name ourselves, slowest axis first. */
enum dnn_order {
    DNN_PLAIN,    /* out, in / groups, kernel, kernel: as in weight files */
    DNN_OUT_TAPS, /* out, kernel, kernel, in / groups: rows of unrolled windows */
    DNN_TAPS_OUT, /* kernel, kernel, in / groups, all outputs */
    DNN_TAPS_IN,  /* kernel, kernel, out / groups, all inputs */
};

/* Holds the library to an instruction set; only before its first use, dnn_instructions too. Asked
 * for again with the same set it does nothing. */
int dnn_limit(enum isa isa, struct err *e);

int dnn_open(struct dnn **out, struct err *e);
void dnn_close(struct dnn *d);

const char *dnn_library(void);      /* "oneDNN 2.6.3", static storage */
const char *dnn_instructions(void); /* "avx2" */

/* Makes a convolution, with `after` behind it (FORWARD only) or NULL, by an implementation without
 * `avoid` in its name (NULL: any) if there is another. *out stays NULL, and the result 0, when the
 * library has nothing for this shape but its reference code, which is slower by orders of
 * magnitude. */
int dnn_conv_new(struct dnn_conv **out, const struct dnn *d, enum dnn_kind kind,
                 const struct dnn_shape *shape, const struct dnn_after *after, const char *avoid,
                 struct err *e);
void dnn_conv_free(struct dnn_conv *c);

const char *dnn_conv_name(const struct dnn_conv *c); /* of the implementation: "jit:avx2" */
const struct dnn_layout *dnn_conv_layout(const struct dnn_conv *c);
size_t dnn_conv_scratch_bytes(const struct dnn_conv *c);

/* x, w and y are values or gradients as the kind says; what the kind makes is written. */
int dnn_conv_run(const struct dnn_conv *c, const struct dnn *d, const float *x, const float *w,
                 const float *y, void *scratch, struct err *e);

/* The same for a convolution with something after it; `bias` per channel, `add` NULL without. */
int dnn_conv_run_after(const struct dnn_conv *c, const struct dnn *d, const float *x,
                       const float *w, const float *bias, const float *add, const float *y,
                       void *scratch, struct err *e);

int dnn_layout_new(struct dnn_layout **out, const struct dnn_shape *shape, enum dnn_order order,
                   struct err *e);
int dnn_layout_copy(struct dnn_layout **out, const struct dnn_layout *from, struct err *e);
void dnn_layout_free(struct dnn_layout *l);
bool dnn_layout_equal(const struct dnn_layout *a, const struct dnn_layout *b);
size_t dnn_layout_bytes(const struct dnn_layout *l);

int dnn_reorder_new(struct dnn_reorder **out, const struct dnn *d, const struct dnn_layout *from,
                    const struct dnn_layout *to, struct err *e);
void dnn_reorder_free(struct dnn_reorder *r);
int dnn_reorder_run(const struct dnn_reorder *r, const struct dnn *d, const float *from, float *to,
                    struct err *e);

/* Row-major c = op(a) op(b) + keep * c, with op(a) m x k and op(b) k x n; each matrix's rows lie
 * without gaps. */
int dnn_gemm(bool transpose_a, bool transpose_b, long m, long n, long k, const float *a,
             const float *b, float keep, float *c, struct err *e);

#endif
