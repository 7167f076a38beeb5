/* backend_case.c - see backend_case.h. One thread. */
#include "tests/kit/backend_case.h"

#include "base/mem.h"
#include "base/philox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void case_bail(const char *what, const struct err *e)
{
    printf("Bail out! %s: %s\n", what, e ? e->text : "out of memory");
    exit(1);
}

static void *block(size_t count, size_t size)
{
    void *p = mem_alloc(count, size);
    if (!p)
        case_bail("a test's values", NULL);
    return p;
}

void case_net(const struct backend_case *c, struct net *net)
{
    net_start(net, c->name, c->channels);
    net->pool = c->pool;
    int channels[CASE_UNITS + 1] = {c->channels};
    for (int u = 0; u < CASE_UNITS && c->units[u].out; u++) {
        const struct case_unit *from = &c->units[u];
        struct net_unit unit = {.input = from->input,
                                .shortcut = from->shortcut,
                                .in = channels[from->input],
                                .out = from->out,
                                .kernel = from->kernel,
                                .stride = from->stride,
                                .pad = from->kernel / 2,
                                .groups = from->groups,
                                .squeeze = from->squeeze,
                                .relu = from->relu};
        snprintf(unit.conv, sizeof unit.conv, "u%d.conv", u);
        snprintf(unit.norm, sizeof unit.norm, "u%d.bn", u);
        snprintf(unit.se, sizeof unit.se, "u%d.se", u);
        channels[u + 1] = unit.out;
        net_add_unit(net, &unit);
    }
}

void case_values(float *to, size_t count, uint64_t seed, float low, float high)
{
    for (size_t i = 0; i < count; i++) {
        struct philox r = philox4x32(seed, (uint32_t)i, (uint32_t)(i >> 32), 0, 0);
        to[i] = low + (high - low) * philox_unit(r.v[0]);
    }
}

/* Limits of the uniform values of a parameter: a layer keeps the size of what goes through it. */
static void param_values(const struct net_param *p, uint64_t seed, float *to)
{
    float fan_in = p->rank > 1 ? (float)p->count / (float)p->dims[0] : 1;
    float wide = sqrtf(6 / fan_in);
    switch (p->role) {
    case NET_GAMMA:
    case NET_VAR:
        case_values(to, p->count, seed, 0.5f, 1.5f);
        break;
    case NET_CONV:
    case NET_SE_W1:
    case NET_SE_W2:
    case NET_SCORE_W:
    case NET_CLASS_W:
        case_values(to, p->count, seed, -wide, wide);
        break;
    case NET_BETA:
    case NET_MEAN:
    case NET_SE_B1:
    case NET_SE_B2:
    case NET_SCORE_B:
    case NET_CLASS_B:
        case_values(to, p->count, seed, -0.5f, 0.5f);
        break;
    }
}

size_t subject_count(const struct subject *s, enum backend_kind kind, int index)
{
    if (kind != BACKEND_TENSOR && kind != BACKEND_TENSOR_GRADIENT)
        return s->params->at[index].count;
    struct net_shape t = s->shapes[index];
    return (size_t)s->batch * (size_t)t.h * (size_t)t.w * (size_t)t.c;
}

float *subject_get(const struct subject *s, enum backend_kind kind, int index)
{
    struct err e;
    size_t count = subject_count(s, kind, index);
    float *values = block(count, sizeof *values);
    if (door_get(s->door, kind, index, values, count, &e))
        case_bail("get", &e);
    return values;
}

void subject_set(const struct subject *s, enum backend_kind kind, int index, const float *from)
{
    struct err e;
    if (door_set(s->door, kind, index, from, subject_count(s, kind, index), &e))
        case_bail("set", &e);
}

void subject_fill(const struct subject *s, uint64_t seed)
{
    for (int i = 0; i < s->params->n; i++) {
        float *values = block(s->params->at[i].count, sizeof *values);
        param_values(&s->params->at[i], seed + (uint64_t)i, values);
        subject_set(s, BACKEND_PARAM, i, values);
        mem_free(values);
    }
}

void subject_open(struct subject *s, const struct backend_ops *ops, const struct backend_spec *spec,
                  uint64_t seed)
{
    struct err e;
    memset(s, 0, sizeof *s);
    s->net = *spec->net;
    s->probe = spec->probe;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        s->batch_most =
            spec->batches[i].size > s->batch_most ? spec->batches[i].size : s->batch_most;
    if (net_shapes(&s->net, spec->augment.height, spec->augment.width, s->shapes, &e) ||
        door_open(&s->door, ops, spec, &e))
        case_bail("open", &e);
    s->b = door_backend(s->door);
    s->params = door_params(s->door);
    subject_fill(s, seed);
}

void subject_close(struct subject *s)
{
    door_close(s->door);
}

void subject_feed(struct subject *s, int batch, double learning_rate, uint64_t seed)
{
    struct err e;
    struct backend_plan plan = {.n = (size_t)batch, .batch = batch, .learning_rate = learning_rate};
    if (door_epoch(s->door, &plan, &e))
        case_bail("epoch", &e);
    s->batch = batch;
    enum backend_kind kinds[2] = {BACKEND_TENSOR, BACKEND_TENSOR_GRADIENT};
    int tensors[2] = {0, s->net.n_units};
    for (int i = 0; i < 2; i++) {
        size_t count = subject_count(s, kinds[i], tensors[i]);
        float *values = block(count, sizeof *values);
        case_values(values, count, seed + 1000 + (uint64_t)i, -2, 2);
        subject_set(s, kinds[i], tensors[i], values);
        mem_free(values);
    }
}

