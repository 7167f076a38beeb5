/* memory.c - what an open backend holds: convolutions chosen, and every buffer planned, by the
 * lifetimes of tensors and gradients that any backend has (lifetimes.h) and by what is this one's
 * own: weights in several layouts, scratch, a second buffer of images, what borrows from what.
 */
#include "cpu/cpu.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

#define MOST_TAPS 255 /* of a pool's window: a winner is one byte */
#define ALIGNMENT 64  /* a cache line; the widest vector */

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
    arena_want(&b->arena, &b->values, b->trained, ARENA_ALWAYS);
    arena_want(&b->arena, &b->running, running, ARENA_ALWAYS);
    b->bytes[MEMORY_PARAMETERS] = (b->trained + running) * sizeof(float);
    if (!b->trains)
        return;
    arena_want(&b->arena, &b->gradients, b->trained, ARENA_ALWAYS);
    arena_want(&b->arena, &b->momenta, b->trained, ARENA_ALWAYS);
    b->bytes[MEMORY_GRADIENTS] = 2 * b->trained * sizeof(float);
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

static size_t tensor_floats(const struct backend *b, int t)
{
    return (size_t)b->most * cpu_count(b->shapes[t]);
}

static void want_tensors(struct backend *b)
{
    bool swapped = batch_overlaps(b); /* tensor 0 changes places with what is fetched ahead */
    for (int t = 0; t <= b->depth; t++)
        arena_want(&b->arena, &b->tensor[t], tensor_floats(b, t),
                   !t && swapped ? ARENA_ALWAYS : b->lives.tensor[t]);
    if (swapped)
        arena_want(&b->arena, &b->coming.images, tensor_floats(b, 0), ARENA_ALWAYS);
}

