/* db_sql.h - statements that a user wrote, on a connection that can do nothing but read.
 *
 * Order of calls: db_open with DB_READ, db_sql_restrict, and then for each text db_sql_new; for
 * each of its statements db_sql_next, the names of its columns, and db_sql_row and the row's values
 * until there are no more; db_sql_free. All from the thread that uses the connection, and one text
 * at a time. Rows are not kept: however many there are, they take the room of one.
 *
 * That nothing is written is not left to the file having been opened for reading: an authorizer
 * refuses, before anything runs, whatever is not a query, names a file, or changes the connection.
 */
#ifndef COMBOLAB_DB_DB_SQL_H
#define COMBOLAB_DB_DB_SQL_H

#include "db/rows.h"

struct db;
struct db_sql;
struct err;

struct db_sql_limits {
    double seconds;     /* that a statement may take; 0 = any */
    size_t value_bytes; /* the longest value; 0 = as long as any that the database keeps */
    /* Asked every few milliseconds while a statement runs: true ends it, with ERR_CANCELLED. NULL =
     * nobody asks. */
    bool (*stops)(void *context);
    void *context;
};

/* From now on the connection takes nothing but queries, with the functions of combolab-db(5).
 * ERR_STATE for one that was opened to write. */
int db_sql_restrict(struct db *d, const struct db_sql_limits *limits, struct err *e);

#define DB_SQL_MOST_BYTES 1000000 /* of a text */
#define DB_SQL_NOWHERE ((size_t)-1)

/* Statements separated by semicolons, and lines that begin with a dot: .tables, .schema [NAME],
 * .help. All are looked at before any runs. On -1 *at is the byte of the text where the mistake
 * is, or DB_SQL_NOWHERE. The text is copied. */
int db_sql_new(struct db_sql **out, struct db *d, const char *text, size_t *at, struct err *e);
void db_sql_free(struct db_sql *q); /* NULL is allowed */

/* The text ends in a semicolon that ends a statement. */
bool db_sql_complete(const char *text);

/* How many there are. */
size_t db_sql_statements(const struct db_sql *q);

/* Goes on to the next statement: 1, 0 after the last one, -1. */
int db_sql_next(struct db_sql *q, struct err *e);

/* Of the present statement. Names are valid until the next one. */
size_t db_sql_columns(const struct db_sql *q);
const char *db_sql_name(const struct db_sql *q, size_t column);

/* 1 with a row, 0 at the end, -1. Values are valid until the next row. */
int db_sql_row(struct db_sql *q, struct err *e);
void db_sql_value(const struct db_sql *q, size_t column, struct row_value *to);

#endif
