/* loss.cu - the loss of a batch, by one block: a batch has few samples, and whoever says whether
 * its loss is finite has to know all of them. */
#include "cuda/kernels/kernel.h"
#include "cuda/kernels/step.h"
#include "engine/core/loss_math.h"

#define THREADS 64 /* and as many samples at a time */
#define WORDS (sizeof(struct sample_result) / sizeof(uint32_t))

static_assert(sizeof(struct sample_result) % sizeof(uint32_t) == 0, "results are copied by words");

static __device__ int class_of(const struct plan_values *p, uint64_t planned)
{
    return p->classes ? p->classes[p->order[planned]] : 0;
}

/* The batch's sum of class weights, in the order of its samples; thread 0 has it. */
static __device__ double weight_sum(const struct state *s, const struct plan_values *p, int n,
                                    double *part)
{
    double sum = 0;
    for (int begin = 0; begin < n; begin += THREADS) {
        int i = begin + (int)threadIdx.x, count = n - begin < THREADS ? n - begin : THREADS;
        if (i < n)
            part[threadIdx.x] = s->loss.class_weight[class_of(p, s->first + (uint64_t)i)];
        __syncthreads();
        for (int k = 0; !threadIdx.x && k < count; k++)
            sum += part[k];
        __syncthreads();
    }
    return sum;
}

/* One sample's loss into *to; its gradients, divided by the batch size, are kept for the way back.
 */
static __device__ void judge(const struct state *s, const struct plan_values *p,
                             const float *scores, const float *logits, int i, int n, double scale,
                             struct sample_result *to, float *score_gradient, float *class_gradient)
{
    const struct loss_spec *l = &s->loss;
    size_t row = (size_t)i * (size_t)l->classes;
    uint64_t planned = s->first + (uint64_t)i;
    struct loss_sample sample;
    loss_of_sample(l, scores[i], logits + row, p->truths[p->order[planned]], class_of(p, planned),
                   scale, &sample);
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        to->term[t] = sample.term[t];
    to->score = scores[i];
    score_gradient[i] = (float)(sample.score_gradient / n);
    for (int c = 0; c < LOSS_MAX_CLASSES; c++)
        to->probability[c] = c < l->classes ? (float)sample.probability[c] : 0;
    for (int c = 0; c < l->classes; c++)
        class_gradient[row + (size_t)c] = (float)(sample.logit_gradient[c] / n);
}

/* Freezes updates where the weighted sum of the terms' means is not finite. The host adds up the
 * same terms in the same order; weights of terms that a loss doesn't have are 0. */
static __device__ void freeze(struct state *s, const double *sum, int n)
{
    double total = 0;
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        total += s->loss.weight[t] * (sum[t] / n);
    if (total - total == 0 || s->frozen)
        return;
    s->frozen = 1;
    s->bad_step = s->step;
}

/* Samples are judged in turns of THREADS. Their results lie in shared memory first, so that the
 * host's memory is written in whole lines, and so that a thread for each term can add in order. */
static __global__ void loss(struct state *s, struct plan_values p, const float *scores,
                            const float *logits, int n, struct sample_result *results,
                            float *score_gradient, float *class_gradient)
{
    after_previous();
    SHARED_ARRAY(struct sample_result, turn, THREADS);
    SHARED_ARRAY(double, part, THREADS);
    SHARED_ARRAY(double, shared, LOSS_MAX_TERMS);
    int thread = (int)threadIdx.x;
    double sum = s->loss.mean_by_weight ? weight_sum(s, &p, n, part) : 0;
    if (!thread)
        shared[0] = loss_class_scale(&s->loss, sum, n);
    __syncthreads();
    double scale = shared[0];
    sum = 0;
    for (int begin = 0; begin < n; begin += THREADS) {
        int i = begin + thread, count = n - begin < THREADS ? n - begin : THREADS;
        if (i < n)
            judge(s, &p, scores, logits, i, n, scale, &turn[thread], score_gradient,
                  class_gradient);
        __syncthreads();
        uint32_t *to = reinterpret_cast<uint32_t *>(results + s->first + begin);
        const uint32_t *from = reinterpret_cast<const uint32_t *>(turn);
        for (size_t k = threadIdx.x; k < (size_t)count * WORDS; k += THREADS)
            memcpy(&to[k], &from[k], sizeof *to);
        for (int k = 0; thread < LOSS_MAX_TERMS && k < count; k++)
            sum += turn[k].term[thread];
        __syncthreads();
    }
    if (thread < LOSS_MAX_TERMS)
        shared[thread] = sum;
    __syncthreads();
    if (!thread)
        freeze(s, shared, n);
}

extern "C" int kernel_loss(struct state *s, struct plan_values p, const float *scores,
                           const float *logits, int n, struct sample_result *results,
                           float *score_gradient, float *class_gradient, void *stream)
{
    return LAUNCH(loss, 1, THREADS, 0, stream, s, p, scores, logits, n, results, score_gradient,
                  class_gradient);
}
