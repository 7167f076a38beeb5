/* loss.cu - the loss of a batch, one thread a sample: a batch has few of them. */
#include "cuda/kernels.h"
#include "engine/train/loss_math.h"

static __global__ void loss(const struct loss_spec *spec, const float *scores, const float *logits,
                            const float *truths, const int *classes, int n, double *terms,
                            float *score_gradient, float *logit_gradient)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n)
        return;
    struct loss_sample sample;
    int c = spec->classes;
    loss_of_sample(spec, scores[i], logits + (size_t)i * c, truths[i], c ? classes[i] : 0, &sample);
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
    loss<<<(n + 63) / 64, 64, 0, (cudaStream_t)stream>>>(spec, scores, logits, truths, classes, n,
                                                         terms, score_gradient, logit_gradient);
    return (int)cudaGetLastError();
}
