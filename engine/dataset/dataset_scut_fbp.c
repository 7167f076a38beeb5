/* dataset_scut_fbp.c - SCUT-FBP as it is distributed: 500 images SCUT-FBP-N.jpg and a workbook of
 * labels with the columns Image (or #Image), Attractiveness label and, if it likes, Standard
 * Deviation.
 *
 * The workbook lies beside the images or in Rating_Collection, the images in Data_Collection or
 * Images. There is no official split: five folds are dealt by the images' names.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "engine/dataset/xlsx_priv.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FOLDS 5
#define PREFIX "SCUT-FBP-"

enum column { COLUMN_IMAGE, COLUMN_SCORE, COLUMN_DEVIATION, COLUMNS };

static const char *const column_names[COLUMNS] = {"Image", "Attractiveness label",
                                                  "Standard Deviation"};

struct labels {
    struct dataset_rows *rows;
    bool header;        /* it has been read */
    size_t at[COLUMNS]; /* XLSX_MOST_COLUMNS when there is none */
};

static bool is_called(const char *cell, const char *name)
{
    char text[64];
    if (str_copy(text, sizeof text, cell + strspn(cell, " #")))
        return false;
    for (size_t n = strlen(text); n && text[n - 1] == ' ';)
        text[--n] = '\0';
    return !strcasecmp(text, name);
}

static int no_column(const struct labels *l, const struct xlsx_row *row, const char *name,
                     struct err *e)
{
    struct str have;
    str_init(&have);
    for (size_t i = 0; i < row->n; i++)
        str_addf(&have, "%s'%.60s'", i ? ", " : "", row->cell[i]);
    err_set(e, ERR_FORMAT, "%s:%zu: no column is named '%s'; there are %s", l->rows->list,
            row->line, name, have.text);
    str_fini(&have);
    return -1;
}

static int read_header(struct labels *l, const struct xlsx_row *row, struct err *e)
{
    for (int c = 0; c < COLUMNS; c++) {
        l->at[c] = XLSX_MOST_COLUMNS;
        for (size_t i = row->n; i-- > 0;)
            if (is_called(row->cell[i], column_names[c]))
                l->at[c] = i;
        if (l->at[c] == XLSX_MOST_COLUMNS && c != COLUMN_DEVIATION)
            return no_column(l, row, column_names[c], e);
    }
    l->header = true;
    return 0;
}

/* "7", "SCUT-FBP-7" and "SCUT-FBP-7.jpg" are the same image. */
static int name_image(char to[64], const char *cell)
{
    char text[64];
    int64_t number;
    if (!strncasecmp(cell, PREFIX, strlen(PREFIX)))
        cell += strlen(PREFIX);
    if (str_copy(text, sizeof text, cell))
        return -1;
    char *dot = strrchr(text, '.');
    if (dot && (!strcasecmp(dot, ".jpg") || !strcmp(dot, ".0")))
        *dot = '\0';
    if (str_to_int(text, &number) || number < 0)
        return -1;
    snprintf(to, 64, PREFIX "%" PRId64 ".jpg", number);
    return 0;
}

static int take_row(void *context, const struct xlsx_row *row, struct err *e)
{
    struct labels *l = context;
    char name[64];
    double score;
    if (!l->header)
        return read_header(l, row, e);
    const char *image = row->cell[l->at[COLUMN_IMAGE]], *label = row->cell[l->at[COLUMN_SCORE]];
    if (!*image && !*label)
        return 0; /* remarks beside the table */
    if (name_image(name, image))
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: '%.60s' names no image; expected a number, such as 7 for " PREFIX
                       "7.jpg",
                       l->rows->list, row->line, image);
    if (dataset_score(&score, label, l->rows->list, row->line, e) ||
        dataset_rows_add(l->rows, name, score, row->line, e))
        return -1;
    if (l->at[COLUMN_DEVIATION] < XLSX_MOST_COLUMNS)
        str_to_real(row->cell[l->at[COLUMN_DEVIATION]],
                    &l->rows->row[l->rows->n - 1].item.deviation);
    return 0;
}

/* The folder, beside the workbook or above it, that has the set's first image. */
static int find_images(struct dataset *d, const struct dataset_rows *rows, struct err *e)
{
    static const char *const places[] = {
        ".",         "Data_Collection", "Images", "images", "../Data_Collection",
        "../Images", "../images",       ".."};
    char folder[FILE_PATH_BYTES], root[FILE_PATH_BYTES], image[FILE_PATH_BYTES];
    file_folder(rows->list, folder, sizeof folder);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!i)
            str_copy(root, sizeof root, folder);
        else if (str_path(root, sizeof root, folder, places[i]))
            continue;
        if (str_path(image, sizeof image, root, rows->row[0].item.name) || access(image, F_OK))
            continue;
        if (str_copy(d->root, sizeof d->root, root))
            return err_set(e, ERR_USAGE, "path longer than %zu bytes: %s", sizeof d->root - 1,
                           root);
        return 0;
    }
    return err_set(e, ERR_NOT_FOUND,
                   "%s:%zu: image '%s' is neither beside the workbook nor in Data_Collection or "
                   "Images",
                   rows->list, rows->row[0].line, rows->row[0].item.name);
}

/* A workbook with the word in its name, in `folder`. */
static bool find_workbook(char to[FILE_PATH_BYTES], const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool found = false;
    while (dir && !found && (entry = readdir(dir)) != NULL)
        found = strcasestr(entry->d_name, "attractiveness label") &&
                str_ends_in(entry->d_name, ".xlsx") &&
                !str_path(to, FILE_PATH_BYTES, folder, entry->d_name);
    if (dir)
        closedir(dir);
    return found;
}

static const char *find(const char *path, char inner[FILE_PATH_BYTES])
{
    char ratings[FILE_PATH_BYTES];
    if (str_ends_in(path, ".xlsx"))
        return path;
    bool found = find_workbook(inner, path) ||
                 (!str_path(ratings, sizeof ratings, path, "Rating_Collection") &&
                  find_workbook(inner, ratings));
    return found ? inner : NULL;
}

static int read_set(struct dataset *d, struct dataset_rows *rows,
                    const struct dataset_request *request, struct err *e)
{
    struct labels labels = {.rows = rows};
    rows->list = request->path;
    str_copy(d->set, sizeof d->set, d->format->kind);
    if (dataset_choose(d, request, 0, FOLDS, e) || xlsx_read(request->path, take_row, &labels, e) ||
        dataset_rows_sort(rows, e) || find_images(d, rows, e) ||
        dataset_rows_check_all(rows, d->root, e) || dataset_fold_by_name(d, rows, e))
        return -1;
    dataset_note_folds(d);
    return 0;
}

/* The released code has one row, for its one split. */
#define RELEASED                                                                                   \
    {                                                                                              \
        91.5, 1, 1.06, 5.72, 18.3                                                                  \
    }
static const double released[FOLDS][LOSS_MAX_CLASSES] = {RELEASED, RELEASED, RELEASED, RELEASED,
                                                         RELEASED};

const struct dataset_format dataset_scut_fbp = {
    .id = DATA_SCUT_FBP,
    .kind = "SCUT-FBP",
    .holds = "an 'Attractiveness label.xlsx'",
    .protocols =
        {{.protocol = PROTOCOL_5_FOLD, .folds = true, .drop_last = true, .released = released}},
    .classes = 5,
    .rounding = ROUND_HALF_DOWN,
    .released_rounding = ROUND_HALF_EVEN,
    .find = find,
    .read = read_set,
};
