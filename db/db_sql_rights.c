/* db_sql_rights.c - what statements of a user may do: read.
 *
 * SQLite asks while it prepares a statement, for every part of it. What is not on a list here is
 * refused, so that what a newer SQLite can do is refused too. A view, or a function that is called
 * for every row, asks like the statement itself.
 */
#include "db/db_sql_priv.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Pragmas that tell something, some of them of a table or an index by name. With any other value a
 * pragma changes something. */
static const struct {
    const char *name;
    bool of_something;
} pragmas[] = {
    {"application_id", false}, {"collation_list", false},   {"compile_options", false},
    {"data_version", false},   {"encoding", false},         {"foreign_key_list", true},
    {"freelist_count", false}, {"function_list", false},    {"index_info", true},
    {"index_list", true},      {"index_xinfo", true},       {"integrity_check", true},
    {"journal_mode", false},   {"page_count", false},       {"page_size", false},
    {"pragma_list", false},    {"quick_check", true},       {"schema_version", false},
    {"table_info", true},      {"table_list", true},        {"table_xinfo", true},
    {"user_version", false},   {"foreign_key_check", true},
};

/* Functions that reach beyond the database, where SQLite or an extension has them. */
static const char *const beyond[] = {"load_extension", "fts3_tokenizer", "readfile",
                                     "writefile",      "edit",           "fsdir",
                                     "lsmode",         "zipfile",        "sqlite_log"};

/* What is said to be refused. */
static const struct {
    int code;
    const char *words;
} actions[] = {
    {SQLITE_INSERT, "INSERT"},
    {SQLITE_UPDATE, "UPDATE"},
    {SQLITE_DELETE, "DELETE"},
    {SQLITE_TRANSACTION, "a transaction"},
    {SQLITE_SAVEPOINT, "a savepoint"},
    {SQLITE_ATTACH, "another file (ATTACH, VACUUM)"},
    {SQLITE_DETACH, "DETACH"},
    {SQLITE_ALTER_TABLE, "ALTER TABLE"},
    {SQLITE_REINDEX, "REINDEX"},
    {SQLITE_ANALYZE, "ANALYZE"},
    {SQLITE_CREATE_TABLE, "CREATE TABLE"},
    {SQLITE_CREATE_INDEX, "CREATE INDEX"},
    {SQLITE_CREATE_VIEW, "CREATE VIEW"},
    {SQLITE_CREATE_TRIGGER, "CREATE TRIGGER"},
    {SQLITE_CREATE_VTABLE, "CREATE VIRTUAL TABLE"},
    {SQLITE_CREATE_TEMP_TABLE, "CREATE TABLE"},
    {SQLITE_CREATE_TEMP_INDEX, "CREATE INDEX"},
    {SQLITE_CREATE_TEMP_VIEW, "CREATE VIEW"},
    {SQLITE_CREATE_TEMP_TRIGGER, "CREATE TRIGGER"},
    {SQLITE_DROP_TABLE, "DROP TABLE"},
    {SQLITE_DROP_INDEX, "DROP INDEX"},
    {SQLITE_DROP_VIEW, "DROP VIEW"},
    {SQLITE_DROP_TRIGGER, "DROP TRIGGER"},
    {SQLITE_DROP_VTABLE, "DROP TABLE"},
};

static const char *words_of(int code)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (actions[i].code == code)
            return actions[i].words;
    return "that";
}

static bool pragma_tells(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++)
        if (!strcasecmp(pragmas[i].name, name))
            return !value || pragmas[i].of_something;
    return false;
}

static bool function_reaches_beyond(const char *name)
{
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if (!strcasecmp(beyond[i], name))
            return true;
    return false;
}

static int refuse(struct db *d, const char *what, const char *name)
{
    if (!d->sql_refused[0]) /* the first is what was written; others follow from it */
        snprintf(d->sql_refused, sizeof d->sql_refused, "%s%.40s", what, name);
    return SQLITE_DENY;
}

static bool is_schema(const char *table)
{
    return !strcmp(table, "sqlite_master") || !strcmp(table, "sqlite_temp_master");
}

/* A statement that changes rows. SQLite declares the columns of a table-valued function, such as
 * json_each, as it makes a table, and asks to update the schema for that, which nobody can do. */
static int authorize_change(struct db *d, int code, const char *table)
{
    if (!is_schema(table))
        return refuse(d, words_of(code), "");
    return code == SQLITE_UPDATE ? SQLITE_OK : refuse(d, "a change of the schema", "");
}

static int authorize(void *context, int code, const char *first, const char *second,
                     const char *database, const char *view)
{
    struct db *d = context;
    (void)database;
    (void)view;
    switch (code) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return function_reaches_beyond(second) ? refuse(d, "the function ", second) : SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        return authorize_change(d, code, first);
    case SQLITE_PRAGMA:
        return pragma_tells(first, second) ? SQLITE_OK : refuse(d, "PRAGMA ", first);
    default:
        return refuse(d, words_of(code), "");
    }
}

int sql_rights_restrict(struct db *d, struct err *e)
{
    static const struct {
        int which, most;
    } limits[] = {
        {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_SQL_LENGTH, DB_SQL_MOST_BYTES},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    if (db_exec(d, "PRAGMA query_only = ON", e))
        return -1;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(d->sql, limits[i].which, limits[i].most);
    sqlite3_db_config(d->sql, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    int code = sqlite3_set_authorizer(d->sql, authorize, d);
    return code == SQLITE_OK ? 0 : db_fail(d, code, e);
}
