/* plan.c - see plan.h: pure functions of their arguments, into buffers made once. */
#include "engine/train/plan.h"

#include "base/mem.h"
#include "base/philox.h"

#include <string.h>

void plan_augment(struct augment_spec *augment, const struct run_config *c)
{
    *augment = (struct augment_spec){
        .height = (int)c->image_size,
        .width = (int)c->image_size,
        .random_crop = c->crop == CROP_RANDOM,
        .flip_probability = c->flip,
        .rotate = c->rotate,
        .nearest = c->rotate_filter == FILTER_NEAREST,
        .brightness = c->brightness,
        .contrast = c->contrast,
        .saturation = c->saturation,
        .hue = c->hue,
        .mean = AUGMENT_MEAN,
        .deviation = AUGMENT_DEVIATION,
    };
}

int plan_init(struct plan *p, size_t all, size_t n, struct err *e)
{
    p->all = all;
    p->n = n;
    p->order = mem_alloc(all, sizeof *p->order);
    p->draws = mem_alloc(all, sizeof *p->draws);
    if (!p->order || !p->draws)
        return mem_error(e, "an epoch's order", all * (sizeof *p->order + sizeof *p->draws));
    return 0;
}

void plan_fini(struct plan *p)
{
    mem_free(p->order);
    mem_free(p->draws);
}

static void shuffle(uint32_t *order, size_t n, uint64_t seed, int epoch)
{
    for (size_t i = n; i-- > 1;) {
        struct philox r = philox4x32(seed, (uint32_t)i, (uint32_t)epoch, 0, PHILOX_ORDER);
        size_t j = philox_below(r.v[0], (uint32_t)i + 1);
        uint32_t swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
}

void plan_train(struct plan *p, const uint32_t *places, const struct augment_spec *augment,
                const struct image_set *images, uint64_t seed, int epoch)
{
    memcpy(p->order, places, p->all * sizeof *p->order);
    shuffle(p->order, p->all, seed, epoch);
    for (size_t i = 0; i < p->n; i++) {
        const struct image_place *at = &images->place[p->order[i]];
        p->draws[i] = augment_draw_sample(augment, seed, (uint32_t)epoch, p->order[i], at->height,
                                          at->width, (double)at->grey);
    }
}

void plan_test(struct plan *p, const uint32_t *places, const struct augment_spec *augment,
               const struct image_set *images)
{
    memcpy(p->order, places, p->n * sizeof *p->order);
    for (size_t i = 0; i < p->n; i++) {
        const struct image_place *at = &images->place[p->order[i]];
        p->draws[i] = augment_centre(augment, at->height, at->width);
    }
}
