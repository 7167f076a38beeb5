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
    t->spec.batches[0] = 4;
    t->spec.batches[1] = 2;
    t->spec.evaluates_only = evaluates_only;
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
    const struct backend_ops *ops = t->s.ops;
    struct backend *b = t->s.b;
    struct err e = {.code = ERR_NONE};
    float values[16 * 16 * 9 + 1] = {0};
    int conv = net_params_role(t->s.params, 1, NET_CONV);
    int mean = net_params_role(t->s.params, 1, NET_MEAN);
    size_t count = t->s.params->at[conv].count;
    float *before = subject_get(&t->s, BACKEND_PARAM, conv);
    refused(ops->set(b, BACKEND_PARAM, conv, values, count - 1, &e), &e, "set of too few values");
    has_text(e.text, "u1.conv.weight", "the parameter is named");
    refused(ops->set(b, BACKEND_PARAM, conv, values, count + 1, &e), &e, "set of too many");
    refused(ops->get(b, BACKEND_PARAM, conv, values, count - 1, &e), &e, "get of too few values");
    refused(ops->set(b, BACKEND_PARAM, -1, values, 1, &e), &e, "set of parameter -1");
    refused(ops->get(b, BACKEND_PARAM, t->s.params->n, values, 1, &e), &e, "get past the last");
    refused(ops->get(b, BACKEND_GRADIENT, mean, values, 16, &e), &e,
            "gradient of a running statistic");
    refused(ops->set(b, BACKEND_MOMENTUM, mean, values, 16, &e), &e,
            "momentum of a running statistic");
    float *after = subject_get(&t->s, BACKEND_PARAM, conv);
    ok(!memcmp(before, after, count * sizeof *before), "refused values change nothing");
    mem_free(before);
    mem_free(after);
}

/* Labels and plans come from files: what does not fit must be caught before it is an index. */
static void refuse_images(struct stage *t)
{
    const struct backend_ops *ops = t->s.ops;
    struct backend *b = t->s.b;
    struct err e = {.code = ERR_NONE};
    struct case_images *i = &t->images;
    int class = i->classes[3];
    i->classes[3] = 5;
    refused(ops->images(b, &i->set, i->scores, i->classes, &e), &e, "a class that is none");
    i->classes[3] = class;
    refused(ops->images(b, &i->set, i->scores, NULL, &e), &e, "a class loss without classes");
    struct backend_plan plan = case_plan(i, 3, 0.01);
    refused(ops->epoch(b, &plan, &e), &e, "a batch size that was not announced");
    plan = case_plan(i, 4, 0.01);
    plan.n = IMAGES - 1;
    refused(ops->epoch(b, &plan, &e), &e, "a last batch of a size not announced");
    plan = case_plan(i, 4, 0.01);
    uint32_t image = i->order[5];
    i->order[5] = IMAGES;
    refused(ops->epoch(b, &plan, &e), &e, "a plan that names an image that is not there");
    i->order[5] = image;
    struct augment_draw draw = i->draws[2];
    i->draws[2].top = (uint16_t)(i->set.place[i->order[2]].height - small.height + 1);
    refused(ops->epoch(b, &plan, &e), &e, "a crop that leaves its image");
    i->draws[2] = draw;
}

static void refuse_steps(struct stage *t)
{
    const struct backend_ops *ops = t->s.ops;
    struct backend *b = t->s.b;
    struct err e = {.code = ERR_NONE};
    struct backend_result r;
    float value = 0;
    int bias = net_params_role(t->s.params, -1, NET_SCORE_B);
    subject_plan(&t->s, &t->images, 4, 0.01);
    refused(ops->collect(b, &r, &e), &e, "collect without a step");
    refused(ops->step(b, 0, &e), &e, "a step of no phase");
    refused(ops->step(b, BACKEND_EVAL | BACKEND_FORWARD, &e), &e, "evaluation with training");
    refused(ops->step(b, BACKEND_BACKWARD, &e), &e, "BACKWARD before FORWARD");
    is_int(ops->step(b, TRAIN, &e), 0, "then a step");
    refused(ops->set(b, BACKEND_PARAM, bias, &value, 1, &e), &e, "set while it is in flight");
    refused(ops->get(b, BACKEND_PARAM, bias, &value, 1, &e), &e, "get while it is in flight");
    is_int(ops->step(b, TRAIN, &e), 0, "the second and last step");
    refused(ops->step(b, TRAIN, &e), &e, "a step after the plan's end");
    ok(!ops->collect(b, &r, &e) && r.first == 0 && r.n == 4, "the first is collected");
    ok(!ops->collect(b, &r, &e) && r.first == 4 && r.n == 2, "and the second");
    refused(ops->collect(b, &r, &e), &e, "and no third");
}

