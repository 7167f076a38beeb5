/* dnn.c - the calls of oneDNN's C interface, version 2.x.
 *
 * A convolution is asked for with NHWC activations and free choice of the weights' layout. The
 * library lists its implementations from fastest to slowest; we take the first that isn't reference
 * code. Scratch memory is the caller's (one block for all, since they run one after another). One
 * thread.
 */
#include "cpu/dnn.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include <float.h>
#include <stdint.h>
#include <string.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

struct dnn {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_attr_t attributes; /* scratch is ours */
};

struct dnn_layout {
    dnnl_memory_desc_t memory;
};

struct dnn_conv {
    enum dnn_kind kind;
    dnnl_primitive_t primitive;
    dnnl_memory_t x, w, y, scratch;
    dnnl_memory_t bias, add; /* what follows; NULL without */
    struct dnn_layout weights;
    size_t scratch_bytes;
    char name[64];
};

struct dnn_reorder {
    dnnl_primitive_t primitive;
    dnnl_memory_t from, to;
};

static int failed(struct err *e, const char *what, dnnl_status_t status)
{
    return err_set(e, status == dnnl_out_of_memory ? ERR_MEMORY : ERR_DEVICE, "oneDNN: %s: %s",
                   what, dnnl_status2str(status));
}

const char *dnn_library(void)
{
    return "oneDNN " TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR) "." TEXT(
        DNNL_VERSION_PATCH);
}

const char *dnn_instructions(void)
{
    switch ((unsigned)dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41:
        return "sse4.1";
    case dnnl_cpu_isa_avx:
        return "avx";
    case dnnl_cpu_isa_avx2:
    case dnnl_cpu_isa_avx2_vnni:
        return "avx2";
    case dnnl_cpu_isa_all:
        return "no vector instructions known to oneDNN";
    default:
        return "avx512";
    }
}

int dnn_limit(enum isa isa, struct err *e)
{
    static const dnnl_cpu_isa_t limits[] = {[ISA_PLAIN] = dnnl_cpu_isa_sse41,
                                            [ISA_AVX2] = dnnl_cpu_isa_avx2,
                                            [ISA_AVX512] = dnnl_cpu_isa_avx512_core};
    dnnl_set_max_cpu_isa(limits[isa]); /* refused once the library is in use: then look */
    if (!((unsigned)dnnl_get_effective_cpu_isa() & ~(unsigned)limits[isa]))
        return 0;
    return err_set(e, ERR_STATE,
                   "COMBOLAB_ISA=%s came after oneDNN was first used with %s; set it "
                   "before the program starts",
                   isa_name(isa), dnn_instructions());
}

void dnn_close(struct dnn *d)
{
    if (!d)
        return;
    if (d->attributes)
        dnnl_primitive_attr_destroy(d->attributes);
    if (d->stream)
        dnnl_stream_destroy(d->stream);
    if (d->engine)
        dnnl_engine_destroy(d->engine);
    mem_free(d);
}

int dnn_open(struct dnn **out, struct err *e)
{
    *out = NULL;
    struct dnn *d = mem_alloc(1, sizeof *d);
    if (!d)
        return mem_error(e, "oneDNN's handles", sizeof *d);
    dnnl_status_t s = dnnl_engine_create(&d->engine, dnnl_cpu, 0);
    if (!s)
        s = dnnl_stream_create(&d->stream, d->engine, dnnl_stream_default_flags);
    if (!s)
        s = dnnl_primitive_attr_create(&d->attributes);
    if (!s)
        s = dnnl_primitive_attr_set_scratchpad_mode(d->attributes, dnnl_scratchpad_mode_user);
    if (s) {
        dnn_close(d);
        return failed(e, "opening the CPU", s);
    }
    *out = d;
    return 0;
}

/* --- layouts of weights --- */

/* {groups, out, in, kernel, kernel}; oneDNN wants the first axis left out when there is one group.
 */
