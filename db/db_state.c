/* db_state.c - a run's state: what it may become, who owns it meanwhile, and how it goes on after
 * it ended: back into the queue.
 *
 * A run is queued again with started empty and `resumed` counted up if it had ever begun: whoever
 * claims it sees by that whether there is something to go on from. Its rows stay until others come
 * in their place (db_epoch.c): a resume that fails, or is killed, before leaves everything as it
 * was.
 */
#include "db/db_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

int db_state_of(struct db *d, int64_t id, char state[16], struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT state FROM run WHERE id = ?");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1)
        query_text(&q, state, 16);
    query_close(&q);
    if (row == 0)
        return db_no_run(d, id, e);
    return row == 1 ? 0 : -1;
}

/* The states that may follow `state`, as "paused, stopped"; "none" when it is an end. */
static int list_changes(struct db *d, const char *state, char *to, size_t room, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "SELECT coalesce(group_concat(new, ', '), 'none') FROM state_change WHERE old = ?");
    query_bind_text(&q, state);
    int row = query_step(&q, e);
    if (row == 1)
        query_text(&q, to, room);
    query_close(&q);
    return row == 1 ? 0 : -1;
}

/* Says why the database's table of changes refused. */
static int refuse_state(struct db *d, int64_t id, const char *state, struct err *e)
{
    char old[16], allowed[160];
    if (db_state_of(d, id, old, e) || list_changes(d, old, allowed, sizeof allowed, e))
        return -1;
    return err_set(e, ERR_STATE, "run %" PRId64 " is %s and cannot become %.32s; allowed: %s", id,
                   old, state, allowed);
}

double db_began(const struct db *d, int64_t id)
{
    return id == d->claimed ? clock_date_s() - (clock_boot_s() - d->claimed_s) : NAN;
}

/* Who makes a run run owns it; a run that has ended has a time. */
static int change_state(struct db *d, int64_t id, const char *state, const char *text,
                        struct err *e)
{
    struct owner self;
    owner_self(&self);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = ?1, state_text = ?2,"
               " started = CASE WHEN ?1 = 'running' THEN coalesce(started, ?3)"
               " WHEN abs(started - ?8) > 2 THEN ?8 ELSE started END,"
               " ended = CASE WHEN ?1 IN ('queued', 'running', 'paused') THEN NULL ELSE ?3 END,"
               " host = CASE WHEN ?1 = 'running' THEN ?4 ELSE host END,"
               " pid = CASE WHEN ?1 = 'running' THEN ?5 ELSE pid END,"
               " pid_start = CASE WHEN ?1 = 'running' THEN ?6 ELSE pid_start END"
               " WHERE id = ?7");
    query_bind_text(&q, state);
    query_bind_text_or_null(&q, text);
    query_bind_real(&q, clock_date_s());
    query_bind_text(&q, self.host);
    query_bind_int(&q, self.pid);
    query_bind_int(&q, self.pid_start);
    query_bind_int(&q, id);
    query_bind_real(&q, db_began(d, id));
    int status = query_run(&q, e);
    int code = q.code;
    query_close(&q);
    if (code == SQLITE_CONSTRAINT_TRIGGER)
        return refuse_state(d, id, state, e);
    if (!status && sqlite3_changes(d->sql) == 0)
        return db_no_run(d, id, e);
    return status;
}

int db_run_state(struct db *d, int64_t id, const char *state, const char *text, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = change_state(d, id, state, text, e);
    if (!status)
        status = disk_store(d, id, e);
    status = db_end(d, status, e, "making run %" PRId64 " %.32s", id, state);
    if (!status && strcmp(state, "running") && strcmp(state, "paused"))
        life_leave(d, id);
    return status;
}

/* Looked at and changed in one transaction: a run that was claimed meanwhile is its owner's. */
int db_run_unqueue(struct db *d, int64_t id, const char *text, struct err *e)
{
    char state[16] = "";
    int status = db_begin(d, e);
    if (!status)
        status = db_state_of(d, id, state, e);
    bool queued = !status && !strcmp(state, "queued");
    if (queued)
        status = change_state(d, id, "stopped", text, e);
    status = db_end(d, status, e, "taking run %" PRId64 " out of the queue", id);
    return status ? -1 : queued;
}

/* --- going on after the end --- */

static int refuse_resume(int64_t id, const char *state, struct err *e)
{
    const char *why = "it is over";
    if (!strcmp(state, "finished"))
        why = "all that it was to do is done; train a new run with more epochs";
    else if (!strcmp(state, "diverged"))
        why =
            "it would meet the same number that is not finite again; train a new run with a lower "
            "learning-rate";
    else if (!strcmp(state, "queued"))
        why = "it waits to be trained already; `combolab work` does that";
    return err_set(e, ERR_STATE, "run %" PRId64 " is %s and cannot be resumed: %s", id, state, why);
}

