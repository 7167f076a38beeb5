/* image_check.c - see image_check.h. An image's reason is written by the one thread that took it,
 * and read after all have ended. */
#include "engine/image/image_check.h"

#include "base/err.h"
#include "base/file.h"
#include "base/gate.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/str.h"
#include "engine/image/image_priv.h"
#include "engine/image/store_window_priv.h"

struct work {
    const struct dataset *data;
    struct image_look *looks;
    char **reasons;
    uint64_t *pictures;
    struct gate gate; /* to memory, for all threads together */
};

/* A damaged image is a finding; only want of memory is an error. */
static int check_one(void *context, size_t i, struct err *e)
{
    struct work *w = context;
    char path[FILE_PATH_BYTES];
    struct image image = {0};
    uint64_t in_gate = 0;
    struct err found;
    int bad = str_path(path, sizeof path, w->data->root, w->data->items[i].name);
    if (bad)
        err_set(&found, ERR_FORMAT, "the path is too long");
    else
        bad = image_read_as(&image, path, path, &w->gate, &in_gate, &found);
    if (!bad)
        w->pictures[i] = image_digest(image.rgb, image.height, image.width);
    image_fini(&image);
    gate_leave(&w->gate, in_gate);
    if (!bad && w->looks)
        bad = image_look(&w->looks[i], path, path, &w->gate, &found);
    if (!bad)
        return 0;
    w->reasons[i] = mem_string(found.text);
    if (found.code == ERR_MEMORY || !w->reasons[i])
        return mem_error(e, "decoding images", 0);
    return 0;
}

int image_check_all(const struct image_check *check, char **reasons, uint64_t *pictures,
                    struct err *e)
{
    struct work w = {
        .data = check->data, .looks = check->looks, .reasons = reasons, .pictures = pictures};
    const struct pool_job job = {
        .n = check->data->n,
        .threads = check->threads,
        .work = check_one,
        .context = &w,
        .cancel = check->cancel,
        .progress = check->progress,
        .progress_context = check->context,
    };
    gate_init(&w.gate, store_decode_memory());
    int result = pool_run(&job, e);
    gate_fini(&w.gate);
    return result;
}
