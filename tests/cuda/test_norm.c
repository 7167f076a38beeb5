/* test_norm.c - batch norm forward on the device against plain loops in double: moments,
 * statistics, and the pass that makes a unit's output. */
#include "base/mem.h"
#include "cuda/kernels/norm.h"
#include "cuda/kernels/plain.h"
#include "tests/cuda/norm_cases.h"

#include <math.h>

/* --- moments --- */

static void moments_check(struct kit *k, const struct array *raw, struct map m, struct parts p,
                          const char *what)
{
    size_t count = (size_t)m.n * (size_t)p.n * 2 * (size_t)m.c;
    struct array *moments = kit_empty(k, ELEMENT_F32, count);
    double *want = doubles(count), *size = doubles(count);
    for (size_t i = 0; i < count; i += 2 * (size_t)m.c)
        for (size_t c = 0; c < (size_t)m.c; c++) {
            size_t part = i / 2 / (size_t)m.c, pixels = (size_t)parts_pixels(m, p, (int)part % p.n);
            size_t from = part / (size_t)p.n * map_area(m) + part % (size_t)p.n * (size_t)p.pixels;
            double mean = 0, squares = 0, most = 0;
            for (size_t x = from; x < from + pixels; x++)
                mean += (double)raw->value[x * (size_t)m.c + c] / (double)pixels;
            for (size_t x = from; x < from + pixels; x++) {
                double off = (double)raw->value[x * (size_t)m.c + c] - mean;
                squares += off * off;
                most = fabs(off) > most ? fabs(off) : most;
            }
            want[i + c] = mean;
            size[i + c] = most;
            want[i + (size_t)m.c + c] = squares;
            /* A mean is off by up to half a unit, and the squares are about that one. */
            size[i + (size_t)m.c + c] = (double)pixels * mean * mean * 0x1p-27;
        }
    kit_run(k, kernel_moments(raw->type, raw->at, m, p, moments->at, k->stream), "moments");
    kit_read(k, moments);
    kit_near(moments, want, (struct tolerance){.ulps = 64, .size = size},
             "moments, " SHAPE " in %d parts, %s", SHAPE_OF(m), p.n, what);
    mem_free(want);
    mem_free(size);
}

static void moments_case(struct kit *k, enum element t, const struct norm_case *c)
{
    struct parts p = norm_case_parts(c);
    moments_check(k, kit_random(k, t, map_count(c->m), 0.5f, 2), c->m, p, "about a half");
    if (t == ELEMENT_F32)
        moments_check(k, kit_random(k, t, map_count(c->m), 100, 0.17f), c->m, p,
                      "mean 100, deviation 0.1");
}

/* --- statistics --- */

struct statistics {
    struct array *gamma, *beta, *running_mean, *running_variance;
    struct array *mean, *inverse, *scale, *shift;
    struct norm_values v;
};

static struct statistics statistics_of(struct kit *k, int c)
{
    struct statistics s;
    size_t n = (size_t)c;
    s.gamma = kit_random(k, ELEMENT_F32, n, 1, 0.5f);
    s.beta = kit_random(k, ELEMENT_F32, n, 0, 1);
    s.running_mean = kit_random(k, ELEMENT_F32, n, 0, 1);
    s.running_variance = kit_random(k, ELEMENT_F32, n, 1, 0.5f);
    s.mean = kit_empty(k, ELEMENT_F32, n);
    s.inverse = kit_empty(k, ELEMENT_F32, n);
    s.scale = kit_empty(k, ELEMENT_F32, n);
    s.shift = kit_empty(k, ELEMENT_F32, n);
    s.v =
        (struct norm_values){s.gamma->at, s.beta->at,    s.running_mean->at, s.running_variance->at,
                             s.mean->at,  s.inverse->at, s.scale->at,        s.shift->at};
    return s;
}

/* Moments of parts that fit together: around `mean`, deviation about `spread`. */
static struct array *moments_made(struct kit *k, struct map m, struct parts p, float mean,
                                  float spread)
{
    size_t c = (size_t)m.c, count = (size_t)m.n * (size_t)p.n * 2 * c;
    struct array *a = kit_empty(k, ELEMENT_F32, count);
    for (size_t i = 0; i < count; i++) {
        int pixels = parts_pixels(m, p, (int)(i / 2 / c) % p.n);
        a->value[i] = i / c % 2 ? (float)pixels * spread * spread * kit_draw(k)
                                : mean + spread * (2 * kit_draw(k) - 1);
    }
    kit_send(k, a);
    return a;
}

static double mean_over(const struct array *moments, struct map m, struct parts p, int c, int from,
                        int to)
{
    double sum = 0;
    for (int i = from * p.n; i < to * p.n; i++)
        sum += (double)moments->value[2 * i * m.c + c] * parts_pixels(m, p, i % p.n);
    return sum / ((double)map_area(m) * (to - from));
}

enum { MEAN, INVERSE, SCALE, SHIFT, RUNNING_MEAN, RUNNING_VARIANCE, STATISTICS };

