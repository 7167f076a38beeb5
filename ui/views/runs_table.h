/* runs_table.h - the columns of the list of runs. */
#ifndef COMBOLAB_UI_VIEWS_RUNS_TABLE_H
#define COMBOLAB_UI_VIEWS_RUNS_TABLE_H

#include "ui/layout.h"
#include "ui/pen.h"
#include "ui/views/runs_order.h"

#define RUNS_TABLE_COLUMNS 13

struct runs_table {
    struct column_place places[RUNS_TABLE_COLUMNS];
};

/* Which columns a table of that width has, and where. */
void runs_table_layout(struct runs_table *t, int cells);

/* The titles, with a mark at the column that is sorted by. */
void runs_table_head(struct pen *pen, struct rect at, const struct runs_table *t, enum runs_key key,
                     bool reverse);

/* One run. */
void runs_table_row(struct pen *pen, int y, int x, const struct runs_table *t,
                    const struct run_row *r, const struct ui_model *m);

#endif
