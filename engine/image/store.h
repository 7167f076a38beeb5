/* store.h - the decode-once store: every image of a data set, decoded and resized, in one
 * memory-mapped file of the cache folder.
 *
 * Keyed by paths, sizes, times of modification and change, and the resize, so that a changed image
 * makes a new store. Inode numbers are left out: some network disks number anew at each mount.
 * A digest of each image's pixels is kept: some are compared when the store is opened, and all by
 * store_check. A finished store is written to a temporary name (space reserved first), synced and
 * renamed: another process sees all or nothing. Sizes are checked before mapping. Decoding uses
 * `threads` threads, each with one image in memory at a time.
 *
 * A store larger than `memory_bytes` is kept in part: its image_set then has soon and done, and who
 * calls them around reading keeps its resident memory within that, or within what is between soon
 * and done if that is more. Who does not call them reads the same pixels, at the system's mercy.
 *
 * Where no file can be written - no folder, no permission, no room - the images are decoded into
 * memory for this opener alone, with a warning, if they fit in memory_bytes.
 *
 * combolab never changes a finished store. If something else cuts the file short while it is
 * mapped, reading it ends the program with SIGBUS, as with any mapping.
 */
#ifndef COMBOLAB_ENGINE_IMAGE_STORE_H
#define COMBOLAB_ENGINE_IMAGE_STORE_H

#include "base/file.h"
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

/* The folder that a `cache` of that name means; it is made if missing. Others may keep what they
 * want found again in folders below it. store_folder_name makes nothing. */
int store_folder(const char *cache, char to[FILE_PATH_BYTES], struct err *e);
int store_folder_name(const char *cache, char to[FILE_PATH_BYTES], struct err *e);

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

/* Why what lay in the cache was not used but decoded again, or nothing was put there; "" when there
 * is nothing to say. */
const char *store_warning(const struct store *s);

/* Digests of the pictures as they were decoded, before resizing, in the data set's order; 0 for a
 * damaged one. Lives until store_close. */
const uint64_t *store_pictures(const struct store *s);

/* Compares the pixels of these images with their digests, each image once. -1: they are damaged;
 * the file is removed, so that the next opening decodes again. One thread at a time. */
int store_check(struct store *s, const uint32_t *images, size_t n, struct err *e);

/* What is in the cache for a request, looked at as a whole. */
struct store_report {
    char path[4096];
    bool found;       /* there is a file */
    size_t damaged;   /* images; all of them when the tables are damaged */
    size_t different; /* images that are not the pictures asked about */
};

/* Decodes nothing. `pictures`: digests as of store_pictures, to compare with. A file with damaged
 * or different images is removed. 0, -1, or 1 when cancelled. */
int store_report(struct store_report *out, const struct store_request *request,
                 const uint64_t *pictures, struct err *e);

/* A file of the cache folder that no process uses: decoded images that none has opened for
 * `unused_s`, or what one that is gone left half written. */
struct store_unused {
    const char *path;
    uint64_t bytes;
    bool half;
};

/* Calls `found` for each, until one returns other than 0, which is then returned. 0 where there is
 * no such folder. */
int store_unused(const char *folder, double unused_s,
                 int (*found)(void *context, const struct store_unused *file, struct err *e),
                 void *context, struct err *e);

/* Removes one, unless it has come into use meanwhile: then false. */
bool store_remove(const char *path, double unused_s);

/* Bytes of decoded images, and how many of them are kept in memory: all, or fewer. */
uint64_t store_bytes(const struct store *s);
uint64_t store_kept_bytes(const struct store *s);

/* Path of the file behind it, for messages. */
const char *store_path(const struct store *s);

#endif
