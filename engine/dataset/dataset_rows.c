/* dataset_rows.c - list files as text, and rows while they are gathered: added, sorted, found,
 * checked. No state, any thread.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST_MOST_BYTES ((size_t)1 << 28)

/* --- list files --- */

int dataset_text_read(struct dataset_text *t, const char *path, struct err *e)
{
    size_t count;
    uint64_t whole;
    if (file_read(&t->block, &count, &whole, path, LIST_MOST_BYTES, e))
        return -1;
    const char *wrong = NULL;
    if (!count)
        wrong = "is empty (0 bytes); expected lines that name images and scores";
    else if (whole > count)
        wrong = "is larger than 256 MiB: no list of images";
    else if (memchr(t->block, '\0', count))
        wrong = "holds NUL bytes: not a text file in UTF-8";
    if (wrong) {
        dataset_text_fini(t);
        return err_set(e, ERR_FORMAT, "%s: %s", path, wrong);
    }
    t->text = (char *)t->block;
    if (!memchr(t->block, '\n', count)) /* lines of an old Mac end in CR alone */
        for (char *cr = t->text; (cr = strchr(cr, '\r')) != NULL; cr++)
            *cr = '\n';
    if (!strncmp(t->text, "\xef\xbb\xbf", 3))
        t->text += 3;
    return 0;
}

void dataset_text_fini(struct dataset_text *t)
{
    mem_free(t->block);
    t->block = NULL;
    t->text = NULL;
}

bool dataset_part(struct dataset_item *item, const char *text)
{
    item->train = !strcasecmp(text, "train");
    item->test = !strcasecmp(text, "test");
    return item->train || item->test || !strcasecmp(text, "val") || !strcasecmp(text, "validation");
}

void dataset_note_validation(struct dataset *d, const struct dataset_rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        n += !rows->row[i].item.train && !rows->row[i].item.test;
    if (n)
        dataset_note(d, "%zu %s for validation neither train%s nor test%s", n,
                     n == 1 ? "image" : "images", n == 1 ? "s" : "", n == 1 ? "s" : "");
}

char *dataset_trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    text[length] = '\0';
    return text;
}

/* --- rows --- */

int dataset_rows_add(struct dataset_rows *rows, const char *name, double score, size_t line,
                     struct err *e)
{
    if (rows->n >= UINT32_MAX)
        return err_set(e, ERR_FORMAT, "%s: more than %u images", rows->list, UINT32_MAX);
    if (rows->n == rows->room) {
        size_t room = rows->room ? rows->room * 2 : 256;
        struct dataset_row *row = mem_resize(rows->row, room, sizeof *row);
        if (!row)
            return mem_error(e, "the list of images", room * sizeof *row);
        rows->row = row;
        rows->room = room;
    }
    struct dataset_row *row = &rows->row[rows->n];
    memset(row, 0, sizeof *row);
    row->item.name = mem_string(name);
    if (!row->item.name)
        return mem_error(e, "an image's name", strlen(name) + 1);
    row->item.score = score;
    row->item.deviation = NAN;
    row->line = line;
    rows->n++;
    return 0;
}

void dataset_rows_fini(struct dataset_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        mem_free(rows->row[i].item.name);
    mem_free(rows->row);
    memset(rows, 0, sizeof *rows);
}

static int by_name(const void *a, const void *b)
{
    const struct dataset_row *left = a, *right = b;
    int order = strcmp(left->item.name, right->item.name);
    if (order)
        return order;
    return (left->line > right->line) - (left->line < right->line);
}

void dataset_rows_order(struct dataset_rows *rows)
{
    if (rows->n)
        qsort(rows->row, rows->n, sizeof *rows->row, by_name);
}

