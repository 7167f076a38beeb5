/* ref_unit.c - one unit, y = act(gate(bn(conv(x))) + shortcut), forward and backward.
 *
 * Batch norm as PyTorch: normalised with the batch's biased variance, running variance from the
 * unbiased one. Backward mirrors forward step by step and adds to the gradients of the tensors that
 * the unit read, since several units may read the same one. At a ReLU's kink the gradient is 0.
 */
#include "tests/ref/ref_priv.h"

#include <math.h>
#include <string.h>

/* Mean and biased variance of each channel over `rows` rows; two passes, for accuracy. */
static void moments(const double *x, size_t rows, int channels, double *mean, double *variance)
{
    memset(mean, 0, (size_t)channels * sizeof *mean);
    memset(variance, 0, (size_t)channels * sizeof *variance);
    for (size_t r = 0; r < rows; r++)
        ref_axpy(mean, x + r * (size_t)channels, 1.0 / (double)rows, channels);
    for (size_t r = 0; r < rows; r++)
        for (int c = 0; c < channels; c++) {
            double d = x[r * (size_t)channels + (size_t)c] - mean[c];
            variance[c] += d * d / (double)rows;
        }
}

/* Normalises t->hat in place. */
static void normalise(struct backend *b, int u, bool training)
{
    struct ref_unit *t = &b->units[u];
    int channels = t->conv.c;
    size_t rows = (size_t)b->n * ref_area(t->conv);
    double *running_mean = ref_role(b, u, NET_MEAN)->value;
    double *running_variance = ref_role(b, u, NET_VAR)->value;
    double *mean = b->narrow, *variance = b->narrow_gradient;
    if (training) {
        moments(t->hat, rows, channels, mean, variance);
        double unbiased = (double)rows / (double)(rows - 1);
        for (int c = 0; c < channels; c++) {
            double m = running_mean[c], v = running_variance[c];
            /* Float32 between steps, as weights: see update in ref_step.c. */
            running_mean[c] = (float)(m + NET_BN_MOMENTUM * (mean[c] - m));
            running_variance[c] = (float)(v + NET_BN_MOMENTUM * (variance[c] * unbiased - v));
        }
    } else {
        memcpy(mean, running_mean, (size_t)channels * sizeof *mean);
        memcpy(variance, running_variance, (size_t)channels * sizeof *variance);
    }
    for (int c = 0; c < channels; c++)
        t->inverse[c] = 1.0 / sqrt(variance[c] + NET_BN_EPS);
    for (size_t r = 0; r < rows; r++)
        for (int c = 0; c < channels; c++) {
            double *x = &t->hat[r * (size_t)channels + (size_t)c];
            *x = (*x - mean[c]) * t->inverse[c];
        }
}

/* y = gamma * hat + beta. */
static void scale_shift(const struct backend *b, int u, double *y)
{
    const struct ref_unit *t = &b->units[u];
    const double *gamma = ref_role(b, u, NET_GAMMA)->value;
    const double *beta = ref_role(b, u, NET_BETA)->value;
    size_t count = (size_t)b->n * ref_count(t->conv), channels = (size_t)t->conv.c;
    for (size_t i = 0; i < count; i++)
        y[i] = gamma[i % channels] * t->hat[i] + beta[i % channels];
}

void ref_unit_forward(struct backend *b, int u, bool training)
{
    const struct net_unit *unit = &b->net.units[u];
    struct ref_unit *t = &b->units[u];
    size_t count = (size_t)b->n * ref_count(t->conv);
    ref_conv(b, u, t->hat);
    ref_keep(b, t->hat, count);
    normalise(b, u, training);
    scale_shift(b, u, t->out);
    if (unit->squeeze)
        ref_gate_forward(b, u, t->out);
    for (size_t i = 0; unit->shortcut >= 0 && i < count; i++)
        t->out[i] += b->tensor[unit->shortcut][i];
    for (size_t i = 0; unit->relu && i < count; i++) {
        ref_kink(b, t->out[i]);
        t->out[i] = t->out[i] < 0 ? 0 : t->out[i]; /* not fmax: NaN has to get through */
    }
    if (b->net.pool.after == u)
        ref_pool_forward(b, u);
    ref_keep(b, b->tensor[u + 1], (size_t)b->n * ref_count(b->shapes[u + 1]));
}

/* g: from the gradient of y = gamma * hat + beta to that of the convolution's output. */
static void normalise_backward(struct backend *b, int u, double *g)
{
    const struct ref_unit *t = &b->units[u];
    int channels = t->conv.c;
    size_t rows = (size_t)b->n * ref_area(t->conv);
    const double *gamma = ref_role(b, u, NET_GAMMA)->value;
    double *ggamma = ref_role(b, u, NET_GAMMA)->gradient;
    double *gbeta = ref_role(b, u, NET_BETA)->gradient;
    memset(ggamma, 0, (size_t)channels * sizeof *ggamma);
    memset(gbeta, 0, (size_t)channels * sizeof *gbeta);
    for (size_t i = 0; i < rows * (size_t)channels; i++) {
        ggamma[i % (size_t)channels] += g[i] * t->hat[i];
        gbeta[i % (size_t)channels] += g[i];
    }
    for (size_t i = 0; i < rows * (size_t)channels; i++) {
        size_t c = i % (size_t)channels;
        double mean_part = (gbeta[c] + t->hat[i] * ggamma[c]) / (double)rows;
        g[i] = gamma[c] * t->inverse[c] * (g[i] - mean_part);
    }
}

void ref_unit_backward(struct backend *b, int u)
{
    const struct net_unit *unit = &b->net.units[u];
    const struct ref_unit *t = &b->units[u];
    size_t count = (size_t)b->n * ref_count(t->conv);
    double *g = b->wide_gradient;
    if (b->net.pool.after == u)
        ref_pool_backward(b, u, g);
    else
        memcpy(g, b->gradient[u + 1], count * sizeof *g);
    for (size_t i = 0; unit->relu && i < count; i++)
        g[i] = t->out[i] > 0 ? g[i] : 0;
    for (size_t i = 0; unit->shortcut >= 0 && i < count; i++)
        b->gradient[unit->shortcut][i] += g[i];
    if (unit->shortcut >= 0)
        ref_keep(b, b->gradient[unit->shortcut], count);
    if (unit->squeeze) {
        scale_shift(b, u, b->wide);
        ref_gate_backward(b, u, b->wide, g);
    }
    normalise_backward(b, u, g);
    ref_keep(b, g, count);
    ref_conv_weight_gradient(b, u, g);
    double *input_gradient = b->gradient[unit->input];
    if (!input_gradient)
        return;
    ref_conv_input_gradient(b, u, g);
    ref_keep(b, input_gradient, (size_t)b->n * ref_count(b->shapes[unit->input]));
}
