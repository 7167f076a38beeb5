/* gpu_fused_graphs.c - see gpu_fused_graphs.h. Sizes are N, C, H, W with the strides of NHWC. */
#include "bench/gpu_fused_graphs.h"

#include <string.h>

typedef cudnnBackendDescriptor_t descriptor;

static const cudnnDataType_t full = CUDNN_DATA_FLOAT;

struct size {
    int64_t n, c, h, w;
};

static struct size x_size(const struct conv_shape *s)
{
    return (struct size){s->n, s->in, s->in_h, s->in_w};
}

static struct size y_size(const struct conv_shape *s)
{
    return (struct size){s->n, s->out, s->out_h, s->out_w};
}

static struct size w_size(const struct conv_shape *s)
{
    return (struct size){s->out, s->in / s->groups, s->kernel, s->kernel};
}

static struct size line(int c)
{
    return (struct size){1, c, 1, 1};
}

/* --- descriptors --- */

static void set_long(struct fused *f, descriptor d, cudnnBackendAttributeName_t name, int64_t value)
{
    conv_cudnn_set(&f->p, d, name, CUDNN_TYPE_INT64, 1, &value);
}

static void set_type(struct fused *f, descriptor d, cudnnBackendAttributeName_t name,
                     cudnnDataType_t type)
{
    conv_cudnn_set(&f->p, d, name, CUDNN_TYPE_DATA_TYPE, 1, &type);
}

static void set_descriptor(struct fused *f, descriptor d, cudnnBackendAttributeName_t name,
                           descriptor value)
{
    conv_cudnn_set(&f->p, d, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value);
}

static void add(struct fused *f, descriptor operation, const char *what)
{
    conv_cudnn_finish(&f->p, operation, what);
    if (f->n_operations < FUSED_OPERATIONS)
        f->operations[f->n_operations++] = operation;
}

