/* store_check.c - whether a store's pixels are those that were decoded: by the digests beside them.
 *
 * A disk, a crash or another program may put zeros where pixels were, and sizes and tables still
 * agree. Opening looks at a few images all over the file; store_check at each before it is first
 * used; store_report at all. The opener's thread, but for the threads of store_report.
 */
#include "engine/image/store_priv.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/str.h"
#include "engine/image/image.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_IMAGES 64
#define LOOK_S 0.5 /* a slow disk is not waited for */

/* Damaged images of the data set have no digest, and are never used. */
static bool is_good(struct store *s, size_t i)
{
    const struct image_place *p = &s->places[i];
    uint64_t digest = s->digests[s->header.n + i];
    if (!s->checked[i] && digest)
        s->checked[i] = image_digest(s->set.pixels + p->offset, p->height, p->width) == digest;
    return s->checked[i] || !digest;
}

int store_check_some(struct store *s)
{
    size_t n = s->set.n, looks = n < LOOK_IMAGES ? n : LOOK_IMAGES, done = 0, bad = 0;
    double until_s = clock_s() + LOOK_S;
    for (; done < looks && clock_s() < until_s; done++)
        bad += !is_good(s, done * n / looks);
    if (!bad)
        return 0;
    snprintf(s->warning, sizeof s->warning,
             "decoded again: of %zu decoded images looked at in %s, %zu were damaged", done,
             s->path, bad);
    return 1;
}

int store_check(struct store *s, const uint32_t *images, size_t n, struct err *e)
{
    for (size_t k = 0; k < n; k++) {
        if (is_good(s, images[k]))
            continue;
        unlink(s->path);
        return err_set(e, ERR_IO,
                       "%s: the decoded image %u is damaged; the file is removed, so that the "
                       "images are decoded again: resume the run, and look after the disk",
                       s->path, images[k] + 1);
    }
    return 0;
}

/* --- all of it --- */

static int look(void *context, size_t i, struct err *e)
{
    (void)e;
    is_good(context, i);
    return 0;
}

static void count(struct store_report *out, const struct store *s, const uint64_t *pictures)
{
    for (size_t i = 0; i < s->set.n; i++) {
        out->damaged += !s->checked[i] && s->digests[s->header.n + i];
        out->different += s->digests[i] != pictures[i];
    }
}

static int report(struct store_report *out, struct store *s, const struct store_request *r,
                  const uint64_t *pictures, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    struct store_key key;
    bool refused;
    if (store_find(s, &key, folder, r, &refused, e))
        return -1;
    str_copy(out->path, sizeof out->path, s->path);
    int result = store_map(s, &key, r->data->n, r->shorter_side, e);
    out->found = !result || s->warning[0];
    out->damaged = s->warning[0] ? r->data->n : 0;
    if (result)
        return result > 0 ? 0 : -1;
    const struct pool_job job = {
        .n = s->set.n, .threads = r->threads, .work = look, .context = s, .cancel = r->cancel};
    result = pool_run(&job, e);
    if (!result)
        count(out, s, pictures);
    return result;
}

int store_report(struct store_report *out, const struct store_request *request,
                 const uint64_t *pictures, struct err *e)
{
    struct store s = {.fd = -1};
    memset(out, 0, sizeof *out);
    int result = report(out, &s, request, pictures, e);
    store_unmap(&s);
    if (!result && (out->damaged || out->different))
        unlink(out->path);
    return result;
}
