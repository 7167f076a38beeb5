/* augment.h - how one stored image becomes one network input. Compiles as C and as CUDA.
 *
 * What happens to a sample in an epoch is drawn on the host (augment_draw_sample) from seed, epoch
 * and the sample's place in the whole sorted data set: it depends on neither threads nor split nor
 * loss nor backend. Backends apply it per pixel with the inline functions here, in integers up to
 * the normalisation table, so that all agree to the bit. The order is
 *
 *   crop -> mirror -> rotation about the crop's centre -> colour jitter -> normalisation
 *
 * and each step means what it means in torchvision 0.14 on Pillow 9.4 images: bytes go in and come
 * out, cut and not rounded (hue apart, which is rounded). Two things differ:
 * - Contrast turns about the mean grey of the whole stored image, brightened if brightness came
 *   before, instead of that of the crop with its black corners. One number an image, known
 *   beforehand, keeps all of it one pass.
 * - Hue is exact. Pillow's is kept in a byte on the way, which moves colours by several levels;
 *   torchvision's on tensors does not, and agrees with ours.
 */
#ifndef COMBOLAB_ENGINE_CORE_AUGMENT_H
#define COMBOLAB_ENGINE_CORE_AUGMENT_H

#include "base/shared.h"

#include <stdbool.h>
#include <stdint.h>

#define AUGMENT_FACTOR_ONE 16384 /* a factor of 1 */
#define AUGMENT_HUE_TURN 32768   /* once round the colour circle */
#define AUGMENT_PIXEL 65536      /* one pixel's side */
#define AUGMENT_MOST_TURNED 8192 /* a side of a crop that can be rotated */

enum augment_turn { AUGMENT_STRAIGHT, AUGMENT_BILINEAR, AUGMENT_NEAREST };
enum augment_jitter { AUGMENT_BRIGHTNESS, AUGMENT_CONTRAST, AUGMENT_SATURATION, AUGMENT_HUE };

/* The drawn augmentation of one sample. All zeros is the crop at the top left corner, unchanged. */
struct augment_draw {
    uint16_t top, left; /* of the crop, in the stored image */
    uint8_t flip;       /* mirrored left to right */
    uint8_t turn;       /* enum augment_turn: what follows to from_x counts unless straight */
    uint8_t order;      /* of jitter: enum augment_jitter, two bits each, lowest first */
    uint8_t pivot;      /* grey level that contrast turns about */
    /* Counter-clockwise; and the point of the crop that output pixel (0, 0) has its centre on.
     * AUGMENT_PIXEL is 1. */
    int32_t cosine, sine, from_y, from_x;
    int16_t brightness, contrast, saturation; /* factor - 1: AUGMENT_FACTOR_ONE is 1 */
    int16_t hue;                              /* shift: AUGMENT_HUE_TURN is the whole circle */
};

/* What is drawn from. */
struct augment_spec {
    int height, width;       /* of the crop = the network's input */
    bool random_crop;        /* else the centre */
    double flip_probability; /* 0..1 */
    double rotate;           /* degrees 0..180: an angle is uniform in [-rotate, rotate] */
    bool nearest;            /* rotated pixels are the nearest, not bilinear ones */
    /* 0..1: a factor is uniform in [1 - this, 1 + this]. */
    double brightness, contrast, saturation;
    double hue;                  /* 0..0.5 turns: the shift is uniform in [-hue, hue] */
    float mean[3], deviation[3]; /* of RGB in 0..1, subtracted and divided by */
};

/* ImageNet's, which published weights were trained with. */
#define AUGMENT_MEAN                                                                               \
    {                                                                                              \
        0.485f, 0.456f, 0.406f                                                                     \
    }
#define AUGMENT_DEVIATION                                                                          \
    {                                                                                              \
        0.229f, 0.224f, 0.225f                                                                     \
    }

/* normalised = table[channel][byte], made once by augment_table. */
struct augment_table {
    float value[3][256];
};

void augment_table(const struct augment_spec *spec, struct augment_table *table);

/* Draws for one sample. `place` is the sample's index in the whole sorted data set; height, width
 * and grey (the mean, 0..255) are the stored image's, the first two at least the crop's. */
struct augment_draw augment_draw_sample(const struct augment_spec *spec, uint64_t seed,
                                        uint32_t epoch, uint32_t place, int height, int width,
                                        double grey);

