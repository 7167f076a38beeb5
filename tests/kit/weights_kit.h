/* weights_kit.h - weight files of any names, dtypes and shapes, as other programs write them. */
#ifndef COMBOLAB_TESTS_KIT_WEIGHTS_KIT_H
#define COMBOLAB_TESTS_KIT_WEIGHTS_KIT_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

struct weights_kit {
    struct str header; /* of the tensors so far */
    size_t n;
    uint64_t bytes;    /* of their data */
    const char *reals; /* the dtype of what a list has as real numbers; F32 at first */
};

void weights_kit_begin(struct weights_kit *k);

/* One more tensor; returns where its data begin. */
uint64_t weights_kit_add(struct weights_kit *k, const char *name, const char *dtype, int rank,
                         const int *dims);

/* Writes the header of what was added and returns the file, open to write data; *at is where they
 * begin. All are zeros, without space on disk, where nothing is written. */
FILE *weights_kit_end(struct weights_kit *k, const char *path, uint64_t *at);

/* Adds the tensors of a list of keys of tests/golden, "conv1.weight (64, 3, 7, 7) float32" a line,
 * that `rename` (NULL = all as they are) gives a name; it returns 0 to leave one out. */
int weights_kit_list(struct weights_kit *k, const char *golden,
                     int (*rename)(const char *name, char to[200]));

#endif
