/* test_loss.c - losses against PyTorch (tests/golden/loss_torch.txt) and finite differences, and
 * classes of scores and their weights. */
#include "engine/train/loss.h"
#include "engine/train/loss_math.h"
#include "tests/tap.h"

#include <stdlib.h>

#define CLASSES 5

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

static double total_of(const struct loss_spec *spec, const struct loss_sample *s)
{
    double total = 0;
    for (int t = 0; t < loss_info(spec->kind)->terms; t++)
        total += spec->weight[t] * s->term[t];
    return total;
}

/* --- PyTorch --- */

struct golden {
    char loss[16];
    float score, truth, logits[CLASSES];
    int true_class;
    double total, term[3], score_gradient, logit_gradient[CLASSES];
};

static int read_line(FILE *in, struct golden *g)
{
    int n = fscanf(in, "%15s %f %f %d", g->loss, &g->score, &g->truth, &g->true_class);
    for (int c = 0; c < CLASSES; c++)
        n += fscanf(in, "%f", &g->logits[c]);
    n += fscanf(in, "%lf %lf %lf %lf %lf", &g->total, &g->term[0], &g->term[1], &g->term[2],
                &g->score_gradient);
    for (int c = 0; c < CLASSES; c++)
        n += fscanf(in, "%lf", &g->logit_gradient[c]);
    return n == 9 + 2 * CLASSES;
}

static double apart(double a, double b)
{
    double d = fabs(a - b) / (1 + fabs(b));
    return isnan(d) ? INFINITY : d;
}

static double compare_line(const struct golden *g, enum loss_kind kind)
{
    struct loss_spec spec = spec_of(kind);
    struct loss_sample s = {0};
    loss_of_sample(&spec, g->score, g->logits, g->truth, g->true_class, &s);
    double worst =
        fmax(apart(total_of(&spec, &s), g->total), apart(s.score_gradient, g->score_gradient));
    for (int t = 0; t < 3; t++)
        worst = fmax(worst, apart(s.term[t], g->term[t]));
    for (int c = 0; c < spec.classes; c++)
        worst = fmax(worst, apart(s.logit_gradient[c], g->logit_gradient[c]));
    return worst;
}

static void test_torch(void)
{
    char path[1024];
    const char *top = getenv("TOP_SRCDIR");
    snprintf(path, sizeof path, "%s/tests/golden/loss_torch.txt", top ? top : ".");
    FILE *in = fopen(path, "r");
    if (!ok(in != NULL, "%s opens", path))
        return;
    struct golden g;
    int lines[LOSS_KINDS] = {0};
    double worst[LOSS_KINDS] = {0};
    while (read_line(in, &g))
        for (int kind = 0; kind < LOSS_KINDS; kind++)
            if (!strcmp(g.loss, loss_names[kind])) {
                worst[kind] = fmax(worst[kind], compare_line(&g, (enum loss_kind)kind));
                lines[kind]++;
            }
    fclose(in);
    for (int kind = 0; kind < LOSS_KINDS; kind++)
        ok(lines[kind] == 25 && worst[kind] < 1e-13,
           "%s: %d values and gradients as PyTorch's within %.1e", loss_names[kind], lines[kind],
           worst[kind]);
}

/* --- finite differences --- */

static double total_at(const struct loss_spec *spec, float score, const float *logits, int class)
{
    struct loss_sample s = {0};
    loss_of_sample(spec, score, logits, 2.75f, class, &s);
    return total_of(spec, &s);
}

/* Steps of 2^-10 around values that are multiples of 2^-4: all exact in float. */
static void test_differences(enum loss_kind kind)
{
    const float step = 1.0f / 1024;
    struct loss_spec spec = spec_of(kind);
    double worst = 0;
    for (int k = 0; k < 50; k++) {
        float score = (float)(k * 7 % 61) / 16, logits[CLASSES];
        for (int c = 0; c < CLASSES; c++)
            logits[c] = (float)((k * 5 + c * 23) % 41 - 20) / 16;
        struct loss_sample s = {0};
        loss_of_sample(&spec, score, logits, 2.75f, k % CLASSES, &s);
        if (fabs((double)score - 2.75) < 0.01 ||
            (spec.classes && fabs(s.expectation - 2.75) < 0.01))
            continue; /* an L1's kink */
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
    ok(worst < 1e-6, "%s: gradients as differences within %.1e", loss_names[kind], worst);
}

static void test_extremes(void)
{
    struct loss_spec spec = spec_of(LOSS_COMBO);
    const float logits[CLASSES] = {1000, -1000, 1000, -1000, -1000};
    struct loss_sample s = {0};
    loss_of_sample(&spec, 3, logits, 3, 1, &s);
    is_near(s.term[2], 2 * (2000 + log(2)), 1e-9, "cross entropy of a hopeless class is finite");
    is_near(s.expectation, 2, 1e-12, "two equal classes share the expectation");
    double sum = 0, gradients = 0;
    for (int c = 0; c < CLASSES; c++) {
        sum += s.probability[c];
        gradients += s.logit_gradient[c];
    }
    is_near(sum, 1, 1e-12, "probabilities sum to 1");
    is_near(gradients, 0, 1e-12, "logit gradients sum to 0");
    loss_of_sample(&spec, 3, logits, 3, 4, &s);
    is_near(s.term[2], 0, 0, "an empty class costs nothing");
    loss_of_sample(&spec, NAN, logits, 3, 0, &s);
    ok(isnan(total_of(&spec, &s)), "a score that is no number gives a loss that is none");
    const float broken[CLASSES] = {0, NAN, 0, 0, 0};
    loss_of_sample(&spec, 3, broken, 3, 0, &s);
    ok(isnan(total_of(&spec, &s)), "nor does a logit");
}

/* --- classes --- */

static void test_class_of_score(void)
{
    static const struct {
        double score;
        int classes, wanted;
    } rows[] = {
        {1, 5, 0},    {1.5, 5, 0},   {1.5000001, 5, 1}, {2, 5, 1},        {2.5, 5, 1},
        {2.51, 5, 2}, {3.5, 5, 2},   {4.4999, 5, 3},    {4.5, 5, 3},      {4.51, 5, 4},
        {5, 5, 4},    {5.5, 5, 4},   {5.6, 5, 4},       {0.5, 5, 0},      {0, 5, 0},
        {-7, 5, 0},   {1e300, 5, 4}, {-1e300, 5, 0},    {INFINITY, 5, 4}, {-INFINITY, 5, 0},
        {NAN, 5, 0},  {2.5, 2, 1},   {9, 1, 0},         {2.7, 3, 2},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int got = loss_class_of_score(rows[i].score, rows[i].classes);
        wrong += got != rows[i].wanted;
        if (got != rows[i].wanted)
            diag("%g in %d classes: got %d, wanted %d", rows[i].score, rows[i].classes, got,
                 rows[i].wanted);
    }
    is_int(wrong, 0, "classes of scores: halves go down, outside goes to the ends");
}

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
    test_extremes();
    test_class_of_score();
    test_class_weights();
    return tap_done();
}
