/* pickle_node.c - see pickle.h and pickle_priv.h: nodes, and the room they live in. */
#include "engine/weights/pickle_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

/* A state dict of SE-ResNeXt50 with its optimiser takes 5 MB. */
#define ROOM_MOST_BYTES ((size_t)128 << 20)
#define BLOCK_BYTES ((size_t)64 << 10)
#define ALIGNMENT 16u

struct pickle_block {
    struct pickle_block *next;
    size_t used, bytes;
    char padding[ALIGNMENT - (sizeof(void *) + 2 * sizeof(size_t)) % ALIGNMENT];
    char at[];
};
_Static_assert(sizeof(struct pickle_block) % ALIGNMENT == 0, "nodes in a block are aligned");

void *pickle_room_take(struct pickle_room *room, size_t bytes, struct err *e)
{
    struct pickle_block *b = room->blocks;
    if (bytes > ROOM_MOST_BYTES) {
        err_set(e, ERR_FORMAT, "it describes more than weights need");
        return NULL;
    }
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!b || b->bytes - b->used < bytes) {
        size_t wanted = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        if (room->bytes + wanted > ROOM_MOST_BYTES) {
            err_set(e, ERR_FORMAT, "it describes more than weights need: over %zu MB of objects",
                    ROOM_MOST_BYTES >> 20);
            return NULL;
        }
        b = mem_alloc(sizeof *b + wanted, 1);
        if (!b) {
            mem_error(e, "what a pickle describes", wanted);
            return NULL;
        }
        b->bytes = wanted;
        b->next = room->blocks;
        room->blocks = b;
        room->bytes += wanted;
    }
    b->used += bytes;
    return b->at + b->used - bytes;
}

void pickle_room_free(struct pickle_room *room)
{
    for (struct pickle_block *b = room->blocks, *next; b; b = next) {
        next = b->next;
        mem_free(b);
    }
    *room = (struct pickle_room){NULL, 0};
}

struct pickle_node *pickle_node_new(struct pickle_room *room, enum pickle_kind kind, struct err *e)
{
    struct pickle_node *node = pickle_room_take(room, sizeof *node, e);
    if (node)
        node->kind = kind;
    return node;
}

int pickle_node_add(struct pickle_room *room, struct pickle_node *node, struct pickle_node *item,
                    struct err *e)
{
    if (node->n == node->room) {
        size_t wanted = node->room ? 2 * node->room : 4;
        struct pickle_node **grown = pickle_room_take(room, wanted * sizeof *grown, e);
        if (!grown)
            return -1;
        if (node->n)
            memcpy(grown, node->items, node->n * sizeof *grown);
        node->items = grown;
        node->room = wanted;
    }
    node->items[node->n++] = item;
    return 0;
}

bool pickle_is(const struct pickle_node *node, enum pickle_kind kind, const char *text)
{
    return node && node->kind == kind && node->text && !strcmp(node->text, text);
}

bool pickle_has_keys(const struct pickle_node *node)
{
    return node && (node->kind == PICKLE_DICT || (node->kind == PICKLE_OBJECT && node->keyed));
}

const struct pickle_node *pickle_value(const struct pickle_node *node, const char *key)
{
    if (!pickle_has_keys(node))
        return NULL;
    for (size_t i = node->n; i >= 2; i -= 2)
        if (pickle_is(node->items[i - 2], PICKLE_TEXT, key))
            return node->items[i - 1];
    return NULL;
}

const struct pickle_node *pickle_item(const struct pickle_node *node, size_t i)
{
    bool list = node && (node->kind == PICKLE_TUPLE || node->kind == PICKLE_LIST);
    return list && i < node->n ? node->items[i] : NULL;
}
