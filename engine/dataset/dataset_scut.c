/* dataset_scut.c - SCUT-FBP5500 as it is distributed.
 *
 * Images/NAME, train_test_files/All_labels.txt with "NAME SCORE" lines, and under train_test_files
 * the 60/40 split and five folds, whose files repeat those lines. What contradicts All_labels.txt
 * is an error: a changed or half-copied set would give figures that compare with nothing.
 *
 * Images have the names of version 2 (AF1.jpg); lists may have those of version 1 (fty1.jpg), or
 * those of the landmarks (AF1.mat), where no such image is there but the one that is meant.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDS 5
#define LISTS_FOLDER "train_test_files"
#define FOLDS_FOLDER "5_folders_cross_validations_files"
#define SPLIT_FOLDER "split_of_60%training and 40%testing"

struct scut {
    struct dataset *d;
    struct dataset_rows *rows;
    char lists[FILE_PATH_BYTES]; /* .../train_test_files */
    /* the list being read */
    const char *list;
    size_t line;
    int fold; /* that it is of */
    size_t renamed;
    char old_name[32], new_name[32]; /* the first of them */
};

/* What a list does to the rows it names. */
typedef int list_mark(struct scut *s, struct dataset_row *row, struct err *e);

/* Cuts the next line off *text, without its end and outer blanks. NULL at the end. */
static char *next_line(char **text)
{
    char *line = *text;
    if (!*line)
        return NULL;
    size_t length = strcspn(line, "\n");
    *text = line[length] ? line + length + 1 : line + length;
    while (length && strchr(" \t\r", line[length - 1]))
        length--;
    line[length] = '\0';
    return line + strspn(line, " \t");
}

/* "NAME SCORE": the score is what follows the last blank. Cuts `line` up. */
static int split_line(const struct scut *s, char *line, double *score, struct err *e)
{
    char *blank = strrchr(line, ' ');
    char *tab = strrchr(line, '\t');
    if (!blank || (tab && tab > blank))
        blank = tab;
    if (!blank)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: '%s' is not an image and its score, such as 'AF1.jpg 3.25'",
                       s->list, s->line, line);
    if (dataset_score(score, blank + 1, s->list, s->line, e))
        return -1;
    while (blank > line && (blank[-1] == ' ' || blank[-1] == '\t'))
        blank--;
    *blank = '\0';
    return 0;
}

/* Another name of an image that a list calls fty1.jpg, fty1.mat or AF1.mat: first with .jpg for
 * .mat, then as version 2 has it. False where there is none. */
#define OTHER_NAMES 2
static bool other_name(char to[32], const char *name, int way)
{
    static const char *const old[][2] = {
        {"fty", "AF"}, {"mty", "AM"}, {"ftw", "CF"}, {"mtw", "CM"}};
    const char *dot = strrchr(name, '.');
    bool landmarks = dot && !strcasecmp(dot, ".mat");
    const char *end = landmarks ? ".jpg" : dot;
    size_t letters = 0;
    while (isalpha((unsigned char)name[letters]))
        letters++;
    size_t digits = strspn(name + letters, "0123456789");
    if (!dot || !digits || digits > 9 || name + letters + digits != dot || letters > 3 ||
        strlen(end) > 5)
        return false;
    if (!way) {
        snprintf(to, 32, "%.*s%s", (int)(letters + digits), name, end);
        return landmarks;
    }
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (letters == 3 && !strncasecmp(name, old[i][0], 3)) {
            snprintf(to, 32, "%s%.*s%s", old[i][1], (int)digits, name + letters, end);
            return true;
        }
    return false;
}

static bool has_image(const struct scut *s, const char *name)
{
    char path[FILE_PATH_BYTES];
    return !str_path(path, sizeof path, s->d->root, name) && !access(path, F_OK);
}

/* A row is called as its image is. */
static int add_line(struct scut *s, const char *name, double score, struct err *e)
{
    char other[32];
    bool found = has_image(s, name);
    for (int way = 0; !found && way < OTHER_NAMES; way++) {
        if (!other_name(other, name, way) || !has_image(s, other))
            continue;
        if (!s->renamed++) {
            str_copy(s->old_name, sizeof s->old_name, name);
            str_copy(s->new_name, sizeof s->new_name, other);
        }
        return dataset_rows_add(s->rows, other, score, s->line, e);
    }
    return dataset_rows_add(s->rows, name, score, s->line, e);
}

