/* synth_paint.c - shapes on a float canvas: each visits only the pixels of its bounding box. */
#include "engine/synth/synth_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "engine/image/image.h"

#include <math.h>
#include <string.h>

#define NOISE_COUNTER 0x10000u /* apart from the counters that draw a face */

int canvas_init(struct canvas *c, int size, struct err *e)
{
    size_t pixels = (size_t)size * (size_t)size;
    c->size = size;
    c->pixel = 2.0f / (float)size;
    c->rgb = mem_alloc(pixels * 3, sizeof *c->rgb);
    c->mask = mem_alloc(pixels, sizeof *c->mask);
    return c->rgb && c->mask ? 0 : mem_error(e, "a portrait", pixels * 4 * sizeof(float));
}

void synth_canvas_fini(struct canvas *c)
{
    mem_free(c->rgb);
    mem_free(c->mask);
}

struct colour colour_mix(struct colour a, struct colour b, float share_of_b)
{
    for (int i = 0; i < 3; i++)
        a.v[i] += (b.v[i] - a.v[i]) * share_of_b;
    return a;
}

struct colour colour_scale(struct colour a, float by)
{
    for (int i = 0; i < 3; i++)
        a.v[i] *= by;
    return a;
}

static float clamp(float v, float least, float most)
{
    return v < least ? least : v > most ? most : v;
}

static float coordinate(const struct canvas *c, int i)
{
    return ((float)i + 0.5f) * c->pixel - 1.0f;
}

/* Pixels whose centres may lie in least..most. */
static void span(const struct canvas *c, float least, float most, int *from, int *to)
{
    float size = (float)c->size;
    *from = (int)clamp((least + 1.0f) / c->pixel - 1.5f, 0.0f, size);
    *to = (int)clamp((most + 1.0f) / c->pixel + 2.5f, 0.0f, size);
}

static float coverage(const struct canvas *c, float distance)
{
    return clamp(0.5f - distance / c->pixel, 0.0f, 1.0f);
}

static void blend(struct canvas *c, int x, int y, struct colour colour, float share)
{
    float *p = c->rgb + ((size_t)y * (size_t)c->size + (size_t)x) * 3;
    for (int i = 0; i < 3; i++)
        p[i] += (colour.v[i] - p[i]) * share;
}

static float *mask_at(const struct canvas *c, int x, int y)
{
    return c->mask + (size_t)y * (size_t)c->size + (size_t)x;
}

void canvas_fill(struct canvas *c, struct colour top, struct colour bottom)
{
    float *p = c->rgb;
    for (int y = 0; y < c->size; y++) {
        float v = coordinate(c, y);
        struct colour row = colour_mix(top, bottom, 0.5f * (v + 1.0f));
        for (int x = 0; x < c->size; x++) {
            float u = coordinate(c, x), light = 1.0f - 0.11f * (u * u + v * v);
            for (int i = 0; i < 3; i++)
                *p++ = row.v[i] * light;
        }
    }
}

/* Where (dx, dy) lies: 0 in the middle, 1 on the outline. *distance approximates the distance from
 * the outline: the value's excess over its gradient. */
static float ellipse_level(const struct ellipse *s, float dx, float dy, float *distance)
{
    float u = dx / s->rx, v = dy / s->ry;
    float level = sqrtf(u * u + v * v);
    float gu = u / s->rx, gv = v / s->ry;
    float gradient = sqrtf(gu * gu + gv * gv);
    *distance = gradient > 0.0f ? (level - 1.0f) * level / gradient : -s->rx;
    return level;
}

struct box {
    int left, right, top, bottom;
};

static struct box ellipse_box(const struct canvas *c, const struct ellipse *s)
{
    struct box b;
    float rise = fabsf(s->tilt) * s->rx;
    span(c, s->x - s->rx, s->x + s->rx, &b.left, &b.right);
    span(c, s->y - s->ry - rise, s->y + s->ry + rise, &b.top, &b.bottom);
    return b;
}

void canvas_ellipse(struct canvas *c, struct ellipse s, struct colour colour)
{
    struct box b = ellipse_box(c, &s);
    for (int y = b.top; y < b.bottom; y++)
        for (int x = b.left; x < b.right; x++) {
            float distance, dx = coordinate(c, x) - s.x;
            ellipse_level(&s, dx, coordinate(c, y) - s.y - s.tilt * dx, &distance);
            blend(c, x, y, colour, coverage(c, distance));
        }
}

