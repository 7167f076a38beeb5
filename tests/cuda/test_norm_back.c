/* test_norm_back.c - batch norm backward on the device against plain loops in double: sums,
 * factors, and the pass that makes the gradients. */
#include "cuda/kernels/norm.h"
#include "tests/cuda/norm_cases.h"

#include <math.h>

/* How a unit tells what its ReLU let through. */
enum through { ALL, BY_RAW, BY_MASK, THROUGHS };

struct input {
    struct array *raw, *gradient, *mask, *mean, *scale, *shift;
    struct norm_back a;
    double *g; /* what came through */
};

static struct input input_of(struct kit *k, enum element t, struct map m, enum through way)
{
    struct input in;
    size_t count = map_count(m), c = (size_t)m.c;
    in.raw = kit_random(k, t, count, 0.5f, 2);
    in.gradient = kit_random(k, t, count, 0, 1);
    in.mean = kit_random(k, ELEMENT_F32, c, 0.5f, 0.5f);
    in.scale = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    in.shift = kit_random(k, ELEMENT_F32, c, 0, 1);
    in.mask = kit_bytes(k, (count + 7) / 8, NULL);
    for (size_t i = 0; i < in.mask->bytes; i++)
        ((unsigned char *)in.mask->raw)[i] = (unsigned char)kit_draw_below(k, 256);
    kit_send(k, in.mask);
    in.g = doubles(count);
    for (size_t i = 0; i < count; i++) {
        double y = (double)in.scale->value[i % c] * (double)in.raw->value[i] +
                   (double)in.shift->value[i % c];
        bool let = way == ALL ||
                   (way == BY_RAW ? y > 0 : ((unsigned char *)in.mask->raw)[i / 8] >> i % 8 & 1);
        in.g[i] = let ? (double)in.gradient->value[i] : 0;
    }
    in.a = (struct norm_back){.raw = in.raw->at,
                              .gradient = in.gradient->at,
                              .mask = way == BY_MASK ? in.mask->at : NULL,
                              .relu = way != ALL,
                              .mean = in.mean->at,
                              .scale = in.scale->at,
                              .shift = in.shift->at};
    return in;
}

/* --- sums --- */

static void sums_check(struct kit *k, enum element t, const struct norm_case *k_case,
                       enum through way)
{
    struct map m = k_case->m;
    struct parts p = norm_case_parts(k_case);
    struct input in = input_of(k, t, m, way);
    size_t c_all = (size_t)m.c, count = (size_t)m.n * (size_t)p.n * 2 * c_all;
    struct array *sums = kit_empty(k, ELEMENT_F32, count);
    double *want = doubles(count), *size = doubles(count);
    for (size_t i = 0; i < map_count(m); i++) {
        size_t pixel = i / c_all, c = i % c_all, n = pixel / map_area(m);
        size_t part = n * (size_t)p.n + pixel % map_area(m) / (size_t)p.pixels;
        double product = in.g[i] * ((double)in.raw->value[i] - (double)in.mean->value[c]);
        want[2 * part * c_all + c] += in.g[i];
        size[2 * part * c_all + c] += fabs(in.g[i]);
        want[(2 * part + 1) * c_all + c] += product;
        size[(2 * part + 1) * c_all + c] += fabs(product);
    }
    kit_run(k, kernel_norm_back_sums(t, &in.a, m, p, sums->at, k->stream), "norm_back_sums");
    kit_read(k, sums);
    kit_near(sums, want, (struct tolerance){.ulps = 8, .floor = 1e-6, .size = size},
             "sums, " SHAPE " in %d parts, ReLU %d", SHAPE_OF(m), p.n, way);
    mem_free(want);
    mem_free(size);
    mem_free(in.g);
}

static void sums_case(struct kit *k, enum element t, const struct norm_case *c)
{
    for (enum through way = ALL; way < THROUGHS; way++) {
        sums_check(k, t, c, way);
        kit_clear(k);
    }
}

/* --- factors --- */

struct factors {
    double *sum, *product, *size, *a, *b, *k, *gamma, *beta; /* of channels; a and b of images */
};

