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
    bool keep_missing; /* images that are not there are marked */
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

/* Sorts by name, then line. */
void dataset_rows_order(struct dataset_rows *rows);

/* The same; an image named twice is an error with both lines. */
int dataset_rows_sort(struct dataset_rows *rows, struct err *e);

/* One file under two names (spellings, links) is an error with both lines. Of checked rows. */
int dataset_rows_distinct(const struct dataset_rows *rows, struct err *e);

/* In sorted rows; NULL when there is none. */
struct dataset_row *dataset_rows_find(const struct dataset_rows *rows, const char *name);

/* Checks that the row's file is there and may be read; the message names `list` and `line`. */
int dataset_rows_check(const struct dataset_rows *rows, struct dataset_row *row, const char *root,
                       const char *list, size_t line, struct err *e);

/* The same for all of a list, and that they are distinct. */
int dataset_rows_check_all(struct dataset_rows *rows, const char *root, struct err *e);

/* Makes one row of all that name an image, with the mean score and its deviation, and tells about
 * them in d->note; rows that `ratings` takes for repeated by mistake stay. */
int dataset_rows_average(struct dataset_rows *rows, struct dataset *d, enum config_ratings ratings,
                         struct err *e);

/* Divide images of sorted rows by a hash of their names: a fifth for testing, and d->name says so;
 * or d->folds folds, of which d->fold tests. */
int dataset_split_by_name(struct dataset *d, struct dataset_rows *rows, struct err *e);
int dataset_fold_by_name(const struct dataset *d, struct dataset_rows *rows, struct err *e);
void dataset_note_folds(struct dataset *d); /* says so */

/* The images of d->fold test, the others train. */
void dataset_split_by_fold(const struct dataset *d, struct dataset_rows *rows);

/* Reads what an image is for: train, test, or validation (val), which is neither. False where the
 * text is none of them; dataset_note_validation says how many were. */
bool dataset_part(struct dataset_item *item, const char *text);
void dataset_note_validation(struct dataset *d, const struct dataset_rows *rows);

/* Cuts outer blanks off. */
char *dataset_trim(char *text);

/* Adds to d->note, behind "; " where it says something already. */
void dataset_note(struct dataset *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Parses a score; the message names list, line and what is allowed. */
int dataset_score(double *score, const char *text, const char *list, size_t line, struct err *e);

/* Settles protocol, fold and name, given d->set. `met` has the bit 1 << protocol for each protocol
 * whose needs the set meets; `folds`: how many it has. ERR_USAGE says what there is instead. */
int dataset_choose(struct dataset *d, const struct dataset_request *request, unsigned met,
                   int folds, struct err *e);

#endif
