/* sgd.c - the update: v = m v + (g + d w);  w -= lr v,  as PyTorch's SGD. All trained values lie in
 * one block, their gradients and momenta in two more at the same offsets; padding is zero in all
 * three and stays so. */
#include "cpu/cpu.h"
#include "cpu/simd.h"

#define CHUNK 16384

struct rule {
    float momentum, decay, rate;
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

void sgd_update(struct backend *b)
{
    const struct rule rule = {(float)b->spec.momentum, (float)b->spec.weight_decay,
                              (float)b->epoch.learning_rate};
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < b->trained; i += CHUNK) {
        size_t count = b->trained - i < CHUNK ? b->trained - i : CHUNK;
        move(b->isa)(&rule, b->gradients + i, b->momenta + i, b->values + i, count);
    }
    b->folds_stale = true;
    for (int u = 0; u < b->depth; u++)
        conv_changed(&b->units[u].conv);
}
