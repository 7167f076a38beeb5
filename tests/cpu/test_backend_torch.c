/* test_backend_torch.c - the reference backend and the CPU's against PyTorch: two steps of training
 * and an evaluation of two small nets, as tests/golden/make_ref_golden.py did them in double. Both
 * sides fill weights and images by the same formulas, whose values are exact in float. */
#include "base/mem.h"
#include "engine/backend_load.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/exactness.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEIGHT 9
#define WIDTH 8
#define IMAGE_HEIGHT 11
#define IMAGE_WIDTH 10
#define IMAGES 7
#define BATCH 4
#define CLASSES 5
#define MOST 512 /* values of the golden's largest tensor, rounded up */

static const struct backend_case small = {"small",
                                          BATCH,
                                          HEIGHT,
                                          WIDTH,
                                          3,
                                          {0, 3, 2, 1, false},
                                          {{0, -1, 4, 3, 1, 1, 0, true},
                                           {1, -1, 8, 3, 2, 2, 0, true},
                                           {1, -1, 8, 1, 2, 1, 0, false},
                                           {2, 3, 8, 1, 1, 1, 2, true}}};

static const struct backend_case early = {"stride on the first 1x1, pool rounding up",
                                          BATCH,
                                          HEIGHT,
                                          WIDTH,
                                          3,
                                          {0, 3, 2, 0, true},
                                          {{0, -1, 4, 3, 1, 1, 0, true},
                                           {1, -1, 4, 1, 2, 1, 0, true},
                                           {2, -1, 4, 3, 1, 2, 0, true},
                                           {1, -1, 8, 1, 2, 1, 0, false},
                                           {3, 4, 8, 1, 1, 1, 2, true}}};

/* --- the golden file: "NAME COUNT", then the values --- */

static FILE *golden;

/* The values of that name; their number, or 0 when the file has none. */
static size_t golden_values(const char *name, double *to)
{
    char found[128];
    size_t count;
    rewind(golden);
    while (fscanf(golden, "%127s %zu", found, &count) == 2 && count <= MOST) {
        for (size_t i = 0; i < count; i++)
            if (fscanf(golden, "%lf", &to[i]) != 1)
                return 0;
        if (!strcmp(found, name))
            return count;
    }
    return 0;
}

static const char *prefix; /* of the names of the net under test */
static const struct backend_ops *backend;
static double
    worst[2]; /* of values, and of gradients or momentum; relative to a tensor's largest */

static void compare(const char *when, const char *what, const float *values, size_t count)
{
    char name[160];
    double wanted[MOST], most = 0, scale = 1e-3;
    snprintf(name, sizeof name, "%s%s.%s", prefix, when, what);
    size_t n = golden_values(name, wanted);
    if (n != count)
        diag("%s: %zu values of %zu wanted", name, count, n);
    for (size_t i = 0; i < n && n == count; i++) {
        most = exact_worse(most, fabs((double)values[i] - wanted[i]));
        scale = fmax(scale, fabs(wanted[i]));
    }
    int derived = strstr(what, ".gradient") || strstr(what, ".momentum");
    worst[derived] = exact_worse(worst[derived], n == count ? most / scale : (double)NAN);
}

static void report(const char *net, const char *when, const char *kind)
{
    int derived = strcmp(kind, "value") != 0;
    char quantity[64];
    snprintf(quantity, sizeof quantity, "%s.%s.%s", net, when, kind);
    exact_ok("ref", quantity, backend->name, worst[derived]);
    worst[derived] = 0;
}

/* --- the same values as the script's --- */

static double noise(long long k, long long i)
{
    return (double)((i * i * 31 + i * 7919 + k * 104729 + 12) % 257 - 128) / 256;
}

static void fill_params(struct subject *s)
{
    float values[MOST];
    for (int k = 0; k < s->params->n; k++) {
        const struct net_param *p = &s->params->at[k];
        double offset = p->role == NET_GAMMA || p->role == NET_VAR ? 1
                        : p->role == NET_SCORE_B                   ? 2
                                                                   : 0;
        for (size_t i = 0; i < p->count; i++)
            values[i] = (float)(offset + noise(k, (long long)i));
        subject_set(s, BACKEND_PARAM, k, values);
    }
}

static uint8_t pixels[IMAGES * IMAGE_HEIGHT * IMAGE_WIDTH * 3];
static struct image_place places[IMAGES];

static void fill_images(struct case_images *out)
{
    static float scores[IMAGES];
    static int classes[IMAGES];
    static uint32_t order[IMAGES];
    static struct augment_draw draws[IMAGES];
    for (long long i = 0; i < (long long)sizeof pixels; i++)
        pixels[i] = (uint8_t)((i * i * 37 + i * 101 + 13) % 251);
    for (unsigned i = 0; i < IMAGES; i++) {
        places[i] = (struct image_place){(uint64_t)i * IMAGE_HEIGHT * IMAGE_WIDTH * 3, IMAGE_HEIGHT,
                                         IMAGE_WIDTH, 0};
        scores[i] = 1 + (float)(i * 5 % 9) / 2;
        classes[i] = (int)ceilf(scores[i] - 0.5f) - 1;
        order[i] = i;
        draws[i] = (struct augment_draw){
            .top = (uint16_t)(i % 3), .left = (uint16_t)(2 * i % 3), .flip = i % 2};
    }
    *out = (struct case_images){
        {.n = IMAGES, .pixels = pixels, .place = places}, scores, classes, order, draws};
}

