/* check_images.h - decodes every image of a data set and says which are damaged. */
#ifndef COMBOLAB_SRC_CHECK_IMAGES_H
#define COMBOLAB_SRC_CHECK_IMAGES_H

#include "engine/data/dataset.h"

#include <stdatomic.h>

struct check_request {
    const struct dataset *data;
    int threads; /* 0 = one a core */
    const atomic_bool *cancel;
    void (*progress)(void *context, size_t done, size_t all); /* from the calling thread */
    void *context;
};

/* reasons[i] becomes NULL for a good image, else why image i is damaged (freed with mem_free).
 * Returns 0, -1, or 1 for cancelled; reasons are to be freed in every case. */
int check_images(const struct check_request *request, char **reasons, struct err *e);

#endif
