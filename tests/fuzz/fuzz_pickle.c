/* fuzz_pickle.c - any bytes as pickles, one after the other: read, and their nodes looked through.
 */
#include "base/err.h"
#include "engine/weights/pickle.h"

#include <string.h>

#define MOST_DEEP 8
#define MOST_STEPS 10000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static int read_bytes(void *context, void *to, size_t n, uint64_t at, struct err *e)
{
    (void)e;
    memcpy(to, (const uint8_t *)context + at, n);
    return 0;
}

/* Reads all that a node has, so that what is not there is found. */
static size_t walk(const struct pickle_node *node, int depth, int *steps)
{
    size_t sum = 0;
    if (!node || depth > MOST_DEEP || ++*steps > MOST_STEPS)
        return 0;
    if (node->text)
        sum += strlen(node->text);
    for (size_t i = 0; i < node->n; i++)
        sum += walk(node->items[i], depth + 1, steps);
    return sum + walk(node->made_by, depth + 1, steps) + walk(node->args, depth + 1, steps) +
           walk(node->state, depth + 1, steps) + (pickle_value(node, "storage") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const struct pickle_input input = {read_bytes, (void *)bytes, count};
    const struct pickle_node *root;
    struct pickle *p;
    struct err e;
    int steps = 0;
    size_t stored;
    if (pickle_open(&p, &input, &e))
        return 0;
    while (!pickle_load(p, &root, &e))
        walk(root, 0, &steps);
    const struct pickle_node *const *all = pickle_stored(p, &stored);
    for (size_t i = 0; i < stored; i++)
        walk(all[i], 0, &steps);
    pickle_close(p);
    return 0;
}
