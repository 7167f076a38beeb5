/* heads.c - global average pool, the score and class heads, the loss, and the way back. Little
 * work, so in double where it is summed; the loss takes scores and logits as float, so that what is
 * reported is what was judged. */
#include "cpu/cpu.h"
#include "engine/core/loss_math.h"

#include <math.h>
#include <string.h>

static const struct cpu_param *head(const struct backend *b, enum net_role role)
{
    return &b->param[net_params_role(b->params, -1, role)];
}

static struct net_shape last_shape(const struct backend *b)
{
    return b->shapes[b->depth];
}

static void average(const struct backend *b)
{
    struct net_shape s = last_shape(b);
#pragma omp parallel for schedule(static)
    for (int n = 0; n < b->n; n++) {
        const float *map = b->tensor[b->depth] + (size_t)n * cpu_count(s);
        for (int c = 0; c < s.c; c++) {
            double sum = 0;
            for (size_t p = 0; p < cpu_area(s); p++)
                sum += (double)map[p * (size_t)s.c + (size_t)c];
            b->features[(size_t)n * s.c + c] = (float)(sum / (double)cpu_area(s));
        }
    }
}

static void linear(const struct backend *b, const float *w, const float *bias, int outputs,
                   float *to)
{
    int inputs = last_shape(b).c;
#pragma omp parallel for schedule(static)
    for (int i = 0; i < b->n * outputs; i++) {
        const float *x = b->features + (size_t)(i / outputs) * inputs;
        const float *row = w + (size_t)(i % outputs) * inputs;
        double sum = (double)bias[i % outputs];
        for (int k = 0; k < inputs; k++)
            sum += (double)row[k] * (double)x[k];
        to[i] = (float)sum;
    }
}

void heads_forward(struct backend *b)
{
    average(b);
    linear(b, head(b, NET_SCORE_W)->value, head(b, NET_SCORE_B)->value, 1, b->head_scores);
    if (b->net.classes)
        linear(b, head(b, NET_CLASS_W)->value, head(b, NET_CLASS_B)->value, b->net.classes,
               b->logits);
}

static int true_class(const struct backend *b, int n)
{
    return b->label_class ? b->label_class[b->order[b->first + (size_t)n]] : 0;
}

static double class_scale(const struct backend *b)
{
    const struct loss_spec *l = &b->spec.loss;
    double sum = 0;
    for (int n = 0; n < b->n; n++)
        sum += l->class_weight[true_class(b, n)];
    return loss_class_scale(l, sum, b->n);
}

/* One sample's loss; its gradients, divided by the batch size, are kept for the way back. */
static void judge(struct backend *b, struct slot *slot, int n, double scale)
{
    const struct loss_spec *l = &b->spec.loss;
    size_t image = b->order[b->first + (size_t)n], row = (size_t)n * (size_t)l->classes;
    struct loss_sample s;
    memset(&s, 0, sizeof s);
    loss_of_sample(l, b->head_scores[n], b->logits ? b->logits + row : NULL, b->label[image],
                   true_class(b, n), scale, &s);
    slot->scores[n] = b->head_scores[n];
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        slot->result.term[t] += s.term[t];
    b->score_gradient[n] = (float)(s.score_gradient / b->n);
    for (int c = 0; c < l->classes; c++) {
        slot->probabilities[row + (size_t)c] = (float)s.probability[c];
        b->logit_gradient[row + (size_t)c] = (float)(s.logit_gradient[c] / b->n);
    }
}

void heads_loss(struct backend *b, struct slot *slot)
{
    struct backend_result *r = &slot->result;
    const struct loss_spec *l = &b->spec.loss;
    double scale = class_scale(b);
    for (int n = 0; n < b->n; n++)
        judge(b, slot, n, scale);
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        r->term[t] /= b->n;
    for (int t = 0; t < loss_info(l->kind)->terms; t++)
        r->total += l->weight[t] * r->term[t];
    r->scores = slot->scores;
    r->probabilities = l->classes ? slot->probabilities : NULL;
    r->finite = isfinite(r->total);
}

/* Gradients of a head's weights and bias; adds its share to the features' gradient. */
static void linear_backward(const struct backend *b, enum net_role weight, enum net_role bias,
                            int outputs, const float *gradient)
{
    int inputs = last_shape(b).c;
    const struct cpu_param *w = head(b, weight), *v = head(b, bias);
#pragma omp parallel for schedule(static)
    for (int k = 0; k < inputs; k++) {
        for (int o = 0; o < outputs; o++) {
            double sum = 0;
            for (int n = 0; n < b->n; n++)
                sum +=
                    (double)gradient[n * outputs + o] * (double)b->features[(size_t)n * inputs + k];
            w->gradient[(size_t)o * inputs + k] = (float)sum;
        }
        for (int n = 0; n < b->n; n++)
            for (int o = 0; o < outputs; o++)
                b->features_gradient[(size_t)n * inputs + k] +=
                    gradient[n * outputs + o] * w->value[(size_t)o * inputs + k];
    }
    for (int o = 0; o < outputs; o++) {
        double sum = 0;
        for (int n = 0; n < b->n; n++)
            sum += (double)gradient[n * outputs + o];
        v->gradient[o] = (float)sum;
    }
}

void heads_backward(struct backend *b)
{
    struct net_shape s = last_shape(b);
    size_t area = cpu_area(s), line = (size_t)s.c;
    memset(b->features_gradient, 0, (size_t)b->n * line * sizeof *b->features_gradient);
    linear_backward(b, NET_SCORE_W, NET_SCORE_B, 1, b->score_gradient);
    if (b->net.classes)
        linear_backward(b, NET_CLASS_W, NET_CLASS_B, b->net.classes, b->logit_gradient);
    float *to = b->gradient[b->depth];
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < (size_t)b->n * area; p++)
        for (size_t c = 0; c < line; c++)
            to[p * line + c] = b->features_gradient[p / area * line + c] / (float)area;
}
