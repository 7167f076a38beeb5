/* db_schema.c - the tables, and how older files become newer ones.
 *
 * PRAGMA user_version counts the steps a file has taken. A released step is never changed: a new
 * schema is one more step. Steps run inside the transaction of db_open, so a file is either as it
 * was or complete.
 *
 * A file from elsewhere may have anything under a table's name: a view of it could be without end.
 * So what is to be a table or a trigger is looked at before it is used.
 */
#include "db/db_priv.h"

#include <stdio.h>
#include <string.h>

/* What there is after a step: "table" or "trigger". */
struct made {
    const char *type, *name;
};

/* schema_1, made_1, schema_2 ...: from the .sql files, by lines.awk. */
#include "db/schema.inc"

struct step {
    const char *const *lines;
    size_t n;
    const struct made *made;
    size_t n_made;
    int (*then)(struct db *d, struct err *e);
};

#define STEP(number, then)                                                                         \
    {                                                                                              \
        schema_##number, sizeof schema_##number / sizeof schema_##number[0], made_##number,        \
            sizeof made_##number / sizeof made_##number[0], then                                   \
    }

static int then_schema_3(struct db *d, struct err *e)
{
    return split_migrate(d, e) || identity_migrate(d, e) ? -1 : 0;
}

static int then_schema_5(struct db *d, struct err *e)
{
    return identity_read(d, e) || disk_store_all(d, e) ? -1 : 0;
}

static const struct step steps[] = {
    STEP(1, reference_seed), STEP(2, NULL), STEP(3, then_schema_3), STEP(4, NULL),
    STEP(5, then_schema_5),  STEP(6, NULL), STEP(7, NULL),
};

#define STEPS ((int)(sizeof steps / sizeof steps[0]))

int schema_known(void)
{
    return STEPS;
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

int schema_check(struct db *d, int version, struct err *e)
{
    const struct step *last = version ? &steps[version - 1] : NULL;
    for (size_t i = 0; last && i < last->n_made; i++)
        if (check_kind(d, last->made[i].type, last->made[i].name, e))
            return -1;
    return 0;
}

static int take_step(struct db *d, const struct step *step, struct err *e)
{
    struct str sql;
    str_init(&sql);
    for (size_t i = 0; i < step->n; i++)
        str_add(&sql, step->lines[i]);
    int status = sql.failed ? db_fail(d, SQLITE_NOMEM, e) : db_exec(d, sql.text, e);
    str_fini(&sql);
    if (status || !step->then)
        return status;
    return step->then(d, e);
}

int schema_migrate(struct db *d, int from, struct err *e)
{
    for (int version = from; version < STEPS; version++)
        if (take_step(d, &steps[version], e))
            return -1;
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             DB_APPLICATION_ID, STEPS);
    return db_exec(d, sql, e);
}
