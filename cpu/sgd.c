/* sgd.c - the update: v = m v + (s g + d w);  w -= lr v,  as PyTorch's SGD, where s is 1 or clips
 * the gradients' norm. All trained values lie in one block, their gradients and momenta in two more
 * at the same offsets; padding is zero in all three and stays so. */
#include "cpu/cpu.h"
#include "cpu/simd.h"

#include <math.h>

#define CHUNK 16384
#define LANES 8 /* sums side by side: the same on every instruction set */

struct rule {
    float momentum, decay, rate, scale;
};

SIMD_BODY void move_body(const struct rule *rule, const float *g, float *v, float *w, size_t count)
{
    float momentum = rule->momentum, decay = rule->decay, rate = rule->rate;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        v[i] = momentum * v[i] + (g[i] + decay * w[i]);
        w[i] -= rate * v[i];
    }
}

SIMD_KERNEL(move, (const struct rule *rule, const float *g, float *v, float *w, size_t count),
            (rule, g, v, w, count))

SIMD_BODY void move_scaled_body(const struct rule *rule, const float *g, float *v, float *w,
                                size_t count)
{
    float momentum = rule->momentum, decay = rule->decay, rate = rule->rate, scale = rule->scale;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        v[i] = momentum * v[i] + (scale * g[i] + decay * w[i]);
        w[i] -= rate * v[i];
    }
}

SIMD_KERNEL(move_scaled,
            (const struct rule *rule, const float *g, float *v, float *w, size_t count),
            (rule, g, v, w, count))

SIMD_BODY void squares_body(const float *g, size_t count, double *sum)
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int k = 0; k < LANES; k++)
            lanes[k] += (double)g[i + k] * (double)g[i + k];
    for (int k = 0; i < count; i++, k++)
        lanes[k] += (double)g[i] * (double)g[i];
    *sum = 0;
    for (int k = 0; k < LANES; k++)
        *sum += lanes[k];
}

SIMD_KERNEL(squares, (const float *g, size_t count, double *sum), (g, count, sum))

static size_t chunk_at(const struct backend *b, size_t i)
{
    return b->trained - i < CHUNK ? b->trained - i : CHUNK;
}

size_t sgd_chunks(const struct backend *b)
{
    return (b->trained + CHUNK - 1) / CHUNK;
}

/* min(1, clip / (norm + 1e-6)). Each chunk's sum is the same on any number of threads, and they are
 * added in order. A norm that is no number must not hide: it goes into the weights, and the next
 * loss shows it. */
static float clip_scale(struct backend *b)
{
    double sum = 0, *part = (double *)(void *)b->squares;
    if (!(b->spec.clip_norm > 0))
        return 1;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < b->trained; i += CHUNK)
        squares(b->isa)(b->gradients + i, chunk_at(b, i), &part[i / CHUNK]);
    for (size_t k = 0; k < sgd_chunks(b); k++)
        sum += part[k];
    double scale = b->spec.clip_norm / (sqrt(sum) + 1e-6);
    return scale >= 1 ? 1 : (float)scale;
}

void sgd_update(struct backend *b)
{
    const struct rule rule = {(float)b->spec.momentum, (float)b->spec.weight_decay,
                              (float)b->epoch.learning_rate, clip_scale(b)};
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < b->trained; i += CHUNK) {
        const float *g = b->gradients + i;
        if (rule.scale == 1)
            move(b->isa)(&rule, g, b->momenta + i, b->values + i, chunk_at(b, i));
        else
            move_scaled(b->isa)(&rule, g, b->momenta + i, b->values + i, chunk_at(b, i));
    }
    b->folds_stale = true;
    for (int u = 0; u < b->depth; u++)
        conv_changed(&b->units[u].conv);
}