int dataset_rows_sort(struct dataset_rows *rows, struct err *e)
{
    if (!rows->n)
        return err_set(e, ERR_FORMAT, "%s: names no image", rows->list);
    dataset_rows_order(rows);
    for (size_t i = 1; i < rows->n; i++) {
        const struct dataset_row *first = &rows->row[i - 1], *second = &rows->row[i];
        if (!strcmp(first->item.name, second->item.name))
            return err_set(e, ERR_FORMAT,
                           "%s:%zu: image '%s' is named a second time (first in line %zu)",
                           rows->list, second->line, second->item.name, first->line);
    }
    return 0;
}

struct dataset_row *dataset_rows_find(const struct dataset_rows *rows, const char *name)
{
    size_t low = 0, high = rows->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, rows->row[middle].item.name);
        if (!order)
            return &rows->row[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

int dataset_rows_check(const struct dataset_rows *rows, struct dataset_row *row, const char *root,
                       const char *list, size_t line, struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct stat st;
    if (row->on_disk)
        return 0;
    const char *name = row->item.name;
    if (str_path(path, sizeof path, root, name))
        return err_set(e, ERR_FORMAT, "%s:%zu: the path of image '%.80s...' is too long", list,
                       line, name);
    row->item.missing = stat(path, &st) && rows->keep_missing && errno == ENOENT;
    if (row->item.missing)
        return 0;
    if (stat(path, &st))
        return err_errno(e, errno, "%s:%zu: image '%s' cannot be found at %s", list, line, name,
                         path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_FORMAT, "%s:%zu: image '%s' is no file: %s", list, line, name, path);
    if (access(path, R_OK))
        return err_errno(e, errno, "%s:%zu: image '%s' may not be read: %s", list, line, name,
                         path);
    row->on_disk = true;
    row->device = (uint64_t)st.st_dev;
    row->inode = (uint64_t)st.st_ino;
    row->bytes = (uint64_t)st.st_size;
    return 0;
}

static int by_file(const void *a, const void *b)
{
    const struct dataset_row *left = *(const struct dataset_row *const *)a;
    const struct dataset_row *right = *(const struct dataset_row *const *)b;
    if (left->device != right->device)
        return left->device < right->device ? -1 : 1;
    if (left->inode != right->inode)
        return left->inode < right->inode ? -1 : 1;
    return (left->line > right->line) - (left->line < right->line);
}

/* The size too, for file systems that give one inode number to many files. */
static bool same_file(const struct dataset_row *a, const struct dataset_row *b)
{
    return a->on_disk && b->on_disk && a->device == b->device && a->inode == b->inode &&
           a->bytes == b->bytes;
}

int dataset_rows_distinct(const struct dataset_rows *rows, struct err *e)
{
    int result = 0;
    const struct dataset_row **file = mem_alloc(rows->n, sizeof *file);
    if (!file)
        return mem_error(e, "the list of files", rows->n * sizeof *file);
    for (size_t i = 0; i < rows->n; i++)
        file[i] = &rows->row[i];
    qsort(file, rows->n, sizeof *file, by_file);
    for (size_t i = 1; i < rows->n && !result; i++)
        if (same_file(file[i - 1], file[i]))
            result = err_set(e, ERR_FORMAT,
                             "%s:%zu: image '%s' is the same file as '%s' in line %zu; name each "
                             "file once",
                             rows->list, file[i]->line, file[i]->item.name, file[i - 1]->item.name,
                             file[i - 1]->line);
    mem_free(file);
    return result;
}

int dataset_rows_check_all(struct dataset_rows *rows, const char *root, struct err *e)
{
    for (size_t i = 0; i < rows->n; i++)
        if (dataset_rows_check(rows, &rows->row[i], root, rows->list, rows->row[i].line, e))
            return -1;
    return dataset_rows_distinct(rows, e);
}

int dataset_score(double *score, const char *text, const char *list, size_t line, struct err *e)
{
    if (!str_to_real(text, score))
        return 0;
    return err_set(e, ERR_FORMAT, "%s:%zu: score '%s' is not a finite decimal number such as 3.25",
                   list, line, text);
}
