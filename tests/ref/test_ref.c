/* test_ref.c - the oracle itself: its gradients against central finite differences in double, its
 * whole training against PyTorch (tests/golden/ref_torch.txt), and the rules of the contract.
 *
 * Kinks are left out exactly: where the two ends of a difference took different branches (a ReLU, a
 * pooling window's winner, the sign of an L1), ref_branches says so and the element is not
 * compared. The step is the difference of the two float32 values really stored.
 */
#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <stdlib.h>

#define NONE CASE_NO_POOL

/* Units are {input, shortcut, out, kernel, stride, groups, squeeze, relu}. */
static const struct backend_case cases[] = {
    {"3x3", 3, 7, 9, 5, NONE, {{0, -1, 6, 3, 1, 1, 0, true}}},
    {"3x3 stride 2, odd sizes", 3, 7, 9, 5, NONE, {{0, -1, 6, 3, 2, 1, 0, true}}},
    {"3x3 stride 2, even sizes", 2, 8, 6, 5, NONE, {{0, -1, 6, 3, 2, 1, 0, true}}},
    {"1x1 without relu", 3, 5, 4, 6, NONE, {{0, -1, 7, 1, 1, 1, 0, false}}},
    {"1x1 stride 2", 3, 7, 9, 6, NONE, {{0, -1, 7, 1, 2, 1, 0, false}}},
    {"7x7 stride 2", 2, 13, 11, 3, NONE, {{0, -1, 4, 7, 2, 1, 0, true}}},
    {"3x3 in 2 groups, unequal widths", 2, 5, 5, 6, NONE, {{0, -1, 4, 3, 1, 2, 0, false}}},
    {"3x3 in 32 groups of 4", 2, 4, 5, 128, NONE, {{0, -1, 128, 3, 1, 32, 0, true}}},
    {"3x3 in 32 groups of 4, stride 2", 2, 7, 5, 128, NONE, {{0, -1, 128, 3, 2, 32, 0, true}}},
    {"gate", 3, 4, 5, 6, NONE, {{0, -1, 8, 1, 1, 1, 4, false}}},
    {"gate with relu", 3, 4, 5, 6, NONE, {{0, -1, 8, 3, 2, 1, 4, true}}},
    {"gate, identity shortcut, relu", 3, 4, 5, 8, NONE, {{0, 0, 8, 3, 1, 1, 4, true}}},
    {"identity shortcut without relu", 3, 4, 5, 6, NONE, {{0, 0, 6, 3, 1, 1, 0, false}}},
    {"pool 3/2 pad 1 floor", 2, 9, 7, 3, {0, 3, 2, 1, false}, {{0, -1, 4, 3, 1, 1, 0, true}}},
    {"pool 3/2 pad 0 ceil", 2, 8, 10, 3, {0, 3, 2, 0, true}, {{0, -1, 4, 3, 1, 1, 0, false}}},
    {"block with projection: grouped, gate, pool, a tensor read twice",
     2,
     13,
     11,
     3,
     {0, 3, 2, 1, false},
     {{0, -1, 8, 3, 1, 1, 0, true},
      {1, -1, 8, 1, 1, 1, 0, true},
      {2, -1, 8, 3, 2, 4, 0, true},
      {1, -1, 16, 1, 2, 1, 0, false},
      {3, 4, 16, 1, 1, 1, 4, true}}},
    {"a tensor read four times",
     2,
     5,
     4,
     6,
     NONE,
     {{0, 0, 6, 1, 1, 1, 0, false},
      {1, 1, 6, 3, 1, 2, 0, true},
      {1, 2, 6, 1, 1, 1, 3, false},
      {3, 1, 6, 3, 1, 1, 0, false}}},
};

/* What is differentiated, and how: a probe's <output, output gradient>, or the loss. */
struct slope {
    struct subject *s;
    double (*value)(struct subject *s);
    double step, limit;
    int compared, kinks;
    double worst; /* error relative to the largest gradient of the tensor */
};

static double probe_value(struct subject *s)
{
    struct err e;
    struct backend_plan plan = {.n = (size_t)s->batch, .batch = s->batch};
    if (door_epoch(s->door, &plan, &e))
        case_bail("epoch", &e);
    subject_step(s, BACKEND_FORWARD);
    return ref_output_dot(s->b);
}

static double largest(const float *x, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs((double)x[i]));
    return most;
}

