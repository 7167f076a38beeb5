/* test_gradients.c - gradients of a loss's terms by the pooled features, as a run has them of its
 * steps, against difference quotients of formulas written out here, under every loss; and against
 * what the reference backend sends back through its net. Which steps are measured.
 */
#include "base/mem.h"
#include "engine/train/gradients_priv.h"
#include "tests/kit/backend_case.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <math.h>
#include <string.h>

#define BATCH 6
#define FEATURES 7
#define CLASSES 5
#define SIZE 9

static const struct backend_case shape = {
    "features", BATCH, SIZE, SIZE, 3, CASE_NO_POOL, {{0, -1, FEATURES, 3, 2, 1, 0, true}}};

/* --- the loss of a batch, written out: in double, from the features --- */

struct batch {
    const struct loss_spec *loss;
    double features[BATCH][FEATURES];
    double score_w[FEATURES], score_b, class_w[CLASSES][FEATURES], class_b[CLASSES];
    double truth[BATCH];
    int classes[BATCH];
};

static double output(const double *w, double b, const double *h)
{
    for (int i = 0; i < FEATURES; i++)
        b += w[i] * h[i];
    return b;
}

static void softmax(const double *z, double *p)
{
    double sum = 0;
    for (int c = 0; c < CLASSES; c++)
        sum += exp(z[c]);
    for (int c = 0; c < CLASSES; c++)
        p[c] = exp(z[c]) / sum;
}

/* A term of one image, before weights. */
static double term_of(const struct batch *b, int term, int image)
{
    const double *h = b->features[image];
    double z[CLASSES], p[CLASSES], q[CLASSES], expected = 0;
    double e = output(b->score_w, b->score_b, h) - b->truth[image];
    for (int c = 0; c < CLASSES; c++)
        z[c] = output(b->class_w[c], b->class_b[c], h);
    softmax(z, p);
    softmax(p, q);
    for (int c = 0; c < CLASSES; c++)
        expected += p[c] * (c + 1);
    if (term == 1)
        return fabs(b->truth[image] - expected);
    if (term == 2)
        return -log((b->loss->kind == LOSS_COMBO ? p : q)[b->classes[image]]);
    switch (b->loss->kind) {
    case LOSS_MSE:
        return e * e;
    case LOSS_SMOOTH_L1:
        return fabs(e) < b->loss->smooth_beta ? e * e / 2 / b->loss->smooth_beta
                                              : fabs(e) - b->loss->smooth_beta / 2;
    case LOSS_SMOOTH_HUBER:
        return fabs(e) < b->loss->huber_delta ? log(cosh(e)) : fabs(e);
    default:
        return fabs(e);
    }
}

/* The weighted term as it stands in the total: a mean over the batch, for the classes of the
 * released code one by their weights. */
static double mean_of(const struct batch *b, int term)
{
    double sum = 0, all = 0;
    for (int i = 0; i < BATCH; i++) {
        double w = term == 2 ? b->loss->class_weight[b->classes[i]] : 1;
        sum += w * term_of(b, term, i);
        all += w;
    }
    bool by_weight = term == 2 && b->loss->kind == LOSS_COMBO_RELEASED;
    return b->loss->weight[term] * sum / (by_weight ? all : BATCH);
}

/* Times the images, as gradients of a sample are told. */
static void differences(struct batch *b, int term, double to[BATCH][FEATURES])
{
    const double step = 1e-6;
    for (int i = 0; i < BATCH; i++)
        for (int k = 0; k < FEATURES; k++) {
            double *at = &b->features[i][k], middle = *at, value[2];
            for (int s = 0; s < 2; s++) {
                *at = middle + (s ? step : -step);
                value[s] = mean_of(b, term);
            }
            *at = middle;
            to[i][k] = BATCH * (value[1] - value[0]) / (2 * step);
        }
}

static double dot(double a[BATCH][FEATURES], double b[BATCH][FEATURES])
{
    double sum = 0;
    for (int i = 0; i < BATCH; i++)
        for (int k = 0; k < FEATURES; k++)
            sum += a[i][k] * b[i][k];
    return sum;
}

