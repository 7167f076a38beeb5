/* heads.c - global average pool, the score and class heads and the loss, and the way back. All but
 * the net's last tensor is float32. */
#include "cuda/cuda_priv.h"

static const struct param *head(const struct backend *b, enum net_role role)
{
    return &b->param[net_params_role(b->params, -1, role)];
}

/* Of the present batch. */
static struct map last_map(const struct backend *b)
{
    struct net_shape s = b->shapes[b->depth];
    return (struct map){b->n, s.h, s.w, s.c};
}

static int linear(struct backend *b, enum net_role weight, enum net_role bias, int outputs,
                  float *to, struct err *e)
{
    return QUEUE(b, e, linear, b->features, head(b, weight)->value, head(b, bias)->value, b->n,
                 last_map(b).c, outputs, to);
}

int cuda_heads_forward(struct backend *b, struct err *e)
{
    if (QUEUE(b, e, average, b->type, b->tensor[b->depth], last_map(b), b->features) ||
        linear(b, NET_SCORE_W, NET_SCORE_B, 1, b->head_scores, e) ||
        (b->net.classes && linear(b, NET_CLASS_W, NET_CLASS_B, b->net.classes, b->logits, e)))
        return -1;
    return QUEUE(b, e, loss, b->state, b->plan, b->head_scores, b->logits, b->n, b->seen,
                 b->score_gradient, b->class_gradient);
}

static int linear_back(struct backend *b, enum net_role weight, enum net_role bias, int outputs,
                       const float *gradient, struct err *e)
{
    return QUEUE(b, e, linear_back, b->features, gradient, b->n, last_map(b).c, outputs,
                 head(b, weight)->gradient, head(b, bias)->gradient);
}

int cuda_heads_backward(struct backend *b, struct err *e)
{
    int classes = b->net.classes;
    const float *class_w = classes ? head(b, NET_CLASS_W)->value : NULL;
    if (linear_back(b, NET_SCORE_W, NET_SCORE_B, 1, b->score_gradient, e) ||
        (classes && linear_back(b, NET_CLASS_W, NET_CLASS_B, classes, b->class_gradient, e)))
        return -1;
    return QUEUE(b, e, average_back, b->type, head(b, NET_SCORE_W)->value, b->score_gradient,
                 class_w, b->class_gradient, classes, last_map(b), b->gradient[b->depth]);
}
