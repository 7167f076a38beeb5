/* batch.c - images, labels and the plan of an epoch: copied where they may change, and fetched
 * batch by batch, augmented and normalised. */
#include "cpu/augment_rows.h"
#include "cpu/cpu.h"

#include "base/mem.h"
#include "engine/core/batches.h"

#include <string.h>

/* --- images that don't all fit in memory --- */

/* Tells the image set that samples of the plan, up to `end`, will be read. */
static void announce(struct backend *b, size_t end)
{
    if (end > b->epoch.n)
        end = b->epoch.n;
    if (!b->images.streamed || end <= b->announced)
        return;
    b->images.soon(b->images.context, b->order + b->announced, end - b->announced);
    b->announced = end;
}

/* Tells it that those announced have been read, or won't be, up to `end`. */
static void release(struct backend *b, size_t end)
{
    if (!b->images.streamed || end <= b->released)
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

int batch_images(struct backend *b, const struct image_set *set, const float *scores,
                 const int *classes, struct err *e)
{
    uint64_t bytes = set->n * (sizeof *scores + (classes ? sizeof *classes : 0));
    if (memory_labels(b, bytes, e))
        return -1;
    float *label = mem_copy(scores, set->n * sizeof *scores);
    int *label_class = classes ? mem_copy(classes, set->n * sizeof *classes) : NULL;
    if (!label || (classes && !label_class)) {
        mem_free(label);
        mem_free(label_class);
        return mem_error(e, "labels", bytes);
    }
    batch_end(b);
    mem_free(b->label);
    mem_free(b->label_class);
    b->label = label;
    b->label_class = label_class;
    b->images = *set;
    augment_table(&b->spec.augment, &b->table);
    return 0;
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
    b->batch = batches_place(b->batches, b->n_batches, b->n);
    b->first = b->next;
    b->next += (size_t)b->n;
}

int batch_begin(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    (void)e;
    batch_end(b);
    b->epoch = *plan;
    b->epoch.order = NULL;
    b->epoch.draws = NULL;
    b->next = 0;
    if (b->spec.probe) { /* so that input and output gradient can be set before the step */
        b->n = plan->batch;
        b->batch = batches_place(b->batches, b->n_batches, b->n);
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
