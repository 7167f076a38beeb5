/* memory.c - what an open net holds on the device: one block, planned by the lifetimes of tensors
 * and gradients that any backend has (lifetimes.h). The plan needs no device, so that it can be
 * made again to tell which batch would fit. */
#include "cuda/cuda_priv.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#define ALIGNMENT 256
#define PLACES_A_UNIT 16
#define PLACES_BESIDE 64

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* --- parameters: three blocks of trained values, one of running statistics --- */

static void want_params(struct backend *b)
{
    struct arena *p = &b->arena;
    p->purpose = MEMORY_PARAMETERS;
    arena_want(p, &b->values, b->trained, ARENA_ALWAYS);
    arena_want(p, &b->statistics, b->running, ARENA_ALWAYS);
    if (b->type == ELEMENT_BF16)
        arena_want_bytes(p, &b->copies, b->trained * sizeof *b->copies, ARENA_ALWAYS);
    if (!b->trains)
        return;
    p->purpose = MEMORY_GRADIENTS;
    arena_want(p, &b->gradients, b->trained, ARENA_ALWAYS);
    arena_want(p, &b->momenta, b->trained, ARENA_ALWAYS);
}

static void place_params(struct backend *b)
{
    for (int i = 0; i < b->params->n; i++) {
        struct param *p = &b->param[i];
        bool trained = net_role_trained(b->params->at[i].role);
        p->value = (trained ? b->values : b->statistics) + p->offset;
        p->copy = trained && b->copies ? (void *)(b->copies + p->offset) : p->value;
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

static size_t tensor_bytes(const struct backend *b, int t)
{
    return (size_t)b->most * cuda_count(b, t) * element_bytes(b->type);
}

static size_t raw_bytes(const struct backend *b, int u)
{
    return map_count(b->units[u].raw_map) * element_bytes(b->type);
}

static void want_unit(struct backend *b, int u)
{
    const struct net_unit *unit = &b->net.units[u];
    struct unit *t = &b->units[u];
    struct arena *p = &b->arena;
    struct arena_life saved = b->lives.saved[u];
    bool pooled = b->net.pool.after == u;
    if (pooled || !in_place(b))
        arena_want_bytes(p, &t->raw, raw_bytes(b, u), saved);
    if (pooled)
        arena_want_bytes(p, &t->winner, (size_t)b->most * cuda_count(b, u + 1), saved);
    else if (b->trains && unit->relu && (unit->shortcut >= 0 || unit->squeeze))
        arena_want_bytes(p, &t->mask, (map_count(t->raw_map) + 7) / 8, saved);
    size_t channels = (size_t)t->raw_map.c, images = (size_t)b->most;
    float **lines[] = {&t->mean, &t->inverse, &t->scale, &t->shift};
    for (int i = 0; i < 4; i++)
        arena_want(p, lines[i], channels, ARENA_ALWAYS);
    if (!unit->squeeze)
        return;
    float **wide[] = {&t->gate.image_mean, &t->gate.squeezed, &t->gate.gate};
    for (int i = 0; i < 3; i++)
        arena_want(p, wide[i], images * channels, saved);
    arena_want(p, &t->gate.reduced, images * (size_t)unit->squeeze, saved);
}

static void want_activations(struct backend *b)
{
    b->arena.purpose = MEMORY_ACTIVATIONS;
    for (int t = 0; t <= b->depth; t++)
        arena_want_bytes(&b->arena, &b->tensor[t], tensor_bytes(b, t), b->lives.tensor[t]);
    for (int u = 0; u < b->depth; u++)
        want_unit(b, u);
    for (int t = 0; t <= b->depth; t++)
        if (b->lives.owner[t] == t)
            arena_want_bytes(&b->arena, &b->gradient[t], tensor_bytes(b, t), b->lives.gradient[t]);
    if (b->trains && b->spec.probe)
        arena_want_bytes(&b->arena, &b->seed, tensor_bytes(b, b->depth), ARENA_ALWAYS);
}

static void place_activations(struct backend *b)
{
    for (int u = 0; u < b->depth; u++)
        if (!b->units[u].raw)
            b->units[u].raw = b->tensor[u + 1];
    for (int t = 0; t <= b->depth; t++)
        b->gradient[t] = b->lives.owner[t] < 0 ? NULL : b->gradient[b->lives.owner[t]];
}

/* --- scratch and heads --- */

/* Moments or sums of a unit's parts, in the batch size that needs most. */
static size_t sums_floats(const struct backend *b, int u)
{
    const struct unit *t = &b->units[u];
    size_t most = 0;
    for (int i = 0; i < b->n_batches; i++) {
        struct map m = t->raw_map;
        m.n = b->batches[i].size;
        int parts = (int)larger((size_t)parts_of(m).n, (size_t)t->way[i][CONV_FORWARD].parts.n);
        most = larger(most, (size_t)m.n * (size_t)parts * 2 * (size_t)m.c);
    }
    return most;
}

static void want_scratch(struct backend *b)
{
    size_t sums = 0, raw = 0, line = 0, lines = 0, gated = 0, narrow = 0;
    struct arena *p = &b->arena;
    for (int u = 0; u < b->depth; u++) {
        size_t c = (size_t)b->units[u].raw_map.c, images = (size_t)b->most;
        size_t squeeze = (size_t)b->net.units[u].squeeze;
        sums = larger(sums, sums_floats(b, u));
        raw = larger(raw, raw_bytes(b, u));
        line = larger(line, c);
        lines = larger(lines, squeeze ? images * c : c);
        gated = larger(gated, squeeze ? images * c : 0);
        narrow = larger(narrow, images * squeeze);
    }
    p->purpose = MEMORY_WORKSPACE;
    arena_want_bytes(p, &b->workspace, b->workspace_bytes, ARENA_ALWAYS);
    arena_want(p, &b->sums, sums, ARENA_ALWAYS);
    arena_want_bytes(p, &b->tickets, NORM_TICKETS(line) * sizeof *b->tickets, ARENA_ALWAYS);
    if (!b->trains)
        return;
    arena_want_bytes(p, &b->raw_gradient, raw, ARENA_ALWAYS);
    arena_want(p, &b->factors.a, lines, ARENA_ALWAYS);
    arena_want(p, &b->factors.b, lines, ARENA_ALWAYS);
    arena_want(p, &b->factors.k, line, ARENA_ALWAYS);
    arena_want(p, &b->gate_gradient, gated, ARENA_ALWAYS);
    arena_want(p, &b->squeezed_gradient, gated, ARENA_ALWAYS);
    arena_want(p, &b->reduced_gradient, narrow, ARENA_ALWAYS);
    size_t chunks = b->spec.clip_norm > 0 ? (b->trained + SGD_CHUNK - 1) / SGD_CHUNK : 0;
    arena_want_bytes(p, &b->squares, chunks * sizeof *b->squares, ARENA_ALWAYS);
    int pool = b->net.pool.after;
    if (pool < 0)
        return;
    int moment = lifetimes_backward(&b->net, pool);
    arena_want_bytes(p, &b->out_gradient, raw_bytes(b, pool), (struct arena_life){moment, moment});
}

static void want_heads(struct backend *b)
{
    size_t n = (size_t)b->most, classes = n * (size_t)b->net.classes;
    struct arena *p = &b->arena;
    p->purpose = MEMORY_ACTIVATIONS;
    arena_want(p, &b->features, n * (size_t)b->shapes[b->depth].c, ARENA_ALWAYS);
    arena_want(p, &b->head_scores, n, ARENA_ALWAYS);
    arena_want(p, &b->score_gradient, n, ARENA_ALWAYS);
    arena_want(p, &b->logits, classes, ARENA_ALWAYS);
    arena_want(p, &b->class_gradient, classes, ARENA_ALWAYS);
}

/* --- how much it is --- */

/* Whatever shares memory counts as activations. */
static void count_bytes(struct backend *b)
{
    static const enum backend_memory own[] = {MEMORY_PARAMETERS, MEMORY_GRADIENTS,
                                              MEMORY_WORKSPACE};
    b->bytes[MEMORY_IMAGES] = cuda_batch_bytes(b);
    b->bytes[MEMORY_ACTIVATIONS] = b->arena.bytes;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        b->bytes[own[i]] = arena_own_bytes(&b->arena, own[i]);
        b->bytes[MEMORY_ACTIVATIONS] -= b->bytes[own[i]];
    }
}

static int plan(struct backend *b, struct err *e)
{
    if (arena_init(&b->arena, b->depth * PLACES_A_UNIT + PLACES_BESIDE, ALIGNMENT, e))
        return -1;
    want_params(b);
    want_activations(b);
    want_scratch(b);
    if (!b->spec.probe)
        want_heads(b);
    if (arena_settle(&b->arena, e))
        return -1;
    count_bytes(b);
    return 0;
}

int cuda_memory_plan(const struct backend_spec *spec, size_t workspace,
                     uint64_t bytes[MEMORY_KINDS], struct err *e)
{
    struct backend *b = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "the plan of memory", sizeof *b);
    b->workspace_bytes = workspace;
    int result = cuda_layout_open(b, spec, e) || plan(b, e) ? -1 : 0;
    memcpy(bytes, b->bytes, sizeof b->bytes);
    arena_fini(&b->arena);
    cuda_layout_close(b);
    mem_free(b);
    return result;
}

