/* backend_rules.c - what a backend must refuse: with -1 and a text, and without changing anything.
 */
#include "tests/kit/backend_rules.h"

#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include <string.h>

#define IMAGES 6
#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)

static const struct backend_case small = {
    "small",
    4,
    8,
    8,
    3,
    CASE_NO_POOL,
    {{0, -1, 16, 3, 2, 1, 0, true}, {1, 1, 16, 3, 1, 1, 4, true}}};

/* An open net with images and an epoch begun: everything but what a test then does wrong. */
struct stage {
    struct net net;
    struct subject s;
    struct case_images images;
    struct backend_spec spec;
};

static void set_up(struct stage *t, const struct backend_ops *ops, bool evaluates_only)
{
    case_net(&small, &t->net);
    t->net.heads = true;
    t->net.classes = 5;
    t->spec = case_spec(&t->net, LOSS_COMBO, small.height, small.width);
    t->spec.batches[0] = case_batch(4);
    t->spec.batches[1] = case_batch(2);
    t->spec.batches[0].trains = t->spec.batches[1].trains = !evaluates_only;
    subject_open(&t->s, ops, &t->spec, 1);
    case_images(&t->images, IMAGES, &t->spec.augment, 2);
    subject_show(&t->s, &t->images);
    subject_plan(&t->s, &t->images, 4, 0.01);
}

static void tear_down(struct stage *t)
{
    case_images_free(&t->images);
    subject_close(&t->s);
}

static void refused(int rc, const struct err *e, const char *what)
{
    if (!ok(rc == -1 && e->code != ERR_NONE && e->text[0], "refused: %s", what))
        diag("returned %d, code %d, text \"%s\"", rc, (int)e->code, e->text);
}

static void refuse_values(struct stage *t)
{
    struct door *door = t->s.door;
    struct err e = {.code = ERR_NONE};
    float values[16 * 16 * 9 + 1] = {0};
    int conv = net_params_role(t->s.params, 1, NET_CONV);
    int mean = net_params_role(t->s.params, 1, NET_MEAN);
    size_t count = t->s.params->at[conv].count;
    float *before = subject_get(&t->s, BACKEND_PARAM, conv);
    refused(door_set(door, BACKEND_PARAM, conv, values, count - 1, &e), &e,
            "set of too few values");
    has_text(e.text, "u1.conv.weight", "the parameter is named");
    refused(door_set(door, BACKEND_PARAM, conv, values, count + 1, &e), &e, "set of too many");
    refused(door_get(door, BACKEND_PARAM, conv, values, count - 1, &e), &e,
            "get of too few values");
    refused(door_set(door, BACKEND_PARAM, -1, values, 1, &e), &e, "set of parameter -1");
    refused(door_get(door, BACKEND_PARAM, t->s.params->n, values, 1, &e), &e, "get past the last");
    refused(door_get(door, BACKEND_GRADIENT, mean, values, 16, &e), &e,
            "gradient of a running statistic");
    refused(door_set(door, BACKEND_MOMENTUM, mean, values, 16, &e), &e,
            "momentum of a running statistic");
    float *after = subject_get(&t->s, BACKEND_PARAM, conv);
    ok(!memcmp(before, after, count * sizeof *before), "refused values change nothing");
    mem_free(before);
    mem_free(after);
}

/* Labels and plans come from files: what does not fit must be caught before it is an index. */
static void refuse_images(struct stage *t)
{
    struct door *door = t->s.door;
    struct err e = {.code = ERR_NONE};
    struct case_images *i = &t->images;
    int class = i->classes[3];
    i->classes[3] = 5;
    refused(door_images(door, &i->set, i->scores, i->classes, &e), &e, "a class that is none");
    i->classes[3] = class;
    refused(door_images(door, &i->set, i->scores, NULL, &e), &e, "a class loss without classes");
    struct backend_plan plan = case_plan(i, 3, 0.01);
    refused(door_epoch(door, &plan, &e), &e, "a batch size that was not announced");
    plan = case_plan(i, 4, 0.01);
    plan.n = IMAGES - 1;
    refused(door_epoch(door, &plan, &e), &e, "a last batch of a size not announced");
    plan = case_plan(i, 4, 0.01);
    uint32_t image = i->order[5];
    i->order[5] = IMAGES;
    refused(door_epoch(door, &plan, &e), &e, "a plan that names an image that is not there");
    i->order[5] = image;
    struct augment_draw draw = i->draws[2];
    i->draws[2].top = (uint16_t)(i->set.place[i->order[2]].height - small.height + 1);
    refused(door_epoch(door, &plan, &e), &e, "a crop that leaves its image");
    i->draws[2] = draw;
    struct image_set streamed = i->set;
    streamed.streamed = true;
    refused(door_images(door, &streamed, i->scores, i->classes, &e), &e,
            "streamed images without calls that say which are read");
}