/* --- a step of a net --- */

static void read_head(const struct subject *s, enum net_role role, double *to)
{
    int index = net_params_role(s->params, -1, role);
    float *values = subject_get(s, BACKEND_PARAM, index);
    for (size_t i = 0; i < s->params->at[index].count; i++)
        to[i] = (double)values[i];
    mem_free(values);
}

static void read_heads(const struct subject *s, struct batch *b)
{
    read_head(s, NET_SCORE_W, b->score_w);
    read_head(s, NET_SCORE_B, &b->score_b);
    if (!b->loss->classes)
        return;
    read_head(s, NET_CLASS_W, b->class_w[0]);
    read_head(s, NET_CLASS_B, b->class_b);
}

/* Means over the last map; returns how many values they are of. */
static int read_features(const struct subject *s, struct batch *b)
{
    struct net_shape map = s->shapes[1];
    float *values = subject_get(s, BACKEND_TENSOR, 1);
    int area = map.h * map.w;
    for (int i = 0; i < BATCH; i++)
        for (int p = 0; p < area; p++)
            for (int k = 0; k < FEATURES; k++)
                b->features[i][k] += (double)values[(i * area + p) * FEATURES + k] / area;
    mem_free(values);
    return area;
}

/* The root of the mean square over images of the gradient by the features of all terms together,
 * from that by the maps whose means they are. */
static double sent_back(const struct subject *s, int area)
{
    float *values = subject_get(s, BACKEND_TENSOR_GRADIENT, 1);
    double sum = 0;
    for (int i = 0; i < BATCH * area * FEATURES; i++)
        sum += (double)values[i] * (double)values[i];
    mem_free(values);
    return sqrt(sum * area * BATCH);
}

/* What a run does with a step: opens, reads, steps, adds. */
static void measure(struct subject *s, const struct backend_spec *spec, struct batch *b,
                    struct gradients *g)
{
    struct case_images images;
    struct gradients_heads heads = {.weights = NULL};
    struct err e;
    subject_open(s, ref_backend(), spec, 11);
    case_images(&images, BATCH, &spec->augment, 5);
    subject_show(s, &images);
    subject_plan(s, &images, BATCH, 0.1);
    read_heads(s, b);
    if (gradients_open(&heads, s->door, &e) || gradients_read(&heads, s->door, &e))
        case_bail("heads", &e);
    struct backend_result r = subject_step(s, BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE);
    for (int i = 0; i < BATCH; i++) {
        b->truth[i] = (double)images.scores[images.order[i]];
        b->classes[i] = images.classes[images.order[i]];
    }
    gradients_add(g, &heads, &spec->loss, &r, b->truth, spec->loss.classes ? b->classes : NULL);
    gradients_close(&heads);
    case_images_free(&images);
}

/* sqrt of the sum of all products: of all terms together. */
static double together(const struct gradients *g, int terms)
{
    double sum = 0;
    for (int a = 0; a < terms; a++)
        for (int b = a; b < terms; b++)
            sum += (a == b ? 1 : 2) * g->product[a][b];
    return sqrt(sum / (double)g->images);
}

