/* source.c - see source.h. */
#include "engine/weights/source.h"

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BYTES 512 /* a tar archive says what it is at byte 257 */
#define PIECE_BYTES (1u << 18)

#define SOURCE_HERE(name) &source_##name,
static const struct source_kind *const kinds[] = {SOURCES(SOURCE_HERE)};

/* No container begins so: safetensors have zeros in the length of their header. */
static bool is_text(const unsigned char *first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (first[i] >= 0x7f || (first[i] < ' ' && !strchr("\t\n\r", first[i])) || !first[i])
            return false;
    return n > 0;
}

int source_open(struct source *s, const char *path, struct err *e)
{
    uint8_t *first;
    size_t n, i = 0;
    memset(s, 0, sizeof *s);
    if (file_read(&first, &n, NULL, path, FIRST_BYTES, e))
        return -1;
    while (i + 1 < sizeof kinds / sizeof *kinds && !kinds[i]->is(first, n))
        i++;
    bool text = i + 1 == sizeof kinds / sizeof *kinds && is_text(first, n);
    mem_free(first);
    if (text)
        return err_set(
            e, ERR_FORMAT,
            "%s is a text, no file of weights: what was downloaded may be a web page, or "
            "Git LFS's pointer to the file instead of the file",
            path);
    s->part = s->beside = "";
    s->kind = kinds[i];
    return s->kind->open(s, path, e);
}

void source_close(struct source *s)
{
    if (s->file)
        s->kind->close(s->file);
    memset(s, 0, sizeof *s);
}

int source_load_part(struct source *s, size_t i, size_t from, size_t count, float *to,
                     struct err *e)
{
    return s->kind->load_part(s->file, i, from, count, to, e);
}

int source_load(struct source *s, size_t i, float *to, struct err *e)
{
    const struct weights_tensor *t = &s->listed->at[i];
    if (source_load_part(s, i, 0, t->count, to, e))
        return -1;
    for (size_t k = 0; k < t->count; k++)
        if (!isfinite(to[k]))
            return err_set(e, ERR_FORMAT, "tensor '%s' has a value that is %s, at element %zu",
                           t->name, isnan(to[k]) ? "NaN" : "infinite in float32", k);
    return 0;
}

int source_hash(struct source *s, char to[17], struct err *e)
{
    off_t end = lseek(s->fd, 0, SEEK_END);
    char *piece = mem_alloc(PIECE_BYTES, 1);
    uint64_t hash = HASH_START;
    int failed = end < 0 ? errno : 0;
    if (!piece)
        return mem_error(e, "a piece of a weight file", PIECE_BYTES);
    for (uint64_t at = 0, n; !failed && at < (uint64_t)end; at += n) {
        n = (uint64_t)end - at < PIECE_BYTES ? (uint64_t)end - at : PIECE_BYTES;
        failed = file_read_at(s->fd, piece, n, at);
        if (!failed)
            hash = hash_words(hash, piece, n);
    }
    mem_free(piece);
    snprintf(to, 17, "%016" PRIx64, hash);
    return failed ? err_errno(e, failed, "the weight file cannot be read") : 0;
}
