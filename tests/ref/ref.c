/* ref.c - the door of the reference backend: open and close, values in and out, collect. */
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
    if (s->precision != BACKEND_F32)
        return err_set(e, ERR_USAGE, "the reference backend has one precision; ask for f32");
    if (s->ranks > 1)
        return err_set(e, ERR_USAGE, "the reference backend works alone, not as one of %d ranks",
                       s->ranks);
    if (s->device)
        return err_set(e, ERR_NOT_FOUND, "the reference backend has device 0 only, not %d",
                       s->device);
    if (s->probe)
        return 0;
    if (!s->net->heads || s->net->in_channels != 3)
        return err_set(e, ERR_USAGE, "net %s needs heads and 3 input channels to take images",
                       s->net->name);
    if (s->net->classes != s->loss.classes)
        return err_set(e, ERR_USAGE, "net %s has %d classes, the loss has %d", s->net->name,
                       s->net->classes, s->loss.classes);
    return 0;
}

static int largest_batch(const struct backend_spec *s, struct err *e)
{
    int most = 0;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++) {
        if (s->batches[i] < 0)
            return err_set(e, ERR_USAGE, "a batch of %d samples cannot be", s->batches[i]);
        most = s->batches[i] > most ? s->batches[i] : most;
    }
    return most ? most : err_set(e, ERR_USAGE, "no batch size was given to open for");
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
    int most = check_spec(spec, e) ? -1 : largest_batch(spec, e);
    if (most < 0)
        return -1;
    if (spec->cancel && atomic_load(spec->cancel))
        return 1;
    struct backend *b = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "the reference backend", sizeof *b);
    b->net = *spec->net;
    b->spec = *spec;
    b->spec.net = &b->net;
    b->batch_most = most;
    if (net_shapes(&b->net, spec->augment.height, spec->augment.width, b->shapes, e) ||
        ref_memory(b, e)) {
        ref_close(b);
        return -1;
    }
    *out = b;
    return 0;
}

/* Where the doubles of a kind and index are, and how many: or an error. */
static int find(struct backend *b, enum backend_kind kind, int index, double **at, size_t *count,
                struct err *e)
{
    bool tensor = kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT;
    int n = tensor ? b->net.n_units + 1 : b->params->n;
    if (b->started != b->collected)
        return err_set(e, ERR_STATE, "values cannot be read or written while a step is in flight");
    if (kind > BACKEND_TENSOR_GRADIENT || index < 0 || index >= n)
        return err_set(e, ERR_USAGE, "there is no tensor %d of kind %d; the net has %d", index,
                       (int)kind, n);
    if (tensor) {
        *at = kind == BACKEND_TENSOR ? b->tensor[index] : b->gradient[index];
        *count = (size_t)b->n * ref_count(b->shapes[index]);
        return *at ? 0 : err_set(e, ERR_USAGE, "tensor %d has no gradient here", index);
    }
    struct ref_param *p = &b->at[index];
    *at = kind == BACKEND_PARAM ? p->value : kind == BACKEND_GRADIENT ? p->gradient : p->momentum;
    *count = b->params->at[index].count;
    return *at ? 0
               : err_set(e, ERR_USAGE, "%s is not trained here: it has a value only",
                         b->params->at[index].name);
}

static int check_count(const struct backend *b, enum backend_kind kind, int index, size_t given,
                       size_t count, struct err *e)
{
    if (given == count)
        return 0;
    if (kind == BACKEND_TENSOR || kind == BACKEND_TENSOR_GRADIENT)
        return err_set(e, ERR_USAGE, "tensor %d has %zu values in a batch of %d, not %zu", index,
                       count, b->n, given);
    return err_set(e, ERR_USAGE, "%s has %zu values, not %zu", b->params->at[index].name, count,
                   given);
}

static int ref_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                   size_t count, struct err *e)
{
    double *at;
    size_t wanted;
    if (find(b, kind, index, &at, &wanted, e) || check_count(b, kind, index, count, wanted, e))
        return -1;
    bool input = kind == BACKEND_TENSOR && index == 0;
    bool output = kind == BACKEND_TENSOR_GRADIENT && index == b->net.n_units;
    if (kind >= BACKEND_TENSOR && !(b->spec.probe && (input || output)))
        return err_set(e, ERR_USAGE, "only a probe's input and its output's gradient can be set");
    for (size_t i = 0; i < count; i++)
        at[i] = (double)from[i];
    b->graded |= kind == BACKEND_GRADIENT;
    return 0;
}

static int ref_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                   struct err *e)
{
    double *at;
    size_t wanted;
    if (find(b, kind, index, &at, &wanted, e) || check_count(b, kind, index, count, wanted, e))
        return -1;
    if (kind >= BACKEND_TENSOR && !b->spec.keep)
        return err_set(e, ERR_STATE, "tensor %d was not kept: open with keep", index);
    for (size_t i = 0; i < count; i++)
        to[i] = (float)at[i];
    return 0;
}

static int ref_epoch_begin(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    if (b->started != b->collected)
        return err_set(e, ERR_STATE, "an epoch begins while a step is in flight");
    if (ref_epoch(b, plan, e))
        return -1;
    b->forwarded = false;
    return 0;
}

static int ref_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    if (b->started == b->collected)
        return err_set(e, ERR_STATE, "no step is in flight to collect");
    *out = b->slots[b->collected++ % REF_SLOTS].result;
    return 0;
}

static void ref_usage(const struct backend *b, struct backend_usage *out)
{
    memset(out, 0, sizeof *out);
    out->bytes = out->peak_bytes = ref_memory_bytes(b);
    snprintf(out->detail, sizeof out->detail, "%s", ref_library());
}

const struct backend_ops *ref_backend(void)
{
    static const struct backend_ops ops = {
        .version = BACKEND_VERSION,
        .name = "ref",
        .library = ref_library,
        .devices = ref_devices,
        .open = ref_open,
        .images = ref_images,
        .set = ref_set,
        .get = ref_get,
        .epoch = ref_epoch_begin,
        .step = ref_step,
        .collect = ref_collect,
        .usage = ref_usage,
        .close = ref_close,
    };
    return &ops;
}

double ref_output_dot(const struct backend *b)
{
    int last = b->net.n_units;
    double sum = 0;
    for (size_t i = 0; i < (size_t)b->n * ref_count(b->shapes[last]); i++)
        sum += b->tensor[last][i] * b->gradient[last][i];
    return sum;
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