static struct dataset_row *find_row(const struct scut *s, const char *name)
{
    char other[32];
    struct dataset_row *row = dataset_rows_find(s->rows, name);
    for (int way = 0; !row && way < OTHER_NAMES; way++)
        if (other_name(other, name, way))
            row = dataset_rows_find(s->rows, other);
    return row;
}

/* Without a mark, adds a row. */
static int apply_line(struct scut *s, char *line, list_mark *mark, struct err *e)
{
    double score;
    if (split_line(s, line, &score, e))
        return -1;
    if (!mark)
        return add_line(s, line, score, e);
    struct dataset_row *row = find_row(s, line);
    if (!row)
        return err_set(e, ERR_FORMAT, "%s:%zu: image '%s' is not in All_labels.txt", s->list,
                       s->line, line);
    if (score != row->item.score)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: image '%s' has score %.9g, but %.9g in All_labels.txt:%zu", s->list,
                       s->line, line, score, row->item.score, row->line);
    if (dataset_rows_check(s->rows, row, s->d->root, s->list, s->line, e))
        return -1;
    return mark(s, row, e);
}

static int read_list(struct scut *s, const char *path, list_mark *mark, struct err *e)
{
    struct dataset_text text = {0};
    if (dataset_text_read(&text, path, e))
        return -1;
    int result = 0;
    size_t images = 0;
    char *rest = text.text, *line;
    s->list = path;
    s->line = 0;
    while (!result && (line = next_line(&rest)) != NULL) {
        s->line++;
        if (!*line)
            continue;
        images++;
        result = apply_line(s, line, mark, e);
    }
    if (!result && !images)
        result = err_set(e, ERR_FORMAT, "%s: names no image", path);
    dataset_text_fini(&text);
    return result;
}

static int named_twice(const struct scut *s, const struct dataset_row *row, struct err *e)
{
    return err_set(e, ERR_FORMAT, "%s:%zu: image '%s' is named a second time in this list", s->list,
                   s->line, row->item.name);
}

static int mark_train(struct scut *s, struct dataset_row *row, struct err *e)
{
    if (row->item.train)
        return named_twice(s, row, e);
    row->item.train = true;
    return 0;
}

/* Test lists are read after training lists. */
static int mark_test(struct scut *s, struct dataset_row *row, struct err *e)
{
    if (row->item.test)
        return named_twice(s, row, e);
    if (row->item.train)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: image '%s' is also in the training list beside it: an image may "
                       "train or test, not both",
                       s->list, s->line, row->item.name);
    row->item.test = true;
    return 0;
}

static int mark_fold(struct scut *s, struct dataset_row *row, struct err *e)
{
    if (row->item.fold == s->fold)
        return named_twice(s, row, e);
    if (row->item.fold)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: image '%s' is tested by fold %d, but already by fold %d", s->list,
                       s->line, row->item.name, s->fold, row->item.fold);
    row->item.fold = s->fold;
    return 0;
}

static int apply_list(struct scut *s, const char *name, list_mark *mark, struct err *e)
{
    char path[FILE_PATH_BYTES];
    if (str_path(path, sizeof path, s->lists, name))
        return err_set(e, ERR_USAGE, "path too long: %s/%s", s->lists, name);
    return read_list(s, path, mark, e);
}

static int apply_fold(struct scut *s, const char *part, list_mark *mark, int fold, struct err *e)
{
    char name[128];
    snprintf(name, sizeof name, FOLDS_FOLDER "/cross_validation_%d/%s_%d.txt", fold, part, fold);
    s->fold = fold;
    return apply_list(s, name, mark, e);
}

/* Makes the path in `to`. */
static bool is_folder(char to[FILE_PATH_BYTES], const char *dir, const char *name)
{
    struct stat st;
    return !str_path(to, FILE_PATH_BYTES, dir, name) && !stat(to, &st) && S_ISDIR(st.st_mode);
}

