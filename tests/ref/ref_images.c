/* ref_images.c - the images a net sees: the decoded set, an epoch's plan, and one batch of it
 * augmented and normalised. Everything a caller hands over is checked here. */
#include "tests/ref/ref_priv.h"

#include "base/mem.h"

#include <string.h>

static int check_set(const struct backend *b, const struct image_set *set, const int *classes,
                     struct err *e)
{
    int needed = b->spec.loss.classes;
    if (b->spec.probe)
        return err_set(e, ERR_STATE, "a probe takes its input by set, not from images");
    if (!set->n || !set->pixels || !set->place)
        return err_set(e, ERR_USAGE, "there are no images to train or evaluate on");
    if (needed && !classes)
        return err_set(e, ERR_USAGE, "the loss has %d classes, but no image has one", needed);
    for (size_t i = 0; needed && i < set->n; i++)
        if (classes[i] < 0 || classes[i] >= needed)
            return err_set(e, ERR_USAGE, "image %zu is of class %d; allowed are 0 to %d", i,
                           classes[i], needed - 1);
    for (size_t i = 0; i < set->n; i++)
        if (set->place[i].height < b->shapes[0].h || set->place[i].width < b->shapes[0].w)
            return err_set(e, ERR_USAGE, "image %zu is %dx%d, smaller than the net's input %dx%d",
                           i, set->place[i].height, set->place[i].width, b->shapes[0].h,
                           b->shapes[0].w);
    return 0;
}

int ref_images(struct backend *b, const struct image_set *set, const float *scores,
               const int *classes, struct err *e)
{
    if (check_set(b, set, classes, e))
        return -1;
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

static bool listed(const struct backend *b, int batch)
{
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        if (batch > 0 && b->spec.batches[i] == batch)
            return true;
    return false;
}

static int check_draw(const struct backend *b, uint32_t image, const struct augment_draw *d,
                      struct err *e)
{
    if (image >= b->images.n)
        return err_set(e, ERR_USAGE, "the plan names image %u of %zu", image, b->images.n);
    const struct image_place *p = &b->images.place[image];
    if (!augment_fits(&b->spec.augment, d, p->height, p->width))
        return err_set(e, ERR_USAGE,
                       "a crop of %dx%d at %d,%d leaves image %u of %dx%d, or cannot be augmented "
                       "as was drawn",
                       b->shapes[0].h, b->shapes[0].w, d->top, d->left, image, p->height, p->width);
    return 0;
}

static int check_plan(const struct backend *b, const struct backend_plan *plan, struct err *e)
{
    int rest = plan->batch > 0 ? (int)(plan->n % (size_t)plan->batch) : 0;
    if (!plan->n || !listed(b, plan->batch) || (rest && !listed(b, rest)))
        return err_set(e, ERR_USAGE,
                       "a plan of %zu samples in batches of %d needs batch sizes that the backend "
                       "was not opened for",
                       plan->n, plan->batch);
    if (b->spec.probe)
        return plan->n == (size_t)plan->batch
                   ? 0
                   : err_set(e, ERR_USAGE,
                             "a probe has one batch, not %zu samples in batches of %d", plan->n,
                             plan->batch);
    if (!b->images.n)
        return err_set(e, ERR_STATE, "an epoch begins before there are images");
    for (size_t i = 0; i < plan->n; i++)
        if (check_draw(b, plan->order[i], &plan->draws[i], e))
            return -1;
    return 0;
}

/* Grows the copies of order and draws. */
static int plan_room(struct backend *b, size_t n, struct err *e)
{
    if (n <= b->plan_room)
        return 0;
    uint32_t *order = mem_resize(b->order, n, sizeof *order);
    if (order)
        b->order = order;
    struct augment_draw *draws = mem_resize(b->draws, n, sizeof *draws);
    if (draws)
        b->draws = draws;
    if (!order || !draws)
        return mem_error(e, "an epoch's plan", n * sizeof *order);
    b->plan_room = n;
    return 0;
}

int ref_epoch(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    if (check_plan(b, plan, e) || (!b->spec.probe && plan_room(b, plan->n, e)))
        return -1;
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
}
