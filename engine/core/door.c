/* door.c - see door.h: the calls, and what each changes of what may come next. */
#include "engine/core/door_priv.h"

#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <string.h>

const char *const door_precision_names[] = {[BACKEND_AUTO] = "auto",
                                            [BACKEND_F32] = "f32",
                                            [BACKEND_TF32] = "tf32",
                                            [BACKEND_BF16] = "bf16",
                                            NULL};

static bool is_cancelled(const struct backend_spec *s)
{
    return s->cancel && atomic_load(s->cancel);
}

static bool any_trains(const struct backend_spec *s)
{
    bool trains = false;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        trains |= s->batches[i].size && s->batches[i].trains;
    return trains;
}

int door_open(struct door **out, const struct backend_ops *ops, const struct backend_spec *spec,
              struct err *e)
{
    *out = NULL;
    if (!ops->open)
        return err_set(e, ERR_DEVICE,
                       "the %s backend of this version lists devices, but cannot train on them; "
                       "use another --device",
                       ops->name);
    if (door_check_spec(spec, e))
        return -1;
    if (is_cancelled(spec))
        return 1;
    struct door *d = mem_alloc(1, sizeof *d);
    if (!d)
        return mem_error(e, "an open net", sizeof *d);
    d->ops = ops;
    d->net = *spec->net;
    d->spec = *spec;
    d->spec.net = &d->net;
    if (spec->precision == BACKEND_AUTO)
        d->spec.precision = ops->usual;
    d->trains = any_trains(spec);
    int result = net_shapes(&d->net, spec->augment.height, spec->augment.width, d->shapes, e) ||
                         net_params_new(&d->params, &d->net, e)
                     ? -1
                     : ops->open(&d->backend, &d->spec, e);
    if (result) {
        door_close(d);
        return result;
    }
    *out = d;
    return 0;
}

void door_close(struct door *d)
{
    if (!d)
        return;
    if (d->backend)
        d->ops->close(d->backend);
    net_params_free(d->params);
    mem_free(d);
}

int door_images(struct door *d, const struct image_set *set, const float *scores,
                const int *classes, struct err *e)
{
    if (door_check_images(d, set, classes, e))
        return -1;
    int result = d->ops->images(d->backend, set, scores, classes, e);
    if (result)
        return result;
    d->n_images = set->n;
    d->place = set->place;
    d->planned = d->next = 0;
    d->forwarded = false;
    return 0;
}

int door_set(struct door *d, enum backend_kind kind, int index, const float *from, size_t count,
             struct err *e)
{
    if (door_check_set(d, kind, index, count, e) ||
        d->ops->set(d->backend, kind, index, from, count, e))
        return -1;
    d->graded |= kind == BACKEND_GRADIENT;
    return 0;
}

int door_get(struct door *d, enum backend_kind kind, int index, float *to, size_t count,
             struct err *e)
{
    if (door_check_get(d, kind, index, count, e))
        return -1;
    return d->ops->get(d->backend, kind, index, to, count, e);
}

int door_set_initial(struct door *d, uint64_t seed, struct err *e)
{
    size_t most = 0;
    for (int i = 0; i < d->params->n; i++)
        if (d->params->at[i].count > most)
            most = d->params->at[i].count;
    float *values = mem_alloc(most, sizeof *values);
    if (!values)
        return mem_error(e, "initial weights", most * sizeof *values);
    int result = 0;
    for (int i = 0; !result && i < d->params->n; i++) {
        net_init_param(d->params, i, seed, values);
        result = door_set(d, BACKEND_PARAM, i, values, d->params->at[i].count, e);
    }
    mem_free(values);
    return result;
}

int door_epoch(struct door *d, const struct backend_plan *plan, struct err *e)
{
    if (door_check_plan(d, plan, e))
        return -1;
    int result = d->ops->epoch(d->backend, plan, e);
    if (result)
        return result;
    d->planned = plan->n;
    d->batch = plan->batch;
    d->next = 0;
    d->forwarded = false;
    if (d->spec.probe)
        d->n = plan->batch;
    return 0;
}

int door_step(struct door *d, unsigned phases, struct err *e)
{
    if (is_cancelled(&d->spec))
        return 1;
    if (door_check_step(d, phases, e))
        return -1;
    int result = d->ops->step(d->backend, phases, e);
    if (result)
        return result;
    if (phases & (BACKEND_FORWARD | BACKEND_EVAL)) {
        d->n = door_next_batch(d);
        d->next += (size_t)d->n;
        d->forwarded = phases & BACKEND_FORWARD;
    }
    if (phases & BACKEND_BACKWARD) {
        d->forwarded = d->spec.keep; /* else gradients lie where its activations were */
        d->graded = true;
    }
    d->in_flight++;
    return 0;
}

int door_collect(struct door *d, struct backend_result *out, struct err *e)
{
    if (!d->in_flight)
        return err_set(e, ERR_STATE, "no step is in flight to collect");
    d->in_flight--;
    return d->ops->collect(d->backend, out, e);
}

const struct net_params *door_params(const struct door *d)
{
    return d->params;
}

const char *door_name(const struct door *d)
{
    return d->ops->name;
}

const char *door_library(const struct door *d)
{
    return d->ops->library();
}

void door_device(const struct door *d, struct backend_device *out)
{
    struct backend_device list[BACKEND_MAX_DEVICES];
    char why[256] = "";
    memset(out, 0, sizeof *out);
    if (d->spec.device < d->ops->devices(list, BACKEND_MAX_DEVICES, why, sizeof why))
        *out = list[d->spec.device];
    else
        str_copy(out->name, sizeof out->name, d->ops->name);
}

const char *door_precision(const struct door *d)
{
    return door_precision_names[d->spec.precision];
}

const char *door_algorithms(const struct door *d)
{
    return d->ops->algorithms ? d->ops->algorithms(d->backend) : NULL;
}

const char *door_notes(const struct door *d)
{
    const char *text = d->ops->notes ? d->ops->notes(d->backend) : NULL;
    return text ? text : "";
}

const char *door_remarks(const struct door *d)
{
    const char *text = d->ops->remarks ? d->ops->remarks(d->backend) : NULL;
    return text ? text : "";
}

void door_usage(const struct door *d, struct backend_usage *out)
{
    *out = (struct backend_usage){.load = NAN, .temperature_c = NAN, .power_w = NAN};
    d->ops->usage(d->backend, out);
}

uint64_t door_bytes(const struct backend_usage *usage)
{
    uint64_t bytes = 0;
    for (int i = 0; i < MEMORY_KINDS; i++)
        bytes += usage->bytes[i];
    return bytes;
}

const char *door_memory_name(enum backend_memory kind)
{
    static const char *const names[MEMORY_KINDS] = {
        [MEMORY_PARAMETERS] = "parameters",   [MEMORY_GRADIENTS] = "gradients and momenta",
        [MEMORY_ACTIVATIONS] = "activations", [MEMORY_WORKSPACE] = "workspace",
        [MEMORY_IMAGES] = "plan and images",
    };
    return names[kind];
}

void door_profile(struct door *d, struct backend_profile *out)
{
    memset(out, 0, sizeof *out);
    if (d->ops->profile)
        d->ops->profile(d->backend, out);
}

struct backend *door_backend(const struct door *d)
{
    return d->backend;
}