/* The centre crop of evaluation: offsets round half to even, as torchvision's CenterCrop. */
struct augment_draw augment_centre(const struct augment_spec *spec, int height, int width);

/* Makes a draw rotate its crop by so many degrees, counter-clockwise. */
void augment_rotate(const struct augment_spec *spec, struct augment_draw *draw, double degrees);

/* Whether a draw can be applied to a stored image of height x width: the crop lies inside, and no
 * number is one that augment_draw_sample could not have drawn. */
bool augment_fits(const struct augment_spec *spec, const struct augment_draw *draw, int height,
                  int width);

/* --- applying a draw --- */

/* A stored image and the size of the crop. */
struct augment_source {
    const uint8_t *image; /* RGB8 */
    int image_width;      /* pixels a row */
    int height, width;    /* of the crop */
};

struct augment_rgb {
    int32_t r, g, b; /* 0..255 */
};

SHARED int32_t augment_clamp(int32_t value, int32_t least, int32_t most)
{
    value = value < least ? least : value;
    return value > most ? most : value;
}

/* --- geometry --- */

/* Where the pixel (y, x) of the crop, mirrored if drawn so, begins in the stored image: bytes. */
SHARED int32_t augment_offset(const struct augment_source *s, const struct augment_draw *d,
                              int32_t y, int32_t x)
{
    int32_t from_x = d->flip ? s->width - 1 - x : x;
    return ((d->top + y) * s->image_width + d->left + from_x) * 3;
}

/* The point of the crop that the centre of output pixel (y, x) comes from. */
SHARED int32_t augment_from_y(const struct augment_draw *d, int32_t y, int32_t x)
{
    return d->from_y + d->sine * x + d->cosine * y;
}

SHARED int32_t augment_from_x(const struct augment_draw *d, int32_t y, int32_t x)
{
    return d->from_x + d->cosine * x - d->sine * y;
}

/* Whether that point lies in the crop. */
SHARED int32_t augment_inside(int32_t from_y, int32_t from_x, int32_t height, int32_t width)
{
    return (from_y >= 0) & (from_x >= 0) & (from_y >> 16 < height) & (from_x >> 16 < width);
}

/* One axis of bilinear sampling: two pixels, at the edge the same one twice, and how far from the
 * first to the second, of 2048. */
struct augment_taps {
    int32_t first, second, share;
};

SHARED struct augment_taps augment_taps(int32_t from, int32_t count)
{
    int32_t at = from - AUGMENT_PIXEL / 2;
    struct augment_taps t = {augment_clamp(at >> 16, 0, count - 1),
                             augment_clamp((at >> 16) + 1, 0, count - 1), at >> 5 & 2047};
    return t;
}

/* One channel of four pixels: left and right of the upper row, then of the lower. */
SHARED int32_t augment_between(int32_t a, int32_t b, int32_t c, int32_t d, int32_t right,
                               int32_t down)
{
    int32_t upper = a * 2048 + (b - a) * right;
    int32_t lower = c * 2048 + (d - c) * right;
    return (upper * 2048 + (lower - upper) * down) >> 22;
}

/* --- colours --- */

/* away + (1 + more) * (from - away), cut and clipped to a byte; `more` in AUGMENT_FACTOR_ONE. */
SHARED int32_t augment_blend(int32_t from, int32_t away, int32_t more)
{
    return augment_clamp(from + ((from - away) * more >> 14), 0, 255);
}

SHARED struct augment_rgb augment_blend_rgb(struct augment_rgb c, int32_t away, int32_t more)
{
    struct augment_rgb out = {augment_blend(c.r, away, more), augment_blend(c.g, away, more),
                              augment_blend(c.b, away, more)};
    return out;
}

/* Pillow's grey of a colour (ITU-R 601-2). */
SHARED int32_t augment_grey(struct augment_rgb c)
{
    return (19595 * c.r + 38470 * c.g + 7471 * c.b + 32768) >> 16;
}

SHARED int32_t augment_hue_channel(int32_t most, int32_t range, int32_t place)
{
    place -= place >= 6 * range ? 6 * range : 0;
    int32_t rise = 4 * range - place;
    int32_t less = augment_clamp(place < rise ? place : rise, 0, range);
    return most - ((less + AUGMENT_FACTOR_ONE / 2) >> 14);
}