/* Central difference for element i of a parameter or of the input; NaN over a kink. */
static double difference(struct slope *d, enum backend_kind kind, int index, float *values,
                         size_t i)
{
    float middle = values[i];
    double at[2], value[2];
    uint64_t branches[2];
    for (int k = 0; k < 2; k++) {
        values[i] = middle + (float)(k ? d->step : -d->step);
        at[k] = (double)values[i];
        subject_set(d->s, kind, index, values);
        value[k] = d->value(d->s);
        branches[k] = ref_branches(d->s->b);
    }
    values[i] = middle;
    subject_set(d->s, kind, index, values);
    return branches[0] == branches[1] ? (value[1] - value[0]) / (at[1] - at[0]) : NAN;
}

/* Compares about `samples` elements spread over a tensor with its gradient. */
static void compare(struct slope *d, enum backend_kind kind, int index, const float *gradient,
                    size_t samples)
{
    size_t count = subject_count(d->s, kind, index);
    size_t stride = count / samples + 1;
    double scale = largest(gradient, count) + 1e-3;
    float *values = subject_get(d->s, kind, index);
    for (size_t i = stride / 2; i < count; i += stride) {
        double slope = difference(d, kind, index, values, i);
        if (isnan(slope)) {
            d->kinks++;
            continue;
        }
        double error = fabs(slope - (double)gradient[i]) / scale;
        if (error > d->limit)
            diag("tensor %d of kind %d, element %zu: difference %.9g, gradient %.9g", index,
                 (int)kind, i, slope, (double)gradient[i]);
        d->worst = fmax(d->worst, error);
        d->compared++;
    }
    mem_free(values);
}

static void compare_params(struct slope *d, size_t samples)
{
    const struct net_params *p = d->s->params;
    float *gradient[NET_MAX_UNITS] = {0};
    for (int i = 0; i < p->n; i++)
        if (net_role_trained(p->at[i].role))
            gradient[i] = subject_get(d->s, BACKEND_GRADIENT, i);
    for (int i = 0; i < p->n; i++) {
        if (gradient[i])
            compare(d, BACKEND_PARAM, i, gradient[i], samples);
        mem_free(gradient[i]);
    }
}

static void test_unit(const struct backend_case *c)
{
    struct subject s;
    subject_probe(&s, ref_backend(), c, 7);
    subject_step(&s, BACKEND_FORWARD | BACKEND_BACKWARD);
    struct slope d = {.s = &s, .value = probe_value, .step = 1.0 / 8192, .limit = 5e-7};
    float *input_gradient = subject_get(&s, BACKEND_TENSOR_GRADIENT, 0);
    compare(&d, BACKEND_TENSOR, 0, input_gradient, 24);
    compare_params(&d, 16);
    ok(d.worst < d.limit && d.compared > 3 * d.kinks,
       "%s: %d gradients as differences within %.1e, %d at kinks", c->name, d.compared, d.worst,
       d.kinks);
    mem_free(input_gradient);
    subject_close(&s);
}

static struct case_images shown;

static double loss_value(struct subject *s)
{
    subject_plan(s, &shown, (int)shown.set.n, 0);
    return subject_step(s, BACKEND_FORWARD).total;
}

/* The loss takes scores rounded to float, so the step is long and the tolerance wide; without ReLUs
 * there are no kinks on the way. */
static const struct backend_case headed = {
    "headed", 5, 7, 9, 3, NONE, {{0, -1, 8, 3, 2, 1, 0, false}, {1, 1, 8, 1, 1, 1, 4, false}}};

static void test_loss(enum loss_kind kind)
{
    struct net net;
    struct subject s;
    case_net(&headed, &net);
    net.heads = true;
    net.classes = loss_info(kind)->classes ? 5 : 0;
    struct backend_spec spec = case_spec(&net, kind, headed.height, headed.width);
    spec.batches[0] = case_batch(headed.batch);
    spec.keep = true;
    subject_open(&s, ref_backend(), &spec, 3);
    case_images(&shown, (size_t)headed.batch, &spec.augment, 5);
    subject_show(&s, &shown);
    loss_value(&s);
    subject_step(&s, BACKEND_BACKWARD);
    struct slope d = {.s = &s, .value = loss_value, .step = 1.0 / 256, .limit = 5e-4};
    compare_params(&d, 16);
    ok(d.worst < d.limit && d.compared > 3 * d.kinks,
       "loss %s: %d gradients as differences within %.1e, %d at kinks", loss_info(kind)->name,
       d.compared, d.worst, d.kinks);
    case_images_free(&shown);
    subject_close(&s);
}