void canvas_ellipse_mask(struct canvas *c, struct ellipse s, struct colour colour)
{
    struct box b = ellipse_box(c, &s);
    memset(c->mask, 0, (size_t)c->size * (size_t)c->size * sizeof *c->mask);
    for (int y = b.top; y < b.bottom; y++)
        for (int x = b.left; x < b.right; x++) {
            float distance, dx = coordinate(c, x) - s.x;
            ellipse_level(&s, dx, coordinate(c, y) - s.y - s.tilt * dx, &distance);
            *mask_at(c, x, y) = coverage(c, distance);
            blend(c, x, y, colour, coverage(c, distance));
        }
}

void canvas_glow(struct canvas *c, struct ellipse s, struct colour colour, float opacity)
{
    struct box b = ellipse_box(c, &s);
    for (int y = b.top; y < b.bottom; y++)
        for (int x = b.left; x < b.right; x++) {
            float u = (coordinate(c, x) - s.x) / s.rx, v = (coordinate(c, y) - s.y) / s.ry;
            float inside = clamp(1.0f - (u * u + v * v), 0.0f, 1.0f);
            blend(c, x, y, colour, opacity * inside * inside * *mask_at(c, x, y));
        }
}

void canvas_curtain(struct canvas *c, struct ellipse s, float bottom, struct colour colour)
{
    struct box b = ellipse_box(c, &s);
    int unused;
    span(c, s.y, bottom, &unused, &b.bottom);
    for (int y = b.top; y < b.bottom; y++)
        for (int x = b.left; x < b.right; x++) {
            float dx = coordinate(c, x) - s.x, dy = coordinate(c, y) - s.y, distance;
            ellipse_level(&s, dx, dy < 0.0f ? dy : 0.0f, &distance);
            float below = coordinate(c, y) - bottom;
            blend(c, x, y, colour, coverage(c, distance > below ? distance : below));
        }
}

/* Height of the parabola at distance dx from its middle. */
static float stroke_y(const struct stroke *s, float dx)
{
    float u = dx / s->half;
    return s->y + s->tilt * dx + s->bend * (u * u - 1.0f);
}

void canvas_stroke(struct canvas *c, struct stroke s, struct colour colour)
{
    float reach = fabsf(s.tilt) * s.half + fabsf(s.bend) + s.thick;
    struct box b;
    span(c, s.x - s.half, s.x + s.half, &b.left, &b.right);
    span(c, s.y - reach, s.y + reach, &b.top, &b.bottom);
    for (int x = b.left; x < b.right; x++) {
        float dx = coordinate(c, x) - s.x, u = dx / s.half;
        float middle = stroke_y(&s, dx), slope = s.tilt + 2.0f * s.bend * u / s.half;
        float steep = sqrtf(1.0f + slope * slope);
        float taper = 1.0f - u * u;
        float thick = taper > 0.0f ? s.thick * sqrtf(taper) : 0.0f;
        float beyond = fabsf(dx) - s.half;
        for (int y = b.top; y < b.bottom; y++) {
            float distance = (fabsf(coordinate(c, y) - middle) - thick) / steep;
            blend(c, x, y, colour, coverage(c, distance > beyond ? distance : beyond));
        }
    }
}

void canvas_above(struct canvas *c, struct stroke edge, struct colour colour)
{
    for (int y = 0; y < c->size; y++)
        for (int x = 0; x < c->size; x++) {
            float mask = *mask_at(c, x, y);
            if (mask <= 0.0f)
                continue;
            float distance = coordinate(c, y) - stroke_y(&edge, coordinate(c, x) - edge.x);
            blend(c, x, y, colour, mask * coverage(c, distance));
        }
}

void canvas_light(struct canvas *c, float amount)
{
    float *p = c->rgb;
    for (int y = 0; y < c->size; y++)
        for (int x = 0; x < c->size; x++, p += 3) {
            float by = 1.0f + amount * coordinate(c, x) * *mask_at(c, x, y);
            for (int i = 0; i < 3; i++)
                p[i] *= by;
        }
}

int canvas_image(struct image *out, const struct canvas *c, float amplitude, uint64_t seed,
                 uint32_t number, struct err *e)
{
    if (image_make(out, c->size, c->size, "a portrait", e))
        return -1;
    size_t values = (size_t)c->size * (size_t)c->size * 3;
    struct philox r = {{0, 0, 0, 0}};
    for (size_t i = 0; i < values; i++) {
        /* A draw is 16 bytes, one for each value. */
        if (i % 16 == 0)
            r = philox4x32(seed, number, (uint32_t)(i / 16), NOISE_COUNTER, PHILOX_SYNTH);
        uint32_t byte = r.v[i / 4 % 4] >> (i % 4 * 8) & 0xff;
        float noise = ((float)byte - 127.5f) * (1.0f / 127.5f);
        out->rgb[i] = (uint8_t)clamp(c->rgb[i] + amplitude * noise + 0.5f, 0.0f, 255.0f);
    }
    return 0;
}
