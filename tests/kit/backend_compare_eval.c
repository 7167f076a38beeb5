/* backend_compare_eval.c - evaluation against the reference, before and after everything that may
 * change its result: what a backend keeps between evaluations (folded weights) must never be stale.
 */
#include "tests/kit/backend_compare.h"
#include "tests/kit/backend_spread.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include "base/mem.h"

/* Every kind of unit: pooled, narrow groups of 4 and 8, projected, with shortcut, gated. */
static const struct backend_case all_kinds = {"evaluation",
                                              3,
                                              19,
                                              17,
                                              3,
                                              {0, 3, 2, 1, false},
                                              {{0, -1, 32, 7, 2, 1, 0, true},
                                               {1, -1, 32, 3, 1, 8, 0, true},
                                               {2, -1, 64, 1, 1, 1, 0, true},
                                               {3, -1, 64, 3, 1, 8, 0, false},
                                               {1, -1, 64, 1, 1, 1, 0, false},
                                               {4, 5, 64, 3, 1, 1, 0, true},
                                               {6, 6, 64, 1, 1, 1, 8, true}}};

static void evaluate(struct pair *p, const char *when, const struct tolerance *t, double limit)
{
    struct verdict v = {.name = "evaluation", .when = when, .rms = t->spreads};
    subject_step(&p->mine, BACKEND_EVAL);
    subject_step(&p->ref, BACKEND_EVAL);
    verdict_tensors(&v, p, BACKEND_TENSOR, limit);
    verdict_report(&v);
}

/* Begins the next plan: a full batch, or one less. */
static void feed(struct pair *p, int batch, uint64_t seed)
{
    subject_feed(&p->mine, batch, 1.0 / 64, seed);
    subject_feed(&p->ref, batch, 1.0 / 64, seed);
}

/* Sets one parameter to other values in both, and evaluates. */
static void change(struct pair *p, int unit, enum net_role role, const char *when,
                   const struct tolerance *t)
{
    int index = net_params_role(p->mine.params, unit, role);
    size_t count = subject_count(&p->mine, BACKEND_PARAM, index);
    float *values = subject_get(&p->ref, BACKEND_PARAM, index);
    for (size_t i = 0; i < count; i++)
        values[i] *= 1.5f + 0.25f * (float)(i % 3);
    subject_set(&p->mine, BACKEND_PARAM, index, values);
    subject_set(&p->ref, BACKEND_PARAM, index, values);
    mem_free(values);
    feed(p, 3, 40 + (uint64_t)role);
    evaluate(p, when, t, t->forward);
}

static void both(struct pair *p, unsigned phases)
{
    subject_step(&p->mine, phases);
    subject_step(&p->ref, phases);
}

/* A norm that makes NaN of one channel: a ReLU behind it must not hide that. */
static void nan_stays(struct pair *p, int unit)
{
    int index = net_params_role(p->mine.params, unit, NET_BETA);
    float *values = subject_get(&p->mine, BACKEND_PARAM, index);
    values[1] = NAN;
    subject_set(&p->mine, BACKEND_PARAM, index, values);
    mem_free(values);
    subject_feed(&p->mine, 3, 1.0 / 64, 60);
    subject_step(&p->mine, BACKEND_EVAL);
    float *out = subject_get(&p->mine, BACKEND_TENSOR, unit + 1);
    ok(isnan(out[1]) && !isnan(out[0]), "evaluation: NaN passes the ReLU of unit %d", unit);
    mem_free(out);
}

void compare_evaluation(const struct backend_ops *ops, const struct tolerance *limits)
{
    struct pair p;
    subject_probe(&p.mine, ops, &all_kinds, 5);
    subject_probe(&p.ref, ref_backend_in(ops->usual), &all_kinds, 5);
    const struct tolerance here = spread_tolerance(limits, &p.ref.net, true), *t = &here;
    evaluate(&p, "at first", t, t->forward);
    change(&p, 1, NET_GAMMA, "after a set of gamma", t);
    change(&p, 5, NET_BETA, "after a set of beta", t);
    change(&p, 2, NET_MEAN, "after a set of a running mean", t);
    change(&p, 4, NET_VAR, "after a set of a running variance", t);
    change(&p, 3, NET_CONV, "after a set of weights", t);
    change(&p, 6, NET_SE_W1, "after a set of a gate's weights", t);
    feed(&p, 2, 50);
    evaluate(&p, "a smaller batch", t, t->forward);
    feed(&p, 3, 51);
    both(&p, BACKEND_FORWARD);
    feed(&p, 3, 52);
    evaluate(&p, "after running statistics moved", t, t->later);
    feed(&p, 3, 53);
    both(&p, BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    feed(&p, 3, 54);
    evaluate(&p, "after an update", t, t->later);
    nan_stays(&p, 5);
    nan_stays(&p, 2);
    nan_stays(&p, 1);
    subject_close(&p.mine);
    subject_close(&p.ref);
}
