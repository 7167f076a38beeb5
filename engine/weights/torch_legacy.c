/* torch_legacy.c - what torch.save wrote before PyTorch 1.6: pickles of a magic number, a version
 * and the machine, of what was saved, and of a list of storages, then each of these: its elements'
 * number and the elements, the least byte first on every machine. */
#include "engine/weights/torch_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TAR_MARK_AT 257u
#define TAR_MARK_BYTES 5
#define COUNT_BYTES 8u /* before a storage's elements */

/* 0x1950a86a20f9469cfc6c, as a pickle has it, and as one of protocol 1 has it. */
static const unsigned char magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
static const char magic_in_digits[] = "L119547037146038801333356L";

struct row {
    struct torch_stored stored;
    struct torch_storage at; /* once it has been found */
};

struct legacy {
    struct row *rows; /* by key */
    size_t n;
};

static int by_key(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return strcmp(x->stored.key, y->stored.key);
}

static struct row *find_row(struct legacy *l, const char *key)
{
    struct row wanted = {.stored = {.key = key}};
    return l->n ? bsearch(&wanted, l->rows, l->n, sizeof *l->rows, by_key) : NULL;
}

static int find_storage(struct torch_file *f, const struct torch_stored *s,
                        struct torch_storage *out, struct err *e)
{
    struct row *row = find_row(f->own, s->key);
    if (!row || !row->at.place)
        return err_set(e, ERR_FORMAT, "has its values in storage '%.60s', which is not in the file",
                       s->key);
    *out = row->at;
    return 0;
}

static int read_storage(struct torch_file *f, const struct torch_storage *s, uint64_t from,
                        void *to, size_t n, struct err *e)
{
    int failed = file_read_at(f->fd, to, n, s->place + from);
    return failed ? err_errno(e, failed, "%s cannot be read", f->path) : 0;
}

/* --- where storages are --- */

/* What the tensors say of storages, by key, each once. */
static int take_stored(struct legacy *l, const struct pickle *p, struct err *e)
{
    size_t n, kept = 0;
    const struct pickle_node *const *stored = pickle_stored(p, &n);
    l->rows = mem_alloc(n, sizeof *l->rows);
    if (!l->rows)
        return mem_error(e, "a list of storages", n * sizeof *l->rows);
    for (size_t i = 0; i < n; i++) {
        const struct pickle_node *what = pickle_item(stored[i]->args, 0);
        if (pickle_is(what, PICKLE_TEXT, "module"))
            continue; /* a class, with its source text */
        if (torch_stored(stored[i], &l->rows[l->n].stored, e))
            return -1;
        l->n++;
    }
    qsort(l->rows, l->n, sizeof *l->rows, by_key);
    for (size_t i = 0; i < l->n; i++)
        if (!i || by_key(&l->rows[kept - 1], &l->rows[i]))
            l->rows[kept++] = l->rows[i];
    l->n = kept;
    return 0;
}

static int take_place(struct torch_file *f, const char *key, uint64_t *at, struct err *e)
{
    struct legacy *l = f->own;
    struct row *row = find_row(l, key);
    unsigned char raw[COUNT_BYTES];
    uint64_t count = 0, bytes;
    if (!row)
        return err_set(e, ERR_FORMAT, "it lists storage '%.60s', of which nothing else is said",
                       key);
    if (f->bytes < COUNT_BYTES || *at > f->bytes - COUNT_BYTES)
        return err_set(e, ERR_FORMAT,
                       "it is cut short: storage '%.60s' begins at byte %" PRIu64
                       ", the file has %" PRIu64,
                       key, *at, f->bytes);
    int failed = file_read_at(f->fd, raw, sizeof raw, *at);
    if (failed)
        return err_errno(e, failed, "it cannot be read");
    for (size_t i = COUNT_BYTES; i--;)
        count = count << 8 | raw[i];
    *at += COUNT_BYTES;
    if (count != row->stored.whole ||
        __builtin_mul_overflow(count, row->stored.dtype->bytes, &bytes) || bytes > f->bytes - *at)
        return err_set(e, ERR_FORMAT,
                       "it is cut short or damaged: storage '%.60s' should have %" PRIu64
                       " elements, it says %" PRIu64 ", and %" PRIu64 " bytes are left",
                       key, row->stored.whole, count, f->bytes - *at);
    row->at = (struct torch_storage){*at, bytes};
    *at += bytes;
    return 0;
}

