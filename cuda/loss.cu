/* loss.cu - the loss of a batch, one thread a sample: a batch has few of them. */
#include "cuda/kernels.h"
#include "engine/core/loss_math.h"

#define THREADS 64

/* The batch's sum of class weights: every block adds them up for itself, in the same order. */
static __device__ double weight_sum(const struct loss_spec *spec, const int *classes, int n)
{
    __shared__ double part[THREADS];
    double sum = 0;
    for (int i = threadIdx.x; i < n; i += THREADS)
        sum += spec->class_weight[classes[i]];
    part[threadIdx.x] = sum;
    __syncthreads();
    sum = 0;
    for (int i = 0; i < THREADS; i++)
        sum += part[i];
    return sum;
}

static __global__ void loss(const struct loss_spec *spec, const float *scores, const float *logits,
                            const float *truths, const int *classes, int n, double *terms,
                            float *score_gradient, float *logit_gradient)
{
    int i = blockIdx.x * THREADS + threadIdx.x;
    int c = spec->classes;
    double sum = spec->mean_by_weight ? weight_sum(spec, classes, n) : 0;
    if (i >= n)
        return;
    struct loss_sample sample;
    loss_of_sample(spec, scores[i], logits + (size_t)i * c, truths[i], c ? classes[i] : 0,
                   loss_class_scale(spec, sum, n), &sample);
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        terms[i * LOSS_MAX_TERMS + t] = sample.term[t];
    score_gradient[i] = (float)(sample.score_gradient / n);
    for (int k = 0; k < c; k++)
        logit_gradient[(size_t)i * c + k] = (float)(sample.logit_gradient[k] / n);
}

extern "C" int kernel_loss(const struct loss_spec *spec, const float *scores, const float *logits,
                           const float *truths, const int *classes, int n, double *terms,
                           float *score_gradient, float *logit_gradient, void *stream)
{
    loss<<<(n + THREADS - 1) / THREADS, THREADS, 0, (cudaStream_t)stream>>>(
        spec, scores, logits, truths, classes, n, terms, score_gradient, logit_gradient);
    return (int)cudaGetLastError();
}
