/* ref_memory.c - everything the reference backend allocates at open, and its way back. */
#include "tests/ref/ref_priv.h"

#include "base/mem.h"

struct ref_param *ref_role(const struct backend *b, int unit, enum net_role role)
{
    return &b->at[net_params_role(b->params, unit, role)];
}

static int doubles(double **to, size_t count, struct err *e)
{
    *to = mem_alloc(count, sizeof **to);
    return *to ? 0 : mem_error(e, "the reference backend", count * sizeof **to);
}

static int params_memory(struct backend *b, struct err *e)
{
    b->at = mem_alloc((size_t)b->params->n, sizeof *b->at);
    if (!b->at)
        return mem_error(e, "the reference backend", (size_t)b->params->n * sizeof *b->at);
    for (int i = 0; i < b->params->n; i++) {
        const struct net_param *p = &b->params->at[i];
        if (doubles(&b->at[i].value, p->count, e))
            return -1;
        if (!net_role_trained(p->role) || !b->trains)
            continue;
        if (doubles(&b->at[i].gradient, p->count, e) || doubles(&b->at[i].momentum, p->count, e))
            return -1;
    }
    return 0;
}

static int tensors_memory(struct backend *b, struct err *e)
{
    for (int t = 0; t <= b->net.n_units; t++) {
        size_t count = (size_t)b->batch_most * ref_count(b->shapes[t]);
        if (doubles(&b->tensor[t], count, e))
            return -1;
        if (!b->trains || (t == 0 && !b->spec.probe))
            continue;
        if (doubles(&b->gradient[t], count, e))
            return -1;
    }
    return 0;
}

static int unit_memory(struct backend *b, int u, struct err *e)
{
    const struct net_unit *unit = &b->net.units[u];
    struct ref_unit *t = &b->units[u];
    size_t n = (size_t)b->batch_most, channels = (size_t)unit->out;
    t->conv = net_conv_shape(unit, b->shapes[unit->input]);
    t->out = b->tensor[u + 1];
    if (doubles(&t->hat, n * ref_count(t->conv), e) || doubles(&t->inverse, channels, e))
        return -1;
    if (unit->squeeze &&
        (doubles(&t->squeezed, n * channels, e) || doubles(&t->gate, n * channels, e) ||
         doubles(&t->reduced, n * (size_t)unit->squeeze, e)))
        return -1;
    if (b->net.pool.after != u)
        return 0;
    size_t winners = n * ref_count(b->shapes[u + 1]);
    t->winner = mem_alloc(winners, sizeof *t->winner);
    if (!t->winner)
        return mem_error(e, "the reference backend", winners * sizeof *t->winner);
    return doubles(&t->out, n * ref_count(t->conv), e);
}

static void most(size_t *largest, size_t value)
{
    if (value > *largest)
        *largest = value;
}

static int scratch_memory(struct backend *b, struct err *e)
{
    size_t weights = 1, wide = 1, channels = 1, reduced = 1;
    for (int u = 0; u < b->net.n_units; u++) {
        const struct net_unit *unit = &b->net.units[u];
        most(&weights, b->params->at[net_params_role(b->params, u, NET_CONV)].count);
        most(&wide, (size_t)b->batch_most * ref_count(b->units[u].conv));
        most(&channels, (size_t)unit->out);
        most(&reduced, (size_t)unit->squeeze);
    }
    return doubles(&b->weights, weights, e) || doubles(&b->wide, wide, e) ||
                   doubles(&b->wide_gradient, wide, e) || doubles(&b->narrow, channels, e) ||
                   doubles(&b->narrow_gradient, channels, e) ||
                   doubles(&b->reduced_gradient, reduced, e)
               ? -1
               : 0;
}

