/* db_sql.c - statements of a user: prepared one after the other, stepped row by row.
 *
 * A text is gone through twice: all of it is prepared before anything runs, so that a mistake in
 * its last statement is told before the first one has rows; nothing here changes the schema in
 * between. What ends a statement that is without end is asked for by SQLite itself, every
 * SLICE of its instructions.
 */
#include "db/db_sql_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLICE 20000 /* instructions: a millisecond at most */

/* Not there in SQLite 3.37, by which a combolab that was built with a newer one may be run. */
extern int sqlite3_error_offset(sqlite3 *sql) __attribute__((weak));

struct db_sql {
    struct db *d;
    char *text;
    const char *rest; /* of the text, what has not been run */
    sqlite3_stmt *statement;
    size_t statements;
};

/* --- the connection --- */

static int spend_slice(void *context)
{
    struct db *d = context;
    const struct db_sql_limits *l = &d->sql_limits;
    d->sql_late = clock_s() > d->sql_until_s;
    return d->sql_late || (l->stops && l->stops(l->context));
}

int db_sql_restrict(struct db *d, const struct db_sql_limits *limits, struct err *e)
{
    if (d->writes)
        return err_set(e, ERR_STATE, "%s was opened to write, and statements of a user only read",
                       d->path);
    if (functions_add(d, e) || sql_rights_restrict(d, e))
        return -1;
    d->sql_limits = *limits;
    d->sql_until_s = INFINITY;
    if (limits->value_bytes && limits->value_bytes < DB_MOST_VALUE_BYTES)
        sqlite3_limit(d->sql, SQLITE_LIMIT_LENGTH, (int)limits->value_bytes);
    sqlite3_progress_handler(d->sql, SLICE, spend_slice, d);
    return 0;
}

/* --- mistakes --- */

/* A quote or a comment of the statement goes on to the end of the text. */
static bool is_open(const char *sql)
{
    struct str closed;
    str_init(&closed);
    str_addf(&closed, "%s;", sql);
    bool open = !closed.failed && !sqlite3_complete(closed.text);
    str_fini(&closed);
    return open;
}

static int refused(struct db_sql *q, const char *sql, struct err *e)
{
    const char *why = sqlite3_errmsg(q->d->sql);
    if (q->d->sql_refused[0])
        return err_set(e, ERR_USAGE, "%s is refused: statements here only read", q->d->sql_refused);
    if (!strcmp(why, "incomplete input") && is_open(sql))
        return err_set(e, ERR_USAGE, "a quote or a comment is not closed");
    if (!strcmp(why, "incomplete input"))
        return err_set(e, ERR_USAGE, "the statement is not complete: it ends too early");
    if (!strncmp(why, "unrecognized token: ", 20) && is_open(sql))
        return err_set(e, ERR_USAGE, "a quote is not closed: %.60s", why + 20);
    if (!strncmp(why, "no such table: ", 15))
        return err_set(e, ERR_USAGE, "%s (.tables lists them)", why);
    return err_set(e, ERR_USAGE, "%s", why);
}

/* Of a statement that was not prepared or not run to its end. */
static int fail(struct db_sql *q, const char *sql, int code, struct err *e)
{
    struct db *d = q->d;
    switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_AUTH:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_READONLY:
        return refused(q, sql, e);
    case SQLITE_INTERRUPT:
        if (d->sql_late)
            return err_set(e, ERR_STATE, "the statement took longer than %g s and was ended",
                           d->sql_limits.seconds);
        return err_set(e, ERR_CANCELLED, "the statement was cancelled");
    default:
        return db_fail(d, code, e);
    }
}

/* --- statements --- */

/* SQLite says no place for a table that is not there. */
static size_t table_place(const struct db_sql *q, const char *sql)
{
    static const char no_table[] = "no such table: ";
    const char *why = sqlite3_errmsg(q->d->sql);
    const char *found =
        strncmp(why, no_table, strlen(no_table)) ? NULL : strstr(sql, why + strlen(no_table));
    return found ? (size_t)(found - q->text) : DB_SQL_NOWHERE;
}

static size_t error_place(struct db_sql *q, const char *sql)
{
    int offset = sqlite3_error_offset ? sqlite3_error_offset(q->d->sql) : -1;
    if (offset < 0 && !strcmp(sqlite3_errmsg(q->d->sql), "incomplete input"))
        return strlen(q->text);
    return offset < 0 ? table_place(q, sql) : (size_t)(sql - q->text) + (size_t)offset;
}

/* Refuses what can be prepared, but not run as it stands. */
static int check(sqlite3_stmt *s, struct err *e)
{
    if (sqlite3_bind_parameter_count(s))
        return err_set(e, ERR_USAGE, "%s stands for a value that nobody gives: write the value",
                       sqlite3_bind_parameter_name(s, 1) ? sqlite3_bind_parameter_name(s, 1) : "?");
    if (!sqlite3_stmt_readonly(s))
        return err_set(e, ERR_USAGE, "statements here only read");
    return 0;
}

