/* augment.c - drawing augmentations on the host. */
#include "engine/data/augment.h"

#include "base/philox.h"

#include <math.h>
#include <string.h>

void augment_table(const struct augment_spec *spec, struct augment_table *table)
{
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++)
            table->value[c][v] = ((float)v / 255.0f - spec->mean[c]) / spec->deviation[c];
}

struct augment_draw augment_draw_sample(const struct augment_spec *spec, uint64_t seed,
                                        uint32_t epoch, uint32_t place, int height, int width)
{
    if (!spec->random_crop && spec->flip_probability <= 0)
        return augment_centre(spec, height, width);
    struct philox r = philox4x32(seed, place, epoch, 0, PHILOX_AUGMENT);
    struct augment_draw draw = augment_centre(spec, height, width);
    if (spec->random_crop) {
        draw.top = (uint16_t)philox_below(r.v[0], (uint32_t)(height - spec->height + 1));
        draw.left = (uint16_t)philox_below(r.v[1], (uint32_t)(width - spec->width + 1));
    }
    draw.flip = (double)philox_unit(r.v[2]) < spec->flip_probability;
    return draw;
}

struct augment_draw augment_centre(const struct augment_spec *spec, int height, int width)
{
    struct augment_draw draw;
    memset(&draw, 0, sizeof draw);
    draw.top = (uint16_t)lrint((height - spec->height) / 2.0);
    draw.left = (uint16_t)lrint((width - spec->width) / 2.0);
    return draw;
}
