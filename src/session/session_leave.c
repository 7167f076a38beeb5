/* session_leave.c - what a session leaves to another process when it ends: the run in progress,
 * which stops with a checkpoint and goes back into the queue, and those that were to follow. */
#include "src/session/session_priv.h"

#include "base/mem.h"

#include <string.h>

void session_leave_note(struct session *s)
{
    if (!s->leaves.wanted || s->leaves.noted)
        return;
    s->leaves.noted = true;
    s->leaves.runs = mem_alloc(s->n_named + 1, sizeof *s->leaves.runs);
    if (!s->leaves.runs)
        return;
    if (s->run)
        s->leaves.runs[s->leaves.n++] = s->run;
    if (s->n_named)
        memcpy(s->leaves.runs + s->leaves.n, s->named, s->n_named * sizeof *s->named);
    s->leaves.n += s->n_named;
}

/* 1 when it waits in the queue, which it does again if it was stopped for this; 0; -1. */
static int requeue(struct session *s, int64_t run, struct err *e)
{
    struct run_row row;
    if (db_run(s->db, run, &row, e))
        return e->code == ERR_NOT_FOUND ? 0 : -1;
    int state = run_state_of_name(row.state);
    if (state == RUN_STOPPED)
        return db_runs_resume(s->db, &run, 1, 0, e) ? -1 : 1;
    return state == RUN_QUEUED;
}

int session_leave(struct session *s, int64_t **runs, size_t *n, struct err *e)
{
    pthread_mutex_lock(&s->lock);
    s->leaves.wanted = true;
    pthread_mutex_unlock(&s->lock);
    session_stop(s);
    *runs = s->leaves.runs;
    *n = 0;
    if (!s->leaves.runs)
        return mem_error(e, "the list of runs to hand over", sizeof **runs);
    int result = 0;
    for (size_t i = 0; result >= 0 && i < s->leaves.n; i++) {
        int64_t run = s->leaves.runs[i];
        result = requeue(s, run, e);
        if (result > 0)
            (*runs)[(*n)++] = run;
    }
    s->leaves.runs = NULL;
    return result < 0 ? -1 : 0;
}