static int prepare_dot(struct db_sql *q, const char **at, sqlite3_stmt **out, size_t *where,
                       struct err *e)
{
    struct str line, sql;
    str_init(&line);
    str_init(&sql);
    size_t length = strcspn(*at, "\n");
    str_add_bytes(&line, *at, length);
    *where = (size_t)(*at - q->text);
    int status = sql_dot(&sql, line.text, e);
    if (!status && (line.failed || sql.failed))
        status = mem_error(e, "a statement", length);
    if (!status && sqlite3_prepare_v2(q->d->sql, sql.text, -1, out, NULL) != SQLITE_OK)
        status = err_set(e, ERR_INTERNAL, "%.60s: %s", line.text, sqlite3_errmsg(q->d->sql));
    *at += length;
    str_fini(&line);
    str_fini(&sql);
    return status;
}

static int prepare_sql(struct db_sql *q, const char **at, sqlite3_stmt **out, size_t *where,
                       struct err *e)
{
    const char *sql = *at;
    q->d->sql_refused[0] = '\0';
    int code = sqlite3_prepare_v2(q->d->sql, sql, -1, out, at);
    if (code != SQLITE_OK) {
        *where = error_place(q, sql);
        return fail(q, sql, code, e);
    }
    *where = (size_t)(sql - q->text);
    return *out ? check(*out, e) : 0;
}

/* What may stand before a statement: a line with a dot is seen behind a comment too. */
static void skip(const char **at)
{
    for (;;) {
        *at += strspn(*at, " \t\r\n\f;");
        if (strncmp(*at, "--", 2) != 0)
            return;
        *at += strcspn(*at, "\n");
    }
}

/* The next statement of a text from *at on: 1, 0 when there is none, -1. */
static int prepare(struct db_sql *q, const char **at, sqlite3_stmt **out, size_t *where,
                   struct err *e)
{
    *out = NULL;
    while (!*out) {
        skip(at);
        if (!**at)
            return 0;
        if (**at == '.' ? prepare_dot(q, at, out, where, e) : prepare_sql(q, at, out, where, e)) {
            sqlite3_finalize(*out);
            *out = NULL;
            return -1;
        }
    }
    return 1;
}

static int look_at_all(struct db_sql *q, size_t *where, struct err *e)
{
    const char *at = q->text;
    sqlite3_stmt *statement;
    int more;
    while ((more = prepare(q, &at, &statement, where, e)) == 1) {
        sqlite3_finalize(statement);
        q->statements++;
    }
    *where = more ? *where : DB_SQL_NOWHERE;
    if (!more && !q->statements)
        return err_set(e, ERR_USAGE, "there is no statement: try .tables, or SELECT * FROM run");
    return more;
}

int db_sql_new(struct db_sql **out, struct db *d, const char *text, size_t *at, struct err *e)
{
    *out = NULL;
    *at = DB_SQL_NOWHERE;
    struct db_sql *q = mem_alloc(1, sizeof *q);
    if (q)
        q->text = mem_string(text);
    if (!q || !q->text) {
        db_sql_free(q);
        return mem_error(e, "a statement", strlen(text));
    }
    q->d = d;
    q->rest = q->text;
    d->sql_until_s = INFINITY;
    if (look_at_all(q, at, e)) {
        db_sql_free(q);
        return -1;
    }
    *out = q;
    return 0;
}

void db_sql_free(struct db_sql *q)
{
    if (!q)
        return;
    sqlite3_finalize(q->statement);
    mem_free(q->text);
    mem_free(q);
}

bool db_sql_complete(const char *text)
{
    return sqlite3_complete(text);
}

size_t db_sql_statements(const struct db_sql *q)
{
    return q->statements;
}

int db_sql_next(struct db_sql *q, struct err *e)
{
    size_t where;
    double seconds = q->d->sql_limits.seconds;
    sqlite3_finalize(q->statement);
    q->d->sql_late = false;
    q->d->sql_until_s = seconds > 0 ? clock_s() + seconds : INFINITY;
    return prepare(q, &q->rest, &q->statement, &where, e);
}

/* --- rows --- */

size_t db_sql_columns(const struct db_sql *q)
{
    return (size_t)sqlite3_column_count(q->statement);
}

const char *db_sql_name(const struct db_sql *q, size_t column)
{
    const char *name = sqlite3_column_name(q->statement, (int)column);
    return name ? name : "";
}

int db_sql_row(struct db_sql *q, struct err *e)
{
    int code = sqlite3_step(q->statement);
    if (code == SQLITE_ROW)
        return 1;
    return code == SQLITE_DONE ? 0 : fail(q, sqlite3_sql(q->statement), code, e);
}

void db_sql_value(const struct db_sql *q, size_t column, struct row_value *to)
{
    int c = (int)column;
    *to = (struct row_value){.kind = ROW_VALUE_NULL};
    switch (sqlite3_column_type(q->statement, c)) {
    case SQLITE_INTEGER:
        to->kind = ROW_VALUE_INT;
        to->whole = sqlite3_column_int64(q->statement, c);
        return;
    case SQLITE_FLOAT:
        to->kind = ROW_VALUE_REAL;
        to->real = sqlite3_column_double(q->statement, c);
        return;
    case SQLITE_TEXT:
        to->kind = ROW_VALUE_TEXT;
        to->bytes = (const char *)sqlite3_column_text(q->statement, c);
        break;
    case SQLITE_BLOB:
        to->kind = ROW_VALUE_BLOB;
        to->bytes = sqlite3_column_blob(q->statement, c);
        break;
    default:
        return;
    }
    to->count = (size_t)sqlite3_column_bytes(q->statement, c);
    if (!to->bytes) { /* an empty blob, or out of memory: then the next row tells */
        to->bytes = "";
        to->count = 0;
    }
}
