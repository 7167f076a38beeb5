/* conv_cache.h - choices of ways (conv.h) kept in a folder: one file of JSON for each kind of
 * device and the libraries on it. A file that is damaged, or speaks of another device, counts as
 * none, with a line in the notes; so does a folder that can't be written. Two processes that write
 * at once lose each other's latest choices at worst. One thread at a time. */
#ifndef COMBOLAB_CUDA_CONV_CACHE_H
#define COMBOLAB_CUDA_CONV_CACHE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

/* Counts up when a choice made before should be made again: our own ways have become faster. */
#define CONV_CACHE_VERSION 2

struct conv_cache;

/* What a choice depends on. */
struct conv_cache_key {
    const char *device; /* name */
    int major, minor;   /* compute capability */
    const char *libraries;
};

/* Reads the folder's file. Lines go to `notes`, which must live until close. Fails for want of
 * memory alone. */
int conv_cache_open(struct conv_cache **out, const char *folder, const struct conv_cache_key *key,
                    struct str *notes, struct err *e);
void conv_cache_close(struct conv_cache *c); /* NULL is allowed */

/* The text of a job's way, living until the next put; NULL where there is none. */
const char *conv_cache_get(const struct conv_cache *c, const char *job);

/* Keeps a choice, at once: the file is read again and replaced. dropped: why others were not it,
 * for people who look into the file, or NULL. */
void conv_cache_put(struct conv_cache *c, const char *job, const char *way, double seconds,
                    const char *dropped);

const char *conv_cache_path(const struct conv_cache *c); /* of the file */

#endif