static void weight_dims(const struct dnn_shape *s, dnnl_dims_t dims)
{
    dims[0] = s->groups;
    dims[1] = s->out / s->groups;
    dims[2] = s->in / s->groups;
    dims[3] = dims[4] = s->kernel;
}

int dnn_layout_new(struct dnn_layout **out, const struct dnn_shape *shape, enum dnn_order order,
                   struct err *e)
{
    *out = NULL;
    /* Axes from slowest to fastest; 0 group, 1 output, 2 input, 3 and 4 taps. */
    static const int axes[][5] = {[DNN_PLAIN] = {0, 1, 2, 3, 4},
                                  [DNN_OUT_TAPS] = {0, 1, 3, 4, 2},
                                  [DNN_TAPS_OUT] = {3, 4, 2, 0, 1},
                                  [DNN_TAPS_IN] = {3, 4, 1, 0, 2}};
    dnnl_dims_t dims, strides;
    weight_dims(shape, dims);
    dnnl_dim_t step = 1;
    for (int i = 4; i >= 0; i--) {
        strides[axes[order][i]] = step;
        step *= dims[axes[order][i]];
    }
    struct dnn_layout *l = mem_alloc(1, sizeof *l);
    if (!l)
        return mem_error(e, "a weight layout", sizeof *l);
    int skip = shape->groups == 1;
    dnnl_status_t s = dnnl_memory_desc_init_by_strides(&l->memory, 5 - skip, dims + skip, dnnl_f32,
                                                       strides + skip);
    if (s) {
        mem_free(l);
        return failed(e, "describing weights", s);
    }
    *out = l;
    return 0;
}

int dnn_layout_copy(struct dnn_layout **out, const struct dnn_layout *from, struct err *e)
{
    *out = mem_copy(from, sizeof *from);
    return *out ? 0 : mem_error(e, "a weight layout", sizeof *from);
}

void dnn_layout_free(struct dnn_layout *l)
{
    mem_free(l);
}

bool dnn_layout_equal(const struct dnn_layout *a, const struct dnn_layout *b)
{
    return dnnl_memory_desc_equal(&a->memory, &b->memory);
}

size_t dnn_layout_bytes(const struct dnn_layout *l)
{
    return dnnl_memory_desc_get_size(&l->memory);
}

/* --- convolutions --- */

struct conv_desc {
    dnnl_memory_desc_t x, w, y, bias;
    bool biased;
    dnnl_dims_t strides, padding;
};

static dnnl_status_t describe(struct conv_desc *c, const struct dnn_shape *s, bool biased)
{
    dnnl_dims_t x = {s->n, s->in, s->h, s->w}, y = {s->n, s->out, s->out_h, s->out_w}, w;
    weight_dims(s, w);
    dnnl_dims_t channels = {s->out};
    c->biased = biased;
    c->strides[0] = c->strides[1] = s->stride;
    c->padding[0] = c->padding[1] = s->pad;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&c->x, 4, x, dnnl_f32, dnnl_nhwc);
    if (!status)
        status = dnnl_memory_desc_init_by_tag(&c->y, 4, y, dnnl_f32, dnnl_nhwc);
    if (!status && biased)
        status = dnnl_memory_desc_init_by_tag(&c->bias, 1, channels, dnnl_f32, dnnl_a);
    int skip = s->groups == 1;
    if (!status)
        status =
            dnnl_memory_desc_init_by_tag(&c->w, 5 - skip, w + skip, dnnl_f32, dnnl_format_tag_any);
    return status;
}

