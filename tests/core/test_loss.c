/* test_loss.c - losses against PyTorch (tests/golden/loss_torch.txt) and finite differences, their
 * kinks and extremes, and class weights. */
#include "engine/core/loss.h"
#include "engine/core/loss_math.h"
#include "tests/kit/exactness.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

#define CLASSES 5
#define BATCH 5
#define LINES 30 /* of each loss in the golden */

/* As in tests/golden/make_loss_golden.py. */
static struct loss_spec spec_of(enum loss_kind kind)
{
    static const double class_weight[CLASSES] = {89.5, 2, 1, 0.5, 0};
    const double weights[LOSS_MAX_TERMS] = {2, 1, 0.5};
    const int one_class = 0;
    struct loss_spec spec;
    loss_spec_init(&spec, kind, weights, CLASSES, &one_class, 1);
    memcpy(spec.class_weight, class_weight, sizeof class_weight);
    return spec;
}

static double total_of(const struct loss_spec *spec, const double *term)
{
    double total = 0;
    for (int t = 0; t < loss_info(spec->kind)->terms; t++)
        total += spec->weight[t] * term[t];
    return total;
}

/* --- PyTorch --- */

struct golden {
    char loss[24];
    float score, truth, logits[CLASSES];
    int true_class;
    double total, term[3], score_gradient, logit_gradient[CLASSES];
};

static int read_line(FILE *in, struct golden *g)
{
    int n = fscanf(in, "%23s %f %f %d", g->loss, &g->score, &g->truth, &g->true_class);
    for (int c = 0; c < CLASSES; c++)
        n += fscanf(in, "%f", &g->logits[c]);
    n += fscanf(in, "%lf %lf %lf %lf %lf", &g->total, &g->term[0], &g->term[1], &g->term[2],
                &g->score_gradient);
    for (int c = 0; c < CLASSES; c++)
        n += fscanf(in, "%lf", &g->logit_gradient[c]);
    return n == 9 + 2 * CLASSES;
}

static int read_batch(FILE *in, struct golden *g)
{
    int n = 0;
    while (n < BATCH && read_line(in, &g[n]))
        n++;
    return n == BATCH;
}

static double apart(double a, double b)
{
    double d = fabs(a - b) / (1 + fabs(b));
    return isnan(d) ? INFINITY : d;
}

static double compare_batch(const struct golden *g, enum loss_kind kind)
{
    struct loss_spec spec = spec_of(kind);
    double worst = 0, weights = 0, term[LOSS_MAX_TERMS] = {0};
    for (int i = 0; i < BATCH; i++)
        weights += spec.class_weight[g[i].true_class];
    for (int i = 0; i < BATCH; i++) {
        struct loss_sample s = {0};
        loss_of_sample(&spec, g[i].score, g[i].logits, g[i].truth, g[i].true_class,
                       loss_class_scale(&spec, weights, BATCH), &s);
        worst = fmax(worst, apart(s.score_gradient, g[i].score_gradient));
        for (int c = 0; c < spec.classes; c++)
            worst = fmax(worst, apart(s.logit_gradient[c], g[i].logit_gradient[c]));
        for (int t = 0; t < LOSS_MAX_TERMS; t++)
            term[t] += s.term[t] / BATCH;
    }
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        worst = fmax(worst, apart(term[t], g->term[t]));
    return fmax(worst, apart(total_of(&spec, term), g->total));
}

static void test_torch(void)
{
    char path[1024];
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/golden/loss_torch.txt", top ? top : ".");
    FILE *in = fopen(path, "r");
    if (!ok(in != NULL, "%s opens", path))
        return;
    struct golden g[BATCH];
    int lines[LOSS_KINDS] = {0};
    double worst[LOSS_KINDS] = {0};
    while (read_batch(in, g))
        for (int kind = 0; kind < LOSS_KINDS; kind++)
            if (!strcmp(g->loss, loss_names[kind])) {
                worst[kind] = fmax(worst[kind], compare_batch(g, (enum loss_kind)kind));
                lines[kind] += BATCH;
            }
    fclose(in);
    for (int kind = 0; kind < LOSS_KINDS; kind++) {
        is_int(lines[kind], LINES, "the golden has values and gradients");
        exact_ok("loss", loss_names[kind], "double", worst[kind]);
    }
}

/* --- finite differences --- */

#define TRUTH 2.75f
#define SCALE 1.25 /* of the class terms, where the loss has one */

static void sample_at(const struct loss_spec *spec, float score, const float *logits, int class,
                      struct loss_sample *s)
{
    memset(s, 0, sizeof *s);
    loss_of_sample(spec, score, logits, TRUTH, class, spec->mean_by_weight ? SCALE : 1, s);
}

static double total_at(const struct loss_spec *spec, float score, const float *logits, int class)
{
    struct loss_sample s;
    sample_at(spec, score, logits, class, &s);
    return total_of(spec, s.term);
}

