/* test_loss.c - every loss of a batch against the same mathematics on the host; where results go;
 * and what a loss that isn't finite does. */
#include "engine/core/loss_math.h"
#include "cuda/kernels/step.h"
#include "tests/cuda/kernel_kit.h"

#include <math.h>
#include <string.h>

enum { IMAGES = 7, PLAN = 300, CLASSES = 10 };

struct batch {
    int first, n, classes;
    struct state state;
    uint32_t order[PLAN];
    struct array *on_state, *on_order, *truths, *true_class, *scores, *logits, *score_gradient,
        *class_gradient;
    int classes_of[IMAGES];
    struct sample_result *seen; /* pinned */
    struct plan_values plan;
};

static void open_batch(struct kit *k, struct batch *b, enum loss_kind kind, int first, int n)
{
    const double weights[LOSS_MAX_TERMS] = {2, 1, 0.5};
    struct err e;
    void *seen = NULL;
    memset(b, 0, sizeof *b);
    b->first = first;
    b->n = n;
    loss_spec_init(&b->state.loss, kind, weights, CLASSES, NULL, 0);
    for (int c = 0; c < CLASSES; c++)
        b->state.loss.class_weight[c] = c ? 1 + 0.5 * c : 0;
    b->classes = b->state.loss.classes;
    b->state.first = (uint64_t)first;
    b->state.next = (uint64_t)(first + n);
    b->state.step = 12;
    for (int i = 0; i < PLAN; i++)
        b->order[i] = (uint32_t)kit_draw_below(k, IMAGES);
    for (int i = 0; i < IMAGES; i++)
        b->classes_of[i] = kit_draw_below(k, CLASSES);
    size_t wide = (size_t)n * (size_t)b->classes;
    b->on_state = kit_bytes(k, sizeof b->state, &b->state);
    b->on_order = kit_bytes(k, sizeof b->order, b->order);
    b->truths = kit_random(k, ELEMENT_F32, IMAGES, 5, 4);
    b->true_class = kit_bytes(k, sizeof b->classes_of, b->classes_of);
    b->scores = kit_random(k, ELEMENT_F32, (size_t)n, 5, 4);
    b->logits = b->classes ? kit_random(k, ELEMENT_F32, wide, 0, 3) : NULL;
    b->score_gradient = kit_empty(k, ELEMENT_F32, (size_t)n);
    b->class_gradient = b->classes ? kit_empty(k, ELEMENT_F32, wide) : NULL;
    b->plan = (struct plan_values){.order = b->on_order->at,
                                   .truths = b->truths->at,
                                   .classes = b->classes ? b->true_class->at : NULL};
    if (device_pin(k->device, PLAN * sizeof *b->seen, "results", &seen, &e))
        ok(0, "%s", e.text);
    b->seen = seen;
    memset(b->seen, 0x55, PLAN * sizeof *b->seen);
}

static void run(struct kit *k, struct batch *b)
{
    kit_run(k,
            kernel_loss(b->on_state->at, b->plan, b->scores->at, b->logits ? b->logits->at : NULL,
                        b->n, b->seen, b->score_gradient->at,
                        b->class_gradient ? b->class_gradient->at : NULL, k->stream),
            "loss");
    kit_read(k, b->on_state);
    kit_read(k, b->score_gradient);
    if (b->class_gradient)
        kit_read(k, b->class_gradient);
}

static void close_batch(struct kit *k, struct batch *b)
{
    device_unpin(k->device, b->seen);
    kit_clear(k);
}

static double class_scale(const struct batch *b)
{
    double sum = 0;
    for (int i = 0; i < b->n; i++)
        sum += b->state.loss.class_weight[b->classes_of[b->order[b->first + i]]];
    return loss_class_scale(&b->state.loss, sum, b->n);
}

static bool near(double got, double want, double tolerance)
{
    return fabs(got - want) <= tolerance * (1 + fabs(want));
}