static int take_places(struct torch_file *f, const struct pickle_node *keys, uint64_t at,
                       struct err *e)
{
    for (size_t i = 0; pickle_item(keys, i); i++) {
        const struct pickle_node *key = pickle_item(keys, i);
        if (key->kind != PICKLE_TEXT)
            return err_set(e, ERR_FORMAT, "its list of storages has what is no key");
        if (take_place(f, key->text, &at, e))
            return -1;
    }
    return 0;
}

/* --- opening --- */

static int read_bytes(void *context, void *to, size_t n, uint64_t at, struct err *e)
{
    struct torch_file *f = context;
    int failed = file_read_at(f->fd, to, n, at);
    return failed ? err_errno(e, failed, "it cannot be read") : 0;
}

static bool is_magic(const struct pickle_node *node)
{
    return node->kind == PICKLE_LONG && node->length >= sizeof magic &&
           !memcmp(node->text, magic, sizeof magic);
}

static int no_torch(const struct pickle_node *root, struct err *e)
{
    char made_by[4 * 60] = "";
    if (root->kind == PICKLE_OBJECT && root->made_by->kind == PICKLE_GLOBAL)
        str_visible(made_by, 80, root->made_by->text);
    return err_set(e, ERR_FORMAT,
                   "it is a pickle, but none that torch.save wrote%s%s: save the weights in Python "
                   "with torch.save(MODEL.state_dict(), 'FILE.pth')",
                   made_by[0] ? "; it would call " : "", made_by);
}

/* Before its 0.2, PyTorch wrote such archives. */
static int refuse_tar(struct torch_file *f, struct err *e)
{
    char mark[TAR_MARK_BYTES];
    bool tar = f->bytes > TAR_MARK_AT + sizeof mark &&
               !file_read_at(f->fd, mark, sizeof mark, TAR_MARK_AT) &&
               !memcmp(mark, "ustar", sizeof mark);
    return tar ? err_set(e, ERR_FORMAT,
                         "it is a tar archive, as PyTorch wrote before its version 0.2; load it "
                         "in Python and save it anew: torch.save(torch.load('FILE'), 'FILE.pth')")
               : 0;
}

static int list(struct torch_file *f, struct pickle *p, struct err *e)
{
    struct legacy *l = f->own;
    const struct pickle_node *head, *root, *keys;
    if (pickle_load(p, &head, e))
        return -1;
    if (!is_magic(head))
        return no_torch(head, e);
    for (int i = 0; i < 2; i++) /* version and machine, which are the same for all */
        if (pickle_load(p, &head, e))
            return -1;
    if (pickle_load(p, &root, e) || take_stored(l, p, e) || pickle_load(p, &keys, e) ||
        take_places(f, keys, pickle_at(p), e))
        return -1;
    return torch_list(f, root, e);
}

static int open_legacy(struct torch_file *f, struct err *e)
{
    const struct pickle_input input = {read_bytes, f, f->bytes};
    struct pickle *p;
    if (refuse_tar(f, e))
        return -1;
    int result = pickle_open(&p, &input, e) ? -1 : list(f, p, e);
    pickle_close(p);
    return result;
}

static void close_legacy(struct torch_file *f)
{
    struct legacy *l = f->own;
    mem_free(l->rows);
}

/* --- as a source --- */

/* Any pickle is: that torch.save did not write it is found, and said, while it is read. */
static bool is_pickle(const unsigned char *first, size_t n)
{
    if (n > TAR_MARK_AT + TAR_MARK_BYTES && !memcmp(first + TAR_MARK_AT, "ustar", TAR_MARK_BYTES))
        return true;
    if (n >= sizeof magic_in_digits - 1 &&
        !memcmp(first, magic_in_digits, sizeof magic_in_digits - 1))
        return true;
    return n > 2 && first[0] == 0x80 && first[1] >= 1 && first[1] <= 5 &&
           strchr("\x8a}c\x95(]\x8c", first[2]) && first[2];
}

static const struct torch_container container = {
    .own_bytes = sizeof(struct legacy),
    .open = open_legacy,
    .close = close_legacy,
    .find = find_storage,
    .read = read_storage,
};

static int open_source(struct source *s, const char *path, struct err *e)
{
    return torch_open(s, path, &container, e);
}

const struct source_kind source_torch_legacy = {
    .name = "PyTorch, pickle",
    .is = is_pickle,
    .open = open_source,
    .load_part = torch_load_part,
    .close = torch_close,
};