static bool near_kink(const struct loss_spec *spec, float score, const struct loss_sample *s)
{
    double size = fabs((double)score - (double)TRUTH);
    return size < 0.01 || (spec->classes && fabs(s->expectation - (double)TRUTH) < 0.01) ||
           (spec->kind == LOSS_SMOOTH_HUBER && fabs(size - spec->huber_delta) < 0.01) ||
           (spec->kind == LOSS_SMOOTH_L1 && fabs(size - spec->smooth_beta) < 0.01);
}

/* Steps of 2^-10 around values that are multiples of 2^-4: all exact in float. */
static void test_differences(enum loss_kind kind)
{
    const float step = 1.0f / 1024;
    struct loss_spec spec = spec_of(kind);
    double worst = 0;
    int compared = 0;
    for (int k = 0; k < 50; k++) {
        float score = (float)(k * 7 % 61) / 16, logits[CLASSES];
        for (int c = 0; c < CLASSES; c++)
            logits[c] = (float)((k * 5 + c * 23) % 41 - 20) / 16;
        struct loss_sample s;
        sample_at(&spec, score, logits, k % CLASSES, &s);
        if (near_kink(&spec, score, &s))
            continue;
        compared++;
        double slope = (total_at(&spec, score + step, logits, k % CLASSES) -
                        total_at(&spec, score - step, logits, k % CLASSES)) *
                       512;
        worst = fmax(worst, apart(slope, s.score_gradient));
        for (int c = 0; c < spec.classes; c++) {
            float middle = logits[c];
            logits[c] = middle + step;
            slope = total_at(&spec, score, logits, k % CLASSES);
            logits[c] = middle - step;
            slope = (slope - total_at(&spec, score, logits, k % CLASSES)) * 512;
            logits[c] = middle;
            worst = fmax(worst, apart(slope, s.logit_gradient[c]));
        }
    }
    ok(worst < 1e-6 && compared > 40, "%s: gradients of %d samples as differences within %.1e",
       loss_names[kind], compared, worst);
}

/* --- kinks and extremes --- */

static struct loss_sample of_error(const struct loss_spec *spec, float e)
{
    struct loss_sample s = {0};
    loss_of_sample(spec, e, NULL, 0, 0, 1, &s);
    return s;
}

static void test_smooth_l1(void)
{
    struct loss_spec spec = spec_of(LOSS_SMOOTH_L1);
    spec.smooth_beta = 0.5;
    struct loss_sample s = of_error(&spec, -0.25f);
    ok(s.term[0] == 0.0625 && s.score_gradient == -0.5, "smooth-l1 inside: e^2 / 2b, slope e / b");
    s = of_error(&spec, 0.5f);
    ok(s.term[0] == 0.25 && s.score_gradient == 1, "at b: |e| - b / 2, slope 1");
    s = of_error(&spec, nextafterf(-0.5f, 0));
    ok(fabs(s.term[0] - 0.25) < 1e-7 && fabs(s.score_gradient + 1) < 1e-6,
       "and there is no jump at b");
    s = of_error(&spec, -3);
    ok(s.term[0] == 2.75 && s.score_gradient == -1, "outside: |e| - b / 2, slope -1");
    ok(of_error(&spec, 0).score_gradient == 0, "flat at 0");
}

static void test_smooth_huber(void)
{
    struct loss_spec spec = spec_of(LOSS_SMOOTH_HUBER);
    is_near(spec.huber_delta, 0.8, 0, "the paper's delta");
    spec.huber_delta = 0.75;
    struct loss_sample s = of_error(&spec, 0.75f);
    ok(s.term[0] == 0.75 && s.score_gradient == 1, "smooth-huber at delta: |e|, slope 1");
    s = of_error(&spec, -0.75f);
    ok(s.term[0] == 0.75 && s.score_gradient == -1, "and at -delta");
    s = of_error(&spec, nextafterf(0.75f, 0));
    is_near(s.term[0], log(cosh(0.75)), 1e-7, "just below it: log cosh e");
    is_near(s.score_gradient, tanh(0.75), 1e-7, "with slope tanh e");
    s = of_error(&spec, 1e-6f);
    is_near(s.term[0] * 1e12, 0.5, 1e-6, "a small error keeps its digits: e^2 / 2");
    spec.huber_delta = 1000;
    s = of_error(&spec, 900);
    is_near(s.term[0], 900 - log(2), 1e-9, "a large one does not overflow");
    spec.huber_delta = 0;
    s = of_error(&spec, 0.125f);
    ok(s.term[0] == 0.125 && s.score_gradient == 1, "a delta of 0 is L1");
}

