/* test_ref_bf16.c - where the reference rounds in bf16, against one unit worked out here step by
 * step, and the rules of the contract. */
#include "base/mem.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/backend_rules.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <math.h>
#include <string.h>

#define PIXELS 24

/* A shortcut, so that the input's gradient has two parts; with a pool, so that windows overlap. */
static const struct backend_case single = {
    "one channel", 2, 3, 4, 1, CASE_NO_POOL, {{0, 0, 1, 1, 1, 1, 0, true}}};
static const struct backend_case pooled = {
    "one channel, pooled", 2, 3, 4, 1, {0, 3, 1, 1, false}, {{0, -1, 1, 1, 1, 1, 0, false}}};

/* To 8 significant bits, the nearest, ties to even: what bf16 is while exponents are small. */
static double bf16(double x)
{
    int exponent;
    double fraction = frexp(x, &exponent);
    return ldexp(nearbyint(ldexp(fraction, 8)), exponent - 8);
}

static void test_rounding(void)
{
    struct subject s;
    const float step = 1.0f / 128;
    float values[PIXELS] = {1 + step / 2,
                            1 + 3 * step / 2,
                            1 + step / 2 + step / 256,
                            -1 - 3 * step / 2,
                            0.1f,
                            -0.0f,
                            3.4e38f,
                            NAN};
    const float wanted[6] = {1, 1 + 2 * step, 1 + step, -1 - 2 * step, 0.10009765625f, 0};
    subject_probe(&s, ref_backend_in(BACKEND_BF16), &single, 1);
    subject_set(&s, BACKEND_TENSOR, 0, values);
    float *got = subject_get(&s, BACKEND_TENSOR, 0);
    int wrong = 0;
    for (int i = 0; i < 6; i++)
        wrong += got[i] != wanted[i];
    is_int(wrong, 0, "tensors are rounded to the nearest, ties to even");
    ok(signbit(got[5]) && isinf(got[6]) && isnan(got[7]), "-0, values too large and NaN");
    mem_free(got);
    subject_close(&s);
}

/* One unit with one weight, as the comments of cuda/kernels/norm.h have it. */
struct worked {
    double x[PIXELS], raw[PIXELS], hat[PIXELS], y[PIXELS]; /* y before it is rounded */
    double mean, inverse;
};

static double param(const struct subject *s, enum backend_kind kind, enum net_role role)
{
    float value;
    struct err e;
    if (door_get(s->door, kind, net_params_role(s->params, 0, role), &value, 1, &e))
        case_bail("get", &e);
    return (double)value;
}

static void work_forward(struct worked *k, const struct subject *s, bool shortcut)
{
    double variance = 0;
    float *x = subject_get(s, BACKEND_TENSOR, 0);
    k->mean = 0;
    for (int i = 0; i < PIXELS; i++) {
        k->x[i] = (double)x[i];
        k->raw[i] = bf16(k->x[i] * bf16(param(s, BACKEND_PARAM, NET_CONV)));
        k->mean += k->raw[i] / PIXELS;
    }
    mem_free(x);
    for (int i = 0; i < PIXELS; i++)
        variance += pow(k->raw[i] - k->mean, 2) / PIXELS;
    k->inverse = 1 / sqrt(variance + NET_BN_EPS);
    for (int i = 0; i < PIXELS; i++) {
        k->hat[i] = (k->raw[i] - k->mean) * k->inverse;
        k->y[i] = param(s, BACKEND_PARAM, NET_GAMMA) * k->hat[i] +
                  param(s, BACKEND_PARAM, NET_BETA) + (shortcut ? k->x[i] : 0);
    }
}

/* From g, the gradient of y, to the gradients of the parameters; g becomes raw's. */
static void work_backward(const struct worked *k, const struct subject *s, double *g,
                          double gradients[3])
{
    double gamma = 0, beta = 0, weight = 0;
    for (int i = 0; i < PIXELS; i++) {
        gamma += g[i] * k->hat[i];
        beta += g[i];
    }
    for (int i = 0; i < PIXELS; i++) {
        g[i] = bf16(param(s, BACKEND_PARAM, NET_GAMMA) * k->inverse *
                    (g[i] - (beta + k->hat[i] * gamma) / PIXELS));
        weight += g[i] * k->x[i];
    }
    gradients[0] = weight;
    gradients[1] = gamma;
    gradients[2] = beta;
}