static int heads_memory(struct backend *b, struct err *e)
{
    size_t n = (size_t)b->batch_most, classes = (size_t)b->net.classes + 1;
    size_t features = n * (size_t)b->shapes[b->net.n_units].c;
    if (doubles(&b->features, features, e) || doubles(&b->features_gradient, features, e) ||
        doubles(&b->scores, n, e) || doubles(&b->off, n, e) || doubles(&b->score_gradient, n, e) ||
        doubles(&b->logits, n * classes, e) || doubles(&b->logit_gradient, n * classes, e))
        return -1;
    for (int i = 0; i < REF_SLOTS; i++) {
        struct ref_slot *s = &b->slots[i];
        s->scores = mem_alloc(n, sizeof *s->scores);
        s->probabilities = mem_alloc(n * classes, sizeof *s->probabilities);
        if (!s->scores || !s->probabilities)
            return mem_error(e, "the reference backend", n * classes * sizeof *s->scores);
    }
    return 0;
}

static int plan_memory(struct backend *b, struct err *e)
{
    size_t n = b->spec.plan_most;
    b->order = mem_alloc(n, sizeof *b->order);
    b->draws = mem_alloc(n, sizeof *b->draws);
    return b->order && b->draws ? 0 : mem_error(e, "an epoch's plan", n * sizeof *b->draws);
}

int ref_memory(struct backend *b, struct err *e)
{
    if (net_params_new(&b->params, &b->net, e) || params_memory(b, e) || tensors_memory(b, e))
        return -1;
    for (int u = 0; u < b->net.n_units; u++)
        if (unit_memory(b, u, e))
            return -1;
    return scratch_memory(b, e) || heads_memory(b, e) || plan_memory(b, e) ? -1 : 0;
}

static void unit_free(struct backend *b, int u)
{
    struct ref_unit *t = &b->units[u];
    if (t->out != b->tensor[u + 1])
        mem_free(t->out);
    mem_free(t->hat);
    mem_free(t->inverse);
    mem_free(t->squeezed);
    mem_free(t->reduced);
    mem_free(t->gate);
    mem_free(t->winner);
}

void ref_memory_free(struct backend *b)
{
    for (int u = 0; u < b->net.n_units; u++)
        unit_free(b, u);
    for (int t = 0; t <= b->net.n_units; t++) {
        mem_free(b->tensor[t]);
        mem_free(b->gradient[t]);
    }
    for (int i = 0; b->at && i < b->params->n; i++) {
        mem_free(b->at[i].value);
        mem_free(b->at[i].gradient);
        mem_free(b->at[i].momentum);
    }
    mem_free(b->at);
    net_params_free(b->params);
    double *scratch[] = {b->weights,
                         b->wide,
                         b->wide_gradient,
                         b->narrow,
                         b->features,
                         b->narrow_gradient,
                         b->reduced_gradient,
                         b->scores,
                         b->features_gradient,
                         b->score_gradient,
                         b->logits,
                         b->logit_gradient,
                         b->off};
    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++)
        mem_free(scratch[i]);
    for (int i = 0; i < REF_SLOTS; i++) {
        mem_free(b->slots[i].scores);
        mem_free(b->slots[i].probabilities);
    }
    mem_free(b->label);
    mem_free(b->label_class);
    mem_free(b->order);
    mem_free(b->draws);
}

void ref_memory_bytes(const struct backend *b, uint64_t bytes[MEMORY_KINDS])
{
    uint64_t values = 0;
    for (int t = 0; t <= b->net.n_units; t++)
        values += 2 * (uint64_t)b->batch_most * ref_count(b->shapes[t]);
    for (int u = 0; u < b->net.n_units; u++)
        values += (uint64_t)b->batch_most * ref_count(b->units[u].conv);
    bytes[MEMORY_PARAMETERS] = (b->params->trained + b->params->running) * sizeof(double);
    bytes[MEMORY_GRADIENTS] = b->trains ? 2 * b->params->trained * sizeof(double) : 0;
    bytes[MEMORY_ACTIVATIONS] = values * sizeof(double);
    bytes[MEMORY_IMAGES] = b->spec.plan_most * (sizeof *b->order + sizeof *b->draws);
}