/* One channel's statistics, each a line of c. */
static void statistics_want(const struct statistics *s, const struct array *moments, struct map m,
                            struct parts p, size_t c, double *want)
{
    size_t line = (size_t)m.c;
    double mean = mean_over(moments, m, p, (int)c, 0, m.n), squares = 0;
    double count = (double)map_area(m) * m.n, old_mean = (double)s->running_mean->value[c];
    double old_variance = (double)s->running_variance->value[c];
    for (int i = 0; i < m.n * p.n; i++) {
        size_t at = 2 * (size_t)i * line + c;
        double off = (double)moments->value[at] - mean;
        squares += (double)moments->value[at + line] + off * off * parts_pixels(m, p, i % p.n);
    }
    double inverse = 1 / sqrt(squares / count + 1e-5), scale = (double)s->gamma->value[c] * inverse;
    want[MEAN * line + c] = mean;
    want[INVERSE * line + c] = inverse;
    want[SCALE * line + c] = scale;
    want[SHIFT * line + c] = (double)s->beta->value[c] - mean * scale;
    want[RUNNING_MEAN * line + c] = old_mean + 0.1 * (mean - old_mean);
    want[RUNNING_VARIANCE * line + c] = old_variance + 0.1 * (squares / (count - 1) - old_variance);
}

static void image_means_check(struct kit *k, struct array *got, const struct array *moments,
                              struct map m, struct parts p, float spread)
{
    double *want = doubles(got->count);
    for (int i = 0; i < m.n * m.c; i++)
        want[i] = mean_over(moments, m, p, i % m.c, i / m.c, i / m.c + 1);
    kit_read(k, got);
    kit_near(got, want, (struct tolerance){.ulps = 8, .floor = (double)spread},
             "image means, " SHAPE " in %d parts", SHAPE_OF(m), p.n);
    mem_free(want);
}

static void finish_check(struct kit *k, struct map m, struct parts p, float mean, float spread,
                         bool images)
{
    static const char *names[] = {"mean",  "inverse",      "scale",
                                  "shift", "running mean", "running variance"};
    size_t line = (size_t)m.c;
    struct statistics s = statistics_of(k, m.c);
    struct array *moments = moments_made(k, m, p, mean, spread);
    struct array *image_mean = kit_empty(k, ELEMENT_F32, (size_t)m.n * line);
    struct array *got[] = {s.mean, s.inverse, s.scale, s.shift, s.running_mean, s.running_variance};
    double *want = doubles(STATISTICS * line), *size = doubles(line);
    for (size_t c = 0; c < line; c++) {
        statistics_want(&s, moments, m, p, c, want);
        size[c] = fabs(want[MEAN * line + c] * want[SCALE * line + c]) + 1;
    }
    kit_run(k,
            kernel_norm_finish(moments->at, m, p, &s.v, images ? image_mean->at : NULL, k->stream),
            "norm_finish");
    for (int i = 0; i < STATISTICS; i++) {
        struct tolerance t = {
            .ulps = 32, .floor = (double)spread, .size = i == SHIFT ? size : NULL};
        kit_read(k, got[i]);
        kit_near(got[i], want + (size_t)i * line, t, "%s, " SHAPE " in %d parts, mean %g", names[i],
                 SHAPE_OF(m), p.n, (double)mean);
    }
    if (images)
        image_means_check(k, image_mean, moments, m, p, spread);
    mem_free(want);
    mem_free(size);
}

static void finish_case(struct kit *k, enum element t, const struct norm_case *c)
{
    struct parts p = norm_case_parts(c);
    if (t != ELEMENT_F32)
        return;
    finish_check(k, c->m, p, 0.5f, 1, true);
    kit_clear(k);
    finish_check(k, c->m, p, 100, 0.1f, false);
}

static void running_case(struct kit *k, enum element t, const struct norm_case *c)
{
    struct map m = c->m;
    struct parts p = norm_case_parts(c);
    if (t != ELEMENT_F32)
        return;
    struct statistics s = statistics_of(k, m.c);
    struct array *moments = moments_made(k, m, p, 0.5f, 1);
    struct array *image_mean = kit_empty(k, ELEMENT_F32, (size_t)m.n * (size_t)m.c);
    double *scale = doubles((size_t)m.c), *shift = doubles((size_t)m.c);
    for (int i = 0; i < m.c; i++) {
        scale[i] = (double)s.gamma->value[i] / sqrt((double)s.running_variance->value[i] + 1e-5);
        shift[i] = (double)s.beta->value[i] - (double)s.running_mean->value[i] * scale[i];
    }
    kit_run(k, kernel_norm_running(&s.v, NULL, m, p, NULL, k->stream), "norm_running");
    kit_run(k, kernel_norm_running(&s.v, moments->at, m, p, image_mean->at, k->stream),
            "norm_running");
    kit_read(k, s.scale);
    kit_read(k, s.shift);
    kit_near(s.scale, scale, (struct tolerance){.ulps = 4}, "running scale, " SHAPE, SHAPE_OF(m));
    kit_near(s.shift, shift, (struct tolerance){.ulps = 4, .floor = 2}, "running shift, " SHAPE,
             SHAPE_OF(m));
    image_means_check(k, image_mean, moments, m, p, 1);
    mem_free(scale);
    mem_free(shift);
}

