/* dataset_csv.c - a CSV file with the columns image, score and, if it likes, split or fold, or a
 * folder with such a labels.csv. Other columns are ignored; images are relative to the file.
 *
 * Without split and fold, protocol auto holds out a fifth of the images for testing: those whose
 * names' hashes come first. That depends on nothing but the names, so that every run, machine and
 * loss sees the same split.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/dataset/csv_priv.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define LABELS "labels.csv"
#define MOST_FOLDS 100
#define NO_COLUMN ((size_t)-1)

enum column { COLUMN_IMAGE, COLUMN_SCORE, COLUMN_SPLIT, COLUMN_FOLD, COLUMNS };

static const char *const column_names[COLUMNS] = {"image", "score", "split", "fold"};

struct table {
    struct csv csv;
    size_t columns;
    size_t at[COLUMNS]; /* NO_COLUMN when the file has none */
    int folds;          /* largest fold met */
};

static char *trimmed(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    text[length] = '\0';
    return text;
}

static int read_header(struct table *t, struct err *e)
{
    int found = csv_next(&t->csv, e);
    if (found < 0)
        return -1;
    if (!found)
        return err_set(e, ERR_FORMAT, "%s: holds blank lines only", t->csv.path);
    t->columns = t->csv.n;
    for (int c = 0; c < COLUMNS; c++)
        t->at[c] = NO_COLUMN;
    for (size_t i = 0; i < t->columns; i++)
        for (int c = 0; c < COLUMNS; c++) {
            if (strcasecmp(trimmed(t->csv.field[i]), column_names[c]))
                continue;
            if (t->at[c] != NO_COLUMN)
                return err_set(e, ERR_FORMAT, "%s:%zu: two columns are named '%s'", t->csv.path,
                               t->csv.line, column_names[c]);
            t->at[c] = i;
        }
    for (int c = COLUMN_IMAGE; c <= COLUMN_SCORE; c++)
        if (t->at[c] == NO_COLUMN)
            return err_set(e, ERR_FORMAT,
                           "%s:%zu: no column is named '%s'; the header must be "
                           "image,score[,split|fold], its first column is '%.60s'",
                           t->csv.path, t->csv.line, column_names[c], t->csv.field[0]);
    return 0;
}

static int read_split(struct dataset_item *item, char *text, const struct csv *csv, struct err *e)
{
    text = trimmed(text);
    item->train = !strcasecmp(text, "train");
    item->test = !strcasecmp(text, "test");
    if (item->train || item->test)
        return 0;
    return err_set(e, ERR_FORMAT, "%s:%zu: split '%s' of image '%s'; allowed are train and test",
                   csv->path, csv->line, text, item->name);
}

static int read_fold(struct dataset_item *item, char *text, const struct csv *csv, struct err *e)
{
    int64_t fold;
    text = trimmed(text);
    if (str_to_int(text, &fold) || fold < 1 || fold > MOST_FOLDS)
        return err_set(e, ERR_FORMAT, "%s:%zu: fold '%s' of image '%s'; allowed are 1..%d",
                       csv->path, csv->line, text, item->name, MOST_FOLDS);
    item->fold = (int)fold;
    return 0;
}

static int read_record(struct table *t, struct dataset_rows *rows, const char *root, struct err *e)
{
    struct csv *csv = &t->csv;
    double score;
    if (csv->n != t->columns)
        return err_set(e, ERR_FORMAT, "%s:%zu: %zu fields, but the header has %zu", csv->path,
                       csv->line, csv->n, t->columns);
    const char *name = csv->field[t->at[COLUMN_IMAGE]];
    if (!*name)
        return err_set(e, ERR_FORMAT, "%s:%zu: the column 'image' is empty", csv->path, csv->line);
    if (dataset_score(&score, trimmed(csv->field[t->at[COLUMN_SCORE]]), csv->path, csv->line, e) ||
        dataset_rows_add(rows, name, score, csv->line, e))
        return -1;
    struct dataset_row *row = &rows->row[rows->n - 1];
    if (t->at[COLUMN_SPLIT] != NO_COLUMN &&
        read_split(&row->item, csv->field[t->at[COLUMN_SPLIT]], csv, e))
        return -1;
    if (t->at[COLUMN_FOLD] != NO_COLUMN &&
        read_fold(&row->item, csv->field[t->at[COLUMN_FOLD]], csv, e))
        return -1;
    if (row->item.fold > t->folds)
        t->folds = row->item.fold;
    return dataset_rows_check(row, root, csv->path, csv->line, e);
}

