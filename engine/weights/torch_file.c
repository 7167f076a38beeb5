/* torch_file.c - see torch_priv.h: reads tensors of an open file of torch.save's. What is packed is
 * read from its place into the caller's memory; what is not goes through a copy of its own. */
#include "engine/weights/torch_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 16384u                   /* of elements on their way to float32 */
#define LOOSE_MOST_BYTES ((uint64_t)1 << 30) /* for a tensor that is not packed */

static int open_file(struct torch_file *f, const char *path, struct err *e)
{
    struct stat s;
    if (str_copy(f->path, sizeof f->path, path))
        return err_set(e, ERR_USAGE, "%s: the path is too long", path);
    /* Without waiting for the writer of a pipe; regular files know no difference. */
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0 || fstat(f->fd, &s))
        return err_errno(e, errno, "%s cannot be read", path);
    if (!S_ISREG(s.st_mode))
        return err_set(e, ERR_FORMAT, "%s is no regular file", path);
    f->bytes = (uint64_t)s.st_size;
    f->own = mem_alloc(1, f->kind->own_bytes);
    if (!f->own)
        return mem_error(e, "a weight file", f->kind->own_bytes);
    if (weights_new(&f->listed, 0, e))
        return -1;
    return f->kind->open(f, e) ? err_prefix(e, "%s", path) : 0;
}

int torch_open(struct source *s, const char *path, const struct torch_container *kind,
               struct err *e)
{
    struct torch_file *f = mem_alloc(1, sizeof *f);
    if (!f)
        return mem_error(e, "a weight file", sizeof *f);
    f->fd = -1;
    f->kind = kind;
    if (open_file(f, path, e)) {
        torch_close(f);
        return -1;
    }
    s->file = f;
    s->fd = f->fd;
    s->listed = f->listed;
    s->part = f->part;
    s->beside = f->beside;
    return 0;
}

void torch_close(void *file)
{
    struct torch_file *f = file;
    if (!f)
        return;
    if (f->own)
        f->kind->close(f);
    if (f->fd >= 0)
        close(f->fd);
    mem_free(f->own);
    mem_free(f->whole);
    mem_free(f->views);
    weights_free(f->listed);
    mem_free(f);
}

static void swap(unsigned char *bytes, size_t n, size_t size)
{
    for (; n--; bytes += size)
        for (size_t i = 0; i < size / 2; i++) {
            unsigned char byte = bytes[i];
            bytes[i] = bytes[size - 1 - i];
            bytes[size - 1 - i] = byte;
        }
}

/* `count` elements of a storage from element `from` on. */
static int read_row(struct torch_file *f, const struct torch_storage *s,
                    const struct weights_dtype *dtype, uint64_t from, size_t count, float *to,
                    struct err *e)
{
    unsigned char piece[PIECE_BYTES];
    size_t most = dtype == &weights_f32 ? count : sizeof piece / dtype->bytes;
    for (size_t n; count; count -= n, from += n, to += n) {
        n = count < most ? count : most;
        void *raw = dtype == &weights_f32 ? (void *)to : piece;
        if (f->kind->read(f, s, from * dtype->bytes, raw, n * dtype->bytes, e))
            return -1;
        if (f->swapped)
            swap(raw, n, dtype->bytes);
        if (raw == piece)
            dtype->read(to, piece, n);
    }
    return 0;
}

/* Puts the elements in the order of their indices. */
static void put_in_order(const struct torch_view *v, const struct weights_tensor *t,
                         const float *from, float *to)
{
    int dims[4] = {1, 1, 1, 1};
    int64_t strides[4] = {0, 0, 0, 0};
    for (int i = 0; i < t->rank; i++) {
        dims[4 - t->rank + i] = t->dims[i];
        strides[4 - t->rank + i] = v->strides[i];
    }
    for (int a = 0; a < dims[0]; a++)
        for (int b = 0; b < dims[1]; b++)
            for (int c = 0; c < dims[2]; c++)
                for (int d = 0; d < dims[3]; d++)
                    *to++ = from[a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]];
}

/* Has the whole of a tensor that is not packed in f->whole. */
static int read_loose(struct torch_file *f, size_t i, struct err *e)
{
    const struct torch_view *v = &f->views[i];
    const struct weights_tensor *t = &f->listed->at[i];
    if (f->whole && f->whole_of == i)
        return 0;
    if (v->span + t->count > LOOSE_MOST_BYTES / sizeof(float))
        return err_set(e, ERR_FORMAT,
                       "%s: tensor '%s' is not contiguous, and too large to be put in order here; "
                       "save it as TENSOR.contiguous()",
                       f->path, t->name);
    mem_free(f->whole);
    f->whole = mem_alloc(t->count, sizeof *f->whole);
    f->whole_of = i;
    float *row = mem_alloc((size_t)v->span, sizeof *row);
    int result = !row || !f->whole
                     ? mem_error(e, t->name, (size_t)(v->span + t->count) * sizeof *row)
                     : read_row(f, &v->storage, t->dtype, v->first, (size_t)v->span, row, e);
    if (!result)
        put_in_order(v, t, row, f->whole);
    mem_free(row);
    if (result) {
        mem_free(f->whole);
        f->whole = NULL;
    }
    return result;
}

int torch_load_part(void *file, size_t i, size_t from, size_t count, float *to, struct err *e)
{
    struct torch_file *f = file;
    const struct weights_tensor *t = &f->listed->at[i];
    const struct torch_view *v = &f->views[i];
    if (weights_check_real(t, f->path, e))
        return -1;
    if (v->packed)
        return read_row(f, &v->storage, t->dtype, v->first + from, count, to, e);
    if (read_loose(f, i, e))
        return -1;
    memcpy(to, f->whole + from, count * sizeof *to);
    return 0;
}
