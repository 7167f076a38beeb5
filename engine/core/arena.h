/* arena.h - one block of memory for everything an open net needs: each piece is wanted with a
 * lifetime, then all are placed at once. One thread at a time.
 *
 * Order of calls: arena_init, arena_want* for every piece, arena_commit, arena_fini.
 */
#ifndef COMBOLAB_ENGINE_CORE_ARENA_H
#define COMBOLAB_ENGINE_CORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct arena_place {
    void *to; /* a pointer's address */
    size_t bytes, offset;
    int first, last; /* moments, both included */
};

struct arena {
    struct arena_place *at;
    int n, room;
    char *block;
    size_t bytes;
};

int arena_init(struct arena *p, int room, struct err *e);
void arena_fini(struct arena *p);
/* Wants memory for *to, of `floats` floats, during the moments first..last. */
void arena_want(struct arena *p, float **to, size_t floats, int first, int last);
void arena_want_bytes(struct arena *p, uint8_t **to, size_t bytes, int first, int last);
/* Places and allocates everything (zeroed) and sets the pointers. */
int arena_commit(struct arena *p, struct err *e);

#endif
