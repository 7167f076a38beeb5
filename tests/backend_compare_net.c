/* backend_compare_net.c - the whole path from images to weights, and the real nets, against the
 * reference. */
#include "tests/backend_compare.h"

#include "base/mem.h"
#include "tests/backend_difference.h"
#include "tests/ref/ref.h"
#include "tests/tap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A stem with pool, a grouped gated block with projection, then heads. */
static const struct backend_case small = {"small",
                                          4,
                                          20,
                                          17,
                                          3,
                                          {0, 3, 2, 1, false},
                                          {{0, -1, 16, 7, 2, 1, 0, true},
                                           {1, -1, 32, 1, 1, 1, 0, true},
                                           {2, -1, 32, 3, 2, 8, 0, true},
                                           {1, -1, 64, 1, 2, 1, 0, false},
                                           {3, 4, 64, 1, 1, 1, 4, true}}};

#define IMAGES 11

/* Training in batches of 4, 4 and 3; evaluation of 5, 5 and 1. */
static struct backend_spec training_spec(const struct net *net, enum loss_kind kind)
{
    struct backend_spec spec = case_spec(net, kind, small.height, small.width);
    const int batches[BACKEND_MAX_BATCHES] = {4, 3, 5, 1};
    memcpy(spec.batches, batches, sizeof batches);
    spec.keep = true;
    return spec;
}

#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)
#define RATE (1.0 / 128)

/* A seed of weights and images whose three steps keep away from kinks. */
static uint64_t training_seed(const struct backend_spec *spec)
{
    uint64_t seed = 0;
    double margin = 0;
    while (margin < 1e-5 && seed < 100000) {
        struct subject s;
        struct case_images images;
        seed += 1000;
        subject_open(&s, ref_backend(), spec, seed);
        case_images(&images, IMAGES, &spec->augment, seed);
        subject_show(&s, &images);
        subject_plan(&s, &images, 4, RATE);
        margin = INFINITY;
        for (int i = 0; i < 3; i++) {
            subject_step(&s, TRAIN);
            margin = fmin(margin, ref_margin(s.b));
        }
        case_images_free(&images);
        subject_close(&s);
    }
    return seed;
}

static void results(struct verdict *v, const struct backend_result *mine,
                    const struct backend_result *ref, int classes, double tolerance)
{
    float values[2][LOSS_MAX_TERMS + 1];
    const struct backend_result *r[2] = {mine, ref};
    for (int k = 0; k < 2; k++) {
        values[k][0] = (float)r[k]->total;
        for (int t = 0; t < LOSS_MAX_TERMS; t++)
            values[k][t + 1] = (float)r[k]->term[t];
    }
    if (mine->n != ref->n || mine->first != ref->first || !mine->finite ||
        !mine->probabilities != !ref->probabilities) {
        v->wrong++;
        diag("%s, %s: %d samples from %zu, wanted %d from %zu; finite %d", v->name, v->when,
             mine->n, mine->first, ref->n, ref->first, mine->finite);
        return;
    }
    verdict_values(v, "loss and its terms", values[0], values[1], LOSS_MAX_TERMS + 1, tolerance);
    verdict_values(v, "scores", mine->scores, ref->scores, (size_t)ref->n, tolerance);
    if (ref->probabilities)
        verdict_values(v, "probabilities", mine->probabilities, ref->probabilities,
                       (size_t)(ref->n * classes), tolerance);
}

/* Pixels are integers up to one table: not near, the same. */
static void pixels(struct verdict *v, const struct pair *p)
{
    float *mine = subject_get(&p->mine, BACKEND_TENSOR, 0);
    float *ref = subject_get(&p->ref, BACKEND_TENSOR, 0);
    size_t count = subject_count(&p->ref, BACKEND_TENSOR, 0);
    bool same = !memcmp(mine, ref, count * sizeof *mine);
    if (!same)
        diag("%s, %s: the normalised pixels are not the same bits", v->name, v->when);
    v->compared++;
    v->wrong += !same;
    mem_free(mine);
    mem_free(ref);
}

