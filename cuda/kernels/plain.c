/* plain.c - see plain.h. */
#include "cuda/kernels/plain.h"

#include <stdlib.h>
#include <string.h>

bool kernel_plain(const char *name)
{
    const char *at = getenv("COMBOLAB_CUDA_PLAIN");
    if (!at)
        return false;
    if (!strcmp(at, "all"))
        return true;
    for (size_t length = strlen(name);; at++) {
        size_t word = strcspn(at, ",");
        if (word == length && !memcmp(at, name, length))
            return true;
        at += word;
        if (!*at)
            return false;
    }
}

bool kernel_overlaps(void)
{
    const char *text = getenv("COMBOLAB_CUDA_OVERLAP");
    return text && !strcmp(text, "1");
}
