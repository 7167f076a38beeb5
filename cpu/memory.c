/* memory.c - what an open backend holds: convolutions chosen, and every buffer planned.
 *
 * Moments of a step, for lifetimes: unit u forward is u; heads are `depth`; unit u backward is
 * 2 * depth - u. Activations live until the last backward that reads them; gradients of tensors
 * from their first part to the backward of the unit that made the tensor. So gradients, which grow
 * while activations die, mostly lie where activations were: a backward pass uses up its forward
 * pass.
 */
#include "cpu/cpu.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

#define MOST_TAPS 255 /* of a pool's window: a winner is one byte */

static int backward_moment(const struct backend *b, int u)
{
    return 2 * b->depth - u;
}

/* --- units and their convolutions --- */

static void describe_unit(struct backend *b, int u)
{
    const struct net_unit *from = &b->net.units[u];
    struct net_shape in = b->shapes[from->input];
    struct unit *t = &b->units[u];
    t->shape = net_conv_shape(from, in);
    t->conv.shape =
        (struct dnn_shape){b->most,   from->in, from->out, from->groups, from->kernel, from->stride,
                           from->pad, in.h,     in.w,      t->shape.h,   t->shape.w};
}

static int open_convs(struct backend *b, struct err *e)
{
    for (int u = 0; u < b->depth; u++) {
        if (b->spec.cancel && atomic_load(b->spec.cancel))
            return 1;
        if (b->spec.progress)
            b->spec.progress(b->spec.progress_context, "preparing convolutions",
                             (double)u / b->depth);
        describe_unit(b, u);
        if (conv_open(b, u, e) || fold_open(b, u, e))
            return -1;
    }
    return 0;
}

/* --- parameters: three blocks of trained values, one of running statistics --- */

static size_t stored_floats(const struct cpu_param *p, size_t count)
{
    size_t floats = p->conv ? dnn_layout_bytes(p->conv->home) / sizeof(float) : count;
    return (floats + 15) / 16 * 16; /* a cache line */
}

static void want_params(struct backend *b)
{
    size_t running = 0;
    for (int i = 0; i < b->params->n; i++) {
        const struct net_param *from = &b->params->at[i];
        struct cpu_param *p = &b->param[i];
        if (from->unit >= 0)
            b->units[from->unit].param[from->role] = i;
        p->conv = from->role == NET_CONV ? &b->units[from->unit].conv : NULL;
        p->stored = stored_floats(p, from->count);
        size_t *sum = net_role_trained(from->role) ? &b->trained : &running;
        p->offset = *sum;
        *sum += p->stored;
    }
    b->bytes[MEMORY_PARAMETERS] = (b->trained + running) * sizeof(float);
    b->bytes[MEMORY_GRADIENTS] = b->trains ? 2 * b->trained * sizeof(float) : 0;
    arena_want(&b->arena, &b->values, b->trained, 0, CPU_ALWAYS);
    arena_want(&b->arena, &b->running, running, 0, CPU_ALWAYS);
    if (!b->trains)
        return;
    arena_want(&b->arena, &b->gradients, b->trained, 0, CPU_ALWAYS);
    arena_want(&b->arena, &b->momenta, b->trained, 0, CPU_ALWAYS);
    if (b->spec.clip_norm > 0)
        arena_want_bytes(&b->arena, &b->squares, sgd_chunks(b) * sizeof(double), 0, CPU_ALWAYS);
}

static void place_params(struct backend *b)
{
    for (int i = 0; i < b->params->n; i++) {
        struct cpu_param *p = &b->param[i];
        bool trained = net_role_trained(b->params->at[i].role);
        p->value = (trained ? b->values : b->running) + p->offset;
        p->gradient = trained && b->trains ? b->gradients + p->offset : NULL;
        p->momentum = trained && b->trains ? b->momenta + p->offset : NULL;
    }
}

/* --- activations --- */

/* The last unit that reads tensor t, or -1. */
static int last_reader(const struct backend *b, int t)
{
    for (int u = b->depth - 1; u >= 0; u--)
        if (b->net.units[u].input == t || b->net.units[u].shortcut == t)
            return u;
    return -1;
}

/* Whether the convolution's output can be normalised in place, in the tensor's own memory. */
static bool in_place(const struct backend *b)
{
    return !b->trains && !b->spec.keep;
}

/* Before a pool, the unit's output is needed for a moment only when its backward finds the ReLU by
 * the convolution's output: it then lies where backward makes a gradient later. */
static bool borrows_output(const struct backend *b, int u)
{
    const struct net_unit *unit = &b->net.units[u];
    return b->trains && b->net.pool.after == u && unit->shortcut < 0 && !unit->squeeze;
}

