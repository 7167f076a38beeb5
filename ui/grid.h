/* grid.h - a table on screen: a head with the mark of sorting, columns as wide as their content, a
 * selected line, scrolling. Whose cells they are it does not know: they come from a function, or
 * from a `struct table`.
 */
#ifndef COMBOLAB_UI_GRID_H
#define COMBOLAB_UI_GRID_H

#include "ui/pen.h"
#include "ui/pointer.h"
#include "ui/request.h"

#define GRID_MOST_COLUMNS 64
#define GRID_TEXT_BYTES 320

struct grid_cell {
    char text[GRID_TEXT_BYTES];
    double figure; /* what text is made of, to fit the column, where `decimals` is not negative */
    int decimals;
    enum role role;
    bool has_bar;    /* before the text, where there is room for it */
    double fraction; /* of the bar */
    enum role bar_role;
};

struct grid {
    const struct column *columns; /* `least`: how far text may be cut before columns go */
    int n_columns;                /* at most GRID_MOST_COLUMNS */
    size_t n;                     /* lines */
    /* Fills a cell that is "" in ROLE_TEXT. Called for lines in sight only. */
    void (*cell)(const void *context, const struct pen *pen, size_t line, int column,
                 struct grid_cell *cell);
    /* The sign before a line, and its role; 0 = none. NULL when no line has one. */
    wchar_t (*sign)(const void *context, const struct pen *pen, size_t line, enum role *role);
    /* A line that is one text across all columns, what comes after its last tab at the right: fills
     * the cell and gives true. Optional. */
    bool (*across)(const void *context, const struct pen *pen, size_t line, struct grid_cell *cell);
    const void *context;
    int sorted; /* the column that has the mark, -1 = none */
    bool reverse;
};

/* Where somebody is in a grid; zeroed at its start. */
struct grid_place {
    int at, first;
    int page;  /* lines when last drawn */
    int shown; /* columns, so: the first ones, where later ones go first */
    /* The most cells that content in sight needed before and after the decimal point: kept, so that
     * columns do not jump while lines scroll by. */
    int before[GRID_MOST_COLUMNS], after[GRID_MOST_COLUMNS];
    bool bars[GRID_MOST_COLUMNS];    /* the column has them */
    bool figures[GRID_MOST_COLUMNS]; /* the column has them: it may have fewer decimals */
    /* Where it was last drawn; columns count from its left edge. */
    struct rect head, rows;
    struct column_place places[GRID_MOST_COLUMNS];
};

struct table;

/* A grid of a table's rows. It borrows the table and `columns`; those that a narrow screen may do
 * without go first, then the last ones. */
struct grid grid_of_table(const struct table *table, struct column columns[GRID_MOST_COLUMNS]);

/* The head's line and the lines below it; `place` follows the selection. */
void grid_draw(struct pen *pen, struct rect head, struct rect rows, const struct grid *grid,
               struct grid_place *place);

/* Moves the selection among `n` lines; false when `request` is no movement. */
bool grid_move(struct grid_place *place, size_t n, enum request request);

/* A click selects one of `n` lines, and the wheel scrolls; false when it is about something else.
 * `request` becomes REQ_ENTER for a double click, else REQ_NONE. */
bool grid_point(struct grid_place *place, size_t n, const struct pointer *pointer,
                enum request *request);

/* The column there; -1 when there is none. */
int grid_column_at(const struct grid_place *place, int x);

/* The column whose head is clicked, or -1. */
int grid_head_at(const struct grid_place *place, const struct pointer *pointer);

#endif
