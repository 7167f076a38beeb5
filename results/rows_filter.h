/* rows_filter.h - a filter in words, the same in commands and on the screen:
 *
 *     loss:combo pc>0.5 state:running !name~s[12]$ huber
 *
 * A row passes when it meets every test; tests stand apart by blanks. NAME:TEXT, the column
 * contains the text; NAME=TEXT and NAME!=TEXT, it is the text; NAME~REGEX, a POSIX extended regular
 * expression matches in it. Of numbers NAME = != < <= > >=, durations as 90s, 15m, 2h or 3d; of
 * whole numbers also several, id=3,5-9. A plain TEXT or ~REGEX is sought in every column of words.
 * `!` before a test turns it round, "double quotes" keep blanks and signs together, and upper and
 * lower case are one. A number that is missing meets no test.
 *
 * Order of calls: new, choose as often as wanted, free. One thread at a time.
 */
#ifndef COMBOLAB_RESULTS_ROWS_FILTER_H
#define COMBOLAB_RESULTS_ROWS_FILTER_H

#include "results/rows_columns.h"

#define ROWS_FILTER_MOST 16 /* tests */

struct rows_filter;

/* `columns` decides which names there are. ERR_USAGE says which test is wrong, and how. */
int rows_filter_new(struct rows_filter **out, const char *text, const struct row_column *columns,
                    struct err *e);
void rows_filter_free(struct rows_filter *f); /* NULL is allowed */

/* Writes the indices of the rows that pass into `places`, which has room for all of them; returns
 * how many. The list may have other columns than the names came from: a test of one that it lacks
 * is not met. */
size_t rows_filter_choose(struct rows_filter *f, const struct rows_list *list, int *places);

#endif
