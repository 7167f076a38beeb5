/* cells.h - a table of results on screen in which a cell is selected: its first column stays in
 * sight, the others scroll sideways. */
#ifndef COMBOLAB_UI_CELLS_H
#define COMBOLAB_UI_CELLS_H

#include "ui/pen.h"
#include "ui/pointer.h"
#include "ui/request.h"

#include <stddef.h>

#define CELLS_MOST_SHOWN 64

struct table;

struct cells {
    const struct table *table;
    enum role (*role)(const void *context, size_t row, size_t column);
    const void *context;
};

/* Where somebody is; zeroed at its start. Columns count from 1: 0 is that of the rows' names. */
struct cells_place {
    int row, column, first_row, first_column;
    int page; /* rows when last drawn */
    struct rect at;
    int ends[CELLS_MOST_SHOWN], shown; /* so: columns from first_column on, and where they end */
};

/* A head and as many rows as there is room for. `place` follows the selection; NULL: there is none.
 */
void cells_draw(struct pen *pen, struct rect at, const struct cells *cells,
                struct cells_place *place);

/* Moves the selection; false when `request` is no movement. */
bool cells_move(struct cells_place *place, const struct table *table, enum request request);

/* A click selects a cell, and the wheel scrolls; else as grid_point. */
bool cells_point(struct cells_place *place, const struct table *table,
                 const struct pointer *pointer, enum request *request);

/* The selection back among the table's cells. */
void cells_keep(struct cells_place *place, const struct table *table);

#endif