static dnnl_status_t operation(dnnl_convolution_desc_t *op, const struct conv_desc *c,
                               enum dnn_kind kind)
{
    switch (kind) {
    case DNN_DATA:
        return dnnl_convolution_backward_data_desc_init(op, dnnl_convolution_direct, &c->x, &c->w,
                                                        &c->y, c->strides, c->padding, c->padding);
    case DNN_WEIGHTS:
        return dnnl_convolution_backward_weights_desc_init(op, dnnl_convolution_direct, &c->x,
                                                           &c->w, NULL, &c->y, c->strides,
                                                           c->padding, c->padding);
    case DNN_FORWARD:
    case DNN_KINDS:
        break;
    }
    return dnnl_convolution_forward_desc_init(
        op, c->biased ? dnnl_forward_inference : dnnl_forward_training, dnnl_convolution_direct,
        &c->x, &c->w, c->biased ? &c->bias : NULL, &c->y, c->strides, c->padding, c->padding);
}

static const char *name_of(const_dnnl_primitive_desc_t pd)
{
    const char *name = NULL;
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    return name ? name : "";
}

/* The fastest implementation that isn't reference code nor, unless nothing else is left, one to be
 * avoided; or NULL with success. */
static dnnl_status_t choose(dnnl_primitive_desc_t *out, const struct dnn *d,
                            const_dnnl_primitive_attr_t attributes,
                            const dnnl_convolution_desc_t *op, const_dnnl_primitive_desc_t forward,
                            const char *avoid)
{
    *out = NULL;
    dnnl_primitive_desc_t second = NULL;
    dnnl_primitive_desc_iterator_t list;
    dnnl_status_t s =
        dnnl_primitive_desc_iterator_create(&list, op, attributes, d->engine, forward);
    if (s == dnnl_unimplemented)
        return dnnl_success;
    if (s)
        return s;
    do {
        dnnl_primitive_desc_t pd = dnnl_primitive_desc_iterator_fetch(list);
        bool avoided = pd && avoid && strstr(name_of(pd), avoid);
        if (pd && !avoided && !strstr(name_of(pd), "ref")) {
            *out = pd;
            break;
        }
        if (avoided && !second)
            second = pd;
        else if (pd)
            dnnl_primitive_desc_destroy(pd);
        s = dnnl_primitive_desc_iterator_next(list);
    } while (!s);
    dnnl_primitive_desc_iterator_destroy(list);
    if (!*out)
        *out = second;
    else if (second)
        dnnl_primitive_desc_destroy(second);
    return s == dnnl_iterator_ends ? dnnl_success : s;
}

static dnnl_status_t bind(dnnl_memory_t *out, const struct dnn *d, const_dnnl_primitive_desc_t pd,
                          dnnl_query_t what)
{
    const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, what, 0);
    return dnnl_memory_create(out, md, d->engine, DNNL_MEMORY_NONE);
}

static dnnl_status_t build(struct dnn_conv *c, const struct dnn *d, const_dnnl_primitive_desc_t pd)
{
    bool forward = c->kind == DNN_FORWARD;
    dnnl_query_t weights =
        c->kind == DNN_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    str_copy(c->name, sizeof c->name, name_of(pd));
    c->weights.memory = *dnnl_primitive_desc_query_md(pd, weights, 0);
    c->scratch_bytes =
        dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0));
    dnnl_status_t s = dnnl_primitive_create(&c->primitive, pd);
    if (!s)
        s = bind(&c->x, d, pd, c->kind == DNN_DATA ? dnnl_query_diff_src_md : dnnl_query_src_md);
    if (!s)
        s = bind(&c->w, d, pd, weights);
    if (!s)
        s = bind(&c->y, d, pd, forward ? dnnl_query_dst_md : dnnl_query_diff_dst_md);
    if (!s)
        s = bind(&c->scratch, d, pd, dnnl_query_scratchpad_md);
    return s;
}

/* Attributes for what follows. The library's ReLU makes 0 of NaN, unless it leaks: so it does, by
 * the least factor that isn't itself taken for zero. */
