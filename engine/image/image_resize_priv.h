/* image_resize_priv.h - the two passes of a resize. */
#ifndef COMBOLAB_ENGINE_IMAGE_IMAGE_RESIZE_PRIV_H
#define COMBOLAB_ENGINE_IMAGE_IMAGE_RESIZE_PRIV_H

#include "engine/image/image.h"

#include <stdint.h>

#define RESIZE_FRACTION_BITS 22

/* Weights of one axis, in fixed point: output i is the sum of inputs first[i] .. first[i] + taps[i]
 * - 1. None is negative; those of an output add up to 1 or a little beside it. */
struct resize_kernel {
    int room; /* weights kept for each output */
    int *first, *taps;
    int32_t *weight;
};

/* Filters along x: rows `top` .. `top + out->height - 1` of `from`. */
void resize_pass_rows(struct image *out, const struct image *from, int top,
                      const struct resize_kernel *k);

/* Filters along y; row 0 of `from` is row `top` for the kernel. */
void resize_pass_columns(struct image *out, const struct image *from, int top,
                         const struct resize_kernel *k);

#endif
