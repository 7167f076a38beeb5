/* intern.c - a hash table of texts, which lie one behind the other in chunks that never move. */
#include "base/intern.h"

#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

#define CHUNK_BYTES 65536
#define FIRST_SLOTS 256

struct chunk {
    struct chunk *next;
    size_t used, room;
    char bytes[];
};

struct intern {
    struct chunk *chunks; /* the newest first */
    const char **slots;   /* by hash, NULL = free; a power of two, at most half of them taken */
    size_t n_slots, n;
};

int intern_new(struct intern **out, struct err *e)
{
    struct intern *in = mem_alloc(1, sizeof *in);
    *out = in;
    if (in)
        in->slots = mem_alloc(FIRST_SLOTS, sizeof *in->slots);
    if (!in || !in->slots) {
        mem_free(in);
        *out = NULL;
        return mem_error(e, "a collection of texts", FIRST_SLOTS * sizeof *in->slots);
    }
    in->n_slots = FIRST_SLOTS;
    return 0;
}

void intern_free(struct intern *in)
{
    if (!in)
        return;
    while (in->chunks) {
        struct chunk *next = in->chunks->next;
        mem_free(in->chunks);
        in->chunks = next;
    }
    mem_free(in->slots);
    mem_free(in);
}

/* Where the text is, or would be put. */
static const char **slot_of(const char **slots, size_t n, const char *text)
{
    uint64_t hash = hash_text(HASH_START, text);
    size_t at = (size_t)(hash ^ hash >> 32) & (n - 1);
    while (slots[at] && strcmp(slots[at], text))
        at = (at + 1) & (n - 1);
    return &slots[at];
}

static int grow(struct intern *in)
{
    size_t n = 2 * in->n_slots;
    const char **slots = mem_alloc(n, sizeof *slots);
    if (!slots)
        return -1;
    for (size_t i = 0; i < in->n_slots; i++)
        if (in->slots[i])
            *slot_of(slots, n, in->slots[i]) = in->slots[i];
    mem_free(in->slots);
    in->slots = slots;
    in->n_slots = n;
    return 0;
}

static char *keep(struct intern *in, const char *text)
{
    size_t bytes = strlen(text) + 1;
    struct chunk *c = in->chunks;
    if (!c || c->room - c->used < bytes) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        c = mem_alloc(1, sizeof *c + room);
        if (!c)
            return NULL;
        c->room = room;
        c->next = in->chunks;
        in->chunks = c;
    }
    char *copy = memcpy(c->bytes + c->used, text, bytes);
    c->used += bytes;
    return copy;
}

const char *intern_text(struct intern *in, const char *text)
{
    if (2 * in->n >= in->n_slots && grow(in))
        return NULL;
    const char **slot = slot_of(in->slots, in->n_slots, text);
    if (!*slot) {
        *slot = keep(in, text);
        in->n += *slot != NULL;
    }
    return *slot;
}
