/* images.c - where the images are: all of them on the device, as they are stored, packed; or, where
 * they don't fit or are themselves not all in memory, in a ring of a few batches that is filled
 * while the batch before is computed.
 *
 * The ring has a few stages. A stage holds a batch's crops and no more of its images, in pinned
 * memory and again on the device. The host copies crops into the former in the thread that queues
 * steps: it is otherwise idle, and with a few steps in flight nobody waits for it. Copies to the
 * device are queued beside the steps: MARK_STAGED stands behind a stage's copy, MARK_FETCHED behind
 * the step that reads it. With three stages a copy finds that the stage's last step is over, and so
 * does the host with its last copy, unless the device waits for the host anyway.
 */
#include "cuda/batch_priv.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

#define STAGES 3                      /* of the ring */
#define CHUNK ((size_t)8 << 20)       /* bytes that are copied at once to the device */
#define RESERVE ((uint64_t)256 << 20) /* bytes left free: libraries take memory for themselves */

static size_t crop_bytes(const struct backend *b)
{
    return (size_t)b->shapes[0].h * (size_t)b->shapes[0].w * 3;
}

static size_t stage_bytes(const struct backend *b)
{
    return (size_t)b->most * crop_bytes(b);
}

static size_t image_bytes(const struct image_place *p)
{
    return (size_t)p->height * p->width * 3;
}

/* --- telling a streamed set what is read --- */

static void announce(struct backend *b, size_t end)
{
    struct batch_state *t = b->batching;
    if (end > b->epoch.n)
        end = b->epoch.n;
    if (!t->set.streamed || end <= t->announced)
        return;
    t->set.soon(t->set.context, t->host.order + t->announced, end - t->announced);
    t->announced = end;
}

static void release(struct backend *b, size_t end)
{
    struct batch_state *t = b->batching;
    if (!t->set.streamed || end <= t->released)
        return;
    t->set.done(t->set.context, t->host.order + t->released, end - t->released);
    t->released = end;
}

/* --- a plan --- */

void cuda_images_end(struct backend *b)
{
    struct batch_state *t = b->batching;
    release(b, t->announced);
    t->announced = t->released = t->staged = t->marked = 0;
}

/* That of a sample's batch. */
static size_t stage_of(const struct backend *b, size_t sample)
{
    return sample / (size_t)b->epoch.batch % STAGES;
}

static uint64_t corner_of(const struct image_place *p, const struct augment_draw *d)
{
    return p->offset + ((uint64_t)d->top * p->width + d->left) * 3;
}

/* What is staged is a crop of its own. */
static void plan_crop(struct backend *b, size_t i)
{
    struct batch_state *t = b->batching;
    size_t at = stage_of(b, i) * stage_bytes(b) + i % (size_t)b->epoch.batch * crop_bytes(b);
    t->corner[i] = corner_of(&t->set.place[t->host.order[i]], &t->host.draws[i]);
    t->host.draws[i].top = t->host.draws[i].left = 0;
    t->host.place[i] = (struct state_place){at, b->shapes[0].w};
}

void cuda_images_begin(struct backend *b)
{
    struct batch_state *t = b->batching;
    for (size_t i = 0; i < b->epoch.n; i++)
        if (t->streams)
            plan_crop(b, i);
        else
            t->host.place[i] = (struct state_place){t->offset[t->host.order[i]],
                                                    t->set.place[t->host.order[i]].width};
    announce(b, (size_t)b->epoch.batch);
}

/* --- staging --- */

static void copy_crop(const struct backend *b, size_t sample, uint8_t *to)
{
    const struct batch_state *t = b->batching;
    size_t row = (size_t)b->shapes[0].w * 3,
           line = (size_t)t->set.place[t->host.order[sample]].width * 3;
    const uint8_t *from = t->set.pixels + t->corner[sample];
    for (int y = 0; y < b->shapes[0].h; y++)
        memcpy(to + (size_t)y * row, from + (size_t)y * line, row);
}

/* Copies the batch that begins with sample `staged` into its stage and queues its way on. The next
 * is announced, to be read meanwhile. */