static void train(struct verdict *v, struct pair *p, const struct tolerance *t)
{
    static const char *const names[] = {"step 1", "step 2", "step 3 (smaller batch)"};
    for (int i = 0; i < 3; i++) {
        struct backend_result mine = subject_step(&p->mine, TRAIN),
                              ref = subject_step(&p->ref, TRAIN);
        v->when = names[i];
        results(v, &mine, &ref, p->ref.net.classes, i ? t->later : t->forward);
        pixels(v, p);
        if (i == 1)
            continue;
        verdict_tensors(v, p, BACKEND_TENSOR, i ? t->later : t->forward);
        verdict_tensors(v, p, BACKEND_TENSOR_GRADIENT, i ? t->later : t->backward);
        verdict_params(v, p, BACKEND_GRADIENT, i ? t->later : t->backward);
        verdict_params(v, p, BACKEND_MOMENTUM, i ? t->later : t->update);
        verdict_params(v, p, BACKEND_PARAM, i ? t->later : t->update);
    }
}

static void evaluate(struct verdict *v, struct pair *p, const struct tolerance *t)
{
    for (int i = 0; i < 3; i++) {
        struct backend_result mine = subject_step(&p->mine, BACKEND_EVAL);
        struct backend_result ref = subject_step(&p->ref, BACKEND_EVAL);
        v->when = "evaluation";
        results(v, &mine, &ref, p->ref.net.classes, t->later);
        verdict_tensors(v, p, BACKEND_TENSOR, t->later);
    }
}

static void compare_loss(const struct backend_ops *ops, enum loss_kind kind, int threads,
                         const struct tolerance *t)
{
    char name[80];
    struct net net;
    struct pair p;
    struct case_images images;
    struct verdict v = {.name = name};
    snprintf(name, sizeof name, "images to weights under loss %s, threads %d",
             loss_info(kind)->name, threads);
    case_net(&small, &net);
    net.heads = true;
    net.classes = loss_info(kind)->classes ? 5 : 0;
    struct backend_spec spec = training_spec(&net, kind);
    uint64_t seed = training_seed(&spec);
    spec.threads = threads;
    case_images(&images, IMAGES, &spec.augment, seed);
    subject_open(&p.mine, ops, &spec, seed);
    subject_open(&p.ref, ref_backend(), &spec, seed);
    subject_show(&p.mine, &images);
    subject_show(&p.ref, &images);
    subject_plan(&p.mine, &images, 4, RATE);
    subject_plan(&p.ref, &images, 4, RATE);
    train(&v, &p, t);
    subject_plan(&p.mine, &images, 5, 0);
    subject_plan(&p.ref, &images, 5, 0);
    evaluate(&v, &p, t);
    verdict_report(&v);
    case_images_free(&images);
    subject_close(&p.mine);
    subject_close(&p.ref);
}

void compare_training(const struct backend_ops *ops, int threads, const struct tolerance *t)
{
    for (int kind = 0; kind < LOSS_KINDS; kind++)
        compare_loss(ops, (enum loss_kind)kind, threads, t);
}

void compare_net(const struct backend_ops *ops, const char *name, int size, int batch,
                 const struct tolerance *t)
{
    struct err e;
    struct net net;
    struct pair p;
    struct case_images images;
    struct verdict v = {.name = name, .rms = true, .when = "forward and backward"};
    if (net_build(&net, name, 5, &e))
        case_bail("net", &e);
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, size, size);
    spec.batches[0] = batch;
    spec.keep = true;
    case_images(&images, (size_t)batch, &spec.augment, 11);
    subject_open(&p.mine, ops, &spec, 11);
    subject_open(&p.ref, ref_backend(), &spec, 11);
    subject_show(&p.mine, &images);
    subject_show(&p.ref, &images);
    for (int i = 0; i < 2; i++) {
        unsigned phases = i ? BACKEND_EVAL : BACKEND_FORWARD | BACKEND_BACKWARD;
        subject_plan(&p.mine, &images, batch, 0);
        subject_plan(&p.ref, &images, batch, 0);
        struct backend_result mine = subject_step(&p.mine, phases),
                              ref = subject_step(&p.ref, phases);
        v.when = i ? "evaluation" : v.when;
        results(&v, &mine, &ref, net.classes, t->forward);
        verdict_tensors(&v, &p, BACKEND_TENSOR, t->forward);
        if (i)
            break;
        verdict_tensors(&v, &p, BACKEND_TENSOR_GRADIENT, t->backward);
        verdict_params(&v, &p, BACKEND_GRADIENT, t->backward);
        verdict_params(&v, &p, BACKEND_PARAM, t->forward);
    }
    verdict_report(&v);
    case_images_free(&images);
    subject_close(&p.mine);
    subject_close(&p.ref);
}
