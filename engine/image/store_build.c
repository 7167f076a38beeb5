/* store_build.c - decoding all images of a data set into one file.
 *
 * 1. Headers are read, so that every image's place in the file is known before the first is
 * decoded.
 * 2. The file is made under a name of this process alone and its space reserved: a full disk is
 *    noticed now, not after minutes of decoding.
 * 3. Threads take images from a counter, decode, resize and write each at its place.
 * 4. Tables are written, the file is synced and renamed. Two processes may build the same file at
 *    once: the contents are the same, whoever comes last wins, a mapping of the other stays valid.
 *
 * Where no file can be written the same is made in memory, as a file without a name.
 *
 * The temporary file is locked while it is written, so that files left by a killed process can be
 * told from those in use, and removed.
 */
#include "engine/image/store_priv.h"

#include "base/gate.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/str.h"
#include "engine/image/image_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct build {
    const struct store_request *request;
    const char *path, *folder; /* path NULL: in memory */
    struct file_new file;
    int fd;       /* of the file, or of the memory */
    bool refused; /* it was the file that failed, and not an image */
    struct store_header header;
    struct image_place *places;
    struct gate gate;           /* to memory, for all threads together */
    uint64_t *digests;          /* as in the file */
    struct store_bad **reasons; /* by place; NULL for a good image; each written by one thread */
    struct store_bad *bad;      /* those, gathered */
};

/* A damaged image is remembered, not an error of the build; what the system or memory refuses is.
 */
static int note_damage(struct build *b, size_t i, const struct err *damage, struct err *e)
{
    struct image_place *place = &b->places[i];
    if (damage->code != ERR_FORMAT)
        return err_set(e, damage->code, "%s", damage->text);
    struct store_bad *bad = mem_alloc(1, sizeof *bad);
    if (!bad)
        return mem_error(e, "a damaged image's reason", sizeof *bad);
    bad->place = (uint32_t)i;
    str_copy(bad->reason, sizeof bad->reason, damage->text);
    b->reasons[i] = bad;
    place->height = place->width = (uint16_t)b->request->shorter_side;
    place->grey = 0;
    b->digests[i] = 0;
    return 0;
}

static int image_path(const struct build *b, size_t i, char to[FILE_PATH_BYTES], struct err *e)
{
    const struct dataset *d = b->request->data;
    if (!str_path(to, FILE_PATH_BYTES, d->root, d->items[i].name))
        return 0;
    return err_set(e, ERR_FORMAT, "the path of image '%.80s...' is too long", d->items[i].name);
}

/* --- headers --- */

static int stored_size(const struct build *b, int height, int width, const char *name,
                       struct image_place *place, struct err *e)
{
    int to_height, to_width;
    image_shorter_side(height, width, b->request->shorter_side, &to_height, &to_width);
    if (to_height > IMAGE_MAX_SIDE || to_width > IMAGE_MAX_SIDE)
        return err_set(e, ERR_FORMAT,
                       "%s: %d x %d pixels are too long and narrow: with a shorter side of %d the "
                       "longer one would be above %d",
                       name, width, height, b->request->shorter_side, IMAGE_MAX_SIDE);
    place->height = (uint16_t)to_height;
    place->width = (uint16_t)to_width;
    return 0;
}

static int measure(void *context, size_t i, struct err *e)
{
    struct build *b = context;
    const char *name = b->request->data->items[i].name;
    char path[FILE_PATH_BYTES];
    struct err damage;
    int height, width;
    if (image_path(b, i, path, e))
        return -1;
    if (image_measure(&height, &width, path, name, &b->gate, &damage) ||
        stored_size(b, height, width, name, &b->places[i], &damage))
        return note_damage(b, i, &damage, e);
    return 0;
}

/* --- pixels --- */

