/* ref.c - the reference backend as others see it: open and close, values in and out, collect. */
#include "tests/ref/ref.h"

#include "base/hash.h"
#include "base/mem.h"
#include "tests/ref/ref_priv.h"

#include <stdio.h>
#include <string.h>

static const char *ref_library(void)
{
    return "naive loops in double";
}

static int ref_devices(struct backend_device *list, int room, char *why, size_t why_room)
{
    if (why_room)
        why[0] = '\0';
    if (room < 1)
        return 0;
    memset(list, 0, sizeof *list);
    snprintf(list->id, sizeof list->id, "ref");
    snprintf(list->name, sizeof list->name, "reference");
    snprintf(list->detail, sizeof list->detail, "one thread, double");
    return 1;
}

static int check_spec(const struct backend_spec *s, struct err *e)
{
    if (s->device)
        return err_set(e, ERR_NOT_FOUND, "the reference backend has device 0 only, not %d",
                       s->device);
    return 0;
}

static int largest_batch(const struct backend_spec *s)
{
    int most = 0;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        most = s->batches[i].size > most ? s->batches[i].size : most;
    return most;
}

static void ref_close(struct backend *b)
{
    if (!b)
        return;
    ref_memory_free(b);
    mem_free(b);
}

static int ref_open(struct backend **out, const struct backend_spec *spec, struct err *e)
{
    *out = NULL;
    if (check_spec(spec, e))
        return -1;
    struct backend *b = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "the reference backend", sizeof *b);
    b->net = *spec->net;
    b->spec = *spec;
    b->spec.net = &b->net;
    b->batch_most = largest_batch(spec);
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        b->trains |= spec->batches[i].trains;
    if (net_shapes(&b->net, spec->augment.height, spec->augment.width, b->shapes, e) ||
        ref_memory(b, e)) {
        ref_close(b);
        return -1;
    }
    *out = b;
    return 0;
}

/* Where the doubles of a kind and index are. */
static double *find(const struct backend *b, enum backend_kind kind, int index)
{
    switch (kind) {
    case BACKEND_TENSOR:
        return b->tensor[index];
    case BACKEND_TENSOR_GRADIENT:
        return b->gradient[index];
    case BACKEND_GRADIENT:
        return b->at[index].gradient;
    case BACKEND_MOMENTUM:
        return b->at[index].momentum;
    default:
        return b->at[index].value;
    }
}

static int ref_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                   size_t count, struct err *e)
{
    double *at = find(b, kind, index);
    (void)e;
    for (size_t i = 0; i < count; i++)
        at[i] = (double)from[i];
    if (kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT)
        ref_keep(b, at, count);
    return 0;
}

static int ref_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                   struct err *e)
{
    const double *at = find(b, kind, index);
    (void)e;
    for (size_t i = 0; i < count; i++)
        to[i] = (float)at[i];
    return 0;
}

static int ref_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    (void)e;
    *out = b->slots[b->collected++ % REF_SLOTS].result;
    return 0;
}

static void ref_usage(const struct backend *b, struct backend_usage *out)
{
    ref_memory_bytes(b, out->bytes);
    snprintf(out->detail, sizeof out->detail, "%s", ref_library());
}

#define REF_OPS(precision)                                                                         \
    {                                                                                              \
        .version = BACKEND_VERSION, .name = "ref", .usual = (precision), .library = ref_library,   \
        .devices = ref_devices, .open = ref_open, .images = ref_images, .set = ref_set,            \
        .get = ref_get, .epoch = ref_epoch, .step = ref_step, .collect = ref_collect,              \
        .usage = ref_usage, .close = ref_close,                                                    \
    }

const struct backend_ops *ref_backend_in(enum backend_precision usual)
{
    static const struct backend_ops ops[] = {[BACKEND_F32] = REF_OPS(BACKEND_F32),
                                             [BACKEND_TF32] = REF_OPS(BACKEND_TF32),
                                             [BACKEND_BF16] = REF_OPS(BACKEND_BF16)};
    return &ops[usual];
}

const struct backend_ops *ref_backend(void)
{
    return ref_backend_in(BACKEND_F32);
}

double ref_output_dot(const struct backend *b)
{
    int last = b->net.n_units;
    double sum = 0;
    for (size_t i = 0; i < (size_t)b->n * ref_count(b->shapes[last]); i++)
        sum += b->tensor[last][i] * b->gradient[last][i];
    return sum;
}

void ref_follow(struct backend *b, ref_look *look, void *context)
{
    b->look = look;
    b->look_context = context;
}

double ref_margin(const struct backend *b)
{
    return b->margin;
}

static uint64_t signs(uint64_t hash, const double *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        signed char sign = (signed char)((x[i] > 0) - (x[i] < 0));
        hash = hash_bytes(hash, &sign, 1);
    }
    return hash;
}

uint64_t ref_branches(const struct backend *b)
{
    uint64_t hash = HASH_START;
    size_t n = (size_t)b->n;
    for (int u = 0; u < b->net.n_units; u++) {
        const struct ref_unit *t = &b->units[u];
        const struct net_unit *unit = &b->net.units[u];
        if (unit->relu)
            hash = signs(hash, t->out, n * ref_count(t->conv));
        if (unit->squeeze)
            hash = signs(hash, t->reduced, n * (size_t)unit->squeeze);
        if (t->winner)
            hash = hash_bytes(hash, t->winner, n * ref_count(b->shapes[u + 1]) * sizeof *t->winner);
    }
    for (size_t i = 0; !b->spec.probe && i < n; i++) {
        double off[2] = {b->scores[i] - (double)b->label[b->order[b->first + i]], b->off[i]};
        hash = signs(hash, off, 2);
    }
    return hash;
}
