/* dataset_priv.h - what the readers of data set formats share: rows being gathered, their checks,
 * and the choice of a protocol. */
#ifndef COMBOLAB_ENGINE_DATASET_DATASET_PRIV_H
#define COMBOLAB_ENGINE_DATASET_DATASET_PRIV_H

#include "engine/dataset/dataset.h"
#include "engine/dataset/dataset_format.h"

/* An image as one line of a list names it. */
struct dataset_row {
    struct dataset_item item; /* owns the name */
    size_t line;              /* in the list, from 1 */
    bool on_disk;             /* its file was seen, which is: */
    uint64_t device, inode, bytes;
};

struct dataset_rows {
    const char *list; /* path of the list that `line` counts in; borrowed */
    struct dataset_row *row;
    size_t n, room;
};

/* A list file as text: a byte order mark skipped, lines that end in CR alone ended in LF; refused
 * when empty, too large or not text. */
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

/* One file under two names (spellings, links) is an error with both lines. Of checked rows. */
int dataset_rows_distinct(const struct dataset_rows *rows, struct err *e);

/* In sorted rows; NULL when there is none. */
struct dataset_row *dataset_rows_find(const struct dataset_rows *rows, const char *name);

/* Checks that the row's file is there and may be read; the message names `list` and `line`. */
int dataset_rows_check(struct dataset_row *row, const char *root, const char *list, size_t line,
                       struct err *e);

/* Parses a score; the message names list, line and what is allowed. */
int dataset_score(double *score, const char *text, const char *list, size_t line, struct err *e);

/* Settles protocol, fold and name, given d->set. `met` has the bit 1 << protocol for each protocol
 * whose needs the set meets; `folds`: how many it has. ERR_USAGE says what there is instead. */
int dataset_choose(struct dataset *d, const struct dataset_request *request, unsigned met,
                   int folds, struct err *e);

#endif
