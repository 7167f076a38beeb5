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

/* --- the machine --- */

#define PICKLE_BUFFER_BYTES 16384u
#define PICKLE_STACK_MOST ((size_t)1 << 20) /* nodes; of the memo too */

struct pickle_nodes {
    struct pickle_node **at;
    size_t n, room;
};

struct pickle {
    struct pickle_input in;
    uint64_t read; /* bytes that were read into the buffer since the beginning */
    size_t have, used;
    struct pickle_room room;
    struct pickle_nodes stack; /* a NULL is a mark */
    struct pickle_nodes memo;  /* NULL where nothing was put */
    struct pickle_nodes stored;
    unsigned char buffer[PICKLE_BUFFER_BYTES];
};

int pickle_cut_short(struct err *e);
int pickle_take(struct pickle *p, void *to, size_t n, struct err *e);

/* A number of 1 to 8 bytes, the smallest first. */
int pickle_take_number(struct pickle *p, int bytes, uint64_t *number, struct err *e);

/* What ends with its line, without that; it lives as nodes do. NULL with *e set. */
const char *pickle_take_line(struct pickle *p, size_t *length, struct err *e);

int pickle_nodes_add(struct pickle_nodes *list, struct pickle_node *node, struct err *e);

/* -1 for NULL, with what *e says already. */
int pickle_push(struct pickle *p, struct pickle_node *node, struct err *e);
int pickle_push_new(struct pickle *p, struct pickle_node **out, enum pickle_kind kind,
                    struct err *e);

/* NULL with *e set where there is no object on top. */
struct pickle_node *pickle_top(struct pickle *p, struct err *e);
struct pickle_node *pickle_pop(struct pickle *p, struct err *e);

/* Where what follows the last mark begins; the mark is before that. */
int pickle_after_mark(struct pickle *p, size_t *first, struct err *e);

/* Operations; what `how` means is said with each. */
typedef int pickle_operation(struct pickle *p, int how, struct err *e);
pickle_operation pickle_op_bool, pickle_op_int, pickle_op_int_line, pickle_op_long,
    pickle_op_long_line, pickle_op_real, pickle_op_real_line, pickle_op_text, pickle_op_bytes,
    pickle_op_text_line, pickle_op_none, pickle_op_gather, pickle_op_tuple, pickle_op_add,
    pickle_op_add_all, pickle_op_global, pickle_op_global_on_stack, pickle_op_call,
    pickle_op_call_marked, pickle_op_call_named, pickle_op_state, pickle_op_stored;

/* Whether weights never name this and attacks do. */
bool pickle_name_harms(const char *name);

#endif
