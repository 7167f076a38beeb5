/* step.c - one step: forward, loss, backward, update, in that order. A step is computed before it
 * returns; its result waits for collect. */
#include "cpu/cpu.h"
#include "cpu/norm_rows.h"

#include <string.h>

/* Of each of the three kinds of a unit's convolution. */
static double conv_flop(const struct backend *b, int u)
{
    const struct net_unit *unit = &b->net.units[u];
    return 2.0 * unit->kernel * unit->kernel * (unit->in / unit->groups) * b->n *
           (double)cpu_count(b->units[u].shape);
}

static int unit_forward(struct backend *b, int u, bool training, struct err *e)
{
    bool folded = !training && fold_can(b, u);
    if (folded ? fold_forward(b, u, e) : conv_forward(b, u, e))
        return -1;
    profile_lap(b, WORK_CONV_FORWARD, conv_flop(b, u));
    if (!folded && norm_forward(b, u, training, e))
        return -1;
    profile_lap(b, WORK_NORM, 0);
    if (b->net.pool.after == u) {
        maxpool_forward(b, u);
        profile_lap(b, WORK_POOL, 0);
    }
    return 0;
}

static int forward(struct backend *b, struct slot *slot, bool training, struct err *e)
{
    if (!b->spec.probe)
        batch_fetch(b);
    profile_lap(b, WORK_DATA, 0);
    b->folds_stale |= training; /* running statistics will change */
    if (!training && fold_all(b, e))
        return -1;
    profile_lap(b, WORK_NORM, 0);
    for (int u = 0; u < b->depth; u++)
        if (unit_forward(b, u, training, e))
            return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
    slot->result = (struct backend_result){.first = b->first, .n = b->n, .finite = true};
    if (b->spec.probe)
        return 0;
    heads_forward(b);
    heads_loss(b, slot);
    profile_lap(b, WORK_HEADS, 0);
    b->frozen |= !slot->result.finite;
    return 0;
}

/* Adds the late part of a gradient to the rest of it. */
static void settle_late(struct backend *b)
{
    if (b->pending < 0)
        return;
    norm_rows_add(b->late, b->gradient[b->pending],
                  (size_t)b->n * cpu_count(b->shapes[b->pending]));
    b->pending = -1;
}

/* The convolution's part of its input's gradient. A second part is added to the first; where the
 * convolution can't, it is put beside it, and added by whoever reads it next. */
static int input_gradient(struct backend *b, int u, struct err *e)
{
    int t = b->net.units[u].input;
    bool adds = b->lives.input_part[u] == LIFETIMES_ADDED;
    if (b->lives.input_part[u] == LIFETIMES_NO_PART)
        return 0;
    if (!adds || conv_adds(b, u)) {
        if (conv_data(b, u, b->raw_gradient, b->gradient[t], adds, e))
            return -1;
        profile_lap(b, WORK_CONV_DATA, conv_flop(b, u));
        return 0;
    }
    settle_late(b);
    profile_lap(b, WORK_NORM, 0);
    if (conv_data(b, u, b->raw_gradient, b->late, false, e))
        return -1;
    profile_lap(b, WORK_CONV_DATA, conv_flop(b, u));
    b->pending = t;
    if (b->spec.keep)
        settle_late(b);
    return 0;
}

static int unit_backward(struct backend *b, int u, struct err *e)
{
    float *gradient = b->gradient[u + 1];
    if (u + 1 < b->depth && lifetimes_reader(&b->net, u + 1) < 0)
        memset(gradient, 0, (size_t)b->n * cpu_count(b->shapes[u + 1]) * sizeof *gradient);
    if (b->net.pool.after == u) {
        if (b->pending == u + 1)
            settle_late(b);
        maxpool_backward(b, u, gradient, b->out_gradient);
        gradient = b->out_gradient;
        profile_lap(b, WORK_POOL, 0);
    }
    if (norm_backward(b, u, gradient, e))
        return -1;
    profile_lap(b, WORK_NORM, 0);
    if (conv_weights(b, u, b->raw_gradient, e))
        return -1;
    profile_lap(b, WORK_CONV_WEIGHTS, conv_flop(b, u));
    return input_gradient(b, u, e);
}

static int backward(struct backend *b, struct err *e)
{
    b->pending = -1;
    if (b->spec.probe)
        memcpy(b->gradient[b->depth], b->seed,
               (size_t)b->n * cpu_count(b->shapes[b->depth]) * sizeof(float));
    else
        heads_backward(b);
    profile_lap(b, WORK_HEADS, 0);
    for (int u = b->depth - 1; u >= 0; u--)
        if (unit_backward(b, u, e))
            return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
    settle_late(b);
    profile_lap(b, WORK_NORM, 0);
    return 0;
}

/* A step that goes on with the last batch reports that batch's results again. */
static void copy_result(struct backend *b, struct slot *slot)
{
    const struct slot *last = &b->slots[(b->started + CPU_SLOTS - 1) % CPU_SLOTS];
    slot->result = last->result;
    if (b->spec.probe)
        return;
    memcpy(slot->scores, last->scores, (size_t)b->n * sizeof *slot->scores);
    if (b->net.classes)
        memcpy(slot->probabilities, last->probabilities,
               (size_t)b->n * (size_t)b->net.classes * sizeof *slot->probabilities);
    slot->result.scores = last->result.scores ? slot->scores : NULL;
    slot->result.probabilities = last->result.probabilities ? slot->probabilities : NULL;
}

int step_run(struct backend *b, unsigned phases, struct err *e)
{
    struct slot *slot = &b->slots[b->started % CPU_SLOTS];
    profile_start(b);
    if (phases & (BACKEND_FORWARD | BACKEND_EVAL)) {
        batch_next(b);
        if (forward(b, slot, phases & BACKEND_FORWARD, e))
            return -1;
    } else {
        copy_result(b, slot);
    }
    if (phases & BACKEND_BACKWARD && backward(b, e))
        return -1;
    if (phases & BACKEND_UPDATE && !b->frozen)
        sgd_update(b);
    profile_lap(b, WORK_UPDATE, 0);
    b->started++;
    return 0;
}
