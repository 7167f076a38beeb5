/* test_stem.c - the tensor-core convolution of a net's first unit against plain loops in double,
 * and the moments it makes of its output. */
#include "cuda/conv_trial.h"
#include "tests/cuda/conv_loops.h"

#include <math.h>

#define BF16 ELEMENT_BF16

static struct conv_shape shape_of(int n, int h, int w, int filled)
{
    struct conv_shape s = conv_loops_shape(n, h, w, 8, 64, 1, 7, 2);
    s.filled = filled;
    return s;
}

/* Random values in the channels that are filled, zeros in the others. */
static struct array *padded(struct kit *k, const struct conv_shape *s, size_t count, float mean)
{
    struct array *a = kit_random(k, BF16, count, mean, 1);
    for (size_t i = 0; i < count; i++)
        if (i % 8 >= (size_t)s->filled)
            a->value[i] = 0;
    kit_send(k, a);
    return a;
}

/* With a mean, so that y's deviation is small beside it. */
static void forward(struct kit *k, const struct conv_shape *s, float mean)
{
    struct conv_counts n = conv_loops_counts(s);
    struct parts p = kernel_stem_parts(s);
    struct array *x = padded(k, s, n.x, mean), *w = padded(k, s, n.w, 0);
    struct array *y = kit_empty(k, BF16, n.y), *again = kit_empty(k, BF16, n.y);
    struct array *moments = kit_empty(k, ELEMENT_F32, (size_t)(s->n * p.n * 2 * s->out));
    struct conv_want want = conv_loops_make(CONV_FORWARD, s, x->value, w->value, NULL, NULL);
    kit_run(k, kernel_stem_forward(s, x->at, w->at, y->at, moments->at, k->stream), "stem_forward");
    kit_run(k, kernel_stem_forward(s, x->at, w->at, again->at, NULL, k->stream), "stem_forward");
    kit_read(k, y);
    kit_read(k, again);
    kit_read(k, moments);
    conv_loops_near(y, &want, "forward", s);
    kit_same(again, y->value, "the same without moments");
    conv_loops_moments_near(moments, y, s, p);
    conv_loops_free(&want);
    kit_clear(k);
}

static void weights(struct kit *k, const struct conv_shape *s)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *x = padded(k, s, n.x, 0.5f), *dy = kit_random(k, BF16, n.y, 0, 1);
    struct array *dw = kit_empty(k, ELEMENT_F32, n.w);
    struct array *partial = kit_bytes(k, kernel_stem_scratch(s), NULL);
    struct conv_want want = conv_loops_make(CONV_WEIGHTS, s, x->value, NULL, dy->value, NULL);
    kit_run(k, kernel_stem_weights(s, x->at, dy->at, dw->at, partial->at, k->stream),
            "stem_weights");
    kit_read(k, dw);
    conv_loops_near(dw, &want, "weights' gradient", s);
    conv_loops_free(&want);
    kit_clear(k);
}

static void both_kinds(struct kit *k, struct conv_shape s)
{
    if (!ok(kernel_stem_can(BF16, &s), "%s can be done", conv_loops_name(&s)))
        return;
    forward(k, &s, 0.5f);
    weights(k, &s);
}

/* Every output has about the same large value: its deviation is that of rounding to bf16. */
static void large_mean(struct kit *k)
{
    struct conv_shape s = shape_of(1, 9, 40, 3);
    forward(k, &s, 100);
}

static void refusals(void)
{
    struct conv_shape s = shape_of(1, 9, 5, 3), t = s;
    ok(!kernel_stem_can(ELEMENT_F32, &s), "float32 is not for these kernels");
    t.filled = 5;
    ok(!kernel_stem_can(BF16, &t), "nor are 5 channels");
    t.filled = 0;
    ok(!kernel_stem_can(BF16, &t), "nor as many as nobody says");
    t = s;
    t.in = 3;
    ok(!kernel_stem_can(BF16, &t), "nor pixels of 3 channels without padding");
    t = s;
    t.out = 32;
    ok(!kernel_stem_can(BF16, &t), "nor are 32 results");
    t = conv_loops_shape(1, 9, 5, 8, 64, 1, 7, 1);
    t.filled = 3;
    ok(!kernel_stem_can(BF16, &t), "nor is a stride of 1");
    t = conv_loops_shape(1, 9, 5, 8, 64, 1, 3, 2);
    t.filled = 3;
    ok(!kernel_stem_can(BF16, &t), "nor is a kernel of 3x3");
    t = shape_of(1, 9, 900, 3);
    ok(!kernel_stem_can(BF16, &t), "nor are rows that shared memory can't hold");
    t = shape_of(64, 750, 750, 3);
    ok(kernel_stem_can(BF16, &t), "images of 750 pixels are");
    t = shape_of(64, 224, 224, 3);
    ok(kernel_stem_can(BF16, &t), "and those of 224");
    is_int(kernel_stem_parts(&t).n, 28, "in bands of 4 rows");
}

/* As one of several ways: its job's trial has padding too, and other jobs are refused. */
static void as_a_way(struct kit *k, enum conv_kind kind)
{
    extern const struct conv_method conv_plain, conv_stem;
    struct conv_tools tools = {.device = k->device};
    struct conv_job job = {kind, shape_of(2, 9, 12, 3), BF16, true, false};
    struct conv_way reference, way, other;
    struct conv_trial trial;
    struct err e;
    bool good = false;
    str_init(&tools.dropped);
    if (!ok(conv_plain.offer(&tools, &job, &reference, 1) && conv_stem.offer(&tools, &job, &way, 1),
            "it is offered") ||
        !ok(!conv_trial_open(&trial, &tools, &reference, &way, 1, &e), "a trial of it"))
        return;
    ok(!conv_trial_check(&trial, &way, &good, &e) && good, "it is right");
    is_text(tools.dropped.text, "", "of which nothing has to be said");
    conv_trial_close(&trial);
    job.shape.filled = 8;
    ok(!conv_stem.offer(&tools, &job, &other, 1) && conv_stem.again(&tools, &job, "", &other, &e) &&
           e.code == ERR_NOT_FOUND,
       "a pixel of 8 channels that are filled is not for it, even if it was before");
    str_fini(&tools.dropped);
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    refusals();
    large_mean(&k);
    as_a_way(&k, CONV_FORWARD);
    as_a_way(&k, CONV_WEIGHTS);
    /* n, height, width, channels */
    both_kinds(&k, shape_of(1, 1, 1, 3));
    both_kinds(&k, shape_of(2, 6, 13, 4));
    both_kinds(&k, shape_of(1, 5, 224, 3)); /* bands of unequal size in the weights' gradient */
    if (!k.small) {
        both_kinds(&k, shape_of(3, 2, 3, 1));
        both_kinds(&k, shape_of(1, 14, 14, 2));
        both_kinds(&k, shape_of(2, 33, 31, 3));
        both_kinds(&k, shape_of(1, 24, 224, 3));
        both_kinds(&k, shape_of(1, 3, 750, 3));
        both_kinds(&k, shape_of(270, 1, 1, 3));   /* a block takes several bands */
        both_kinds(&k, shape_of(266, 1, 390, 3)); /* of which it can hold only one */
    }
    return kit_close(&k);
}