/* The last moment that reads tensor t. */
static int tensor_ends(const struct backend *b, int t)
{
    if (b->spec.keep || (!t && b->spec.probe)) /* a probe's input: set once, used by many steps */
        return CPU_ALWAYS;
    int made = t ? t - 1 : 0, reader = t == b->depth ? b->depth : last_reader(b, t);
    int end = reader > made ? reader : made;
    for (int u = b->depth - 1; b->trains && u >= 0; u--)
        if (b->net.units[u].input == t)
            end = backward_moment(b, u);
    const struct net_unit *maker = t ? &b->net.units[t - 1] : NULL;
    bool masks = maker && maker->relu && (maker->shortcut >= 0 || maker->squeeze);
    return b->trains && masks ? backward_moment(b, t - 1) : end;
}

static void want_tensors(struct backend *b)
{
    for (int t = 0; t <= b->depth; t++) {
        bool swapped = !t && batch_overlaps(b);
        int made = t ? t - 1 : 0, last = swapped ? CPU_ALWAYS : tensor_ends(b, t);
        arena_want(&b->arena, &b->tensor[t], (size_t)b->most * cpu_count(b->shapes[t]), made, last);
    }
    if (batch_overlaps(b))
        arena_want(&b->arena, &b->coming.images, (size_t)b->most * cpu_count(b->shapes[0]), 0,
                   CPU_ALWAYS);
}

static void want_unit(struct backend *b, int u)
{
    struct unit *t = &b->units[u];
    bool pooled = b->net.pool.after == u;
    size_t floats = (size_t)b->most * cpu_count(t->shape), channels = (size_t)t->shape.c;
    if (b->spec.keep)
        arena_want(&b->arena, &t->raw, floats, 0, CPU_ALWAYS);
    else if (b->trains)
        arena_want(&b->arena, &t->raw, floats, u, backward_moment(b, u));
    else if (pooled)
        arena_want(&b->arena, &t->raw, floats, u, u);
    if (pooled && !in_place(b) && !borrows_output(b, u))
        arena_want(&b->arena, &t->out, floats, 0, CPU_ALWAYS);
    if (pooled)
        arena_want_bytes(&b->arena, &t->winner, (size_t)b->most * cpu_count(b->shapes[u + 1]), 0,
                         CPU_ALWAYS);
    float **lines[] = {&t->mean, &t->inverse, &t->scale, &t->shift};
    for (int i = 0; i < 4; i++)
        arena_want(&b->arena, lines[i], channels, 0, CPU_ALWAYS);
    size_t narrow = (size_t)b->net.units[u].squeeze, images = (size_t)b->most;
    if (!narrow)
        return;
    float **wide[] = {&t->raw_mean, &t->squeezed, &t->gate};
    for (int i = 0; i < 3; i++)
        arena_want(&b->arena, wide[i], images * channels, 0, CPU_ALWAYS);
    arena_want(&b->arena, &t->reduced, images * narrow, 0, CPU_ALWAYS);
}

static void place_units(struct backend *b)
{
    for (int u = 0; u < b->depth; u++) {
        struct unit *t = &b->units[u];
        bool pooled = b->net.pool.after == u;
        if (!t->raw)
            t->raw = b->tensor[u + 1];
        if (!pooled)
            t->out = b->tensor[u + 1];
        else if (!t->out)
            t->out = borrows_output(b, u) ? b->raw_gradient : t->raw;
    }
}

/* --- gradients of tensors --- */

/* Where unit u's gradient before the ReLU is the first part of its shortcut's gradient, the two are
 * one buffer. Fills owner[t]: the tensor whose memory t's gradient uses. */
static void share_gradients(struct backend *b, int *owner)
{
    for (int t = 0; t <= b->depth; t++)
        owner[t] = t;
    for (int u = b->depth - 1; u >= 0; u--) {
        int to = b->net.units[u].shortcut;
        b->units[u].alias = to >= (b->spec.probe ? 0 : 1) && !b->spec.keep &&
                            b->net.pool.after != u && last_reader(b, to) == u;
        if (b->units[u].alias)
            owner[to] = owner[u + 1];
    }
}

/* The largest second part of a gradient that its convolution cannot add to the first. */
static size_t late_floats(const struct backend *b)
{
    bool begun[NET_MAX_UNITS + 1] = {false};
    size_t most = 0;
    begun[b->depth] = true;
    for (int u = b->depth - 1; u >= 0; u--) {
        int t = b->net.units[u].input;
        if (b->net.units[u].shortcut >= 0)
            begun[b->net.units[u].shortcut] = true;
        size_t floats = (size_t)b->most * cpu_count(b->shapes[t]);
        if (begun[t] && !conv_adds(b, u) && floats > most)
            most = floats;
        begun[t] = true;
    }
    return most;
}

