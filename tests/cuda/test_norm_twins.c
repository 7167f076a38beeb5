/* test_norm_twins.c - passes over whole tensors give the same bits as their plain twins: what they
 * compute of an element doesn't depend on who computes it. */
#include "cuda/kernels/norm.h"
#include "tests/cuda/norm_cases.h"

struct inputs {
    struct array *raw, *other, *mean, *scale, *shift, *gate, *k;
};

static struct inputs inputs_of(struct kit *k, enum element t, struct map m)
{
    size_t c = (size_t)m.c, wide = (size_t)m.n * c;
    return (struct inputs){
        kit_random(k, t, map_count(m), 0, 2),   kit_random(k, t, map_count(m), 0, 1),
        kit_random(k, ELEMENT_F32, c, 0, 1),    kit_random(k, ELEMENT_F32, c, 1, 0.5f),
        kit_random(k, ELEMENT_F32, c, 0, 1),    kit_random(k, ELEMENT_F32, wide, 0.5f, 0.5f),
        kit_random(k, ELEMENT_F32, c, 0, 0.5f),
    };
}

/* Outputs of one pass by both ways: the plain one's, then the fast one's. */
struct outputs {
    struct array *first[2], *second[2];
};

static void same(struct kit *k, const struct outputs *o, const char *what, struct map m)
{
    for (int i = 0; i < 2; i++) {
        kit_read(k, o->first[i]);
        kit_read(k, o->second[i]);
    }
    kit_same_bytes(o->first[1], o->first[0]->raw, "%s, " SHAPE, what, SHAPE_OF(m));
    kit_same_bytes(o->second[1], o->second[0]->raw, "%s besides, " SHAPE, what, SHAPE_OF(m));
}

static void apply_twins(struct kit *k, enum element t, struct map m)
{
    struct inputs in = inputs_of(k, t, m);
    struct outputs o;
    for (int i = 0; i < 2; i++) {
        o.first[i] = kit_empty(k, t, map_count(m));
        o.second[i] = kit_bytes(k, (map_count(m) + 7) / 8, NULL);
        struct norm_apply a = {in.raw->at,     in.scale->at,    in.shift->at,
                               in.gate->at,    in.other->at,    true,
                               o.first[i]->at, o.second[i]->at, true};
        norm_cases_way(i, t);
        kit_run(k, kernel_norm_apply(t, &a, m, k->stream), "norm_apply");
    }
    same(k, &o, "output", m);
}

static void back_twins(struct kit *k, enum element t, struct map m)
{
    struct inputs in = inputs_of(k, t, m);
    struct outputs o;
    struct norm_factors f = {in.gate->at, in.gate->at, in.k->at};
    for (int i = 0; i < 2; i++) {
        o.first[i] = kit_empty(k, t, map_count(m));
        o.second[i] = kit_empty(k, t, map_count(m));
        struct norm_back a = {.raw = in.raw->at,
                              .gradient = in.other->at,
                              .relu = true,
                              .mean = in.mean->at,
                              .scale = in.scale->at,
                              .shift = in.shift->at};
        norm_cases_way(i, t);
        kit_run(k,
                kernel_norm_back_apply(t, &a, m, &f, true, o.first[i]->at, SHORTCUT_FIRST,
                                       o.second[i]->at, k->stream),
                "norm_back_apply");
    }
    same(k, &o, "gradient", m);
}

static void pool_twins(struct kit *k, enum element t, struct map m)
{
    struct inputs in = inputs_of(k, t, m);
    struct pool_shape s = {3, 2, 1, (m.h - 1) / 2 + 1, (m.w - 1) / 2 + 1};
    size_t outputs = (size_t)(m.n * s.out_h * s.out_w * m.c);
    struct outputs o, back;
    for (int i = 0; i < 2; i++) {
        o.first[i] = kit_empty(k, t, outputs);
        o.second[i] = kit_bytes(k, outputs, NULL);
        back.first[i] = kit_empty(k, t, map_count(m));
        struct norm_apply a = {in.raw->at, in.scale->at,   in.shift->at, NULL, NULL,
                               true,       o.first[i]->at, NULL,         true};
        norm_cases_way(i, t);
        kit_run(k, kernel_norm_pool(t, &a, m, s, o.second[i]->at, k->stream), "norm_pool");
        kit_run(k,
                kernel_pool_back(t, o.first[i]->at, o.second[i]->at, m, s, back.first[i]->at,
                                 k->stream),
                "pool_back");
        back.second[i] = o.second[i];
    }
    same(k, &o, "pooled", m);
    same(k, &back, "gradient before the pool", m);
}

int main(void)
{
    static const struct map maps[] = {
        {2, 9, 5, 8}, {3, 7, 7, 48}, {1, 2, 3, 256}, {2, 12, 11, 64}, {1, 1, 2, 2048}};
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int i = 0; i < 10; i++) {
        enum element t = i % 2 ? ELEMENT_BF16 : ELEMENT_F32;
        apply_twins(&k, t, maps[i / 2]);
        back_twins(&k, t, maps[i / 2]);
        pool_twins(&k, t, maps[i / 2]);
        kit_clear(&k);
    }
    return kit_close(&k);
}
