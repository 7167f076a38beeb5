/* weights.c - a set of named tensors in memory. Files: safetensors_read.c, safetensors_write.c. No
 * shared state: different sets may be used by different threads. */
#include "engine/weights/weights.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#define MAX_RANK 4
#define META_STEP 16 /* room for metadata grows by that many */

int weights_new(struct weights **out, size_t n, struct err *e)
{
    *out = NULL;
    struct weights *w = mem_alloc(1, sizeof *w);
    if (!w)
        return mem_error(e, "a set of weights", sizeof *w);
    w->at = mem_alloc(n, sizeof *w->at);
    if (!w->at) {
        mem_free(w);
        return mem_error(e, "a set of weights", n * sizeof *w->at);
    }
    w->room = n;
    *out = w;
    return 0;
}

void weights_free(struct weights *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n && !w->lent; i++)
        mem_free(w->at[i].data);
    mem_free(w->at);
    mem_free(w->meta);
    mem_free(w);
}

/* Elements of a shape, or -1 where their bytes would not fit a size_t or a dimension is negative.
 */
static int count_of(int rank, const int *dims, size_t *count)
{
    *count = 1;
    for (int i = 0; i < rank; i++) {
        if (dims[i] < 0 || (dims[i] && *count > SIZE_MAX / sizeof(float) / (size_t)dims[i]))
            return -1;
        *count *= (size_t)dims[i];
    }
    return 0;
}

struct weights_tensor *weights_list(struct weights *w, const char *name, int rank, const int *dims,
                                    struct err *e)
{
    size_t count;
    if (w->n == w->room) {
        err_set(e, ERR_INTERNAL, "tensor '%s': the set has room for %zu tensors only", name,
                w->room);
        return NULL;
    }
    if (!strcmp(name, "__metadata__")) {
        err_set(e, ERR_FORMAT, "no tensor can be named '%s': the format keeps that for metadata",
                name);
        return NULL;
    }
    struct weights_tensor *t = &w->at[w->n];
    memset(t, 0, sizeof *t);
    if (!name[0] || str_copy(t->name, sizeof t->name, name)) {
        err_set(e, ERR_FORMAT, "tensor '%s': a name has 1 to %zu bytes, this one %zu", name,
                sizeof t->name - 1, strlen(name));
        return NULL;
    }
    if (rank < 0 || rank > MAX_RANK || count_of(rank, dims, &count)) {
        err_set(e, ERR_FORMAT,
                "tensor '%s': rank %d or its shape cannot be; up to %d dimensions "
                "are allowed, none negative",
                name, rank, MAX_RANK);
        return NULL;
    }
    t->dtype = &weights_f32;
    t->rank = rank;
    t->count = count;
    for (int i = 0; i < rank; i++)
        t->dims[i] = dims[i];
    w->n++;
    return t;
}

void weights_lend(struct weights *w, float *values)
{
    w->lent = true;
    for (size_t i = 0; i < w->n; i++) {
        w->at[i].data = values;
        values += w->at[i].count;
    }
}

struct weights_tensor *weights_add(struct weights *w, const char *name, int rank, const int *dims,
                                   struct err *e)
{
    struct weights_tensor *t = weights_list(w, name, rank, dims, e);
    if (!t)
        return NULL;
    t->data = mem_alloc(t->count, sizeof *t->data);
    if (!t->data) {
        w->n--;
        mem_error(e, name, t->count * sizeof *t->data);
        return NULL;
    }
    return t;
}

int weights_meta(struct weights *w, const char *key, const char *value, struct err *e)
{
    size_t most = sizeof w->meta[0][0] - 1;
    if (!key[0] || strlen(key) > most || strlen(value) > most)
        return err_set(e, ERR_USAGE, "metadata '%s': key and value have at most %zu bytes", key,
                       most);
    if (w->n_meta % META_STEP == 0) {
        void *grown = mem_resize(w->meta, w->n_meta + META_STEP, sizeof *w->meta);
        if (!grown)
            return mem_error(e, "metadata of weights", (w->n_meta + META_STEP) * sizeof *w->meta);
        w->meta = grown;
    }
    str_copy(w->meta[w->n_meta][0], most + 1, key);
    str_copy(w->meta[w->n_meta][1], most + 1, value);
    w->n_meta++;
    return 0;
}

const struct weights_tensor *weights_find(const struct weights *w, const char *name)
{
    for (size_t i = 0; i < w->n; i++)
        if (!strcmp(w->at[i].name, name))
            return &w->at[i];
    return NULL;
}

const char *weights_meta_of(const struct weights *w, const char *key)
{
    for (size_t i = 0; i < w->n_meta; i++)
        if (!strcmp(w->meta[i][0], key))
            return w->meta[i][1];
    return NULL;
}

size_t weights_most(const struct weights *w)
{
    size_t most = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->at[i].count > most)
            most = w->at[i].count;
    return most;
}
