/* store_priv.h - layout of a store's file, and the open store.
 *
 *   header | places (one struct image_place an image) | digests | pixels | damaged images
 *
 * Digests, 0 for a damaged image: n of the pictures as they were decoded, then n of the pixels that
 * are kept.
 *
 * Native byte order: a cache never leaves its machine, and `order` notices if it does.
 */
#ifndef COMBOLAB_ENGINE_IMAGE_STORE_PRIV_H
#define COMBOLAB_ENGINE_IMAGE_STORE_PRIV_H

#include "base/file.h"
#include "engine/image/store.h"
#include "engine/image/store_window_priv.h"

#define STORE_MAGIC "CLIMAGES"
#define STORE_VERSION 2 /* of layout, decoding and resizing: raise it when pixels may differ */
#define STORE_ORDER 0x01020304u
#define STORE_PIXEL_ALIGN 4096
#define STORE_ENDING ".images"        /* after 16 hexadecimal digits */
#define STORE_TEMPORARY ".images-tmp" /* while it is built */
#define STORE_WARNING_BYTES (FILE_PATH_BYTES + 128)

/* Two independent hashes of everything the pixels depend on. */
struct store_key {
    uint64_t first, second;
};

struct store_header {
    char magic[8];
    uint32_t version, order;
    struct store_key key;
    uint64_t n, bad;    /* images, damaged ones among them */
    uint64_t pixels_at; /* of the file */
    uint64_t pixels_bytes;
    uint64_t bad_at; /* of the file */
    uint64_t file_bytes;
    uint32_t shorter_side, unused;
    uint64_t checksum; /* of this header with checksum 0 and all tables */
};

struct store_bad {
    uint32_t place;
    char reason[508]; /* "damaged.jpg: ...", NUL-terminated */
};

_Static_assert(sizeof(struct image_place) == 16, "places are written as they lie in memory");
_Static_assert(sizeof(struct store_header) == 96, "the header has no gaps");
_Static_assert(sizeof(struct store_bad) == 512, "the record has no gaps");

struct store {
    char path[FILE_PATH_BYTES];
    char warning[STORE_WARNING_BYTES]; /* why a file there was not believed; "" */
    bool decoded;
    bool in_memory; /* no file could be written */
    struct store_header header;
    struct image_place *places; /* owned */
    uint64_t *digests;          /* owned: n of pictures, n of pixels */
    bool *checked;              /* owned: its pixels were looked at */
    struct store_bad *bad;      /* owned, ascending places */
    uint32_t *bad_places;       /* owned */
    int fd;                     /* -1 while closed */
    void *map;
    size_t map_bytes;
    uint64_t kept_bytes;
    struct store_window *window; /* NULL when all may stay in memory */
    struct image_set set;
};

/* Bytes of the tables before the pixels, and where the pixels begin. */
uint64_t store_pixels_at(uint64_t n);

uint64_t store_checksum(const struct store_header *header, const struct image_place *places,
                        const uint64_t *digests, const struct store_bad *bad);

/* The file for a request, and its key: sets s->path and `folder`. -1: there is no such folder and
 * none can be made, or an image is not there; *refused: the former. */
int store_find(struct store *s, struct store_key *key, char folder[FILE_PATH_BYTES],
               const struct store_request *r, bool *refused, struct err *e);

/* Opens s->path, or s->fd where that is open, if it is a whole store of that key, its pixels apart.
 * 0: open; 1: there is none to trust, and s->warning says why unless there is no file; -1: the
 * system refused (no memory). */
int store_map(struct store *s, const struct store_key *key, size_t n, int shorter_side,
              struct err *e);

/* Back to what it was before store_map, path and warning apart. */
void store_unmap(struct store *s);

/* Compares the pixels of some images, evenly spread, with their digests: a few dozen, and for no
 * longer than a moment. 0, or 1 with s->warning set. */
int store_check_some(struct store *s);

/* Decodes every image into a new file of that name; or, where path is NULL, into memory, of which
 * *fd becomes a file for the caller to close. 0, -1, or 1 when cancelled; nothing is left behind
 * but a finished file. *refused: it was the file that failed, and not an image. */
int store_build(const char *path, const char *folder, const struct store_request *request,
                const struct store_key *key, int *fd, bool *refused, struct err *e);

#endif
