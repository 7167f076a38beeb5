/* augment.h - how one stored image becomes one network input. Compiles as C and as CUDA.
 *
 * What happens to a sample in an epoch is drawn on the host (augment_draw_sample) from seed, epoch
 * and the sample's place in the whole sorted data set: it depends on neither threads nor split nor
 * loss nor backend. Backends apply it per pixel with the inline functions here, in integers up to
 * the normalisation table, so that all agree to the bit.
 */
#ifndef COMBOLAB_ENGINE_DATA_AUGMENT_H
#define COMBOLAB_ENGINE_DATA_AUGMENT_H

#include "base/shared.h"

#include <stdbool.h>
#include <stdint.h>

/* The drawn augmentation of one sample. */
struct augment_draw {
    uint16_t top, left; /* of the crop, in the stored image */
    uint8_t flip;       /* mirrored left to right */
};

/* What is drawn from. */
struct augment_spec {
    int height, width;           /* of the crop = the network's input */
    bool random_crop;            /* else the centre */
    double flip_probability;     /* 0..1 */
    float mean[3], deviation[3]; /* of RGB in 0..1, subtracted and divided by */
};

/* normalised = table[channel][byte], made once by augment_table. */
struct augment_table {
    float value[3][256];
};

void augment_table(const struct augment_spec *spec, struct augment_table *table);

/* Draws for one sample. `place` is the sample's index in the whole sorted data set; height and
 * width are the stored image's, at least the crop's. */
struct augment_draw augment_draw_sample(const struct augment_spec *spec, uint64_t seed,
                                        uint32_t epoch, uint32_t place, int height, int width);

/* The centre crop of evaluation: offsets round half to even, as torchvision's CenterCrop. */
struct augment_draw augment_centre(const struct augment_spec *spec, int height, int width);

/* RGB of output pixel (y, x) of a crop `width` wide; `image` is RGB8, `image_width` pixels a row.
 */
SHARED void augment_pixel(const uint8_t *image, int image_width, struct augment_draw draw,
                          int width, int y, int x, uint8_t rgb[3])
{
    int from_x = draw.flip ? width - 1 - x : x;
    const uint8_t *p = image + ((int64_t)(draw.top + y) * image_width + draw.left + from_x) * 3;
    rgb[0] = p[0];
    rgb[1] = p[1];
    rgb[2] = p[2];
}

#endif
