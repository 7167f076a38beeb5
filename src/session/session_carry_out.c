/* session_carry_out.c - what is asked of the session thread, done there: a short transaction each.
 */
#include "src/session/session_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/snapshot_file.h"
#include "engine/train/folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *const session_verb_names[] = {"start", "pause", "resume", "stop", "checkpoint"};

int session_carry_out_add(struct session *s, struct session_request *r, struct err *e)
{
    size_t *n = &r->answer.added;
    int failed = 0;
    for (; !failed && *n < r->n_configs; *n += !failed) {
        const struct session_rows *rows = &r->rows[*n];
        failed = db_run_add(s->db, &rows->run, rows->options, rows->n_options, rows->terms,
                            rows->n_terms, &r->answer.run, e);
        if (!failed)
            session_changed(s, r->answer.run);
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
    for (size_t i = 0; i < r->n_runs; i++)
        session_changed(s, r->runs[i]);
    return 0;
}

int session_carry_out_move(struct session *s, struct session_request *r, struct err *e)
{
    return db_runs_move_data(s->db, r->runs, r->n_runs, r->data, e);
}

int session_carry_out_take(struct session *s, struct session_request *r, struct err *e)
{
    if (session_run_name(s, r->answer.run, e))
        return -1;
    session_not_idle(s);
    return 0;
}

static int stop_queued(struct session *s, int64_t run, struct err *e)
{
    if (db_run_state(s->db, run, run_state_name(RUN_STOPPED), "stopped before it began", e))
        return -1;
    session_changed(s, run);
    return 0;
}

int session_carry_out_verb(struct session *s, struct session_request *r, struct err *e)
{
    if (r->answer.run == s->run) {
        trainer_verb(s->trainer, r->answer.verb);
        return 0;
    }
    struct run_row row;
    if (db_run(s->db, r->answer.run, &row, e))
        return -1;
    int state = run_state_of_name(row.state);
    if (state == RUN_QUEUED && r->answer.verb == VERB_STOP)
        return stop_queued(s, r->answer.run, e);
    if (state == RUN_RUNNING || state == RUN_PAUSED)
        return db_verb_add(s->db, r->answer.run, session_verb_names[r->answer.verb], e);
    return err_set(e, ERR_STATE, "run %lld is %s: '%s' has no meaning for it",
                   (long long)r->answer.run, row.state, session_verb_names[r->answer.verb]);
}

/* Removes the weight files of a run and their folder. Anything else in there is left alone, and
 * then the folder too. */
static int delete_files(const char *folder, struct err *e)
{
    struct folder_sum gone;
    snapshot_file_remove(folder);
    if (folder_remove(folder, FOLDER_ALL, &gone, e))
        return err_prefix(e, "the run is deleted, but not all of its files");
    if (rmdir(folder) && errno != ENOENT)
        return err_errno(e, errno, "the run is deleted, but not all of '%s'", folder);
    return 0;
}

int session_carry_out_delete(struct session *s, struct session_request *r, struct err *e)
{
    char folder[1024];
    if (db_weights_dir(s->db, r->answer.run, folder, sizeof folder, e) ||
        db_run_delete(s->db, r->answer.run, e))
        return -1;
    session_changed(s, r->answer.run);
    return delete_files(folder, e);
}