struct gating {
    struct array *gate, *squeezed_gradient, *image_mean;
};

/* Adds to a channel's two sums what an image's come to. */
static void add_image(const struct gating *g, const struct array *mean, struct map m, size_t at,
                      double s, double q, struct factors *f)
{
    size_t c = at % (size_t)m.c;
    if (g->gate) {
        double gate = (double)g->gate->value[at], d = (double)g->squeezed_gradient->value[at];
        s = gate * s + d;
        q = gate * q + d * ((double)g->image_mean->value[at] - (double)mean->value[c]);
    }
    f->sum[c] += s;
    f->product[c] += q;
    f->size[c] += fabs(s) + fabs(q);
}

static void finish_check(struct kit *k, const struct norm_case *k_case, bool gated)
{
    struct map m = k_case->m;
    struct parts p = norm_case_parts(k_case);
    size_t c_all = (size_t)m.c, wide = (size_t)m.n * c_all, factors = gated ? wide : c_all;
    struct array *sums = kit_random(k, ELEMENT_F32, wide * (size_t)p.n * 2, 0.1f, 1);
    struct array *mean = kit_random(k, ELEMENT_F32, c_all, 0, 1);
    struct array *inverse = kit_random(k, ELEMENT_F32, c_all, 1, 0.5f);
    struct array *scale = kit_random(k, ELEMENT_F32, c_all, 1, 0.5f);
    struct gating g = {NULL, NULL, NULL};
    if (gated)
        g = (struct gating){kit_random(k, ELEMENT_F32, wide, 0.5f, 0.5f),
                            kit_random(k, ELEMENT_F32, wide, 0, 1),
                            kit_random(k, ELEMENT_F32, wide, 0, 1)};
    struct factors f = {doubles(c_all), doubles(c_all), doubles(wide),  doubles(wide),
                        doubles(wide),  doubles(c_all), doubles(c_all), doubles(c_all)};
    for (size_t at = 0; at < wide; at++) {
        double s = 0, q = 0;
        for (size_t part = 0; part < (size_t)p.n; part++) {
            size_t from = (at / c_all * (size_t)p.n + part) * 2 * c_all + at % c_all;
            s += (double)sums->value[from];
            q += (double)sums->value[from + c_all];
        }
        add_image(&g, mean, m, at, s, q, &f);
    }
    double count = (double)map_area(m) * m.n;
    for (size_t at = 0; at < factors; at++) {
        size_t c = at % c_all;
        double s = (double)scale->value[c], i = (double)inverse->value[c];
        f.gamma[c] = f.product[c] * i;
        f.beta[c] = f.sum[c];
        f.k[c] = -s * i * i * f.product[c] / count;
        f.a[at] = gated ? s * (double)g.gate->value[at] : s;
        f.b[at] = -s * f.sum[c] / count;
        if (gated)
            f.b[at] += s * (double)g.squeezed_gradient->value[at] / (double)map_area(m);
    }
    struct array *gamma = kit_empty(k, ELEMENT_F32, c_all),
                 *beta = kit_empty(k, ELEMENT_F32, c_all);
    struct array *a = kit_empty(k, ELEMENT_F32, factors), *b = kit_empty(k, ELEMENT_F32, factors);
    struct array *out_k = kit_empty(k, ELEMENT_F32, c_all);
    struct norm_values v = {.mean = mean->at, .inverse = inverse->at, .scale = scale->at};
    struct norm_factors to = {a->at, b->at, out_k->at};
    kit_run(k,
            kernel_norm_back_finish(sums->at, m, p, &v, gated ? g.gate->at : NULL,
                                    gated ? g.squeezed_gradient->at : NULL,
                                    gated ? g.image_mean->at : NULL, gamma->at, beta->at, &to,
                                    k->stream),
            "norm_back_finish");
    double most = 1;
    for (size_t c = 0; c < c_all; c++)
        most = f.size[c] > most ? f.size[c] : most;
    struct array *got[] = {gamma, beta, a, b, out_k};
    const double *want[] = {f.gamma, f.beta, f.a, f.b, f.k};
    const double floors[] = {2 * most, most, 1, 3 * most / count + 1, 4 * most / count};
    const char *names[] = {"gamma's gradient", "beta's gradient", "a", "b", "k"};
    for (int i = 0; i < 5; i++) {
        kit_read(k, got[i]);
        kit_near(got[i], want[i], (struct tolerance){.ulps = 8, .floor = floors[i]},
                 "%s, " SHAPE " in %d parts%s", names[i], SHAPE_OF(m), p.n, gated ? ", gated" : "");
    }
    double *all[] = {f.sum, f.product, f.size, f.a, f.b, f.k, f.gamma, f.beta};
    for (int i = 0; i < 8; i++)
        mem_free(all[i]);
}

