/* db_query.c - one prepared statement: bind in order, step, read in order.
 *
 * A failure to prepare or bind is remembered and told by the next step, as struct str does it.
 */
#include "db/db_priv.h"

#include <math.h>
#include <string.h>

/* --- statements that are kept --- */

static sqlite3_stmt *take_kept(struct db *d, int at)
{
    sqlite3_stmt *statement = d->kept[at];
    d->n_kept--;
    memmove(d->kept + at, d->kept + at + 1, (size_t)(d->n_kept - at) * sizeof *d->kept);
    return statement;
}

static sqlite3_stmt *find_kept(struct db *d, const char *sql)
{
    for (int i = d->n_kept - 1; i >= 0; i--)
        if (!strcmp(sqlite3_sql(d->kept[i]), sql))
            return take_kept(d, i);
    return NULL;
}

static void keep(struct db *d, sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (d->n_kept == DB_KEPT_STATEMENTS)
        sqlite3_finalize(take_kept(d, 0));
    d->kept[d->n_kept++] = statement;
}

void query_forget_kept(struct db *d)
{
    while (d->n_kept)
        sqlite3_finalize(d->kept[--d->n_kept]);
}

/* --- one statement --- */

void query_open(struct query *q, struct db *d, const char *sql)
{
    *q = (struct query){.d = d, .statement = find_kept(d, sql)};
    d->slices_left = DB_SLICES;
    if (!q->statement)
        q->code = sqlite3_prepare_v2(d->sql, sql, -1, &q->statement, NULL);
}

void query_open_str(struct query *q, struct db *d, struct str *sql)
{
    if (sql->failed)
        *q = (struct query){.d = d, .code = SQLITE_NOMEM};
    else
        query_open(q, d, sql->text);
    str_fini(sql);
}

void query_close(struct query *q)
{
    if (q->statement && q->code == SQLITE_OK)
        keep(q->d, q->statement);
    else
        sqlite3_finalize(q->statement);
    q->statement = NULL;
}

static void bound(struct query *q, int code)
{
    if (q->code == SQLITE_OK)
        q->code = code;
}

void query_bind_int(struct query *q, int64_t value)
{
    bound(q, sqlite3_bind_int64(q->statement, ++q->parameter, value));
}

void query_bind_null(struct query *q)
{
    bound(q, sqlite3_bind_null(q->statement, ++q->parameter));
}

void query_bind_real(struct query *q, double value)
{
    if (isnan(value))
        query_bind_null(q);
    else
        bound(q, sqlite3_bind_double(q->statement, ++q->parameter, value));
}

void query_bind_text(struct query *q, const char *text)
{
    bound(q, sqlite3_bind_text(q->statement, ++q->parameter, text, -1, SQLITE_STATIC));
}

void query_bind_text_or_null(struct query *q, const char *text)
{
    if (text && text[0])
        query_bind_text(q, text);
    else
        query_bind_null(q);
}

void query_bind_blob(struct query *q, const void *bytes, size_t count)
{
    bound(q, sqlite3_bind_blob64(q->statement, ++q->parameter, bytes, count, SQLITE_STATIC));
}

int query_step(struct query *q, struct err *e)
{
    if (q->code != SQLITE_OK)
        return db_fail(q->d, q->code, e);
    q->column = 0;
    int code = sqlite3_step(q->statement);
    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    q->code = code;
    return db_fail(q->d, code, e);
}

int query_run(struct query *q, struct err *e)
{
    int row;
    do
        row = query_step(q, e);
    while (row == 1);
    if (row == 0)
        sqlite3_reset(q->statement);
    q->parameter = 0;
    return row;
}

int query_finish(struct query *q, struct err *e)
{
    int status = query_run(q, e);
    query_close(q);
    return status;
}

int64_t query_int(struct query *q)
{
    return sqlite3_column_int64(q->statement, q->column++);
}

double query_real(struct query *q)
{
    int column = q->column++;
    if (sqlite3_column_type(q->statement, column) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(q->statement, column);
}

void query_text(struct query *q, char *to, size_t room)
{
    const char *text = (const char *)sqlite3_column_text(q->statement, q->column++);
    if (!text)
        text = "";
    size_t length = strlen(text);
    if (length >= room) {
        length = room - 1;
        /* Back to the first byte of the character that does not fit, if these are UTF-8. */
        size_t start = length;
        while (start > 0 && length - start < 3 && ((unsigned char)text[start] & 0xc0) == 0x80)
            start--;
        if (((unsigned char)text[start] & 0xc0) != 0x80)
            length = start;
    }
    memcpy(to, text, length);
    to[length] = '\0';
}
