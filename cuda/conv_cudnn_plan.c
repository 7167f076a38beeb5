/* conv_cudnn_plan.c - graphs and plans of one convolution (conv_cudnn_priv.h). Tensors are NHWC: in
 * cuDNN's words sizes N, C, H, W with the strides of that order. */
#include "cuda/conv_cudnn_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef cudnnBackendDescriptor_t descriptor;

enum { ID_X = 1, ID_W, ID_Y }; /* of tensors */

#define MOST_KNOBS 16
#define ALIGNMENT 16 /* bytes */

/* --- descriptors --- */

static void keep(struct conv_cudnn *p, cudnnStatus_t status, const char *what)
{
    if (!status || p->status)
        return;
    p->status = status;
    p->failed = what;
}

int conv_cudnn_told(const struct conv_cudnn *p, struct err *e)
{
    return cuda_cudnn_told(p->cudnn, p->status, p->failed, e);
}

descriptor conv_cudnn_make(struct conv_cudnn *p, cudnnBackendDescriptorType_t type)
{
    descriptor d = NULL;
    if (p->n == CONV_CUDNN_MOST)
        keep(p, CUDNN_STATUS_ALLOC_FAILED, "too many descriptors");
    if (!p->status)
        keep(p, p->cudnn->cudnnBackendCreateDescriptor(type, &d), "a descriptor");
    if (d)
        p->made[p->n++] = d;
    return d;
}

void conv_cudnn_set(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name,
                    cudnnBackendAttributeType_t type, int64_t n, const void *values)
{
    if (!p->status)
        keep(p, p->cudnn->cudnnBackendSetAttribute(d, name, type, n, values), "an attribute");
}

void conv_cudnn_finish(struct conv_cudnn *p, descriptor d, const char *what)
{
    if (!p->status)
        keep(p, p->cudnn->cudnnBackendFinalize(d), what);
}

static void set_long(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name,
                     int64_t value)
{
    conv_cudnn_set(p, d, name, CUDNN_TYPE_INT64, 1, &value);
}

static void set_pair(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name,
                     int64_t value)
{
    int64_t pair[] = {value, value};
    conv_cudnn_set(p, d, name, CUDNN_TYPE_INT64, 2, pair);
}

static void set_type(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name,
                     cudnnDataType_t type)
{
    conv_cudnn_set(p, d, name, CUDNN_TYPE_DATA_TYPE, 1, &type);
}

static void set_descriptor(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name,
                           descriptor value)
{
    conv_cudnn_set(p, d, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value);
}

/* --- the device --- */

/* On a device that is here, graph and plan belong to the handle that runs them: cuDNN calls that
 * deprecated, but it is how plans have always been run. Plans for one that is not here go by its
 * properties. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static const cudnnBackendAttributeName_t graph_handle = CUDNN_ATTR_OPERATIONGRAPH_HANDLE;
static const cudnnBackendAttributeName_t plan_handle = CUDNN_ATTR_EXECUTION_PLAN_HANDLE;
#pragma GCC diagnostic pop

static void set_handle(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name)
{
    if (p->cudnn->handle)
        conv_cudnn_set(p, d, name, CUDNN_TYPE_HANDLE, 1, &p->cudnn->handle);
}

void conv_cudnn_set_device(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name)
{
    if (!p->cudnn->handle)
        set_descriptor(p, d, name, p->cudnn->device);
}

/* --- graph --- */