static void finish_case(struct kit *k, enum element t, const struct norm_case *c)
{
    if (t != ELEMENT_F32)
        return;
    finish_check(k, c, false);
    kit_clear(k);
    finish_check(k, c, true);
}

/* --- gradients --- */

static void apply_check(struct kit *k, enum element t, struct map m, enum through way, bool gated,
                        enum shortcut_part part)
{
    struct input in = input_of(k, t, m, way);
    size_t c_all = (size_t)m.c, count = map_count(m), per_image = map_area(m) * c_all;
    size_t factors = gated ? (size_t)m.n * c_all : c_all;
    struct array *a = kit_random(k, ELEMENT_F32, factors, 1, 0.5f);
    struct array *b = kit_random(k, ELEMENT_F32, factors, 0, 0.5f);
    struct array *f_k = kit_random(k, ELEMENT_F32, c_all, 0, 0.5f);
    struct array *raw_gradient = kit_empty(k, t, count);
    struct array *shortcut = part == SHORTCUT_SHARED ? in.gradient : kit_random(k, t, count, 0, 1);
    double *want = doubles(count), *want_shortcut = doubles(count);
    for (size_t i = 0; i < count; i++) {
        size_t c = i % c_all, at = gated ? i / per_image * c_all + c : c;
        double off = (double)in.raw->value[i] - (double)in.mean->value[c];
        want[i] =
            (double)a->value[at] * in.g[i] + (double)b->value[at] + (double)f_k->value[c] * off;
        want_shortcut[i] = part == SHORTCUT_NONE    ? (double)shortcut->value[i]
                           : part == SHORTCUT_ADDED ? (double)shortcut->value[i] + in.g[i]
                                                    : in.g[i];
    }
    struct norm_factors f = {a->at, b->at, f_k->at};
    void *to = part == SHORTCUT_FIRST || part == SHORTCUT_ADDED ? shortcut->at : NULL;
    kit_run(k,
            kernel_norm_back_apply(t, &in.a, m, &f, gated, raw_gradient->at, part, to, k->stream),
            "norm_back_apply");
    kit_read(k, raw_gradient);
    kit_read(k, shortcut);
    struct tolerance tolerance = {.ulps = t == ELEMENT_F32 ? 3 : 1,
                                  .floor = t == ELEMENT_F32 ? 4 : 0.01};
    kit_near(raw_gradient, want, tolerance, "gradient, " SHAPE ", ReLU %d%s", SHAPE_OF(m), way,
             gated ? ", gated" : "");
    kit_near(shortcut, want_shortcut, (struct tolerance){.ulps = 0.5, .floor = 1e-30},
             "the shortcut's, " SHAPE ", ReLU %d, part %d", SHAPE_OF(m), way, part);
    mem_free(want);
    mem_free(want_shortcut);
    mem_free(in.g);
}

static void apply_case(struct kit *k, enum element t, const struct norm_case *c)
{
    for (int i = 0; i < THROUGHS * 2 * 4; i++) {
        if (map_count(c->m) > 8192 && i % 5)
            continue;
        apply_check(k, t, c->m, (enum through)(i % THROUGHS), i / THROUGHS % 2,
                    (enum shortcut_part)(i / THROUGHS / 2));
        kit_clear(k);
    }
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    norm_cases_run(&k, sums_case);
    norm_cases_run(&k, finish_case);
    norm_cases_run(&k, apply_case);
    return kit_close(&k);
}
