/* fold.c - evaluation with the norm folded into the convolution: its weights times the norm's
 * factor, the norm's shift as a bias, and the shortcut's sum and the ReLU before the result leaves
 * the registers; so a unit is one pass. A gated unit's factor depends on the image: it isn't
 * folded, nor is one for which oneDNN has no fast code that does all this.
 *
 * Folded weights are copies of their own, made when an evaluation finds them stale: any change of a
 * parameter or a running statistic makes all of them so.
 */
#include "cpu/cpu.h"

#include <string.h>

/* The number of the folded weights in that layout, wanted now if they are the first. */
static int find_weights(struct backend *b, int u, const struct dnn_layout *layout, int *out,
                        struct err *e)
{
    struct fold *f = &b->units[u].fold;
    for (int i = 0; i < f->n_weights; i++)
        if (dnn_layout_equal(layout, f->weights[i].layout)) {
            *out = i;
            return 0;
        }
    struct fold_weights *w = &f->weights[f->n_weights];
    if (dnn_layout_copy(&w->layout, layout, e) ||
        dnn_reorder_new(&w->from_plain, b->dnn, b->units[u].conv.plain, layout, e))
        return -1;
    *out = f->n_weights++;
    arena_want(&b->arena, &w->data, dnn_layout_bytes(layout) / sizeof(float), ARENA_ALWAYS);
    return 0;
}

int fold_open(struct backend *b, int u, struct err *e)
{
    const struct net_unit *unit = &b->net.units[u];
    struct conv *c = &b->units[u].conv;
    struct fold *f = &b->units[u].fold;
    const struct dnn_after after = {.add = unit->shortcut >= 0, .relu = unit->relu};
    for (int i = 0; i < b->n_batches && !unit->squeeze; i++) {
        if (!b->batches[i].evaluates)
            continue;
        const struct conv_way *way = &c->way[i][DNN_FORWARD];
        struct dnn_shape s = c->shape;
        s.n = b->batches[i].size;
        if (way->method == CONV_DNN && conv_new(b, &s, DNN_FORWARD, &after, &f->dnn[i], e))
            return -1;
        f->there[i] = f->dnn[i] || (way->method == CONV_GROUPED && !after.add);
        const struct dnn_layout *layout = f->dnn[i] ? dnn_conv_layout(f->dnn[i]) : way->layout;
        if (f->there[i] && find_weights(b, u, layout, &f->at[i], e))
            return err_prefix(e, "unit %d (%s)", u, unit->conv);
    }
    return 0;
}

void fold_close(struct fold *f)
{
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++) {
        dnn_conv_free(f->dnn[i]);
        dnn_layout_free(f->weights[i].layout);
        dnn_reorder_free(f->weights[i].from_plain);
    }
}

size_t fold_scratch_bytes(const struct backend *b, int u)
{
    size_t most = 0;
    for (int i = 0; i < b->n_batches; i++) {
        const struct dnn_conv *c = b->units[u].fold.dnn[i];
        size_t bytes = c ? dnn_conv_scratch_bytes(c) : 0;
        most = bytes > most ? bytes : most;
    }
    return most;
}

size_t fold_plain_floats(const struct backend *b, int u)
{
    const struct unit *t = &b->units[u];
    return t->fold.n_weights ? dnn_layout_bytes(t->conv.plain) / sizeof(float) : 0;
}

static int fold_unit(struct backend *b, int u, struct err *e)
{
    const struct unit *t = &b->units[u];
    const struct conv *c = &t->conv;
    const float *home = cpu_role(b, u, NET_CONV)->value;
    size_t row = fold_plain_floats(b, u) / (size_t)t->shape.c;
    if (!row)
        return 0;
    norm_running(b, u);
    if (!c->to_plain)
        memcpy(b->plain, home, row * (size_t)t->shape.c * sizeof *home);
    else if (dnn_reorder_run(c->to_plain, b->dnn, home, b->plain, e))
        return -1;
#pragma omp parallel for schedule(static)
    for (int o = 0; o < t->shape.c; o++)
        for (size_t i = 0; i < row; i++)
            b->plain[(size_t)o * row + i] *= t->scale[o];
    for (int i = 0; i < t->fold.n_weights; i++)
        if (dnn_reorder_run(t->fold.weights[i].from_plain, b->dnn, b->plain,
                            t->fold.weights[i].data, e))
            return -1;
    return 0;
}

int fold_all(struct backend *b, struct err *e)
{
    for (int u = 0; b->folds_stale && u < b->depth; u++)
        if (fold_unit(b, u, e))
            return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
    b->folds_stale = false;
    return 0;
}

bool fold_can(const struct backend *b, int u)
{
    return b->units[u].fold.there[b->batch];
}

int fold_forward(struct backend *b, int u, struct err *e)
{
    const struct net_unit *unit = &b->net.units[u];
    struct unit *t = &b->units[u];
    const struct dnn_conv *dnn = t->fold.dnn[b->batch];
    const float *w = t->fold.weights[t->fold.at[b->batch]].data, *x = b->tensor[unit->input];
    const float *shortcut = unit->shortcut >= 0 ? b->tensor[unit->shortcut] : NULL;
    if (dnn)
        return dnn_conv_run_after(dnn, b->dnn, x, w, t->shift, shortcut, t->out, b->dnn_scratch, e);
    struct dnn_shape s = t->conv.shape;
    s.n = b->n;
    grouped_forward(b->isa, &s, x, w, t->shift, unit->relu, t->out);
    return 0;
}
