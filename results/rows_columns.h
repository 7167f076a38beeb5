/* rows_columns.h - the lists of columns in db/rows.h as people speak of them: found by what they
 * are called, and the value that a row has in one. Pure; any thread. */
#ifndef COMBOLAB_RESULTS_ROWS_COLUMNS_H
#define COMBOLAB_RESULTS_ROWS_COLUMNS_H

#include "db/rows.h"

struct err;

/* Rows of any kind; `now_s` is the time (seconds since 1970) for what goes on yet. */
struct rows_list {
    const struct row_column *columns;
    const void *rows;
    size_t n, row_bytes;
    double now_s;
};

/* The column of exactly that name, or NULL. */
const struct row_column *rows_column(const struct row_column *columns, const char *name);

/* The column that is meant: by its name or title, in any case, with or without the "best_" before
 * it. Only those that have a title. NULL with ERR_USAGE and the names that there are. */
const struct row_column *rows_column_meant(const struct row_column *columns, const char *said,
                                           struct err *e);

/* Columns that are meant, separated by commas, each once, into to[n]. 0 or -1. */
int rows_columns_meant(const struct row_column *columns, const char *said,
                       const struct row_column *to[ROW_MOST_COLUMNS], size_t *n, struct err *e);

/* Row i of the list. */
const void *rows_at(const struct rows_list *list, size_t i);

/* What stands in a column: text, "" when it is missing; or a number, NaN when it is. */
const char *rows_text(const struct row_column *column, const void *row);
double rows_number(const struct row_column *column, const void *row, double now_s);

#endif
