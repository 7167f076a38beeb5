/* unit.c - the launches of one unit, there and back: its convolution, then norm, gate, shortcut and
 * ReLU in as few passes over its output as there can be (kernels/norm.h). */
#include "cuda/cuda_priv.h"

static int convolve(struct backend *b, int u, enum conv_kind kind, struct conv_operands o,
                    enum backend_work work, struct err *e)
{
    o.workspace = b->workspace;
    if (conv_run(&b->tools, &b->units[u].way[b->batch][kind], &o, e))
        return -1;
    cuda_profile_lap(b, work, cuda_amount_conv(b, u, kind));
    return 0;
}

static struct norm_values norm_of(const struct backend *b, int u)
{
    const struct unit *t = &b->units[u];
    return (struct norm_values){
        .gamma = cuda_role(b, u, NET_GAMMA)->value,
        .beta = cuda_role(b, u, NET_BETA)->value,
        .running_mean = cuda_role(b, u, NET_MEAN)->value,
        .running_variance = cuda_role(b, u, NET_VAR)->value,
        .mean = t->mean,
        .inverse = t->inverse,
        .scale = t->scale,
        .shift = t->shift,
    };
}

static struct gate_layers gate_of(const struct backend *b, int u)
{
    return (struct gate_layers){
        cuda_role(b, u, NET_SE_W1)->value, cuda_role(b, u, NET_SE_B1)->value,
        cuda_role(b, u, NET_SE_W2)->value, cuda_role(b, u, NET_SE_B2)->value};
}

static struct gate_layers gate_gradients_of(const struct backend *b, int u)
{
    return (struct gate_layers){
        cuda_role(b, u, NET_SE_W1)->gradient, cuda_role(b, u, NET_SE_B1)->gradient,
        cuda_role(b, u, NET_SE_W2)->gradient, cuda_role(b, u, NET_SE_B2)->gradient};
}

static struct pool_shape pool_of(const struct backend *b)
{
    const struct net_pool *p = &b->net.pool;
    struct net_shape out = b->shapes[p->after + 1];
    return (struct pool_shape){p->kernel, p->stride, p->pad, out.h, out.w};
}

/* --- forward --- */

/* A gate is given each image's mean, whatever the norm is settled from. */
static bool needs_moments(const struct backend *b, int u, bool training)
{
    return training || b->net.units[u].squeeze;
}

static int convolve_forward(struct backend *b, int u, bool training, struct err *e)
{
    struct conv_operands o = {.x = b->tensor[b->net.units[u].input],
                              .w = cuda_role(b, u, NET_CONV)->copy,
                              .y = b->units[u].raw,
                              .moments = needs_moments(b, u, training) ? b->sums : NULL};
    return convolve(b, u, CONV_FORWARD, o, WORK_CONV_FORWARD, e);
}

/* The norm's scale and shift, and under a gate each image's mean: from the moments of the batch,
 * which some convolutions have made already, or from running statistics. */
static int settle_norm(struct backend *b, int u, bool training, struct err *e)
{
    struct map m = cuda_map(b, u);
    const struct unit *t = &b->units[u];
    struct norm_values v = norm_of(b, u);
    struct parts p = t->way[b->batch][CONV_FORWARD].parts;
    bool needed = needs_moments(b, u, training), made = p.n;
    if (!made)
        p = parts_of(m);
    if (training && !made)
        return QUEUE(b, e, norm_statistics, b->type, t->raw, m, p, b->sums, b->tickets, &v,
                     t->gate.image_mean);
    if (needed && !made && QUEUE(b, e, moments, b->type, t->raw, m, p, b->sums))
        return -1;
    if (training)
        return QUEUE(b, e, norm_finish, b->sums, m, p, &v, t->gate.image_mean);
    return QUEUE(b, e, norm_running, &v, needed ? b->sums : NULL, m, p, t->gate.image_mean);
}

static int gate(struct backend *b, int u, struct err *e)
{
    const struct unit *t = &b->units[u];
    struct gate_layers w = gate_of(b, u);
    if (QUEUE(b, e, gate, &w, t->scale, t->shift, b->n, t->raw_map.c, b->net.units[u].squeeze,
              &t->gate))
        return -1;
    cuda_profile_lap(b, WORK_GATE, cuda_amount_gate(b, u, false));
    return 0;
}

/* All that stands between the norm's statistics and the unit's tensor, in one pass. */
static int apply(struct backend *b, int u, bool training, struct err *e)
{
    const struct net_unit *unit = &b->net.units[u];
    const struct unit *t = &b->units[u];
    bool pooled = b->net.pool.after == u;
    const struct norm_apply a = {
        .raw = t->raw,
        .scale = t->scale,
        .shift = t->shift,
        .gate = t->gate.gate,
        .shortcut = unit->shortcut >= 0 ? b->tensor[unit->shortcut] : NULL,
        .relu = unit->relu,
        .out = b->tensor[u + 1],
        .mask = t->mask,
        .from_end = !needs_moments(b, u, training) || t->way[b->batch][CONV_FORWARD].parts.n,
    };
    int result = pooled ? QUEUE(b, e, norm_pool, b->type, &a, cuda_map(b, u), pool_of(b), t->winner)
                        : QUEUE(b, e, norm_apply, b->type, &a, cuda_map(b, u));
    if (!result)
        cuda_profile_lap(b, pooled ? WORK_POOL : WORK_NORM, cuda_amount_apply(b, u));
    return result;
}

