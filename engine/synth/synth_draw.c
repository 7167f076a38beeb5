/* synth_draw.c - draws a face from back to front: background, hair, neck, head, skin, features.
 *
 * Details that do not change the score (hair length, light, which side is the weaker one) are drawn
 * by seed and number, so that a net must learn to look past them.
 */
#include "engine/synth/synth.h"

#include "base/err.h"
#include "base/philox.h"
#include "engine/synth/synth_priv.h"

#include <stdbool.h>
#include <string.h>

#define LEAST_SIZE 16
#define MOST_SIZE 4096
#define BLOTCHES 18
#define DETAIL_COUNTER 16u /* Philox counters of details; synth_face has those below */
#define BLOTCH_COUNTER 32u

/* Where things are, in canvas coordinates. */
struct layout {
    float cx, cy; /* middle of the head */
    float rx, ry; /* its half axes */
    float face_x; /* middle of the features: moved by the pose */
    float eye_y, eye_apart, eye_rx, eye_ry;
    float nose_y, mouth_y, mouth_half;
    float side;  /* -1 or 1: the side that asymmetry lowers */
    float lower; /* how much */
    float turn;  /* pose, -1..1 */
};

struct palette {
    struct colour skin, shade, hair, lip, iris, cloth, back_top, back_bottom;
};

struct portrait {
    struct canvas canvas;
    const struct synth_face *face;
    uint64_t seed;
    uint32_t number;
    struct layout at;
    struct palette colour;
    float detail[8]; /* 0..1, uniform */
};

static const struct colour skin_stops[] = {
    {{248, 220, 200}}, {{232, 190, 158}}, {{198, 146, 110}}, {{134, 90, 64}}};
static const struct colour hair_stops[] = {
    {{28, 24, 26}}, {{74, 46, 32}}, {{140, 90, 50}}, {{212, 176, 112}}, {{150, 148, 146}}};
static const struct colour back_stops[] = {
    {{196, 208, 220}}, {{168, 196, 178}}, {{226, 214, 188}}, {{206, 180, 190}}, {{150, 164, 196}}};
static const struct colour iris_stops[] = {{{70, 46, 30}}, {{92, 120, 74}}, {{84, 124, 168}}};
static const struct colour cloth_stops[] = {
    {{50, 66, 104}}, {{130, 48, 56}}, {{60, 96, 80}}, {{224, 222, 216}}};

static const struct colour white = {{244, 242, 240}}, black = {{22, 18, 20}};

/* The colour at 0..1 of a row of stops. */
static struct colour along(const struct colour *stops, int n, float at)
{
    float place = at * (float)(n - 1);
    int i = (int)place;
    if (i > n - 2)
        i = n - 2;
    return colour_mix(stops[i], stops[i + 1], place - (float)i);
}

#define ALONG(stops, at) along(stops, (int)(sizeof(stops) / sizeof *(stops)), at)

static void draw_details(struct portrait *p)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct philox r = philox4x32(p->seed, p->number, DETAIL_COUNTER + i, 0, PHILOX_SYNTH);
        for (int k = 0; k < 4; k++)
            p->detail[i * 4 + (uint32_t)k] = philox_unit(r.v[k]);
    }
}

static void choose_colours(struct portrait *p)
{
    struct palette *c = &p->colour;
    const struct synth_face *f = p->face;
    c->skin = ALONG(skin_stops, (float)f->skin);
    c->shade = colour_scale(c->skin, 0.78f);
    c->hair = ALONG(hair_stops, (float)f->hair);
    c->lip = colour_mix(colour_scale(c->skin, 0.7f), (struct colour){{176, 52, 62}}, 0.6f);
    c->iris = ALONG(iris_stops, p->detail[0]);
    c->cloth = ALONG(cloth_stops, p->detail[1]);
    c->back_top = ALONG(back_stops, (float)f->background);
    c->back_bottom = colour_scale(c->back_top, 0.72f);
}

/* Proportion 0 sets the features in the middle of their ranges; towards 1 the eyes move apart,
 * shrink and rise, the nose grows, the mouth sinks and narrows. */
