/* backend_compare.c - small nets on a backend and on the reference, compared value by value. */
#include "tests/kit/backend_compare.h"

#include "base/mem.h"
#include "tests/kit/backend_spread.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <math.h>

#define NONE CASE_NO_POOL
#define FLOOR                                                                                      \
    {                                                                                              \
        0, 3, 2, 1, false                                                                          \
    }
#define CEIL                                                                                       \
    {                                                                                              \
        0, 3, 2, 0, true                                                                           \
    }

/* Ten times what float32 gets wrong in these nets. */
#define CALM 1e-5

static const char *const step_names[] = {"step 1", "step 2", "step 3 (smaller batch)",
                                         "evaluation"};

/* Units are {input, shortcut, out, kernel, stride, groups, squeeze, relu}. */
static const struct backend_case cases[] = {
    {"1x1", 4, 9, 7, 64, NONE, {{0, -1, 48, 1, 1, 1, 0, true}}},
    {"1x1 stride 2 without relu", 3, 9, 7, 32, NONE, {{0, -1, 64, 1, 2, 1, 0, false}}},
    {"3x3", 3, 9, 7, 16, NONE, {{0, -1, 32, 3, 1, 1, 0, true}}},
    {"3x3 stride 2, odd map", 3, 9, 7, 16, NONE, {{0, -1, 32, 3, 2, 1, 0, true}}},
    {"3x3 stride 2, even map", 3, 8, 10, 16, NONE, {{0, -1, 32, 3, 2, 1, 0, true}}},
    {"5 to 7 channels", 3, 7, 9, 5, NONE, {{0, -1, 7, 3, 1, 1, 0, true}}},
    {"7x7 stride 2 of 3 channels, pool floor",
     2,
     33,
     31,
     3,
     FLOOR,
     {{0, -1, 64, 7, 2, 1, 0, true}}},
    {"7x7 stride 2 of 3 channels, pool ceil", 2, 30, 32, 3, CEIL, {{0, -1, 64, 7, 2, 1, 0, true}}},
    {"pool without relu", 2, 9, 12, 8, CEIL, {{0, -1, 16, 3, 1, 1, 0, false}}},
    {"4 channels a group", 2, 9, 7, 128, NONE, {{0, -1, 128, 3, 1, 32, 0, true}}},
    {"4 channels a group, stride 2", 2, 9, 7, 128, NONE, {{0, -1, 128, 3, 2, 32, 0, true}}},
    {"8 channels a group", 2, 7, 5, 256, NONE, {{0, -1, 256, 3, 1, 32, 0, true}}},
    {"8 channels a group, stride 2", 2, 8, 5, 256, NONE, {{0, -1, 256, 3, 2, 32, 0, true}}},
    {"16 channels a group", 2, 5, 4, 512, NONE, {{0, -1, 512, 3, 1, 32, 0, true}}},
    {"16 channels a group, stride 2", 2, 5, 4, 512, NONE, {{0, -1, 512, 3, 2, 32, 0, true}}},
    {"32 channels a group", 2, 4, 3, 1024, NONE, {{0, -1, 1024, 3, 1, 32, 0, true}}},
    {"32 channels a group, stride 2", 2, 5, 3, 1024, NONE, {{0, -1, 1024, 3, 2, 32, 0, true}}},
    {"gate", 3, 5, 7, 64, NONE, {{0, -1, 256, 1, 1, 1, 16, false}}},
    {"gate, identity shortcut, relu", 3, 5, 7, 256, NONE, {{0, 0, 256, 1, 1, 1, 16, true}}},
    {"grouped 3x3 with gate", 3, 7, 5, 256, NONE, {{0, -1, 256, 3, 2, 32, 16, true}}},
    {"identity shortcut", 3, 7, 5, 32, NONE, {{0, 0, 32, 3, 1, 1, 0, true}}},
    {"identity shortcut without relu", 3, 7, 5, 32, NONE, {{0, 0, 32, 3, 1, 1, 0, false}}},
    {"two 3x3 with projection",
     3,
     9,
     7,
     16,
     NONE,
     {{0, -1, 32, 3, 2, 1, 0, true}, {0, -1, 32, 1, 2, 1, 0, false}, {1, 2, 32, 3, 1, 1, 0, true}}},
    {"bottlenecks with projection and identity, grouped and gated",
     2,
     9,
     7,
     64,
     NONE,
     {{0, -1, 128, 1, 1, 1, 0, true},
      {1, -1, 128, 3, 2, 32, 0, true},
      {0, -1, 256, 1, 2, 1, 0, false},
      {2, 3, 256, 1, 1, 1, 16, true},
      {4, -1, 128, 1, 1, 1, 0, true},
      {5, -1, 128, 3, 1, 32, 0, true},
      {6, 4, 256, 1, 1, 1, 16, true}}},
    {"bottleneck with its stride at the 1x1",
     2,
     9,
     7,
     64,
     NONE,
     {{0, -1, 128, 1, 2, 1, 0, true},
      {1, -1, 128, 3, 1, 32, 0, true},
      {0, -1, 256, 1, 2, 1, 0, false},
      {2, 3, 256, 1, 1, 1, 16, true}}},
    {"an input that is also the shortcut of two units",
     3,
     7,
     5,
     16,
     NONE,
     {{0, 0, 16, 3, 1, 1, 0, false}, {1, 0, 16, 1, 1, 1, 0, false}}},
    {"a tensor that nobody reads",
     3,
     7,
     5,
     16,
     NONE,
     {{0, -1, 16, 3, 1, 1, 8, true}, {0, -1, 16, 3, 1, 1, 0, true}}},
    {"a map of one pixel", 4, 1, 1, 32, NONE, {{0, 0, 32, 1, 1, 1, 8, true}}},
};

