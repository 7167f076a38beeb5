/* dataset_hotornot.c - HotOrNot as it is distributed: hotornot_face/NAME and
 * eccv2010_split1.csv .. eccv2010_split5.csv without header: file, score, and train, test or
 * validation.
 *
 * Fold K is split K, read alone: the splits are random, each of the whole set. Images for
 * validation neither train nor test. The lists say .bmp, and the files are .jpg.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "engine/dataset/csv_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDS 5
#define FACES "hotornot_face"

struct reading {
    struct dataset *d;
    struct dataset_rows *rows;
    struct csv csv;
    size_t renamed;
};

/* Takes .jpg for .bmp where that is what is there. */
static void settle_name(struct reading *r, char *name)
{
    char path[FILE_PATH_BYTES];
    char *end = strrchr(name, '.');
    if (!end || strcasecmp(end, ".bmp") || str_path(path, sizeof path, r->d->root, name) ||
        !access(path, F_OK))
        return;
    char other[FILE_PATH_BYTES];
    size_t before = strlen(path) - strlen(end);
    snprintf(other, sizeof other, "%.*s.jpg", (int)before, path);
    if (access(other, F_OK))
        return;
    memcpy(end, ".jpg", 4);
    r->renamed++;
}

static int read_record(struct reading *r, struct err *e)
{
    struct csv *csv = &r->csv;
    double score;
    if (csv->n != 3)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: %zu fields; expected a file, its score, and train, test or "
                       "validation",
                       csv->path, csv->line, csv->n);
    char *name = dataset_trim(csv->field[0]);
    const char *part = dataset_trim(csv->field[2]);
    struct dataset_item read;
    if (!dataset_part(&read, part))
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: split '%s' of image '%s'; allowed are train, test and validation",
                       csv->path, csv->line, part, name);
    settle_name(r, name);
    if (dataset_score(&score, dataset_trim(csv->field[1]), csv->path, csv->line, e) ||
        dataset_rows_add(r->rows, name, score, csv->line, e))
        return -1;
    struct dataset_item *item = &r->rows->row[r->rows->n - 1].item;
    item->train = read.train;
    item->test = read.test;
    return 0;
}

static int read_list(struct reading *r, struct err *e)
{
    struct dataset_text text = {0};
    if (dataset_text_read(&text, r->rows->list, e))
        return -1;
    csv_init(&r->csv, r->rows->list, text.text);
    int found, result = 0;
    while (!result && (found = csv_next(&r->csv, e)) != 0)
        result = found < 0 ? -1 : read_record(r, e);
    dataset_text_fini(&text);
    return result || dataset_rows_sort(r->rows, e) ? -1 : 0;
}

static const char *find(const char *path, char inner[FILE_PATH_BYTES])
{
    struct stat st;
    bool found =
        (!str_path(inner, FILE_PATH_BYTES, path, FACES) && !stat(inner, &st)) ||
        (!str_path(inner, FILE_PATH_BYTES, path, "eccv2010_split1.csv") && !stat(inner, &st));
    return found ? path : NULL;
}

static void note(const struct reading *r)
{
    if (r->renamed)
        dataset_note(r->d, "%zu images are .jpg that the list calls .bmp", r->renamed);
    dataset_note_validation(r->d, r->rows);
}

static int read_set(struct dataset *d, struct dataset_rows *rows,
                    const struct dataset_request *request, struct err *e)
{
    struct reading r = {.d = d, .rows = rows};
    char list[FILE_PATH_BYTES], name[32];
    str_copy(d->set, sizeof d->set, d->format->kind);
    if (dataset_choose(d, request, 0, FOLDS, e))
        return -1;
    snprintf(name, sizeof name, "eccv2010_split%d.csv", d->fold);
    if (str_path(d->root, sizeof d->root, request->path, FACES) ||
        str_path(list, sizeof list, request->path, name))
        return err_set(e, ERR_USAGE, "path too long: %s", request->path);
    rows->list = list;
    int result = read_list(&r, e) || dataset_rows_check_all(rows, d->root, e) ? -1 : 0;
    rows->list = NULL;
    note(&r);
    return result;
}

/* The released code has one row for all splits. */
#define RELEASED                                                                                   \
    {                                                                                              \
        3.35, 1, 3.34                                                                              \
    }
static const double released[FOLDS][LOSS_MAX_CLASSES] = {RELEASED, RELEASED, RELEASED, RELEASED,
                                                         RELEASED};

const struct dataset_format dataset_hotornot = {
    .id = DATA_HOTORNOT,
    .kind = "HotOrNot",
    .holds = FACES,
    .protocols =
        {{.protocol = PROTOCOL_5_FOLD, .folds = true, .drop_last = true, .released = released}},
    .classes = 3,
    .rounding = ROUND_EDGES,
    .released_rounding = ROUND_EDGES,
    .edge = {-1, 1},
    .find = find,
    .read = read_set,
};