static int decode(struct build *b, size_t i, struct image *out, struct err *e)
{
    const char *name = b->request->data->items[i].name;
    struct image_place now, *place = &b->places[i];
    char path[FILE_PATH_BYTES];
    struct image whole;
    uint64_t in_gate;
    memset(out, 0, sizeof *out);
    if (image_path(b, i, path, e) || image_read_as(&whole, path, name, &b->gate, &in_gate, e))
        return -1;
    int result = stored_size(b, whole.height, whole.width, name, &now, e);
    if (!result && (now.height != place->height || now.width != place->width))
        result = err_set(e, ERR_IO, "%s: was changed while it was read; try again", path);
    if (!result)
        b->digests[i] = image_digest(whole.rgb, whole.height, whole.width);
    if (!result)
        result = image_resize(out, &whole, place->height, place->width, e);
    image_fini(&whole);
    gate_leave(&b->gate, in_gate);
    return result;
}

static int cannot_write(struct build *b, int number, struct err *e)
{
    char need[32], free_text[48] = "";
    struct statvfs fs;
    str_bytes(need, sizeof need, (double)b->header.file_bytes);
    b->refused = true;
    if (!b->path)
        return err_errno(e, number, "they need %s", need);
    if (!statvfs(b->folder, &fs)) {
        char left[32];
        str_bytes(left, sizeof left, (double)fs.f_bavail * (double)fs.f_frsize);
        snprintf(free_text, sizeof free_text, ", %s are free", left);
    }
    err_errno(e, number,
              "decoded images need %s in %s%s; make room or choose another folder with --cache",
              need, b->folder, free_text);
    if (e && number == EFBIG)
        e->code = ERR_FULL;
    return -1;
}

static int decode_and_write(void *context, size_t i, struct err *e)
{
    struct build *b = context;
    struct image image;
    struct err damage;
    if (b->reasons[i])
        return 0;
    if (decode(b, i, &image, &damage))
        return note_damage(b, i, &damage, e);
    b->places[i].grey = image_grey_mean(&image);
    b->digests[b->header.n + i] = image_digest(image.rgb, image.height, image.width);
    int failed = file_write_at(b->fd, image.rgb, (size_t)image.height * (size_t)image.width * 3,
                               b->header.pixels_at + b->places[i].offset);
    image_fini(&image);
    return failed ? cannot_write(b, failed, e) : 0;
}

/* --- the file --- */

static void lay_out(struct build *b)
{
    struct store_header *h = &b->header;
    h->pixels_at = store_pixels_at(h->n);
    h->pixels_bytes = 0;
    for (size_t i = 0; i < h->n; i++) {
        b->places[i].offset = h->pixels_bytes;
        h->pixels_bytes += (uint64_t)b->places[i].height * b->places[i].width * 3;
    }
    h->bad_at = h->file_bytes = h->pixels_at + h->pixels_bytes;
}

/* What processes that are gone left half built. */
static int remove_half(void *context, const struct store_unused *file, struct err *e)
{
    (void)context;
    (void)e;
    if (file->half)
        store_remove(file->path, INFINITY);
    return 0;
}

/* As much as may stay in memory of a file that is read in part. */
static int make_memory(struct build *b, struct err *e)
{
    char need[32], most[32];
    uint64_t limit = b->request->memory_bytes ? b->request->memory_bytes : store_memory();
    str_bytes(need, sizeof need, (double)b->header.file_bytes);
    str_bytes(most, sizeof most, (double)limit);
    b->refused = b->header.file_bytes > limit;
    if (b->refused)
        return err_set(e, ERR_MEMORY, "they need %s, and %s may be used", need, most);
    b->fd = memfd_create("combolab images", MFD_CLOEXEC);
    if (b->fd < 0 || ftruncate(b->fd, (off_t)b->header.file_bytes))
        return cannot_write(b, errno, e);
    return 0;
}

static int make_file(struct build *b, struct err *e)
{
    if (!b->path)
        return make_memory(b, e);
    store_unused(b->folder, INFINITY, remove_half, NULL, NULL);
    int failed = file_new_open(&b->file, b->path, STORE_TEMPORARY);
    if (failed)
        return cannot_write(b, failed, e);
    b->fd = b->file.fd;
    /* Without locks (some network disks) the age alone protects the file. */
    flock(b->file.fd, LOCK_EX | LOCK_NB);
    failed = posix_fallocate(b->file.fd, 0, (off_t)b->header.file_bytes);
    if (failed == EOPNOTSUPP || failed == EINVAL)
        failed = 0;
    return failed ? cannot_write(b, failed, e) : 0;
}