static void refuse_large_plan(const struct backend_ops *ops)
{
    struct stage t;
    struct err e = {.code = ERR_NONE};
    set_up(&t, ops, false);
    struct subject small_plans;
    t.spec.plan_most = IMAGES - 1;
    subject_open(&small_plans, ops, &t.spec, 1);
    subject_show(&small_plans, &t.images);
    struct backend_plan plan = case_plan(&t.images, 4, 0.01);
    refused(door_epoch(small_plans.door, &plan, &e), &e, "a plan larger than was opened for");
    plan.n = 4;
    is_int(door_epoch(small_plans.door, &plan, &e), 0, "a smaller one is taken");
    subject_close(&small_plans);
    tear_down(&t);
}

static void refuse_steps(struct stage *t)
{
    struct door *door = t->s.door;
    struct err e = {.code = ERR_NONE};
    struct backend_result r;
    float value = 0;
    int bias = net_params_role(t->s.params, -1, NET_SCORE_B);
    subject_plan(&t->s, &t->images, 4, 0.01);
    refused(door_collect(door, &r, &e), &e, "collect without a step");
    refused(door_step(door, 0, &e), &e, "a step of no phase");
    refused(door_step(door, BACKEND_EVAL | BACKEND_FORWARD, &e), &e, "evaluation with training");
    refused(door_step(door, BACKEND_BACKWARD, &e), &e, "BACKWARD before FORWARD");
    is_int(door_step(door, TRAIN, &e), 0, "then a step");
    refused(door_set(door, BACKEND_PARAM, bias, &value, 1, &e), &e, "set while it is in flight");
    refused(door_get(door, BACKEND_PARAM, bias, &value, 1, &e), &e, "get while it is in flight");
    is_int(door_step(door, TRAIN, &e), 0, "the second and last step");
    refused(door_step(door, TRAIN, &e), &e, "a step after the plan's end");
    ok(!door_collect(door, &r, &e) && r.first == 0 && r.n == 4, "the first is collected");
    ok(!door_collect(door, &r, &e) && r.first == 4 && r.n == 2, "and the second");
    refused(door_collect(door, &r, &e), &e, "and no third");
}

static void refuse_too_many_in_flight(struct stage *t)
{
    struct err e = {.code = ERR_NONE};
    struct backend_result r;
    int started = 0, collected = 0;
    struct backend_plan plan = case_plan(&t->images, 4, 0.01);
    plan.batch = 2; /* three steps, then two more phases on the last batch */
    if (door_epoch(t->s.door, &plan, &e))
        case_bail("epoch", &e);
    for (int i = 0; i < 3; i++)
        started += !door_step(t->s.door, BACKEND_FORWARD, &e);
    started += !door_step(t->s.door, BACKEND_BACKWARD, &e);
    is_int(started, BACKEND_IN_FLIGHT, "steps in flight");
    refused(door_step(t->s.door, BACKEND_UPDATE, &e), &e, "one more");
    while (started-- > 0)
        collected += !door_collect(t->s.door, &r, &e);
    is_int(collected, BACKEND_IN_FLIGHT, "all are collected");
}

static void refuse_training(const struct backend_ops *ops)
{
    struct stage t;
    struct err e = {.code = ERR_NONE};
    set_up(&t, ops, true);
    refused(door_step(t.s.door, TRAIN, &e), &e, "training when opened for evaluation only");
    refused(door_step(t.s.door, BACKEND_FORWARD, &e), &e, "even its first phase");
    ok(subject_step(&t.s, BACKEND_EVAL).n == 4, "evaluation when opened for it");
    tear_down(&t);
}

