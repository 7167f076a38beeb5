/* augment.c - drawing augmentations on the host. */
#include "engine/core/augment.h"

#include "base/philox.h"

#include <math.h>
#include <string.h>

void augment_table(const struct augment_spec *spec, struct augment_table *table)
{
    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++)
            table->value[c][v] = ((float)v / 255.0f - spec->mean[c]) / spec->deviation[c];
}

struct augment_draw augment_centre(const struct augment_spec *spec, int height, int width)
{
    struct augment_draw draw;
    memset(&draw, 0, sizeof draw);
    draw.top = (uint16_t)lrint((height - spec->height) / 2.0);
    draw.left = (uint16_t)lrint((width - spec->width) / 2.0);
    return draw;
}

/* --- rotation --- */

static int32_t fixed_point(double pixels)
{
    return (int32_t)floor(pixels * AUGMENT_PIXEL + 0.5);
}

void augment_rotate(const struct augment_spec *spec, struct augment_draw *draw, double degrees)
{
    double angle = degrees * (acos(-1.0) / 180.0), cosine = cos(angle), sine = sin(angle);
    /* From the crop's centre to that of its first pixel. */
    double down = 0.5 - spec->height / 2.0, right = 0.5 - spec->width / 2.0;
    draw->turn = spec->nearest ? AUGMENT_NEAREST : AUGMENT_BILINEAR;
    draw->cosine = fixed_point(cosine);
    draw->sine = fixed_point(sine);
    draw->from_y = fixed_point(spec->height / 2.0 + sine * right + cosine * down);
    draw->from_x = fixed_point(spec->width / 2.0 + cosine * right - sine * down);
}

/* --- drawing --- */

/* Uniform in -range..range, in steps of 1/one. */
static int16_t draw_about(uint32_t bits, double range, int one)
{
    int32_t most = (int32_t)lrint(range * one);
    return (int16_t)((int32_t)philox_below(bits, 2 * (uint32_t)most + 1) - most);
}

/* One of the 24 orders of jitter, each as likely as the others. */
static uint8_t draw_order(const struct philox *r)
{
    unsigned jitter[4] = {AUGMENT_BRIGHTNESS, AUGMENT_CONTRAST, AUGMENT_SATURATION, AUGMENT_HUE};
    unsigned order = 0;
    for (unsigned i = 4; i-- > 0;) {
        unsigned k = philox_below(r->v[i], i + 1), swap = jitter[i];
        jitter[i] = jitter[k];
        jitter[k] = swap;
        order |= jitter[i] << 2 * i;
    }
    return (uint8_t)order;
}

static bool brightness_first(uint8_t order)
{
    for (int i = 0; i < 4; i++) {
        int jitter = order >> 2 * i & 3;
        if (jitter == AUGMENT_BRIGHTNESS || jitter == AUGMENT_CONTRAST)
            return jitter == AUGMENT_BRIGHTNESS;
    }
    return false;
}

/* Neither saturation nor hue is taken to change the mean grey; saturation does only by clipping. */
static uint8_t pivot_of(const struct augment_draw *draw, double grey)
{
    if (brightness_first(draw->order))
        grey *= 1 + (double)draw->brightness / AUGMENT_FACTOR_ONE;
    return (uint8_t)(grey < 255 ? grey + 0.5 : 255);
}

static void draw_jitter(const struct augment_spec *spec, uint64_t seed, uint32_t epoch,
                        uint32_t place, double grey, struct augment_draw *draw)
{
    struct philox r = philox4x32(seed, place, epoch, 1, PHILOX_AUGMENT);
    struct philox order = philox4x32(seed, place, epoch, 2, PHILOX_AUGMENT);
    draw->brightness = draw_about(r.v[0], spec->brightness, AUGMENT_FACTOR_ONE);
    draw->contrast = draw_about(r.v[1], spec->contrast, AUGMENT_FACTOR_ONE);
    draw->saturation = draw_about(r.v[2], spec->saturation, AUGMENT_FACTOR_ONE);
    draw->hue = draw_about(r.v[3], spec->hue, AUGMENT_HUE_TURN);
    draw->order = draw_order(&order);
    draw->pivot = pivot_of(draw, grey);
}

/* Each kind has its own random numbers, so that one more kind leaves the others as they were. */
struct augment_draw augment_draw_sample(const struct augment_spec *spec, uint64_t seed,
                                        uint32_t epoch, uint32_t place, int height, int width,
                                        double grey)
{
    struct philox r = philox4x32(seed, place, epoch, 0, PHILOX_AUGMENT);
    struct augment_draw draw = augment_centre(spec, height, width);
    if (spec->random_crop) {
        draw.top = (uint16_t)philox_below(r.v[0], (uint32_t)(height - spec->height + 1));
        draw.left = (uint16_t)philox_below(r.v[1], (uint32_t)(width - spec->width + 1));
    }
    draw.flip = (double)philox_unit(r.v[2]) < spec->flip_probability;
    if (spec->rotate > 0)
        augment_rotate(spec, &draw, spec->rotate * (2 * (double)philox_unit(r.v[3]) - 1));
    if (spec->brightness > 0 || spec->contrast > 0 || spec->saturation > 0 || spec->hue > 0)
        draw_jitter(spec, seed, epoch, place, grey, &draw);
    return draw;
}

/* --- checking --- */

static bool within(int32_t value, int32_t most)
{
    return value >= -most && value <= most;
}

static bool turn_fits(const struct augment_spec *spec, const struct augment_draw *d)
{
    /* A corner is at most this far off; with it, no sum of augment_from_* leaves 32 bits. */
    const int32_t far = AUGMENT_MOST_TURNED / 2 * 3 * AUGMENT_PIXEL;
    return d->turn <= AUGMENT_NEAREST && spec->height <= AUGMENT_MOST_TURNED &&
           spec->width <= AUGMENT_MOST_TURNED && within(d->cosine, AUGMENT_PIXEL) &&
           within(d->sine, AUGMENT_PIXEL) && within(d->from_y, far) && within(d->from_x, far);
}

bool augment_fits(const struct augment_spec *spec, const struct augment_draw *d, int height,
                  int width)
{
    return d->top + spec->height <= height && d->left + spec->width <= width && d->flip <= 1 &&
           (int64_t)height * width <= INT32_MAX / 3 && (!d->turn || turn_fits(spec, d)) &&
           within(d->brightness, AUGMENT_FACTOR_ONE) && within(d->contrast, AUGMENT_FACTOR_ONE) &&
           within(d->saturation, AUGMENT_FACTOR_ONE) && within(d->hue, AUGMENT_HUE_TURN / 2);
}
