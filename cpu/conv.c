/* conv.c - which code computes a unit's convolution, and the weights in the layout that code wants.
 *
 * The choice is a fixed rule, never a timing: so that a run can be repeated to the bit. What was
 * measured for it (oneDNN 2.6.3, AVX-512, GFLOP/s of one thread at 224x224):
 *   - oneDNN's jit code with NHWC activations reaches 85-95 % of its blocked layouts: it is the
 *     rule. Its `brgconv` comes first and is the faster, but on outputs under 7x7 only where
 *     windows are single pixels without a stride; else 115-265 against the next one's 160-305.
 *   - gradients of 1x1 convolutions at stride 1: oneDNN weights 95-210, data 150-250; as matrix
 *     products 210-250 and 225-250. A forward convolution with transposed weights makes the data
 *     gradient at 210-260, but the transposed copy that each step needs costs as much as it gains;
 *     and the product can add to what is there.
 *   - groups of 4 channels, 3x3: oneDNN 45, 50, 25 (forward, data, weights), our loops 130, 130
 *     and 80; with AVX2 oneDNN has no forward, then 42 and 29, our loops 72, 72 and 57.
 *   - groups of 8 channels: oneDNN 112, 112, 110, our loops 120, 120, 165; at stride 2 oneDNN 65,
 *     75, 19, our loops 90, 18, 80. With AVX2 oneDNN 63, 91, 88, our loops 62, 62, 64.
 *   - wider groups: oneDNN 230, our loops 100.
 *   - weights' gradient on maps so small that only the library's general matrix product is left:
 *     13, and tens of MB of scratch; windows unrolled into rows and one product 60, or our loops
 *     for groups.
 *
 * The home layout is the one in which the gradient of the weights is made, so that the update works
 * on it as it comes; other layouts are copies, made when next needed after a change.
 */
#include "cpu/cpu.h"

#include <string.h>

#define SMALL_MAP 7 /* outputs with fewer rows than this */

/* Our own method that can stand in for oneDNN, or CONV_DNN when there is none. */
static enum conv_method stand_in(const struct dnn_shape *s, enum dnn_kind kind)
{
    if (im2col_can(s, kind))
        return CONV_IM2COL;
    return s->groups > 1 && grouped_can(s) ? CONV_GROUPED : CONV_DNN;
}

/* Whether the method that can stand in is the faster one. */
static bool own_is_faster(const struct backend *b, const struct dnn_shape *s, enum dnn_kind kind,
                          enum conv_method own)
{
    int in = s->in / s->groups, out = s->out / s->groups;
    if (own == CONV_IM2COL)
        return s->kernel == 1 && s->stride == 1;
    bool narrow = in == out && (in == 4 || (in == 8 && b->isa == ISA_AVX512));
    return own == CONV_GROUPED && narrow && (kind != DNN_DATA || s->stride == 1);
}

int conv_new(const struct backend *b, const struct dnn_shape *s, enum dnn_kind kind,
             const struct dnn_after *after, struct dnn_conv **out, struct err *e)
{
    bool replaceable = after || stand_in(s, kind) != CONV_DNN;
    bool windows = s->kernel > 1 || s->stride > 1;
    bool small = kind == DNN_FORWARD && windows && s->out_h < SMALL_MAP;
    const char *avoid = small ? "brgconv" : NULL;
    if (dnn_conv_new(out, b->dnn, kind, s, after, avoid, e))
        return -1;
    bool product = *out && strstr(dnn_conv_name(*out), "gemm");
    if (product && replaceable && s->kernel > 1 && (s->groups > 1 || kind == DNN_WEIGHTS)) {
        dnn_conv_free(*out);
        *out = NULL;
    }
    return 0;
}

static int choose(const struct backend *b, const struct dnn_shape *s, enum dnn_kind kind,
                  struct conv_way *way, struct err *e)
{
    static const char *const kinds[] = {"forward", "data gradient", "weight gradient"};
    enum conv_method own = stand_in(s, kind);
    way->there = true;
    way->copy = -1;
    way->method = own;
    if (!own_is_faster(b, s, kind, own) && conv_new(b, s, kind, NULL, &way->dnn, e))
        return -1;
    if (way->dnn)
        way->method = CONV_DNN;
    else if (own == CONV_DNN)
        return err_set(e, ERR_DEVICE,
                       "oneDNN on this CPU (%s) has only reference code for the %s of a %dx%d "
                       "convolution, %d to %d channels in %d groups",
                       dnn_instructions(), kinds[kind], s->kernel, s->kernel, s->in, s->out,
                       s->groups);
    if (way->method == CONV_DNN)
        return dnn_layout_copy(&way->layout, dnn_conv_layout(way->dnn), e);
    enum dnn_order grouped = kind == DNN_DATA ? DNN_TAPS_IN : DNN_TAPS_OUT;
    return dnn_layout_new(&way->layout, s, way->method == CONV_GROUPED ? grouped : DNN_OUT_TAPS, e);
}

