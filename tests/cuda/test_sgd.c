/* test_sgd.c - updates and the clipping of gradients against loops in double. */
#include "base/mem.h"
#include "cuda/kernels/step.h"
#include "tests/cuda/kernel_kit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct update {
    float momentum, decay;
    bool clipped, frozen, copied;
    size_t count;
};

struct block {
    struct state state;
    struct array *on_state, *gradients, *values, *momenta, *copy;
};

static void open_block(struct kit *k, struct block *b, const struct update *u)
{
    memset(b, 0, sizeof *b);
    b->state.rate = 0.1f;
    b->state.clip = 0.25f;
    b->state.frozen = u->frozen;
    b->on_state = kit_bytes(k, sizeof b->state, &b->state);
    b->gradients = kit_random(k, ELEMENT_F32, u->count, 0, 1);
    b->values = kit_random(k, ELEMENT_F32, u->count, 0, 1);
    b->momenta = kit_random(k, ELEMENT_F32, u->count, 0, 1);
    b->copy = kit_zeros(k, ELEMENT_BF16, u->count);
}

static void check_update(struct kit *k, struct update u)
{
    struct block b;
    open_block(k, &b, &u);
    double *v = mem_alloc(u.count, sizeof *v), *w = mem_alloc(u.count, sizeof *w);
    double clip = u.clipped ? (double)b.state.clip : 1;
    for (size_t i = 0; i < u.count; i++) {
        v[i] = (double)b.momenta->value[i];
        w[i] = (double)b.values->value[i];
        if (u.frozen)
            continue;
        v[i] = (double)u.momentum * v[i] +
               (clip * (double)b.gradients->value[i] + (double)u.decay * w[i]);
        w[i] -= (double)b.state.rate * v[i];
    }
    kit_run(k,
            kernel_sgd(b.on_state->at, b.gradients->at, b.values->at, b.momenta->at, u.count,
                       u.momentum, u.decay, u.clipped, u.copied ? b.copy->at : NULL, k->stream),
            "sgd");
    kit_read(k, b.values);
    kit_read(k, b.momenta);
    kit_read(k, b.copy);
    kit_near(b.momenta, v, (struct tolerance){.ulps = u.frozen ? 0 : 3, .floor = 1},
             "%zu momenta%s%s", u.count, u.clipped ? ", clipped" : "", u.frozen ? ", frozen" : "");
    kit_near(b.values, w, (struct tolerance){.ulps = u.frozen ? 0 : 3, .floor = 1}, "and values");
    for (size_t i = 0; i < u.count; i++)
        b.values->value[i] = u.copied && !u.frozen ? kit_kept(ELEMENT_BF16, b.values->value[i]) : 0;
    kit_same(b.copy, b.values->value, "and %s", u.copied && !u.frozen ? "their bf16" : "no bf16");
    mem_free(v);
    mem_free(w);
    kit_clear(k);
}

/* The clip factor is found for `count` gradients of about that size. */
static void check_clip(struct kit *k, size_t count, float size, double most)
{
    struct update u = {.count = count};
    struct block b;
    open_block(k, &b, &u);
    size_t chunks = (count + SGD_CHUNK - 1) / SGD_CHUNK;
    struct array *squares = kit_bytes(k, chunks * sizeof(double), NULL);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        b.gradients->value[i] *= size;
    kit_send(k, b.gradients);
    for (size_t i = 0; i < count; i++)
        sum += (double)b.gradients->value[i] * (double)b.gradients->value[i];
    kit_run(k, kernel_clip(b.on_state->at, b.gradients->at, count, most, squares->at, k->stream),
            "clip");
    kit_read(k, b.on_state);
    double want = fmin(1, most / (sqrt(sum) + 1e-6));
    struct state got;
    memcpy(&got, b.on_state->raw, sizeof got);
    ok(fabs((double)got.clip - want) <= 1e-7 * want,
       "%zu gradients of norm %g, at most %g: times %g", count, sqrt(sum), most, want);
    b.state.clip = got.clip;
    kit_same_bytes(b.on_state, &b.state, "the rest of the state stays");
    kit_clear(k);
}

/* A norm that is no number must not hide: it goes into the weights. */
static void check_fault(struct kit *k)
{
    struct update u = {.count = SGD_CHUNK + 5};
    struct block b;
    int wrong = 0;
    open_block(k, &b, &u);
    struct array *squares = kit_bytes(k, 2 * sizeof(double), NULL);
    b.gradients->value[SGD_CHUNK + 1] = NAN;
    kit_send(k, b.gradients);
    kit_run(k, kernel_clip(b.on_state->at, b.gradients->at, u.count, 1, squares->at, k->stream),
            "clip");
    kit_run(k,
            kernel_sgd(b.on_state->at, b.gradients->at, b.values->at, b.momenta->at, u.count, 0.9f,
                       0, true, NULL, k->stream),
            "sgd");
    kit_read(k, b.values);
    for (size_t i = 0; i < u.count; i++)
        wrong += !isnan(b.values->value[i]);
    is_int(wrong, 0, "a gradient that is no number shows in all values when they are clipped");
    kit_clear(k);
}

static void check_updates(struct kit *k)
{
    const size_t counts[] = {1, 7, 8, 9, 255, 2048, 5003};
    for (int i = 0; i < 7; i++) {
        check_update(k, (struct update){0.9f, 1e-2f, i % 2, false, true, counts[i]});
        check_update(k, (struct update){0, 0, false, false, i % 2 == 0, counts[i]});
    }
    check_update(k, (struct update){0.9f, 1e-2f, true, true, true, 100});
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    check_updates(&k);
    setenv("COMBOLAB_CUDA_PLAIN", "sgd", 1);
    check_updates(&k);
    unsetenv("COMBOLAB_CUDA_PLAIN");
    check_clip(&k, 1, 1, 0.01);
    check_clip(&k, 300, 1e-3f, 1);
    check_clip(&k, SGD_CHUNK, 1, 5);
    check_clip(&k, 2 * SGD_CHUNK + 77, 1e12f, 0.5);
    check_fault(&k);
    return kit_close(&k);
}