static void want_unit(struct backend *b, int u)
{
    struct unit *t = &b->units[u];
    struct arena *p = &b->arena;
    struct arena_life saved = b->lives.saved[u];
    bool pooled = b->net.pool.after == u;
    size_t floats = (size_t)b->most * cpu_count(t->shape), channels = (size_t)t->shape.c;
    if (pooled || !in_place(b))
        arena_want(p, &t->raw, floats, saved);
    if (pooled && !in_place(b) && !borrows_output(b, u))
        arena_want(p, &t->out, floats, b->lives.output[u]);
    if (pooled)
        arena_want_bytes(p, &t->winner, tensor_floats(b, u + 1), saved);
    float **lines[] = {&t->mean, &t->inverse, &t->scale, &t->shift};
    for (int i = 0; i < 4; i++) /* for good: folding fills them before the units run */
        arena_want(p, lines[i], channels, ARENA_ALWAYS);
    size_t narrow = (size_t)b->net.units[u].squeeze, images = (size_t)b->most;
    if (!narrow)
        return;
    float **wide[] = {&t->raw_mean, &t->squeezed, &t->gate};
    for (int i = 0; i < 3; i++)
        arena_want(p, wide[i], images * channels, saved);
    arena_want(p, &t->reduced, images * narrow, saved);
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

/* The largest second part of a gradient that its convolution cannot add to the first. */
static size_t late_floats(const struct backend *b)
{
    size_t most = 0;
    for (int u = 0; u < b->depth; u++) {
        size_t floats = tensor_floats(b, b->net.units[u].input);
        if (b->lives.input_part[u] == LIFETIMES_ADDED && !conv_adds(b, u) && floats > most)
            most = floats;
    }
    return most;
}

static void want_gradients(struct backend *b)
{
    for (int t = 0; t <= b->depth; t++)
        if (b->lives.owner[t] == t)
            arena_want(&b->arena, &b->gradient[t], tensor_floats(b, t), b->lives.gradient[t]);
    arena_want(&b->arena, &b->late, late_floats(b), ARENA_ALWAYS);
    if (b->spec.probe)
        arena_want(&b->arena, &b->seed, tensor_floats(b, b->depth), ARENA_ALWAYS);
}

static void place_gradients(struct backend *b)
{
    for (int t = 0; t <= b->depth; t++)
        b->gradient[t] = b->lives.owner[t] < 0 ? NULL : b->gradient[b->lives.owner[t]];
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
    arena_want(p, &b->partial, partial, ARENA_ALWAYS);
    arena_want(p, &b->channel, 3 * channels, ARENA_ALWAYS);
    arena_want(p, &b->image, image, ARENA_ALWAYS);
    arena_want(p, &b->work, work, ARENA_ALWAYS);
    arena_want_bytes(p, &b->dnn_scratch, most.scratch_bytes, ARENA_ALWAYS);
    arena_want(p, &b->plain, plain, ARENA_ALWAYS);
    arena_want(p, &b->columns, most.columns, ARENA_ALWAYS);
    arena_want(p, &b->weight_gradient, most.weight_gradient, ARENA_ALWAYS);
    if (!b->trains)
        return;
    arena_want(p, &b->raw_gradient, map, ARENA_ALWAYS);
    int pooled = lifetimes_backward(&b->net, b->net.pool.after); /* 0 floats without a pool */
    arena_want(p, &b->out_gradient, pool, (struct arena_life){pooled, pooled});
    arena_want(p, &b->kept_gradient, b->spec.keep ? map : 0, ARENA_ALWAYS);
    size_t chunks = b->spec.clip_norm > 0 ? sgd_chunks(b) : 0;
    arena_want_bytes(p, &b->squares, chunks * sizeof(double), ARENA_ALWAYS);
}

static void want_heads(struct backend *b)
{
    size_t n = (size_t)b->most, features = n * (size_t)b->shapes[b->depth].c;
    size_t classes = n * (size_t)b->net.classes;
    struct arena *p = &b->arena;
    arena_want(p, &b->features, features, ARENA_ALWAYS);
    arena_want(p, &b->features_gradient, features, ARENA_ALWAYS);
    arena_want(p, &b->head_scores, n, ARENA_ALWAYS);
    arena_want(p, &b->score_gradient, n, ARENA_ALWAYS);
    arena_want(p, &b->logits, classes, ARENA_ALWAYS);
    arena_want(p, &b->logit_gradient, classes, ARENA_ALWAYS);
    for (int i = 0; i < CPU_SLOTS; i++) {
        arena_want(p, &b->slots[i].scores, n, ARENA_ALWAYS);
        arena_want(p, &b->slots[i].probabilities, classes, ARENA_ALWAYS);
    }
}

/* --- how much it is --- */

/* Of the pieces wanted since there were `from`, those that share their memory with nobody. */
static uint64_t lasting_bytes(const struct arena *p, int from)
{
    uint64_t bytes = 0;
    for (int i = from; i < p->n && i < p->room; i++)
        bytes += p->at[i].life.last == ARENA_ALWAYS.last ? p->at[i].bytes : 0;
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

static void want_all(struct backend *b)
{
    const struct lifetimes_use use = {b->trains, b->spec.keep, b->spec.probe};
    lifetimes_of(&b->net, use, &b->lives);
    b->bytes[MEMORY_WORKSPACE] = lasting_bytes(&b->arena, 0); /* copies of weights */
    want_params(b);
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
}

static int place_all(struct backend *b, struct err *e)
{
    if (arena_settle(&b->arena, e))
        return -1;
    b->bytes[MEMORY_ACTIVATIONS] = b->arena.bytes - b->bytes[MEMORY_PARAMETERS] -
                                   b->bytes[MEMORY_GRADIENTS] - b->bytes[MEMORY_WORKSPACE];
    if (memory_labels(b, 0, e) || make_plan_room(b, e))
        return -1;
    b->block = mem_alloc_aligned(b->arena.bytes);
    if (!b->block)
        return mem_error(e, "the net's tensors and weights; a smaller batch or image needs less",
                         b->arena.bytes);
    arena_point(&b->arena, b->block);
    place_params(b);
    place_units(b);
    place_gradients(b);
    return 0;
}

int memory_open(struct backend *b, struct err *e)
{
    if (check_pool(b, e) || net_params_new(&b->params, &b->net, e) || dnn_open(&b->dnn, e) ||
        arena_init(&b->arena, b->depth * CPU_PLACES_A_UNIT + 64, ALIGNMENT, e))
        return -1;
    b->param = mem_alloc((size_t)b->params->n, sizeof *b->param);
    b->units = mem_alloc((size_t)b->depth, sizeof *b->units);
    if (!b->param || !b->units)
        return mem_error(e, "units", (size_t)b->depth * sizeof *b->units);
    int result = open_convs(b, e);
    if (result)
        return result;
    want_all(b);
    return place_all(b, e);
}

void memory_close(struct backend *b)
{
    for (int u = 0; b->units && u < b->depth; u++) {
        conv_close(&b->units[u].conv);
        fold_close(&b->units[u].fold);
    }
    mem_free(b->units);
    mem_free(b->param);
    mem_free_aligned(b->block);
    arena_fini(&b->arena);
    dnn_close(b->dnn);
    net_params_free(b->params);
    mem_free(b->label);
    mem_free(b->label_class);
    mem_free(b->order);
    mem_free(b->draws);
}