static int gather_bad(struct build *b, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < b->header.n; i++)
        n += b->reasons[i] != NULL;
    b->bad = mem_alloc(n, sizeof *b->bad);
    if (!b->bad)
        return mem_error(e, "the list of damaged images", n * sizeof *b->bad);
    n = 0;
    for (size_t i = 0; i < b->header.n; i++)
        if (b->reasons[i])
            b->bad[n++] = *b->reasons[i];
    b->header.bad = n;
    b->header.file_bytes = b->header.bad_at + n * sizeof *b->bad;
    return 0;
}

static int finish_file(struct build *b, struct err *e)
{
    struct store_header *h = &b->header;
    if (gather_bad(b, e))
        return -1;
    h->checksum = store_checksum(h, b->places, b->digests, b->bad);
    int failed = file_write_at(b->fd, b->bad, (size_t)h->bad * sizeof *b->bad, h->bad_at);
    if (!failed)
        failed = file_write_at(b->fd, b->places, (size_t)h->n * sizeof *b->places, sizeof *h);
    if (!failed)
        failed = file_write_at(b->fd, b->digests, (size_t)h->n * 2 * sizeof *b->digests,
                               sizeof *h + h->n * sizeof *b->places);
    if (!failed)
        failed = file_write_at(b->fd, h, sizeof *h, 0);
    /* Where space could not be reserved, a file that ends in a placeholder is too short yet. */
    if (!failed && ftruncate(b->fd, (off_t)h->file_bytes))
        failed = errno;
    if (!failed && b->path)
        failed = file_new_commit(&b->file, true);
    return failed ? cannot_write(b, failed, e) : 0;
}

static int run(struct build *b, int (*work)(void *, size_t, struct err *), bool report,
               struct err *e)
{
    const struct store_request *r = b->request;
    struct pool_job job = {.n = r->data->n,
                           .threads = r->threads,
                           .work = work,
                           .context = b,
                           .cancel = r->cancel,
                           .progress = report ? r->progress : NULL,
                           .progress_context = r->context};
    return pool_run(&job, e);
}

static int build(struct build *b, struct err *e)
{
    size_t n = b->request->data->n;
    b->places = mem_alloc(n, sizeof *b->places);
    b->digests = mem_alloc(n, 2 * sizeof *b->digests);
    b->reasons = mem_alloc(n, sizeof *b->reasons);
    if (!b->places || !b->digests || !b->reasons)
        return mem_error(e, "the table of decoded images", n * sizeof *b->places);
    if (b->request->progress)
        b->request->progress(b->request->context, 0, n);
    int result = run(b, measure, false, e);
    if (result)
        return result;
    lay_out(b);
    result = make_file(b, e);
    if (!result)
        result = run(b, decode_and_write, true, e);
    return result ? result : finish_file(b, e);
}

int store_build(const char *path, const char *folder, const struct store_request *request,
                const struct store_key *key, int *fd, bool *refused, struct err *e)
{
    struct build b = {.request = request,
                      .path = path,
                      .folder = folder,
                      .file = {.fd = -1, .folder = -1},
                      .fd = -1};
    memcpy(b.header.magic, STORE_MAGIC, sizeof b.header.magic);
    b.header.version = STORE_VERSION;
    b.header.order = STORE_ORDER;
    b.header.key = *key;
    b.header.n = request->data->n;
    b.header.shorter_side = (uint32_t)request->shorter_side;
    gate_init(&b.gate, store_decode_memory());
    int result = build(&b, e);
    gate_fini(&b.gate);
    file_new_fini(&b.file);
    if (!path && result && b.fd >= 0)
        close(b.fd);
    *fd = path || result ? -1 : b.fd;
    *refused = b.refused;
    for (size_t i = 0; b.reasons && i < request->data->n; i++)
        mem_free(b.reasons[i]);
    mem_free(b.reasons);
    mem_free(b.places);
    mem_free(b.digests);
    mem_free(b.bad);
    return result;
}
