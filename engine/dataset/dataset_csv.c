/* dataset_csv.c - a table of images, scores and, if it likes, split or fold, or a folder with such
 * a labels.csv. How it is laid out is found by table.c; other columns are ignored; images are
 * relative to the file, or to the folder asked for.
 *
 * Without split and fold, protocol auto holds out a fifth of the images for testing, by their
 * names.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "engine/dataset/csv_priv.h"
#include "engine/dataset/table_priv.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LABELS "labels.csv"
#define MOST_FOLDS 100

static const struct config_table as_found;

struct table {
    const struct config_table *options;
    struct table_layout layout;
    struct csv csv;
    int folds;     /* largest fold met */
    bool comma;    /* a decimal comma was met */
    bool stripped; /* a path was */
};

static int read_split(struct dataset_item *item, char *text, const struct csv *csv, struct err *e)
{
    text = dataset_trim(text);
    if (dataset_part(item, text))
        return 0;
    return err_set(e, ERR_FORMAT,
                   "%s:%zu: split '%s' of image '%s'; allowed are train, test and validation",
                   csv->path, csv->line, text, item->name);
}

static int read_fold(struct dataset_item *item, char *text, const struct csv *csv, struct err *e)
{
    int64_t fold;
    text = dataset_trim(text);
    if (str_to_int(text, &fold) || fold < 1 || fold > MOST_FOLDS)
        return err_set(e, ERR_FORMAT, "%s:%zu: fold '%s' of image '%s'; allowed are 1..%d",
                       csv->path, csv->line, text, item->name, MOST_FOLDS);
    item->fold = (int)fold;
    return 0;
}

/* Paths of Windows have backslashes, which are taken as such where there is no file of that name.
 */
static char *settle_name(struct table *t, const char *root, char *name)
{
    char path[FILE_PATH_BYTES];
    if (t->options->strip_path) {
        char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
        char *last = !slash || (back && back > slash) ? back : slash;
        t->stripped = t->stripped || last;
        return last ? last + 1 : name;
    }
    if (!strchr(name, '\\') || str_path(path, sizeof path, root, name) || !access(path, F_OK))
        return name;
    for (char *at = name; (at = strchr(at, '\\')) != NULL;)
        *at = '/';
    return name;
}

/* The score as text stays as it is for the message. */
static int read_score(struct table *t, double *score, struct err *e)
{
    char *text = dataset_trim(t->csv.field[t->layout.at[TABLE_SCORE]]);
    if (!table_number(score, text, t->layout.separator, &t->comma))
        return 0;
    return dataset_score(score, text, t->csv.path, t->csv.line, e);
}

static int read_record(struct table *t, struct dataset_rows *rows, const char *root, struct err *e)
{
    struct csv *csv = &t->csv;
    const size_t *at = t->layout.at;
    double score;
    if (csv->n != t->layout.columns)
        return err_set(e, ERR_FORMAT, "%s:%zu: %zu fields, but the %s has %zu", csv->path,
                       csv->line, csv->n, t->layout.header ? "header" : "first line",
                       t->layout.columns);
    char *name = csv->field[at[TABLE_IMAGE]];
    if (!*name)
        return err_set(e, ERR_FORMAT, "%s:%zu: the column 'image' is empty", csv->path, csv->line);
    name = settle_name(t, root, name);
    if (read_score(t, &score, e) || dataset_rows_add(rows, name, score, csv->line, e))
        return -1;
    struct dataset_row *row = &rows->row[rows->n - 1];
    if (at[TABLE_SPLIT] != TABLE_NO_COLUMN &&
        read_split(&row->item, csv->field[at[TABLE_SPLIT]], csv, e))
        return -1;
    if (at[TABLE_FOLD] != TABLE_NO_COLUMN &&
        read_fold(&row->item, csv->field[at[TABLE_FOLD]], csv, e))
        return -1;
    if (row->item.fold > t->folds)
        t->folds = row->item.fold;
    return 0;
}

static int read_records(struct table *t, struct dataset_rows *rows, const char *root, char *text,
                        struct err *e)
{
    int found, result = 0;
    csv_init(&t->csv, rows->list, text);
    t->csv.separator = t->layout.separator;
    if (t->layout.header && csv_next(&t->csv, e) < 0)
        return -1;
    while (!result && (found = csv_next(&t->csv, e)) != 0)
        result = found < 0 ? -1 : read_record(t, rows, root, e);
    return result;
}