/* --- the comparison --- */

static void compare_tensors(const struct subject *s, const char *when, enum backend_kind kind)
{
    for (int t = 1; t <= s->net.n_units; t++) {
        char name[40];
        float *values = subject_get(s, kind, t);
        snprintf(name, sizeof name, "tensor%d%s", t,
                 kind == BACKEND_TENSOR_GRADIENT ? ".gradient" : "");
        compare(when, name, values, subject_count(s, kind, t));
        mem_free(values);
    }
}

static void compare_params(const struct subject *s, const char *when, enum backend_kind kind,
                           const char *suffix)
{
    for (int i = 0; i < s->params->n; i++) {
        const struct net_param *p = &s->params->at[i];
        char name[NET_NAME_BYTES + 40];
        if (kind != BACKEND_PARAM && !net_role_trained(p->role))
            continue;
        float *values = subject_get(s, kind, i);
        snprintf(name, sizeof name, "%s%s", p->name, suffix);
        compare(when, name, values, p->count);
        mem_free(values);
    }
}

static void compare_step(struct subject *s, const char *when, unsigned phases)
{
    struct backend_result r = subject_step(s, phases);
    float loss[LOSS_MAX_TERMS + 1] = {(float)r.total, (float)r.term[0], (float)r.term[1],
                                      (float)r.term[2]};
    compare(when, "loss", loss, LOSS_MAX_TERMS + 1);
    compare(when, "scores", r.scores, (size_t)r.n);
    compare(when, "probabilities", r.probabilities, (size_t)r.n * CLASSES);
    compare_tensors(s, when, BACKEND_TENSOR);
    if (!(phases & BACKEND_BACKWARD))
        return;
    compare_tensors(s, when, BACKEND_TENSOR_GRADIENT);
    compare_params(s, when, BACKEND_GRADIENT, ".gradient");
}

static void open_subject(struct subject *s, struct case_images *images,
                         const struct backend_case *c, const char *names, double clip_norm)
{
    const double class_weight[CLASSES] = {1.5, 1, 2, 0.5, 0};
    struct net net;
    prefix = names;
    case_net(c, &net);
    net.heads = true;
    net.classes = CLASSES;
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, HEIGHT, WIDTH);
    memcpy(spec.loss.class_weight, class_weight, sizeof class_weight);
    spec.batches[0] = case_batch(BATCH);
    spec.batches[1] = case_batch(IMAGES - BATCH);
    spec.keep = true;
    spec.clip_norm = clip_norm;
    subject_open(s, backend, &spec, 0);
    fill_params(s);
    fill_images(images);
    subject_show(s, images);
    subject_plan(s, images, BATCH, 1.0 / 32);
}

static void test_training(const struct backend_case *c, const char *net, const char *names)
{
    const unsigned train = BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE;
    struct subject s;
    struct case_images images;
    open_subject(&s, &images, c, names, 0);
    compare_step(&s, "step1", train);
    report(net, "step1", "value");
    report(net, "step1", "gradient");
    compare_step(&s, "step2", train); /* a smaller batch */
    report(net, "step2", "value");
    report(net, "step2", "gradient");
    compare_params(&s, "after", BACKEND_PARAM, "");
    compare_params(&s, "after", BACKEND_MOMENTUM, ".momentum");
    report(net, "after", "value");
    report(net, "after", "momentum");
    subject_plan(&s, &images, BATCH, 0);
    compare_step(&s, "evaluation", BACKEND_EVAL);
    report(net, "evaluation", "value");
    subject_close(&s);
}

/* The limit lies between the norms of the two steps: one is clipped, the other is not. */
static void test_clipping(void)
{
    struct subject s;
    struct case_images images;
    open_subject(&s, &images, &small, "", 3);
    for (int i = 0; i < 2; i++)
        subject_step(&s, BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    compare_params(&s, "clipped", BACKEND_PARAM, "");
    compare_params(&s, "clipped", BACKEND_MOMENTUM, ".momentum");
    report("small", "clipped", "value");
    report("small", "clipped", "momentum");
    subject_close(&s);
}

static void test_backend(const struct backend_ops *ops)
{
    backend = ops;
    test_training(&small, "small", "");
    test_training(&early, "early", "early.");
    test_clipping();
}

int main(void)
{
    char path[1024], why[200];
    const char *top = getenv("TOP_SRCDIR");
    struct backend_module cpu = {NULL, ""};
    struct backend_device devices[BACKEND_MAX_DEVICES];
    struct err e;
    snprintf(path, sizeof path, "%s/tests/golden/ref_torch.txt", top ? top : ".");
    golden = fopen(path, "r");
    if (!ok(golden != NULL, "%s opens", path))
        return tap_done();
    test_backend(ref_backend());
    if (!backend_load(&cpu, "cpu", &e) && cpu.ops->open &&
        cpu.ops->devices(devices, BACKEND_MAX_DEVICES, why, sizeof why))
        test_backend(cpu.ops);
    else
        skip("no CPU backend here");
    fclose(golden);
    return tap_done();
}