/* Batches of 4 train, those of 2 evaluate. */
static void refuse_other_use(const struct backend_ops *ops)
{
    struct stage t;
    struct subject s;
    struct err e = {.code = ERR_NONE};
    struct backend_result r;
    set_up(&t, ops, false);
    t.spec.batches[0].evaluates = t.spec.batches[1].trains = false;
    subject_open(&s, ops, &t.spec, 1);
    subject_show(&s, &t.images);
    subject_plan(&s, &t.images, 4, 0.01);
    refused(door_step(s.door, BACKEND_EVAL, &e), &e, "evaluation of a batch announced to train");
    is_int(door_step(s.door, TRAIN, &e), 0, "it trains");
    refused(door_step(s.door, TRAIN, &e), &e, "training on a batch announced to evaluate");
    is_int(door_step(s.door, BACKEND_EVAL, &e), 0, "it is evaluated");
    for (int i = 0; i < 2; i++)
        ok(!door_collect(s.door, &r, &e) && r.n == 4 - 2 * i && r.finite, "a batch of %d", r.n);
    subject_close(&s);
    tear_down(&t);
}

/* The last unit gets a 1x1 map: with a batch of 1 it cannot train, but can evaluate. */
static void refuse_one_value(const struct backend_ops *ops)
{
    const struct backend_case c = {"one",
                                   2,
                                   4,
                                   4,
                                   3,
                                   CASE_NO_POOL,
                                   {{0, -1, 8, 3, 2, 1, 0, true}, {1, -1, 8, 3, 2, 1, 0, true}}};
    struct net net;
    struct subject s;
    struct case_images images;
    struct err e = {.code = ERR_NONE};
    struct backend_result r;
    case_net(&c, &net);
    net.heads = true;
    struct backend_spec spec = case_spec(&net, LOSS_L1, 4, 4);
    spec.batches[0] = case_batch(1);
    subject_open(&s, ops, &spec, 1);
    case_images(&images, 1, &spec.augment, 1);
    subject_show(&s, &images);
    struct backend_plan plan = case_plan(&images, 1, 0.01);
    int rc = door_epoch(s.door, &plan, &e);
    rc = rc ? rc : door_step(s.door, BACKEND_EVAL, &e);
    rc = rc ? rc : door_collect(s.door, &r, &e);
    is_int(rc, 0, "one value per channel can be evaluated");
    rc = door_epoch(s.door, &plan, &e);
    rc = rc ? rc : door_step(s.door, TRAIN, &e);
    rc = rc ? rc : door_collect(s.door, &r, &e);
    refused(rc, &e, "one value per channel in training");
    ok(strstr(e.text, "u1.bn") || strstr(e.text, "unit 1"), "the unit is named: %s", e.text);
    case_images_free(&images);
    subject_close(&s);
}

static void refuse_open(const struct backend_ops *ops)
{
    struct net net;
    struct door *door = NULL;
    struct err e = {.code = ERR_NONE};
    case_net(&small, &net);
    net.heads = true;
    struct backend_spec spec = case_spec(&net, LOSS_L1, 8, 8);
    refused(door_open(&door, ops, &spec, &e), &e, "open for no batch size");
    spec.batches[0].size = 2;
    refused(door_open(&door, ops, &spec, &e), &e, "open for a batch without use");
    spec.batches[0] = case_batch(-2);
    refused(door_open(&door, ops, &spec, &e), &e, "open for a batch of fewer than none");
    spec.batches[0] = case_batch(2);
    spec.threads = -1;
    refused(door_open(&door, ops, &spec, &e), &e, "open for fewer threads than none");
    spec.threads = 1;
    spec.device = BACKEND_MAX_DEVICES;
    refused(door_open(&door, ops, &spec, &e), &e, "open on a device that is not there");
    spec.device = 0;
    net.units[1].groups = 3;
    refused(door_open(&door, ops, &spec, &e), &e, "open of a net that cannot be");
    net.units[1].groups = 1;
    spec = case_spec(&net, LOSS_COMBO, 8, 8);
    spec.batches[0] = case_batch(2);
    refused(door_open(&door, ops, &spec, &e), &e, "open of a class loss on a net without classes");
    spec = case_spec(&net, LOSS_L1, 8, 8);
    spec.batches[0] = case_batch(2);
    struct backend_ops lists = {
        .name = ops->name, .library = ops->library, .devices = ops->devices};
    refused(door_open(&door, &lists, &spec, &e), &e, "open on a backend that only lists devices");
    ok(!door, "nothing was opened");
    door_close(NULL);
}

void backend_refusals(const struct backend_ops *ops)
{
    struct stage t;
    refuse_open(ops);
    set_up(&t, ops, false);
    refuse_values(&t);
    refuse_images(&t);
    refuse_steps(&t);
    refuse_too_many_in_flight(&t);
    tear_down(&t);
    refuse_training(ops);
    refuse_other_use(ops);
    refuse_large_plan(ops);
    refuse_one_value(ops);
}
