/* batch.c - an epoch's plan on the device, and the launches that make tensor 0 of its next batch.
 * Where the images lie is images.c's.
 *
 * The plan is copied twice: into pinned memory, from which the device takes it in its own time, and
 * to the device, where every sample of it has its image's number, its draw and its place in the
 * pixels. */
#include "cuda/batch_priv.h"

#include "base/mem.h"
#include "engine/core/batches.h"

#include <string.h>

/* --- memory, for as long as the net is open --- */

void *cuda_batch_alloc(struct backend *b, size_t bytes, const char *what, struct err *e)
{
    void *p = NULL;
    return device_alloc(b->device, bytes, what, &p, e) ? NULL : p;
}

void *cuda_batch_pin(struct backend *b, size_t bytes, const char *what, struct err *e)
{
    void *p = NULL;
    return device_pin(b->device, bytes, what, &p, e) ? NULL : p;
}

static size_t plan_bytes(size_t samples)
{
    return samples * (sizeof(uint32_t) + sizeof(struct augment_draw) + sizeof(struct state_place));
}

/* Of the three arrays the one whose elements are aligned to 8 comes first. */
static void divide(struct batch_plan *p, void *block, size_t samples)
{
    p->place = block;
    p->draws = (struct augment_draw *)(p->place + samples);
    p->order = (uint32_t *)(p->draws + samples);
}

static int open_plan(struct backend *b, struct err *e)
{
    struct batch_state *t = b->batching;
    size_t most = b->spec.plan_most;
    t->plan_block = cuda_batch_alloc(b, plan_bytes(most), "an epoch's plan", e);
    t->host_block =
        t->plan_block ? cuda_batch_pin(b, plan_bytes(most), "an epoch's plan", e) : NULL;
    b->seen =
        t->host_block ? cuda_batch_pin(b, most * sizeof *b->seen, "an epoch's results", e) : NULL;
    if (!b->seen)
        return -1;
    divide(&t->plan, t->plan_block, most);
    divide(&t->host, t->host_block, most);
    b->plan = (struct plan_values){
        .order = t->plan.order, .draws = t->plan.draws, .place = t->plan.place};
    return 0;
}

uint64_t cuda_batch_bytes(const struct backend *b)
{
    return b->spec.probe ? 0 : plan_bytes(b->spec.plan_most);
}

int cuda_batch_open(struct backend *b, struct err *e)
{
    struct state first = {.clip = 1, .loss = b->spec.loss};
    b->batching = mem_alloc(1, sizeof *b->batching);
    if (!b->batching)
        return mem_error(e, "the state of batches", sizeof *b->batching);
    if (!b->spec.probe)
        augment_table(&b->spec.augment, &first.table);
    b->state = cuda_batch_alloc(b, sizeof first, "the state of steps", e);
    if (!b->state || device_upload(b->device, b->state, &first, sizeof first, e) ||
        device_wait(b->device, e))
        return -1;
    return b->spec.probe ? 0 : open_plan(b, e);
}

void cuda_batch_close(struct backend *b)
{
    if (!b->batching)
        return;
    cuda_images_close(b);
    device_free(b->device, b->batching->plan_block);
    device_free(b->device, b->state);
    device_unpin(b->device, b->batching->host_block);
    device_unpin(b->device, b->seen);
    mem_free(b->batching);
    b->batching = NULL;
}

/* --- the plan --- */

static int upload_plan(struct backend *b, struct err *e)
{
    const struct batch_state *t = b->batching;
    size_t n = b->epoch.n;
    return device_upload(b->device, t->plan.order, t->host.order, n * sizeof *t->host.order, e) ||
                   device_upload(b->device, t->plan.draws, t->host.draws, n * sizeof *t->host.draws,
                                 e) ||
                   device_upload(b->device, t->plan.place, t->host.place, n * sizeof *t->host.place,
                                 e)
               ? -1
               : 0;
}

/* Nothing is in flight, so the wait is only for copies of a plan of which no step was run. */
int cuda_batch_begin(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    struct batch_state *t = b->batching;
    if (device_wait(b->device, e))
        return -1;
    cuda_images_end(b);
    b->epoch = *plan;
    b->epoch.order = NULL;
    b->epoch.draws = NULL;
    b->next = 0;
    if (b->spec.probe) { /* so that input and output gradient can be set before the step */
        b->n = plan->batch;
        b->batch = batches_place(b->batches, b->n_batches, b->n);
    } else {
        memcpy(t->host.order, plan->order, plan->n * sizeof *plan->order);
        memcpy(t->host.draws, plan->draws, plan->n * sizeof *plan->draws);
        cuda_images_begin(b);
        if (upload_plan(b, e))
            return -1;
    }
    return QUEUE(b, e, begin_plan, b->state, (float)plan->learning_rate);
}

void cuda_batch_next(struct backend *b)
{
    size_t left = b->epoch.n - b->next, batch = (size_t)b->epoch.batch;
    b->n = (int)(left < batch ? left : batch);
    b->batch = batches_place(b->batches, b->n_batches, b->n);
    b->first = b->next;
    b->next += (size_t)b->n;
}

int cuda_batch_fetch(struct backend *b, struct err *e)
{
    struct net_shape s = b->shapes[0];
    struct map m = {b->n, s.h, s.w, s.c};
    if (QUEUE(b, e, next_batch, b->state, b->n))
        return -1;
    if (b->spec.probe)
        return 0;
    return QUEUE(b, e, fetch, b->type, b->state, b->plan, b->batching->pixels, m, b->tensor[0]);
}
