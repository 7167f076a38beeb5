/* test_values.c - conversions to bf16 and back, and the count of values that are not finite. */
#include "cuda/kernels/step.h"
#include "tests/cuda/kernel_kit.h"

#include <math.h>

static void conversions(struct kit *k, size_t count)
{
    struct array *f = kit_random(k, ELEMENT_F32, count, 0, 500);
    struct array *b = kit_empty(k, ELEMENT_BF16, count), *g = kit_empty(k, ELEMENT_F32, count);
    f->value[0] = -0.0f;
    f->value[count / 2] = 3.3961776e38f; /* rounds to infinity's neighbour */
    kit_send(k, f);
    kit_run(k, kernel_to_bf16(f->at, count, b->at, k->stream), "to_bf16");
    kit_run(k, kernel_to_float(b->at, count, g->at, k->stream), "to_float");
    kit_read(k, b);
    kit_read(k, g);
    for (size_t i = 0; i < count; i++)
        f->value[i] = kit_kept(ELEMENT_BF16, f->value[i]);
    kit_same(b, f->value, "%zu values become the nearest bf16", count);
    kit_same(g, f->value, "and are the same as float32");
    kit_clear(k);
}

static void bad_values(struct kit *k, enum element t, size_t count)
{
    struct array *x = kit_random(k, t, count, 0, 1);
    unsigned long long bad = 7;
    struct array *found = kit_bytes(k, sizeof bad, &bad);
    x->value[count / 3] = NAN;
    x->value[count - 1] = -INFINITY;
    kit_send(k, x);
    kit_run(k, kernel_count_bad(t, x->at, count, found->at, k->stream), "count_bad");
    kit_read(k, found);
    bad += count > 1 ? 2 : 1;
    kit_same_bytes(found, &bad, "what isn't finite among %zu is counted", count);
    kit_clear(k);
}

int main(void)
{
    const size_t counts[] = {1, 255, 256, 1001, 70001};
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int i = 0; i < (k.small ? 4 : 5); i++) {
        conversions(&k, counts[i]);
        bad_values(&k, ELEMENT_F32, counts[i]);
        bad_values(&k, ELEMENT_BF16, counts[i]);
    }
    return kit_close(&k);
}
