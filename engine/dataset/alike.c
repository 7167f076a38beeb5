/* alike.c - which images of a data set are the same picture, whatever they are called. No state,
 * any thread. */
#include "engine/dataset/dataset.h"

#include "base/mem.h"

#include <stdlib.h>

struct picture {
    uint64_t digest;
    uint32_t place;
};

static int by_digest(const void *a, const void *b)
{
    const struct picture *left = a, *right = b;
    if (left->digest != right->digest)
        return left->digest < right->digest ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

int dataset_alike(uint32_t *first, const struct dataset *d, const uint64_t *pictures, struct err *e)
{
    struct picture *p = mem_alloc(d->n, sizeof *p);
    if (!p)
        return mem_error(e, "the list of pictures", d->n * sizeof *p);
    for (size_t i = 0; i < d->n; i++)
        p[i] = (struct picture){pictures[i], (uint32_t)i};
    qsort(p, d->n, sizeof *p, by_digest);
    for (size_t i = 0; i < d->n; i++) {
        bool again = i && p[i].digest && p[i].digest == p[i - 1].digest;
        first[p[i].place] = again ? first[p[i - 1].place] : p[i].place;
    }
    mem_free(p);
    return 0;
}

size_t dataset_leaks(const struct dataset *d, const uint32_t *first, uint32_t *room, uint32_t *test,
                     uint32_t *train)
{
    uint32_t *trains = room; /* by the first of a picture, one of that picture that trains */
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++)
        trains[i] = UINT32_MAX;
    for (size_t i = d->n_train; i-- > 0;)
        trains[first[d->train[i]]] = d->train[i];
    for (size_t i = d->n_test; i-- > 0;) {
        uint32_t one = trains[first[d->test[i]]];
        if (one == UINT32_MAX)
            continue;
        n++;
        *test = d->test[i];
        *train = one;
    }
    return n;
}
