/* db_schema.c - the tables, and how older files become newer ones.
 *
 * PRAGMA user_version counts the steps a file has taken. A released step is never changed: a new
 * schema is one more step. Steps run inside the transaction of db_open, so a file is either as it
 * was or complete.
 */
#include "db/db_priv.h"

#include <stdio.h>

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

static int then_schema_3(struct db *d, struct err *e)
{
    return split_migrate(d, e) || identity_migrate(d, e) ? -1 : 0;
}

static const struct step steps[] = {
    STEP(schema_1, reference_seed),
    STEP(schema_2, NULL),
    STEP(schema_3, then_schema_3),
};

#define STEPS ((int)(sizeof steps / sizeof steps[0]))

int schema_known(void)
{
    return STEPS;
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