static void lay_out(struct portrait *p)
{
    struct layout *at = &p->at;
    float off = (float)p->face->proportion, turn = (float)p->face->pose;
    at->turn = turn;
    at->cx = 0.10f * (p->detail[2] - 0.5f);
    at->cy = -0.06f + 0.06f * (p->detail[3] - 0.5f);
    at->rx = 0.47f + 0.03f * (p->detail[4] - 0.5f);
    at->ry = 0.62f;
    at->face_x = at->cx + 0.09f * turn;
    at->eye_y = at->cy - 0.05f - 0.11f * off;
    at->eye_apart = 0.165f + 0.085f * off;
    at->eye_rx = 0.098f - 0.030f * off;
    at->eye_ry = 0.058f - 0.014f * off;
    at->nose_y = at->cy + 0.15f + 0.08f * off;
    at->mouth_y = at->cy + 0.31f + 0.10f * off;
    at->mouth_half = 0.20f - 0.05f * off;
    at->side = p->detail[5] < 0.5f ? -1.0f : 1.0f;
    at->lower = 0.11f * (float)p->face->asymmetry;
}

static void draw_back(struct portrait *p)
{
    struct canvas *c = &p->canvas;
    const struct layout *at = &p->at;
    float bottom = at->cy + 0.15f + 0.75f * p->detail[6];
    struct ellipse hair = {at->cx - 0.03f * at->turn, at->cy - 0.08f, at->rx + 0.10f,
                           at->ry + 0.07f, 0};
    struct ellipse shoulders = {at->cx * 0.5f, 1.10f, 0.80f, 0.42f, 0};
    struct ellipse collar = {at->cx * 0.5f, 0.74f, 0.20f, 0.16f, 0};
    struct ellipse neck = {at->cx, 0.40f, 0.185f, 0.10f, 0};
    canvas_fill(c, p->colour.back_top, p->colour.back_bottom);
    canvas_curtain(c, hair, bottom, colour_scale(p->colour.hair, 0.8f));
    canvas_ellipse(c, shoulders, p->colour.cloth);
    canvas_curtain(c, neck, 0.76f, p->colour.shade);
    canvas_ellipse(c, collar, p->colour.shade);
}

/* Uneven skin: soft patches, redder and darker, more of them seen with a higher tone. */
static void draw_blotches(struct portrait *p)
{
    const struct layout *at = &p->at;
    float tone = (float)p->face->tone;
    struct colour red =
        colour_mix(colour_scale(p->colour.skin, 0.62f), (struct colour){{150, 40, 36}}, 0.35f);
    for (uint32_t i = 0; i < BLOTCHES; i++) {
        struct philox r = philox4x32(p->seed, p->number, BLOTCH_COUNTER + i, 0, PHILOX_SYNTH);
        float size = 0.05f + 0.09f * philox_unit(r.v[2]);
        struct ellipse patch = {at->cx + at->rx * (1.7f * philox_unit(r.v[0]) - 0.85f),
                                at->cy + at->ry * (1.5f * philox_unit(r.v[1]) - 0.60f), size, size,
                                0};
        canvas_glow(&p->canvas, patch, red, tone * (0.45f + 0.55f * philox_unit(r.v[3])));
    }
}

static void draw_head(struct portrait *p)
{
    struct canvas *c = &p->canvas;
    const struct layout *at = &p->at;
    for (int side = -1; side <= 1; side += 2) {
        struct ellipse ear = {at->cx + (float)side * at->rx - 0.03f * at->turn, at->eye_y + 0.08f,
                              0.065f, 0.12f, 0};
        canvas_ellipse(c, ear, p->colour.shade);
    }
    struct ellipse head = {at->cx, at->cy, at->rx, at->ry, 0};
    struct ellipse chin = {at->cx, at->cy + at->ry, at->rx, 0.30f, 0};
    canvas_ellipse_mask(c, head, p->colour.skin);
    canvas_glow(c, chin, p->colour.shade, 0.5f);
    draw_blotches(p);
    canvas_light(c, 0.35f * (p->detail[7] - 0.5f));
    struct stroke hairline = {at->cx + 0.10f * at->turn, at->cy - 0.30f, at->rx, 0, 0.12f, 0};
    canvas_above(c, hairline, p->colour.hair);
}

