/* store.h - the decode-once store: every image of a data set, decoded and resized, in one
 * memory-mapped file of the cache folder.
 *
 * Keyed by paths, sizes, modification times and the resize, so that a changed image makes a new
 * store. A finished store is written to a temporary name (space reserved first), synced and
 * renamed: another process sees all or nothing. Sizes are checked before mapping. Decoding uses
 * `threads` threads, each with one image in memory at a time.
 *
 * A store larger than `memory_bytes` is kept in part: its image_set then has soon and done, and who
 * calls them around reading keeps its resident memory within that, or within what is between soon
 * and done if that is more. Who does not call them reads the same pixels, at the system's mercy.
 *
 * combolab never changes a finished store. If something else cuts the file short while it is
 * mapped, reading it ends the program with SIGBUS, as with any mapping.
 */
#ifndef COMBOLAB_ENGINE_IMAGE_STORE_H
#define COMBOLAB_ENGINE_IMAGE_STORE_H

#include "engine/core/backend.h"
#include "engine/dataset/dataset.h"

struct store;

struct store_request {
    const struct dataset *data;
    const char *cache;     /* folder, "" = $XDG_CACHE_HOME/combolab or ~/.cache/combolab */
    int shorter_side;      /* pixels */
    int threads;           /* 0 = one a core */
    bool skip_bad;         /* leave damaged images out instead of failing */
    uint64_t memory_bytes; /* of the mapping that may stay in memory; 0 = half of what is left */
    const atomic_bool *cancel; /* may be NULL */
    void (*progress)(void *context, size_t done,
                     size_t all); /* from the calling thread; may be NULL */
    void *context;
};

/* Opens the store, decoding what is not there. -1: the message names the first damaged image and
 * how many there are. 1: cancelled. */
int store_open(struct store **out, const struct store_request *request, struct err *e);
void store_close(struct store *s);

/* Pixels and places, in the data set's order; lives until store_close. */
const struct image_set *store_images(const struct store *s);

/* Damaged images that were left out (skip_bad): their places, ascending. */
size_t store_bad(const struct store *s, const uint32_t **places);

/* "damaged.jpg: ..." of the i-th damaged image. */
const char *store_bad_reason(const struct store *s, size_t i);

/* True when this call had to decode; false when all came from the cache. */
bool store_was_decoded(const struct store *s);

/* Bytes of decoded images, and how many of them are kept in memory: all, or fewer. */
uint64_t store_bytes(const struct store *s);
uint64_t store_kept_bytes(const struct store *s);

/* Path of the file behind it, for messages. */
const char *store_path(const struct store *s);

#endif
