/* db_spent.c - which files of runs nothing needs any more, and the right to remove them. */
#include "db/db_priv.h"

#include <math.h>
#include <string.h>

/* The one number that `sql` gives of a run; 0 where that is NULL. */
static int number_of(struct db *d, const char *sql, int64_t run, int64_t *to, struct err *e)
{
    struct query q;
    query_open(&q, d, sql);
    query_bind_int(&q, run);
    int row = query_step(&q, e);
    *to = row == 1 ? query_int(&q) : 0;
    query_close(&q);
    return row < 0 ? -1 : 0;
}

/* Numbers above all that were given, or passed over, belong to a later state of the file than this
 * copy of it. */
static int of_unknown(struct db *d, int64_t run, enum db_spent *spent, struct err *e)
{
    int64_t given;
    if (number_of(d,
                  "SELECT seq >= ?1 AND NOT EXISTS (SELECT 1 FROM passed_over"
                  " WHERE ?1 BETWEEN first AND last) FROM sqlite_sequence WHERE name = 'run'",
                  run, &given, e))
        return -1;
    *spent = given ? DB_SPENT_ALL : DB_SPENT_NOTHING;
    return 0;
}

static int of_ended(struct db *d, int64_t run, enum db_spent *spent, struct err *e)
{
    int64_t kept;
    if (number_of(d,
                  "SELECT count(*) FROM run_option WHERE run = ? AND name = 'keep-checkpoints'"
                  " AND value = 'yes'",
                  run, &kept, e))
        return -1;
    *spent = kept || !db_has_weights(d, run) ? DB_SPENT_HALVES : DB_SPENT_CHECKPOINTS;
    return 0;
}

int db_run_spent(struct db *d, int64_t run, enum db_spent *spent, struct err *e)
{
    struct run_row row;
    struct err why;
    *spent = DB_SPENT_NOTHING;
    if (db_run(d, run, &row, &why)) {
        if (why.code == ERR_NOT_FOUND)
            return of_unknown(d, run, spent, e);
        if (e)
            *e = why;
        return -1;
    }
    if (!isnan(row.deleted))
        return 0; /* whoever takes it out of the trash finds it as it was */
    if (!strcmp(row.state, "finished") || !strcmp(row.state, "diverged"))
        return of_ended(d, run, spent, e);
    if (!strcmp(row.state, "stopped") || !strcmp(row.state, "failed") || !strcmp(row.state, "lost"))
        *spent = DB_SPENT_HALVES;
    return 0;
}

int db_run_lock(struct db *d, int64_t run, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = life_take(d, run, e);
    int taken = status == 1;
    if (!db_end(d, status < 0 ? -1 : 0, e, "locking the files of run %lld", (long long)run))
        return taken;
    life_leave(d, run);
    return -1;
}

void db_run_unlock(struct db *d, int64_t run)
{
    life_leave(d, run);
}
