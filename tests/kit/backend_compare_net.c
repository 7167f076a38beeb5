/* backend_compare_net.c - the real nets against the reference.
 *
 * With ordinary values some ReLU among a million lies closer to 0 than float32 can tell, takes the
 * other branch and changes every gradient before it by parts in a thousand: that comparison must be
 * coarse. A fine one is made first, with norms shifted so far up that nearly all ReLUs are open,
 * and a seed that keeps the others and the pool's windows undecided by nothing.
 */
#include "tests/kit/backend_compare.h"

#include "base/mem.h"
#include "tests/kit/backend_difference.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <stdio.h>

#define SHIFT 5.0f

static void shift_up(const struct subject *s)
{
    for (int i = 0; i < s->params->n; i++) {
        if (s->params->at[i].role != NET_BETA)
            continue;
        float *beta = subject_get(s, BACKEND_PARAM, i);
        for (size_t k = 0; k < s->params->at[i].count; k++)
            beta[k] += SHIFT;
        subject_set(s, BACKEND_PARAM, i, beta);
        mem_free(beta);
    }
}

static uint64_t calm_seed(struct subject *ref, const struct case_images *images)
{
    for (uint64_t seed = 1000; seed < 40000; seed += 1000) {
        subject_fill(ref, seed);
        shift_up(ref);
        subject_plan(ref, images, (int)images->set.n, 0);
        subject_step(ref, BACKEND_FORWARD);
        if (ref_margin(ref->b) > 1e-5)
            return seed;
    }
    diag("%s: every seed comes near a kink", ref->net.name);
    return 0;
}

/* One step of both with these phases, looked at in full. */
static void compare_step(struct verdict *v, struct pair *p, const struct case_images *images,
                         unsigned phases, const struct tolerance *t)
{
    subject_plan(&p->mine, images, (int)images->set.n, 0);
    subject_plan(&p->ref, images, (int)images->set.n, 0);
    struct backend_result mine = subject_step(&p->mine, phases);
    struct backend_result ref = subject_step(&p->ref, phases);
    verdict_results(v, &mine, &ref, p->ref.net.classes, t->forward);
    verdict_tensors(v, p, BACKEND_TENSOR, t->forward);
    verdict_params(v, p, BACKEND_PARAM, t->forward);
    if (!(phases & BACKEND_BACKWARD))
        return;
    verdict_tensors(v, p, BACKEND_TENSOR_GRADIENT, t->backward);
    verdict_params(v, p, BACKEND_GRADIENT, t->backward);
}

static void compare_calm(struct pair *p, const struct case_images *images, const char *name,
                         const struct tolerance *t)
{
    struct verdict v = {.name = name, .rms = true, .when = "away from kinks"};
    uint64_t seed = calm_seed(&p->ref, images);
    struct subject *both[2] = {&p->mine, &p->ref};
    for (int i = 0; i < 2; i++) {
        subject_fill(both[i], seed);
        shift_up(both[i]);
    }
    compare_step(&v, p, images, BACKEND_FORWARD | BACKEND_BACKWARD, t);
    verdict_report(&v);
}

static void compare_real(struct pair *p, const struct case_images *images, const char *name,
                         const struct tolerance *t)
{
    struct verdict v = {.name = name, .rms = true, .when = "ordinary values"};
    subject_fill(&p->mine, 11);
    subject_fill(&p->ref, 11);
    compare_step(&v, p, images, BACKEND_FORWARD | BACKEND_BACKWARD, t);
    v.when = "evaluation";
    compare_step(&v, p, images, BACKEND_EVAL, t);
    verdict_report(&v);
}

static void open_pair(struct pair *p, const struct backend_ops *ops, const struct net *net,
                      int size, int batch, struct case_images *images)
{
    struct backend_spec spec = case_spec(net, LOSS_COMBO, size, size);
    spec.batches[0] = case_batch(batch);
    spec.keep = true;
    case_images(images, (size_t)batch, &spec.augment, 11);
    subject_open(&p->mine, ops, &spec, 11);
    subject_open(&p->ref, ref_backend_in(ops->usual), &spec, 11);
    subject_show(&p->mine, images);
    subject_show(&p->ref, images);
}

static void close_pair(struct pair *p, struct case_images *images)
{
    case_images_free(images);
    subject_close(&p->mine);
    subject_close(&p->ref);
}

void compare_net(const struct backend_ops *ops, const char *name, const struct net_options *options,
                 int size, int batch, const struct tolerance *calm, const struct tolerance *real)
{
    struct err e;
    struct net net;
    struct pair p;
    struct case_images images;
    char title[2][80];
    if (net_build(&net, name, options, 5, &e))
        case_bail("net", &e);
    snprintf(title[0], sizeof title[0], "%s away from kinks", name);
    snprintf(title[1], sizeof title[1], "%s with ordinary values", name);
    open_pair(&p, ops, &net, size, batch, &images);
    compare_calm(&p, &images, title[0], calm);
    if (real)
        compare_real(&p, &images, title[1], real);
    close_pair(&p, &images);
}

/* --- unit by unit --- */

struct follower {
    struct verdict v;
    const struct pair *p;
    const struct tolerance *t;
};

static void follow(void *context, enum backend_kind kind, int tensor, double *values, size_t count)
{
    struct follower *f = context;
    bool back = kind == BACKEND_TENSOR_GRADIENT;
    float *mine = subject_get(&f->p->mine, kind, tensor), *ref = mem_alloc(count, sizeof *ref);
    char what[40];
    if (!ref)
        case_bail("a tensor", NULL);
    snprintf(what, sizeof what, "%stensor %d", back ? "gradient of " : "", tensor);
    for (size_t i = 0; i < count; i++)
        ref[i] = (float)values[i];
    verdict_values(&f->v, what, mine, ref, count, back ? f->t->backward : f->t->forward);
    for (size_t i = 0; i < count; i++)
        values[i] = mine[i];
    mem_free(ref);
    mem_free(mine);
}

void compare_net_by_units(const struct backend_ops *ops, const char *name, int size, int batch,
                          const struct tolerance *t)
{
    const unsigned phases = BACKEND_FORWARD | BACKEND_BACKWARD;
    struct err e;
    struct net net;
    struct pair p;
    struct case_images images;
    char title[80];
    if (net_build(&net, name, NULL, 5, &e))
        case_bail("net", &e);
    snprintf(title, sizeof title, "%s unit by unit", name);
    struct follower f = {{.name = title, .when = "a step", .rms = true}, &p, t};
    open_pair(&p, ops, &net, size, batch, &images);
    subject_plan(&p.mine, &images, batch, 0);
    subject_plan(&p.ref, &images, batch, 0);
    struct backend_result mine = subject_step(&p.mine, phases);
    ref_follow(p.ref.b, follow, &f);
    struct backend_result ref = subject_step(&p.ref, phases);
    verdict_results(&f.v, &mine, &ref, net.classes, t->forward);
    verdict_params(&f.v, &p, BACKEND_PARAM, t->forward);
    verdict_params(&f.v, &p, BACKEND_GRADIENT, t->backward);
    verdict_report(&f.v);
    close_pair(&p, &images);
}
