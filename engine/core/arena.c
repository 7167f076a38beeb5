/* arena.c - placing pieces of memory. Two may share memory when their lifetimes don't meet.
 * Placement is greedy, largest first, at the lowest offset that is free: good enough, since the
 * large tensors of our nets come in few sizes.
 */
#include "engine/core/arena.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int arena_init(struct arena *p, int room, size_t alignment, struct err *e)
{
    memset(p, 0, sizeof *p);
    p->alignment = alignment;
    p->at = mem_alloc((size_t)room, sizeof *p->at);
    p->room = p->at ? room : 0;
    return p->at ? 0 : mem_error(e, "the plan of memory", (size_t)room * sizeof *p->at);
}

void arena_fini(struct arena *p)
{
    mem_free(p->at);
    memset(p, 0, sizeof *p);
}

void arena_want_bytes(struct arena *p, void *to, size_t bytes, struct arena_life life)
{
    void *nowhere = NULL;
    memcpy(to, &nowhere, sizeof nowhere);
    if (!bytes)
        return;
    size_t rounded = (bytes + p->alignment - 1) / p->alignment * p->alignment;
    if (p->n < p->room)
        p->at[p->n] = (struct arena_place){to, rounded, 0, life, p->purpose, p->n};
    p->n++; /* past the room: arena_settle says so */
}

void arena_want(struct arena *p, float **to, size_t floats, struct arena_life life)
{
    arena_want_bytes(p, to, floats * sizeof **to, life);
}

/* Of equals the one wanted first: the order, and so the plan, is the same whoever sorts. */
static int larger_first(const void *x, const void *y)
{
    const struct arena_place *a = x, *b = y;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return a->number - b->number;
}

/* Moves place i up past every earlier place that it meets in time and in memory. */
static void settle(struct arena *p, int i)
{
    struct arena_place *w = &p->at[i];
    for (int k = 0; k < i; k++) {
        const struct arena_place *o = &p->at[k];
        bool meet = w->life.first <= o->life.last && o->life.first <= w->life.last;
        if (!meet || w->offset >= o->offset + o->bytes || o->offset >= w->offset + w->bytes)
            continue;
        w->offset = o->offset + o->bytes;
        k = -1; /* what was passed before may be in the way now */
    }
}

int arena_settle(struct arena *p, struct err *e)
{
    if (p->n > p->room)
        return err_set(e, ERR_INTERNAL, "the plan of memory has room for %d pieces, %d were wanted",
                       p->room, p->n);
    if (p->n)
        qsort(p->at, (size_t)p->n, sizeof *p->at, larger_first);
    for (int i = 0; i < p->n; i++) {
        settle(p, i);
        size_t end = p->at[i].offset + p->at[i].bytes;
        p->bytes = end > p->bytes ? end : p->bytes;
    }
    return 0;
}

size_t arena_own_bytes(const struct arena *p, int purpose)
{
    const struct arena_life always = ARENA_ALWAYS;
    size_t bytes = 0;
    for (int i = 0; i < p->n; i++) {
        const struct arena_place *w = &p->at[i];
        bool own = w->life.first == always.first && w->life.last == always.last;
        bytes += own && w->purpose == purpose ? w->bytes : 0;
    }
    return bytes;
}

void arena_point(const struct arena *p, void *block)
{
    for (int i = 0; i < p->n; i++) {
        void *at = (char *)block + p->at[i].offset;
        memcpy(p->at[i].to, &at, sizeof at);
    }
}
