/* table.h - the one way that rows are written: aligned for people, as CSV or JSON for programs, as
 * Markdown or LaTeX for papers.
 *
 * Order of calls: table_new, then for every row one table_* call a column in order, then
 * tables_print, table_free. A failed allocation, and a cell of another kind than its column, are
 * remembered and told by tables_print, so that filling needs no checks.
 */
#ifndef COMBOLAB_RESULTS_TABLE_H
#define COMBOLAB_RESULTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;

/* How tables are printed. */
enum output_format {
    FORMAT_TABLE,
    FORMAT_CSV,
    FORMAT_JSON,
    FORMAT_MARKDOWN,
    FORMAT_LATEX, /* of the package booktabs */
    FORMATS
};

enum table_kind {
    TABLE_TEXT,
    TABLE_INT,
    TABLE_REAL,
    TABLE_DELTA, /* a difference: people see its sign */
    TABLE_FLAG,
    TABLE_TIME,     /* seconds since 1970; exported as ISO 8601 in UTC */
    TABLE_DURATION, /* seconds */
    TABLE_BYTES,
};

struct table_column {
    const char *name;  /* in CSV and JSON: "best_mae" */
    const char *title; /* for people: "MAE@best" */
    enum table_kind kind;
    int digits; /* TABLE_REAL, for people: as in struct row_column; exports are exact */
    bool spare; /* left out where a terminal is too narrow */
};

struct table_cell {
    bool missing;
    bool marked; /* bold in Markdown and LaTeX */
    int64_t whole;
    double real;
    char *text; /* owned */
};

struct table {
    char *name;                   /* key in JSON, heading for people, when several are printed */
    bool record;                  /* one row, written as one "title  value" line a column */
    struct table_column *columns; /* owned, with their names */
    size_t n_columns;
    struct table_cell *cells; /* row by row */
    size_t n_cells, room;
    bool out_of_memory, wrong_kind;
};

/* Columns are copied. */
int table_new(struct table **out, const char *name, bool record, const struct table_column *columns,
              size_t n_columns, struct err *e);
void table_free(struct table *t);

void table_text(struct table *t, const char *text); /* copied */
void table_int(struct table *t, int64_t value);
void table_real(struct table *t, double value); /* all other numbers; NaN = missing */
void table_flag(struct table *t, bool value);
void table_missing(struct table *t);

/* Marks the cell that was added last; or, when all are there, of a column of numbers those that are
 * the best, unless all are alike. */
void table_mark(struct table *t);
void table_mark_best(struct table *t, size_t column, bool least);

/* Writes `n` tables. `format` is enum output_format; CSV takes exactly one table. `width` is the
 * columns of the terminal, 0 for no limit. One table is in JSON an array of objects (an object for
 * a record), several are an object of those. In Markdown and LaTeX nothing is left out; several
 * have headings, or captions. `terminal`: no control character goes out raw. */
int tables_print(struct table *const *tables, size_t n, int format, int width, bool terminal,
                 FILE *out, struct err *e);

/* A cell as people read it, cut to what fits `room`. Texts are not made visible: who shows them
 * does.
 */
void table_show(const struct table_column *column, const struct table_cell *cell, char *to,
                size_t room);

/* Numbers stand at the right of their columns. */
bool table_is_number(enum table_kind kind);

#endif
