/* backend_promises.c - what callers of a backend rely on: values survive, phases can be taken
 * apart, steps can overlap, a bad step freezes, and the same work gives the same bits. */
#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <string.h>

#define IMAGES 19
#define BATCH 4 /* five steps, the last of 3 */
#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)
#define RATE 0.01

static const struct backend_case small = {"small",
                                          BATCH,
                                          17,
                                          15,
                                          3,
                                          {0, 3, 2, 1, false},
                                          {{0, -1, 16, 7, 2, 1, 0, true},
                                           {1, -1, 64, 1, 1, 1, 0, true},
                                           {2, -1, 64, 3, 2, 32, 0, true},
                                           {1, -1, 64, 1, 2, 1, 0, false},
                                           {3, 4, 64, 1, 1, 1, 8, true}}};

static void open_case(struct subject *s, const struct backend_ops *ops,
                      const struct backend_case *c, const struct case_images *images, bool keep)
{
    struct net net;
    case_net(c, &net);
    net.heads = true;
    net.classes = 5;
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, small.height, small.width);
    spec.keep = keep;
    spec.batches[0] = case_batch(BATCH);
    spec.batches[1] = case_batch(IMAGES % BATCH);
    subject_open(s, ops, &spec, 1);
    subject_show(s, images);
    subject_plan(s, images, BATCH, RATE);
}

static void open_small(struct subject *s, const struct backend_ops *ops,
                       const struct case_images *images)
{
    open_case(s, ops, &small, images, false);
}

/* All values of a kind, one after the other: a state to compare. */
struct state {
    float *values;
    size_t count;
};

/* `statistics`: with the running ones, which only PARAM has. */
static struct state state_of(const struct subject *s, enum backend_kind kind, bool statistics)
{
    struct state out = {mem_alloc(s->params->trained + s->params->running, sizeof(float)), 0};
    if (!out.values)
        case_bail("state", NULL);
    for (int i = 0; i < s->params->n; i++) {
        if (!statistics && !net_role_trained(s->params->at[i].role))
            continue;
        float *values = subject_get(s, kind, i);
        memcpy(out.values + out.count, values, s->params->at[i].count * sizeof *values);
        out.count += s->params->at[i].count;
        mem_free(values);
    }
    return out;
}

static struct state weights(const struct subject *s)
{
    return state_of(s, BACKEND_PARAM, false);
}

static struct state weights_and_statistics(const struct subject *s)
{
    return state_of(s, BACKEND_PARAM, true);
}

static struct state gradients(const struct subject *s)
{
    return state_of(s, BACKEND_GRADIENT, false);
}

static struct state momentum(const struct subject *s)
{
    return state_of(s, BACKEND_MOMENTUM, false);
}

/* Frees both. */
static bool same(struct state a, struct state b)
{
    bool equal =
        a.count && a.count == b.count && !memcmp(a.values, b.values, a.count * sizeof(float));
    mem_free(a.values);
    mem_free(b.values);
    return equal;
}

static void same_state(const struct subject *a, const struct subject *b, const char *what)
{
    ok(same(weights_and_statistics(a), weights_and_statistics(b)), "%s: same weights", what);
    ok(same(momentum(a), momentum(b)), "%s: same momentum", what);
}

static void promise_devices(const struct backend_ops *ops)
{
    struct backend_device list[BACKEND_MAX_DEVICES];
    char why[256] = "";
    int n = ops->devices(list, BACKEND_MAX_DEVICES, why, sizeof why);
    ok(n >= 1 && list[0].id[0] && list[0].name[0], "a device: %s, %s", list[0].id, list[0].name);
    ok(ops->version == BACKEND_VERSION && ops->name[0] && ops->library()[0], "%s: %s", ops->name,
       ops->library());
}

/* What is set is got back, bit by bit. */
static void promise_values(const struct backend_ops *ops, const struct case_images *images)
{
    struct subject s;
    open_small(&s, ops, images);
    int wrong = 0;
    const enum backend_kind kinds[2] = {BACKEND_PARAM, BACKEND_MOMENTUM};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < s.params->n; i++) {
            size_t count = s.params->at[i].count;
            if (k && !net_role_trained(s.params->at[i].role))
                continue;
            float *put = mem_alloc(count, sizeof *put);
            if (!put)
                case_bail("values", NULL);
            case_values(put, count, (uint64_t)i, 0.5f, 2);
            subject_set(&s, kinds[k], i, put);
            float *got = subject_get(&s, kinds[k], i);
            wrong += memcmp(put, got, count * sizeof *put) != 0;
            mem_free(put);
            mem_free(got);
        }
    is_int(wrong, 0, "values come back as they were set");
    is_text(door_precision(s.door), door_precision_names[ops->usual],
            "computed in its own precision when none is asked for");
    struct backend_usage usage;
    door_usage(s.door, &usage);
    ok(!(usage.load < 0 || usage.load > 1 || usage.temperature_c < -50 || usage.power_w < 0),
       "load %g, %g degrees, %g W", usage.load, usage.temperature_c, usage.power_w);
    uint64_t least = (s.params->trained + s.params->running) * sizeof(float);
    ok(usage.bytes[MEMORY_PARAMETERS] >= least &&
           usage.bytes[MEMORY_GRADIENTS] >= 2 * s.params->trained * sizeof(float) &&
           usage.bytes[MEMORY_ACTIVATIONS] > 0 && usage.bytes[MEMORY_IMAGES] > 0,
       "memory in use: %llu bytes", (unsigned long long)door_bytes(&usage));
    subject_close(&s);
}

