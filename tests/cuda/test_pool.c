/* test_pool.c - a norm with the max-pool behind it, there and back, against plain loops. */
#include "cuda/kernels/norm.h"
#include "tests/cuda/norm_cases.h"

#include <math.h>

struct pool_case {
    struct map m;
    struct pool_shape pool;
};

static const struct pool_case cases[] = {
    {{1, 1, 1, 1}, {3, 2, 1, 1, 1}},    {{2, 2, 3, 3}, {3, 2, 1, 1, 2}},
    {{2, 7, 7, 5}, {3, 2, 1, 4, 4}},    {{1, 9, 5, 7}, {3, 2, 0, 4, 2}},
    {{3, 9, 5, 8}, {3, 2, 1, 5, 3}},    {{1, 8, 6, 16}, {3, 2, 0, 4, 3}}, /* rounds up */
    {{1, 7, 7, 48}, {2, 2, 0, 3, 3}},   {{2, 5, 5, 24}, {3, 1, 1, 5, 5}},
    {{1, 12, 12, 64}, {3, 2, 1, 6, 6}}, {{1, 6, 7, 8}, {1, 2, 0, 3, 4}},
    {{1, 11, 9, 16}, {5, 3, 2, 4, 3}},  {{1, 7, 7, 256}, {3, 2, 1, 4, 4}},
};

enum { RELU = 1, GATED = 2, ADDS = 4, ALL_WAYS = 8 };

struct pooled {
    double *value;
    unsigned char *winner;
};

/* The window of output i: its maximum and who won. `before` is the map before the pool. */
static void window(const struct pool_case *k, const float *before, bool relu, size_t i,
                   const struct pooled *to)
{
    struct pool_shape p = k->pool;
    size_t c = i % (size_t)k->m.c, pixel = i / (size_t)k->m.c;
    int ox = (int)(pixel % (size_t)p.out_w), oy = (int)(pixel / (size_t)p.out_w) % p.out_h;
    size_t n = pixel / (size_t)(p.out_w * p.out_h);
    float best = 0;
    int winner = -1;
    for (int tap = 0; tap < p.kernel * p.kernel; tap++) {
        int y = oy * p.stride - p.pad + tap / p.kernel, x = ox * p.stride - p.pad + tap % p.kernel;
        if (y < 0 || y >= k->m.h || x < 0 || x >= k->m.w)
            continue;
        float v = before[((n * map_area(k->m)) + (size_t)(y * k->m.w + x)) * (size_t)k->m.c + c];
        if (winner >= 0 && v <= best)
            continue;
        if (winner >= 0 && isnan(best) && !isnan(v))
            continue;
        best = v;
        winner = tap;
    }
    to->value[i] = (double)best;
    to->winner[i] = (unsigned char)(relu && !(best > 0) ? POOL_CUT : winner);
}

