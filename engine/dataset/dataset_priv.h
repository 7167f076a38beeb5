/* dataset_priv.h - what the readers of data set formats share: rows being gathered, and their
 * checks. */
#ifndef COMBOLAB_ENGINE_DATASET_DATASET_PRIV_H
#define COMBOLAB_ENGINE_DATASET_DATASET_PRIV_H

#include "engine/dataset/dataset.h"

/* An image as one line of a list names it. */
struct dataset_row {
    struct dataset_item item; /* owns the name */
    size_t line;              /* in the list, from 1 */
    bool on_disk;             /* its file was seen */
};

struct dataset_rows {
    const char *list; /* path of the list that `line` counts in; borrowed */
    struct dataset_row *row;
    size_t n, room;
};

/* A list file as text: a byte order mark skipped, refused when empty, too large or not text. */
struct dataset_text {
    uint8_t *block; /* owned */
    char *text;     /* within it, NUL-terminated, for the reader to cut up */
};
int dataset_text_read(struct dataset_text *t, const char *path, struct err *e);
void dataset_text_fini(struct dataset_text *t);

/* Appends a copy. */
int dataset_rows_add(struct dataset_rows *rows, const char *name, double score, size_t line,
                     struct err *e);
void dataset_rows_fini(struct dataset_rows *rows);

/* Sorts by name; an image named twice is an error with both lines. */
int dataset_rows_sort(struct dataset_rows *rows, struct err *e);

/* In sorted rows; NULL when there is none. */
struct dataset_row *dataset_rows_find(const struct dataset_rows *rows, const char *name);

/* Checks that the row's file is there and may be read; the message names `list` and `line`. */
int dataset_rows_check(struct dataset_row *row, const char *root, const char *list, size_t line,
                       struct err *e);

/* Parses a score; the message names list, line and what is allowed. */
int dataset_score(double *score, const char *text, const char *list, size_t line, struct err *e);

/* The fold asked for is one of 1..d->folds. */
int dataset_fold_check(const struct dataset *d, int fold, struct err *e);

/* The formats. They fill kind, name, root, protocol, fold, folds and the sorted rows. */
int dataset_scut_read(struct dataset *d, struct dataset_rows *rows, const char *folder,
                      enum config_protocol protocol, int fold, struct err *e);
int dataset_csv_read(struct dataset *d, struct dataset_rows *rows, const char *path,
                     enum config_protocol protocol, int fold, struct err *e);

#endif