/* A run of five steps, every one collected at once. */
static void train_in_turn(struct subject *s, double *totals)
{
    for (int i = 0; i < 5; i++)
        totals[i] = subject_step(s, TRAIN).total;
}

static void promise_phases(const struct backend_ops *ops, const struct case_images *images)
{
    struct subject a, b;
    double totals[2][5];
    open_small(&a, ops, images);
    open_small(&b, ops, images);
    train_in_turn(&a, totals[0]);
    for (int i = 0; i < 5; i++) {
        totals[1][i] = subject_step(&b, BACKEND_FORWARD).total;
        subject_step(&b, BACKEND_BACKWARD);
        subject_step(&b, BACKEND_UPDATE);
    }
    ok(!memcmp(totals[0], totals[1], sizeof totals[0]), "phases one by one: same losses");
    same_state(&a, &b, "phases one by one");
    subject_close(&a);
    subject_close(&b);
}

/* Between its halves a step's last tensor can be read, kept or not. */
static void promise_last(const struct backend_ops *ops, const struct case_images *images)
{
    struct subject a, b;
    open_case(&a, ops, &small, images, false);
    open_case(&b, ops, &small, images, true);
    int last = a.net.n_units;
    subject_step(&a, BACKEND_FORWARD);
    subject_step(&b, BACKEND_FORWARD);
    float *x = subject_get(&a, BACKEND_TENSOR, last), *y = subject_get(&b, BACKEND_TENSOR, last);
    size_t count = subject_count(&a, BACKEND_TENSOR, last);
    ok(count && !memcmp(x, y, count * sizeof *x), "the last tensor can be read after FORWARD");
    mem_free(x);
    mem_free(y);
    subject_close(&a);
    subject_close(&b);
}

static void promise_repeat(const struct backend_ops *ops, const struct case_images *images)
{
    struct subject a, b;
    double totals[2][5];
    open_small(&a, ops, images);
    open_small(&b, ops, images);
    train_in_turn(&a, totals[0]);
    train_in_turn(&b, totals[1]);
    ok(!memcmp(totals[0], totals[1], sizeof totals[0]), "again: same losses");
    ok(totals[0][0] != totals[0][1], "different batches have different losses");
    same_state(&a, &b, "again");
    subject_plan(&a, images, BATCH, RATE);
    struct state before = weights_and_statistics(&a);
    for (int i = 0; i < 5; i++)
        subject_step(&a, BACKEND_EVAL);
    ok(same(before, weights_and_statistics(&a)), "evaluation changes no weight and no statistic");
    subject_close(&a);
    subject_close(&b);
}

/* Nets in which memory is shared in other ways when it need not be kept. */
#define STEM                                                                                       \
    {                                                                                              \
        0, -1, 16, 7, 2, 1, 0, true                                                                \
    }
static const struct backend_case kept[] = {
    {"an identity shortcut, twice",
     BATCH,
     17,
     15,
     3,
     {0, 3, 2, 1, true},
     {STEM,
      {1, -1, 16, 3, 1, 1, 0, true},
      {2, 1, 16, 3, 1, 4, 4, true},
      {3, -1, 16, 1, 1, 1, 0, true},
      {4, 3, 16, 3, 1, 16, 0, true}}},
    {"an input with three readers",
     BATCH,
     17,
     15,
     3,
     CASE_NO_POOL,
     {STEM,
      {1, -1, 32, 1, 1, 1, 0, false},
      {1, 2, 32, 3, 1, 2, 8, true},
      {3, -1, 32, 3, 2, 4, 0, false},
      {3, 4, 32, 1, 2, 1, 8, false}}},
    {"a pool behind gate and shortcut",
     BATCH,
     17,
     15,
     3,
     {2, 3, 2, 1, false},
     {STEM,
      {1, -1, 16, 3, 1, 2, 0, true},
      {2, 1, 16, 1, 1, 1, 4, true},
      {3, -1, 64, 3, 1, 16, 0, true}}},
};

