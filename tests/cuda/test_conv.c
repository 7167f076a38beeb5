/* test_conv.c - the convolutions of any shape against plain loops in double. */
#include "tests/cuda/conv_loops.h"

static void forward(struct kit *k, enum element t, const struct conv_shape *s)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *x = kit_random(k, t, n.x, 0.5f, 1), *w = kit_random(k, t, n.w, 0, 1);
    struct array *y = kit_empty(k, t, n.y);
    struct conv_want want = conv_loops_make(CONV_FORWARD, s, x->value, w->value, NULL, NULL);
    kit_run(k, kernel_conv_forward(t, s, x->at, w->at, y->at, k->stream), "conv_forward");
    kit_read(k, y);
    conv_loops_near(y, &want, "forward", s);
    conv_loops_free(&want);
    kit_clear(k);
}

static void data(struct kit *k, enum element t, const struct conv_shape *s, bool add)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *w = kit_random(k, t, n.w, 0, 1), *dy = kit_random(k, t, n.y, 0, 1);
    struct array *dx = add ? kit_random(k, t, n.x, 0, 4) : kit_empty(k, t, n.x);
    struct conv_want want =
        conv_loops_make(CONV_DATA, s, NULL, w->value, dy->value, add ? dx->value : NULL);
    kit_run(k, kernel_conv_data(t, s, w->at, dy->at, dx->at, add, k->stream), "conv_data");
    kit_read(k, dx);
    conv_loops_near(dx, &want, add ? "data gradient, added" : "data gradient", s);
    conv_loops_free(&want);
    kit_clear(k);
}

static void weights(struct kit *k, enum element t, const struct conv_shape *s)
{
    struct conv_counts n = conv_loops_counts(s);
    struct array *x = kit_random(k, t, n.x, 0.5f, 1), *dy = kit_random(k, t, n.y, 0, 1);
    struct array *dw = kit_empty(k, ELEMENT_F32, n.w);
    struct conv_want want = conv_loops_make(CONV_WEIGHTS, s, x->value, NULL, dy->value, NULL);
    kit_run(k, kernel_conv_weights(t, s, x->at, dy->at, dw->at, k->stream), "conv_weights");
    kit_read(k, dw);
    conv_loops_near(dw, &want, "weights' gradient", s);
    conv_loops_free(&want);
    kit_clear(k);
}

static void every_kind(struct kit *k, struct conv_shape s)
{
    const enum element types[] = {ELEMENT_F32, ELEMENT_BF16};
    for (int i = 0; i < 2; i++) {
        forward(k, types[i], &s);
        data(k, types[i], &s, i);
        data(k, types[i], &s, !i);
        weights(k, types[i], &s);
    }
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    /* n, height, width, in, out, groups, kernel, stride */
    every_kind(&k, conv_loops_shape(1, 1, 1, 8, 16, 1, 1, 1));
    every_kind(&k, conv_loops_shape(2, 1, 1, 3, 5, 1, 3, 1));
    every_kind(&k, conv_loops_shape(3, 2, 3, 5, 7, 1, 3, 1));
    every_kind(&k, conv_loops_shape(1, 2, 3, 7, 6, 1, 3, 2));
    every_kind(&k, conv_loops_shape(2, 9, 5, 3, 16, 1, 7, 2));
    every_kind(&k, conv_loops_shape(1, 14, 14, 8, 10, 1, 7, 2));
    every_kind(&k, conv_loops_shape(2, 7, 7, 24, 17, 1, 1, 1));
    every_kind(&k, conv_loops_shape(2, 7, 7, 16, 20, 1, 1, 2));
    every_kind(&k, conv_loops_shape(2, 9, 5, 8, 8, 2, 3, 2));
    every_kind(&k, conv_loops_shape(1, 9, 5, 12, 8, 4, 3, 1));
    every_kind(&k, conv_loops_shape(2, 7, 7, 32, 32, 8, 3, 2));
    every_kind(&k, conv_loops_shape(1, 4, 6, 6, 6, 6, 3, 1));
    if (!k.small) {
        every_kind(&k, conv_loops_shape(3, 14, 14, 40, 24, 1, 3, 1));
        every_kind(&k, conv_loops_shape(2, 14, 14, 64, 64, 16, 3, 1));
        every_kind(&k, conv_loops_shape(1, 14, 14, 64, 128, 32, 3, 2));
        every_kind(&k, conv_loops_shape(2, 3, 2, 512, 40, 1, 3, 1));
        every_kind(&k, conv_loops_shape(3, 56, 56, 8, 8, 1, 1, 1)); /* long sums of weights */
    }
    return kit_close(&k);
}