/* Names the process, since whoever asks may know better whether that lives. */
static int refuse_owned(const struct owned *run, const char *state, struct err *e)
{
    char ago[48] = "never";
    if (!isnan(run->last_seen)) {
        str_duration(ago, sizeof ago, fmax(clock_date_s() - run->last_seen, 0));
        strcat(ago, " ago");
    }
    const char *what = "trains it";
    if (run->life == LIFE_UNKNOWN)
        what = "may train it still, which cannot be told from here: when it is sure to be gone, "
               "resume the run with --take-over";
    else if (!strcmp(state, "paused"))
        what = "holds it: `combolab resume` goes on with it, and so does r on the screen";
    return err_set(e, ERR_STATE,
                   "run %" PRId64 " is %s and cannot be resumed: process %" PRId64
                   " on %s (last seen: %s) %s",
                   run->id, state, run->owner.pid, run->owner.host, ago, what);
}

/* A run whose owner cannot be judged becomes a lost one when that is asked for. */
static int take_over(struct db *d, int64_t id, const char *state, unsigned how, struct err *e)
{
    struct owned *run;
    size_t n;
    if (life_owned(d, id, id, &run, &n, e))
        return -1;
    int status = 0;
    if (n &&
        (run->life == LIFE_LIVES || (run->life == LIFE_UNKNOWN && !(how & DB_RESUME_TAKE_OVER))))
        status = refuse_owned(run, state, e);
    else if (n)
        status = life_lose(d, run, e);
    mem_free(run);
    return status;
}

/* What is in the trash, and what was never trained here. */
static int refuse_others(struct db *d, int64_t id, struct err *e)
{
    struct query q;
    char imported[ROW_TEXT_BYTES];
    query_open(&q, d,
               "SELECT imported FROM run WHERE id = ? AND (deleted IS NOT NULL OR imported IS NOT"
               " NULL)");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1)
        query_text(&q, imported, sizeof imported);
    query_close(&q);
    if (row != 1)
        return row;
    if (imported[0])
        return err_set(e, ERR_STATE,
                       "run %" PRId64 " was imported from %s: only its curves are here, so it "
                       "cannot be resumed",
                       id, imported);
    return err_set(e, ERR_STATE,
                   "run %" PRId64 " is in the trash: `combolab undelete %" PRId64
                   "` takes it out first",
                   id, id);
}

static int queue_again(struct db *d, int64_t id, unsigned how, struct err *e)
{
    char state[16];
    if (db_state_of(d, id, state, e) || refuse_others(d, id, e))
        return -1;
    bool owned = !strcmp(state, "running") || !strcmp(state, "paused");
    if (owned && take_over(d, id, state, how, e))
        return -1;
    if (!owned && strcmp(state, "stopped") && strcmp(state, "failed") && strcmp(state, "lost"))
        return refuse_resume(id, state, e);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = 'queued', state_text = NULL, anew = ?,"
               " algorithms_anew = ?,"
               " resumed = resumed + (started IS NOT NULL),"
               " earlier_s = earlier_s + coalesce(max(ended - started, 0), 0),"
               " started = NULL, ended = NULL, last_seen = NULL, host = NULL, pid = NULL,"
               " archived = NULL,"
               " pid_start = NULL WHERE id = ?");
    query_bind_int(&q, (how & DB_RESUME_ANEW) != 0);
    query_bind_int(&q, (how & DB_RESUME_ALGORITHMS) != 0);
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

int db_runs_resume(struct db *d, const int64_t *ids, size_t n, unsigned how, struct err *e)
{
    int lost;
    if (db_runs_lost(d, &lost, e))
        return -1;
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < n; i++)
        status = queue_again(d, ids[i], how, e);
    return db_end(d, status, e, "resuming %s", n == 1 ? "a run" : "runs");
}

static int move_data(struct db *d, int64_t id, const char *data, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "UPDATE run_option SET value = ?1 WHERE run = ?2 AND name = 'data' AND"
               " (SELECT state FROM run WHERE id = ?2) NOT IN ('queued', 'finished', 'diverged')");
    query_bind_text(&q, data);
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

int db_runs_move_data(struct db *d, const int64_t *ids, size_t n, const char *data, struct err *e)
{
    int lost;
    if (db_runs_lost(d, &lost, e))
        return -1;
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < n; i++)
        status = move_data(d, ids[i], data, e);
    return db_end(d, status, e, "storing where a data set lies");
}
