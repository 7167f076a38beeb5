/* runs_table.h - what the list of runs shows of the columns of runs, and how. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_TABLE_H
#define COMBOLAB_UI_VIEWS_RUNS_TABLE_H

#include "ui/grid.h"

#define RUNS_COLUMNS 18
#define RUNS_BY_AGE (RUNS_COLUMNS - 1) /* newest first, as the model has them */

struct runs_column {
    struct column head;
    char key;         /* after the key that sorts, 0 = it is not sorted by */
    const char *name; /* of the run's column that sorts, "" = none */
    enum role role;
    void (*cell)(const struct pen *pen, const struct ui_model *model, const struct ui_run *run,
                 struct grid_cell *cell);
};

extern const struct runs_column runs_columns[RUNS_COLUMNS];

/* The column with that key, or -1. */
int runs_column_of_key(wchar_t key);

/* Which key sorts by which column, those that are out of sight too: on the lowest of the lines,
 * which are taken from `rows`. */
void runs_table_draw_keys(struct pen *pen, struct rect *rows);

#endif
