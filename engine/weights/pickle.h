/* pickle.h - reads Python's pickles, protocols 1 to 5, as data: what they describe becomes a tree
 * of nodes, and nothing in them is ever called or looked up.
 *
 * Order of calls: pickle_open, then pickle_load for each pickle of the stream, pickle_close. Nodes
 * live until then. Objects that a program would make by calling something stay descriptions of that
 * call; a pickle that would call what only harm is done with is refused by that name. Memory and
 * depth are bounded. One thread at a time.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_PICKLE_H
#define COMBOLAB_ENGINE_WEIGHTS_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum pickle_kind {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_LONG, /* a number of more than 64 bits, its bytes little-endian */
    PICKLE_REAL,
    PICKLE_TEXT,
    PICKLE_BYTES,
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICT, /* items are key, value, key, value ... */
    PICKLE_SET,
    PICKLE_GLOBAL, /* text is "module.name" */
    PICKLE_OBJECT, /* what a call of `made_by` with `args` would give, then `state`; items were
                    * added to it: as a list's or a dict's, `keyed` says which */
    PICKLE_STORED, /* an object that is kept elsewhere; args is its id */
};

/* Later pickles of a stream and parts of one may share nodes, and one may hold itself: who walks
 * through them bounds the depth and the steps. */
struct pickle_node {
    enum pickle_kind kind;
    bool keyed;
    int64_t number;   /* of BOOL and INT */
    double real;      /* of REAL */
    const char *text; /* of TEXT, BYTES, LONG, GLOBAL: `length` bytes and a NUL */
    size_t length;
    size_t n, room; /* items */
    struct pickle_node **items;
    const struct pickle_node *made_by, *args, *state;
};

/* Where the bytes come from: read gives `n` of them at `at`, all or -1; there are `size`. */
struct pickle_input {
    int (*read)(void *context, void *to, size_t n, uint64_t at, struct err *e);
    void *context;
    uint64_t size;
};

struct pickle;

int pickle_open(struct pickle **out, const struct pickle_input *input, struct err *e);
void pickle_close(struct pickle *p); /* NULL is allowed */

/* Reads the next pickle; its last byte is before pickle_at. ERR_FORMAT says at which byte what is
 * wrong. */
int pickle_load(struct pickle *p, const struct pickle_node **root, struct err *e);
uint64_t pickle_at(const struct pickle *p);

/* Every STORED node so far, in the order in which they came. */
const struct pickle_node *const *pickle_stored(const struct pickle *p, size_t *n);

/* --- looking at nodes; NULL is no node of any kind --- */

/* A text or a global's name that is this. */
bool pickle_is(const struct pickle_node *node, enum pickle_kind kind, const char *text);

/* Something with keys and values, and how many. */
bool pickle_has_keys(const struct pickle_node *node);

/* The value of the last key of that text, or NULL. */
const struct pickle_node *pickle_value(const struct pickle_node *node, const char *key);

/* Item `i` of a list or tuple, or NULL. */
const struct pickle_node *pickle_item(const struct pickle_node *node, size_t i);

#endif
