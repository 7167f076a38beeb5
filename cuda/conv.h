/* conv.h - the ways in which a convolution can be computed, and the choice of one.
 *
 * A method is a table of functions, one file each (conv_plain.c, conv_grouped.c, conv_stem.c,
 * conv_cudnn.c, conv_product.c), listed in conv_methods.c. For a job - one kind of a unit's
 * convolution at one batch size - it offers ways, best first. conv_choose takes one, for good: by
 * the text of an earlier choice, else from the cache, else by timing. A way is described by a line
 * of text from which its method can make it again, so that a run and its reruns compute by the same
 * ways.
 *
 * All calls from the thread that opened the device.
 */
#ifndef COMBOLAB_CUDA_CONV_H
#define COMBOLAB_CUDA_CONV_H

#include "base/err.h"
#include "base/str.h"
#include "cuda/device.h"
#include "cuda/kernels/conv.h"

#define CONV_TEXT_BYTES 200

enum conv_kind { CONV_FORWARD, CONV_DATA, CONV_WEIGHTS, CONV_KINDS };

struct conv_job {
    enum conv_kind kind;
    struct conv_shape shape;
    enum element type; /* of x, w, y */
    bool tensor_cores; /* float32 products may be computed as tf32; in bf16 always true */
    bool add;          /* CONV_DATA: to x, instead of in its place */
};

/* Device memory, aligned to 16. FORWARD makes y of x and w, DATA x of w and y, WEIGHTS dw of x and
 * y. */
struct conv_operands {
    void *x, *w, *y;
    float *dw;       /* float32, in w's order */
    float *moments;  /* FORWARD: for a way that makes moments of y; NULL: they aren't wanted */
    void *workspace; /* the way's bytes of it, aligned to 256 */
};

struct conv_method;

struct conv_way {
    const struct conv_method *method; /* NULL: no way yet */
    struct conv_job job;
    size_t workspace;           /* bytes */
    struct parts parts;         /* FORWARD: of the moments it makes of y; n is 0 if it makes none */
    void *own;                  /* the method's */
    char text[CONV_TEXT_BYTES]; /* "cudnn 9.19.0 sm90 engine 62 1=2 14=0" */
};

/* What methods work with; libraries that are not there are NULL. */
struct conv_tools {
    struct device *device;
    struct cudnn *cudnn;      /* cuDNN's functions and handle */
    struct cublas *cublas;    /* cuBLASLt's */
    bool plain;               /* COMBOLAB_CUDA_CONV=plain: no other method */
    bool grouped_cudnn;       /* COMBOLAB_CUDA_GROUPED=cudnn: not our fast grouped ones */
    const char *chosen;       /* lines of an earlier open's choices, or NULL */
    struct conv_cache *cache; /* choices kept on disk, or NULL */
    char libraries[80];       /* those that were found: "cudnn 9.19.0, cublas 13.1.0" */
    struct str made;          /* a line for each choice, "JOB: WAY": what algorithms() answers */
    struct str notes;         /* a line for each thing that is missing, and what that means */
    struct str dropped;       /* a line for each way that is not used because it computes wrongly */
    struct str remarks;       /* those in one line, for people: conv_tools_sum_up */
    int tried, n_dropped;     /* ways */
};

struct conv_method {
    const char *name;
    bool reference; /* the others are checked against it, and it is taken where none is left */
    /* Finds the library it works with: into the tools, with a line in libraries or notes. Both NULL
     * where there is none. */
    void (*find)(struct conv_tools *t);
    void (*leave)(struct conv_tools *t);
    /* Offers up to `room` ways, best first; returns their number. None is no error. */
    int (*offer)(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room);
    /* The way that `text` (what follows the method's name) describes; -1 where it can't be had any
     * more. */
    int (*again)(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e);
    int (*run)(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e);
    void (*close)(struct conv_way *way); /* what `own` holds; may be NULL */
};

extern const struct conv_method *const conv_methods[]; /* in the order of preference; NULL ends */

/* Whether that environment variable has that value. */
bool conv_is_set(const char *variable, const char *value);

/* cache: a folder for choices, or NULL. chosen: lines that must live until close, or NULL. */
int conv_tools_open(struct conv_tools *t, struct device *d, const char *cache, const char *chosen,
                    struct err *e);
void conv_tools_close(struct conv_tools *t); /* after all its ways; all zeros are allowed */

/* Writes the remarks, once all choices are made: nothing where no way was dropped. */
void conv_tools_sum_up(struct conv_tools *t);

/* Adds a line to the notes, one to the ways dropped, or a library to the list of them. */
void conv_note(struct conv_tools *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void conv_drop(struct conv_tools *t, const struct conv_way *way, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void conv_found(struct conv_tools *t, const char *library);

/* The line that names a job in caches and records: "forward bf16 64x56x56 64>128 k1 s1 p0 g1". How
 * many channels are filled it doesn't say: a method that counts on it refuses to make a way again
 * for another job. */
#define CONV_JOB_BYTES 120
void conv_job_text(const struct conv_job *job, char to[CONV_JOB_BYTES]);

/* Chooses a way. Equal jobs get equal ways. Where it is tried on the device, that takes up to a
 * second, and memory for the job's operands. */
int conv_choose(struct conv_tools *t, const struct conv_job *job, struct conv_way *out,
                struct err *e);

static inline int conv_run(struct conv_tools *t, const struct conv_way *way,
                           const struct conv_operands *o, struct err *e)
{
    if (way->method->run(t, way, o, e))
        return -1;
    return device_ran(t->device, 0, way->text, e); /* a library's faults are its own */
}

static inline void conv_way_close(struct conv_way *way)
{
    if (way->method && way->method->close)
        way->method->close(way);
    way->method = NULL;
}

#endif