static void same_tensor(const struct subject *s, enum backend_kind kind, int t,
                        const double *wanted, const char *what)
{
    float *got = subject_get(s, kind, t);
    int wrong = 0;
    for (int i = 0; i < PIXELS; i++)
        wrong += (double)got[i] != wanted[i];
    is_int(wrong, 0, what);
    mem_free(got);
}

static void same_gradients(const struct subject *s, const double wanted[3])
{
    const enum net_role roles[3] = {NET_CONV, NET_GAMMA, NET_BETA};
    for (int i = 0; i < 3; i++) {
        double got = param(s, BACKEND_GRADIENT, roles[i]);
        ok(fabs(got - wanted[i]) < 1e-6 * fabs(wanted[i]),
           "gradient of a parameter: of rounded values, not rounded itself (%.9g)", got);
    }
}

static void test_unit(void)
{
    struct subject s;
    struct worked k;
    double y[PIXELS], g[PIXELS], input[PIXELS], gradients[3];
    subject_probe(&s, ref_backend_in(BACKEND_BF16), &single, 3);
    double weight = param(&s, BACKEND_PARAM, NET_CONV);
    ok(weight != bf16(weight), "the weight itself is kept in float32");
    subject_step(&s, BACKEND_FORWARD | BACKEND_BACKWARD);
    work_forward(&k, &s, true);
    float *output = subject_get(&s, BACKEND_TENSOR_GRADIENT, 1);
    for (int i = 0; i < PIXELS; i++) {
        y[i] = k.y[i] > 0 ? bf16(k.y[i]) : 0;
        input[i] = g[i] = k.y[i] > 0 ? (double)output[i] : 0;
    }
    mem_free(output);
    same_tensor(&s, BACKEND_TENSOR, 1, y, "norm, shortcut and ReLU, rounded once");
    work_backward(&k, &s, g, gradients);
    same_gradients(&s, gradients);
    for (int i = 0; i < PIXELS; i++)
        input[i] = bf16(input[i] + g[i] * bf16(weight));
    same_tensor(&s, BACKEND_TENSOR_GRADIENT, 0, input,
                "the gradient of an input, rounded for each part");
    subject_close(&s);
}

/* Of a window of 3x3 around pixel i of 2 images of 3x4, the first with the largest y. */
static int winner(const struct worked *k, int i)
{
    int best = -1, image = i / 12, row = i / 4 % 3, column = i % 4;
    for (int r = row - 1; r <= row + 1; r++)
        for (int c = column - 1; c <= column + 1; c++) {
            int at = image * 12 + r * 4 + c;
            if (r >= 0 && r < 3 && c >= 0 && c < 4 && (best < 0 || k->y[at] > k->y[best]))
                best = at;
        }
    return best;
}

static void test_pool(void)
{
    struct subject s;
    struct worked k;
    double y[PIXELS], g[PIXELS] = {0}, gradients[3];
    subject_probe(&s, ref_backend_in(BACKEND_BF16), &pooled, 3);
    subject_step(&s, BACKEND_FORWARD | BACKEND_BACKWARD);
    work_forward(&k, &s, false);
    float *output = subject_get(&s, BACKEND_TENSOR_GRADIENT, 1);
    for (int i = 0; i < PIXELS; i++) {
        y[i] = bf16(k.y[winner(&k, i)]);
        g[winner(&k, i)] += (double)output[i];
    }
    mem_free(output);
    for (int i = 0; i < PIXELS; i++)
        g[i] = bf16(g[i]);
    same_tensor(&s, BACKEND_TENSOR, 1, y, "the winner of a window, rounded after it won");
    work_backward(&k, &s, g, gradients);
    same_gradients(&s, gradients);
    subject_close(&s);
}

int main(void)
{
    test_rounding();
    test_unit();
    test_pool();
    backend_rules(ref_backend_in(BACKEND_BF16));
    return tap_done();
}
