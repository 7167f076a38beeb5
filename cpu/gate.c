/* gate.c - the squeeze-and-excitation gate between its two ends: two fully connected layers on the
 * squeezed values, ReLU between them, a sigmoid after (Hu et al. 2018). Small, so plain loops
 * around oneDNN's matrix product. */
#include "cpu/cpu.h"

#include <math.h>

/* out[n][o] = in[n][i] w[o][i] + bias[o] */
static int linear(const struct backend *b, const float *in, int inputs, const float *w,
                  const float *bias, int outputs, float *out, struct err *e)
{
    if (dnn_gemm(false, true, b->n, outputs, inputs, in, w, 0, out, e))
        return -1;
    for (size_t i = 0; i < (size_t)b->n * (size_t)outputs; i++)
        out[i] += bias[i % (size_t)outputs];
    return 0;
}

int gate_forward(struct backend *b, int u, struct err *e)
{
    const struct unit *t = &b->units[u];
    int wide = t->shape.c, narrow = b->net.units[u].squeeze;
    if (linear(b, t->squeezed, wide, cpu_role(b, u, NET_SE_W1)->value,
               cpu_role(b, u, NET_SE_B1)->value, narrow, t->reduced, e))
        return -1;
    for (size_t i = 0; i < (size_t)b->n * (size_t)narrow; i++)
        t->reduced[i] = t->reduced[i] < 0 ? 0 : t->reduced[i];
    if (linear(b, t->reduced, narrow, cpu_role(b, u, NET_SE_W2)->value,
               cpu_role(b, u, NET_SE_B2)->value, wide, t->gate, e))
        return -1;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < (size_t)b->n * (size_t)wide; i++)
        t->gate[i] = 1 / (1 + expf(-t->gate[i]));
    return 0;
}

/* Gradients of a layer's weights and bias from that of its outputs. */
static int linear_gradients(const struct backend *b, const float *in, int inputs,
                            const float *gradient, int outputs, float *w, float *bias,
                            struct err *e)
{
    for (int o = 0; o < outputs; o++) {
        double sum = 0;
        for (int n = 0; n < b->n; n++)
            sum += (double)gradient[(size_t)n * outputs + o];
        bias[o] = (float)sum;
    }
    return dnn_gemm(true, false, outputs, inputs, b->n, gradient, in, 0, w, e);
}

/* The gradient before the sigmoid. The gate multiplied norm(raw) = gamma * (raw - mean) / deviation
 * + beta, so its gradient is gamma / deviation * product + beta * sum. */
static void before_sigmoid(const struct backend *b, int u, const float *sum, const float *product,
                           float *to)
{
    const struct unit *t = &b->units[u];
    const float *beta = cpu_role(b, u, NET_BETA)->value;
    size_t wide = (size_t)t->shape.c;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < (size_t)b->n * wide; i++) {
        float gate = t->gate[i];
        to[i] = (t->scale[i % wide] * product[i] + beta[i % wide] * sum[i]) * gate * (1 - gate);
    }
}

int gate_backward(struct backend *b, int u, const float *sum, const float *product, struct err *e)
{
    const struct unit *t = &b->units[u];
    int wide = t->shape.c, narrow = b->net.units[u].squeeze;
    float *outer = b->work, *inner = b->work + (size_t)b->n * (size_t)wide;
    before_sigmoid(b, u, sum, product, outer);
    if (linear_gradients(b, t->reduced, narrow, outer, wide, cpu_role(b, u, NET_SE_W2)->gradient,
                         cpu_role(b, u, NET_SE_B2)->gradient, e) ||
        dnn_gemm(false, false, b->n, narrow, wide, outer, cpu_role(b, u, NET_SE_W2)->value, 0,
                 inner, e))
        return -1;
    for (size_t i = 0; i < (size_t)b->n * (size_t)narrow; i++)
        inner[i] = t->reduced[i] <= 0 ? 0 : inner[i];
    if (linear_gradients(b, t->squeezed, wide, inner, narrow, cpu_role(b, u, NET_SE_W1)->gradient,
                         cpu_role(b, u, NET_SE_B1)->gradient, e))
        return -1;
    return dnn_gemm(false, false, b->n, wide, narrow, inner, cpu_role(b, u, NET_SE_W1)->value, 0,
                    outer, e);
}