static int fill_stage(struct backend *b, struct err *e)
{
    struct batch_state *t = b->batching;
    size_t first = t->staged, stage = stage_of(b, first), left = b->epoch.n - first;
    size_t n = left < (size_t)b->epoch.batch ? left : (size_t)b->epoch.batch;
    size_t at = stage * stage_bytes(b), bytes = n * crop_bytes(b);
    if (device_wait_mark(b->device, MARK_STAGED + (int)stage, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        copy_crop(b, first + i, t->ring + at + i * crop_bytes(b));
    t->staged += n;
    release(b, t->staged);
    announce(b, t->staged + (size_t)b->epoch.batch);
    return device_aside_after(b->device, MARK_FETCHED + (int)stage, e) ||
                   device_upload_aside(b->device, t->pixels + at, t->ring + at, bytes, e) ||
                   device_mark_aside(b->device, MARK_STAGED + (int)stage, e)
               ? -1
               : 0;
}

/* Marks the end of the step before, which is queued by now: it has read its stage. */
static int mark_last(struct backend *b, struct err *e)
{
    struct batch_state *t = b->batching;
    if (t->marked == b->first)
        return 0;
    t->marked = b->first;
    return device_mark(b->device, MARK_FETCHED + (int)stage_of(b, b->first - 1), e);
}

int cuda_batch_stage(struct backend *b, struct err *e)
{
    struct batch_state *t = b->batching;
    if (!t->streams)
        return 0;
    if (mark_last(b, e))
        return -1;
    while (t->staged < b->epoch.n && t->staged < b->next + (size_t)b->epoch.batch)
        if (fill_stage(b, e))
            return -1;
    return device_after(b->device, MARK_STAGED + (int)stage_of(b, b->first), e);
}

/* --- all images on the device --- */

/* A stream of bytes to the device through two pinned chunks in turn. */
struct transfer {
    struct device *device;
    uint8_t *chunk[2], *to;
    int now;
    size_t filled;
};

static int send_chunk(struct transfer *t, struct err *e)
{
    if (device_upload(t->device, t->to, t->chunk[t->now], t->filled, e) ||
        device_mark(t->device, MARK_STAGED + t->now, e))
        return -1;
    t->to += t->filled;
    t->filled = 0;
    t->now = !t->now;
    return device_wait_mark(t->device, MARK_STAGED + t->now, e);
}

static int send(struct transfer *t, const uint8_t *from, size_t bytes, struct err *e)
{
    while (bytes) {
        size_t take = CHUNK - t->filled < bytes ? CHUNK - t->filled : bytes;
        memcpy(t->chunk[t->now] + t->filled, from, take);
        t->filled += take;
        from += take;
        bytes -= take;
        if (t->filled == CHUNK && send_chunk(t, e))
            return -1;
    }
    return 0;
}

static int send_images(struct backend *b, struct transfer *t, struct err *e)
{
    const struct image_set *set = &b->batching->set;
    uint64_t *offset = b->batching->offset, sum = 0;
    for (size_t i = 0; i < set->n; i++) {
        if (b->spec.cancel && atomic_load(b->spec.cancel))
            return 1;
        if (b->spec.progress && i % 64 == 0)
            b->spec.progress(b->spec.progress_context, "copying images to the device",
                             (double)i / (double)set->n);
        offset[i] = sum;
        sum += image_bytes(&set->place[i]);
        if (send(t, set->pixels + set->place[i].offset, image_bytes(&set->place[i]), e))
            return -1;
    }
    return send_chunk(t, e);
}

static int load(struct backend *b, struct err *e)
{
    struct transfer t = {.device = b->device, .to = b->batching->pixels};
    struct err ignored;
    uint8_t *both = cuda_batch_pin(b, 2 * CHUNK, "images on their way to the device", e);
    if (!both)
        return -1;
    t.chunk[0] = both;
    t.chunk[1] = both + CHUNK;
    int result = send_images(b, &t, e);
    if (device_wait(b->device, result ? &ignored : e))
        result = -1;
    device_unpin(b->device, both);
    return result;
}

/* --- taking a set --- */

static uint64_t bytes_in_use(const struct backend *b)
{
    uint64_t sum = 0;
    for (int i = 0; i < MEMORY_KINDS; i++)
        sum += b->bytes[i];
    return sum;
}

/* Whether so many bytes more can be had on the device and leave room for libraries. */
static bool fits(struct backend *b, uint64_t bytes)
{
    uint64_t free_bytes, all_bytes, most = b->spec.memory_most;
    device_memory(b->device, &free_bytes, &all_bytes);
    return bytes + RESERVE <= free_bytes && (!most || bytes_in_use(b) + bytes <= most);
}

static int check_limit(const struct backend *b, uint64_t more, struct err *e)
{
    char needed[32], limit[32];
    if (!b->spec.memory_most || bytes_in_use(b) + more <= b->spec.memory_most)
        return 0;
    str_bytes(needed, sizeof needed, (double)(bytes_in_use(b) + more));
    str_bytes(limit, sizeof limit, (double)b->spec.memory_most);
    return err_set(e, ERR_MEMORY,
                   "net %s with labels and a few batches of images needs %s of device memory, and "
                   "the limit is %s; a smaller batch or image needs less",
                   b->net.name, needed, limit);
}

void cuda_images_close(struct backend *b)
{
    struct batch_state *t = b->batching;
    cuda_images_end(b);
    device_free(b->device, t->truths);
    device_free(b->device, t->classes);
    device_free(b->device, t->pixels);
    device_unpin(b->device, t->ring);
    mem_free(t->offset);
    mem_free(t->corner);
    t->truths = NULL;
    t->classes = NULL;
    t->pixels = t->ring = NULL;
    t->offset = t->corner = NULL;
    b->bytes[MEMORY_IMAGES] = cuda_batch_bytes(b);
}

static int take_labels(struct backend *b, const float *scores, const int *classes, struct err *e)
{
    struct batch_state *t = b->batching;
    size_t n = t->set.n;
    t->truths = cuda_batch_alloc(b, n * sizeof *scores, "true scores", e);
    if (!t->truths || device_upload(b->device, t->truths, scores, n * sizeof *scores, e))
        return -1;
    b->plan.truths = t->truths;
    b->plan.classes = NULL;
    if (!classes)
        return device_wait(b->device, e);
    b->plan.classes = t->classes = cuda_batch_alloc(b, n * sizeof *classes, "true classes", e);
    if (!t->classes || device_upload(b->device, t->classes, classes, n * sizeof *classes, e))
        return -1;
    return device_wait(b->device, e);
}

static int take_ring(struct backend *b, struct err *e)
{
    struct batch_state *t = b->batching;
    size_t bytes = STAGES * stage_bytes(b), corners = b->spec.plan_most;
    t->corner = mem_alloc(corners, sizeof *t->corner);
    if (!t->corner)
        return mem_error(e, "an epoch's plan", corners * sizeof *t->corner);
    t->pixels = cuda_batch_alloc(b, bytes, "a few batches of images", e);
    t->ring = t->pixels ? cuda_batch_pin(b, bytes, "a few batches of images", e) : NULL;
    return t->ring ? 0 : -1;
}

static int take_all(struct backend *b, uint64_t bytes, struct err *e)
{
    struct batch_state *t = b->batching;
    t->offset = mem_alloc(t->set.n, sizeof *t->offset);
    if (!t->offset)
        return mem_error(e, "places of images", t->set.n * sizeof *t->offset);
    t->pixels = cuda_batch_alloc(b, bytes, "images", e);
    return t->pixels ? load(b, e) : -1;
}

int cuda_batch_images(struct backend *b, const struct image_set *set, const float *scores,
                      const int *classes, struct err *e)
{
    struct batch_state *t = b->batching;
    uint64_t labels = set->n * (sizeof *scores + (classes ? sizeof *classes : 0)), pixels = 0;
    if (device_wait(b->device, e))
        return -1;
    cuda_images_close(b);
    for (size_t i = 0; i < set->n; i++)
        pixels += image_bytes(&set->place[i]);
    t->streams = set->streamed || !fits(b, labels + pixels);
    if (t->streams)
        pixels = STAGES * stage_bytes(b);
    if (check_limit(b, labels + pixels, e))
        return -1;
    b->bytes[MEMORY_IMAGES] += labels + pixels;
    t->set = *set;
    if (take_labels(b, scores, classes, e))
        return -1;
    return t->streams ? take_ring(b, e) : take_all(b, pixels, e);
}