static void refuse_too_many_in_flight(struct stage *t)
{
    const struct backend_ops *ops = t->s.ops;
    struct err e = {.code = ERR_NONE};
    struct backend_result r;
    int started = 0, collected = 0;
    struct backend_plan plan = case_plan(&t->images, 4, 0.01);
    plan.batch = 2; /* three steps, then two more phases on the last batch */
    if (ops->epoch(t->s.b, &plan, &e))
        case_bail("epoch", &e);
    for (int i = 0; i < 3; i++)
        started += !ops->step(t->s.b, BACKEND_FORWARD, &e);
    started += !ops->step(t->s.b, BACKEND_BACKWARD, &e);
    is_int(started, BACKEND_IN_FLIGHT, "steps in flight");
    refused(ops->step(t->s.b, BACKEND_UPDATE, &e), &e, "one more");
    while (started-- > 0)
        collected += !ops->collect(t->s.b, &r, &e);
    is_int(collected, BACKEND_IN_FLIGHT, "all are collected");
}

static void refuse_training(const struct backend_ops *ops)
{
    struct stage t;
    struct err e = {.code = ERR_NONE};
    set_up(&t, ops, true);
    refused(ops->step(t.s.b, TRAIN, &e), &e, "training when opened for evaluation only");
    ok(subject_step(&t.s, BACKEND_EVAL).n == 4, "evaluation when opened for it");
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
    spec.batches[0] = 1;
    subject_open(&s, ops, &spec, 1);
    case_images(&images, 1, &spec.augment, 1);
    subject_show(&s, &images);
    struct backend_plan plan = case_plan(&images, 1, 0.01);
    int rc = ops->epoch(s.b, &plan, &e);
    rc = rc ? rc : ops->step(s.b, BACKEND_EVAL, &e);
    rc = rc ? rc : ops->collect(s.b, &r, &e);
    is_int(rc, 0, "one value per channel can be evaluated");
    rc = ops->epoch(s.b, &plan, &e);
    rc = rc ? rc : ops->step(s.b, TRAIN, &e);
    rc = rc ? rc : ops->collect(s.b, &r, &e);
    refused(rc, &e, "one value per channel in training");
    ok(strstr(e.text, "u1.bn") || strstr(e.text, "unit 1"), "the unit is named: %s", e.text);
    case_images_free(&images);
    subject_close(&s);
}

static void refuse_open(const struct backend_ops *ops)
{
    struct net net;
    struct backend *b = NULL;
    struct err e = {.code = ERR_NONE};
    case_net(&small, &net);
    net.heads = true;
    struct backend_spec spec = case_spec(&net, LOSS_L1, 8, 8);
    refused(ops->open(&b, &spec, &e), &e, "open for no batch size");
    spec.batches[0] = 2;
    net.units[1].groups = 3;
    refused(ops->open(&b, &spec, &e), &e, "open of a net that cannot be");
    net.units[1].groups = 1;
    spec = case_spec(&net, LOSS_COMBO, 8, 8);
    spec.batches[0] = 2;
    refused(ops->open(&b, &spec, &e), &e, "open of a class loss on a net without classes");
    ok(!b, "nothing was opened");
    ops->close(NULL);
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
    refuse_one_value(ops);
}
