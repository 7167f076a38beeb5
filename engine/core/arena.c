/* arena.c - one block of memory for everything, planned before any of it is used.
 *
 * Each want has a lifetime in moments of a step; two wants may share memory when their lifetimes
 * don't meet. Placement is greedy, largest first, at the lowest offset that is free: good enough,
 * since the large tensors of our nets come in few sizes.
 */
#include "engine/core/arena.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int arena_init(struct arena *p, int room, struct err *e)
{
    memset(p, 0, sizeof *p);
    p->at = mem_alloc((size_t)room, sizeof *p->at);
    p->room = p->at ? room : 0;
    return p->at ? 0 : mem_error(e, "the plan of memory", (size_t)room * sizeof *p->at);
}

void arena_fini(struct arena *p)
{
    mem_free(p->at);
    mem_free_aligned(p->block);
    memset(p, 0, sizeof *p);
}

static void want(struct arena *p, void *to, size_t bytes, int first, int last)
{
    if (!bytes)
        return;
    if (p->n < p->room)
        p->at[p->n] = (struct arena_place){to, (bytes + 63) / 64 * 64, 0, first, last};
    p->n++; /* past the room: arena_commit says so */
}

void arena_want(struct arena *p, float **to, size_t floats, int first, int last)
{
    *to = NULL;
    want(p, to, floats * sizeof **to, first, last);
}

void arena_want_bytes(struct arena *p, uint8_t **to, size_t bytes, int first, int last)
{
    *to = NULL;
    want(p, to, bytes, first, last);
}

static int larger_first(const void *x, const void *y)
{
    const struct arena_place *a = x, *b = y;
    return (a->bytes < b->bytes) - (a->bytes > b->bytes);
}

/* Moves place i up past every earlier place that it meets in time and in memory. */
static void settle(struct arena *p, int i)
{
    struct arena_place *w = &p->at[i];
    for (int k = 0; k < i; k++) {
        const struct arena_place *o = &p->at[k];
        bool meet = w->first <= o->last && o->first <= w->last;
        if (!meet || w->offset >= o->offset + o->bytes || o->offset >= w->offset + w->bytes)
            continue;
        w->offset = o->offset + o->bytes;
        k = -1; /* what was passed before may be in the way now */
    }
}

int arena_commit(struct arena *p, struct err *e)
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
    p->block = mem_alloc_aligned(p->bytes);
    if (!p->block)
        return mem_error(e, "the net's tensors and weights; a smaller batch or image needs less",
                         p->bytes);
    for (int i = 0; i < p->n; i++) {
        void *at = p->block + p->at[i].offset;
        memcpy(p->at[i].to, &at, sizeof at);
    }
    return 0;
}