static descriptor tensor_of(struct fused *f, cudnnDataType_t type, struct size s, bool passing)
{
    descriptor t = conv_cudnn_make(&f->p, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    int64_t sizes[] = {s.n, s.c, s.h, s.w}, strides[] = {s.c * s.h * s.w, 1, s.w * s.c, s.c};
    size_t each = type == CUDNN_DATA_FLOAT ? 4 : 2;
    int id = f->n_tensors < FUSED_TENSORS ? ++f->n_tensors : f->n_tensors;
    f->bytes[id] = passing ? 0 : each * (size_t)(s.n * s.c * s.h * s.w);
    set_type(f, t, CUDNN_ATTR_TENSOR_DATA_TYPE, type);
    conv_cudnn_set(&f->p, t, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, sizes);
    conv_cudnn_set(&f->p, t, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, strides);
    set_long(f, t, CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
    set_long(f, t, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, 16);
    conv_cudnn_set(&f->p, t, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &passing);
    conv_cudnn_finish(&f->p, t, "a tensor");
    return t;
}

/* In memory; and handed from one operation to the next. */
static descriptor tensor(struct fused *f, struct size s)
{
    return tensor_of(f, f->type, s, false);
}

static descriptor floats(struct fused *f, struct size s)
{
    return tensor_of(f, full, s, false);
}

static descriptor passing(struct fused *f, struct size s)
{
    return tensor_of(f, full, s, true);
}

/* --- operations --- */

static descriptor convolution(struct fused *f, const struct conv_shape *s)
{
    descriptor c = conv_cudnn_make(&f->p, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    int64_t pad[] = {s->pad, s->pad}, strides[] = {s->stride, s->stride}, dilations[] = {1, 1};
    cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
    set_type(f, c, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, full);
    conv_cudnn_set(&f->p, c, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1,
                   &mode);
    set_long(f, c, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2);
    conv_cudnn_set(&f->p, c, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, pad);
    conv_cudnn_set(&f->p, c, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, pad);
    conv_cudnn_set(&f->p, c, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, strides);
    conv_cudnn_set(&f->p, c, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, dilations);
    conv_cudnn_finish(&f->p, c, "a convolution");
    return c;
}

static void convolve(struct fused *f, enum conv_kind kind, const struct conv_shape *s, descriptor x,
                     descriptor w, descriptor y)
{
    static const struct {
        cudnnBackendDescriptorType_t type;
        cudnnBackendAttributeName_t convolution, x, w, y, alpha, beta;
    } names[CONV_KINDS] = {
        {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
        {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
        {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA}};
    descriptor o = conv_cudnn_make(&f->p, names[kind].type);
    const float alpha = 1, beta = 0;
    set_descriptor(f, o, names[kind].convolution, convolution(f, s));
    set_descriptor(f, o, names[kind].x, x);
    set_descriptor(f, o, names[kind].w, w);
    set_descriptor(f, o, names[kind].y, y);
    conv_cudnn_set(&f->p, o, names[kind].alpha, CUDNN_TYPE_FLOAT, 1, &alpha);
    conv_cudnn_set(&f->p, o, names[kind].beta, CUDNN_TYPE_FLOAT, 1, &beta);
    add(f, o, "a convolution's operation");
}

static descriptor pointwise_of(struct fused *f, cudnnPointwiseMode_t mode)
{
    descriptor d = conv_cudnn_make(&f->p, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    conv_cudnn_set(&f->p, d, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
    set_type(f, d, CUDNN_ATTR_POINTWISE_MATH_PREC, full);
    conv_cudnn_finish(&f->p, d, "arithmetic");
    return d;
}

/* y = mode(x, b); b may be NULL. */
static descriptor pointwise(struct fused *f, cudnnPointwiseMode_t mode, descriptor x, descriptor b,
                            descriptor y)
{
    descriptor o = conv_cudnn_make(&f->p, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, pointwise_of(f, mode));
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
    if (b)
        set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
    add(f, o, "arithmetic's operation");
    return y;
}

/* dx = dy where x, what went into a ReLU, is above 0 */
static void relu_back(struct fused *f, descriptor dy, descriptor x, descriptor dx)
{
    descriptor o = conv_cudnn_make(&f->p, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR,
                   pointwise_of(f, CUDNN_POINTWISE_RELU_BWD));
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_DYDESC, dy);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_POINTWISE_DXDESC, dx);
    add(f, o, "a ReLU backward");
}

/* Sums and sums of squares of each channel. */
static void statistics(struct fused *f, descriptor x, int c)
{
    descriptor o = conv_cudnn_make(&f->p, CUDNN_BACKEND_OPERATION_GEN_STATS_DESCRIPTOR);
    cudnnGenStatsMode_t mode = CUDNN_GENSTATS_SUM_SQSUM;
    conv_cudnn_set(&f->p, o, CUDNN_ATTR_OPERATION_GENSTATS_MODE, CUDNN_TYPE_GENSTATS_MODE, 1,
                   &mode);
    set_type(f, o, CUDNN_ATTR_OPERATION_GENSTATS_MATH_PREC, full);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_GENSTATS_XDESC, x);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_GENSTATS_SUMDESC, floats(f, line(c)));
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_GENSTATS_SQSUMDESC, floats(f, line(c)));
    add(f, o, "statistics");
}

/* relu(scale x + shift) of the convolution's input, handed on in the tensors' type. */
static descriptor normed_input(struct fused *f, const struct conv_shape *s)
{
    struct size size = x_size(s);
    descriptor x = tensor(f, size), scale = tensor(f, line(s->in)), shift = tensor(f, line(s->in));
    descriptor scaled = pointwise(f, CUDNN_POINTWISE_MUL, x, scale, passing(f, size));
    descriptor shifted = pointwise(f, CUDNN_POINTWISE_ADD, scaled, shift, passing(f, size));
    return pointwise(f, CUDNN_POINTWISE_RELU_FWD, shifted, NULL, tensor_of(f, f->type, size, true));
}

/* --- patterns --- */

static void forward(struct fused *f, const struct conv_shape *s)
{
    descriptor x = tensor(f, x_size(s)), w = tensor(f, w_size(s));
    convolve(f, CONV_FORWARD, s, x, w, tensor(f, y_size(s)));
}

static void forward_statistics(struct fused *f, const struct conv_shape *s)
{
    descriptor x = tensor(f, x_size(s)), w = tensor(f, w_size(s)), y = tensor(f, y_size(s));
    convolve(f, CONV_FORWARD, s, x, w, y);
    statistics(f, y, s->out);
}

static void norm_forward_statistics(struct fused *f, const struct conv_shape *s)
{
    descriptor x = normed_input(f, s), w = tensor(f, w_size(s)), y = tensor(f, y_size(s));
    convolve(f, CONV_FORWARD, s, x, w, y);
    statistics(f, y, s->out);
}

/* Evaluation: relu(scale conv(x) + shift). */
static void forward_norm(struct fused *f, const struct conv_shape *s)
{
    struct size size = y_size(s);
    descriptor x = tensor(f, x_size(s)), w = tensor(f, w_size(s)), raw = passing(f, size);
    convolve(f, CONV_FORWARD, s, x, w, raw);
    descriptor scaled =
        pointwise(f, CUDNN_POINTWISE_MUL, raw, floats(f, line(s->out)), passing(f, size));
    descriptor shifted =
        pointwise(f, CUDNN_POINTWISE_ADD, scaled, floats(f, line(s->out)), passing(f, size));
    pointwise(f, CUDNN_POINTWISE_RELU_FWD, shifted, NULL, tensor(f, size));
}

static void data(struct fused *f, const struct conv_shape *s)
{
    descriptor dx = tensor(f, x_size(s)), w = tensor(f, w_size(s));
    convolve(f, CONV_DATA, s, dx, w, tensor(f, y_size(s)));
}

/* Behind the data gradient the ReLU before it and what the norm before that needs of sums. */
static void data_norm_sums(struct fused *f, const struct conv_shape *s)
{
    static const cudnnBackendAttributeName_t names[] = {
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_MEAN_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_INVSTD_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_BN_SCALE_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_SCALE_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_BIAS_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_DY_SCALE_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_X_SCALE_DESC,
        CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_BIAS};
    struct size size = x_size(s);
    descriptor w = tensor(f, w_size(s)), dz = passing(f, size), x = tensor(f, size), lines[8];
    for (int i = 0; i < 8; i++)
        lines[i] = floats(f, line(s->in));
    convolve(f, CONV_DATA, s, dz, w, tensor(f, y_size(s)));
    descriptor y = pointwise(f, CUDNN_POINTWISE_SUB, x, lines[0], passing(f, size));
    y = pointwise(f, CUDNN_POINTWISE_MUL, y, lines[1], passing(f, size));
    y = pointwise(f, CUDNN_POINTWISE_MUL, y, lines[2], passing(f, size));
    y = pointwise(f, CUDNN_POINTWISE_ADD, y, floats(f, line(s->in)), passing(f, size));
    descriptor dx = tensor(f, size);
    relu_back(f, dz, y, dx);
    descriptor o = conv_cudnn_make(&f->p, CUDNN_BACKEND_OPERATION_BN_BWD_WEIGHTS_DESCRIPTOR);
    set_type(f, o, CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_MATH_PREC, full);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_X_DESC, x);
    set_descriptor(f, o, CUDNN_ATTR_OPERATION_BN_BWD_WEIGHTS_DY_DESC, dx);
    for (int i = 0; i < 8; i++)
        set_descriptor(f, o, names[i], lines[i]);
    add(f, o, "a norm's sums backward");
}

static void weights(struct fused *f, const struct conv_shape *s)
{
    descriptor x = tensor(f, x_size(s)), dw = tensor(f, w_size(s));
    convolve(f, CONV_WEIGHTS, s, x, dw, tensor(f, y_size(s)));
}

static void norm_weights(struct fused *f, const struct conv_shape *s)
{
    descriptor x = normed_input(f, s), dw = tensor(f, w_size(s));
    convolve(f, CONV_WEIGHTS, s, x, dw, tensor(f, y_size(s)));
}

const struct fused_pattern fused_patterns[] = {{"forward", forward},
                                               {"forward+statistics", forward_statistics},
                                               {"norm+forward+statistics", norm_forward_statistics},
                                               {"forward+norm", forward_norm},
                                               {"data", data},
                                               {"data+norm's_sums", data_norm_sums},
                                               {"weights", weights},
                                               {"norm+weights", norm_weights},
                                               {NULL, NULL}};

/* --- plans --- */

int fused_begin(struct fused *f, struct cudnn *c, const struct fused_pattern *pattern,
                const struct conv_shape *s, cudnnDataType_t type, struct err *e)
{
    memset(f, 0, sizeof *f);
    f->p.cudnn = c;
    f->type = type;
    pattern->build(f, s);
    conv_cudnn_graph(&f->p, f->operations, f->n_operations);
    return conv_cudnn_told(&f->p, e);
}

void fused_end(struct fused *f)
{
    conv_cudnn_end(&f->p);
}

/* Whether the configuration's engine says that it is compiled at run time. */
static bool compiles(struct fused *f, descriptor configuration)
{
    cudnnBackendBehaviorNote_t notes[CUDNN_BEHAVIOR_NOTE_TYPE_COUNT];
    descriptor engine = conv_cudnn_make(&f->p, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    int64_t n = 0;
    struct cudnn *c = f->p.cudnn;
    bool does = false;
    if (c->cudnnBackendGetAttribute(configuration, CUDNN_ATTR_ENGINECFG_ENGINE,
                                    CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n, &engine) ||
        c->cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                    CUDNN_TYPE_BEHAVIOR_NOTE, CUDNN_BEHAVIOR_NOTE_TYPE_COUNT, &n,
                                    notes))
        return false;
    for (int64_t i = 0; i < n; i++)
        does |= notes[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
    return does;
}

int fused_offers(struct fused *f, struct fused_plan list[FUSED_PLANS],
                 void (*each)(void *context, struct fused *f, const struct fused_plan *plan),
                 void *context)
{
    descriptor proposed[FUSED_PLANS];
    for (int i = 0; i < FUSED_PLANS; i++)
        proposed[i] = conv_cudnn_make(&f->p, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    int n = conv_cudnn_propose(&f->p, CUDNN_HEUR_MODE_A, proposed, FUSED_PLANS);
    for (int i = 0; i < n; i++) {
        int before = f->p.n;
        conv_cudnn_text(&f->p, proposed[i], list[i].text, sizeof list[i].text);
        list[i].at_run_time = compiles(f, proposed[i]);
        conv_cudnn_plan_of(&f->p, proposed[i]);
        list[i].there = !f->p.status;
        f->p.status = CUDNN_STATUS_SUCCESS; /* the next may do */
        if (list[i].there && each)
            each(context, f, &list[i]);
        while (f->p.n > before)
            f->p.cudnn->cudnnBackendDestroyDescriptor(f->p.made[--f->p.n]);
    }
    return n;
}

int fused_execute(struct fused *f, void *const data_of[FUSED_TENSORS + 1], void *workspace,
                  struct err *e)
{
    int64_t ids[FUSED_TENSORS], n = 0;
    void *pointers[FUSED_TENSORS];
    for (int id = 1; id <= f->n_tensors; id++)
        if (f->bytes[id]) {
            ids[n] = id;
            pointers[n++] = data_of[id];
        }
    descriptor pack = conv_cudnn_make(&f->p, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    conv_cudnn_set(&f->p, pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, n, ids);
    conv_cudnn_set(&f->p, pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, n,
                   pointers);
    conv_cudnn_set(&f->p, pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1,
                   &workspace);
    conv_cudnn_finish(&f->p, pack, "the operands");
    cudnnStatus_t status = f->p.status;
    if (!status)
        status = f->p.cudnn->cudnnBackendExecute(f->p.cudnn->handle, f->p.plan, pack);
    if (pack)
        f->p.cudnn->cudnnBackendDestroyDescriptor(f->p.made[--f->p.n]);
    f->p.status = CUDNN_STATUS_SUCCESS;
    return cuda_cudnn_told(f->p.cudnn, status, "running a plan", e);
}