static int read_table(struct table *t, struct dataset_rows *rows, const char *path,
                      const char *root, struct err *e)
{
    struct dataset_text text = {0};
    if (dataset_text_read(&text, path, e))
        return -1;
    csv_init(&t->csv, path, text.text);
    int found, result = read_header(t, e);
    while (!result && (found = csv_next(&t->csv, e)) != 0)
        result = found < 0 ? -1 : read_record(t, rows, root, e);
    dataset_text_fini(&text);
    return result || dataset_rows_sort(rows, e) ? -1 : dataset_rows_distinct(rows, e);
}

struct hashed {
    uint64_t hash;
    size_t place;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* FNV-1a leaves the high bits of similar names alike; this spreads them (the finaliser of
 * SplitMix64). */
static uint64_t spread(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* A fifth tests, at least one image. */
static int split_by_name(struct dataset *d, struct dataset_rows *rows, struct err *e)
{
    struct hashed *order = mem_alloc(rows->n, sizeof *order);
    if (!order)
        return mem_error(e, "the split", rows->n * sizeof *order);
    for (size_t i = 0; i < rows->n; i++) {
        order[i].hash = spread(hash_text(HASH_START, rows->row[i].item.name));
        order[i].place = i;
    }
    qsort(order, rows->n, sizeof *order, by_hash);
    size_t tests = (rows->n + 2) / 5;
    if (!tests)
        tests = 1;
    for (size_t i = 0; i < rows->n; i++) {
        struct dataset_item *item = &rows->row[order[i].place].item;
        item->test = i < tests;
        item->train = !item->test;
    }
    mem_free(order);
    snprintf(d->name, sizeof d->name, "%s 80-20 by name", d->set);
    return 0;
}

static void split_by_fold(const struct dataset *d, struct dataset_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct dataset_item *item = &rows->row[i].item;
        item->test = item->fold == d->fold;
        item->train = !item->test;
    }
}

static int apply_protocol(struct dataset *d, struct dataset_rows *rows, const struct table *t,
                          const struct dataset_request *request, struct err *e)
{
    bool has_split = t->at[COLUMN_SPLIT] != NO_COLUMN, has_fold = t->at[COLUMN_FOLD] != NO_COLUMN;
    unsigned met = (unsigned)has_split << PROTOCOL_SPLIT | (unsigned)has_fold << PROTOCOL_FOLD;
    if (dataset_choose(d, request, met, t->folds, e))
        return -1;
    if (d->protocol == PROTOCOL_FOLD)
        split_by_fold(d, rows);
    else if (!has_split)
        return split_by_name(d, rows, e);
    return 0;
}

/* The file's name, or its folder's for a labels.csv: "portraits.csv", "portraits". */
static int short_name(struct dataset *d, const char *path, struct err *e)
{
    char whole[PATH_MAX];
    if (!realpath(path, whole) && str_copy(whole, sizeof whole, path))
        whole[0] = '\0';
    char *base = strrchr(whole, '/');
    if (base && base > whole && !strcmp(base + 1, LABELS)) {
        *base = '\0';
        base = strrchr(whole, '/');
    }
    if (str_copy(d->set, sizeof d->set, base ? base + 1 : whole))
        return err_set(e, ERR_USAGE, "%s: its name has more than %zu bytes: give it a shorter one",
                       path, sizeof d->set - 1);
    return 0;
}

static int find_root(struct dataset *d, const char *path, struct err *e)
{
    char root[FILE_PATH_BYTES];
    if (str_copy(root, sizeof root, path))
        return err_set(e, ERR_USAGE, "path too long: %s", path);
    char *slash = strrchr(root, '/');
    if (slash)
        slash[slash == root] = '\0';
    if (str_copy(d->root, sizeof d->root, slash ? root : "."))
        return err_set(e, ERR_USAGE, "path longer than %zu bytes: %s", sizeof d->root - 1, root);
    return 0;
}

/* Any file, or a folder with a labels.csv. */
static const char *find(const char *path, char inner[FILE_PATH_BYTES])
{
    struct stat st;
    if (!stat(path, &st) && !S_ISDIR(st.st_mode))
        return path;
    return !str_path(inner, FILE_PATH_BYTES, path, LABELS) && !stat(inner, &st) ? inner : NULL;
}

static int read_set(struct dataset *d, struct dataset_rows *rows,
                    const struct dataset_request *request, struct err *e)
{
    struct table t;
    memset(&t, 0, sizeof t);
    rows->list = request->path;
    if (short_name(d, request->path, e) || find_root(d, request->path, e) ||
        read_table(&t, rows, request->path, d->root, e))
        return -1;
    return apply_protocol(d, rows, &t, request, e);
}

const struct dataset_format dataset_csv = {
    .kind = "CSV",
    .holds = LABELS,
    .protocols =
        {{.protocol = PROTOCOL_SPLIT, .needs = "a column 'split'"},
         {.protocol = PROTOCOL_FOLD, .needs = "a column 'fold'", .folds = true, .drop_last = true}},
    .find = find,
    .read = read_set,
};
