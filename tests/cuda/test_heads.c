/* test_heads.c - the mean over maps and the linear heads, there and back, against loops in double.
 */
#include "base/mem.h"
#include "cuda/kernels/step.h"
#include "tests/cuda/kernel_kit.h"

#include <math.h>

struct heads_case {
    struct map m;
    int classes;
};

static double *doubles(size_t count)
{
    return mem_alloc(count, sizeof(double));
}

static const char *name(enum element t)
{
    return t == ELEMENT_BF16 ? "bf16" : "float";
}

static void check_average(struct kit *k, enum element t, struct map m)
{
    size_t c = (size_t)m.c, area = map_area(m), count = (size_t)m.n * c;
    struct array *x = kit_random(k, t, map_count(m), 0.5f, 1);
    struct array *features = kit_empty(k, ELEMENT_F32, count);
    double *want = doubles(count), *size = doubles(count);
    kit_run(k, kernel_average(t, x->at, m, features->at, k->stream), "average");
    kit_read(k, features);
    for (size_t i = 0; i < map_count(m); i++) {
        size_t to = i / (area * c) * c + i % c;
        want[to] += (double)x->value[i] / (double)area;
        size[to] += fabs((double)x->value[i]) / (double)area;
    }
    kit_near(features, want, (struct tolerance){.ulps = 4, .size = size},
             "%s, mean of %dx%d pixels, %d channels", name(t), m.h, m.w, m.c);
    mem_free(want);
    mem_free(size);
    kit_clear(k);
}

static void check_linear(struct kit *k, int n, int c, int outputs)
{
    size_t count = (size_t)n * (size_t)outputs, features = (size_t)n * (size_t)c;
    struct array *x = kit_random(k, ELEMENT_F32, features, 0.3f, 1);
    struct array *w = kit_random(k, ELEMENT_F32, (size_t)outputs * (size_t)c, 0, 1);
    struct array *bias = kit_random(k, ELEMENT_F32, (size_t)outputs, 0, 1);
    struct array *to = kit_empty(k, ELEMENT_F32, count);
    double *want = doubles(count), *size = doubles(count);
    kit_run(k, kernel_linear(x->at, w->at, bias->at, n, c, outputs, to->at, k->stream), "linear");
    kit_read(k, to);
    for (int i = 0; i < n * outputs; i++) {
        want[i] = (double)bias->value[i % outputs];
        for (int f = 0; f < c; f++) {
            double v =
                (double)x->value[i / outputs * c + f] * (double)w->value[i % outputs * c + f];
            want[i] += v;
            size[i] += fabs(v);
        }
    }
    kit_near(to, want, (struct tolerance){.ulps = 6, .size = size},
             "%d samples of %d features, %d outputs", n, c, outputs);
    mem_free(want);
    mem_free(size);
    kit_clear(k);
}

static void check_linear_back(struct kit *k, int n, int c, int outputs)
{
    size_t weights = (size_t)outputs * (size_t)c;
    struct array *x = kit_random(k, ELEMENT_F32, (size_t)n * (size_t)c, 0.3f, 1);
    struct array *g = kit_random(k, ELEMENT_F32, (size_t)n * (size_t)outputs, 0, 1);
    struct array *dw = kit_empty(k, ELEMENT_F32, weights);
    struct array *db = kit_empty(k, ELEMENT_F32, (size_t)outputs);
    double *w = doubles(weights), *w_size = doubles(weights), *b = doubles((size_t)outputs);
    double *b_size = doubles((size_t)outputs);
    kit_run(k, kernel_linear_back(x->at, g->at, n, c, outputs, dw->at, db->at, k->stream),
            "linear_back");
    kit_read(k, dw);
    kit_read(k, db);
    for (int i = 0; i < n; i++)
        for (int o = 0; o < outputs; o++) {
            double gradient = (double)g->value[i * outputs + o];
            b[o] += gradient;
            b_size[o] += fabs(gradient);
            for (int f = 0; f < c; f++) {
                w[o * c + f] += gradient * (double)x->value[i * c + f];
                w_size[o * c + f] += fabs(gradient * (double)x->value[i * c + f]);
            }
        }
    kit_near(dw, w, (struct tolerance){.ulps = 6, .size = w_size},
             "gradients of weights, %d samples of %d features, %d outputs", n, c, outputs);
    kit_near(db, b, (struct tolerance){.ulps = 6, .size = b_size}, "and of the bias");
    double *all[] = {w, w_size, b, b_size};
    for (int i = 0; i < 4; i++)
        mem_free(all[i]);
    kit_clear(k);
}

/* Without classes there is no class head. */
static void check_average_back(struct kit *k, enum element t, struct map m, int classes)
{
    size_t c = (size_t)m.c, n = (size_t)m.n, wide = (size_t)classes, area = map_area(m);
    struct array *score_w = kit_random(k, ELEMENT_F32, c, 0, 1);
    struct array *score_g = kit_random(k, ELEMENT_F32, n, 0, 1);
    struct array *class_w = classes ? kit_random(k, ELEMENT_F32, wide * c, 0, 1) : NULL;
    struct array *class_g = classes ? kit_random(k, ELEMENT_F32, n * wide, 0, 1) : NULL;
    struct array *dx = kit_empty(k, t, map_count(m));
    double *want = doubles(map_count(m)), *size = doubles(map_count(m));
    kit_run(k,
            kernel_average_back(t, score_w->at, score_g->at, classes ? class_w->at : NULL,
                                classes ? class_g->at : NULL, classes, m, dx->at, k->stream),
            "average_back");
    kit_read(k, dx);
    for (size_t i = 0; i < map_count(m); i++) {
        size_t image = i / (area * c), f = i % c;
        want[i] = (double)score_g->value[image] * (double)score_w->value[f];
        size[i] = fabs(want[i]);
        for (size_t o = 0; o < wide; o++) {
            double v = (double)class_g->value[image * wide + o] * (double)class_w->value[o * c + f];
            want[i] += v;
            size[i] += fabs(v);
        }
        want[i] /= (double)area;
        size[i] = t == ELEMENT_BF16 ? size[i] / (double)area / 256 : size[i] / (double)area;
    }
    kit_near(dx, want, (struct tolerance){.ulps = t == ELEMENT_BF16 ? 1 : 4, .size = size},
             "%s, gradient of %dx%d pixels, %d channels, %d classes", name(t), m.h, m.w, m.c,
             classes);
    mem_free(want);
    mem_free(size);
    kit_clear(k);
}

int main(void)
{
    const struct heads_case cases[] = {
        {{1, 1, 1, 1}, 0},  {{2, 1, 1, 8}, 2},   {{3, 2, 5, 13}, 3},
        {{5, 3, 3, 40}, 0}, {{4, 7, 7, 64}, 10}, {{9, 5, 4, 520}, 16},
    };
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int i = 0; i < (k.small ? 5 : 6); i++) {
        struct map m = cases[i].m;
        for (int t = ELEMENT_F32; t <= ELEMENT_BF16; t++) {
            check_average(&k, (enum element)t, m);
            check_average_back(&k, (enum element)t, m, cases[i].classes);
        }
        check_linear(&k, m.n, m.c, cases[i].classes + 1);
        check_linear_back(&k, m.n, m.c, cases[i].classes + 1);
    }
    check_linear(&k, 2, 2048, 1);
    check_linear_back(&k, 150, 31, 1);
    return kit_close(&k);
}