static void forward_check(struct kit *k, enum element t, const struct pool_case *p, int ways)
{
    struct map m = p->m;
    size_t count = map_count(m), c_all = (size_t)m.c;
    size_t outputs = (size_t)(m.n * p->pool.out_h * p->pool.out_w) * c_all;
    struct array *raw = kit_random(k, t, count, 0, 2);
    struct array *scale = kit_random(k, ELEMENT_F32, c_all, 1, 0.5f);
    struct array *shift = kit_random(k, ELEMENT_F32, c_all, 0, 1);
    struct array *gate = kit_random(k, ELEMENT_F32, (size_t)m.n * c_all, 0.5f, 0.5f);
    struct array *shortcut = kit_random(k, t, count, 0, 1);
    struct array *out = kit_empty(k, t, outputs), *winner = kit_bytes(k, outputs, NULL);
    raw->value[count / 2] = NAN;
    raw->value[count / 3] = raw->value[count - 1]; /* equals, where they meet in a window */
    kit_send(k, raw);
    float *before = mem_alloc(count, sizeof *before);
    struct pooled want = {doubles(outputs), mem_alloc(outputs, 1)};
    if (!before || !want.winner)
        abort();
    for (size_t i = 0; i < count; i++) {
        size_t c = i % c_all;
        float g = ways & GATED ? gate->value[i / (map_area(m) * c_all) * c_all + c] : 1;
        float s = ways & ADDS ? shortcut->value[i] : 0;
        float v = fmaf(fmaf(scale->value[c], raw->value[i], shift->value[c]), g, s);
        before[i] = ways & RELU && v < 0 ? 0 : v;
    }
    for (size_t i = 0; i < outputs; i++)
        window(p, before, ways & RELU, i, &want);
    struct norm_apply a = {raw->at,
                           scale->at,
                           shift->at,
                           ways & GATED ? gate->at : NULL,
                           ways & ADDS ? shortcut->at : NULL,
                           ways & RELU,
                           out->at,
                           NULL,
                           ways & RELU};
    kit_run(k, kernel_norm_pool(t, &a, m, p->pool, winner->at, k->stream), "norm_pool");
    kit_read(k, out);
    kit_read(k, winner);
    size_t nans = 0, wanted = 0;
    for (size_t i = 0; i < outputs; i++) {
        nans += isnan(out->value[i]) != 0;
        wanted += isnan(want.value[i]) != 0;
        if (isnan(want.value[i]))
            want.value[i] = out->value[i] = 0;
    }
    ok(nans == wanted, "NaN wins its %zu windows, " SHAPE, wanted, SHAPE_OF(m));
    kit_near(out, want.value, (struct tolerance){.ulps = 0.5, .floor = 1e-30},
             "pooled, " SHAPE ", ways %d", SHAPE_OF(m), ways);
    kit_same_bytes(winner, want.winner, "winners, " SHAPE ", ways %d", SHAPE_OF(m), ways);
    mem_free(before);
    mem_free(want.value);
    mem_free(want.winner);
}

static void back_check(struct kit *k, enum element t, const struct pool_case *p)
{
    struct map m = p->m;
    struct pool_shape s = p->pool;
    size_t outputs = (size_t)(m.n * s.out_h * s.out_w * m.c);
    struct array *pooled = kit_random(k, t, outputs, 0, 1);
    struct array *winner = kit_bytes(k, outputs, NULL), *gradient = kit_empty(k, t, map_count(m));
    double *want = doubles(map_count(m));
    for (size_t i = 0; i < outputs; i++) {
        int tap = kit_draw_below(k, s.kernel * s.kernel + 1);
        size_t pixel = i / (size_t)m.c, n = pixel / (size_t)(s.out_h * s.out_w);
        int y = (int)(pixel / (size_t)s.out_w) % s.out_h * s.stride - s.pad + tap / s.kernel;
        int x = (int)(pixel % (size_t)s.out_w) * s.stride - s.pad + tap % s.kernel;
        bool cut = tap == s.kernel * s.kernel || y < 0 || y >= m.h || x < 0 || x >= m.w;
        ((unsigned char *)winner->raw)[i] = (unsigned char)(cut ? POOL_CUT : tap);
        if (!cut)
            want[(n * map_area(m) + (size_t)(y * m.w + x)) * (size_t)m.c + i % (size_t)m.c] +=
                (double)pooled->value[i];
    }
    kit_send(k, winner);
    kit_run(k, kernel_pool_back(t, pooled->at, winner->at, m, s, gradient->at, k->stream),
            "pool_back");
    kit_read(k, gradient);
    kit_near(gradient, want, (struct tolerance){.ulps = t == ELEMENT_F32 ? 4 : 1, .floor = 0.1},
             "back, " SHAPE, SHAPE_OF(m));
    mem_free(want);
}

int main(void)
{
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int i = 0; i < 4; i++) {
        enum element t = i & 2 ? ELEMENT_BF16 : ELEMENT_F32;
        norm_cases_way(i & 1, t);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            for (int ways = 0; ways < ALL_WAYS; ways++) {
                forward_check(&k, t, &cases[c], ways);
                kit_clear(&k);
            }
            back_check(&k, t, &cases[c]);
            kit_clear(&k);
        }
    }
    return kit_close(&k);
}