static bool wanted(const struct backend *b, int u, int batch, enum dnn_kind kind)
{
    if (kind == DNN_FORWARD)
        return true;
    return b->batches[batch].trains &&
           (kind == DNN_WEIGHTS || b->net.units[u].input > 0 || b->spec.probe);
}

static int choose_all(struct backend *b, int u, struct err *e)
{
    struct conv *c = &b->units[u].conv;
    for (int i = 0; i < b->n_batches; i++) {
        struct dnn_shape s = c->shape;
        s.n = b->batches[i].size;
        for (int kind = 0; kind < DNN_KINDS; kind++)
            if (wanted(b, u, i, (enum dnn_kind)kind) &&
                choose(b, &s, (enum dnn_kind)kind, &c->way[i][kind], e))
                return -1;
    }
    return 0;
}

/* The number of a copy in that layout, made when there is none yet; -1 for home. */
static int find_copy(struct backend *b, struct conv *c, const struct dnn_layout *layout, int *out,
                     struct err *e)
{
    *out = -1;
    if (dnn_layout_equal(layout, c->home))
        return 0;
    for (int i = 0; i < c->n_copies; i++)
        if (dnn_layout_equal(layout, c->copies[i].layout)) {
            *out = i;
            return 0;
        }
    struct conv_copy *copy = &c->copies[c->n_copies];
    if (dnn_reorder_new(&copy->reorder, b->dnn, c->home, layout, e))
        return -1;
    copy->layout = layout;
    copy->stale = true;
    *out = c->n_copies++;
    arena_want(&b->arena, &copy->data, dnn_layout_bytes(layout) / sizeof(float), ARENA_ALWAYS);
    return 0;
}

static int settle_layouts(struct backend *b, int u, struct err *e)
{
    struct conv *c = &b->units[u].conv;
    int first = 0; /* the largest batch that trains */
    while (b->trains && !b->batches[first].trains)
        first++;
    const struct conv_way *leads = &c->way[first][b->trains ? DNN_WEIGHTS : DNN_FORWARD];
    if (dnn_layout_copy(&c->home, leads->layout, e) ||
        dnn_layout_new(&c->plain, &c->shape, DNN_PLAIN, e))
        return -1;
    if (!dnn_layout_equal(c->home, c->plain) &&
        (dnn_reorder_new(&c->to_plain, b->dnn, c->home, c->plain, e) ||
         dnn_reorder_new(&c->from_plain, b->dnn, c->plain, c->home, e)))
        return -1;
    for (int i = 0; i < b->n_batches; i++) {
        struct conv_way *way = c->way[i];
        if (find_copy(b, c, way[DNN_FORWARD].layout, &way[DNN_FORWARD].copy, e) ||
            (way[DNN_DATA].there && find_copy(b, c, way[DNN_DATA].layout, &way[DNN_DATA].copy, e)))
            return -1;
        if (way[DNN_WEIGHTS].there && !dnn_layout_equal(way[DNN_WEIGHTS].layout, c->home) &&
            dnn_reorder_new(&way[DNN_WEIGHTS].finish, b->dnn, way[DNN_WEIGHTS].layout, c->home, e))
            return -1;
    }
    return 0;
}

int conv_open(struct backend *b, int u, struct err *e)
{
    if (choose_all(b, u, e) || settle_layouts(b, u, e))
        return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
    return 0;
}

void conv_close(struct conv *c)
{
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        for (int kind = 0; kind < DNN_KINDS; kind++) {
            dnn_conv_free(c->way[i][kind].dnn);
            dnn_layout_free(c->way[i][kind].layout);
            dnn_reorder_free(c->way[i][kind].finish);
        }
    for (int i = 0; i < CPU_COPIES; i++)
        dnn_reorder_free(c->copies[i].reorder);
    dnn_reorder_free(c->to_plain);
    dnn_reorder_free(c->from_plain);
    dnn_layout_free(c->home);
    dnn_layout_free(c->plain);
}

