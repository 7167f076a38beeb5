/* image_check.h - decodes every image of a data set and says which are damaged, and what each
 * shows. Any thread. */
#ifndef COMBOLAB_ENGINE_IMAGE_IMAGE_CHECK_H
#define COMBOLAB_ENGINE_IMAGE_IMAGE_CHECK_H

#include "engine/dataset/dataset.h"
#include "engine/image/image.h"

#include <stdatomic.h>

struct err;

struct image_check {
    const struct dataset *data;
    struct image_look *looks; /* one an image, or NULL; all zeros for a damaged one */
    int threads;              /* 0 = one a core */
    const atomic_bool *cancel;
    void (*progress)(void *context, size_t done, size_t all); /* from the calling thread */
    void *context;
};

/* reasons[i] becomes NULL for a good image, else why image i is damaged (freed with mem_free);
 * pictures[i] its digest as store_pictures gives it, 0 when it is damaged.
 * Returns 0, -1, or 1 for cancelled; reasons are to be freed in every case. */
int image_check_all(const struct image_check *check, char **reasons, uint64_t *pictures,
                    struct err *e);

#endif