static uint64_t sum_of(const uint64_t bytes[MEMORY_KINDS])
{
    uint64_t sum = 0;
    for (int i = 0; i < MEMORY_KINDS; i++)
        sum += bytes[i];
    return sum;
}

/* What the net would need with no batch larger than `most`. */
static uint64_t needed_at(const struct backend *b, int most)
{
    uint64_t bytes[MEMORY_KINDS];
    struct backend_spec spec = b->spec;
    struct err ignored;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        if (spec.batches[i].size > most)
            spec.batches[i].size = most;
    return cuda_memory_plan(&spec, b->workspace_bytes, bytes, &ignored) ? UINT64_MAX
                                                                        : sum_of(bytes);
}

/* The largest batch with which the net would need no more than that; 0 = none. */
static int fitting_batch(const struct backend *b, uint64_t bytes)
{
    int fits = 0, over = b->most;
    while (over - fits > 1) {
        int middle = fits + (over - fits) / 2;
        if (needed_at(b, middle) <= bytes)
            fits = middle;
        else
            over = middle;
    }
    return fits;
}

static int check_limit(const struct backend *b, struct err *e)
{
    char needed[32], there[32], advice[80] = "not even a batch of 1 would fit; use smaller images";
    uint64_t need = sum_of(b->bytes), room, all;
    device_memory(b->device, &room, &all);
    bool limited = b->spec.memory_most && b->spec.memory_most < room;
    if (limited)
        room = b->spec.memory_most;
    if (need <= room)
        return 0;
    int fits = fitting_batch(b, room);
    if (fits)
        snprintf(advice, sizeof advice, "a batch of %d would fit", fits);
    str_bytes(needed, sizeof needed, (double)need);
    str_bytes(there, sizeof there, (double)room);
    return err_set(e, ERR_MEMORY,
                   "net %s needs %s of device memory in batches of %d, and %s %s; %s", b->net.name,
                   needed, b->most, there, limited ? "is the limit" : "are free", advice);
}

