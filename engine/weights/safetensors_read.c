/* safetensors_read.c - reads a safetensors file and believes nothing in it.
 *
 * Order: size of the file -> length of the header -> JSON -> every entry's dtype, shape and offsets
 * -> offsets against each other and the file's size -> only then memory for data. What a file costs
 * before that is bounded by the header's bound; data may be looked at in pieces
 * (weights_load_part), since a file with holes is large without taking space.
 */
#include "engine/weights/source.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The net of most tensors has 700 with their momenta, of 150 bytes each. JSON takes forty times its
 * text in memory, so the reference implementation's 100 MB are too many to believe. */
#define HEADER_MOST_BYTES (4u << 20)
#define PATH_BYTES 4096
#define PIECE_BYTES 16384 /* of elements on their way to float32 */

/* What one header entry says. */
struct entry {
    const char *name; /* the header's */
    const struct weights_dtype *dtype;
    int rank, dims[4];
    uint64_t begin, end; /* bytes within the data */
};

struct reader {
    const char *path;
    int fd;
    uint64_t file_bytes, data_bytes;
    json_t *header;
    struct entry *entries; /* ascending by offset once checked */
    size_t n;
};

static int read_all(struct reader *r, void *to, size_t count, struct err *e)
{
    char *at = to;
    while (count) {
        ssize_t n = read(r->fd, at, count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "%s cannot be read", r->path);
        if (n == 0)
            return err_set(e, ERR_FORMAT, "%s became shorter while it was read", r->path);
        at += n;
        count -= (size_t)n;
    }
    return 0;
}

static int open_file(struct reader *r, struct err *e)
{
    struct stat s;
    /* Without waiting for the writer of a pipe; regular files know no difference. */
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (r->fd < 0 || fstat(r->fd, &s))
        return err_errno(e, errno, "%s cannot be read", r->path);
    if (!S_ISREG(s.st_mode))
        return err_set(e, ERR_FORMAT, "%s is no regular file", r->path);
    r->file_bytes = (uint64_t)s.st_size;
    return 0;
}

static int read_header(struct reader *r, struct err *e)
{
    uint64_t length;
    if (r->file_bytes < sizeof length)
        return err_set(e, ERR_FORMAT,
                       "%s is no safetensors file: it has %" PRIu64
                       " bytes, the length of its header alone takes 8",
                       r->path, r->file_bytes);
    if (read_all(r, &length, sizeof length, e))
        return -1;
    uint64_t most = r->file_bytes - sizeof length;
    if (length > most || length > HEADER_MOST_BYTES)
        return err_set(e, ERR_FORMAT,
                       "%s is no safetensors file, or cut short: its header should "
                       "have %" PRIu64 " bytes, at most %" PRIu64 " can be",
                       r->path, length, most < HEADER_MOST_BYTES ? most : HEADER_MOST_BYTES);
    r->data_bytes = most - length;
    char *text = mem_alloc(length, 1);
    if (!text)
        return mem_error(e, "a weight file's header", length);
    int result = read_all(r, text, length, e);
    json_error_t why;
    if (!result && !(r->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why)))
        result = err_set(e, ERR_FORMAT, "%s: the header is no JSON: %s (byte %d)", r->path,
                         why.text, why.position);
    else if (!result && !json_is_object(r->header))
        result = err_set(e, ERR_FORMAT, "%s: the header is no JSON object", r->path);
    mem_free(text);
    return result;
}

static int parse_shape(struct reader *r, struct entry *t, const json_t *shape, struct err *e)
{
    if (!json_is_array(shape))
        return err_set(e, ERR_FORMAT, "%s: tensor '%s' has no shape", r->path, t->name);
    size_t rank = json_array_size(shape);
    if (rank > 4)
        return err_set(e, ERR_FORMAT, "%s: tensor '%s' has rank %zu; up to 4 is allowed", r->path,
                       t->name, rank);
    for (size_t i = 0; i < rank; i++) {
        const json_t *d = json_array_get(shape, i);
        if (!json_is_integer(d) || json_integer_value(d) < 0 || json_integer_value(d) > INT_MAX)
            return err_set(e, ERR_FORMAT, "%s: tensor '%s': dimension %zu is no number in 0..%d",
                           r->path, t->name, i, INT_MAX);
        t->dims[i] = (int)json_integer_value(d);
    }
    t->rank = (int)rank;
    return 0;
}

