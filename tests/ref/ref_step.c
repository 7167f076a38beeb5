/* ref_step.c - one step of the reference backend: forward, loss, backward, update, in that order.
 */
#include "tests/ref/ref_priv.h"

#include <string.h>

static void next_batch(struct backend *b)
{
    size_t left = b->plan.n - b->next;
    b->n = left < (size_t)b->plan.batch ? (int)left : b->plan.batch;
    b->first = b->next;
    b->next += (size_t)b->n;
}

/* Shows what the step has made, where somebody looks (ref_follow). */
static void show(const struct backend *b, enum backend_kind kind, int tensor, double *values)
{
    if (b->look)
        b->look(b->look_context, kind, tensor, values, (size_t)b->n * ref_count(b->shapes[tensor]));
}

static void forward(struct backend *b, struct ref_slot *slot, bool training)
{
    if (!b->spec.probe)
        ref_fetch(b);
    b->margin = INFINITY;
    for (int u = 0; u < b->net.n_units; u++) {
        ref_unit_forward(b, u, training);
        show(b, BACKEND_TENSOR, u + 1, b->tensor[u + 1]);
    }
    slot->result = (struct backend_result){.first = b->first, .n = b->n, .finite = true};
    if (b->spec.probe)
        return;
    ref_heads_forward(b);
    ref_loss(b, slot);
    if (!slot->result.finite)
        b->frozen = true;
}

static void backward(struct backend *b)
{
    int last = b->net.n_units;
    for (int t = 0; t <= last; t++)
        if (b->gradient[t] && (t < last || !b->spec.probe))
            memset(b->gradient[t], 0, (size_t)b->n * ref_count(b->shapes[t]) * sizeof(double));
    if (!b->spec.probe)
        ref_heads_backward(b);
    for (int u = last - 1; u >= 0; u--) {
        show(b, BACKEND_TENSOR_GRADIENT, u + 1, b->gradient[u + 1]);
        ref_unit_backward(b, u);
    }
}

/* What the gradients are multiplied by, so that their norm is at most spec.clip_norm. */
static double clip_scale(const struct backend *b)
{
    double squares = 0;
    for (int i = 0; i < b->params->n; i++) {
        const struct ref_param *p = &b->at[i];
        for (size_t k = 0; p->gradient && k < b->params->at[i].count; k++)
            squares += p->gradient[k] * p->gradient[k];
    }
    double scale = b->spec.clip_norm / (sqrt(squares) + 1e-6);
    return b->spec.clip_norm > 0 && !(scale >= 1) ? scale : 1;
}

/* SGD as PyTorch: v = m v + (g + d w);  w -= lr v. Nothing after a step whose loss was not finite.
 * Between steps weights and momenta are float32, as in every backend, so that get and set lose
 * nothing and a run can go on from what was saved. */
static void update(struct backend *b)
{
    double scale = b->frozen ? 1 : clip_scale(b);
    for (int i = 0; !b->frozen && i < b->params->n; i++) {
        struct ref_param *p = &b->at[i];
        for (size_t k = 0; p->momentum && k < b->params->at[i].count; k++) {
            p->momentum[k] = (float)(b->spec.momentum * p->momentum[k] + scale * p->gradient[k] +
                                     b->spec.weight_decay * p->value[k]);
            p->value[k] = (float)(p->value[k] - b->plan.learning_rate * p->momentum[k]);
        }
    }
}

/* A step that goes on with the last batch reports that batch's results again. */
static void copy_result(struct backend *b, struct ref_slot *slot)
{
    const struct ref_slot *last = &b->slots[(b->started + REF_SLOTS - 1) % REF_SLOTS];
    slot->result = last->result;
    memcpy(slot->scores, last->scores, (size_t)b->n * sizeof *slot->scores);
    memcpy(slot->probabilities, last->probabilities,
           (size_t)(b->n * b->net.classes) * sizeof *slot->probabilities);
    slot->result.scores = last->result.scores ? slot->scores : NULL;
    slot->result.probabilities = last->result.probabilities ? slot->probabilities : NULL;
}

int ref_step(struct backend *b, unsigned phases, struct err *e)
{
    struct ref_slot *slot = &b->slots[b->started % REF_SLOTS];
    (void)e;
    if (phases & (BACKEND_FORWARD | BACKEND_EVAL)) {
        next_batch(b);
        forward(b, slot, phases & BACKEND_FORWARD);
    } else {
        copy_result(b, slot);
    }
    if (phases & BACKEND_BACKWARD)
        backward(b);
    if (phases & BACKEND_UPDATE)
        update(b);
    b->started++;
    return 0;
}
