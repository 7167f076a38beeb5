/* db_schema.c - the tables, and how older files become newer ones.
 *
 * PRAGMA user_version counts the steps a file has taken. A released step is never changed: a new
 * schema is one more step. Steps run inside the transaction of db_open, so a file is either as it
 * was or complete.
 *
 * A file from elsewhere may have anything under a table's name: a view of it could be without end.
 * So what is to be a table or a trigger is looked at before it is used. What that is, SQLite says
 * of an empty database that has taken the same steps.
 */
#include "db/db_priv.h"

#include <stdio.h>
#include <string.h>

/* The lines of schema_1, schema_2 ..., made from the .sql files by lines.awk. */
#include "db/schema.inc"

struct step {
    const char *const *lines;
    size_t n;
    int (*then)(struct db *d, struct err *e);
};

#define STEP(lines, then)                                                                          \
    {                                                                                              \
        lines, sizeof lines / sizeof lines[0], then                                                \
    }

static const struct step steps[] = {
    STEP(schema_1, reference_seed),
    STEP(schema_2, NULL),
    STEP(schema_3, split_migrate),
};

#define STEPS ((int)(sizeof steps / sizeof steps[0]))

int schema_known(void)
{
    return STEPS;
}

static int run_lines(struct db *d, const struct step *step, struct err *e)
{
    struct str sql;
    str_init(&sql);
    for (size_t i = 0; i < step->n; i++)
        str_add(&sql, step->lines[i]);
    int status = sql.failed ? db_fail(d, SQLITE_NOMEM, e) : db_exec(d, sql.text, e);
    str_fini(&sql);
    return status;
}

static int check_kind(struct db *d, const char *type, const char *name, struct err *e)
{
    struct query q;
    char found[16] = "";
    /* A virtual table calls itself a table, but has no page. */
    query_open(&q, d,
               "SELECT iif(type = 'table' AND NOT rootpage, 'virtual table', type)"
               " FROM sqlite_schema WHERE name = ?");
    query_bind_text(&q, name);
    int row = query_step(&q, e);
    if (row == 1)
        query_text(&q, found, sizeof found);
    query_close(&q);
    if (row < 0)
        return -1;
    if (strcmp(found, type))
        return err_set(e, ERR_FORMAT,
                       "%s is not as combolab made it: its %s \"%s\" is %s%s; restore a copy, or "
                       "name another file with --database",
                       d->path, type, name, row ? "a " : "missing", found);
    return 0;
}

static int check_kinds(struct db *d, struct db *fresh, struct err *e)
{
    struct query q;
    char type[16], name[64];
    int row = 0, status = 0;
    query_open(&q, fresh,
               "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'trigger')");
    while (!status && (row = query_step(&q, e)) == 1) {
        query_text(&q, type, sizeof type);
        query_text(&q, name, sizeof name);
        status = check_kind(d, type, name, e);
    }
    query_close(&q);
    return status || row < 0 ? -1 : 0;
}

int schema_check(struct db *d, int version, struct err *e)
{
    struct db fresh = {.path = d->path};
    int code = sqlite3_open(":memory:", &fresh.sql);
    int status = code == SQLITE_OK ? 0 : db_fail(&fresh, code, e);
    for (int i = 0; !status && i < version; i++)
        status = run_lines(&fresh, &steps[i], e);
    if (!status)
        status = check_kinds(d, &fresh, e);
    sqlite3_close(fresh.sql);
    return status;
}

int schema_migrate(struct db *d, int from, struct err *e)
{
    for (int i = from; i < STEPS; i++)
        if (run_lines(d, &steps[i], e) || (steps[i].then && steps[i].then(d, e)))
            return -1;
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             DB_APPLICATION_ID, STEPS);
    return db_exec(d, sql, e);
}