static void want_gradients(struct backend *b)
{
    int owner[NET_MAX_UNITS + 1], first[NET_MAX_UNITS + 1], last[NET_MAX_UNITS + 1];
    share_gradients(b, owner);
    int least = b->spec.probe ? 0 : 1;
    for (int t = b->depth; t >= least; t--) {
        int end = t ? backward_moment(b, t - 1) : CPU_ALWAYS, reader = last_reader(b, t),
            o = owner[t];
        int begin = t == b->depth ? b->depth : reader >= 0 ? backward_moment(b, reader) : end;
        first[o] = o == t || begin < first[o] ? begin : first[o];
        last[o] = o == t || end > last[o] ? end : last[o];
    }
    for (int t = least; t <= b->depth; t++) {
        size_t floats = (size_t)b->most * cpu_count(b->shapes[t]);
        bool keep = b->spec.keep;
        if (owner[t] == t)
            arena_want(&b->arena, &b->gradient[t], floats, keep ? 0 : first[t],
                       keep ? CPU_ALWAYS : last[t]);
        b->gradient_owner[t] = owner[t];
    }
    arena_want(&b->arena, &b->late, late_floats(b), 0, CPU_ALWAYS);
    if (b->spec.probe)
        arena_want(&b->arena, &b->seed, (size_t)b->most * cpu_count(b->shapes[b->depth]), 0,
                   CPU_ALWAYS);
}

/* --- scratch, heads, results --- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void want_scratch(struct backend *b)
{
    size_t partial = 0, channels = 0, image = 0, work = 0, map = 0, pool = 0, plain = 0;
    struct conv_needs most = {0, 0, 0};
    for (int u = 0; u < b->depth; u++) {
        const struct unit *t = &b->units[u];
        struct conv_needs needs = conv_needs(b, u);
        size_t c = (size_t)t->shape.c, narrow = (size_t)b->net.units[u].squeeze;
        size_t floats = (size_t)b->most * cpu_count(t->shape);
        most.scratch_bytes = larger(most.scratch_bytes, needs.scratch_bytes);
        most.scratch_bytes = larger(most.scratch_bytes, fold_scratch_bytes(b, u));
        plain = larger(plain, fold_plain_floats(b, u));
        most.columns = larger(most.columns, needs.columns);
        most.weight_gradient = larger(most.weight_gradient, needs.weight_gradient);
        partial = larger(partial, norm_partial_floats(b, u));
        channels = larger(channels, c);
        image = narrow ? larger(image, 2 * (size_t)b->most * c) : image;
        work = narrow ? larger(work, (size_t)b->most * (c + narrow)) : work;
        map = larger(map, floats);
        pool = b->net.pool.after == u ? floats : pool;
    }
    struct arena *p = &b->arena;
    arena_want(p, &b->partial, partial, 0, CPU_ALWAYS);
    arena_want(p, &b->channel, 3 * channels, 0, CPU_ALWAYS);
    arena_want(p, &b->image, image, 0, CPU_ALWAYS);
    arena_want(p, &b->work, work, 0, CPU_ALWAYS);
    arena_want_bytes(p, &b->dnn_scratch, most.scratch_bytes, 0, CPU_ALWAYS);
    arena_want(p, &b->plain, plain, 0, CPU_ALWAYS);
    arena_want(p, &b->columns, most.columns, 0, CPU_ALWAYS);
    arena_want(p, &b->weight_gradient, most.weight_gradient, 0, CPU_ALWAYS);
    if (!b->trains)
        return;
    arena_want(p, &b->raw_gradient, map, 0, CPU_ALWAYS);
    int pooled = backward_moment(b, b->net.pool.after); /* nothing is wanted without a pool */
    arena_want(p, &b->out_gradient, pool, pooled, pooled);
    arena_want(p, &b->kept_gradient, b->spec.keep ? map : 0, 0, CPU_ALWAYS);
}

static void want_heads(struct backend *b)
{
    size_t n = (size_t)b->most, features = n * (size_t)b->shapes[b->depth].c;
    size_t classes = n * (size_t)b->net.classes;
    struct arena *p = &b->arena;
    arena_want(p, &b->features, features, 0, CPU_ALWAYS);
    arena_want(p, &b->features_gradient, features, 0, CPU_ALWAYS);
    arena_want(p, &b->head_scores, n, 0, CPU_ALWAYS);
    arena_want(p, &b->score_gradient, n, 0, CPU_ALWAYS);
    arena_want(p, &b->logits, classes, 0, CPU_ALWAYS);
    arena_want(p, &b->logit_gradient, classes, 0, CPU_ALWAYS);
    for (int i = 0; i < CPU_SLOTS; i++) {
        arena_want(p, &b->slots[i].scores, n, 0, CPU_ALWAYS);
        arena_want(p, &b->slots[i].probabilities, classes, 0, CPU_ALWAYS);
    }
}

/* --- how much it is --- */