/* Whether sample i was judged as the host does. */
static bool sample_right(const struct batch *b, int i, double scale)
{
    const struct sample_result *r = &b->seen[b->first + i];
    uint32_t image = b->order[b->first + i];
    struct loss_sample want;
    bool right = r->score == b->scores->value[i];
    memset(&want, 0, sizeof want);
    loss_of_sample(&b->state.loss, b->scores->value[i],
                   b->logits ? b->logits->value + i * b->classes : NULL, b->truths->value[image],
                   b->classes_of[image], scale, &want);
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        right &= near(r->term[t], want.term[t], 1e-12);
    right &= near((double)b->score_gradient->value[i], want.score_gradient / b->n, 1e-7);
    for (int c = 0; c < b->classes; c++) {
        right &= near((double)r->probability[c], want.probability[c], 1e-7);
        right &= near((double)b->class_gradient->value[i * b->classes + c],
                      want.logit_gradient[c] / b->n, 1e-7);
    }
    return right;
}

static bool untouched(const struct sample_result *r)
{
    struct sample_result was;
    memset(&was, 0x55, sizeof was);
    return !memcmp(r, &was, sizeof was);
}

static void check_kind(struct kit *k, enum loss_kind kind, int first, int n)
{
    static struct batch b;
    int wrong = 0, beside = 0;
    open_batch(k, &b, kind, first, n);
    run(k, &b);
    double scale = class_scale(&b);
    for (int i = 0; i < n; i++)
        wrong += !sample_right(&b, i, scale);
    for (int i = 0; i < PLAN; i++)
        beside += (i < first || i >= first + n) && !untouched(&b.seen[i]);
    ok(!wrong, "%s of %d samples from %d on: %d differ from the host's", loss_names[kind], n, first,
       wrong);
    ok(!beside, "and %d results of other samples are touched", beside);
    kit_same_bytes(b.on_state, &b.state, "a finite loss leaves the state as it was");
    close_batch(k, &b);
}

/* In a batch of several turns, the score that is no number is in neither the first nor the last. */
static void check_fault(struct kit *k, enum loss_kind kind, float fault)
{
    static struct batch b;
    open_batch(k, &b, kind, 3, 200);
    b.scores->value[77] = fault;
    kit_send(k, b.scores);
    run(k, &b);
    b.state.frozen = 1;
    b.state.bad_step = b.state.step;
    kit_same_bytes(b.on_state, &b.state, "%s: a score of %g freezes updates and names the step",
                   loss_names[kind], (double)fault);
    ok(!isfinite(b.seen[80].term[0]) && isfinite(b.seen[79].term[0]), "its own result shows it");
    b.state.step++;
    memcpy(b.on_state->raw, &b.state, sizeof b.state);
    kit_send(k, b.on_state);
    run(k, &b);
    kit_same_bytes(b.on_state, &b.state, "a later such step is not named");
    close_batch(k, &b);
}

/* Weights of all true classes are 0. */
static void check_weightless(struct kit *k)
{
    static struct batch b;
    int wrong = 0;
    open_batch(k, &b, LOSS_COMBO_RELEASED, 0, 20);
    memset(b.classes_of, 0, sizeof b.classes_of);
    memcpy(b.true_class->raw, b.classes_of, sizeof b.classes_of);
    kit_send(k, b.true_class);
    run(k, &b);
    for (int i = 0; i < b.n; i++)
        wrong += !(b.seen[i].term[2] == 0);
    ok(!wrong, "a batch without class weights has a class term of 0");
    close_batch(k, &b);
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int kind = 0; kind < LOSS_KINDS; kind++) {
        check_kind(&k, (enum loss_kind)kind, 0, 1);
        check_kind(&k, (enum loss_kind)kind, 5, 64);
        check_kind(&k, (enum loss_kind)kind, 11, 197);
        check_fault(&k, (enum loss_kind)kind, NAN);
        check_fault(&k, (enum loss_kind)kind, -INFINITY);
    }
    check_weightless(&k);
    return kit_close(&k);
}
