/* image_crop.h - image files as a net is tested on them: decoded, resized, their centre cut out;
 * without a store. Any thread. */
#ifndef COMBOLAB_ENGINE_IMAGE_IMAGE_CROP_H
#define COMBOLAB_ENGINE_IMAGE_IMAGE_CROP_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct image_crop_job {
    const char *const *paths; /* n */
    size_t n;
    int shorter_side, side;    /* after resizing, and of the square cut out: not above the former */
    int threads;               /* 0 = one a core that this process may use */
    const atomic_bool *cancel; /* may be NULL */
};

/* Fills `pixels` (n squares of side x side RGB8) and why an image could not be decoded,
 * reasons[i], NULL for a good one; those are owned by the caller (mem_free), whatever is returned.
 * Memory for decoding is bounded over all threads. 0; -1 for want of memory; 1 when cancelled. */
int image_crop_all(const struct image_crop_job *job, uint8_t *pixels, char **reasons,
                   struct err *e);

#endif
