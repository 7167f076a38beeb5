/* dnn_conv.c - convolutions by oneDNN's C interface, version 2.x.
 *
 * A convolution is asked for with NHWC activations and free choice of the weights' layout. The
 * library lists its implementations from fastest to slowest; we take the first that isn't reference
 * code. Scratch memory is the caller's (one block for all, since they run one after another). One
 * thread.
 */
#include "cpu/dnn_inner.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <float.h>
#include <string.h>

struct dnn_conv {
    enum dnn_kind kind;
    dnnl_primitive_t primitive;
    dnnl_memory_t x, w, y, scratch;
    dnnl_memory_t bias, add; /* what follows; NULL without */
    struct dnn_layout weights;
    size_t scratch_bytes;
    char name[64];
};

struct conv_desc {
    dnnl_memory_desc_t x, w, y, bias;
    bool biased;
    dnnl_dims_t strides, padding;
};

static dnnl_status_t describe(struct conv_desc *c, const struct dnn_shape *s, bool biased)
{
    dnnl_dims_t x = {s->n, s->in, s->h, s->w}, y = {s->n, s->out, s->out_h, s->out_w}, w;
    dnn_weight_dims(s, w);
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
    return s ? dnn_failed(e, "making a convolution", s) : 0;
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
    dnnl_status_t s = dnn_point(c->x, x);
    if (!s)
        s = dnn_point(c->w, w);
    if (!s)
        s = dnn_point(c->y, y);
    if (!s)
        s = dnn_point(c->scratch, scratch);
    if (!s)
        s = dnnl_primitive_execute(c->primitive, d->stream, 4, args);
    return s ? dnn_failed(e, c->name, s) : 0;
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
        s = dnn_point(args[i].memory, values[i]);
    if (!s)
        s = dnnl_primitive_execute(c->primitive, d->stream, n, args);
    return s ? dnn_failed(e, c->name, s) : 0;
}
