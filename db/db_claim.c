/* db_claim.c - processes that share the database: who takes a queued run, and verbs from one
 * process to another.
 *
 * A claim is one transaction: of any number of workers one gets the row. The run's lock is taken in
 * it, so whoever reads that a run is running finds it locked.
 */
#include "db/db_priv.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

static int claim(struct db *d, int64_t id, struct err *e)
{
    struct owner self;
    owner_self(&self);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = 'running', state_text = NULL, started = ?1, last_seen = ?1,"
               " host = ?2, pid = ?3, pid_start = ?4 WHERE id = ?5");
    query_bind_real(&q, clock_date_s());
    query_bind_text(&q, self.host);
    query_bind_int(&q, self.pid);
    query_bind_int(&q, self.pid_start);
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

/* The next queued run after `after` in the order of the queue, or run `id`: 1, 0 or -1. */
static int next_queued(struct db *d, int64_t id, int64_t after, int64_t *found, struct err *e)
{
    struct query q;
    query_open(
        &q, d,
        "SELECT id FROM run WHERE state = 'queued' AND deleted IS NULL AND (?2 = 0 OR id = ?2)"
        " AND (?1 = 0 OR (priority, -id) < (SELECT priority, -id FROM run WHERE id = ?1))"
        " ORDER BY priority DESC, id LIMIT 1");
    query_bind_int(&q, after);
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1)
        *found = query_int(&q);
    query_close(&q);
    return row;
}

/* A run in whose folder a process still trains is passed over, and is an error when no other can be
 * claimed. 1, 0 or -1. */
static int claim_next(struct db *d, int64_t id, int64_t *claimed, struct err *e)
{
    int64_t run = 0, busy = 0;
    int row;
    while ((row = next_queued(d, id, run, &run, e)) == 1) {
        int taken = life_take(d, run, e);
        if (taken < 0)
            return -1;
        if (taken) {
            *claimed = run;
            return claim(d, run, e) ? -1 : 1;
        }
        busy = run;
    }
    if (row < 0 || !busy)
        return row;
    return err_set(e, ERR_STATE,
                   "run %" PRId64 " cannot be trained: another process still works in its folder "
                   "of weights; stop that process first",
                   busy);
}

int db_run_claim(struct db *d, int64_t id, int64_t *claimed, struct err *e)
{
    int64_t got = 0;
    int status = db_begin(d, e);
    if (!status)
        status = claim_next(d, id, &got, e);
    int found = status == 1;
    if (db_end(d, status < 0 ? -1 : 0, e, "claiming a queued run")) {
        life_leave(d, got);
        return -1;
    }
    if (found) {
        *claimed = d->claimed = got;
        d->claimed_s = clock_boot_s();
    }
    return found;
}

int db_run_queued(struct db *d, int64_t after, int64_t *id, struct err *e)
{
    return next_queued(d, 0, after, id, e);
}

int db_run_waits(struct db *d, int64_t id, const char *why, bool *news, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state_text = ? WHERE id = ? AND state = 'queued'"
               " AND state_text IS NULL");
    query_bind_text(&q, why);
    query_bind_int(&q, id);
    int status = query_finish(&q, e);
    *news = !status && sqlite3_changes(d->sql) == 1;
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
