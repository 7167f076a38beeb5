/* safetensors_write.c - writes a safetensors file, all or nothing.
 *
 * A reader, or a crash, sees the former file or the new one, never a part (base/file).
 */
#include "engine/weights/weights.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error                                                                                             \
    "weight files are little-endian; this machine needs a byte swap here and in safetensors_read.c"
#endif

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

/* Appends at *at. */
static int append(int fd, uint64_t *at, const void *bytes, size_t count, const char *path,
                  struct err *e)
{
    int failed = file_write_at(fd, bytes, count, *at);
    *at += count;
    return failed ? err_errno(e, failed, "%s cannot be written", path) : 0;
}

static int write_tensors(const struct weights *w, int fd, const char *path, struct err *e)
{
    struct str header;
    uint64_t at = 0;
    str_init(&header);
    int result = header_bytes(w, path, &header, e);
    if (!result)
        result = append(fd, &at, header.text, header.length, path, e);
    str_fini(&header);
    for (size_t i = 0; !result && i < w->n; i++)
        result = append(fd, &at, w->at[i].data, w->at[i].count * sizeof(float), path, e);
    return result;
}

static int write_file(const struct weights *w, const char *path, bool first, struct err *e)
{
    struct file_new f;
    int failed = file_new_open(&f, path, ".tmp");
    int result = failed ? -1 : write_tensors(w, f.fd, path, e);
    f.first = first;
    if (!result)
        failed = file_new_commit(&f, true);
    file_new_fini(&f);
    return failed ? err_errno(e, failed, "%s cannot be written", path) : result;
}

int weights_write(const struct weights *w, const char *path, struct err *e)
{
    return write_file(w, path, false, e);
}

int weights_write_first(const struct weights *w, const char *path, struct err *e)
{
    return write_file(w, path, true, e);
}
