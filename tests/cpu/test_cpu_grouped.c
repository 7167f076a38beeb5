/* test_cpu_grouped.c - the CPU's own convolutions (narrow groups, matrix products) against sums in
 * double over their definition: every instruction set that the machine has, sizes at which nothing
 * fits. Guard values around what is written must stay. */
#include "cpu/cpu.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"

#include "base/mem.h"

#include <math.h>
#include <omp.h>

#define GUARD 64
#define GUARD_VALUE 12345.0f
#define TOLERANCE 1e-5

/* A convolution with everything that goes in and what must come out. */
struct work {
    struct dnn_shape s;
    size_t x_count, y_count, w_count;
    float *x, *y, *w; /* random; w in weight-file order */
    float *ordered;   /* w as the loops read it */
    float *bias;
    double *wanted[DNN_KINDS];
    double *rectified; /* what is wanted of a forward convolution with bias and ReLU */
    float *made;       /* with guards before and behind */
    float *scratch;
};

static void *block(size_t count, size_t size)
{
    void *p = mem_alloc(count, size);
    if (!p)
        case_bail("a test's values", NULL);
    return p;
}

static void work_init(struct work *k, const struct dnn_shape *shape)
{
    struct dnn_shape s = *shape;
    s.out_h = (s.h + 2 * s.pad - s.kernel) / s.stride + 1;
    s.out_w = (s.w + 2 * s.pad - s.kernel) / s.stride + 1;
    *k = (struct work){.s = s,
                       .x_count = (size_t)s.n * s.h * s.w * s.in,
                       .y_count = (size_t)s.n * s.out_h * s.out_w * s.out,
                       .w_count = (size_t)s.kernel * s.kernel * s.out * (s.in / s.groups)};
    size_t most = k->x_count + k->y_count + k->w_count;
    k->x = block(k->x_count, sizeof(float));
    k->y = block(k->y_count, sizeof(float));
    k->w = block(k->w_count, sizeof(float));
    k->ordered = block(k->w_count, sizeof(float));
    k->bias = block((size_t)s.out, sizeof(float));
    for (int kind = 0; kind < DNN_KINDS; kind++)
        k->wanted[kind] = block(most, sizeof(double));
    k->rectified = block(k->y_count, sizeof(double));
    k->made = block(most + 2 * GUARD, sizeof(float));
    k->scratch = block(grouped_partial_floats(&s) + im2col_floats(&s), sizeof(float));
    case_values(k->x, k->x_count, 1, -1, 1);
    case_values(k->y, k->y_count, 2, -1, 1);
    case_values(k->w, k->w_count, 3, -1, 1);
    case_values(k->bias, (size_t)s.out, 4, -1, 1);
}

static void work_fini(struct work *k)
{
    void *blocks[] = {k->x, k->y, k->w, k->ordered, k->bias, k->scratch, k->rectified, k->made};
    for (int kind = 0; kind < DNN_KINDS; kind++)
        mem_free(k->wanted[kind]);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        mem_free(blocks[i]);
}

/* Place of weight (output, input within the group, tap) in an order. */
static size_t weight_at(const struct dnn_shape *s, enum dnn_order order, int out, int in, int tap)
{
    size_t taps = (size_t)s->kernel * s->kernel, read = (size_t)(s->in / s->groups);
    size_t made = (size_t)(s->out / s->groups), group = (size_t)out / made;
    switch (order) {
    case DNN_PLAIN:
        return ((size_t)out * read + (size_t)in) * taps + (size_t)tap;
    case DNN_OUT_TAPS:
        return ((size_t)out * taps + (size_t)tap) * read + (size_t)in;
    case DNN_TAPS_OUT:
        return ((size_t)tap * read + (size_t)in) * (size_t)s->out + (size_t)out;
    case DNN_TAPS_IN:
        break;
    }
    return ((size_t)tap * made + (size_t)out % made) * (size_t)s->in + group * read + (size_t)in;
}

static void put_in_order(struct work *k, enum dnn_order order)
{
    const struct dnn_shape *s = &k->s;
    for (int out = 0; out < s->out; out++)
        for (int in = 0; in < s->in / s->groups; in++)
            for (int tap = 0; tap < s->kernel * s->kernel; tap++)
                k->ordered[weight_at(s, order, out, in, tap)] =
                    k->w[weight_at(s, DNN_PLAIN, out, in, tap)];
}

