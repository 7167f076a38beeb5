/* source.h - a file of weights in whatever container: a list of tensors, each read as float32 when
 * it is wanted, into memory of the caller's. Use of one source from one thread at a time.
 *
 * To add a container, write its file with its descriptor, a line in SOURCES and one in local.mk.
 */
#ifndef COMBOLAB_ENGINE_WEIGHTS_SOURCE_H
#define COMBOLAB_ENGINE_WEIGHTS_SOURCE_H

#include "engine/weights/weights.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct source;

/* Every container, in the order in which they are asked whether a file is theirs; the last takes
 * what nobody else wants, and says what is wrong with it. */
#define SOURCES(X) X(torch_zip) X(torch_legacy) X(safetensors)

struct source_kind {
    const char *name; /* "safetensors" */
    /* What the file begins with says that it is of this container. */
    bool (*is)(const unsigned char *first, size_t n);
    /* Reads and checks all but the data; fills file, fd and listed. Nothing is left open on -1. */
    int (*open)(struct source *s, const char *path, struct err *e);
    int (*load_part)(void *file, size_t i, size_t from, size_t count, float *to, struct err *e);
    void (*close)(void *file);
};

struct source {
    const struct source_kind *kind;
    void *file;                   /* the container's own */
    int fd;                       /* of the open file; the container's */
    const struct weights *listed; /* names, dtypes, shapes, metadata; the container's */
    const char *part;   /* of the file's content that is listed: "state_dict"; "" for all of it */
    const char *beside; /* other parts that hold tensors: "ema, optimizer"; the container's */
};

#define SOURCE_DECLARED(name) extern const struct source_kind source_##name;
SOURCES(SOURCE_DECLARED)
#undef SOURCE_DECLARED

/* ERR_NOT_FOUND, ERR_IO or ERR_FORMAT name the file. */
int source_open(struct source *s, const char *path, struct err *e);
void source_close(struct source *s); /* of a source of zeros too */

/* Reads `count` elements of tensor `i`. */
int source_load_part(struct source *s, size_t i, size_t from, size_t count, float *to,
                     struct err *e);

/* Reads tensor `i`, whole; ERR_FORMAT names one that has a NaN or an infinity. */
int source_load(struct source *s, size_t i, float *to, struct err *e);

/* Fingerprint of the file's content, 16 hexadecimal digits and a NUL. */
int source_hash(struct source *s, char to[17], struct err *e);

#endif
