/* rows_table.h - rows of the run database as tables, by the lists of columns in db/rows.h.
 *
 * A table has a column for each of a list that has a title and one of the uses `only` (enum
 * row_use, 0 = all). Errors of rows_table_add wait for tables_print, as those of table.h do.
 */
#ifndef COMBOLAB_RESULTS_ROWS_TABLE_H
#define COMBOLAB_RESULTS_ROWS_TABLE_H

#include "db/rows.h"
#include "results/table.h"

/* `n` rows of `row_bytes` each. */
int rows_table(struct table **out, const char *name, const struct row_column *columns,
               unsigned only, const void *rows, size_t n, size_t row_bytes, struct err *e);

int rows_table_new(struct table **out, const char *name, bool record,
                   const struct row_column *columns, unsigned only, struct err *e);
void rows_table_add(struct table *t, const struct row_column *columns, unsigned only,
                    const void *row, double now_s);

/* For tables of another make: one column, and the cell under it; and when all cells are there, the
 * best of column `at` are marked if that is a figure of which there is a best. */
struct table_column rows_table_column(const struct row_column *c);
void rows_table_cell(struct table *t, const struct row_column *c, const void *row, double now_s);
void rows_table_mark(struct table *t, size_t at, const struct row_column *c);

#endif
