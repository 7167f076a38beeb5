/* safetensors_write.c - writes a safetensors file, all or nothing.
 *
 * The file is made under a temporary name in the same folder, synced, and renamed over the former
 * one; the folder is opened beforehand, so that what can fail fails before the rename. A reader, or
 * a crash, sees the former file or the new one, never a part.
 */
#include "engine/weights/weights.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "weight files are little-endian; this machine needs a byte swap here and in weights_read.c"
#endif

#define PATH_BYTES 1200

static json_t *entry_of(const struct weights_tensor *t, size_t begin)
{
    json_t *shape = json_array();
    for (int i = 0; shape && i < t->rank; i++)
        if (json_array_append_new(shape, json_integer(t->dims[i]))) {
            json_decref(shape);
            return NULL;
        }
    /* json_pack takes over `shape`, whether or not it succeeds. */
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + t->count * sizeof(float)));
}

static int add_meta(json_t *header, const struct weights *w)
{
    if (!w->n_meta)
        return 0;
    json_t *meta = json_object();
    for (size_t i = 0; meta && i < w->n_meta; i++)
        if (json_object_set_new(meta, w->meta[i][0], json_string(w->meta[i][1]))) {
            json_decref(meta);
            return -1;
        }
    return json_object_set_new(header, "__metadata__", meta);
}

/* The JSON header; jansson keeps the order in which keys are set. */
static json_t *header_of(const struct weights *w, const char *path, struct err *e)
{
    json_t *header = json_object();
    if (!header || add_meta(header, w))
        goto failed;
    size_t begin = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct weights_tensor *t = &w->at[i];
        if (json_object_get(header, t->name)) {
            err_set(e, ERR_INTERNAL, "%s: tensor '%s' would be written twice", path, t->name);
            json_decref(header);
            return NULL;
        }
        if (json_object_set_new(header, t->name, entry_of(t, begin)))
            goto failed;
        begin += t->count * sizeof(float);
    }
    return header;
failed:
    json_decref(header);
    err_set(e, ERR_MEMORY,
            "%s: the header cannot be made: out of memory, or a name that is not "
            "UTF-8",
            path);
    return NULL;
}

/* The header's bytes: its length in 8, then the text padded with spaces to a multiple of 8. */
static int header_bytes(const struct weights *w, const char *path, struct str *out, struct err *e)
{
    json_t *header = header_of(w, path, e);
    if (!header)
        return -1;
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    if (!text)
        return mem_error(e, "a weight file's header", w->n * sizeof *w->at);
    uint64_t length = (strlen(text) + 7) / 8 * 8;
    str_add_bytes(out, &length, sizeof length);
    str_add(out, text);
    while (!out->failed && out->length < length + sizeof length)
        str_add(out, " ");
    free(text);
    return out->failed ? mem_error(e, "a weight file's header", length) : 0;
}

static int write_all(int fd, const void *bytes, size_t count, const char *path, struct err *e)
{
    const char *from = bytes;
    while (count) {
        ssize_t n = write(fd, from, count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, errno, "%s cannot be written", path);
        from += n;
        count -= (size_t)n;
    }
    return 0;
}

/* Where the data comes from: `fill` into a buffer, or without it the tensors themselves. */
struct source {
    weights_fill *fill;
    void *context;
    float *buffer;
};

static int write_tensors(const struct weights *w, const struct source *from, int fd,
                         const char *path, struct err *e)
{
    struct str header;
    str_init(&header);
    int result = header_bytes(w, path, &header, e);
    if (!result)
        result = write_all(fd, header.text, header.length, path, e);
    str_fini(&header);
    for (size_t i = 0; !result && i < w->n; i++) {
        if (from->fill)
            result = from->fill(from->context, i, from->buffer, e);
        if (!result)
            result = write_all(fd, from->fill ? from->buffer : w->at[i].data,
                               w->at[i].count * sizeof(float), path, e);
    }
    if (!result && fsync(fd))
        result = err_errno(e, errno, "%s cannot be written", path);
    return result;
}

/* A new file beside `path`: a name that a crash left behind is passed over. */
static int open_temporary(const char *path, char *temporary, size_t room, struct err *e)
{
    for (int i = 0; i < 100; i++) {
        int n = snprintf(temporary, room, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        if (n < 0 || (size_t)n >= room)
            return err_set(e, ERR_USAGE, "%s: the path is too long", path);
        int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
    }
    return err_errno(e, errno, "%s cannot be written: no file can be made in its folder", path);
}

static int open_folder(const char *path, struct err *e)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (str_copy(folder, sizeof folder, path))
        return err_set(e, ERR_USAGE, "%s: the path is too long", path);
    folder[length] = '\0';
    const char *name = !slash ? "." : length ? folder : "/";
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? err_errno(e, errno, "%s cannot be written: its folder does not open", path)
                  : fd;
}

static int write_file(const struct weights *w, const struct source *from, const char *path,
                      struct err *e)
{
    char temporary[PATH_BYTES];
    int folder = open_folder(path, e);
    if (folder < 0)
        return -1;
    int result = -1;
    int fd = open_temporary(path, temporary, sizeof temporary, e);
    if (fd < 0)
        goto out;
    result = write_tensors(w, from, fd, path, e);
    if (close(fd) && !result)
        result = err_errno(e, errno, "%s cannot be written", path);
    if (!result && rename(temporary, path))
        result = err_errno(e, errno, "%s cannot be replaced", path);
    if (result)
        unlink(temporary);
    /* Some file systems know no sync of folders; there the rename is as safe as it gets. */
    else if (fsync(folder) && errno != EINVAL && errno != ENOTSUP)
        result = err_errno(e, errno, "%s was written, but its folder cannot be synced", path);
out:
    close(folder);
    return result;
}

int weights_write(const struct weights *w, const char *path, struct err *e)
{
    const struct source from = {0};
    return write_file(w, &from, path, e);
}

int weights_stream(const struct weights *w, const char *path, weights_fill *fill, void *context,
                   struct err *e)
{
    size_t most = weights_most(w);
    struct source from = {fill, context, mem_alloc(most, sizeof *from.buffer)};
    if (!from.buffer)
        return mem_error(e, "a tensor to be saved", most * sizeof *from.buffer);
    int result = write_file(w, &from, path, e);
    mem_free(from.buffer);
    return result;
}
