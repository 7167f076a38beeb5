/* test_arena.c - plans of memory: random wants against a check of every pair and every moment,
 * alignment, sameness, and the edges. */
#include "engine/core/arena.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

#define PIECES 120
#define MOMENTS 60
#define ROUNDS 300

static void begin(struct arena *p, int room, size_t alignment)
{
    struct err e;
    if (!arena_init(p, room, alignment, &e))
        return;
    printf("Bail out! %s\n", e.text);
    exit(1);
}

/* Wants drawn by `seed`: many small ones of the same size, some for a moment, some for good. Piece
 * i's pointer is to[i * step]. */
static void draw(struct arena *p, uint64_t seed, int pieces, float **to, int step)
{
    for (int i = 0; i < pieces; i++) {
        struct philox r = philox4x32(seed, (uint32_t)i, 0, 0, 0);
        int first = (int)philox_below(r.v[0], MOMENTS);
        int last = first + (int)philox_below(r.v[1], r.v[3] % 4 ? 6 : MOMENTS);
        size_t floats = 1 + philox_below(r.v[2], r.v[3] % 3 ? 4 : 5000);
        struct arena_life life = {first, last};
        arena_want(p, &to[i * step], floats, r.v[3] % 16 ? life : ARENA_ALWAYS);
    }
}

static int meet_in_time(const struct arena_place *a, const struct arena_place *b)
{
    for (int m = 0; m < 3 * MOMENTS; m++)
        if (a->life.first <= m && m <= a->life.last && b->life.first <= m && m <= b->life.last)
            return 1;
    return 0;
}

static int meet_in_memory(const struct arena_place *a, const struct arena_place *b)
{
    size_t from = a->offset > b->offset ? a->offset : b->offset;
    size_t end_a = a->offset + a->bytes, end_b = b->offset + b->bytes;
    return from < (end_a < end_b ? end_a : end_b);
}

static size_t most_alive(const struct arena *p)
{
    size_t most = 0;
    for (int m = 0; m < 3 * MOMENTS; m++) {
        size_t alive = 0;
        for (int i = 0; i < p->n; i++)
            alive += p->at[i].life.first <= m && m <= p->at[i].life.last ? p->at[i].bytes : 0;
        most = alive > most ? alive : most;
    }
    return most;
}

/* Sums over all rounds. */
struct faults {
    int overlaps, outside, crooked, smaller, refused;
    size_t planned, apart; /* bytes with and without sharing */
};

static void check_round(uint64_t seed, size_t alignment, struct faults *f)
{
    struct arena p;
    struct err e;
    float *to[PIECES];
    begin(&p, PIECES, alignment);
    draw(&p, seed, 1 + (int)(seed % PIECES), to, 1);
    f->refused += arena_settle(&p, &e) != 0;
    for (int i = 0; i < p.n; i++) {
        const struct arena_place *a = &p.at[i];
        f->apart += a->bytes;
        f->outside += a->offset + a->bytes > p.bytes;
        f->crooked += a->offset % alignment || a->bytes % alignment || !a->bytes;
        for (int k = 0; k < i; k++)
            f->overlaps += meet_in_memory(a, &p.at[k]) && meet_in_time(a, &p.at[k]);
    }
    f->smaller += p.bytes < most_alive(&p) || p.bytes % alignment;
    f->planned += p.bytes;
    arena_fini(&p);
}

static void check_random(size_t alignment)
{
    struct faults f = {0};
    for (uint64_t seed = 0; seed < ROUNDS; seed++)
        check_round(seed, alignment, &f);
    is_int(f.refused, 0, "every plan settles");
    is_int(f.overlaps, 0, "what lives at the same time lies apart");
    is_int(f.outside, 0, "nothing ends behind the block");
    is_int(f.smaller, 0, "no block is smaller than what lives in its fullest moment");
    ok(!f.crooked, "offsets and sizes are multiples of %zu", alignment);
    ok(f.planned < f.apart / 2, "memory is shared: %zu bytes of %zu", f.planned, f.apart);
}

/* The same wants, their pointers in another order in memory. */
static void check_same(void)
{
    struct arena p, q;
    struct err e;
    float *a[PIECES], *b[PIECES];
    int differ = 0;
    begin(&p, PIECES, 64);
    begin(&q, PIECES, 64);
    draw(&p, 5, PIECES, a, 1);
    draw(&q, 5, PIECES, b + PIECES - 1, -1);
    ok(!arena_settle(&p, &e) && !arena_settle(&q, &e) && p.bytes == q.bytes,
       "two plans of the same wants settle");
    char *block = mem_alloc_aligned(p.bytes);
    arena_point(&p, block);
    arena_point(&q, block);
    for (int i = 0; i < PIECES; i++)
        differ += a[i] != b[PIECES - 1 - i];
    is_int(differ, 0, "they are the same");
    mem_free_aligned(block);
    arena_fini(&p);
    arena_fini(&q);
}

/* By hand: the largest at 0, equals in the order of wants, each as low as its lifetime lets it. */
static void check_small(void)
{
    struct arena p;
    struct err e;
    float *early, *late, *large, *nothing = (float *)(void *)&p;
    uint8_t *bytes, *no_bytes = (uint8_t *)&p;
    begin(&p, 4, 256);
    arena_want(&p, &early, 64, (struct arena_life){0, 2});
    arena_want(&p, &nothing, 0, ARENA_ALWAYS);
    arena_want(&p, &late, 64, (struct arena_life){3, 4});
    arena_want_bytes(&p, &no_bytes, 0, ARENA_ALWAYS);
    arena_want_bytes(&p, &bytes, 1, (struct arena_life){2, 3});
    arena_want(&p, &large, 65, (struct arena_life){4, 9});
    ok(!early && !late && !large && !bytes, "pointers are NULL until they are set");
    ok(!arena_settle(&p, &e) && p.n == 4, "wants of nothing take no place");
    char *block = mem_alloc_aligned(p.bytes);
    arena_point(&p, block);
    ok((char *)large == block && (char *)early == block && (char *)late == block + 512 &&
           (char *)bytes == block + 256,
       "four pieces lie where they should");
    is_int((long long)p.bytes, 768, "bytes of the block");
    ok(!nothing && !no_bytes, "what was not wanted has no place");
    mem_free_aligned(block);
    arena_fini(&p);
}

static void check_edges(void)
{
    struct arena p;
    struct err e;
    float *to[3];
    begin(&p, 2, 64);
    ok(!arena_settle(&p, &e) && !p.bytes, "a plan of nothing needs nothing");
    for (int i = 0; i < 3; i++)
        arena_want(&p, &to[i], 1, ARENA_ALWAYS);
    ok(arena_settle(&p, &e) < 0 && e.code == ERR_INTERNAL, "a third piece in a plan of two");
    has_text(e.text, "room for 2 pieces, 3 were wanted", "and how many");
    arena_fini(&p);
    mem_test_fail_at(1);
    ok(arena_init(&p, 2, 64, &e) < 0 && e.code == ERR_MEMORY, "no memory for the plan itself");
    mem_test_fail_at(0);
    arena_fini(&p);
}

int main(void)
{
    check_random(64);
    check_random(256);
    check_same();
    check_small();
    check_edges();
    return tap_done();
}