static bool has_folds(const struct scut *s)
{
    char path[FILE_PATH_BYTES];
    struct stat st;
    return !str_path(path, sizeof path, s->lists, FOLDS_FOLDER) && !stat(path, &st);
}

static int apply_protocol(struct scut *s, struct err *e)
{
    int fold = s->d->fold;
    bool failed = fold ? apply_fold(s, "train", mark_train, fold, e) ||
                             apply_fold(s, "test", mark_test, fold, e)
                       : apply_list(s, SPLIT_FOLDER "/train.txt", mark_train, e) ||
                             apply_list(s, SPLIT_FOLDER "/test.txt", mark_test, e);
    return failed ? -1 : 0;
}

/* The set's own folder, or the one that it is distributed in. */
static const char *find(const char *path, char inner[FILE_PATH_BYTES])
{
    if (is_folder(inner, path, LISTS_FOLDER))
        return path;
    return is_folder(inner, path, "SCUT-FBP5500_v2") ? inner : NULL;
}

static int read_set(struct dataset *d, struct dataset_rows *rows,
                    const struct dataset_request *request, struct err *e)
{
    char labels[FILE_PATH_BYTES];
    const char *folder = request->path;
    struct scut s = {.d = d, .rows = rows};
    struct stat st;
    str_copy(d->set, sizeof d->set, d->format->kind);
    if (dataset_choose(d, request, 0, FOLDS, e))
        return -1;
    if (str_path(d->root, sizeof d->root, folder, "Images") ||
        str_path(s.lists, sizeof s.lists, folder, LISTS_FOLDER) ||
        str_path(labels, sizeof labels, s.lists, "All_labels.txt"))
        return err_set(e, ERR_USAGE, "path too long: %s", folder);
    if (stat(d->root, &st) || !S_ISDIR(st.st_mode))
        return err_set(e, ERR_NOT_FOUND, "%s: the folder of images is missing", d->root);
    rows->list = labels;
    if (read_list(&s, labels, NULL, e) || dataset_rows_sort(rows, e) || apply_protocol(&s, e))
        return -1;
    for (int k = 1; k <= FOLDS && has_folds(&s); k++)
        if (apply_fold(&s, "test", mark_fold, k, e))
            return -1;
    /* Images of no list are decoded too: they belong to the set. */
    for (size_t i = 0; i < rows->n; i++)
        if (dataset_rows_check(rows, &rows->row[i], d->root, labels, rows->row[i].line, e))
            return -1;
    if (s.renamed)
        dataset_note(
            d,
            "%zu of %zu images have another name in the lists than on disk, as in version 1 "
            "of the set: %s is taken as %s",
            s.renamed, rows->n, s.old_name, s.new_name);
    int result = dataset_rows_distinct(rows, e);
    rows->list = NULL;
    return result;
}

/* The released code's class weights. Those of 60-40 look misordered, and are kept so. */
static const double weights_60_40[][LOSS_MAX_CLASSES] = {{1.88, 1, 1.91, 99.38, 99.38}};
static const double weights_5_fold[FOLDS][LOSS_MAX_CLASSES] = {
    {93.3, 1.98, 1, 1.91, 102.19}, {105.9, 1.92, 1, 1.86, 92.09}, {97.64, 1.97, 1, 1.92, 89.5},
    {96.68, 1.92, 1, 1.9, 106.35}, {85.32, 1.94, 1, 1.9, 106.65},
};

const struct dataset_format dataset_scut = {
    .id = DATA_SCUT,
    .kind = "SCUT-FBP5500",
    .holds = LISTS_FOLDER " (SCUT-FBP5500)",
    .protocols = {{.protocol = PROTOCOL_60_40, .released = weights_60_40},
                  {.protocol = PROTOCOL_5_FOLD,
                   .folds = true,
                   .drop_last = true,
                   .released = weights_5_fold}},
    .classes = 5,
    .rounding = ROUND_HALF_DOWN,
    .released_rounding = ROUND_HALF_EVEN,
    .find = find,
    .read = read_set,
};
