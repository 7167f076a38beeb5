/* grid_table.c - a table of results as a grid. */
#include "ui/grid.h"

#include "results/table.h"

#define LEAST_CELLS 12 /* of a text */
#define MOST_CELLS 60

static void fill(const void *context, const struct pen *pen, size_t line, int column,
                 struct grid_cell *cell)
{
    const struct table *t = context;
    const struct table_cell *from = &t->cells[line * t->n_columns + (size_t)column];
    (void)pen;
    table_show(&t->columns[column], from, cell->text, sizeof cell->text);
    if (from->missing)
        cell->role = ROLE_DIM;
}

struct grid grid_of_table(const struct table *t, struct column columns[GRID_MOST_COLUMNS])
{
    int n = t->n_columns < GRID_MOST_COLUMNS ? (int)t->n_columns : GRID_MOST_COLUMNS;
    for (int c = 0; c < n; c++) {
        const struct table_column *from = &t->columns[c];
        columns[c] = (struct column){.title = from->title,
                                     .least = LEAST_CELLS,
                                     .most = MOST_CELLS,
                                     .priority = from->spare ? 1 + c : 0,
                                     .right = table_is_number(from->kind)};
    }
    return (struct grid){.columns = columns,
                         .n_columns = n,
                         .n = t->n_cells / t->n_columns,
                         .cell = fill,
                         .context = t,
                         .sorted = -1};
}
