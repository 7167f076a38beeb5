/* batch.c - images, labels and the plan of an epoch: checked, copied where they may change, and
 * fetched batch by batch, augmented and normalised. */
#include "cpu/cpu.h"
#include "cpu/augment_rows.h"

#include "base/mem.h"

#include <string.h>

/* --- images that don't all fit in memory --- */

/* Tells the image set that samples of the plan, up to `end`, will be read. */
static void announce(struct backend *b, size_t end)
{
    if (end > b->epoch.n)
        end = b->epoch.n;
    if (!b->images.soon || end <= b->announced)
        return;
    b->images.soon(b->images.context, b->order + b->announced, end - b->announced);
    b->announced = end;
}

/* Tells it that those announced have been read, or won't be, up to `end`. */
static void release(struct backend *b, size_t end)
{
    if (!b->images.done || end <= b->released)
        return;
    b->images.done(b->images.context, b->order + b->released, end - b->released);
    b->released = end;
}

void batch_end(struct backend *b)
{
    if (b->coming.n)
        prefetch_drop(b->coming.thread);
    b->coming.n = 0;
    release(b, b->announced);
    b->announced = b->released = 0;
}

/* --- images and plans --- */

static int check_images(const struct backend *b, const struct image_set *set, const int *classes,
                        struct err *e)
{
    int needed = b->spec.loss.classes;
    struct net_shape input = b->shapes[0];
    if (b->spec.probe)
        return err_set(e, ERR_STATE, "a probe takes its input by set, not from images");
    if (b->started != b->collected)
        return err_set(e, ERR_STATE, "images cannot change while a step is in flight");
    if (!set->n || !set->pixels || !set->place)
        return err_set(e, ERR_USAGE, "there are no images to train or evaluate on");
    if (needed && !classes)
        return err_set(e, ERR_USAGE, "the loss has %d classes, but no image has one", needed);
    for (size_t i = 0; needed && i < set->n; i++)
        if (classes[i] < 0 || classes[i] >= needed)
            return err_set(e, ERR_USAGE, "image %zu is of class %d; allowed are 0 to %d", i,
                           classes[i], needed - 1);
    for (size_t i = 0; i < set->n; i++)
        if (set->place[i].height < input.h || set->place[i].width < input.w)
            return err_set(e, ERR_USAGE, "image %zu is %dx%d, smaller than the net's input %dx%d",
                           i, set->place[i].height, set->place[i].width, input.h, input.w);
    return 0;
}

int batch_images(struct backend *b, const struct image_set *set, const float *scores,
                 const int *classes, struct err *e)
{
    if (check_images(b, set, classes, e))
        return -1;
    float *label = mem_copy(scores, set->n * sizeof *scores);
    int *label_class = classes ? mem_copy(classes, set->n * sizeof *classes) : NULL;
    if (!label || (classes && !label_class)) {
        mem_free(label);
        mem_free(label_class);
        return mem_error(e, "labels", set->n * sizeof *scores);
    }
    batch_end(b);
    mem_free(b->label);
    mem_free(b->label_class);
    b->label = label;
    b->label_class = label_class;
    b->images = *set;
    b->epoch.n = b->next = 0; /* a plan of the former images no longer holds */
    augment_table(&b->spec.augment, &b->table);
    return 0;
}

static bool planned(const struct backend *b, int batch)
{
    for (int i = 0; i < b->n_batches; i++)
        if (b->batches[i] == batch)
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
    if (!plan->n || !planned(b, plan->batch) || (rest && !planned(b, rest)))
        return err_set(e, ERR_USAGE,
                       "a plan of %zu samples in batches of %d needs batch sizes that the backend "
                       "was not opened for",
                       plan->n, plan->batch);
    if (b->spec.probe && plan->n != (size_t)plan->batch)
        return err_set(e, ERR_USAGE, "a probe has one batch, not %zu samples in batches of %d",
                       plan->n, plan->batch);
    if (b->spec.probe)
        return 0;
    if (!b->images.n)
        return err_set(e, ERR_STATE, "an epoch begins before there are images");
    for (size_t i = 0; i < plan->n; i++)
        if (check_draw(b, plan->order[i], &plan->draws[i], e))
            return -1;
    return 0;
}

