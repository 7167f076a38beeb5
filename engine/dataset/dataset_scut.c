/* dataset_scut.c - SCUT-FBP5500 v2 as it is distributed.
 *
 * Images/NAME, train_test_files/All_labels.txt with "NAME SCORE" lines, and under train_test_files
 * the 60/40 split and five folds, whose files repeat those lines. What contradicts All_labels.txt
 * is an error: a changed or half-copied set would give figures that compare with nothing.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/str.h"
#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDS 5
#define FOLDS_FOLDER "5_folders_cross_validations_files"
#define SPLIT_FOLDER "split_of_60%training and 40%testing"

struct scut {
    struct dataset *d;
    struct dataset_rows *rows;
    char lists[FILE_PATH_BYTES]; /* .../train_test_files */
};

/* What a list does to the rows it names. */
typedef int list_mark(struct dataset_row *row, int fold, const char *list, size_t line,
                      struct err *e);

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
static int split_line(char *line, double *score, const char *list, size_t number, struct err *e)
{
    char *blank = strrchr(line, ' ');
    char *tab = strrchr(line, '\t');
    if (!blank || (tab && tab > blank))
        blank = tab;
    if (!blank)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: '%s' is not an image and its score, such as 'AF1.jpg 3.25'", list,
                       number, line);
    if (dataset_score(score, blank + 1, list, number, e))
        return -1;
    while (blank > line && (blank[-1] == ' ' || blank[-1] == '\t'))
        blank--;
    *blank = '\0';
    return 0;
}

static int read_labels(struct scut *s, const char *path, struct err *e)
{
    struct dataset_text text = {0};
    if (dataset_text_read(&text, path, e))
        return -1;
    int result = 0;
    size_t number = 0;
    char *rest = text.text, *line;
    while (!result && (line = next_line(&rest)) != NULL) {
        double score;
        number++;
        if (!*line)
            continue;
        result = split_line(line, &score, path, number, e);
        if (!result)
            result = dataset_rows_add(s->rows, line, score, number, e);
    }
    dataset_text_fini(&text);
    return result ? result : dataset_rows_sort(s->rows, e);
}

static int apply_line(struct scut *s, char *line, const char *list, size_t number, list_mark *mark,
                      int fold, struct err *e)
{
    double score;
    if (split_line(line, &score, list, number, e))
        return -1;
    struct dataset_row *row = dataset_rows_find(s->rows, line);
    if (!row)
        return err_set(e, ERR_FORMAT, "%s:%zu: image '%s' is not in All_labels.txt", list, number,
                       line);
    if (score != row->item.score)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: image '%s' has score %.9g, but %.9g in All_labels.txt:%zu", list,
                       number, line, score, row->item.score, row->line);
    if (dataset_rows_check(row, s->d->root, list, number, e))
        return -1;
    return mark(row, fold, list, number, e);
}

/* Reads train_test_files/FOLDER/NAME and marks the rows it names. */
static int apply_list(struct scut *s, const char *folder, const char *name, list_mark *mark,
                      int fold, struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct dataset_text text = {0};
    int length = snprintf(path, sizeof path, "%s/%s/%s", s->lists, folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return err_set(e, ERR_USAGE, "path too long: %s/%s/%s", s->lists, folder, name);
    if (dataset_text_read(&text, path, e))
        return -1;
    int result = 0;
    size_t number = 0, images = 0;
    char *rest = text.text, *line;
    while (!result && (line = next_line(&rest)) != NULL) {
        number++;
        if (!*line)
            continue;
        images++;
        result = apply_line(s, line, path, number, mark, fold, e);
    }
    if (!result && !images)
        result = err_set(e, ERR_FORMAT, "%s: names no image", path);
    dataset_text_fini(&text);
    return result;
}

static int named_twice(const struct dataset_row *row, const char *list, size_t line, struct err *e)
{
    return err_set(e, ERR_FORMAT, "%s:%zu: image '%s' is named a second time in this list", list,
                   line, row->item.name);
}

static int mark_train(struct dataset_row *row, int fold, const char *list, size_t line,
                      struct err *e)
{
    (void)fold;
    if (row->item.train)
        return named_twice(row, list, line, e);
    row->item.train = true;
    return 0;
}

/* Test lists are applied after training lists. */
static int mark_test(struct dataset_row *row, int fold, const char *list, size_t line,
                     struct err *e)
{
    (void)fold;
    if (row->item.test)
        return named_twice(row, list, line, e);
    if (row->item.train)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: image '%s' is also in the training list beside it: an image may "
                       "train or test, not both",
                       list, line, row->item.name);
    row->item.test = true;
    return 0;
}