void subject_probe(struct subject *s, const struct backend_ops *ops, const struct backend_case *c,
                   uint64_t seed)
{
    struct net net;
    case_net(c, &net);
    struct backend_spec spec = {
        .net = &net,
        .augment = {.height = c->height, .width = c->width},
        .batches = {case_batch(c->batch), case_batch(c->batch > 2 ? c->batch - 1 : 2)},
        .momentum = 0.9,
        .weight_decay = 0.01,
        .probe = true,
        .keep = true,
        .deterministic = true,
        .threads = 1};
    subject_open(s, ops, &spec, seed);
    subject_feed(s, c->batch, 0, seed);
}

struct backend_result subject_step(struct subject *s, unsigned phases)
{
    struct err e;
    struct backend_result r;
    if (door_step(s->door, phases, &e))
        case_bail("step", &e);
    if (door_collect(s->door, &r, &e))
        case_bail("collect", &e);
    s->batch = r.n;
    return r;
}

/* Where the user's programs keep choices, if it is there: on a GPU two opens choose alike only by
 * what the first has kept. NULL under `make check`. */
static const char *cache_folder(void)
{
    static char path[300];
    const char *home = getenv("XDG_CACHE_HOME");
    if (home)
        snprintf(path, sizeof path, "%s/combolab", home);
    return home && !access(path, W_OK) ? path : NULL;
}

struct backend_spec case_spec(const struct net *net, enum loss_kind kind, int height, int width)
{
    struct backend_spec spec = {.net = net,
                                .cache = cache_folder(),
                                .augment = {.height = height,
                                            .width = width,
                                            .random_crop = true,
                                            .flip_probability = 0.5,
                                            .mean = {0.485f, 0.456f, 0.406f},
                                            .deviation = {0.229f, 0.224f, 0.225f}},
                                .plan_most = 256,
                                .momentum = 0.9,
                                .weight_decay = 0.01,
                                .deterministic = true,
                                .threads = 1};
    const double weights[LOSS_MAX_TERMS] = {2, 1, 1};
    const int classes[9] = {0, 1, 1, 2, 2, 2, 3, 3, 4};
    loss_spec_init(&spec.loss, kind, weights, 5, classes, 9);
    return spec;
}

/* Smooth shades with some noise, so that neighbouring pixels and images differ. */
static void paint(uint8_t *to, int height, int width, uint64_t seed)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            struct philox r = philox4x32(seed, (uint32_t)y, (uint32_t)x, 0, 0);
            for (int c = 0; c < 3; c++)
                *to++ = (uint8_t)((r.v[c] >> 25) + (uint32_t)(y * 5 + x * (3 + c)) % 128);
        }
}

void case_images(struct case_images *out, size_t n, const struct augment_spec *augment,
                 uint64_t seed)
{
    int height = augment->height + 5, width = augment->width + 3;
    size_t bytes = (size_t)height * (size_t)width * 3;
    uint8_t *pixels = block(n, bytes);
    struct image_place *place = block(n, sizeof *place);
    out->scores = block(n, sizeof *out->scores);
    out->classes = block(n, sizeof *out->classes);
    out->order = block(n, sizeof *out->order);
    out->draws = block(n, sizeof *out->draws);
    case_values(out->scores, n, seed, 1, 5);
    for (size_t i = 0; i < n; i++) {
        paint(pixels + i * bytes, height, width, seed + i);
        place[i] = (struct image_place){i * bytes, (uint16_t)height, (uint16_t)width, 128};
        out->classes[i] = (int)ceilf(out->scores[i] - 0.5f) - 1;
        out->order[i] = (uint32_t)(n - 1 - i);
        out->draws[i] = augment_draw_sample(augment, seed, 0, (uint32_t)i, height, width, 128);
    }
    out->set = (struct image_set){.n = n, .pixels = pixels, .place = place};
}

void case_images_free(struct case_images *i)
{
    mem_free((void *)(uintptr_t)i->set.pixels);
    mem_free((void *)(uintptr_t)i->set.place);
    mem_free(i->scores);
    mem_free(i->classes);
    mem_free(i->order);
    mem_free(i->draws);
}

void subject_show(const struct subject *s, const struct case_images *images)
{
    struct err e;
    if (door_images(s->door, &images->set, images->scores, images->classes, &e))
        case_bail("images", &e);
}

void subject_plan(const struct subject *s, const struct case_images *images, int batch, double rate)
{
    struct err e;
    struct backend_plan plan = case_plan(images, batch, rate);
    if (door_epoch(s->door, &plan, &e))
        case_bail("epoch", &e);
}

struct backend_plan case_plan(const struct case_images *images, int batch, double rate)
{
    return (struct backend_plan){.n = images->set.n,
                                 .order = images->order,
                                 .draws = images->draws,
                                 .batch = batch,
                                 .learning_rate = rate};
}