static void draw_eye(struct portrait *p, int side)
{
    struct canvas *c = &p->canvas;
    const struct layout *at = &p->at;
    bool weak = (float)side == at->side;
    float lower = weak ? at->lower : 0.0f;
    float shrink = weak ? 1.0f - 0.45f * (float)p->face->asymmetry : 1.0f;
    /* The far side of a turned head is narrower. */
    float near = 1.0f - 0.16f * at->turn * (float)side;
    float x = at->face_x + (float)side * at->eye_apart * near, y = at->eye_y + lower;
    float rx = at->eye_rx * near, ry = at->eye_ry * shrink;
    struct ellipse ball = {x, y, rx, ry, 0};
    struct ellipse iris = {x + 0.02f * at->turn, y, ry * 0.86f, ry * 0.86f, 0};
    struct ellipse pupil = {iris.x, y, ry * 0.42f, ry * 0.42f, 0};
    struct ellipse glint = {iris.x - ry * 0.3f, y - ry * 0.3f, ry * 0.2f, ry * 0.2f, 0};
    struct stroke lid = {x, y, rx * 1.1f, 0, ry * 1.05f, 0.016f};
    struct stroke brow = {
        x, y - 0.095f - 0.5f * lower, rx * 1.35f, -0.10f * (float)side, 0.032f, 0.019f};
    canvas_ellipse(c, ball, white);
    canvas_ellipse(c, iris, p->colour.iris);
    canvas_ellipse(c, pupil, black);
    canvas_ellipse(c, glint, white);
    canvas_stroke(c, lid, colour_scale(p->colour.hair, 0.6f));
    canvas_stroke(c, brow, colour_mix(p->colour.hair, black, 0.35f));
}

static void draw_nose(struct portrait *p)
{
    const struct layout *at = &p->at;
    float x = at->face_x + 0.05f * at->turn + 0.3f * at->side * at->lower;
    float top = at->eye_y + 0.02f, length = at->nose_y - top;
    struct ellipse bridge = {x + 0.03f, top + 0.5f * length, 0.045f, 0.62f * length, 0};
    struct stroke base = {x, at->nose_y, 0.085f, 0, -0.030f, 0.015f};
    canvas_glow(&p->canvas, bridge, p->colour.shade, 0.75f);
    canvas_stroke(&p->canvas, base, colour_scale(p->colour.skin, 0.58f));
    for (int side = -1; side <= 1; side += 2) {
        struct ellipse nostril = {x + (float)side * 0.042f, at->nose_y + 0.008f, 0.019f, 0.012f, 0};
        canvas_ellipse(&p->canvas, nostril, colour_scale(p->colour.skin, 0.36f));
    }
}

/* The corners rise with a smile and sink without one; the middle stays. */
static void draw_mouth(struct portrait *p)
{
    const struct layout *at = &p->at;
    float smile = (float)p->face->smile;
    float tilt = 1.1f * at->lower * at->side;
    float half = at->mouth_half * (1.0f + 0.18f * smile);
    float bend = -0.085f * smile;
    float y = at->mouth_y + bend;
    struct stroke lips = {at->face_x, y, half, tilt, bend, 0.046f};
    struct stroke gap = {at->face_x, y, half * 0.9f, tilt, bend, 0.011f};
    struct stroke teeth = {at->face_x, y, half * 0.75f, tilt, bend, 0.022f * smile};
    canvas_stroke(&p->canvas, lips, p->colour.lip);
    canvas_stroke(&p->canvas, gap, colour_scale(p->colour.lip, 0.45f));
    if (smile > 0.25f)
        canvas_stroke(&p->canvas, teeth, white);
}

int synth_draw(struct image *out, const struct synth_face *face, uint64_t seed, uint32_t number,
               int size, struct err *e)
{
    struct portrait p;
    memset(out, 0, sizeof *out);
    if (size < LEAST_SIZE || size > MOST_SIZE)
        return err_set(e, ERR_USAGE, "option 'size': %d pixels; allowed are %d..%d", size,
                       LEAST_SIZE, MOST_SIZE);
    memset(&p, 0, sizeof p);
    p.face = face;
    p.seed = seed;
    p.number = number;
    draw_details(&p);
    choose_colours(&p);
    lay_out(&p);
    int result = canvas_init(&p.canvas, size, e);
    if (!result) {
        draw_back(&p);
        draw_head(&p);
        draw_eye(&p, -1);
        draw_eye(&p, 1);
        draw_nose(&p);
        draw_mouth(&p);
        result = canvas_image(out, &p.canvas, 2.0f + 14.0f * (float)face->noise, seed, number, e);
    }
    synth_canvas_fini(&p.canvas);
    return result;
}
