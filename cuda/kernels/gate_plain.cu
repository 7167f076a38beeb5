/* gate_plain.cu - the gate's layers, plainly: one thread an element. */
#include "cuda/kernels/gate_plain.h"
#include "cuda/kernels/kernel.h"

#include <math.h>

#define THREADS 128

static unsigned blocks_for(size_t count)
{
    return (unsigned)((count + THREADS - 1) / THREADS);
}

static __device__ __forceinline__ size_t thread_number()
{
    return (size_t)blockIdx.x * THREADS + threadIdx.x;
}

/* --- forward --- */

static __global__ void squeeze(const float *scale, const float *shift, int n, int c,
                               const float *image_mean, float *squeezed)
{
    after_previous();
    size_t i = thread_number();
    if (i < (size_t)n * c)
        squeezed[i] = fmaf(scale[i % c], image_mean[i], shift[i % c]);
}

/* out (n, outputs) = in (n, inputs) w' + bias, then the ReLU or the sigmoid. */
static __global__ void layer(const float *in, const float *w, const float *bias, int n, int inputs,
                             int outputs, bool sigmoid, float *out)
{
    after_previous();
    size_t i = thread_number();
    if (i >= (size_t)n * outputs)
        return;
    const float *x = in + i / outputs * inputs, *row = w + i % outputs * inputs;
    float sum = 0;
    for (int k = 0; k < inputs; k++)
        sum = fmaf(x[k], row[k], sum);
    sum += bias[i % outputs];
    out[i] = sigmoid ? 1 / (1 + expf(-sum)) : sum < 0 ? 0 : sum;
}

int gate_plain(const struct gate_layers *w, const float *scale, const float *shift, int n, int c,
               int r, const struct gate_values *v, void *stream)
{
    int code = LAUNCH(squeeze, blocks_for((size_t)n * c), THREADS, 0, stream, scale, shift, n, c,
                      v->image_mean, v->squeezed);
    if (code)
        return code;
    code = LAUNCH(layer, blocks_for((size_t)n * r), THREADS, 0, stream, v->squeezed, w->w1, w->b1,
                  n, c, r, false, v->reduced);
    if (code)
        return code;
    return LAUNCH(layer, blocks_for((size_t)n * c), THREADS, 0, stream, v->reduced, w->w2, w->b2, n,
                  r, c, true, v->gate);
}

/* --- backward --- */

/* Before the sigmoid. */
static __global__ void gate_gradients(const float *sums, int parts, const float *scale,
                                      const float *beta, int n, int c, const float *gate, float *to)
{
    after_previous();
    size_t i = thread_number();
    if (i >= (size_t)n * c)
        return;
    const float *part = sums + i / c * parts * 2 * c + i % c;
    float sum = 0, product = 0;
    for (int p = 0; p < parts; p++, part += (size_t)2 * c) {
        sum += part[0];
        product += part[c];
    }
    to[i] = fmaf(scale[i % c], product, beta[i % c] * sum) * gate[i] * (1 - gate[i]);
}

/* to (n, inputs) = gradient (n, outputs) w; and where `let` is given, only where that is above 0 */
static __global__ void layer_back(const float *gradient, const float *w, int n, int inputs,
                                  int outputs, const float *let, float *to)
{
    after_previous();
    size_t i = thread_number();
    if (i >= (size_t)n * inputs)
        return;
    const float *g = gradient + i / inputs * outputs, *column = w + i % inputs;
    float sum = 0;
    for (int o = 0; o < outputs; o++)
        sum = fmaf(g[o], column[(size_t)o * inputs], sum);
    to[i] = !let || let[i] > 0 ? sum : 0;
}

/* w (outputs, inputs) and bias of a layer from its inputs and its outputs' gradient. */
static __global__ void layer_gradients(const float *in, const float *gradient, int n, int inputs,
                                       int outputs, float *w, float *bias)
{
    after_previous();
    size_t i = thread_number();
    if (i >= (size_t)outputs * inputs)
        return;
    size_t o = i / inputs, k = i % inputs;
    float sum = 0, bias_sum = 0;
    for (int image = 0; image < n; image++) {
        float g = gradient[(size_t)image * outputs + o];
        sum = fmaf(g, in[(size_t)image * inputs + k], sum);
        bias_sum += g;
    }
    w[i] = sum;
    if (k == 0)
        bias[o] = bias_sum;
}

int gate_plain_back(const float *sums, int parts, const struct gate_layers *w, const float *scale,
                    const float *beta, int n, int c, int r, const struct gate_values *v,
                    float *gate_gradient, float *reduced_gradient,
                    const struct gate_layers *gradient, float *squeezed_gradient, void *stream)
{
    unsigned wide = blocks_for((size_t)n * c), layers = blocks_for((size_t)c * r);
    int code = LAUNCH(gate_gradients, wide, THREADS, 0, stream, sums, parts, scale, beta, n, c,
                      v->gate, gate_gradient);
    if (code)
        return code;
    code = LAUNCH(layer_gradients, layers, THREADS, 0, stream, v->reduced, gate_gradient, n, r, c,
                  gradient->w2, gradient->b2);
    if (code)
        return code;
    code = LAUNCH(layer_back, blocks_for((size_t)n * r), THREADS, 0, stream, gate_gradient, w->w2,
                  n, r, c, v->reduced, reduced_gradient);
    if (code)
        return code;
    code = LAUNCH(layer_gradients, layers, THREADS, 0, stream, v->squeezed, reduced_gradient, n, c,
                  r, gradient->w1, gradient->b1);
    if (code)
        return code;
    return LAUNCH(layer_back, wide, THREADS, 0, stream, reduced_gradient, w->w1, n, c, r, nullptr,
                  squeezed_gradient);
}
