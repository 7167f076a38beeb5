/* gradients.c - see gradients_priv.h. */
#include "engine/train/gradients_priv.h"

#include "base/mem.h"
#include "engine/core/loss_math.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* A device waits while the weights are read, so few steps are measured: no more than one in four,
 * and no more than it takes for so many images, of which cosines beyond 0.1 are no chance. */
#define IMAGES 256
#define ONE_IN 4

/* --- the heads --- */

/* Which parameter, or -1. */
static int find_head(const struct door *door, enum net_role role)
{
    return net_params_role(door_params(door), -1, role);
}

int gradients_open(struct gradients_heads *heads, const struct door *door, struct err *e)
{
    const struct net_params *params = door_params(door);
    int score = find_head(door, NET_SCORE_W), classes = find_head(door, NET_CLASS_W);
    heads->features = params->at[score].dims[1];
    heads->outputs = 1 + (classes < 0 ? 0 : params->at[classes].dims[0]);
    size_t count = (size_t)heads->outputs * (size_t)heads->features;
    heads->weights = mem_alloc(count, sizeof *heads->weights);
    return heads->weights ? 0 : mem_error(e, "the weights of the heads", count * sizeof(float));
}

void gradients_close(struct gradients_heads *heads)
{
    mem_free(heads->weights);
}

bool gradients_due(size_t step, size_t steps, size_t batch)
{
    size_t enough = (IMAGES + batch - 1) / batch, most = (steps + ONE_IN - 1) / ONE_IN;
    size_t measured = enough < most ? enough : most;
    return !step || step * measured / steps != (step - 1) * measured / steps;
}

static double inner_product(const float *a, const float *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

int gradients_read(struct gradients_heads *heads, struct door *door, struct err *e)
{
    size_t features = (size_t)heads->features, rest = (size_t)(heads->outputs - 1) * features;
    if (door_get(door, BACKEND_PARAM, find_head(door, NET_SCORE_W), heads->weights, features, e) ||
        (rest && door_get(door, BACKEND_PARAM, find_head(door, NET_CLASS_W),
                          heads->weights + features, rest, e)))
        return -1;
    for (int i = 0; i < heads->outputs; i++)
        for (int j = 0; j <= i; j++)
            heads->gram[i][j] = heads->gram[j][i] =
                inner_product(heads->weights + (size_t)i * features,
                              heads->weights + (size_t)j * features, heads->features);
    return 0;
}

/* --- a step --- */

/* Logits that have these probabilities, down to the least that a float can tell. */
static void logits_of(const float *probability, int classes, float *logits)
{
    for (int c = 0; c < classes; c++)
        logits[c] = logf(fmaxf(probability[c], FLT_MIN));
}

/* An image's outputs, and what they are compared with. */
struct sample {
    float score, logits[LOSS_MAX_CLASSES], truth;
    int true_class;
    double class_scale;
};

/* The gradient of one weighted term by the outputs: that of a loss which has no other. */
static void term_gradient(const struct loss_spec *loss, int term, const struct sample *s,
                          double to[GRADIENTS_OUTPUTS])
{
    struct loss_spec one = *loss;
    struct loss_sample out = {.score_gradient = 0};
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        one.weight[t] = t == term ? loss->weight[t] : 0;
    loss_of_sample(&one, s->score, s->logits, s->truth, s->true_class, s->class_scale, &out);
    to[0] = out.score_gradient;
    for (int c = 0; c < loss->classes; c++)
        to[1 + c] = out.logit_gradient[c];
}

/* a' (W W') b */
static double product(const struct gradients_heads *heads, const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < heads->outputs; i++)
        for (int j = 0; a[i] != 0 && j < heads->outputs; j++)
            sum += a[i] * heads->gram[i][j] * b[j];
    return sum;
}

static void add_sample(struct gradients *g, const struct gradients_heads *heads,
                       const struct loss_spec *loss, const struct sample *s)
{
    double d[LOSS_MAX_TERMS][GRADIENTS_OUTPUTS];
    int terms = loss_info(loss->kind)->terms;
    for (int t = 0; t < terms; t++)
        term_gradient(loss, t, s, d[t]);
    for (int a = 0; a < terms; a++)
        for (int b = a; b < terms; b++)
            g->product[a][b] += product(heads, d[a], d[b]);
}

static double class_scale(const struct loss_spec *loss, const int *classes, int n)
{
    double sum = 0;
    for (int i = 0; loss->classes && i < n; i++)
        sum += loss->class_weight[classes[i]];
    return loss_class_scale(loss, sum, n);
}

void gradients_add(struct gradients *g, const struct gradients_heads *heads,
                   const struct loss_spec *loss, const struct backend_result *result,
                   const double *truth, const int *classes)
{
    struct sample s = {.class_scale = class_scale(loss, classes, result->n)};
    for (int i = 0; i < result->n; i++) {
        s.score = result->scores[i];
        s.truth = (float)truth[i];
        s.true_class = loss->classes ? classes[i] : 0;
        if (loss->classes)
            logits_of(result->probabilities + (size_t)i * (size_t)loss->classes, loss->classes,
                      s.logits);
        add_sample(g, heads, loss, &s);
    }
    g->images += result->n;
}

const char *gradients_key(int a, int b, char to[GRADIENTS_KEY_BYTES])
{
    snprintf(to, GRADIENTS_KEY_BYTES, "gradient_%d_%d", a + 1, b + 1);
    return to;
}

/* --- figures --- */

void gradients_figures(const struct gradients *g, int terms, double norm[LOSS_MAX_TERMS],
                       double cosine[LOSS_MAX_PAIRS])
{
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        norm[t] = t < terms && g->images ? sqrt(g->product[t][t] / (double)g->images) : NAN;
    for (int a = 0, pair = 0; a < LOSS_MAX_TERMS; a++)
        for (int b = a + 1; b < LOSS_MAX_TERMS; b++, pair++) {
            double lengths = sqrt(g->product[a][a]) * sqrt(g->product[b][b]);
            cosine[pair] = b < terms && lengths > 0 ? fmin(fmax(g->product[a][b] / lengths, -1), 1)
                                                    : (double)NAN;
        }
}