/* --- on the host --- */

static size_t transfer_bytes(const struct backend *b)
{
    size_t floats = 0;
    for (int i = 0; i < b->params->n; i++)
        floats = larger(floats, b->param[i].stored);
    bool tensors = b->spec.keep || b->spec.probe;
    for (int t = tensors ? 0 : b->depth; t <= b->depth; t++)
        floats = larger(floats, (size_t)b->most * cuda_count(b, t));
    return floats * sizeof(float);
}

static int slots_open(struct backend *b, struct err *e)
{
    size_t n = (size_t)b->most, classes = n * (size_t)b->net.classes;
    for (int i = 0; i < CUDA_SLOTS; i++) {
        struct slot *s = &b->slots[i];
        s->scores = mem_alloc(n, sizeof *s->scores);
        s->probabilities = mem_alloc(classes, sizeof *s->probabilities);
        if (!s->scores || !s->probabilities)
            return mem_error(e, "results", (n + classes) * sizeof *s->scores);
    }
    return 0;
}

/* --- open and close --- */

/* Padding is zero and stays so: its gradients are. */
static int clear_params(struct backend *b, struct err *e)
{
    float *trained[] = {b->values, b->gradients, b->momenta};
    for (int i = 0; i < (b->trains ? 3 : 1); i++)
        if (device_clear(b->device, trained[i], b->trained * sizeof(float), e))
            return -1;
    return device_clear(b->device, b->statistics, b->running * sizeof(float), e);
}

static int clear_tickets(struct backend *b, struct err *e)
{
    int line = 0;
    for (int u = 0; u < b->depth; u++)
        line = b->units[u].raw_map.c > line ? b->units[u].raw_map.c : line;
    return device_clear(b->device, b->tickets, NORM_TICKETS((size_t)line) * sizeof *b->tickets, e);
}

int cuda_memory_open(struct backend *b, struct err *e)
{
    if (plan(b, e) || check_limit(b, e) ||
        device_alloc(b->device, b->arena.bytes, "the net's tensors and weights", &b->block, e) ||
        device_pin(b->device, transfer_bytes(b), "values on their way", &b->transfer, e) ||
        device_alloc(b->device, sizeof(unsigned long long), "a count of faults", &b->bad, e) ||
        slots_open(b, e))
        return -1;
    arena_point(&b->arena, b->block);
    place_params(b);
    place_activations(b);
    b->stale = true;
    return clear_params(b, e) || clear_tickets(b, e) ? -1 : 0;
}

void cuda_memory_close(struct backend *b)
{
    for (int i = 0; i < CUDA_SLOTS; i++) {
        mem_free(b->slots[i].scores);
        mem_free(b->slots[i].probabilities);
    }
    if (b->device) {
        device_unpin(b->device, b->transfer);
        device_free(b->device, b->bad);
        device_free(b->device, b->block);
    }
    arena_fini(&b->arena);
}