static int parse_offsets(struct reader *r, struct entry *t, const json_t *offsets, struct err *e)
{
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
        json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin))
        return err_set(e, ERR_FORMAT, "%s: tensor '%s' has no data_offsets [begin, end]", r->path,
                       t->name);
    t->begin = (uint64_t)json_integer_value(begin);
    t->end = (uint64_t)json_integer_value(end);
    if (t->end > r->data_bytes)
        return err_set(e, ERR_FORMAT,
                       "%s is cut short or damaged: tensor '%s' ends at byte %" PRIu64
                       " of the data, the file has %" PRIu64,
                       r->path, t->name, t->end, r->data_bytes);
    return 0;
}

/* Bytes of the shape against bytes between the offsets; products that overflow cannot match. */
static int check_bytes(struct reader *r, const struct entry *t, struct err *e)
{
    uint64_t bytes = t->dtype->bytes, found = t->end - t->begin;
    bool over = false;
    for (int i = 0; i < t->rank; i++)
        over |= __builtin_mul_overflow(bytes, (uint64_t)t->dims[i], &bytes);
    if (over || bytes != found)
        return err_set(e, ERR_FORMAT,
                       "%s: tensor '%s' has %" PRIu64 " bytes of data, its shape asks "
                       "for %s%" PRIu64,
                       r->path, t->name, found, over ? "more than " : "",
                       over ? UINT64_MAX : bytes);
    return 0;
}

static int parse_entry(struct reader *r, struct entry *t, const json_t *value, struct err *e)
{
    if (!t->name[0] || strlen(t->name) >= sizeof((struct weights_tensor *)0)->name)
        return err_set(e, ERR_FORMAT,
                       "%s: tensor '%.120s': a name has 1 to %zu bytes, this one %zu", r->path,
                       t->name, sizeof((struct weights_tensor *)0)->name - 1, strlen(t->name));
    const char *dtype = json_string_value(json_object_get(value, "dtype"));
    if (!dtype)
        return err_set(e, ERR_FORMAT, "%s: tensor '%s' has no dtype", r->path, t->name);
    t->dtype = weights_dtype(dtype);
    if (!t->dtype)
        return err_set(e, ERR_FORMAT, "%s: tensor '%s' has dtype %.16s, which is not known here",
                       r->path, t->name, dtype);
    if (parse_shape(r, t, json_object_get(value, "shape"), e) ||
        parse_offsets(r, t, json_object_get(value, "data_offsets"), e))
        return -1;
    return check_bytes(r, t, e);
}