static descriptor tensor(struct conv_cudnn *p, const struct conv_job *job, int id, int n, int c,
                         int h, int w)
{
    descriptor t = conv_cudnn_make(p, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    int64_t sizes[] = {n, c, h, w};
    int64_t strides[] = {(int64_t)c * h * w, 1, (int64_t)w * c, c};
    set_type(p, t, CUDNN_ATTR_TENSOR_DATA_TYPE,
             job->type == ELEMENT_BF16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT);
    conv_cudnn_set(p, t, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, sizes);
    conv_cudnn_set(p, t, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, strides);
    set_long(p, t, CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
    set_long(p, t, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT);
    conv_cudnn_finish(p, t, "a tensor");
    return t;
}

static descriptor convolution(struct conv_cudnn *p, const struct conv_shape *s)
{
    descriptor c = conv_cudnn_make(p, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
    set_type(p, c, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    conv_cudnn_set(p, c, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
    set_long(p, c, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2);
    set_pair(p, c, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, s->pad);
    set_pair(p, c, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, s->pad);
    set_pair(p, c, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, s->stride);
    set_pair(p, c, CUDNN_ATTR_CONVOLUTION_DILATIONS, 1);
    conv_cudnn_finish(p, c, "a convolution");
    return c;
}

/* What the three kinds call the same things. */
struct names {
    cudnnBackendDescriptorType_t operation;
    cudnnBackendAttributeName_t convolution, x, w, y, alpha, beta;
};

static const struct names names[CONV_KINDS] = {
    [CONV_FORWARD] = {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
    [CONV_DATA] = {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                   CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
    [CONV_WEIGHTS] = {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                      CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA},
};

static descriptor operation(struct conv_cudnn *p, const struct conv_job *job)
{
    const struct conv_shape *s = &job->shape;
    const struct names *as = &names[job->kind];
    const float alpha = 1, beta = job->add ? 1 : 0;
    descriptor c = convolution(p, s);
    descriptor x = tensor(p, job, ID_X, s->n, s->in, s->in_h, s->in_w);
    descriptor w = tensor(p, job, ID_W, s->out, s->in / s->groups, s->kernel, s->kernel);
    descriptor y = tensor(p, job, ID_Y, s->n, s->out, s->out_h, s->out_w);
    descriptor o = conv_cudnn_make(p, as->operation);
    set_descriptor(p, o, as->convolution, c);
    set_descriptor(p, o, as->x, x);
    set_descriptor(p, o, as->w, w);
    set_descriptor(p, o, as->y, y);
    conv_cudnn_set(p, o, as->alpha, CUDNN_TYPE_FLOAT, 1, &alpha);
    conv_cudnn_set(p, o, as->beta, CUDNN_TYPE_FLOAT, 1, &beta);
    conv_cudnn_finish(p, o, "the operation");
    return o;
}

void conv_cudnn_graph(struct conv_cudnn *p, const descriptor *operations, int n)
{
    p->graph = conv_cudnn_make(p, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    set_handle(p, p->graph, graph_handle);
    conv_cudnn_set(p, p->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n,
                   operations);
    conv_cudnn_finish(p, p->graph, "the graph");
}

int conv_cudnn_begin(struct conv_cudnn *p, struct cudnn *c, const struct conv_job *job,
                     struct err *e)
{
    *p = (struct conv_cudnn){.cudnn = c};
    descriptor o = operation(p, job);
    conv_cudnn_graph(p, &o, 1);
    return conv_cudnn_told(p, e);
}

void conv_cudnn_end(struct conv_cudnn *p)
{
    while (p->n)
        p->cudnn->cudnnBackendDestroyDescriptor(p->made[--p->n]);
}

/* --- engines and their knobs as text --- */

static int64_t get(struct conv_cudnn *p, descriptor d, cudnnBackendAttributeName_t name,
                   cudnnBackendAttributeType_t type, int64_t room, void *to)
{
    int64_t n = 0;
    if (!p->status)
        keep(p, p->cudnn->cudnnBackendGetAttribute(d, name, type, room, &n, to), "an answer");
    return p->status ? 0 : n < room ? n : room;
}

static int knob_text(struct conv_cudnn *p, descriptor choice, char *to, size_t room)
{
    cudnnBackendKnobType_t type = CUDNN_KNOB_TYPE_COUNTS;
    int64_t value = 0;
    get(p, choice, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &type);
    get(p, choice, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, CUDNN_TYPE_INT64, 1, &value);
    return snprintf(to, room, " %d=%" PRId64, (int)type, value);
}

/* What it makes meanwhile is destroyed before it returns. */
int conv_cudnn_text(struct conv_cudnn *p, descriptor configuration, char *to, size_t room)
{
    int before = p->n;
    int64_t number = 0;
    descriptor knobs[MOST_KNOBS], engine = conv_cudnn_make(p, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    for (int i = 0; i < MOST_KNOBS; i++)
        knobs[i] = conv_cudnn_make(p, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
    get(p, configuration, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &engine);
    get(p, engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &number);
    int64_t n = get(p, configuration, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES,
                    CUDNN_TYPE_BACKEND_DESCRIPTOR, MOST_KNOBS, knobs);
    size_t at = (size_t)snprintf(to, room, "engine %" PRId64, number);
    for (int64_t i = 0; i < n && at < room; i++)
        at += (size_t)knob_text(p, knobs[i], to + at, room - at);
    while (p->n > before)
        p->cudnn->cudnnBackendDestroyDescriptor(p->made[--p->n]);
    int result = p->status || at >= room ? -1 : 0;
    p->status = CUDNN_STATUS_SUCCESS; /* the next configuration may do */
    return result;
}

/* Reads "N=N" at *text, and what blanks are before it; false at its end or where it is something
 * else, with *text there. */
static bool next_knob(const char **text, int64_t *type, int64_t *value)
{
    int used = 0;
    if (sscanf(*text, " %" SCNd64 "=%" SCNd64 "%n", type, value, &used) != 2 || !used)
        return false;
    *text += used;
    return true;
}

/* --- plan --- */

static bool numbers_allowed(const struct conv_job *job, cudnnBackendNumericalNote_t note)
{
    switch (note) {
    case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
        return job->tensor_cores;
    case CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP:
        return true;
    default: /* rounded inputs, short sums, sums that differ from run to run, FFT, Winograd */
        return false;
    }
}

static bool behaviour_allowed(cudnnBackendBehaviorNote_t note)
{
    /* Not those compiled at run time, and none whose bits depend on yet another library. */
    return note == CUDNN_BEHAVIOR_NOTE_SUPPORTS_CUDA_GRAPH_NATIVE_API;
}

static int check_notes(struct conv_cudnn *p, const struct conv_job *job, descriptor engine,
                       struct err *e)
{
    cudnnBackendNumericalNote_t numbers[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
    cudnnBackendBehaviorNote_t behaviour[CUDNN_BEHAVIOR_NOTE_TYPE_COUNT];
    int64_t n = get(p, engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                    CUDNN_NUMERICAL_NOTE_TYPE_COUNT, numbers);
    int64_t m = get(p, engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE,
                    CUDNN_BEHAVIOR_NOTE_TYPE_COUNT, behaviour);
    if (conv_cudnn_told(p, e))
        return -1;
    for (int64_t i = 0; i < n; i++)
        if (!numbers_allowed(job, numbers[i]))
            return err_set(e, ERR_STATE, "its sums are not as they should be: numerical note %d",
                           (int)numbers[i]);
    for (int64_t i = 0; i < m; i++)
        if (!behaviour_allowed(behaviour[i]))
            return err_set(e, ERR_STATE, "it behaves otherwise: note %d", (int)behaviour[i]);
    return 0;
}

static descriptor engine_of(struct conv_cudnn *p, int64_t number)
{
    descriptor engine = conv_cudnn_make(p, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    set_descriptor(p, engine, CUDNN_ATTR_ENGINE_OPERATION_GRAPH, p->graph);
    set_long(p, engine, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, number);
    conv_cudnn_set_device(p, engine, CUDNN_ATTR_ENGINE_DEVICEPROP);
    conv_cudnn_finish(p, engine, "the engine");
    return engine;
}

static descriptor knob_of(struct conv_cudnn *p, int64_t type, int64_t value)
{
    descriptor knob = conv_cudnn_make(p, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
    cudnnBackendKnobType_t named = (cudnnBackendKnobType_t)type;
    conv_cudnn_set(p, knob, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &named);
    set_long(p, knob, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, value);
    conv_cudnn_finish(p, knob, "a knob");
    return knob;
}

/* Knobs as the text says, from behind the engine's number. */
static descriptor configuration_of(struct conv_cudnn *p, descriptor engine, const char *text)
{
    descriptor c = conv_cudnn_make(p, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR), knobs[MOST_KNOBS];
    int64_t n = 0, type, value;
    set_descriptor(p, c, CUDNN_ATTR_ENGINECFG_ENGINE, engine);
    while (n < MOST_KNOBS && next_knob(&text, &type, &value))
        knobs[n++] = knob_of(p, type, value);
    if (*text)
        keep(p, CUDNN_STATUS_BAD_PARAM, "the text of a plan");
    if (n)
        conv_cudnn_set(p, c, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_TYPE_BACKEND_DESCRIPTOR, n,
                       knobs);
    conv_cudnn_finish(p, c, "the configuration");
    return c;
}

int conv_cudnn_propose(struct conv_cudnn *p, cudnnBackendHeurMode_t mode, descriptor *list,
                       int room)
{
    descriptor heuristic = conv_cudnn_make(p, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    int64_t n = 0;
    set_descriptor(p, heuristic, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, p->graph);
    conv_cudnn_set(p, heuristic, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
    conv_cudnn_set_device(p, heuristic, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
    conv_cudnn_finish(p, heuristic, "a heuristic");
    if (!p->status &&
        p->cudnn->cudnnBackendGetAttribute(heuristic, CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                           CUDNN_TYPE_BACKEND_DESCRIPTOR, room, &n, list))
        n = 0;
    p->status = CUDNN_STATUS_SUCCESS; /* a heuristic may know nothing */
    return (int)(n < room ? n : room);
}

void conv_cudnn_plan_of(struct conv_cudnn *p, descriptor configuration)
{
    int64_t workspace = 0;
    p->plan = conv_cudnn_make(p, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    set_handle(p, p->plan, plan_handle);
    conv_cudnn_set_device(p, p->plan, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
    set_descriptor(p, p->plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
    conv_cudnn_finish(p, p->plan, "the plan");
    get(p, p->plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &workspace);
    p->workspace = (size_t)workspace;
}

int conv_cudnn_plan(struct conv_cudnn *p, const struct conv_job *job, const char *text,
                    struct err *e)
{
    int64_t number = 0;
    int used = 0;
    if (sscanf(text, "engine %" SCNd64 "%n", &number, &used) != 1)
        return err_set(e, ERR_FORMAT, "\"%s\" is no plan of cuDNN's", text);
    descriptor engine = engine_of(p, number);
    if (conv_cudnn_told(p, e) || check_notes(p, job, engine, e))
        return -1;
    descriptor configuration = configuration_of(p, engine, text + used);
    conv_cudnn_plan_of(p, configuration);
    return conv_cudnn_told(p, e);
}

int conv_cudnn_execute(struct conv_cudnn *p, void *x, void *w, void *y, void *workspace,
                       struct err *e)
{
    int64_t ids[] = {ID_X, ID_W, ID_Y};
    void *data[] = {x, w, y};
    descriptor pack = conv_cudnn_make(p, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    conv_cudnn_set(p, pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 3, ids);
    conv_cudnn_set(p, pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 3, data);
    conv_cudnn_set(p, pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace);
    conv_cudnn_finish(p, pack, "the operands");
    if (!p->status)
        keep(p, p->cudnn->cudnnBackendExecute(p->cudnn->handle, p->plan, pack), "running a plan");
    if (pack)
        p->cudnn->cudnnBackendDestroyDescriptor(p->made[--p->n]);
    return conv_cudnn_told(p, e);
}