/* --- probes --- */

static void probe_feed(struct subject *s, int step, uint64_t seed)
{
    int smaller = s->batch_most > 2 ? s->batch_most - 1 : 2;
    subject_feed(s, step == 2 ? smaller : s->batch_most, 1.0 / 64, seed + 10 * (uint64_t)step);
}

static void probe_step(struct subject *s, int step, uint64_t seed)
{
    probe_feed(s, step, seed);
    subject_step(s, step < 3 ? BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE : BACKEND_EVAL);
}

/* A seed whose values keep every branch of every step at a distance; one of the first hundred does.
 */
static uint64_t probe_seed(const struct backend_ops *ops, const struct backend_case *c)
{
    uint64_t seed = 0;
    double margin = 0;
    while (margin < CALM && seed < 100000) {
        struct subject s;
        seed += 1000;
        subject_probe(&s, ref_backend_in(ops->usual), c, seed);
        margin = INFINITY;
        for (int step = 0; step < 3; step++) {
            probe_step(&s, step, seed);
            margin = fmin(margin, ref_margin(s.b));
        }
        subject_close(&s);
    }
    return seed;
}

/* Everything there is to see after a step. */
static void look(struct verdict *v, const struct pair *p, const struct tolerance *t)
{
    verdict_tensors(v, p, BACKEND_TENSOR, t->forward);
    verdict_tensors(v, p, BACKEND_TENSOR_GRADIENT, t->backward);
    verdict_params(v, p, BACKEND_GRADIENT, t->backward);
    verdict_params(v, p, BACKEND_MOMENTUM, t->update);
    verdict_params(v, p, BACKEND_PARAM, t->update);
}

/* Two full batches and a smaller one are trained on, then one is evaluated. */
static void compare_probe(const struct backend_ops *ops, const struct backend_case *c,
                          const struct tolerance *t)
{
    uint64_t seed = probe_seed(ops, c);
    struct pair p;
    struct verdict v = {.name = c->name, .rms = t->spreads};
    subject_probe(&p.mine, ops, c, seed);
    subject_probe(&p.ref, ref_backend_in(ops->usual), c, seed);
    for (int step = 0; step < 4; step++) {
        struct tolerance here = spread_tolerance(t, &p.ref.net, step == 0);
        spread_stop(t, &p);
        probe_step(&p.mine, step, seed);
        probe_step(&p.ref, step, seed);
        v.when = step_names[step];
        if (step == 0 || step == 2)
            look(&v, &p, &here);
        if (step == 3)
            verdict_tensors(&v, &p, BACKEND_TENSOR, here.forward);
    }
    verdict_report(&v);
    subject_close(&p.mine);
    subject_close(&p.ref);
}

/* With gamma 0 all outputs are equal: the first of each window must get the gradient. */
static void compare_ties(const struct backend_ops *ops, const struct tolerance *t)
{
    static const struct backend_case ties = {"equal values in a pool's window", 2, 9, 8, 8, FLOOR,
                                             {{0, -1, 16, 1, 1, 1, 0, false}}};
    struct pair p;
    struct verdict v = {.name = ties.name, .when = "step 1", .rms = t->spreads};
    struct subject *both[2] = {&p.mine, &p.ref};
    float zeros[16] = {0};
    for (int i = 0; i < 2; i++) {
        subject_probe(both[i], i ? ref_backend_in(ops->usual) : ops, &ties, 1);
        subject_set(both[i], BACKEND_PARAM, net_params_role(both[i]->params, 0, NET_GAMMA), zeros);
        subject_step(both[i], BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    }
    look(&v, &p, t);
    verdict_report(&v);
    subject_close(&p.mine);
    subject_close(&p.ref);
}

void compare_probes(const struct backend_ops *ops, const struct tolerance *t)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        compare_probe(ops, &cases[i], t);
    compare_ties(ops, t);
}
