/* ref_images.c - the images a net sees: the decoded set, an epoch's plan, and one batch of it
 * augmented and normalised. */
#include "tests/ref/ref_priv.h"

#include "base/mem.h"

#include <string.h>

int ref_images(struct backend *b, const struct image_set *set, const float *scores,
               const int *classes, struct err *e)
{
    float *label = mem_copy(scores, set->n * sizeof *scores);
    int *label_class = classes ? mem_copy(classes, set->n * sizeof *classes) : NULL;
    if (!label || (classes && !label_class)) {
        mem_free(label);
        mem_free(label_class);
        return mem_error(e, "labels", set->n * sizeof *scores);
    }
    mem_free(b->label);
    mem_free(b->label_class);
    b->label = label;
    b->label_class = label_class;
    b->images = *set;
    augment_table(&b->spec.augment, &b->table);
    return 0;
}

int ref_epoch(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    (void)e;
    b->plan = *plan;
    b->plan.order = NULL;
    b->plan.draws = NULL;
    b->next = 0;
    if (b->spec.probe) {
        b->n = plan->batch;
        return 0;
    }
    memcpy(b->order, plan->order, plan->n * sizeof *b->order);
    memcpy(b->draws, plan->draws, plan->n * sizeof *b->draws);
    return 0;
}

static void fetch_image(const struct backend *b, size_t place, double *to)
{
    uint32_t image = b->order[place];
    const struct image_place *p = &b->images.place[image];
    struct net_shape s = b->shapes[0];
    const struct augment_source source = {b->images.pixels + p->offset, p->width, s.h, s.w};
    uint8_t rgb[3];
    for (int y = 0; y < s.h; y++)
        for (int x = 0; x < s.w; x++) {
            augment_pixel(&source, &b->draws[place], y, x, rgb);
            for (int c = 0; c < 3; c++)
                *to++ = (double)b->table.value[c][rgb[c]];
        }
}

void ref_fetch(struct backend *b)
{
    for (int n = 0; n < b->n; n++)
        fetch_image(b, b->first + (size_t)n, b->tensor[0] + (size_t)n * ref_count(b->shapes[0]));
    ref_keep(b, b->tensor[0], (size_t)b->n * ref_count(b->shapes[0]));
}
