/* test_norm_folds.c - launches whose last block goes on with what the others have summed: what the
 * kernels by themselves give, the same bits again, and counters as they were. */
#include "cuda/kernels/gate.h"
#include "cuda/kernels/norm.h"
#include "tests/cuda/norm_cases.h"

#include <string.h>

#define MOST 12 /* outputs of a launch */
#define TURNS 3 /* by themselves, folded, folded again */

/* Outputs of the three turns, each by its name. */
struct folded {
    struct array *out[TURNS][MOST];
    const char *name[MOST];
    int n;
};

static void *out(struct kit *k, struct folded *f, int turn, const char *name, size_t count)
{
    if (!turn)
        f->name[f->n] = name;
    int i = 0;
    while (strcmp(f->name[i], name) != 0)
        i++;
    f->n += !turn;
    return (f->out[turn][i] = kit_empty(k, ELEMENT_F32, count))->at;
}

/* The first turn by the launches that `plain` lists. */
static void choose(int turn, const char *plain)
{
    if (turn)
        unsetenv("COMBOLAB_CUDA_PLAIN");
    else
        setenv("COMBOLAB_CUDA_PLAIN", plain, 1);
}

/* Sums in another order are off by a few units of what is summed; see test_norm.c. */
static void compare(struct kit *k, const struct folded *f, const struct array *tickets,
                    struct map m, double floor)
{
    static const unsigned char zeros[4 * NORM_TICKETS(2048)];
    for (int i = 0; i < f->n; i++) {
        for (int turn = 0; turn < TURNS; turn++)
            kit_read(k, f->out[turn][i]);
        const struct array *alone = f->out[0][i], *once = f->out[1][i];
        double *want = doubles(alone->count);
        for (size_t j = 0; j < alone->count; j++)
            want[j] = (double)alone->value[j];
        kit_near(once, want, (struct tolerance){.ulps = 32, .floor = floor}, "%s, " SHAPE,
                 f->name[i], SHAPE_OF(m));
        kit_same_bytes(f->out[2][i], once->raw, "%s again, " SHAPE, f->name[i], SHAPE_OF(m));
        mem_free(want);
    }
    if (!tickets)
        return;
    kit_read(k, (struct array *)(uintptr_t)tickets);
    ok(!memcmp(tickets->raw, zeros, tickets->bytes), "counters are 0, " SHAPE, SHAPE_OF(m));
}

static struct array *tickets_of(struct kit *k, struct map m)
{
    size_t bytes = NORM_TICKETS((size_t)m.c) * sizeof(unsigned);
    struct array *a = kit_bytes(k, bytes, NULL);
    memset(a->raw, 0, bytes);
    kit_send(k, a);
    return a;
}

static void statistics_check(struct kit *k, enum element t, struct map m, struct parts p,
                             bool images)
{
    size_t c = (size_t)m.c, n = (size_t)m.n;
    struct array *raw = kit_random(k, t, map_count(m), 0.5f, 2), *tickets = tickets_of(k, m);
    struct array *gamma = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    struct array *beta = kit_random(k, ELEMENT_F32, c, 0, 1);
    struct folded f = {.n = 0};
    for (int turn = 0; turn < TURNS; turn++) {
        float *running[2] = {kit_zeros(k, ELEMENT_F32, c)->at, kit_zeros(k, ELEMENT_F32, c)->at};
        struct norm_values v = {.gamma = gamma->at,
                                .beta = beta->at,
                                .running_mean = running[0],
                                .running_variance = running[1],
                                .mean = out(k, &f, turn, "mean", c),
                                .inverse = out(k, &f, turn, "inverse", c),
                                .scale = out(k, &f, turn, "scale", c),
                                .shift = out(k, &f, turn, "shift", c)};
        float *moments = out(k, &f, turn, "moments", n * (size_t)p.n * 2 * c);
        float *means = images ? out(k, &f, turn, "image means", n * c) : NULL;
        choose(turn, "norm_statistics");
        kit_run(
            k, kernel_norm_statistics(t, raw->at, m, p, moments, tickets->at, &v, means, k->stream),
            "norm_statistics");
    }
    compare(k, &f, tickets, m, 4);
}

