/* db_resume.c - runs that go on after they ended: back into the queue, and away with what was
 * stored after the point from which they go on.
 *
 * A run is queued again with started empty and `resumed` counted up if it had ever begun: whoever
 * claims it sees by that whether there is something to go on from. Its rows stay until the trainer
 * has said where it goes on: a resume that fails before leaves everything as it was.
 */
#include "db/db_priv.h"

#include <inttypes.h>
#include <string.h>

static int refuse(int64_t id, const char *state, struct err *e)
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
    else if (!strcmp(state, "running"))
        why = "a process trains it";
    else if (!strcmp(state, "paused"))
        why = "the process that holds it goes on with it: press r in its screen";
    return err_set(e, ERR_STATE, "run %" PRId64 " is %s and cannot be resumed: %s", id, state, why);
}

static int queue_again(struct db *d, int64_t id, struct err *e)
{
    char state[16];
    if (db_state_of(d, id, state, e))
        return -1;
    if (strcmp(state, "stopped") && strcmp(state, "failed") && strcmp(state, "lost"))
        return refuse(id, state, e);
    struct query q;
    query_open(&q, d,
               "UPDATE run SET state = 'queued', state_text = NULL,"
               " resumed = resumed + (started IS NOT NULL),"
               " earlier_s = earlier_s + coalesce(max(ended - started, 0), 0),"
               " started = NULL, ended = NULL, host = NULL, pid = NULL, pid_start = NULL"
               " WHERE id = ?");
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

int db_runs_resume(struct db *d, const int64_t *ids, size_t n, struct err *e)
{
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < n; i++)
        status = queue_again(d, ids[i], e);
    return db_end(d, status, e, "resuming %s", n == 1 ? "a run" : "runs");
}

/* Phases, ledgers and predictions go with the rows they belong to. */
int db_forget_epochs(struct db *d, int64_t run, int epoch, struct err *e)
{
    static const char *const deletions[] = {
        "DELETE FROM epoch WHERE run = ? AND epoch > ?",
        "DELETE FROM checkpoint WHERE run = ? AND epoch > ?",
    };
    for (size_t i = 0; i < sizeof deletions / sizeof deletions[0]; i++) {
        struct query q;
        query_open(&q, d, deletions[i]);
        query_bind_int(&q, run);
        query_bind_int(&q, epoch);
        if (query_finish(&q, e))
            return -1;
    }
    return db_refresh_run(d, run, e);
}
