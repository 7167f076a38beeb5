/* db_columns.c - statements made from the lists of columns: what is read, inserted and updated is
 * what rows.c says.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <limits.h>
#include <string.h>

/* The table's own, with one of the uses wanted. */
static bool is_written(const struct row_column *c, unsigned only)
{
    return c->sql && !(c->use & ROW_EXPRESSION) && (!only || c->use & only);
}

void columns_add_read(struct str *sql, const struct row_column *columns, const char *from,
                      const char *comma)
{
    for (const struct row_column *c = columns; c->name; c++) {
        if (!c->sql)
            continue;
        str_addf(sql, "%s%s%s", comma, c->use & ROW_EXPRESSION ? "" : from, c->sql);
        comma = ", ";
    }
}

void query_open_select(struct query *q, struct db *d, const struct row_column *columns,
                       const char *from, const char *rest)
{
    struct str sql;
    str_init(&sql);
    str_add(&sql, "SELECT ");
    columns_add_read(&sql, columns, from, "");
    str_addf(&sql, " %s", rest);
    query_open_str(q, d, &sql);
}

void query_open_insert(struct query *q, struct db *d, const char *table, const char *keys,
                       const struct row_column *columns, unsigned only)
{
    struct str sql;
    str_init(&sql);
    str_addf(&sql, "INSERT INTO %s(%s", table, keys);
    int marks = 1;
    for (const char *at = keys; (at = strchr(at, ',')); at++)
        marks++;
    for (const struct row_column *c = columns; c->name; c++) {
        if (!is_written(c, only))
            continue;
        str_addf(&sql, ", %s", c->sql);
        marks++;
    }
    str_add(&sql, ") VALUES (?");
    while (--marks)
        str_add(&sql, ", ?");
    str_add(&sql, ")");
    query_open_str(q, d, &sql);
}

void query_open_update(struct query *q, struct db *d, const char *table,
                       const struct row_column *columns, unsigned only)
{
    struct str sql;
    const char *before = "SET";
    str_init(&sql);
    str_addf(&sql, "UPDATE %s ", table);
    for (const struct row_column *c = columns; c->name; c++) {
        if (!is_written(c, only))
            continue;
        str_addf(&sql, "%s %s = ?", before, c->sql);
        before = ",";
    }
    str_add(&sql, " WHERE id = ?");
    query_open_str(q, d, &sql);
}

static void bind_number(struct query *q, int64_t value, bool optional)
{
    if (optional && value == 0)
        query_bind_null(q);
    else
        query_bind_int(q, value);
}

static void bind_field(struct query *q, const struct row_column *c, const void *field)
{
    bool optional = c->use & ROW_OPTIONAL;
    switch (c->kind) {
    case ROW_INT:
        bind_number(q, *(const int *)field, optional);
        break;
    case ROW_INT64:
        bind_number(q, *(const int64_t *)field, optional);
        break;
    case ROW_BOOL:
        query_bind_int(q, *(const bool *)field);
        break;
    case ROW_REAL:
        query_bind_real(q, *(const double *)field);
        break;
    case ROW_TEXT:
        if (optional)
            query_bind_text_or_null(q, field);
        else
            query_bind_text(q, field);
        break;
    }
}

void query_bind_row(struct query *q, const struct row_column *columns, unsigned only,
                    const void *row)
{
    for (const struct row_column *c = columns; c->name; c++)
        if (is_written(c, only))
            bind_field(q, c, (const char *)row + c->offset);
}

/* A file may say any number; what does not fit becomes the nearest that does. */
static int nearest_int(int64_t value)
{
    return value < INT_MIN ? INT_MIN : value > INT_MAX ? INT_MAX : (int)value;
}

static void read_field(struct query *q, const struct row_column *c, void *field)
{
    switch (c->kind) {
    case ROW_INT:
        *(int *)field = nearest_int(query_int(q));
        break;
    case ROW_INT64:
        *(int64_t *)field = query_int(q);
        break;
    case ROW_BOOL:
        *(bool *)field = query_int(q) != 0;
        break;
    case ROW_REAL:
        *(double *)field = query_real(q);
        break;
    case ROW_TEXT:
        query_text(q, field, c->bytes);
        break;
    }
}

void query_row(struct query *q, const struct row_column *columns, void *row)
{
    for (const struct row_column *c = columns; c->name; c++)
        if (c->sql)
            read_field(q, c, (char *)row + c->offset);
}

int query_rows(struct query *q, const struct row_column *columns, size_t row_bytes, void *out,
               size_t *n, struct err *e)
{
    char *rows = NULL;
    size_t count = 0, room = 0;
    int more;
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
        rows = NULL;
        count = 0;
    }
    memcpy(out, &rows, sizeof rows);
    *n = count;
    return more;
}

int query_rows_of(struct db *d, int64_t run, const struct row_column *columns, const char *rest,
                  size_t row_bytes, void *out, size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, columns, "", rest);
    query_bind_int(&q, run);
    return query_rows(&q, columns, row_bytes, out, n, e);
}