static int mark_fold(struct dataset_row *row, int fold, const char *list, size_t line,
                     struct err *e)
{
    if (row->item.fold == fold)
        return named_twice(row, list, line, e);
    if (row->item.fold)
        return err_set(e, ERR_FORMAT,
                       "%s:%zu: image '%s' is tested by fold %d, but already by fold %d", list,
                       line, row->item.name, fold, row->item.fold);
    row->item.fold = fold;
    return 0;
}

static int apply_fold(struct scut *s, const char *part, list_mark *mark, int fold, struct err *e)
{
    char folder[128], name[32];
    snprintf(folder, sizeof folder, FOLDS_FOLDER "/cross_validation_%d", fold);
    snprintf(name, sizeof name, "%s_%d.txt", part, fold);
    return apply_list(s, folder, name, mark, fold, e);
}

static bool has_folds(const struct scut *s)
{
    char path[FILE_PATH_BYTES];
    struct stat st;
    return !str_path(path, sizeof path, s->lists, FOLDS_FOLDER) && !stat(path, &st);
}

static int apply_protocol(struct scut *s, int fold, struct err *e)
{
    if (s->d->protocol == PROTOCOL_60_40)
        return apply_list(s, SPLIT_FOLDER, "train.txt", mark_train, 0, e) ||
                       apply_list(s, SPLIT_FOLDER, "test.txt", mark_test, 0, e)
                   ? -1
                   : 0;
    return apply_fold(s, "train", mark_train, fold, e) || apply_fold(s, "test", mark_test, fold, e)
               ? -1
               : 0;
}

static int choose_protocol(struct dataset *d, enum config_protocol protocol, int fold,
                           struct err *e)
{
    snprintf(d->kind, sizeof d->kind, "SCUT-FBP5500");
    snprintf(d->set, sizeof d->set, "SCUT-FBP5500");
    snprintf(d->name, sizeof d->name, "SCUT-FBP5500 60-40");
    if (protocol == PROTOCOL_AUTO || protocol == PROTOCOL_60_40) {
        d->protocol = PROTOCOL_60_40;
        return 0;
    }
    if (protocol != PROTOCOL_5_FOLD)
        return err_set(e, ERR_USAGE,
                       "option 'protocol': SCUT-FBP5500 has the protocols 60-40 and 5-fold, not %s",
                       dataset_protocol_name(protocol));
    d->protocol = PROTOCOL_5_FOLD;
    d->folds = FOLDS;
    d->folds_drop_last = true;
    snprintf(d->name, sizeof d->name, "SCUT-FBP5500 5-fold");
    if (dataset_fold_check(d, fold, e))
        return -1;
    d->fold = fold;
    snprintf(d->name, sizeof d->name, "SCUT-FBP5500 5-fold %d/%d", fold, FOLDS);
    return 0;
}

int dataset_scut_read(struct dataset *d, struct dataset_rows *rows, const char *folder,
                      enum config_protocol protocol, int fold, struct err *e)
{
    char labels[FILE_PATH_BYTES];
    struct scut s = {.d = d, .rows = rows};
    struct stat st;
    if (choose_protocol(d, protocol, fold, e))
        return -1;
    if (str_path(d->root, sizeof d->root, folder, "Images") ||
        str_path(s.lists, sizeof s.lists, folder, "train_test_files") ||
        str_path(labels, sizeof labels, s.lists, "All_labels.txt"))
        return err_set(e, ERR_USAGE, "path too long: %s", folder);
    if (stat(d->root, &st) || !S_ISDIR(st.st_mode))
        return err_set(e, ERR_NOT_FOUND, "%s: the folder of images is missing", d->root);
    rows->list = labels;
    if (read_labels(&s, labels, e) || apply_protocol(&s, fold, e))
        return -1;
    for (int k = 1; k <= FOLDS && has_folds(&s); k++)
        if (apply_fold(&s, "test", mark_fold, k, e))
            return -1;
    /* Images of no list are decoded too: they belong to the set. */
    for (size_t i = 0; i < rows->n; i++)
        if (dataset_rows_check(&rows->row[i], d->root, labels, rows->row[i].line, e))
            return -1;
    rows->list = NULL;
    return 0;
}