static void test_extremes(enum loss_kind kind)
{
    struct loss_spec spec = spec_of(kind);
    const float logits[CLASSES] = {1000, -1000, 1000, -1000, -1000};
    const char *name = loss_names[kind];
    /* Probabilities 1/2 and 0 through a second softmax: e^0 among two of e^1/2 and three of e^0. */
    double hopeless = kind == LOSS_COMBO ? 2 * (2000 + log(2)) : 2 * log(2 * exp(0.5) + 3);
    struct loss_sample s = {0};
    loss_of_sample(&spec, 3, logits, 3, 1, 1, &s);
    ok(apart(s.term[2], hopeless) <= 1e-9, "%s: cross entropy of a hopeless class", name);
    ok(apart(s.expectation, 2) <= 1e-12, "%s: two equal classes share the expectation", name);
    double sum = 0, gradients = 0;
    for (int c = 0; c < CLASSES; c++) {
        sum += s.probability[c];
        gradients += s.logit_gradient[c];
    }
    ok(apart(sum, 1) <= 1e-12, "%s: probabilities sum to 1", name);
    ok(apart(gradients, 0) <= 1e-12, "%s: logit gradients sum to 0", name);
    loss_of_sample(&spec, 3, logits, 3, 4, 1, &s);
    ok(apart(s.term[2], 0) <= 0, "%s: an empty class costs nothing", name);
    loss_of_sample(&spec, NAN, logits, 3, 0, 1, &s);
    ok(isnan(total_of(&spec, s.term)), "%s: a score that is no number gives a loss that is none",
       name);
    const float broken[CLASSES] = {0, NAN, 0, 0, 0};
    loss_of_sample(&spec, 3, broken, 3, 0, 1, &s);
    ok(isnan(total_of(&spec, s.term)), "%s: nor does a logit", name);
}

static void test_class_scale(void)
{
    struct loss_spec combo = spec_of(LOSS_COMBO), released = spec_of(LOSS_COMBO_RELEASED);
    is_near(loss_class_scale(&combo, 8, 4), 1, 0, "combo's class term is a mean over samples");
    is_near(loss_class_scale(&released, 8, 4), 0.5, 0, "the released code's one over weights");
    is_near(loss_class_scale(&released, 0, 4), 0, 0, "weights that sum to 0 contribute 0");
    const float logits[CLASSES] = {1, 2, 3, 4, 5};
    struct loss_sample s = {0};
    loss_of_sample(&released, 3, logits, 3, 4, loss_class_scale(&released, 0, 1), &s);
    ok(s.term[2] == 0 && isfinite(total_of(&released, s.term)), "and give a finite loss");
}

static void test_uses(void)
{
    ok(loss_uses(LOSS_COMBO, "alpha") && loss_uses(LOSS_COMBO_RELEASED, "class-weights") &&
           loss_uses(LOSS_SMOOTH_L1, "smooth-beta") && loss_uses(LOSS_SMOOTH_HUBER, "huber-delta"),
       "losses use their options");
    ok(!loss_uses(LOSS_L1, "alpha") && !loss_uses(LOSS_COMBO, "smooth-beta") &&
           !loss_uses(LOSS_SMOOTH_L1, "huber-delta") && !loss_uses(LOSS_MSE, "classes"),
       "but not those of others");
    ok(loss_uses(LOSS_L1, "epochs"), "and all use what is no loss's own");
}

/* --- class weights --- */

static void test_class_weights(void)
{
    static const int counts[CLASSES] = {30, 1369, 2697, 1377, 27};
    static int classes[5500];
    int n = 0, wrong = 0;
    for (int c = 0; c < CLASSES; c++)
        for (int i = 0; i < counts[c]; i++)
            classes[n++] = c;
    const double weights[LOSS_MAX_TERMS] = {2, 1, 0.25};
    struct loss_spec spec;
    loss_spec_init(&spec, LOSS_COMBO, weights, CLASSES, classes, (size_t)n);
    for (int c = 0; c < CLASSES; c++)
        wrong += spec.class_weight[c] != 2697.0 / counts[c] || spec.value[c] != c + 1;
    is_int(wrong, 0, "class weights are the largest count over the class's, values 1 to 5");
    ok(spec.classes == CLASSES && !memcmp(spec.weight, weights, sizeof weights),
       "term weights as given");
    const int few[3] = {1, 1, 3};
    loss_spec_init(&spec, LOSS_COMBO, weights, CLASSES, few, 3);
    ok(spec.class_weight[0] == 0 && spec.class_weight[1] == 1 && spec.class_weight[2] == 0 &&
           spec.class_weight[3] == 2 && spec.class_weight[4] == 0,
       "an empty class weighs 0");
    loss_spec_init(&spec, LOSS_MSE, weights, CLASSES, few, 3);
    ok(!spec.classes && spec.weight[0] == 1 && spec.weight[1] == 0, "mse has one term, no classes");
}

int main(void)
{
    test_torch();
    for (int kind = 0; kind < LOSS_KINDS; kind++)
        test_differences((enum loss_kind)kind);
    test_smooth_l1();
    test_smooth_huber();
    test_extremes(LOSS_COMBO);
    test_extremes(LOSS_COMBO_RELEASED);
    test_class_scale();
    test_uses();
    test_class_weights();
    return tap_done();
}