/* With gamma 0 all outputs are equal: the first of a window must get the whole gradient. */
static void test_first_maximum(void)
{
    const struct backend_case c = {
        "ties", 1, 5, 5, 1, {0, 3, 2, 1, false}, {{0, -1, 1, 1, 1, 1, 0, false}}};
    struct subject s;
    subject_probe(&s, ref_backend(), &c, 1);
    float zero = 0, beta = 1, ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    subject_set(&s, BACKEND_PARAM, net_params_role(s.params, 0, NET_GAMMA), &zero);
    subject_set(&s, BACKEND_PARAM, net_params_role(s.params, 0, NET_BETA), &beta);
    subject_set(&s, BACKEND_TENSOR_GRADIENT, 1, ones);
    float *x = subject_get(&s, BACKEND_TENSOR, 0);
    subject_step(&s, BACKEND_FORWARD | BACKEND_BACKWARD);
    float *dgamma = subject_get(&s, BACKEND_GRADIENT, net_params_role(s.params, 0, NET_GAMMA));
    float *w = subject_get(&s, BACKEND_PARAM, net_params_role(s.params, 0, NET_CONV));
    /* Windows start at -1, 1, 3: their first pixels inside are 0, 1, 3 each way. */
    const int first[3] = {0, 1, 3};
    double mean = 0, square = 0, wanted = 0;
    for (int i = 0; i < 25; i++)
        mean += (double)x[i] * (double)w[0] / 25;
    for (int i = 0; i < 25; i++)
        square += pow((double)x[i] * (double)w[0] - mean, 2) / 25;
    for (int i = 0; i < 9; i++)
        wanted += ((double)x[first[i / 3] * 5 + first[i % 3]] * (double)w[0] - mean) /
                  sqrt(square + NET_BN_EPS);
    is_near((double)dgamma[0], wanted, 1e-5, "of equal values the first gets the gradient");
    mem_free(x);
    mem_free(w);
    mem_free(dgamma);
    subject_close(&s);
}

/* The n-th allocation fails, n = 1, 2, ...: an error every time, until all succeed. */
static void test_memory(void)
{
    const struct backend_case c = {
        "memory", 2, 6, 6, 3, {0, 3, 2, 1, false}, {{0, -1, 4, 3, 1, 1, 2, true}}};
    struct net net;
    case_net(&c, &net);
    net.heads = true;
    struct backend_spec spec = case_spec(&net, LOSS_L1, 6, 6);
    spec.batches[0] = case_batch(2);
    struct case_images images;
    case_images(&images, 2, &spec.augment, 1);
    struct backend_plan plan = {.n = 2, .batch = 2, .order = images.order, .draws = images.draws};
    int failed = 0, unnamed = 0, rc = -1;
    for (int n = 1; rc && n < 500; n++) {
        struct door *door = NULL;
        struct err e = {.code = ERR_NONE};
        mem_test_fail_at(n);
        rc = door_open(&door, ref_backend(), &spec, &e);
        rc = rc ? rc : door_images(door, &images.set, images.scores, images.classes, &e);
        rc = rc ? rc : door_epoch(door, &plan, &e);
        mem_test_fail_at(0);
        failed += rc != 0;
        unnamed += rc && e.code != ERR_MEMORY;
        door_close(door);
    }
    ok(!rc && failed > 20 && !unnamed, "%d allocations that fail are %d errors", failed, failed);
    case_images_free(&images);
}

/* Cancelled is neither done nor failed, and a step that was cancelled can be asked for again. */
static void test_cancel(void)
{
    struct net net;
    struct subject s;
    struct err e = {.code = ERR_NONE};
    struct case_images images;
    struct door *none;
    atomic_bool cancel = false;
    case_net(&headed, &net);
    net.heads = true;
    struct backend_spec spec = case_spec(&net, LOSS_L1, headed.height, headed.width);
    spec.batches[0] = case_batch(headed.batch);
    spec.cancel = &cancel;
    subject_open(&s, ref_backend(), &spec, 1);
    case_images(&images, (size_t)headed.batch, &spec.augment, 1);
    subject_show(&s, &images);
    subject_plan(&s, &images, headed.batch, 0.01);
    cancel = true;
    is_int(door_step(s.door, BACKEND_FORWARD, &e), 1, "a cancelled step");
    is_int(door_open(&none, ref_backend(), &spec, &e), 1, "a cancelled opening");
    ok(e.code == ERR_NONE && !none, "cancelling is no error");
    cancel = false;
    ok(subject_step(&s, BACKEND_FORWARD).n == headed.batch, "a step after all");
    case_images_free(&images);
    subject_close(&s);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_unit(&cases[i]);
    for (int kind = 0; kind < LOSS_KINDS; kind++)
        test_loss((enum loss_kind)kind);
    test_first_maximum();
    test_memory();
    test_cancel();
    backend_rules(ref_backend());
    return tap_done();
}