/* The definition: adds every product x * w that is part of one y to what it is wanted for. */
static void add_products(struct work *k, enum dnn_kind kind, enum dnn_order order, size_t pixel,
                         int out, int tap)
{
    const struct dnn_shape *s = &k->s;
    size_t area = (size_t)s->out_h * (size_t)s->out_w, at_y = pixel * (size_t)s->out + (size_t)out;
    int read = s->in / s->groups, group = out / (s->out / s->groups);
    int yy = (int)(pixel % area) / s->out_w * s->stride - s->pad + tap / s->kernel;
    int xx = (int)(pixel % (size_t)s->out_w) * s->stride - s->pad + tap % s->kernel;
    if (yy < 0 || yy >= s->h || xx < 0 || xx >= s->w)
        return;
    size_t at_x =
        (((pixel / area) * (size_t)s->h + (size_t)yy) * (size_t)s->w + (size_t)xx) * (size_t)s->in +
        (size_t)(group * read);
    for (int in = 0; in < read; in++) {
        float x = k->x[at_x + (size_t)in], y = k->y[at_y];
        double w = (double)k->w[weight_at(s, DNN_PLAIN, out, in, tap)];
        if (kind == DNN_FORWARD)
            k->wanted[kind][at_y] += (double)x * w;
        else if (kind == DNN_DATA)
            k->wanted[kind][at_x + (size_t)in] += (double)y * w;
        else
            k->wanted[kind][weight_at(s, order, out, in, tap)] += (double)x * (double)y;
    }
}

static void naive(struct work *k, enum dnn_kind kind, enum dnn_order order)
{
    const struct dnn_shape *s = &k->s;
    size_t pixels = (size_t)s->n * (size_t)s->out_h * (size_t)s->out_w;
    for (size_t i = 0; i < k->x_count + k->y_count + k->w_count; i++)
        k->wanted[kind][i] = 0;
    for (size_t pixel = 0; pixel < pixels; pixel++)
        for (int out = 0; out < s->out; out++)
            for (int tap = 0; tap < s->kernel * s->kernel; tap++)
                add_products(k, kind, order, pixel, out, tap);
}

static void guard(struct work *k)
{
    size_t count = k->x_count + k->y_count + k->w_count + 2 * GUARD;
    for (size_t i = 0; i < count; i++)
        k->made[i] = GUARD_VALUE;
}

/* 1 when what was made is not what is wanted, or a guard was touched. */
static int differs(const struct work *k, const double *wanted, size_t count)
{
    const float *made = k->made + GUARD;
    double worst = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        worst = fmax(worst, fabs((double)made[i] - wanted[i]));
        most = fmax(most, fabs(wanted[i]));
        if (isnan(made[i]))
            return 1;
    }
    for (size_t i = 0; i < GUARD; i++)
        if (k->made[i] != GUARD_VALUE || made[count + i] != GUARD_VALUE)
            return 1;
    return worst > TOLERANCE * most;
}

/* What is wanted does not depend on the instruction set. */
static void want_grouped(struct work *k)
{
    naive(k, DNN_FORWARD, DNN_TAPS_OUT);
    for (size_t i = 0; i < k->y_count; i++)
        k->rectified[i] =
            fmax(0, k->wanted[DNN_FORWARD][i] + (double)k->bias[i % (size_t)k->s.out]);
    naive(k, DNN_WEIGHTS, DNN_TAPS_OUT);
    naive(k, DNN_DATA, DNN_TAPS_IN);
}

static int wrong_grouped(struct work *k, enum isa isa)
{
    float *made = k->made + GUARD;
    int wrong = 0;
    put_in_order(k, DNN_TAPS_OUT);
    guard(k);
    grouped_forward(isa, &k->s, k->x, k->ordered, NULL, false, made);
    wrong += differs(k, k->wanted[DNN_FORWARD], k->y_count);
    guard(k);
    grouped_forward(isa, &k->s, k->x, k->ordered, k->bias, true, made);
    wrong += differs(k, k->rectified, k->y_count);
    guard(k);
    grouped_weights(isa, &k->s, k->x, made, k->y, k->scratch);
    wrong += differs(k, k->wanted[DNN_WEIGHTS], k->w_count);
    put_in_order(k, DNN_TAPS_IN);
    guard(k);
    grouped_data(isa, &k->s, made, k->ordered, k->y);
    return wrong + differs(k, k->wanted[DNN_DATA], k->x_count);
}

/* Channels in and out, and groups: of 4 in numbers that fill no, one or more vectors; of 8; wider
 * and unequal ones. */
static const int widths[][3] = {{8, 8, 2},   {16, 16, 4}, {24, 24, 6},   {40, 40, 10}, {8, 8, 1},
                                {16, 16, 2}, {24, 24, 3}, {32, 32, 2},   {48, 48, 2},  {16, 32, 2},
                                {32, 16, 2}, {64, 64, 2}, {128, 128, 32}};
static const int windows[][3] = {{1, 1, 0}, {1, 2, 0}, {2, 1, 1}, {3, 1, 1}, {3, 1, 0}, {3, 2, 1},
                                 {3, 3, 1}, {3, 1, 3}, {5, 1, 2}, {5, 2, 2}, {7, 2, 3}};
