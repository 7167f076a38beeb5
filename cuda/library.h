/* library.h - libraries that are there or not: opened when a device is, so that the module itself
 * needs none of them. Any thread. */
#ifndef COMBOLAB_CUDA_LIBRARY_H
#define COMBOLAB_CUDA_LIBRARY_H

#include "base/err.h"

#include <stddef.h>

/* Opens `name`, as "libcudnn.so.9": from a folder of COMBOLAB_CUDA_LIBS (separated by colons), else
 * from where the loader looks. NULL with *e set. */
void *cuda_library_open(const char *name, struct err *e);
void cuda_library_close(void *library); /* NULL is allowed; its code stays in the process */

/* Where the address of a function goes in a table of them. */
struct cuda_function {
    const char *name;
    size_t at; /* bytes */
};

/* Fills the table. -1 with *e naming the first function that isn't there. */
int cuda_library_bind(void *library, const struct cuda_function *list, size_t n, void *table,
                      struct err *e);

#endif