/* Bytes of every scratch block that a unit's convolution asks for. */
struct conv_needs conv_needs(const struct backend *b, int u)
{
    const struct conv *c = &b->units[u].conv;
    struct conv_needs most = {0, 0, 0};
    for (int i = 0; i < b->n_batches; i++)
        for (int kind = 0; kind < DNN_KINDS; kind++) {
            const struct conv_way *way = &c->way[i][kind];
            struct dnn_shape s = c->shape;
            s.n = b->batches[i].size;
            size_t scratch = way->dnn ? dnn_conv_scratch_bytes(way->dnn) : 0;
            size_t columns = 0, other = 0;
            if (way->there && kind == DNN_WEIGHTS) {
                columns = way->method == CONV_IM2COL    ? im2col_floats(&s)
                          : way->method == CONV_GROUPED ? grouped_partial_floats(&s)
                                                        : 0;
                other = way->finish ? dnn_layout_bytes(way->layout) / sizeof(float) : 0;
            }
            most.scratch_bytes = scratch > most.scratch_bytes ? scratch : most.scratch_bytes;
            most.columns = columns > most.columns ? columns : most.columns;
            most.weight_gradient = other > most.weight_gradient ? other : most.weight_gradient;
        }
    return most;
}

void conv_changed(struct conv *c)
{
    for (int i = 0; i < c->n_copies; i++)
        c->copies[i].stale = true;
}

/* The weights in the layout that `way` reads. */
static int weights_for(struct backend *b, int u, const struct conv_way *way, const float **w,
                       struct err *e)
{
    *w = cpu_role(b, u, NET_CONV)->value;
    if (way->copy < 0)
        return 0;
    struct conv_copy *copy = &b->units[u].conv.copies[way->copy];
    if (copy->stale && dnn_reorder_run(copy->reorder, b->dnn, *w, copy->data, e))
        return -1;
    copy->stale = false;
    *w = copy->data;
    return 0;
}

static struct dnn_shape shape_now(const struct backend *b, int u)
{
    struct dnn_shape s = b->units[u].conv.shape;
    s.n = b->n;
    return s;
}

int conv_forward(struct backend *b, int u, struct err *e)
{
    struct unit *t = &b->units[u];
    const struct conv_way *way = &t->conv.way[b->batch][DNN_FORWARD];
    const float *x = b->tensor[b->net.units[u].input], *w;
    struct dnn_shape s = shape_now(b, u);
    if (weights_for(b, u, way, &w, e))
        return -1;
    if (way->method == CONV_DNN)
        return dnn_conv_run(way->dnn, b->dnn, x, w, t->raw, b->dnn_scratch, e);
    grouped_forward(b->isa, &s, x, w, NULL, false, t->raw);
    return 0;
}

bool conv_adds(const struct backend *b, int u)
{
    for (int i = 0; i < b->n_batches; i++)
        if (b->batches[i].trains && b->units[u].conv.way[i][DNN_DATA].method != CONV_IM2COL)
            return false;
    return true;
}

int conv_data(struct backend *b, int u, const float *y_gradient, float *x_gradient, bool add,
              struct err *e)
{
    const struct conv_way *way = &b->units[u].conv.way[b->batch][DNN_DATA];
    struct dnn_shape s = shape_now(b, u);
    const float *w;
    if (weights_for(b, u, way, &w, e))
        return -1;
    if (way->method == CONV_DNN)
        return dnn_conv_run(way->dnn, b->dnn, x_gradient, w, y_gradient, b->dnn_scratch, e);
    if (way->method == CONV_IM2COL)
        return im2col_data(&s, x_gradient, add, w, y_gradient, e);
    grouped_data(b->isa, &s, x_gradient, w, y_gradient);
    return 0;
}

int conv_weights(struct backend *b, int u, const float *y_gradient, struct err *e)
{
    const struct conv_way *way = &b->units[u].conv.way[b->batch][DNN_WEIGHTS];
    const float *x = b->tensor[b->net.units[u].input];
    struct dnn_shape s = shape_now(b, u);
    float *home = cpu_role(b, u, NET_CONV)->gradient;
    float *w = way->finish ? b->weight_gradient : home;
    int result = 0;
    if (way->method == CONV_DNN)
        result = dnn_conv_run(way->dnn, b->dnn, x, w, y_gradient, b->dnn_scratch, e);
    else if (way->method == CONV_IM2COL)
        result = im2col_weights(&s, x, w, y_gradient, b->columns, e);
    else
        grouped_weights(b->isa, &s, x, w, y_gradient, b->columns);
    if (result || !way->finish)
        return result;
    return dnn_reorder_run(way->finish, b->dnn, w, home, e);
}
