/* augment_rows.c - see fetch.h. A row is made piece by piece: the pieces' colours lie in planes of
 * integers, small enough for the first cache, and every step is a loop over a piece. The arithmetic
 * of each loop is that of engine/core/augment.h, inlined; here is only what is worth doing once a
 * row or piece instead of once a pixel. A crop that is neither rotated nor jittered skips the
 * planes.
 */
#include "cpu/augment_rows.h"

#include "cpu/simd.h"

#include <string.h>

enum { PIECE = 128 };

struct planes {
    int32_t r[PIECE], g[PIECE], b[PIECE];
};

/* Where the pixels of a piece come from. */
struct piece {
    const struct augment_source *source;
    const struct augment_draw *draw;
    int y, x, n;
    int32_t origin, step,
        stride; /* bytes from one pixel, one row, of the mirrored crop to the next */
};

/* --- rotation --- */

/* For each pixel the bytes of its four neighbours and the shares of the right and lower ones; -1 in
 * `inside`, or 0 for a pixel that comes from outside of the crop. */
struct taps {
    int32_t at[4][PIECE], right[PIECE], down[PIECE], inside[PIECE];
};

SIMD_BODY void bilinear_taps_body(const struct piece *p, struct taps *t)
{
    const struct augment_draw d = *p->draw;
    const int32_t height = p->source->height, width = p->source->width;
    const int32_t origin = p->origin, step = p->step, stride = p->stride, y = p->y, first = p->x;
#pragma omp simd
    for (int i = 0; i < PIECE; i++) {
        int32_t from_y = augment_from_y(&d, y, first + i),
                from_x = augment_from_x(&d, y, first + i);
        struct augment_taps v = augment_taps(from_y, height), h = augment_taps(from_x, width);
        int32_t upper = origin + v.first * stride, lower = origin + v.second * stride;
        t->inside[i] = -augment_inside(from_y, from_x, height, width);
        t->right[i] = h.share;
        t->down[i] = v.share;
        t->at[0][i] = upper + h.first * step;
        t->at[1][i] = upper + h.second * step;
        t->at[2][i] = lower + h.first * step;
        t->at[3][i] = lower + h.second * step;
    }
}

SIMD_KERNEL(bilinear_taps, (const struct piece *p, struct taps *t), (p, t))

SIMD_BODY void nearest_taps_body(const struct piece *p, struct taps *t)
{
    const struct augment_draw d = *p->draw;
    const int32_t height = p->source->height, width = p->source->width;
    const int32_t origin = p->origin, step = p->step, stride = p->stride, y = p->y, first = p->x;
#pragma omp simd
    for (int i = 0; i < PIECE; i++) {
        int32_t from_y = augment_from_y(&d, y, first + i),
                from_x = augment_from_x(&d, y, first + i);
        t->inside[i] = -augment_inside(from_y, from_x, height, width);
        t->at[0][i] = origin + augment_clamp(from_y >> 16, 0, height - 1) * stride +
                      augment_clamp(from_x >> 16, 0, width - 1) * step;
    }
}

SIMD_KERNEL(nearest_taps, (const struct piece *p, struct taps *t), (p, t))

/* A pixel in the lower three bytes; what is in the fourth doesn't count. */
static inline uint32_t load_word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

/* What there are of a piece's pixels, and black ones to its end. A word is read in one go unless
 * that would reach beyond the crop's last row. */
static void load_words(const struct piece *p, const int32_t *at, uint32_t word[PIECE])
{
    const uint8_t *image = p->source->image;
    const bool whole = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    int32_t last = (p->draw->top + p->source->height) * p->stride - (int32_t)sizeof *word;
    for (int i = 0; i < p->n; i++)
        if (whole && at[i] <= last)
            memcpy(&word[i], image + at[i], sizeof *word);
        else
            word[i] = load_word(image + at[i]);
    memset(word + p->n, 0, (size_t)(PIECE - p->n) * sizeof *word);
}

SIMD_BODY void mix_body(uint32_t word[4][PIECE], const struct taps *t, struct planes *out)
{
#pragma omp simd
    for (int i = 0; i < PIECE; i++) {
        int32_t k = (int32_t)word[0][i], l = (int32_t)word[1][i], m = (int32_t)word[2][i],
                n = (int32_t)word[3][i], right = t->right[i], down = t->down[i];
        out->r[i] = t->inside[i] & augment_between(k & 255, l & 255, m & 255, n & 255, right, down);
        out->g[i] = t->inside[i] & augment_between(k >> 8 & 255, l >> 8 & 255, m >> 8 & 255,
                                                   n >> 8 & 255, right, down);
        out->b[i] = t->inside[i] & augment_between(k >> 16 & 255, l >> 16 & 255, m >> 16 & 255,
                                                   n >> 16 & 255, right, down);
    }
}

SIMD_KERNEL(mix, (uint32_t word[4][PIECE], const struct taps *t, struct planes *out),
            (word, t, out))

SIMD_BODY void split_body(const uint32_t *word, const int32_t *inside, struct planes *out)
{
#pragma omp simd
    for (int i = 0; i < PIECE; i++) {
        int32_t k = (int32_t)word[i] & inside[i];
        out->r[i] = k & 255;
        out->g[i] = k >> 8 & 255;
        out->b[i] = k >> 16 & 255;
    }
}