/* Of the pieces wanted since there were `from`, those that share their memory with nobody. */
static uint64_t lasting_bytes(const struct arena *p, int from)
{
    uint64_t bytes = 0;
    for (int i = from; i < p->n && i < p->room; i++)
        bytes += p->at[i].last == CPU_ALWAYS ? p->at[i].bytes : 0;
    return bytes;
}

/* Whether `more` bytes can be added to what is in use. */
static int check_limit(const struct backend *b, uint64_t more, struct err *e)
{
    char needed[32], limit[32];
    uint64_t need = more;
    for (int i = 0; i < MEMORY_KINDS; i++)
        need += b->bytes[i];
    if (!b->spec.memory_most || need <= b->spec.memory_most)
        return 0;
    str_bytes(needed, sizeof needed, (double)need);
    str_bytes(limit, sizeof limit, (double)b->spec.memory_most);
    return err_set(e, ERR_MEMORY,
                   "net %s needs %s of memory, and the limit is %s; a smaller batch or image needs "
                   "less",
                   b->net.name, needed, limit);
}

static size_t plan_samples(const struct backend *b)
{
    return b->spec.probe ? 0 : b->spec.plan_most;
}

static size_t plan_bytes(const struct backend *b)
{
    return plan_samples(b) * (sizeof *b->order + sizeof *b->draws);
}

/* The copy of an epoch's plan. */
static int make_plan_room(struct backend *b, struct err *e)
{
    b->order = mem_alloc(plan_samples(b), sizeof *b->order);
    b->draws = mem_alloc(plan_samples(b), sizeof *b->draws);
    return b->order && b->draws ? 0 : mem_error(e, "an epoch's plan", plan_bytes(b));
}

int memory_labels(struct backend *b, uint64_t bytes, struct err *e)
{
    b->bytes[MEMORY_IMAGES] = plan_bytes(b);
    if (check_limit(b, bytes, e))
        return -1;
    b->bytes[MEMORY_IMAGES] += bytes;
    return 0;
}

static int check_pool(const struct backend *b, struct err *e)
{
    const struct net_pool *p = &b->net.pool;
    if (p->after < 0 || p->kernel * p->kernel <= MOST_TAPS)
        return 0;
    return err_set(e, ERR_USAGE,
                   "net %s: a max-pool of %dx%d is too large for the CPU backend; the "
                   "largest is 15x15",
                   b->net.name, p->kernel, p->kernel);
}

int memory_open(struct backend *b, struct err *e)
{
    if (check_pool(b, e) || net_params_new(&b->params, &b->net, e) || dnn_open(&b->dnn, e) ||
        arena_init(&b->arena, b->depth * CPU_PLACES_A_UNIT + 64, e))
        return -1;
    b->param = mem_alloc((size_t)b->params->n, sizeof *b->param);
    b->units = mem_alloc((size_t)b->depth, sizeof *b->units);
    if (!b->param || !b->units)
        return mem_error(e, "units", (size_t)b->depth * sizeof *b->units);
    int result = open_convs(b, e);
    if (result)
        return result;
    want_params(b);
    b->bytes[MEMORY_WORKSPACE] =
        lasting_bytes(&b->arena, 0) - b->bytes[MEMORY_PARAMETERS] - b->bytes[MEMORY_GRADIENTS];
    want_tensors(b);
    for (int u = 0; u < b->depth; u++)
        want_unit(b, u);
    if (b->trains)
        want_gradients(b);
    int from = b->arena.n;
    want_scratch(b);
    b->bytes[MEMORY_WORKSPACE] += lasting_bytes(&b->arena, from);
    if (!b->spec.probe)
        want_heads(b);
    if (arena_commit(&b->arena, e))
        return -1;
    b->bytes[MEMORY_IMAGES] = plan_bytes(b);
    b->bytes[MEMORY_ACTIVATIONS] = b->arena.bytes - b->bytes[MEMORY_PARAMETERS] -
                                   b->bytes[MEMORY_GRADIENTS] - b->bytes[MEMORY_WORKSPACE];
    if (check_limit(b, 0, e) || make_plan_room(b, e))
        return -1;
    place_params(b);
    place_units(b);
    for (int t = 0; b->trains && t <= b->depth; t++)
        b->gradient[t] = b->gradient[b->gradient_owner[t]];
    return 0;
}

void memory_close(struct backend *b)
{
    for (int u = 0; b->units && u < b->depth; u++) {
        conv_close(&b->units[u].conv);
        fold_close(&b->units[u].fold);
    }
    mem_free(b->units);
    mem_free(b->param);
    arena_fini(&b->arena);
    dnn_close(b->dnn);
    net_params_free(b->params);
    mem_free(b->label);
    mem_free(b->label_class);
    mem_free(b->order);
    mem_free(b->draws);
}