/* Grows the copies of order and draws. */
static int make_room(struct backend *b, size_t n, struct err *e)
{
    if (n <= b->epoch_room)
        return 0;
    uint32_t *order = mem_resize(b->order, n, sizeof *order);
    if (order)
        b->order = order;
    struct augment_draw *draws = mem_resize(b->draws, n, sizeof *draws);
    if (draws)
        b->draws = draws;
    if (!order || !draws)
        return mem_error(e, "an epoch's plan", n * sizeof *draws);
    b->epoch_room = n;
    return 0;
}

/* The number of a batch size in the list. */
static int batch_number(const struct backend *b, int n)
{
    int i = 0;
    while (i < b->n_batches - 1 && b->batches[i] != n)
        i++;
    return i;
}

/* Samples of the batch that begins with the next; 0 when the plan is done. */
static int next_batch(const struct backend *b)
{
    size_t left = b->epoch.n - b->next;
    return left < (size_t)b->epoch.batch ? (int)left : b->epoch.batch;
}

void batch_next(struct backend *b)
{
    b->n = next_batch(b);
    b->batch = batch_number(b, b->n);
    b->first = b->next;
    b->next += (size_t)b->n;
}

int batch_begin(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    if (b->started != b->collected)
        return err_set(e, ERR_STATE, "an epoch begins while a step is in flight");
    if (check_plan(b, plan, e))
        return -1;
    batch_end(b);
    if (!b->spec.probe && make_room(b, plan->n, e))
        return -1;
    b->epoch = *plan;
    b->epoch.order = NULL;
    b->epoch.draws = NULL;
    b->next = 0;
    b->forwarded = false;
    if (b->spec.probe) { /* so that input and output gradient can be set before the step */
        b->n = plan->batch;
        b->batch = batch_number(b, b->n);
        return 0;
    }
    memcpy(b->order, plan->order, plan->n * sizeof *b->order);
    memcpy(b->draws, plan->draws, plan->n * sizeof *b->draws);
    announce(b, (size_t)plan->batch);
    return 0;
}

/* --- fetching --- */

/* Row r of a batch that begins with the plan's sample `first`. */
static void fetch_row_of(const struct backend *b, size_t first, int r, float *images)
{
    struct net_shape s = b->shapes[0];
    size_t place = first + (size_t)(r / s.h);
    const struct image_place *p = &b->images.place[b->order[place]];
    const struct augment_source source = {b->images.pixels + p->offset, p->width, s.h, s.w};
    augment_row(b->isa, &source, &b->draws[place], &b->table, r % s.h,
                images + (size_t)r * (size_t)s.w * 3);
}

static void fetch_coming(const void *context, int r)
{
    const struct backend *b = context;
    fetch_row_of(b, b->coming.first, r, b->coming.images);
}

bool batch_overlaps(const struct backend *b)
{
    return b->threads > 1 && !b->spec.probe;
}

/* Begins with the batch after this one. */
static void fetch_ahead(struct backend *b)
{
    struct coming *c = &b->coming;
    c->first = b->next;
    c->n = c->thread ? next_batch(b) : 0;
    if (c->n)
        prefetch_begin(c->thread, c->n * b->shapes[0].h, fetch_coming, b);
}

/* The next batch is announced and begun last, and read while this one is computed. */
void batch_fetch(struct backend *b)
{
    struct coming *c = &b->coming;
    if (c->n) {
        prefetch_end(c->thread);
        float *images = c->images;
        c->images = b->tensor[0];
        b->tensor[0] = images;
    } else {
#pragma omp parallel for schedule(static)
        for (int r = 0; r < b->n * b->shapes[0].h; r++)
            fetch_row_of(b, b->first, r, b->tensor[0]);
    }
    release(b, b->first + (size_t)b->n);
    announce(b, b->next + (size_t)b->epoch.batch);
    fetch_ahead(b);
}
