/* runs_table.h - the columns of the list of runs: their cells, and what sorting by them means. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_TABLE_H
#define COMBOLAB_UI_VIEWS_RUNS_TABLE_H

#include "ui/grid.h"

#define RUNS_COLUMNS 13
#define RUNS_BY_AGE (RUNS_COLUMNS - 1) /* newest first, as the model has them */

enum runs_sort {
    RUNS_NOT_SORTED,
    RUNS_AS_THEY_ARE,
    RUNS_BY_TEXT,
    RUNS_BY_COUNT, /* an int, greatest first */
    RUNS_LEAST_FIRST,
    RUNS_MOST_FIRST, /* doubles; those that are not there come last */
};

struct runs_column {
    struct column head;
    enum role role;
    const char *sorted_by; /* as people say it: "best PC" */
    enum runs_sort sort;
    size_t offset; /* of the field of struct ui_run that sorts */
    void (*cell)(const struct pen *pen, const struct ui_model *model, const struct ui_run *run,
                 const struct runs_column *by, struct grid_cell *cell);
};

extern const struct runs_column runs_columns[RUNS_COLUMNS];

#endif
