/* batches.c - see batches.h. */
#include "engine/core/batches.h"

#include <string.h>

int batches_of(const struct backend_spec *spec, struct backend_batch out[BACKEND_MAX_BATCHES])
{
    int n = 0;
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++) {
        const struct backend_batch *from = &spec->batches[i];
        int at = 0;
        while (at < n && out[at].size > from->size)
            at++;
        if (!from->size)
            continue;
        if (at == n || out[at].size != from->size) {
            memmove(out + at + 1, out + at, (size_t)(n++ - at) * sizeof *out);
            out[at] = (struct backend_batch){.size = from->size};
        }
        out[at].trains |= from->trains;
        out[at].evaluates |= from->evaluates;
    }
    return n;
}

int batches_place(const struct backend_batch *list, int n, int size)
{
    int i = 0;
    while (i < n - 1 && list[i].size != size)
        i++;
    return i;
}
