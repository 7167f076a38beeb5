/* synth_priv.h - a small painter with smooth edges.
 *
 * Coordinates run from -1 to 1, x to the right and y down. A shape's edge is one pixel of falling
 * coverage around its outline, from its approximate distance. Only +, -, *, / and sqrt are used,
 * which are exact to the bit everywhere: the same portrait on every machine.
 */
#ifndef COMBOLAB_ENGINE_SYNTH_SYNTH_PRIV_H
#define COMBOLAB_ENGINE_SYNTH_SYNTH_PRIV_H

#include "engine/image/image.h"

struct colour {
    float v[3]; /* RGB, 0..255 */
};

struct canvas {
    int size;    /* pixels a side */
    float pixel; /* its side in coordinates */
    float *rgb;  /* size x size x 3, owned */
    float *mask; /* size x size, owned: 1 where clipped shapes may paint */
};

/* An ellipse, sheared so that its right end is `tilt` lower for each unit of x. */
struct ellipse {
    float x, y, rx, ry, tilt;
};

/* A band along the parabola y + tilt (px - x) + bend (u^2 - 1), u = (px - x) / half, |u| <= 1: its
 * ends stay, its middle rises with a positive bend. `thick` is its half height in the middle. */
struct stroke {
    float x, y, half, tilt, bend, thick;
};

struct err;

int canvas_init(struct canvas *c, int size, struct err *e);
void synth_canvas_fini(struct canvas *c);

struct colour colour_mix(struct colour a, struct colour b, float share_of_b);
struct colour colour_scale(struct colour a, float by);

/* From `top` to `bottom`, darker towards the corners. */
void canvas_fill(struct canvas *c, struct colour top, struct colour bottom);

void canvas_ellipse(struct canvas *c, struct ellipse shape, struct colour colour);

/* The same, and the mask becomes this ellipse. */
void canvas_ellipse_mask(struct canvas *c, struct ellipse shape, struct colour colour);

/* Falls from `opacity` in the middle to 0 at the outline, within the mask. */
void canvas_glow(struct canvas *c, struct ellipse shape, struct colour colour, float opacity);

/* Below y the ellipse's sides go straight down to `bottom`. */
void canvas_curtain(struct canvas *c, struct ellipse shape, float bottom, struct colour colour);

void canvas_stroke(struct canvas *c, struct stroke stroke, struct colour colour);

/* Paints the mask's part that lies above the parabola. */
void canvas_above(struct canvas *c, struct stroke edge, struct colour colour);

/* Light from one side within the mask: `amount` more at x = 1, less at x = -1. */
void canvas_light(struct canvas *c, float amount);

/* Rounds to bytes, with uniform noise of +-amplitude grey levels drawn by (seed, number). */
int canvas_image(struct image *out, const struct canvas *c, float amplitude, uint64_t seed,
                 uint32_t number, struct err *e);

#endif
