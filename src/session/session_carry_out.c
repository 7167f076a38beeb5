/* session_carry_out.c - what is asked of the session thread, done there: a short transaction each.
 */
#include "src/session/session_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/train/folder.h"

#include <string.h>

const char *const session_verb_names[] = {"start", "pause", "resume", "stop", "checkpoint"};

/* What is posted is to be trained here. */
static int name_posted(struct session *s, const struct session_request *r, int64_t run,
                       struct err *e)
{
    bool named =
        r->posted && r->answer.kind != SESSION_QUEUE && s->options.takes == SESSION_TAKES_NAMED;
    return named ? session_run_name(s, run, e) : 0;
}

/* Before the first of the runs, so that these are never without them. */
static int lay_down(struct session *s, const struct session_request *r, struct err *e)
{
    if (!r->looks.seeds[0])
        return 0;
    return db_looks_lay_down(s->db, r->rows[0].run.experiment, &r->looks, true, e);
}

int session_carry_out_add(struct session *s, struct session_request *r, struct err *e)
{
    size_t *n = &r->answer.added;
    int failed = lay_down(s, r, e);
    for (; !failed && *n < r->n_configs; *n += !failed) {
        const struct session_rows *rows = &r->rows[*n];
        failed = db_run_add(s->db, &rows->run, rows->options, rows->n_options, rows->terms,
                            rows->n_terms, &r->answer.run, e);
        if (failed)
            break;
        session_changed(s, r->answer.run);
        failed = name_posted(s, r, r->answer.run, e);
    }
    if (*n) {
        session_look_for_runs(s);
        session_not_idle(s);
    }
    if (failed && r->n_configs > 1)
        err_prefix(e, "%zu of %zu runs are queued", *n, r->n_configs);
    return failed;
}

/* To begin anew is asked for, never what happens because a folder is not where it was. A process
 * that is killed after its first epoch has lost nothing: that is on record before the first
 * checkpoint is there. */
static int check_checkpoints(struct session *s, int64_t run, struct err *e)
{
    struct run_row row;
    char folder[1024];
    if (db_run(s->db, run, &row, e) || db_weights_dir(s->db, run, folder, sizeof folder, e))
        return -1;
    bool ended_early =
        !strcmp(row.state, "stopped") || !strcmp(row.state, "failed") || !strcmp(row.state, "lost");
    bool first = !row.epochs_done || (row.epochs_done == 1 && db_has_weights(s->db, run));
    if (!ended_early || first || trainer_has_checkpoint(folder))
        return 0;
    return err_set(e, ERR_STATE,
                   "run %lld cannot be resumed: %d epochs are on record, but %s has no checkpoint "
                   "to go on from; bring the folder back if it was moved, or begin at the first "
                   "epoch with `combolab resume --anew %lld`",
                   (long long)run, row.epochs_done, folder, (long long)run);
}

int session_carry_out_resume(struct session *s, struct session_request *r, struct err *e)
{
    for (size_t i = 0; !(r->how & DB_RESUME_ANEW) && i < r->n_runs; i++)
        if (check_checkpoints(s, r->runs[i], e))
            return -1;
    if (db_runs_resume(s->db, r->runs, r->n_runs, r->how, e))
        return -1;
    session_look_for_runs(s);
    session_not_idle(s);
    int failed = 0;
    for (size_t i = 0; i < r->n_runs; i++) {
        session_changed(s, r->runs[i]);
        if (!failed)
            failed = name_posted(s, r, r->runs[i], e);
    }
    return failed;
}

static int take_queued(struct session *s, size_t *n, struct err *e)
{
    int64_t run = 0;
    int row;
    while ((row = db_run_queued(s->db, run, &run, e)) == 1) {
        if (session_run_name(s, run, e))
            return -1;
        ++*n;
    }
    return row;
}

int session_carry_out_move(struct session *s, struct session_request *r, struct err *e)
{
    return db_runs_move_data(s->db, r->runs, r->n_runs, r->data, e);
}

int session_carry_out_take(struct session *s, struct session_request *r, struct err *e)
{
    if (r->answer.run ? session_run_name(s, r->answer.run, e) : take_queued(s, &r->answer.added, e))
        return -1;
    session_not_idle(s);
    return 0;
}

/* 1, 0 when it is not in the queue, -1. */
static int stop_queued(struct session *s, int64_t run, struct err *e)
{
    int stopped = db_run_unqueue(s->db, run, "stopped before it began", e);
    if (stopped == 1)
        session_changed(s, run);
    return stopped;
}

int session_carry_out_verb(struct session *s, struct session_request *r, struct err *e)
{
    int64_t run = r->answer.run;
    enum verb verb = r->answer.verb;
    if (run == s->run) {
        trainer_verb(s->trainer, verb);
        return 0;
    }
    int stopped = verb == VERB_STOP ? stop_queued(s, run, e) : 0;
    if (stopped)
        return stopped < 0 ? -1 : 0;
    struct run_row row;
    if (db_run(s->db, run, &row, e))
        return -1;
    int state = run_state_of_name(row.state);
    if (state == RUN_RUNNING || state == RUN_PAUSED)
        return db_verb_add(s->db, run, session_verb_names[verb], e);
    return err_set(e, ERR_STATE, "run %lld is %s: '%s' has no meaning for it", (long long)run,
                   row.state, session_verb_names[verb]);
}

int session_carry_out_edit(struct session *s, struct session_request *r, struct err *e)
{
    int64_t run = r->answer.run;
    const struct db_edit edit = {.kind = r->answer.edit, .text = r->text};
    if (db_runs_edit(s->db, &run, 1, &edit, 1, e))
        return -1;
    session_changed(s, run);
    if (edit.kind == DB_EDIT_UNDELETE) {
        session_look_for_runs(s); /* it may have been queued */
        session_not_idle(s);
    }
    return 0;
}
