/* test_compare.c - random data, spoiled data, and how far two arrays are apart. */
#include "cuda/kernels/compare.h"
#include "tests/cuda/kernel_kit.h"

#include <math.h>

static struct difference differ(struct kit *k, const struct array *got, const struct array *wanted)
{
    struct difference all = {0};
    int n = kernel_difference_parts(got->count);
    struct array *parts = kit_bytes(k, (size_t)n * sizeof all, NULL);
    kit_run(k, kernel_difference(got->type, got->at, wanted->at, got->count, parts->at, k->stream),
            "difference");
    kit_read(k, parts);
    const struct difference *p = parts->raw;
    for (int i = 0; i < n; i++) {
        all.off += p[i].off;
        all.wanted += p[i].wanted;
        all.most = p[i].most > all.most ? p[i].most : all.most;
        all.bad += p[i].bad;
    }
    return all;
}

static void one(struct kit *k, enum element t, size_t count)
{
    struct array *a = kit_empty(k, t, count), *b = kit_empty(k, t, count);
    size_t channels = count < 5 ? 1 : 5;
    double sum = 0, squares = 0, lowest = INFINITY, highest = -INFINITY;
    kit_run(k, kernel_random(t, a->at, count, 1, k->stream), "random");
    kit_run(k, kernel_random(t, b->at, count, 1, k->stream), "random");
    kit_read(k, a);
    for (size_t i = 0; i < count; i++) {
        double v = (double)a->value[i];
        sum += v;
        squares += v * v;
        lowest = v < lowest ? v : lowest;
        highest = v > highest ? v : highest;
    }
    ok(lowest >= -1 && highest <= 1, "%zu values are between -1 and 1", count);
    if (count > 1000) {
        double n = (double)count;
        is_near(sum / n, 0, 4 / sqrt(3 * n), "their mean is 0");
        is_near(squares / n, 1.0 / 3, 4 / sqrt(n), "their square's mean a third");
    }
    struct difference d = differ(k, b, a);
    ok(d.off == 0 && d.most == 0 && d.bad == 0, "the same seed gives the same");
    ok(fabs(d.wanted - squares) <= 1e-9 * squares, "squares are summed");

    kit_read(k, b);
    b->value[count / 2] = 3;
    b->value[count - 1] = -2;
    kit_send(k, b);
    double off = count > 1 ? fabs(3 - (double)a->value[count / 2]) : 0;
    double last = fabs(-2 - (double)a->value[count - 1]);
    d = differ(k, b, a);
    ok(fabs(d.off - off * off - last * last) < 1e-9, "what differs is summed");
    ok(fabs(d.most - (off > last ? off : last)) < 1e-9, "the largest is told");
    kit_run(k, kernel_random(t, b->at, count, 2, k->stream), "random");
    ok(differ(k, b, a).most > 0, "another seed gives other values");
    b->value[0] = NAN;
    kit_send(k, b);
    is_int((long long)differ(k, b, a).bad, 1, "NaN counts");
    is_int((long long)differ(k, a, b).bad, 1, "on either side");
    kit_run(k, kernel_random(t, b->at, count, 1, k->stream), "random");
    kit_run(k, kernel_pad(t, b->at, count / channels, (int)channels, (int)channels / 2, k->stream),
            "pad");
    for (size_t i = 0; i < count / channels * channels; i++)
        if (i % channels >= channels / 2)
            a->value[i] = 0;
    kit_read(k, b);
    kit_same(b, a->value, "padding is zeros");
    kit_run(k, kernel_spoil(t, b->at, count, k->stream), "spoil");
    is_int((long long)differ(k, b, a).bad, (long long)count, "spoiled data is NaN throughout");
    kit_clear(k);
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int t = ELEMENT_F32; t <= ELEMENT_BF16; t++) {
        one(&k, (enum element)t, 1);
        one(&k, (enum element)t, 255);
        one(&k, (enum element)t, 1025);
        if (!k.small)
            one(&k, (enum element)t, 300001);
    }
    return kit_close(&k);
}
