/* ref_head.c - global average pool, the score and class heads, the loss, and the way back.
 *
 * The loss takes scores and logits as float, as every backend does: what is reported is what was
 * judged. */
#include "engine/core/loss_math.h"
#include "tests/ref/ref_priv.h"

#include <string.h>

static int features(const struct backend *b)
{
    return b->shapes[b->net.n_units].c;
}

static void linear(const struct backend *b, enum net_role weight, enum net_role bias, int outputs,
                   double *to)
{
    int k = features(b);
    const double *w = ref_role(b, -1, weight)->value, *v = ref_role(b, -1, bias)->value;
    for (int n = 0; n < b->n; n++)
        for (int o = 0; o < outputs; o++) {
            double sum = v[o];
            for (int i = 0; i < k; i++)
                sum += w[o * k + i] * b->features[n * k + i];
            to[n * outputs + o] = sum;
        }
}

void ref_heads_forward(struct backend *b)
{
    struct net_shape s = b->shapes[b->net.n_units];
    const double *last = b->tensor[b->net.n_units];
    memset(b->features, 0, (size_t)(b->n * s.c) * sizeof *b->features);
    for (size_t p = 0; p < (size_t)b->n * ref_area(s); p++)
        ref_axpy(b->features + p / ref_area(s) * (size_t)s.c, last + p * (size_t)s.c,
                 1.0 / (double)ref_area(s), s.c);
    linear(b, NET_SCORE_W, NET_SCORE_B, 1, b->scores);
    if (b->net.classes)
        linear(b, NET_CLASS_W, NET_CLASS_B, b->net.classes, b->logits);
}

static int true_class(const struct backend *b, int n)
{
    return b->label_class ? b->label_class[b->order[b->first + (size_t)n]] : 0;
}

static double class_scale(const struct backend *b)
{
    double sum = 0;
    for (int n = 0; n < b->n; n++)
        sum += b->spec.loss.class_weight[true_class(b, n)];
    return loss_class_scale(&b->spec.loss, sum, b->n);
}

/* Where the slope of the loss jumps: |e| of an L1 at 0, and of smooth-huber at its delta too. */
static void kinks(struct backend *b, int n, const struct loss_sample *s)
{
    const struct loss_spec *l = &b->spec.loss;
    double truth = (double)b->label[b->order[b->first + (size_t)n]];
    ref_kink(b, b->scores[n] - truth);
    if (l->kind == LOSS_SMOOTH_HUBER)
        ref_kink(b, fabs(b->scores[n] - truth) - l->huber_delta);
    b->off[n] = s->expectation - truth;
    if (l->classes)
        ref_kink(b, b->off[n]);
}

/* One sample's loss; its gradients are kept for the way back, divided by the batch size. */
static void judge(struct backend *b, struct ref_slot *slot, int n, double scale)
{
    const struct loss_spec *l = &b->spec.loss;
    uint32_t image = b->order[b->first + (size_t)n];
    float logits[LOSS_MAX_CLASSES] = {0};
    struct loss_sample s = {0};
    for (int c = 0; c < l->classes; c++)
        logits[c] = (float)b->logits[n * l->classes + c];
    slot->scores[n] = (float)b->scores[n];
    loss_of_sample(l, slot->scores[n], logits, b->label[image], true_class(b, n), scale, &s);
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        slot->result.term[t] += s.term[t] / b->n;
    kinks(b, n, &s);
    b->score_gradient[n] = s.score_gradient / b->n;
    for (int c = 0; c < l->classes; c++) {
        slot->probabilities[n * l->classes + c] = (float)s.probability[c];
        b->logit_gradient[n * l->classes + c] = s.logit_gradient[c] / b->n;
    }
}

void ref_loss(struct backend *b, struct ref_slot *slot)
{
    struct backend_result *r = &slot->result;
    const struct loss_spec *l = &b->spec.loss;
    double scale = class_scale(b);
    for (int n = 0; n < b->n; n++)
        judge(b, slot, n, scale);
    for (int t = 0; t < loss_info(l->kind)->terms; t++)
        r->total += l->weight[t] * r->term[t];
    r->scores = slot->scores;
    r->probabilities = l->classes ? slot->probabilities : NULL;
    r->finite = isfinite(r->total);
}

static void linear_backward(struct backend *b, enum net_role weight, enum net_role bias,
                            int outputs, const double *gradient)
{
    int k = features(b);
    const struct ref_param *w = ref_role(b, -1, weight), *v = ref_role(b, -1, bias);
    memset(w->gradient, 0, (size_t)(outputs * k) * sizeof *w->gradient);
    memset(v->gradient, 0, (size_t)outputs * sizeof *v->gradient);
    for (int n = 0; n < b->n; n++)
        for (int o = 0; o < outputs; o++) {
            double g = gradient[n * outputs + o];
            v->gradient[o] += g;
            ref_axpy(w->gradient + o * k, b->features + n * k, g, k);
            ref_axpy(b->features_gradient + n * k, w->value + o * k, g, k);
        }
}

void ref_heads_backward(struct backend *b)
{
    struct net_shape s = b->shapes[b->net.n_units];
    double *last = b->gradient[b->net.n_units];
    memset(b->features_gradient, 0, (size_t)(b->n * s.c) * sizeof *b->features_gradient);
    linear_backward(b, NET_SCORE_W, NET_SCORE_B, 1, b->score_gradient);
    if (b->net.classes)
        linear_backward(b, NET_CLASS_W, NET_CLASS_B, b->net.classes, b->logit_gradient);
    for (size_t p = 0; p < (size_t)b->n * ref_area(s); p++)
        ref_axpy(last + p * (size_t)s.c, b->features_gradient + p / ref_area(s) * (size_t)s.c,
                 1.0 / (double)ref_area(s), s.c);
    ref_keep(b, last, (size_t)b->n * ref_count(s));
}