static void same_with_keep(const struct backend_ops *ops, const struct backend_case *c,
                           const struct case_images *images)
{
    struct subject a, b;
    double totals[2][5];
    bool graded = true, told = true;
    open_case(&a, ops, c, images, false);
    open_case(&b, ops, c, images, true);
    for (int i = 0; i < 5; i++) {
        totals[0][i] = subject_step(&a, TRAIN).total;
        totals[1][i] = subject_step(&b, TRAIN).total;
        graded &= same(gradients(&a), gradients(&b));
    }
    ok(!memcmp(totals[0], totals[1], sizeof totals[0]), "%s, kept: same losses", c->name);
    ok(graded, "%s, kept: same gradients", c->name);
    same_state(&a, &b, c->name);
    subject_plan(&a, images, BATCH, RATE);
    subject_plan(&b, images, BATCH, RATE);
    for (int i = 0; i < 5; i++)
        told &= subject_step(&a, BACKEND_EVAL).total == subject_step(&b, BACKEND_EVAL).total;
    ok(told, "%s, kept: same evaluation", c->name);
    subject_close(&a);
    subject_close(&b);
}

/* What is kept to be read changes how long memory lives, and nothing that is computed. */
static void promise_keep(const struct backend_ops *ops, const struct case_images *images)
{
    same_with_keep(ops, &small, images);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        same_with_keep(ops, &kept[i], images);
}

/* As many steps in flight as may be; a result must outlive the start of further steps. */
static void promise_in_flight(const struct backend_ops *ops, const struct case_images *images)
{
    struct subject a, b;
    struct err e;
    double totals[2][5];
    struct backend_result r;
    int wrong = 0;
    open_small(&a, ops, images);
    open_small(&b, ops, images);
    train_in_turn(&a, totals[0]);
    for (int i = 0; i < BACKEND_IN_FLIGHT; i++)
        if (door_step(b.door, TRAIN, &e))
            case_bail("step", &e);
    for (int i = 0; i < 5; i++) {
        if (door_collect(b.door, &r, &e))
            case_bail("collect", &e);
        float first = r.scores[0], probability = r.probabilities[4];
        totals[1][i] = r.total;
        if (i == 0 && door_step(b.door, TRAIN, &e))
            case_bail("step", &e);
        wrong += first != r.scores[0] || probability != r.probabilities[4] ||
                 r.first != (size_t)(i * BATCH) || r.n != (i < 4 ? BATCH : IMAGES % BATCH);
    }
    is_int(wrong, 0, "results come in order and last until the next collect");
    ok(!memcmp(totals[0], totals[1], sizeof totals[0]), "steps in flight: same losses");
    same_state(&a, &b, "steps in flight");
    subject_close(&a);
    subject_close(&b);
}

/* The third batch holds a score that is no number: weights stay as they were after the second,
 * through all later steps, also when several are in flight. */
static void promise_freeze(const struct backend_ops *ops, struct case_images *images)
{
    struct subject a, b;
    struct err e;
    struct backend_result r;
    uint32_t bad = images->order[2 * BATCH + 1];
    float score = images->scores[bad];
    open_small(&a, ops, images);
    images->scores[bad] = NAN;
    open_small(&b, ops, images);
    images->scores[bad] = score;
    subject_step(&a, TRAIN);
    subject_step(&a, TRAIN);
    for (int i = 0; i < BACKEND_IN_FLIGHT; i++)
        if (door_step(b.door, TRAIN, &e))
            case_bail("step", &e);
    unsigned finite = 0;
    for (unsigned i = 0; i < BACKEND_IN_FLIGHT; i++) {
        if (door_collect(b.door, &r, &e))
            case_bail("collect", &e);
        finite |= (unsigned)r.finite << i;
    }
    is_int(finite, 0xb, "the step with the bad batch is not finite, the others are");
    ok(same(weights(&a), weights(&b)), "weights are frozen before that step");
    ok(same(momentum(&a), momentum(&b)), "momentum too");
    subject_plan(&b, images, BATCH, RATE);
    subject_step(&b, TRAIN);
    ok(same(weights(&a), weights(&b)), "and stay so in the next epoch");
    subject_close(&a);
    subject_close(&b);
}

void backend_promises(const struct backend_ops *ops)
{
    struct net net;
    struct case_images images;
    case_net(&small, &net);
    struct backend_spec spec = case_spec(&net, LOSS_COMBO, small.height, small.width);
    case_images(&images, IMAGES, &spec.augment, 3);
    promise_devices(ops);
    promise_values(ops, &images);
    promise_phases(ops, &images);
    promise_last(ops, &images);
    promise_repeat(ops, &images);
    promise_keep(ops, &images);
    promise_in_flight(ops, &images);
    promise_freeze(ops, &images);
    case_images_free(&images);
}
