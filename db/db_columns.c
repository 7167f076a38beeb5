/* db_columns.c - tables that say which column is which field of a row struct, so that a column is
 * written once and read, inserted and updated from there.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <string.h>

static void add_list(struct str *sql, const struct column *columns, const char *after)
{
    for (const struct column *c = columns; c->sql; c++)
        str_addf(sql, "%s%s%s", c == columns ? "" : ", ", c->sql, after);
}

void columns_add_names(struct str *sql, const struct column *columns)
{
    add_list(sql, columns, "");
}

void columns_add_sets(struct str *sql, const struct column *columns)
{
    add_list(sql, columns, " = ?");
}

void columns_add_marks(struct str *sql, const struct column *columns)
{
    for (const struct column *c = columns; c->sql; c++)
        str_add(sql, c == columns ? "?" : ", ?");
}

static void bind_number(struct query *q, int64_t value, bool optional)
{
    if (optional && value == 0)
        query_bind_null(q);
    else
        query_bind_int(q, value);
}

void query_bind_row(struct query *q, const struct column *columns, const void *row)
{
    for (const struct column *c = columns; c->sql; c++) {
        const void *field = (const char *)row + c->offset;
        switch (c->kind) {
        case COLUMN_INT:
            bind_number(q, *(const int *)field, c->optional);
            break;
        case COLUMN_INT64:
            bind_number(q, *(const int64_t *)field, c->optional);
            break;
        case COLUMN_BOOL:
            query_bind_int(q, *(const bool *)field);
            break;
        case COLUMN_REAL:
            query_bind_real(q, *(const double *)field);
            break;
        case COLUMN_TEXT:
            if (c->optional)
                query_bind_text_or_null(q, field);
            else
                query_bind_text(q, field);
            break;
        }
    }
}

void query_row(struct query *q, const struct column *columns, void *row)
{
    for (const struct column *c = columns; c->sql; c++) {
        void *field = (char *)row + c->offset;
        switch (c->kind) {
        case COLUMN_INT:
            *(int *)field = (int)query_int(q);
            break;
        case COLUMN_INT64:
            *(int64_t *)field = query_int(q);
            break;
        case COLUMN_BOOL:
            *(bool *)field = query_int(q) != 0;
            break;
        case COLUMN_REAL:
            *(double *)field = query_real(q);
            break;
        case COLUMN_TEXT:
            query_text(q, field, c->bytes);
            break;
        }
    }
}

void query_open_select(struct query *q, struct db *d, const struct column *columns,
                       const char *rest)
{
    struct str sql;
    str_init(&sql);
    str_add(&sql, "SELECT ");
    columns_add_names(&sql, columns);
    str_addf(&sql, " %s", rest);
    query_open_str(q, d, &sql);
}

int query_rows(struct query *q, const struct column *columns, size_t row_bytes, void **out,
               size_t *n, struct err *e)
{
    char *rows = NULL;
    size_t count = 0, room = 0;
    int more;
    *out = NULL;
    *n = 0;
    while ((more = query_step(q, e)) == 1) {
        if (count == room) {
            room = room ? room * 2 : 16;
            char *grown = mem_resize(rows, room, row_bytes);
            if (!grown) {
                more = mem_error(e, "the rows of a list", room * row_bytes);
                break;
            }
            rows = grown;
        }
        char *row = rows + count++ * row_bytes;
        memset(row, 0, row_bytes);
        query_row(q, columns, row);
    }
    query_close(q);
    if (more < 0) {
        mem_free(rows);
        return -1;
    }
    *out = rows;
    *n = count;
    return 0;
}