static dnnl_status_t follow(dnnl_primitive_attr_t *out, const struct dnn *d,
                            const struct dnn_after *after, const struct conv_desc *c)
{
    dnnl_post_ops_t ops = NULL;
    dnnl_status_t s = dnnl_primitive_attr_clone(out, d->attributes);
    if (!s)
        s = dnnl_post_ops_create(&ops);
    if (!s && after->add)
        s = dnnl_post_ops_append_binary(ops, dnnl_binary_add, &c->y);
    if (!s && after->relu)
        s = dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, FLT_MIN, 0.0f);
    if (!s)
        s = dnnl_primitive_attr_set_post_ops(*out, ops);
    if (ops)
        dnnl_post_ops_destroy(ops);
    return s;
}

static dnnl_status_t bind_after(struct dnn_conv *c, const struct dnn *d,
                                const struct dnn_after *after, const struct conv_desc *desc)
{
    dnnl_status_t s = dnnl_memory_create(&c->bias, &desc->bias, d->engine, DNNL_MEMORY_NONE);
    if (!s && after->add)
        s = dnnl_memory_create(&c->add, &desc->y, d->engine, DNNL_MEMORY_NONE);
    return s;
}

int dnn_conv_new(struct dnn_conv **out, const struct dnn *d, enum dnn_kind kind,
                 const struct dnn_shape *shape, const struct dnn_after *after, const char *avoid,
                 struct err *e)
{
    *out = NULL;
    dnnl_primitive_attr_t with = NULL;
    struct conv_desc desc;
    dnnl_convolution_desc_t forward_op, op;
    dnnl_primitive_desc_t forward = NULL, pd = NULL;
    struct dnn_conv *c = mem_alloc(1, sizeof *c);
    if (!c)
        return mem_error(e, "a convolution's handles", sizeof *c);
    c->kind = kind;
    dnnl_status_t s = describe(&desc, shape, after);
    if (!s && after)
        s = follow(&with, d, after, &desc);
    if (!s)
        s = operation(&forward_op, &desc, DNN_FORWARD);
    if (!s && kind != DNN_FORWARD) /* backward takes the forward one as a hint, whatever it is */
        s = dnnl_primitive_desc_create(&forward, &forward_op, d->attributes, d->engine, NULL);
    if (!s)
        s = operation(&op, &desc, kind);
    if (!s)
        s = choose(&pd, d, after ? with : d->attributes, &op, forward, avoid);
    if (!s && pd)
        s = build(c, d, pd);
    if (!s && pd && after)
        s = bind_after(c, d, after, &desc);
    if (with)
        dnnl_primitive_attr_destroy(with);
    bool usable = !s && pd;
    if (pd)
        dnnl_primitive_desc_destroy(pd);
    if (forward)
        dnnl_primitive_desc_destroy(forward);
    if (usable) {
        *out = c;
        return 0;
    }
    dnn_conv_free(c);
    return s ? failed(e, "making a convolution", s) : 0;
}

void dnn_conv_free(struct dnn_conv *c)
{
    if (!c)
        return;
    dnnl_memory_t memories[] = {c->x, c->w, c->y, c->scratch, c->bias, c->add};
    for (int i = 0; i < 6; i++)
        if (memories[i])
            dnnl_memory_destroy(memories[i]);
    if (c->primitive)
        dnnl_primitive_destroy(c->primitive);
    mem_free(c);
}

const char *dnn_conv_name(const struct dnn_conv *c)
{
    return c->name;
}

const struct dnn_layout *dnn_conv_layout(const struct dnn_conv *c)
{
    return &c->weights;
}

size_t dnn_conv_scratch_bytes(const struct dnn_conv *c)
{
    return c->scratch_bytes;
}

/* oneDNN has one pointer type for what is read and what is written. */
static dnnl_status_t point(dnnl_memory_t memory, const void *to)
{
    return dnnl_memory_set_data_handle(memory, (void *)(uintptr_t)to);
}

