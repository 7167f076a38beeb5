/* image_crop.c - see image_crop.h. An image's square and reason are written by the one thread that
 * took it, and read after all have ended. */
#include "engine/image/image_crop.h"

#include "base/err.h"
#include "base/gate.h"
#include "base/mem.h"
#include "base/pool.h"
#include "engine/core/augment.h"
#include "engine/image/image_priv.h"
#include "engine/image/store_window_priv.h"

#include <string.h>

struct work {
    const struct image_crop_job *job;
    uint8_t *pixels;
    char **reasons;
    struct gate gate; /* to memory, for all threads together */
};

static void cut_out(uint8_t *to, const struct image *from, int side)
{
    const struct augment_spec spec = {.height = side, .width = side};
    const struct augment_draw at = augment_centre(&spec, from->height, from->width);
    size_t row = (size_t)side * 3;
    for (int y = 0; y < side; y++)
        memcpy(to + (size_t)y * row,
               from->rgb + ((size_t)(at.top + y) * (size_t)from->width + (size_t)at.left) * 3, row);
}

static int resize_and_cut(uint8_t *to, const struct image *whole, const struct image_crop_job *job,
                          const char *path, struct err *e)
{
    struct image small;
    int height, width;
    image_shorter_side(whole->height, whole->width, job->shorter_side, &height, &width);
    if (height > IMAGE_MAX_SIDE || width > IMAGE_MAX_SIDE)
        return err_set(e, ERR_FORMAT, "%s: %d x %d pixels are too long and narrow", path,
                       whole->width, whole->height);
    if (image_resize(&small, whole, height, width, e))
        return -1;
    cut_out(to, &small, job->side);
    image_fini(&small);
    return 0;
}

/* A damaged image is a finding; only want of memory is an error. */
static int crop_one(void *context, size_t i, struct err *e)
{
    struct work *w = context;
    const struct image_crop_job *job = w->job;
    size_t bytes = (size_t)job->side * (size_t)job->side * 3;
    struct image whole = {0};
    uint64_t in_gate = 0;
    struct err found;
    int bad = image_read_as(&whole, job->paths[i], job->paths[i], &w->gate, &in_gate, &found);
    if (!bad)
        bad = resize_and_cut(w->pixels + i * bytes, &whole, job, job->paths[i], &found);
    image_fini(&whole);
    gate_leave(&w->gate, in_gate);
    if (!bad)
        return 0;
    w->reasons[i] = mem_string(found.text);
    if (found.code == ERR_MEMORY || !w->reasons[i])
        return mem_error(e, "decoding images", 0);
    return 0;
}

int image_crop_all(const struct image_crop_job *job, uint8_t *pixels, char **reasons, struct err *e)
{
    struct work w = {.job = job, .pixels = pixels, .reasons = reasons};
    const struct pool_job pool = {
        .n = job->n,
        .threads = job->threads,
        .work = crop_one,
        .context = &w,
        .cancel = job->cancel,
    };
    memset(reasons, 0, job->n * sizeof *reasons);
    gate_init(&w.gate, store_decode_memory());
    int result = pool_run(&pool, e);
    gate_fini(&w.gate);
    return result;
}