static void turn_check(struct kit *k, enum element t, struct map m, struct parts p, int through)
{
    size_t c = (size_t)m.c, count = map_count(m);
    struct array *raw = kit_random(k, t, count, 0.5f, 2), *gradient = kit_random(k, t, count, 0, 1);
    struct array *mean = kit_random(k, ELEMENT_F32, c, 0.5f, 0.5f);
    struct array *inverse = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    struct array *scale = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    struct array *shift = kit_random(k, ELEMENT_F32, c, 0, 1), *tickets = tickets_of(k, m);
    struct array *mask = kit_bytes(k, (count + 7) / 8, NULL);
    const struct norm_back a = {.raw = raw->at,
                                .gradient = gradient->at,
                                .mask = through == 2 ? mask->at : NULL,
                                .relu = through > 0,
                                .mean = mean->at,
                                .scale = scale->at,
                                .shift = shift->at};
    const struct norm_values v = {.mean = mean->at, .inverse = inverse->at, .scale = scale->at};
    struct folded f = {.n = 0};
    for (int turn = 0; turn < TURNS; turn++) {
        const struct norm_factors to = {out(k, &f, turn, "a", c), out(k, &f, turn, "b", c),
                                        out(k, &f, turn, "k", c)};
        float *sums = out(k, &f, turn, "sums", (size_t)m.n * (size_t)p.n * 2 * c);
        float *gamma = out(k, &f, turn, "gamma's gradient", c);
        float *beta = out(k, &f, turn, "beta's gradient", c);
        choose(turn, "norm_back_turn");
        kit_run(
            k,
            kernel_norm_back_turn(t, &a, m, p, sums, tickets->at, &v, gamma, beta, &to, k->stream),
            "norm_back_turn");
    }
    compare(k, &f, tickets, m, (double)(m.n * m.h * m.w));
}

static void gate_check(struct kit *k, struct map m, struct parts p, int r)
{
    size_t c = (size_t)m.c, wide = (size_t)m.n * c, layer = (size_t)r * c,
           narrow = (size_t)(m.n * r);
    struct array *sums = kit_random(k, ELEMENT_F32, wide * (size_t)p.n * 2, 0, 1);
    struct array *scale = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    struct array *line = kit_random(k, ELEMENT_F32, c, 1, 0.5f);
    struct array *w1 = kit_random(k, ELEMENT_F32, layer, 0, 0.5f);
    struct array *w2 = kit_random(k, ELEMENT_F32, layer, 0, 0.5f);
    struct array *means = kit_random(k, ELEMENT_F32, wide, 0, 1);
    struct array *gate = kit_random(k, ELEMENT_F32, wide, 0.5f, 0.5f);
    struct array *reduced = kit_random(k, ELEMENT_F32, narrow, 0.5f, 1);
    const struct norm_values norm = {
        .beta = line->at, .mean = line->at, .inverse = line->at, .scale = scale->at};
    const struct gate_layers w = {w1->at, NULL, w2->at, NULL};
    const struct gate_values v = {means->at, means->at, reduced->at, gate->at};
    struct folded f = {.n = 0};
    for (int turn = 0; turn < TURNS; turn++) {
        const struct gate_layers gradient = {
            out(k, &f, turn, "w1's gradient", layer), out(k, &f, turn, "b1's", (size_t)r),
            out(k, &f, turn, "w2's", layer), out(k, &f, turn, "b2's", c)};
        const struct norm_factors to = {out(k, &f, turn, "a", wide), out(k, &f, turn, "b", wide),
                                        out(k, &f, turn, "k", c)};
        float *squeezed = out(k, &f, turn, "squeezed's gradient", wide);
        float *gamma = out(k, &f, turn, "gamma's gradient", c);
        float *beta = out(k, &f, turn, "beta's gradient", c);
        float *scratch[2] = {kit_empty(k, ELEMENT_F32, wide)->at,
                             kit_empty(k, ELEMENT_F32, narrow)->at};
        choose(turn, "gate_back_turn");
        kit_run(k,
                kernel_gate_back_turn(sums->at, m, p, &w, r, &norm, &v, scratch[0], scratch[1],
                                      &gradient, squeezed, gamma, beta, &to, k->stream),
                "gate_back_turn");
    }
    compare(k, &f, NULL, m, (double)(m.n * p.n));
}

static void check_all(struct kit *k, enum element t, struct map m, struct parts p)
{
    for (int through = 0; through < 3; through++) {
        turn_check(k, t, m, p, through);
        kit_clear(k);
    }
    statistics_check(k, t, m, p, false);
    kit_clear(k);
    statistics_check(k, t, m, p, true);
    kit_clear(k);
}

int main(void)
{
    /* Chunks that are not full; more images than a block of the gate has; parts for two launches.
     */
    static const struct norm_case more[] = {
        {{3, 5, 4, 136}, 7}, {{65, 1, 1, 24}, 0}, {{43, 3, 3, 8}, 3}};
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    int usual = norm_case_count(&k), all = usual + (int)(sizeof more / sizeof *more);
    for (int i = 0; i < all; i++) {
        const struct norm_case *c = i < usual ? &norm_cases[i] : &more[i - usual];
        struct parts p = norm_case_parts(c);
        for (enum element t = ELEMENT_F32; t <= ELEMENT_BF16; t++)
            check_all(&k, t, c->m, p);
        gate_check(&k, c->m, p, 8);
        kit_clear(&k);
        gate_check(&k, c->m, p, 3);
        kit_clear(&k);
    }
    return kit_close(&k);
}