SIMD_KERNEL(split, (const uint32_t *word, const int32_t *inside, struct planes *out),
            (word, inside, out))

static void turn(enum isa isa, const struct piece *p, struct planes *out)
{
    struct taps t;
    uint32_t word[4][PIECE];
    if (p->draw->turn == AUGMENT_NEAREST) {
        nearest_taps(isa)(p, &t);
        load_words(p, t.at[0], word[0]);
        split(isa)(word[0], t.inside, out);
        return;
    }
    bilinear_taps(isa)(p, &t);
    for (int k = 0; k < 4; k++)
        load_words(p, t.at[k], word[k]);
    mix(isa)(word, &t, out);
}

/* --- colours --- */

SIMD_BODY void blend_body(struct planes *c, int32_t away, int32_t more)
{
    int32_t *plane[3] = {c->r, c->g, c->b};
    for (int k = 0; k < 3; k++) {
        int32_t *v = plane[k];
#pragma omp simd
        for (int i = 0; i < PIECE; i++)
            v[i] = augment_blend(v[i], away, more);
    }
}

SIMD_KERNEL(blend, (struct planes * c, int32_t away, int32_t more), (c, away, more))

SIMD_BODY void saturate_body(struct planes *c, int32_t more)
{
#pragma omp simd
    for (int i = 0; i < PIECE; i++) {
        struct augment_rgb v = {c->r[i], c->g[i], c->b[i]};
        v = augment_blend_rgb(v, augment_grey(v), more);
        c->r[i] = v.r;
        c->g[i] = v.g;
        c->b[i] = v.b;
    }
}

SIMD_KERNEL(saturate, (struct planes * c, int32_t more), (c, more))

SIMD_BODY void shift_hue_body(struct planes *c, int32_t hue)
{
#pragma omp simd
    for (int i = 0; i < PIECE; i++) {
        struct augment_rgb v = {c->r[i], c->g[i], c->b[i]};
        v = augment_shift_hue(v, hue);
        c->r[i] = v.r;
        c->g[i] = v.g;
        c->b[i] = v.b;
    }
}

SIMD_KERNEL(shift_hue, (struct planes * c, int32_t hue), (c, hue))

/* A factor of 1 and a shift of 0 change nothing, and are left out. */
static void jitter(enum isa isa, struct planes *c, const struct augment_draw *d)
{
    for (int i = 0; i < 4; i++) {
        int what = d->order >> 2 * i & 3;
        if (what == AUGMENT_BRIGHTNESS && d->brightness)
            blend(isa)(c, 0, d->brightness);
        else if (what == AUGMENT_CONTRAST && d->contrast)
            blend(isa)(c, d->pivot, d->contrast);
        else if (what == AUGMENT_SATURATION && d->saturation)
            saturate(isa)(c, d->saturation);
        else if (what == AUGMENT_HUE && d->hue)
            shift_hue(isa)(c, d->hue);
    }
}

/* --- rows --- */

static void load_straight(const struct piece *p, struct planes *out)
{
    const uint8_t *from = p->source->image + p->origin + p->y * p->stride + p->x * p->step;
    for (int i = 0; i < p->n; i++, from += p->step) {
        out->r[i] = from[0];
        out->g[i] = from[1];
        out->b[i] = from[2];
    }
    for (int i = p->n; i < PIECE; i++)
        out->r[i] = out->g[i] = out->b[i] = 0;
}

static float *normalise(const struct planes *c, int n, const struct augment_table *table, float *to)
{
    for (int i = 0; i < n; i++, to += 3) {
        to[0] = table->value[0][c->r[i]];
        to[1] = table->value[1][c->g[i]];
        to[2] = table->value[2][c->b[i]];
    }
    return to;
}

static void copy_row(const struct piece *p, const struct augment_table *table, float *to)
{
    const uint8_t *from = p->source->image + p->origin + p->y * p->stride;
    for (int x = 0; x < p->source->width; x++, from += p->step, to += 3) {
        float r = table->value[0][from[0]], g = table->value[1][from[1]];
        float b = table->value[2][from[2]];
        to[0] = r;
        to[1] = g;
        to[2] = b;
    }
}

void augment_row(enum isa isa, const struct augment_source *s, const struct augment_draw *d,
                 const struct augment_table *table, int y, float *to)
{
    bool jittered = d->brightness || d->contrast || d->saturation || d->hue;
    struct piece p = {.source = s,
                      .draw = d,
                      .y = y,
                      .origin = augment_offset(s, d, 0, 0),
                      .step = d->flip ? -3 : 3,
                      .stride = 3 * s->image_width};
    struct planes colours;
    if (!d->turn && !jittered) {
        copy_row(&p, table, to);
        return;
    }
    for (; p.x < s->width; p.x += PIECE) {
        p.n = s->width - p.x < PIECE ? s->width - p.x : PIECE;
        if (d->turn)
            turn(isa, &p, &colours);
        else
            load_straight(&p, &colours);
        if (jittered)
            jitter(isa, &colours, d);
        to = normalise(&colours, p.n, table, to);
    }
}