int dnn_conv_run(const struct dnn_conv *c, const struct dnn *d, const float *x, const float *w,
                 const float *y, void *scratch, struct err *e)
{
    bool forward = c->kind == DNN_FORWARD;
    dnnl_exec_arg_t args[] = {
        {c->kind == DNN_DATA ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, c->x},
        {c->kind == DNN_WEIGHTS ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, c->w},
        {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, c->y},
        {DNNL_ARG_SCRATCHPAD, c->scratch},
    };
    dnnl_status_t s = point(c->x, x);
    if (!s)
        s = point(c->w, w);
    if (!s)
        s = point(c->y, y);
    if (!s)
        s = point(c->scratch, scratch);
    if (!s)
        s = dnnl_primitive_execute(c->primitive, d->stream, 4, args);
    return s ? failed(e, c->name, s) : 0;
}

int dnn_conv_run_after(const struct dnn_conv *c, const struct dnn *d, const float *x,
                       const float *w, const float *bias, const float *add, const float *y,
                       void *scratch, struct err *e)
{
    dnnl_exec_arg_t args[] = {
        {DNNL_ARG_SRC, c->x},     {DNNL_ARG_WEIGHTS, c->w},
        {DNNL_ARG_DST, c->y},     {DNNL_ARG_SCRATCHPAD, c->scratch},
        {DNNL_ARG_BIAS, c->bias}, {DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, c->add},
    };
    const void *values[] = {x, w, y, scratch, bias, add};
    int n = c->add ? 6 : 5;
    dnnl_status_t s = dnnl_success;
    for (int i = 0; !s && i < n; i++)
        s = point(args[i].memory, values[i]);
    if (!s)
        s = dnnl_primitive_execute(c->primitive, d->stream, n, args);
    return s ? failed(e, c->name, s) : 0;
}

/* --- reorders --- */

int dnn_reorder_new(struct dnn_reorder **out, const struct dnn *d, const struct dnn_layout *from,
                    const struct dnn_layout *to, struct err *e)
{
    *out = NULL;
    struct dnn_reorder *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "a reorder's handles", sizeof *r);
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_reorder_primitive_desc_create(&pd, &from->memory, d->engine, &to->memory,
                                                         d->engine, NULL);
    if (!s)
        s = dnnl_primitive_create(&r->primitive, pd);
    if (!s)
        s = dnnl_memory_create(&r->from, &from->memory, d->engine, DNNL_MEMORY_NONE);
    if (!s)
        s = dnnl_memory_create(&r->to, &to->memory, d->engine, DNNL_MEMORY_NONE);
    if (pd)
        dnnl_primitive_desc_destroy(pd);
    if (s) {
        dnn_reorder_free(r);
        return failed(e, "making a reorder of weights", s);
    }
    *out = r;
    return 0;
}

void dnn_reorder_free(struct dnn_reorder *r)
{
    if (!r)
        return;
    if (r->from)
        dnnl_memory_destroy(r->from);
    if (r->to)
        dnnl_memory_destroy(r->to);
    if (r->primitive)
        dnnl_primitive_destroy(r->primitive);
    mem_free(r);
}

int dnn_reorder_run(const struct dnn_reorder *r, const struct dnn *d, const float *from, float *to,
                    struct err *e)
{
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, r->from}, {DNNL_ARG_TO, r->to}};
    dnnl_status_t s = point(r->from, from);
    if (!s)
        s = point(r->to, to);
    if (!s)
        s = dnnl_primitive_execute(r->primitive, d->stream, 2, args);
    return s ? failed(e, "reordering weights", s) : 0;
}

int dnn_gemm(bool transpose_a, bool transpose_b, long m, long n, long k, const float *a,
             const float *b, float keep, float *c, struct err *e)
{
    dnnl_status_t s = dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a,
                                 transpose_a ? m : k, b, transpose_b ? k : n, keep, c, n);
    return s ? failed(e, "multiplying matrices", s) : 0;
}