/* The colour in HSV with the hue shifted. The place on the colour circle is counted so that a sixth
 * of the circle is the colour's own range, most - least: then nothing is divided, a shift of 0 is
 * exact, and a grey stays what it is. */
SHARED struct augment_rgb augment_shift_hue(struct augment_rgb c, int32_t hue)
{
    int32_t most = c.r > c.g ? c.r : c.g, least = c.r < c.g ? c.r : c.g;
    most = most > c.b ? most : c.b;
    least = least < c.b ? least : c.b;
    int32_t span = most - least;
    int32_t blue = 4 * span + c.r - c.g, green = 2 * span + c.b - c.r;
    int32_t sixths = most == c.r ? c.g - c.b : most == c.g ? green : blue;
    int32_t range = span * AUGMENT_FACTOR_ONE;
    /* A sixth of AUGMENT_HUE_TURN in the same unit: 6 * 16384 / 32768. */
    int32_t place = sixths * AUGMENT_FACTOR_ONE + hue * 3 * span;
    place += place < 0 ? 6 * range : 0;
    place -= place >= 6 * range ? 6 * range : 0;
    struct augment_rgb out = {augment_hue_channel(most, range, place + 5 * range),
                              augment_hue_channel(most, range, place + 3 * range),
                              augment_hue_channel(most, range, place + range)};
    return out;
}

/* A factor of 1 and a shift of 0 change nothing: without jitter nothing is computed. */
SHARED struct augment_rgb augment_colour(struct augment_rgb c, const struct augment_draw *d)
{
    if (!d->brightness && !d->contrast && !d->saturation && !d->hue)
        return c;
    for (int i = 0; i < 4; i++) {
        int jitter = d->order >> 2 * i & 3;
        if (jitter == AUGMENT_BRIGHTNESS)
            c = augment_blend_rgb(c, 0, d->brightness);
        else if (jitter == AUGMENT_CONTRAST)
            c = augment_blend_rgb(c, d->pivot, d->contrast);
        else if (jitter == AUGMENT_SATURATION)
            c = augment_blend_rgb(c, augment_grey(c), d->saturation);
        else
            c = augment_shift_hue(c, d->hue);
    }
    return c;
}

/* --- a pixel --- */

SHARED struct augment_rgb augment_load(const uint8_t *p)
{
    struct augment_rgb c = {p[0], p[1], p[2]};
    return c;
}

/* Pixel (y, x) of a rotated crop, black where that lies outside of the crop. */
SHARED struct augment_rgb augment_turned(const struct augment_source *s,
                                         const struct augment_draw *d, int32_t y, int32_t x)
{
    int32_t from_y = augment_from_y(d, y, x), from_x = augment_from_x(d, y, x);
    struct augment_rgb out = {0, 0, 0};
    if (!augment_inside(from_y, from_x, s->height, s->width))
        return out;
    if (d->turn == AUGMENT_NEAREST)
        return augment_load(s->image + augment_offset(s, d, from_y >> 16, from_x >> 16));
    struct augment_taps v = augment_taps(from_y, s->height), h = augment_taps(from_x, s->width);
    struct augment_rgb k = augment_load(s->image + augment_offset(s, d, v.first, h.first));
    struct augment_rgb l = augment_load(s->image + augment_offset(s, d, v.first, h.second));
    struct augment_rgb m = augment_load(s->image + augment_offset(s, d, v.second, h.first));
    struct augment_rgb n = augment_load(s->image + augment_offset(s, d, v.second, h.second));
    out.r = augment_between(k.r, l.r, m.r, n.r, h.share, v.share);
    out.g = augment_between(k.g, l.g, m.g, n.g, h.share, v.share);
    out.b = augment_between(k.b, l.b, m.b, n.b, h.share, v.share);
    return out;
}

/* RGB of output pixel (y, x): the definition that faster loops must equal to the bit. The draw must
 * fit the image (augment_fits). */
SHARED void augment_pixel(const struct augment_source *s, const struct augment_draw *d, int y,
                          int x, uint8_t rgb[3])
{
    struct augment_rgb c =
        d->turn ? augment_turned(s, d, y, x) : augment_load(s->image + augment_offset(s, d, y, x));
    c = augment_colour(c, d);
    rgb[0] = (uint8_t)c.r;
    rgb[1] = (uint8_t)c.g;
    rgb[2] = (uint8_t)c.b;
}

#endif