int cuda_unit_forward(struct backend *b, int u, bool training, struct err *e)
{
    if (convolve_forward(b, u, training, e) || settle_norm(b, u, training, e))
        return -1;
    cuda_profile_lap(b, WORK_NORM, cuda_amount_settle(b, u, training));
    if (b->net.units[u].squeeze && gate(b, u, e))
        return -1;
    return apply(b, u, training, e);
}

/* --- backward --- */

/* The gradient before a pool, of what its ReLU let through. */
static int pool_back(struct backend *b, int u, struct err *e)
{
    if (QUEUE(b, e, pool_back, b->type, b->gradient[u + 1], b->units[u].winner, cuda_map(b, u),
              pool_of(b), b->out_gradient))
        return -1;
    cuda_profile_lap(b, WORK_POOL, cuda_amount_pool_back(b, u));
    return 0;
}

/* The sums over the batch, with a gate its layers' gradients, and the factors of the gradient
 * before the norm. */
static int turn(struct backend *b, int u, const struct norm_back *a, struct err *e)
{
    const struct unit *t = &b->units[u];
    struct map m = cuda_map(b, u);
    struct parts p = parts_of(m);
    struct norm_values v = norm_of(b, u);
    float *gamma = cuda_role(b, u, NET_GAMMA)->gradient,
          *beta = cuda_role(b, u, NET_BETA)->gradient;
    int r = b->net.units[u].squeeze;
    if (!r) {
        int result = QUEUE(b, e, norm_back_turn, b->type, a, m, p, b->sums, b->tickets, &v, gamma,
                           beta, &b->factors);
        cuda_profile_lap(b, WORK_NORM, cuda_amount_back_sums(b, u));
        return result;
    }
    struct gate_layers w = gate_of(b, u), gradient = gate_gradients_of(b, u);
    if (QUEUE(b, e, norm_back_sums, b->type, a, m, p, b->sums))
        return -1;
    cuda_profile_lap(b, WORK_NORM, cuda_amount_back_sums(b, u));
    if (QUEUE(b, e, gate_back_turn, b->sums, m, p, &w, r, &v, &t->gate, b->gate_gradient,
              b->reduced_gradient, &gradient, b->squeezed_gradient, gamma, beta, &b->factors))
        return -1;
    cuda_profile_lap(b, WORK_GATE, cuda_amount_gate(b, u, true));
    return 0;
}

/* Gradients of the norm, of the gate and of the shortcut; that of the convolution's output is put
 * into b->raw_gradient. */
static int norm_back(struct backend *b, int u, struct err *e)
{
    static const enum shortcut_part parts[] = {[LIFETIMES_NO_PART] = SHORTCUT_NONE,
                                               [LIFETIMES_FIRST] = SHORTCUT_FIRST,
                                               [LIFETIMES_ADDED] = SHORTCUT_ADDED,
                                               [LIFETIMES_SHARED] = SHORTCUT_SHARED};
    const struct net_unit *unit = &b->net.units[u];
    const struct unit *t = &b->units[u];
    bool pooled = b->net.pool.after == u, gated = unit->squeeze;
    const struct norm_back a = {
        .raw = t->raw,
        .gradient = pooled ? b->out_gradient : b->gradient[u + 1],
        .mask = t->mask,
        .relu = unit->relu && !pooled,
        .mean = t->mean,
        .scale = t->scale,
        .shift = t->shift,
    };
    if (turn(b, u, &a, e) || QUEUE(b, e, norm_back_apply, b->type, &a, cuda_map(b, u), &b->factors,
                                   gated, b->raw_gradient, parts[b->lives.shortcut_part[u]],
                                   unit->shortcut >= 0 ? b->gradient[unit->shortcut] : NULL))
        return -1;
    cuda_profile_lap(b, WORK_NORM, cuda_amount_back_apply(b, u));
    return 0;
}

static int convolve_back(struct backend *b, int u, struct err *e)
{
    int input = b->net.units[u].input;
    const struct param *w = cuda_role(b, u, NET_CONV);
    struct conv_operands weights = {.x = b->tensor[input], .y = b->raw_gradient, .dw = w->gradient};
    struct conv_operands data = {.x = b->gradient[input], .w = w->copy, .y = b->raw_gradient};
    if (convolve(b, u, CONV_WEIGHTS, weights, WORK_CONV_WEIGHTS, e))
        return -1;
    return b->lives.input_part[u] == LIFETIMES_NO_PART
               ? 0
               : convolve(b, u, CONV_DATA, data, WORK_CONV_DATA, e);
}

int cuda_unit_backward(struct backend *b, int u, struct err *e)
{
    bool read = u + 1 == b->depth || lifetimes_reader(&b->net, u + 1) >= 0;
    size_t bytes = (size_t)b->n * cuda_count(b, u + 1) * element_bytes(b->type);
    if (!read && device_clear(b->device, b->gradient[u + 1], bytes, e))
        return -1;
    if (b->net.pool.after == u && pool_back(b, u, e))
        return -1;
    return norm_back(b, u, e) || convolve_back(b, u, e) ? -1 : 0;
}
