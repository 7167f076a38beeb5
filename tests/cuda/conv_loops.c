/* conv_loops.c - see conv_loops.h. */
#include "tests/cuda/conv_loops.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct conv_counts conv_loops_counts(const struct conv_shape *s)
{
    return (struct conv_counts){
        .x = (size_t)(s->n * s->in_h * s->in_w) * (size_t)s->in,
        .w = (size_t)(s->out * s->kernel * s->kernel) * (size_t)(s->in / s->groups),
        .y = (size_t)(s->n * s->out_h * s->out_w) * (size_t)s->out,
    };
}

struct conv_shape conv_loops_shape(int n, int in_h, int in_w, int in, int out, int groups,
                                   int kernel, int stride)
{
    struct conv_shape s = {.n = n,
                           .in = in,
                           .out = out,
                           .groups = groups,
                           .kernel = kernel,
                           .stride = stride,
                           .pad = kernel / 2,
                           .in_h = in_h,
                           .in_w = in_w};
    s.out_h = (in_h + 2 * s.pad - kernel) / stride + 1;
    s.out_w = (in_w + 2 * s.pad - kernel) / stride + 1;
    return s;
}

const char *conv_loops_name(const struct conv_shape *s)
{
    static char text[80];
    snprintf(text, sizeof text, "%dx%dx%d %d>%d %dx%d/%d groups %d", s->n, s->in_h, s->in_w, s->in,
             s->out, s->kernel, s->kernel, s->stride, s->groups);
    return text;
}

/* Where a product's three factors lie. */
struct place {
    size_t x, w, y;
};

static void add_product(enum conv_kind kind, struct conv_want *want, struct place at,
                        const float *x, const float *w, const float *y)
{
    size_t i = kind == CONV_FORWARD ? at.y : kind == CONV_DATA ? at.x : at.w;
    double product = kind == CONV_FORWARD ? (double)x[at.x] * (double)w[at.w]
                     : kind == CONV_DATA  ? (double)w[at.w] * (double)y[at.y]
                                          : (double)x[at.x] * (double)y[at.y];
    want->value[i] += product;
    want->size[i] += fabs(product);
}

/* All products of one output element. */
static void add_element(enum conv_kind kind, const struct conv_shape *s, struct conv_want *want,
                        int pixel, int o, const float *x, const float *w, const float *y)
{
    int depth = s->in / s->groups, group = o / (s->out / s->groups), row = pixel / s->out_w;
    for (int tap = 0; tap < s->kernel * s->kernel; tap++) {
        int iy = row % s->out_h * s->stride - s->pad + tap / s->kernel;
        int ix = pixel % s->out_w * s->stride - s->pad + tap % s->kernel;
        if (iy < 0 || iy >= s->in_h || ix < 0 || ix >= s->in_w)
            continue;
        int seen = (row / s->out_h * s->in_h + iy) * s->in_w + ix;
        for (int c = 0; c < depth; c++)
            add_product(kind, want,
                        (struct place){
                            .x = (size_t)(seen * s->in + group * depth + c),
                            .w = (size_t)((o * s->kernel * s->kernel + tap) * depth + c),
                            .y = (size_t)(pixel * s->out + o),
                        },
                        x, w, y);
    }
}

struct conv_want conv_loops_make(enum conv_kind kind, const struct conv_shape *s, const float *x,
                                 const float *w, const float *y, const float *before)
{
    struct conv_counts n = conv_loops_counts(s);
    struct conv_want want = {.count = kind == CONV_FORWARD ? n.y : kind == CONV_DATA ? n.x : n.w};
    want.value = mem_alloc(want.count, sizeof *want.value);
    want.size = mem_alloc(want.count, sizeof *want.size);
    if (!want.value || !want.size) {
        printf("Bail out! The host has no memory left for this test.\n");
        exit(1);
    }
    for (size_t i = 0; before && i < want.count; i++) {
        want.value[i] = (double)before[i];
        want.size[i] = fabs(want.value[i]);
    }
    for (int pixel = 0; pixel < s->n * s->out_h * s->out_w; pixel++)
        for (int o = 0; o < s->out; o++)
            add_element(kind, s, &want, pixel, o, x, w, y);
    return want;
}

void conv_loops_free(struct conv_want *want)
{
    mem_free(want->value);
    mem_free(want->size);
}

int conv_loops_near(const struct array *a, struct conv_want *want, const char *what,
                    const struct conv_shape *s)
{
    double ulps = 4;
    if (a->type == ELEMENT_BF16) {
        /* half a unit of its own; the sums' error is far smaller but stays where they cancel */
        ulps = 0.6;
        for (size_t i = 0; i < want->count; i++)
            want->size[i] *= 1.0 / 1024;
    }
    return kit_near(a, want->value, (struct tolerance){.ulps = ulps, .size = want->size},
                    "%s, %s: %s", a->type == ELEMENT_BF16 ? "bf16" : "float32", conv_loops_name(s),
                    what);
}

void conv_loops_moments_near(const struct array *moments, const struct array *y,
                             const struct conv_shape *s, struct parts p)
{
    int area = s->out_h * s->out_w;
    double *want = mem_alloc(moments->count, sizeof *want);
    double *size = mem_alloc(moments->count, sizeof *size);
    ok(p.n * p.pixels >= area && (p.n - 1) * p.pixels < area,
       "parts are of whole images, none of them empty");
    for (int i = 0; i < s->n * p.n * s->out; i++) {
        int c = i % s->out, part = i / s->out % p.n, image = i / s->out / p.n;
        int from = part * p.pixels, to = from + p.pixels < area ? from + p.pixels : area;
        const float *v = y->value + (size_t)image * (size_t)(area * s->out) + c;
        double sum = 0, squares = 0, off;
        for (int k = from; k < to; k++)
            sum += (double)v[k * s->out];
        for (int k = from; k < to; k++) {
            off = (double)v[k * s->out] - sum / (to - from);
            squares += off * off;
        }
        size_t at = (size_t)(image * p.n + part) * 2 * (size_t)s->out + (size_t)c;
        want[at] = sum / (to - from);
        want[at + (size_t)s->out] = squares;
        size[at] = sqrt(squares / (to - from));
    }
    kit_near(moments, want, (struct tolerance){.ulps = 16, .size = size}, "moments of it");
    mem_free(want);
    mem_free(size);
}
