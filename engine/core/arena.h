/* arena.h - where in one block of memory each piece lies: every piece is wanted with a lifetime,
 * then all are placed at once. Pure planning: the block is the caller's to allocate, on a host or a
 * device. The same wants in the same order give the same offsets. One thread at a time.
 *
 * Order of calls: arena_init, arena_want* for every piece, arena_settle, then the caller allocates
 * `bytes` bytes and arena_point sets the pointers; arena_fini.
 */
#ifndef COMBOLAB_ENGINE_CORE_ARENA_H
#define COMBOLAB_ENGINE_CORE_ARENA_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Moments in which a piece holds something, both included. */
struct arena_life {
    int first, last;
};

#define ARENA_ALWAYS ((struct arena_life){0, INT_MAX})

struct arena_place {
    void *to;      /* a pointer's address */
    size_t bytes;  /* a multiple of the alignment */
    size_t offset; /* in the block: also a multiple */
    struct arena_life life;
    int purpose;
    int number; /* in the order of wants */
};

struct arena {
    struct arena_place *at; /* once settled, largest first */
    int n, room;
    size_t alignment;
    size_t bytes; /* of the block, once settled */
    int purpose;  /* of the wants that follow: a number of the caller's, 0 at first */
};

/* Room for that many pieces; offsets and sizes will be multiples of `alignment` bytes. */
int arena_init(struct arena *p, int room, size_t alignment, struct err *e);
void arena_fini(struct arena *p);

/* Wants memory for *to, of `floats` floats, during `life`. *to becomes NULL; where nothing is
 * wanted, it stays so. */
void arena_want(struct arena *p, float **to, size_t floats, struct arena_life life);
/* The same for a pointer of any type, whose address `to` is. */
void arena_want_bytes(struct arena *p, void *to, size_t bytes, struct arena_life life);

/* Gives every piece its offset. ERR_INTERNAL when more were wanted than there is room for. */
int arena_settle(struct arena *p, struct err *e);

/* Bytes of the pieces of a purpose that share their memory with no other: they live always. */
size_t arena_own_bytes(const struct arena *p, int purpose);

/* Sets the pointers into a block, which the caller has aligned as well. */
void arena_point(const struct arena *p, void *block);

#endif
