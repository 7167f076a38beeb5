/* test_grouped.c - the tensor-core convolutions of narrow groups against plain loops in double, and
 * the moments they make of their output. */
#include "tests/cuda/conv_loops.h"

#define BF16 ELEMENT_BF16

/* With a mean, so that y's deviation is small beside it. */
static void forward(struct kit *k, const struct conv_shape *s, float mean)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *x = kit_random(k, BF16, n.x, mean, 1), *w = kit_random(k, BF16, n.w, 0, 1);
    struct array *y = kit_empty(k, BF16, n.y), *again = kit_empty(k, BF16, n.y);
    struct array *moments =
        kit_empty(k, ELEMENT_F32, (size_t)(s->n * kernel_grouped_parts(s).n * 2 * s->out));
    struct conv_want want = conv_loops_make(CONV_FORWARD, s, x->value, w->value, NULL, NULL);
    kit_run(k, kernel_grouped_forward(s, x->at, w->at, y->at, moments->at, k->stream),
            "grouped_forward");
    kit_run(k, kernel_grouped_forward(s, x->at, w->at, again->at, NULL, k->stream),
            "grouped_forward");
    kit_read(k, y);
    kit_read(k, again);
    kit_read(k, moments);
    conv_loops_near(y, &want, "forward", s);
    kit_same(again, y->value, "the same without moments");
    conv_loops_moments_near(moments, y, s, kernel_grouped_parts(s));
    conv_loops_free(&want);
    kit_clear(k);
}

static void data(struct kit *k, const struct conv_shape *s, bool add)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *w = kit_random(k, BF16, n.w, 0, 1), *dy = kit_random(k, BF16, n.y, 0, 1);
    struct array *dx = add ? kit_random(k, BF16, n.x, 0, 4) : kit_empty(k, BF16, n.x);
    struct conv_want want =
        conv_loops_make(CONV_DATA, s, NULL, w->value, dy->value, add ? dx->value : NULL);
    kit_run(k, kernel_grouped_data(s, w->at, dy->at, dx->at, add, k->stream), "grouped_data");
    kit_read(k, dx);
    conv_loops_near(dx, &want, add ? "data gradient, added" : "data gradient", s);
    conv_loops_free(&want);
    kit_clear(k);
}

static void weights(struct kit *k, const struct conv_shape *s)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *x = kit_random(k, BF16, n.x, 0.5f, 1), *dy = kit_random(k, BF16, n.y, 0, 1);
    struct array *dw = kit_empty(k, ELEMENT_F32, n.w);
    struct array *partial = kit_bytes(k, kernel_grouped_scratch(s), NULL);
    struct conv_want want = conv_loops_make(CONV_WEIGHTS, s, x->value, NULL, dy->value, NULL);
    kit_run(k, kernel_grouped_weights(s, x->at, dy->at, dw->at, partial->at, k->stream),
            "grouped_weights");
    kit_read(k, dw);
    conv_loops_near(dw, &want, "weights' gradient", s);
    conv_loops_free(&want);
    kit_clear(k);
}

static void every_kind(struct kit *k, int n, int h, int w, int channels, int group, int stride)
{
    struct conv_shape s =
        conv_loops_shape(n, h, w, channels, channels, channels / group, 3, stride);
    if (!ok(kernel_grouped_can(BF16, &s), "%s can be done", conv_loops_name(&s)))
        return;
    forward(k, &s, 0.5f);
    data(k, &s, false);
    data(k, &s, true);
    weights(k, &s);
}

/* Every output has about the same large value: its deviation is that of rounding to bf16. */
static void large_mean(struct kit *k)
{
    struct conv_shape s = conv_loops_shape(1, 9, 5, 32, 32, 8, 3, 1);
    forward(k, &s, 100);
}

/* Maps so small that a block takes bands of several images, one after the other. */
static void several_to_a_block(struct kit *k)
{
    struct conv_shape s = conv_loops_shape(50, 1, 2, 256, 256, 16, 3, 1);
    forward(k, &s, 0.5f);
    data(k, &s, false);
    weights(k, &s);
}

static void refusals(void)
{
    struct conv_shape s = conv_loops_shape(1, 9, 5, 32, 32, 8, 3, 1), t = s;
    ok(!kernel_grouped_can(ELEMENT_F32, &s), "float32 is not for these kernels");
    t.groups = 16;
    ok(!kernel_grouped_can(BF16, &t), "nor are groups of 2 channels");
    t = conv_loops_shape(1, 9, 5, 48, 48, 12, 3, 1);
    ok(!kernel_grouped_can(BF16, &t), "nor are 48 channels");
    t = conv_loops_shape(1, 9, 5, 32, 32, 8, 1, 1);
    ok(!kernel_grouped_can(BF16, &t), "nor is a kernel of 1x1");
    t = conv_loops_shape(1, 9, 1000, 32, 32, 8, 3, 1);
    ok(!kernel_grouped_can(BF16, &t), "nor are rows that shared memory can't hold");
    t = conv_loops_shape(1, 320, 150, 32, 32, 8, 3, 1);
    ok(kernel_grouped_can(BF16, &t), "images of 600 pixels are");
}

int main(void)
{
    const int groups[] = {4, 8, 16, 32};
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    refusals();
    large_mean(&k);
    for (int i = 0; i < 4; i++) {
        /* n, height, width, channels, a group's, stride */
        every_kind(&k, 1, 2, 3, 32, groups[i], 1);
        every_kind(&k, 1, 9, 5, 32, groups[i], 2);
        if (k.small)
            continue;
        every_kind(&k, 2, 1, 1, 32, groups[i], 1);
        every_kind(&k, 2, 1, 1, 32, groups[i], 2);
        every_kind(&k, 2, 7, 7, 64, groups[i], 1);
        every_kind(&k, 3, 7, 7, 32, groups[i], 2);
        every_kind(&k, 1, 14, 14, 32, groups[i], 1);
        every_kind(&k, 1, 14, 8, 32, groups[i], 2);
    }
    every_kind(&k, 1, 24, 40, 32, 4, 1); /* several bands of unequal size */
    if (!k.small) {
        every_kind(&k, 1, 30, 40, 32, 8, 2);
        several_to_a_block(&k);
    }
    return kit_close(&k);
}
