/* db_claim.c - processes that share the database: who takes a queued run, whose owner is gone, and
 * verbs from one process to another.
 *
 * A claim is one UPDATE, which SQLite makes atomic: of any number of workers one gets the row.
 */
#include "db/db_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>

static int claim(struct db *d, int64_t id, int64_t *claimed, struct err *e)
{
    struct owner self;
    owner_self(&self);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = 'running', started = ?1, host = ?2, pid = ?3, pid_start = ?4"
               " WHERE id = (SELECT id FROM run WHERE state = 'queued' AND (?5 = 0 OR id = ?5)"
               " ORDER BY id LIMIT 1) RETURNING id");
    query_bind_real(&q, clock_date_s());
    query_bind_text(&q, self.host);
    query_bind_int(&q, self.pid);
    query_bind_int(&q, self.pid_start);
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1) {
        *claimed = query_int(&q);
        if (query_run(&q, e))
            row = -1;
    }
    query_close(&q);
    return row;
}

int db_run_claim(struct db *d, int64_t id, int64_t *claimed, struct err *e)
{
    int64_t got = 0;
    int status = db_begin(d, e);
    if (!status)
        status = claim(d, id, &got, e);
    int found = status == 1;
    if (db_end(d, status < 0 ? -1 : 0, e, "claiming a queued run"))
        return -1;
    if (found)
        *claimed = got;
    return found;
}

/* A running or paused run of this host, with its owner. */
struct owned {
    int64_t id;
    struct owner owner;
};

static const struct row_column owned_columns[] = {
    COLUMN_READ(struct owned, "id", id),
    COLUMN_READ(struct owned, "pid", owner.pid),
    COLUMN_READ(struct owned, "pid_start", owner.pid_start),
    ROW_END,
};

static int list_owned(struct db *d, const char *host, struct owned **out, size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, owned_columns, "",
                      "FROM run WHERE state IN ('running', 'paused') AND host = ?");
    query_bind_text(&q, host);
    return query_rows(&q, owned_columns, sizeof **out, out, n, e);
}

/* Unless the row has changed since it was read. It ended when it last stored something: an epoch,
 * unless the newest one is from before it was resumed. */
static int lose(struct db *d, const struct owned *run, const char *host, struct err *e)
{
    char text[160];
    snprintf(text, sizeof text, "its process %" PRId64 " on %s is gone", run->owner.pid, host);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = 'lost', state_text = ?1, ended = max(started,"
               " coalesce((SELECT max(time) FROM epoch WHERE epoch.run = run.id), started))"
               " WHERE id = ?2 AND state IN ('running', 'paused') AND host = ?3"
               " AND coalesce(pid, 0) = ?4 AND coalesce(pid_start, 0) = ?5");
    query_bind_text(&q, text);
    query_bind_int(&q, run->id);
    query_bind_text(&q, host);
    query_bind_int(&q, run->owner.pid);
    query_bind_int(&q, run->owner.pid_start);
    return query_finish(&q, e);
}

int db_runs_lost(struct db *d, int *n, struct err *e)
{
    struct owner self;
    owner_self(&self);
    struct owned *runs;
    size_t count, dead = 0;
    *n = 0;
    if (list_owned(d, self.host, &runs, &count, e))
        return err_prefix(e, "looking for lost runs");
    for (size_t i = 0; i < count; i++)
        if (!owner_alive(&runs[i].owner))
            runs[dead++] = runs[i];
    if (!dead) {
        /* The usual case takes no lock. */
        mem_free(runs);
        return 0;
    }
    int lost = 0;
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < dead; i++) {
        status = lose(d, &runs[i], self.host, e);
        lost += !status && sqlite3_changes(d->sql) == 1;
    }
    status = db_end(d, status, e, "marking lost runs");
    if (!status)
        *n = lost;
    mem_free(runs);
    return status;
}

static int add_verb(struct db *d, int64_t run, const char *verb, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "INSERT INTO verb(run, verb, time) SELECT id, ?, ? FROM run WHERE id = ?"
               " AND state IN ('queued', 'running', 'paused')");
    query_bind_text(&q, verb);
    query_bind_real(&q, clock_date_s());
    query_bind_int(&q, run);
    int status = query_run(&q, e);
    int code = q.code;
    query_close(&q);
    if (code == SQLITE_CONSTRAINT_CHECK)
        return err_set(e, ERR_USAGE,
                       "\"%.32s\" is no verb; there are pause, resume, stop and checkpoint", verb);
    if (status || sqlite3_changes(d->sql) == 1)
        return status;
    char state[16];
    if (db_state_of(d, run, state, e))
        return -1;
    return err_set(e, ERR_STATE, "run %" PRId64 " is %s, so there is nothing to %.32s", run, state,
                   verb);
}

int db_verb_add(struct db *d, int64_t run, const char *verb, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = add_verb(d, run, verb, e);
    return db_end(d, status, e, "asking run %" PRId64 " to %.32s", run, verb);
}

/* The oldest verb's id; 1, 0 or -1. Takes no write lock, as owners ask often. */
static int oldest_verb(struct db *d, int64_t run, int64_t *id, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT id FROM verb WHERE run = ? ORDER BY id LIMIT 1");
    query_bind_int(&q, run);
    int row = query_step(&q, e);
    if (row == 1)
        *id = query_int(&q);
    query_close(&q);
    return row;
}

static int take_verb(struct db *d, int64_t id, char verb[16], struct err *e)
{
    struct query q;
    query_open(&q, d, "DELETE FROM verb WHERE id = ? RETURNING verb");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1) {
        query_text(&q, verb, 16);
        if (query_run(&q, e))
            row = -1;
    }
    query_close(&q);
    return row;
}

int db_verb_take(struct db *d, int64_t run, char verb[16], struct err *e)
{
    int64_t id = 0;
    int row = oldest_verb(d, run, &id, e);
    if (row <= 0)
        return row;
    row = db_begin(d, e);
    if (!row)
        row = take_verb(d, id, verb, e);
    if (db_end(d, row < 0 ? -1 : 0, e, "taking a verb of run %" PRId64, run))
        return -1;
    return row;
}