static int by_offset(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* The format allows no holes and no overlaps: every tensor begins where the one before ends. */
static int check_order(struct reader *r, struct err *e)
{
    uint64_t expected = 0;
    qsort(r->entries, r->n, sizeof *r->entries, by_offset);
    for (size_t i = 0; i < r->n; i++) {
        const struct entry *t = &r->entries[i];
        if (t->begin != expected)
            return err_set(
                e, ERR_FORMAT,
                "%s: tensor '%s' begins at byte %" PRIu64 " of the data, %s; expected %" PRIu64,
                r->path, t->name, t->begin,
                t->begin < expected ? "inside another tensor" : "after a hole", expected);
        expected = t->end;
    }
    if (expected != r->data_bytes)
        return err_set(e, ERR_FORMAT, "%s: %" PRIu64 " bytes follow the last tensor", r->path,
                       r->data_bytes - expected);
    return 0;
}

static int parse_header(struct reader *r, struct err *e)
{
    const char *name;
    json_t *value;
    size_t room = json_object_size(r->header);
    r->entries = mem_alloc(room, sizeof *r->entries);
    if (!r->entries)
        return mem_error(e, "a weight file's list of tensors", room * sizeof *r->entries);
    json_object_foreach(r->header, name, value)
    {
        if (!strcmp(name, "__metadata__"))
            continue;
        r->entries[r->n].name = name;
        if (parse_entry(r, &r->entries[r->n++], value, e))
            return -1;
    }
    return check_order(r, e);
}

/* Metadata is for information only: entries longer than ours can hold are left out. */
static int take_meta(struct reader *r, struct weights *w, struct err *e)
{
    const char *key;
    json_t *value;
    json_t *meta = json_object_get(r->header, "__metadata__");
    json_object_foreach(meta, key, value)
    {
        const char *text = json_string_value(value);
        if (!text)
            return err_set(e, ERR_FORMAT, "%s: metadata '%.120s' is no text", r->path, key);
        if (key[0] && strlen(key) < sizeof w->meta[0][0] && strlen(text) < sizeof w->meta[0][1] &&
            weights_meta(w, key, text, e))
            return -1;
    }
    return 0;
}

/* An open file whose header has been read and checked; entries and list are in the same order. */
struct weights_file {
    char path[PATH_BYTES];
    int fd;
    uint64_t data_at; /* byte of the file at which data begins */
    uint64_t *begin;  /* of each tensor, within the data */
    struct weights *listed;
};

static int list_tensors(struct reader *r, struct weights_file *f, struct err *e)
{
    f->begin = mem_alloc(r->n, sizeof *f->begin);
    if (!f->begin)
        return mem_error(e, "a weight file's list of tensors", r->n * sizeof *f->begin);
    for (size_t i = 0; i < r->n; i++) {
        const struct entry *from = &r->entries[i];
        f->begin[i] = from->begin;
        struct weights_tensor *t = weights_list(f->listed, from->name, from->rank, from->dims, e);
        if (!t)
            return err_prefix(e, "%s", r->path);
        t->dtype = from->dtype;
    }
    return 0;
}

void weights_close(struct weights_file *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        close(f->fd);
    mem_free(f->begin);
    weights_free(f->listed);
    mem_free(f);
}

int weights_open(struct weights_file **out, const struct weights **listed, const char *path,
                 struct err *e)
{
    *out = NULL;
    struct reader r = {.path = path, .fd = -1};
    struct weights_file *f = mem_alloc(1, sizeof *f);
    if (!f)
        return mem_error(e, "a weight file", sizeof *f);
    f->fd = -1;
    int result = -1;
    if (str_copy(f->path, sizeof f->path, path)) {
        err_set(e, ERR_USAGE, "%s: the path is too long", path);
        goto out;
    }
    result = open_file(&r, e);
    f->fd = r.fd;
    if (!result && (read_header(&r, e) || parse_header(&r, e) || weights_new(&f->listed, r.n, e) ||
                    take_meta(&r, f->listed, e) || list_tensors(&r, f, e)))
        result = -1;
    f->data_at = r.file_bytes - r.data_bytes;
out:
    mem_free(r.entries);
    json_decref(r.header);
    if (result) {
        weights_close(f);
        return -1;
    }
    *out = f;
    *listed = f->listed;
    return 0;
}

/* By pieces that are turned into float32. */
static int read_as(struct reader *r, const struct weights_dtype *dtype, float *to, size_t count,
                   struct err *e)
{
    char piece[PIECE_BYTES];
    for (size_t n; count; count -= n, to += n) {
        n = count < sizeof piece / dtype->bytes ? count : sizeof piece / dtype->bytes;
        if (read_all(r, piece, n * dtype->bytes, e))
            return -1;
        dtype->read(to, piece, n);
    }
    return 0;
}

int weights_load_part(struct weights_file *f, size_t i, size_t from, size_t count, float *to,
                      struct err *e)
{
    struct reader r = {.path = f->path, .fd = f->fd};
    const struct weights_tensor *t = &f->listed->at[i];
    if (weights_check_real(t, f->path, e))
        return -1;
    if (lseek(f->fd, (off_t)(f->data_at + f->begin[i] + from * t->dtype->bytes), SEEK_SET) < 0)
        return err_errno(e, errno, "%s cannot be read", f->path);
    return t->dtype == &weights_f32 ? read_all(&r, to, count * sizeof *to, e)
                                    : read_as(&r, t->dtype, to, count, e);
}

int weights_load(struct weights_file *f, size_t i, float *to, struct err *e)
{
    return weights_load_part(f, i, 0, f->listed->at[i].count, to, e);
}

int weights_read(struct weights **out, const char *path, struct err *e)
{
    struct weights_file *f;
    const struct weights *listed;
    *out = NULL;
    if (weights_open(&f, &listed, path, e))
        return -1;
    int result = 0;
    for (size_t i = 0; !result && i < listed->n; i++) {
        struct weights_tensor *t = &f->listed->at[i];
        t->data = mem_alloc(t->count, sizeof *t->data);
        result = t->data ? weights_load(f, i, t->data, e)
                         : mem_error(e, t->name, t->count * sizeof *t->data);
    }
    if (!result) {
        *out = f->listed;
        f->listed = NULL;
    }
    weights_close(f);
    return result;
}

/* --- as a source --- */

/* Any file may be: that it is none is found, and said, while it is read. */
static bool may_be(const unsigned char *first, size_t n)
{
    (void)first, (void)n;
    return true;
}

static int open_source(struct source *s, const char *path, struct err *e)
{
    struct weights_file *f;
    if (weights_open(&f, &s->listed, path, e))
        return -1;
    s->file = f;
    s->fd = f->fd;
    return 0;
}

static int load_source_part(void *file, size_t i, size_t from, size_t count, float *to,
                            struct err *e)
{
    return weights_load_part(file, i, from, count, to, e);
}

static void close_source(void *file)
{
    weights_close(file);
}

const struct source_kind source_safetensors = {
    .name = "safetensors",
    .is = may_be,
    .open = open_source,
    .load_part = load_source_part,
    .close = close_source,
};
