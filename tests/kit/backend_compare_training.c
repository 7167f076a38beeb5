/* backend_compare_training.c - the whole path from images to weights, against the reference. */
#include "tests/kit/backend_compare.h"

#include "base/mem.h"
#include "tests/kit/backend_spread.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

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
    const struct backend_batch batches[] = {
        {4, true, false}, {3, true, false}, {5, false, true}, {1, false, true}};
    memcpy(spec.batches, batches, sizeof batches);
    spec.keep = true;
    return spec;
}

#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)
#define RATE (1.0 / 128)

/* A seed of weights and images whose three steps keep away from kinks. */
static uint64_t training_seed(const struct backend_ops *ops, const struct backend_spec *spec)
{
    uint64_t seed = 0;
    double margin = 0;
    while (margin < 1e-5 && seed < 100000) {
        struct subject s;
        struct case_images images;
        seed += 1000;
        subject_open(&s, ref_backend_in(ops->usual), spec, seed);
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
        struct tolerance here = spread_tolerance(t, &p->ref.net, i == 0);
        spread_stop(t, p);
        struct backend_result mine = subject_step(&p->mine, TRAIN),
                              ref = subject_step(&p->ref, TRAIN);
        v->when = names[i];
        verdict_results(v, &mine, &ref, p->ref.net.classes, here.forward);
        pixels(v, p);
        if (i == 1)
            continue;
        verdict_tensors(v, p, BACKEND_TENSOR, here.forward);
        verdict_tensors(v, p, BACKEND_TENSOR_GRADIENT, here.backward);
        verdict_params(v, p, BACKEND_GRADIENT, here.backward);
        verdict_params(v, p, BACKEND_MOMENTUM, here.update);
        verdict_params(v, p, BACKEND_PARAM, here.update);
    }
}

static void evaluate(struct verdict *v, struct pair *p, const struct tolerance *t)
{
    struct tolerance here = spread_tolerance(t, &p->ref.net, false);
    spread_stop(t, p);
    for (int i = 0; i < 3; i++) {
        struct backend_result mine = subject_step(&p->mine, BACKEND_EVAL);
        struct backend_result ref = subject_step(&p->ref, BACKEND_EVAL);
        v->when = "evaluation";
        verdict_results(v, &mine, &ref, p->ref.net.classes, here.forward);
        verdict_tensors(v, p, BACKEND_TENSOR, here.forward);
    }
}

static void compare_loss(const struct backend_ops *ops, enum loss_kind kind, double clip_norm,
                         int threads, const struct tolerance *t)
{
    char name[80];
    struct net net;
    struct pair p;
    struct case_images images;
    struct verdict v = {.name = name, .rms = t->spreads};
    snprintf(name, sizeof name, "images to weights under loss %s%s, threads %d",
             loss_info(kind)->name, clip_norm > 0 ? " with clipped gradients" : "", threads);
    case_net(&small, &net);
    net.heads = true;
    net.classes = loss_info(kind)->classes ? 5 : 0;
    struct backend_spec spec = training_spec(&net, kind);
    uint64_t seed = training_seed(ops, &spec);
    spec.threads = threads;
    spec.clip_norm = clip_norm;
    case_images(&images, IMAGES, &spec.augment, seed);
    subject_open(&p.mine, ops, &spec, seed);
    subject_open(&p.ref, ref_backend_in(ops->usual), &spec, seed);
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

/* --- clipping alone: gradients are given, so that the update is all that there is --- */

#define CLIP (1.0 / 16)

static double set_gradients(const struct subject *s)
{
    double squares = 0;
    for (int i = 0; i < s->params->n; i++) {
        size_t count = s->params->at[i].count;
        float *values = mem_alloc(count, sizeof *values);
        if (!net_role_trained(s->params->at[i].role) || !values) {
            mem_free(values);
            continue;
        }
        case_values(values, count, (uint64_t)i + 1, -1, 1);
        for (size_t k = 0; k < count; k++)
            squares += (double)values[k] * (double)values[k];
        subject_set(s, BACKEND_GRADIENT, i, values);
        mem_free(values);
    }
    return sqrt(squares);
}

static double momentum_norm(const struct subject *s)
{
    double squares = 0;
    for (int i = 0; i < s->params->n; i++) {
        if (!net_role_trained(s->params->at[i].role))
            continue;
        float *values = subject_get(s, BACKEND_MOMENTUM, i);
        for (size_t k = 0; k < s->params->at[i].count; k++)
            squares += (double)values[k] * (double)values[k];
        mem_free(values);
    }
    return sqrt(squares);
}

static void open_clipping(struct subject *s, struct case_images *images,
                          const struct backend_ops *ops, const struct net *net, int threads)
{
    struct backend_spec spec = training_spec(net, LOSS_MSE);
    spec.clip_norm = CLIP;
    spec.weight_decay = 0;
    spec.threads = threads;
    case_images(images, IMAGES, &spec.augment, 1);
    subject_open(s, ops, &spec, 1);
    subject_show(s, images);
    subject_plan(s, images, 4, RATE);
}

static int same_params(const struct subject *a, const struct subject *b)
{
    int same = 1;
    for (int i = 0; i < a->params->n; i++) {
        float *x = subject_get(a, BACKEND_PARAM, i), *y = subject_get(b, BACKEND_PARAM, i);
        same &= !memcmp(x, y, a->params->at[i].count * sizeof *x);
        mem_free(x);
        mem_free(y);
    }
    return same;
}

static void compare_clipping(const struct backend_ops *ops)
{
    struct net net;
    struct subject one, three;
    struct case_images images[2];
    case_net(&small, &net);
    net.heads = true;
    open_clipping(&one, &images[0], ops, &net, 1);
    open_clipping(&three, &images[1], ops, &net, 3);
    double norm = set_gradients(&one);
    set_gradients(&three);
    subject_step(&one, BACKEND_UPDATE);
    subject_step(&three, BACKEND_UPDATE);
    ok(norm > 10, "given gradients have a norm far above the limit (%g)", norm);
    is_near(momentum_norm(&one), CLIP, 1e-6, "clipped, they move by the limit");
    ok(same_params(&one, &three), "to the same bits on any number of threads");
    for (int i = 0; i < 2; i++)
        case_images_free(&images[i]);
    subject_close(&one);
    subject_close(&three);
}

void compare_training(const struct backend_ops *ops, int threads, const struct tolerance *t)
{
    for (int kind = 0; kind < LOSS_KINDS; kind++)
        compare_loss(ops, (enum loss_kind)kind, 0, threads, t);
    compare_loss(ops, LOSS_MSE, CLIP, threads, t);
    if (threads == 1)
        compare_clipping(ops);
}