static const int maps[][2] = {{3, 4}, {7, 7}, {9, 17}, {5, 30}};

struct found {
    int shapes, wrong;
};

static void check_shape(const struct dnn_shape *s, struct found found[ISA_KINDS])
{
    struct work k;
    work_init(&k, s);
    want_grouped(&k);
    for (int i = 0; i < ISA_KINDS; i++) {
        if (!isa_available((enum isa)i))
            continue;
        int bad = wrong_grouped(&k, (enum isa)i);
        if (bad && !found[i].wrong)
            diag("%d to %d channels in %d groups, %dx%d stride %d pad %d, map %dx%d", s->in, s->out,
                 s->groups, s->kernel, s->kernel, s->stride, s->pad, s->h, s->w);
        found[i].wrong += bad;
        found[i].shapes++;
    }
    work_fini(&k);
}

static void check_grouped(struct found found[ISA_KINDS])
{
    for (size_t c = 0; c < sizeof widths / sizeof *widths; c++)
        for (size_t v = 0; v < sizeof windows / sizeof *windows; v++)
            for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
                struct dnn_shape s = {.n = c < 12 ? 2 : 1,
                                      .in = widths[c][0],
                                      .out = widths[c][1],
                                      .groups = widths[c][2],
                                      .kernel = windows[v][0],
                                      .stride = windows[v][1],
                                      .pad = windows[v][2],
                                      .h = maps[m][0],
                                      .w = maps[m][1]};
                if (s.h + 2 * s.pad >= s.kernel && grouped_can(&s))
                    check_shape(&s, found);
            }
}

/* Threads divide the work, not the sums. */
static void check_threads(enum isa isa)
{
    static const struct dnn_shape s = {5, 24, 24, 3, 3, 1, 1, 9, 7, 0, 0};
    struct work k;
    work_init(&k, &s);
    float *first = block(k.w_count, sizeof *first);
    omp_set_num_threads(1);
    grouped_weights(isa, &k.s, k.x, first, k.y, k.scratch);
    omp_set_num_threads(3);
    grouped_weights(isa, &k.s, k.x, k.made, k.y, k.scratch);
    omp_set_num_threads(1);
    ok(!memcmp(first, k.made, k.w_count * sizeof *first), "%s: the same bits on 1 and 3 threads",
       isa_name(isa));
    mem_free(first);
    work_fini(&k);
}

static void check_products(void)
{
    int shapes = 0, wrong = 0;
    struct err e;
    for (size_t v = 0; v < sizeof windows / sizeof *windows; v++)
        for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
            struct dnn_shape s = {
                3,          5,          11, 1, windows[v][0], windows[v][1], windows[v][2],
                maps[m][0], maps[m][1], 0,  0};
            if (s.h + 2 * s.pad < s.kernel)
                continue;
            struct work k;
            work_init(&k, &s);
            float *made = k.made + GUARD;
            naive(&k, DNN_WEIGHTS, DNN_OUT_TAPS);
            guard(&k);
            wrong += im2col_weights(&k.s, k.x, made, k.y, k.scratch, &e) ||
                     differs(&k, k.wanted[DNN_WEIGHTS], k.w_count);
            if (im2col_can(&k.s, DNN_DATA)) {
                put_in_order(&k, DNN_OUT_TAPS);
                naive(&k, DNN_DATA, DNN_OUT_TAPS);
                guard(&k);
                wrong += im2col_data(&k.s, made, false, k.ordered, k.y, &e) ||
                         differs(&k, k.wanted[DNN_DATA], k.x_count);
                for (size_t i = 0; i < k.x_count; i++)
                    k.wanted[DNN_DATA][i] *= 2;
                wrong += im2col_data(&k.s, made, true, k.ordered, k.y, &e) ||
                         differs(&k, k.wanted[DNN_DATA], k.x_count);
                shapes++;
            }
            shapes++;
            work_fini(&k);
        }
    ok(shapes > 40 && !wrong, "matrix products, %d gradients, %d differences", shapes, wrong);
}

int main(void)
{
    struct found found[ISA_KINDS] = {{0, 0}};
    check_grouped(found);
    for (int i = 0; i < ISA_KINDS; i++) {
        if (!isa_available((enum isa)i)) {
            skip("this processor has no %s", isa_name((enum isa)i));
            continue;
        }
        ok(found[i].shapes > 400 && !found[i].wrong, "%s: narrow groups, %d shapes, %d differences",
           isa_name((enum isa)i), found[i].shapes, found[i].wrong);
        check_threads((enum isa)i);
    }
    check_products();
    return tap_done();
}
