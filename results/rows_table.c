/* rows_table.c - a list of columns decides what a table of rows has and how it is written. */
#include "results/rows_table.h"

#include <math.h>

static bool is_shown(const struct row_column *c, unsigned only)
{
    return c->title && (!only || c->use & only);
}

static enum table_kind kind_of(const struct row_column *c)
{
    if (c->use & ROW_BYTES)
        return TABLE_BYTES;
    switch (c->kind) {
    case ROW_INT:
    case ROW_INT64:
        return TABLE_INT;
    case ROW_BOOL:
        return TABLE_FLAG;
    case ROW_TEXT:
        return TABLE_TEXT;
    case ROW_REAL:
        break;
    }
    if (c->use & ROW_TIME)
        return TABLE_TIME;
    return c->use & ROW_DURATION ? TABLE_DURATION : TABLE_REAL;
}

struct table_column rows_table_column(const struct row_column *c)
{
    return (struct table_column){c->name, c->title, kind_of(c), c->digits, c->use & ROW_SPARE};
}

static void add_int(struct table *t, const struct row_column *c, int64_t value)
{
    if (c->use & ROW_OPTIONAL && value <= 0)
        table_missing(t);
    else if (c->use & ROW_BYTES)
        table_real(t, (double)value);
    else
        table_int(t, value);
}

void rows_table_cell(struct table *t, const struct row_column *c, const void *row, double now_s)
{
    const void *field = (const char *)row + c->offset;
    switch (c->kind) {
    case ROW_INT:
        add_int(t, c, *(const int *)field);
        break;
    case ROW_INT64:
        add_int(t, c, *(const int64_t *)field);
        break;
    case ROW_BOOL:
        table_flag(t, *(const bool *)field);
        break;
    case ROW_REAL:
        table_real(t, c->derived ? c->derived(row, now_s) : *(const double *)field);
        break;
    case ROW_TEXT:
        table_text(t, field);
        break;
    }
}

void rows_table_mark(struct table *t, size_t at, const struct row_column *c)
{
    if (c->use & ROW_BEST)
        table_mark_best(t, at, c->use & ROW_RISING);
}

int rows_table_new(struct table **out, const char *name, bool record,
                   const struct row_column *columns, unsigned only, struct err *e)
{
    struct table_column made[ROW_MOST_COLUMNS];
    size_t n = 0;
    for (const struct row_column *c = columns; c->name; c++)
        if (is_shown(c, only))
            made[n++] = rows_table_column(c);
    return table_new(out, name, record, made, n, e);
}

void rows_table_add(struct table *t, const struct row_column *columns, unsigned only,
                    const void *row, double now_s)
{
    for (const struct row_column *c = columns; c->name; c++)
        if (is_shown(c, only))
            rows_table_cell(t, c, row, now_s);
}

int rows_table(struct table **out, const char *name, const struct row_column *columns,
               unsigned only, const void *rows, size_t n, size_t row_bytes, struct err *e)
{
    if (rows_table_new(out, name, false, columns, only, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        rows_table_add(*out, columns, only, (const char *)rows + i * row_bytes, (double)NAN);
    return 0;
}
