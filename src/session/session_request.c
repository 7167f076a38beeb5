/* session_request.c - what callers ask of the session thread, answered there. */
#include "src/session/session_priv.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const verb_names[] = {"start", "pause", "resume", "stop", "checkpoint"};

static int add(struct session *s, struct session_request *r)
{
    const struct session_rows *rows = r->rows;
    if (db_run_add(s->db, &rows->run, rows->options, rows->n_options, rows->terms, rows->n_terms,
                   &r->run, r->err))
        return -1;
    session_look_for_runs(s);
    session_not_idle(s);
    session_changed(s, r->run);
    return 0;
}

static int resume(struct session *s, struct session_request *r)
{
    if (db_runs_resume(s->db, r->runs, r->n_runs, r->err))
        return -1;
    session_look_for_runs(s);
    session_not_idle(s);
    for (size_t i = 0; i < r->n_runs; i++)
        session_changed(s, r->runs[i]);
    return 0;
}

static int take(struct session *s, struct session_request *r)
{
    if (session_run_name(s, r->run, r->err))
        return -1;
    session_not_idle(s);
    return 0;
}

static int stop_queued(struct session *s, struct session_request *r)
{
    if (db_run_state(s->db, r->run, run_state_name(RUN_STOPPED), "stopped before it began", r->err))
        return -1;
    session_changed(s, r->run);
    return 0;
}

static int pass_verb(struct session *s, struct session_request *r)
{
    if (r->run == s->run) {
        trainer_verb(s->trainer, r->verb);
        return 0;
    }
    struct run_row row;
    if (db_run(s->db, r->run, &row, r->err))
        return -1;
    int state = run_state_of_name(row.state);
    if (state == RUN_QUEUED && r->verb == VERB_STOP)
        return stop_queued(s, r);
    if (state == RUN_RUNNING || state == RUN_PAUSED)
        return db_verb_add(s->db, r->run, verb_names[r->verb], r->err);
    return err_set(r->err, ERR_STATE, "run %lld is %s: '%s' has no meaning for it",
                   (long long)r->run, row.state, verb_names[r->verb]);
}

static bool is_weights(const char *name)
{
    return strstr(name, ".safetensors") != NULL;
}

/* Removes the weight files of a run and their folder. Anything else in there is left alone, and
 * then the folder too. */
static int delete_files(const char *folder, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? 0 : err_errno(e, errno, "the weights in '%s' stay", folder);
    int number = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)))
        if (is_weights(entry->d_name) && unlinkat(dirfd(dir), entry->d_name, 0))
            number = errno;
    closedir(dir);
    if (!number && rmdir(folder))
        number = errno;
    return number ? err_errno(e, number, "the run is deleted, but not all of '%s'", folder) : 0;
}

static int delete_run(struct session *s, struct session_request *r)
{
    char folder[1024];
    if (db_weights_dir(s->db, r->run, folder, sizeof folder, r->err) ||
        db_run_delete(s->db, r->run, r->err))
        return -1;
    session_changed(s, r->run);
    return delete_files(folder, r->err);
}

void session_answer(struct session *s, struct session_request *request)
{
    switch (request->kind) {
    case SESSION_ADD:
        request->result = add(s, request);
        break;
    case SESSION_RESUME:
        request->result = resume(s, request);
        break;
    case SESSION_TAKE:
        request->result = take(s, request);
        break;
    case SESSION_VERB:
        request->result = pass_verb(s, request);
        break;
    case SESSION_DELETE:
        request->result = delete_run(s, request);
        break;
    }
}
