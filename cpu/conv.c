/* conv.c - which code computes a unit's convolution, and the weights in the layout that code wants.
 *
 * The choice is a fixed rule, never a timing: so that a run can be repeated to the bit. What was
 * measured for the rule (AVX2, two threads, GFLOP/s, best alternative in brackets):
 *   - oneDNN's jit code with NHWC activations reaches 85-95 % of its blocked layouts: it is the
 * rule.
 *   - 4 channels a group, 3x3: oneDNN forward 6, data 21, weights 24: our own loops.
 *   - weights' gradient on maps so small that only the library's matrix product remains (2x2): 13,
 * and tens of MB of scratch: windows unrolled into rows and one product (60), or our loops for
 * groups.
 *
 * The home layout is the one in which the gradient of the weights is made, so that the update works
 * on it as it comes; forward mostly reads the same layout. Other layouts are copies, made when next
 * needed after a change.
 */
#include "cpu/cpu.h"

#include <string.h>

static bool narrow(const struct dnn_shape *s)
{
    return s->in / s->groups == 4 && s->out / s->groups == 4;
}

/* Our own method that can stand in for oneDNN, or CONV_DNN when there is none. */
static enum conv_method stand_in(const struct dnn_shape *s, enum dnn_kind kind)
{
    if (kind == DNN_WEIGHTS && s->groups == 1)
        return CONV_UNROLLED;
    return grouped_can(s) ? CONV_GROUPED : CONV_DNN;
}

static int choose(const struct backend *b, const struct dnn_shape *s, enum dnn_kind kind,
                  struct conv_way *way, struct err *e)
{
    static const char *const kinds[] = {"forward", "data gradient", "weight gradient"};
    way->there = true;
    way->copy = -1;
    way->method = CONV_DNN;
    enum conv_method other = stand_in(s, kind);
    if (narrow(s) && other == CONV_GROUPED) {
        way->method = other;
    } else {
        if (dnn_conv_new(&way->dnn, b->dnn, kind, s, e))
            return -1;
        bool product = way->dnn && strstr(dnn_conv_name(way->dnn), "gemm");
        bool slow =
            !way->dnn || (product && s->kernel > 1 && (s->groups > 1 || kind == DNN_WEIGHTS));
        if (slow && other != CONV_DNN) {
            dnn_conv_free(way->dnn);
            way->dnn = NULL;
            way->method = other;
        }
        if (slow && other == CONV_DNN && !way->dnn)
            return err_set(e, ERR_DEVICE,
                           "oneDNN on this CPU (%s) has only reference code for the %s of a %dx%d "
                           "convolution, %d to %d channels in %d groups",
                           dnn_instructions(), kinds[kind], s->kernel, s->kernel, s->in, s->out,
                           s->groups);
    }
    if (way->method == CONV_DNN)
        return dnn_layout_copy(&way->layout, dnn_conv_layout(way->dnn), e);
    enum dnn_order grouped = kind == DNN_DATA ? DNN_TAPS_IN : DNN_TAPS_OUT;
    return dnn_layout_new(&way->layout, s, way->method == CONV_GROUPED ? grouped : DNN_OUT_TAPS, e);
}

static bool wanted(const struct backend *b, int u, enum dnn_kind kind)
{
    if (kind == DNN_FORWARD)
        return true;
    return b->trains && (kind == DNN_WEIGHTS || b->net.units[u].input > 0 || b->spec.probe);
}

static int choose_all(struct backend *b, int u, struct err *e)
{
    struct conv *c = &b->units[u].conv;
    for (int i = 0; i < b->n_batches; i++) {
        struct dnn_shape s = c->shape;
        s.n = b->batches[i];
        for (int kind = 0; kind < DNN_KINDS; kind++)
            if (wanted(b, u, (enum dnn_kind)kind) &&
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
    plan_want(&b->plan, &copy->data, dnn_layout_bytes(layout) / sizeof(float), 0, CPU_ALWAYS);
    return 0;
}

static int settle_layouts(struct backend *b, int u, struct err *e)
{
    struct conv *c = &b->units[u].conv;
    const struct conv_way *leads = &c->way[0][b->trains ? DNN_WEIGHTS : DNN_FORWARD];
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
            s.n = b->batches[i];
            size_t scratch = way->dnn ? dnn_conv_scratch_bytes(way->dnn) : 0;
            size_t columns = 0, other = 0;
            if (way->there && kind == DNN_WEIGHTS) {
                columns = way->method == CONV_UNROLLED  ? unrolled_floats(&s)
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
    grouped_forward(b->isa, &s, x, w, t->raw);
    return 0;
}

int conv_data(struct backend *b, int u, const float *y_gradient, float *x_gradient, struct err *e)
{
    const struct conv_way *way = &b->units[u].conv.way[b->batch][DNN_DATA];
    struct dnn_shape s = shape_now(b, u);
    const float *w;
    if (weights_for(b, u, way, &w, e))
        return -1;
    if (way->method == CONV_DNN)
        return dnn_conv_run(way->dnn, b->dnn, x_gradient, w, y_gradient, b->dnn_scratch, e);
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
    else if (way->method == CONV_UNROLLED)
        result = unrolled_weights(&s, x, w, y_gradient, b->columns, e);
    else
        grouped_weights(b->isa, &s, x, w, y_gradient, b->columns);
    if (result || !way->finish)
        return result;
    return dnn_reorder_run(way->finish, b->dnn, w, home, e);
}
