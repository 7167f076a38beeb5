/* test_fetch.c - batches of a plan: which samples they have, and their pixels, to the bit. */
#include "cuda/kernels/step.h"
#include "tests/cuda/kernel_kit.h"

enum { IMAGES = 3, SAMPLES = 9, MOST_SIDE = 40 };

struct shape {
    int h, w, c;
};

/* Images of different sizes, one behind the other and one byte apart; a plan over them; and the
 * step's state. */
struct plan {
    struct augment_spec spec;
    uint8_t pixels[IMAGES * (MOST_SIDE * MOST_SIDE * 3 + 1)];
    size_t bytes;
    int height[IMAGES], width[IMAGES];
    uint64_t offset[IMAGES];
    uint32_t order[SAMPLES];
    struct augment_draw draws[SAMPLES];
    struct state_place place[SAMPLES];
    struct state state;
    struct array *on_pixels, *on_order, *on_draws, *on_place, *on_state;
    struct plan_values values;
};

static void fill_images(struct kit *k, struct plan *p, struct shape s)
{
    p->bytes = 0;
    for (int i = 0; i < IMAGES; i++) {
        p->height[i] = s.h + i;
        p->width[i] = s.w + 2 * i;
        p->offset[i] = ++p->bytes;
        p->bytes += (size_t)p->height[i] * (size_t)p->width[i] * 3;
    }
    for (size_t i = 0; i < p->bytes; i++)
        p->pixels[i] = (uint8_t)kit_draw_below(k, 256);
}

/* Plain crops, then each way of rotating, and every jitter alone and all in several orders. */
static void fill_draw(struct kit *k, struct plan *p, int i)
{
    struct augment_draw *d = &p->draws[i];
    uint32_t image = p->order[i] = (uint32_t)kit_draw_below(k, IMAGES);
    *d = augment_centre(&p->spec, p->height[image], p->width[image]);
    d->top = (uint16_t)kit_draw_below(k, p->height[image] - p->spec.height + 1);
    d->left = (uint16_t)kit_draw_below(k, p->width[image] - p->spec.width + 1);
    d->flip = (uint8_t)(i % 2);
    d->order =
        AUGMENT_HUE | AUGMENT_SATURATION << 2 | AUGMENT_CONTRAST << 4 | AUGMENT_BRIGHTNESS << 6;
    d->pivot = 90;
    if (i == 6)
        d->order =
            AUGMENT_BRIGHTNESS | AUGMENT_CONTRAST << 2 | AUGMENT_HUE << 4 | AUGMENT_SATURATION << 6;
    d->brightness = (int16_t)(i == 2 || i > 5 ? 5000 - 900 * i : 0);
    d->contrast = (int16_t)(i == 3 || i > 5 ? 7000 : 0);
    d->saturation = (int16_t)(i == 4 || i > 5 ? -6000 : 0);
    d->hue = (int16_t)(i == 5 || i > 5 ? 3000 * i - 20000 : 0);
    p->spec.nearest = i == 7;
    if (i % 3 == 1)
        augment_rotate(&p->spec, d, 40.0 * i - 75);
    p->place[i] = (struct state_place){p->offset[image], p->width[image]};
}

static void open_plan(struct kit *k, struct plan *p, struct shape s)
{
    const struct state state = {.step = 5, .bad_step = 3, .frozen = 1, .clip = 0.5f, .next = 77};
    p->spec = (struct augment_spec){
        .height = s.h, .width = s.w, .mean = {0.4f, 0.5f, 0.6f}, .deviation = {0.2f, 0.3f, 0.25f}};
    fill_images(k, p, s);
    for (int i = 0; i < SAMPLES; i++)
        fill_draw(k, p, i);
    p->state = state;
    augment_table(&p->spec, &p->state.table);
    p->on_pixels = kit_bytes(k, p->bytes, p->pixels);
    p->on_order = kit_bytes(k, sizeof p->order, p->order);
    p->on_draws = kit_bytes(k, sizeof p->draws, p->draws);
    p->on_place = kit_bytes(k, sizeof p->place, p->place);
    p->on_state = kit_bytes(k, sizeof p->state, &p->state);
    p->values = (struct plan_values){
        .order = p->on_order->at, .draws = p->on_draws->at, .place = p->on_place->at};
}

static void wanted(const struct plan *p, enum element t, int first, int n, struct shape s,
                   float *want)
{
    for (int i = first; i < first + n; i++) {
        const struct augment_source source = {p->pixels + p->place[i].offset, p->place[i].width,
                                              s.h, s.w};
        for (int at = 0; at < s.h * s.w; at++) {
            uint8_t rgb[3];
            augment_pixel(&source, &p->draws[i], at / s.w, at % s.w, rgb);
            for (int c = 0; c < s.c; c++)
                *want++ = c < 3 ? kit_kept(t, p->state.table.value[c][rgb[c]]) : 0;
        }
    }
}

static void check_batch(struct kit *k, struct plan *p, enum element t, int first, int n,
                        struct shape s)
{
    static float want[SAMPLES * MOST_SIDE * MOST_SIDE * 8];
    struct map m = {n, s.h, s.w, s.c};
    struct array *out = kit_empty(k, t, map_count(m));
    kit_run(k, kernel_next_batch(p->on_state->at, n, k->stream), "next_batch");
    kit_run(k, kernel_fetch(t, p->on_state->at, p->values, p->on_pixels->at, m, out->at, k->stream),
            "fetch");
    kit_read(k, out);
    wanted(p, t, first, n, s, want);
    kit_same(out, want, "%s, %dx%d pixels of %d channels, samples from %d on: the host's pixels",
             t == ELEMENT_BF16 ? "bf16" : "float", s.h, s.w, s.c, first);
}

static void check_plan(struct kit *k, enum element t, struct shape s)
{
    static struct plan p;
    open_plan(k, &p, s);
    kit_run(k, kernel_begin_plan(p.on_state->at, 0.25f, k->stream), "begin_plan");
    check_batch(k, &p, t, 0, 4, s);
    check_batch(k, &p, t, 4, 4, s);
    check_batch(k, &p, t, 8, 1, s);
    kit_read(k, p.on_state);
    p.state.first = 8;
    p.state.next = 9;
    p.state.step += 3;
    p.state.rate = 0.25f;
    kit_same_bytes(p.on_state, &p.state, "the state counts samples and steps, and keeps the rest");
    kit_clear(k);
}

int main(void)
{
    const struct shape shapes[] = {{9, 7, 8}, {1, 1, 8}, {17, 31, 8}, {6, 5, 3}, {5, 6, 4}};
    struct kit k;
    if (!kit_open(&k))
        return tap_done();
    for (int i = 0; i < 5; i++) {
        check_plan(&k, ELEMENT_F32, shapes[i]);
        check_plan(&k, ELEMENT_BF16, shapes[i]);
    }
    return kit_close(&k);
}