static void test_loss(enum loss_kind kind)
{
    double slope[LOSS_MAX_TERMS][BATCH][FEATURES], norm[LOSS_MAX_TERMS], cosine[LOSS_MAX_PAIRS];
    struct net net;
    struct subject s;
    struct gradients g = {0};
    case_net(&shape, &net);
    net.heads = true;
    net.classes = loss_info(kind)->classes ? CLASSES : 0;
    struct backend_spec spec = case_spec(&net, kind, SIZE, SIZE);
    spec.batches[0] = case_batch(BATCH);
    spec.keep = true;
    struct batch b = {.loss = &spec.loss};
    measure(&s, &spec, &b, &g);
    int terms = loss_info(kind)->terms, area = read_features(&s, &b);
    double worst = 0;
    gradients_figures(&g, terms, norm, cosine);
    for (int t = 0; t < terms; t++) {
        differences(&b, t, slope[t]);
        worst = fmax(worst, fabs(norm[t] / sqrt(dot(slope[t], slope[t]) / BATCH) - 1));
    }
    for (int x = 0, pair = 0; x < terms; x++)
        for (int y = x + 1; y < terms; y++, pair++)
            worst = fmax(worst, fabs(cosine[pair] -
                                     dot(slope[x], slope[y]) /
                                         sqrt(dot(slope[x], slope[x]) * dot(slope[y], slope[y]))));
    if (!ok(worst < 1e-5 && norm[0] > 0, "%s: norms and cosines are those of differences",
            loss_names[kind]))
        diag("worst %g: norms %g %g %g, cosines %g %g %g", worst, norm[0], norm[1], norm[2],
             cosine[0], cosine[1], cosine[2]);
    is_near(together(&g, terms) / sent_back(&s, area), 1, 1e-5,
            "and together what goes back through the net");
    ok(terms == 3 ? cosine[2] != 0
                  : isnan(norm[1]) && isnan(norm[2]) && isnan(cosine[0]) && isnan(cosine[1]) &&
                        isnan(cosine[2]),
       "there is nothing of terms that it has not");
    subject_close(&s);
}

/* --- by hand --- */

/* Two features; the score sees the first, one class each. */
static struct gradients_heads by_hand(void)
{
    struct gradients_heads heads = {.outputs = 1 + CLASSES, .features = 2};
    for (int i = 0; i < heads.outputs; i++)
        heads.gram[i][i] = 1;
    return heads;
}

static void test_nothing(void)
{
    static const double weights[LOSS_MAX_TERMS] = {2, 0, 1};
    static const float probabilities[CLASSES] = {0, 0, 1, 0, 0};
    const int classes[] = {2}, train = 2;
    const float score = 3;
    const double truth = 2;
    double norm[LOSS_MAX_TERMS], cosine[LOSS_MAX_PAIRS];
    struct gradients_heads heads = by_hand();
    struct gradients g = {0};
    struct loss_spec loss;
    gradients_figures(&g, 3, norm, cosine);
    ok(isnan(norm[0]) && isnan(cosine[0]), "nothing is known before the first step");
    loss_spec_init(&loss, LOSS_COMBO, weights, CLASSES, &train, 1);
    struct backend_result r = {.n = 1, .scores = &score, .probabilities = probabilities};
    gradients_add(&g, &heads, &loss, &r, &truth, classes);
    gradients_figures(&g, 3, norm, cosine);
    ok(norm[0] == 2 && norm[1] == 0 && isnan(cosine[0]) && isnan(cosine[2]),
       "a term without weight pulls at nothing, in no direction");
    ok(norm[2] >= 0 && norm[2] < 1e-9, "nor does a class that is certain and right (%g)", norm[2]);
    const int wrong[] = {0};
    loss.class_weight[0] = 1;
    gradients_add(&g, &heads, &loss, &r, &truth, wrong);
    gradients_figures(&g, 3, norm, cosine);
    is_near(norm[2], 1, 1e-6, "one that is certain and wrong has a number: sqrt(2) of one of two");
    ok(norm[0] == 2 && cosine[1] == 0, "and is at right angles to the score");
}

static void test_due(void)
{
    static const struct {
        size_t steps, batch, measured;
    } cases[] = {{1, 4, 1},    {4, 4, 1},     {5, 4, 2},      {23, 16, 6},  {52, 64, 4},
                 {13, 256, 1}, {208, 16, 16}, {1000, 1, 250}, {1562, 64, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0, last = 0, widest = 0;
        for (size_t step = 0; step < cases[i].steps; step++) {
            if (!gradients_due(step, cases[i].steps, cases[i].batch))
                continue;
            widest = step - last > widest ? step - last : widest;
            last = step;
            n++;
        }
        ok(n == cases[i].measured && gradients_due(0, cases[i].steps, cases[i].batch) &&
               widest <= cases[i].steps / n + 1,
           "%zu of %zu steps of %zu images, evenly", n, cases[i].steps, cases[i].batch);
    }
}

int main(void)
{
    for (int kind = 0; kind < LOSS_KINDS; kind++)
        test_loss((enum loss_kind)kind);
    test_nothing();
    test_due();
    return tap_done();
}
