/* pickle_priv.h - within the reader of pickles: the room that nodes live in, and names that are
 * refused. */
#ifndef COMBOLAB_ENGINE_WEIGHTS_PICKLE_PRIV_H
#define COMBOLAB_ENGINE_WEIGHTS_PICKLE_PRIV_H

#include "engine/weights/pickle.h"

/* Blocks that are given back together. */
struct pickle_room {
    struct pickle_block *blocks; /* the newest first */
    size_t bytes;                /* of all of them */
};

/* Zeros, aligned for any node. NULL with *e set where memory has run out, or more is asked for than
 * weights could need. */
void *pickle_room_take(struct pickle_room *room, size_t bytes, struct err *e);
void pickle_room_free(struct pickle_room *room);

/* NULL with *e set. */
struct pickle_node *pickle_node_new(struct pickle_room *room, enum pickle_kind kind, struct err *e);
int pickle_node_add(struct pickle_room *room, struct pickle_node *node, struct pickle_node *item,
                    struct err *e);

/* Whether weights never name this and attacks do. */
bool pickle_name_harms(const char *name);

#endif