/* --- the output --- */

enum { GATED = 1, ADDS = 2, RELU = 4, IN_PLACE = 8, ALL_WAYS = 16 };

static void mask_check(const struct array *mask, const struct array *out, int ways, struct map m)
{
    unsigned char *want = mem_alloc(mask->bytes, 1);
    if (!want)
        abort();
    for (size_t i = 0; i < out->count; i++)
        want[i / 8] |= (unsigned char)((out->value[i] > 0) << (i % 8));
    kit_same_bytes(mask, want, "mask, " SHAPE ", ways %d", SHAPE_OF(m), ways);
    mem_free(want);
}

static void apply_check(struct kit *k, enum element t, struct map m, int ways)
{
    size_t count = map_count(m), c_all = (size_t)m.c, per_image = map_area(m) * c_all;
    struct array *raw = kit_random(k, t, count, 0, 2);
    struct array *scale = kit_random(k, ELEMENT_F32, c_all, 1, 0.5f);
    struct array *shift = kit_random(k, ELEMENT_F32, c_all, 0, 1);
    struct array *gate = kit_random(k, ELEMENT_F32, (size_t)m.n * c_all, 0.5f, 0.5f);
    struct array *shortcut = kit_random(k, t, count, 0, 1);
    struct array *out = !(ways & IN_PLACE) ? kit_empty(k, t, count) : ways & ADDS ? shortcut : raw;
    struct array *mask = kit_bytes(k, (count + 7) / 8, NULL);
    raw->value[count / 2] = NAN;
    kit_send(k, raw);
    double *want = doubles(count), *size = doubles(count);
    for (size_t i = 0; i < count; i++) {
        double g = ways & GATED ? (double)gate->value[i / per_image * c_all + i % c_all] : 1;
        double s = ways & ADDS ? (double)shortcut->value[i] : 0;
        double a = (double)scale->value[i % c_all] * (double)raw->value[i];
        double v = (a + (double)shift->value[i % c_all]) * g + s;
        want[i] = ways & RELU && v < 0 ? 0 : v;
        size[i] = t == ELEMENT_F32 ? fabs(a) + 1 : 0.01;
    }
    struct norm_apply a = {raw->at,
                           scale->at,
                           shift->at,
                           ways & GATED ? gate->at : NULL,
                           ways & ADDS ? shortcut->at : NULL,
                           ways & RELU,
                           out->at,
                           ways & RELU ? mask->at : NULL,
                           ways & IN_PLACE};
    kit_run(k, kernel_norm_apply(t, &a, m, k->stream), "norm_apply");
    kit_read(k, out);
    ok(isnan(out->value[count / 2]), "NaN gets through, " SHAPE ", ways %d", SHAPE_OF(m), ways);
    if (ways & RELU) {
        kit_read(k, mask);
        mask_check(mask, out, ways, m);
    }
    out->value[count / 2] = 0;
    want[count / 2] = 0;
    kit_near(out, want, (struct tolerance){.ulps = t == ELEMENT_F32 ? 3 : 1, .size = size},
             "output, " SHAPE ", ways %d", SHAPE_OF(m), ways);
    mem_free(want);
    mem_free(size);
}

static void apply_case(struct kit *k, enum element t, const struct norm_case *c)
{
    for (int ways = 0; ways < ALL_WAYS; ways++) {
        if ((ways & IN_PLACE) && map_count(c->m) > 4096)
            break;
        apply_check(k, t, c->m, ways);
        kit_clear(k);
    }
}

/* --- which kernels are plain --- */

static void plain_check(void)
{
    setenv("COMBOLAB_CUDA_PLAIN", "moments,pool_back", 1);
    ok(kernel_plain("moments") && kernel_plain("pool_back"), "kernels listed are plain");
    ok(!kernel_plain("pool") && !kernel_plain("moment") && !kernel_plain("back"),
       "kernels not listed are fast");
    setenv("COMBOLAB_CUDA_PLAIN", "all", 1);
    ok(kernel_plain("pool"), "all are plain");
    setenv("COMBOLAB_CUDA_PLAIN", "", 1);
    ok(!kernel_plain("pool"), "none is plain when nothing is listed");
    unsetenv("COMBOLAB_CUDA_PLAIN");
    ok(!kernel_plain("pool"), "none is plain by itself");
}

int main(void)
{
    struct kit k;
    plain_check();
    if (!kit_open(&k))
        return tap_done();
    norm_cases_run(&k, moments_case);
    norm_cases_run(&k, finish_case);
    norm_cases_run(&k, running_case);
    norm_cases_run(&k, apply_case);
    return kit_close(&k);
}