/* What is otherwise than in a plain table of image and score. */
static void note(struct dataset *d, const struct table *t)
{
    const struct table_layout *l = &t->layout;
    if (l->separator != ',')
        dataset_note(d, "columns are separated by %s", l->separator == ';' ? "semicolons" : "tabs");
    if (!l->header)
        dataset_note(d, "there is no header: column %zu names images, column %zu has scores",
                     l->at[TABLE_IMAGE] + 1, l->at[TABLE_SCORE] + 1);
    if (t->comma)
        dataset_note(d, "scores have a decimal comma");
}

static int read_table(struct table *t, struct dataset *d, struct dataset_rows *rows, struct err *e)
{
    struct dataset_text text = {0};
    if (dataset_text_read(&text, rows->list, e))
        return -1;
    int result = table_look(&t->layout, rows->list, text.text, t->options, e) ||
                         read_records(t, rows, d->root, text.text, e)
                     ? -1
                     : 0;
    dataset_text_fini(&text);
    if (result)
        return -1;
    if (t->options->strip_path && !t->stripped)
        return err_set(e, ERR_USAGE, "option 'strip-path': no image of %s is named by a path",
                       rows->list);
    note(d, t);
    if (dataset_rows_average(rows, d, (enum config_ratings)t->options->ratings, e) ||
        dataset_rows_sort(rows, e))
        return -1;
    return dataset_rows_check_all(rows, d->root, e);
}

static int apply_protocol(struct dataset *d, struct dataset_rows *rows, const struct table *t,
                          const struct dataset_request *request, struct err *e)
{
    bool has_split = t->layout.at[TABLE_SPLIT] != TABLE_NO_COLUMN;
    bool has_fold = t->layout.at[TABLE_FOLD] != TABLE_NO_COLUMN;
    unsigned met = (unsigned)has_split << PROTOCOL_SPLIT | (unsigned)has_fold << PROTOCOL_FOLD;
    if (dataset_choose(d, request, met, t->folds, e))
        return -1;
    if (d->protocol == PROTOCOL_FOLD)
        dataset_split_by_fold(d, rows);
    else if (!has_split)
        return dataset_split_by_name(d, rows, e);
    else
        dataset_note_validation(d, rows);
    return 0;
}

static int too_long(const struct dataset *d, const char *path, struct err *e)
{
    return err_set(e, ERR_USAGE, "%s: its name has more than %zu bytes: give it a shorter one",
                   path, sizeof d->set - 1);
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
    return str_copy(d->set, sizeof d->set, base ? base + 1 : whole) ? too_long(d, path, e) : 0;
}

/* "portraits.csv:warm" where that column was chosen: figures of another compare with nothing. */
static int name_score(struct dataset *d, const struct table *t, const char *path, struct err *e)
{
    size_t n = strlen(d->set), room = sizeof d->set - n;
    if (!t->options->score_column[0] || !strcasecmp(t->layout.score, "score"))
        return 0;
    return (size_t)snprintf(d->set + n, room, ":%s", t->layout.score) >= room ? too_long(d, path, e)
                                                                              : 0;
}

static int find_root(struct dataset *d, const char *path, const char *folder, struct err *e)
{
    char root[FILE_PATH_BYTES];
    if (folder[0] && !str_copy(d->root, sizeof d->root, folder))
        return 0;
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
    struct table t = {.options = request->table ? request->table : &as_found};
    rows->list = request->path;
    if (short_name(d, request->path, e) || find_root(d, request->path, t.options->image_dir, e) ||
        read_table(&t, d, rows, e) || name_score(d, &t, request->path, e))
        return -1;
    return apply_protocol(d, rows, &t, request, e);
}

const struct dataset_format dataset_csv = {
    .id = DATA_TABLE,
    .kind = "CSV",
    .holds = LABELS,
    .protocols =
        {{.protocol = PROTOCOL_SPLIT, .needs = "a column 'split'"},
         {.protocol = PROTOCOL_FOLD, .needs = "a column 'fold'", .folds = true, .drop_last = true}},
    .table = true,
    .find = find,
    .read = read_set,
};
