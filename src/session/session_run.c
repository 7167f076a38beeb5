/* session_run.c - claims a queued run and hands it to the engine. All on the session thread.
 *
 * A claim is one transaction in the database, with a lock, so that two processes never train the
 * same run. The settings are read back from the stored options: who queued the run makes no
 * difference.
 */
#include "src/session/session_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

/* --- which runs this session takes: asked here and nowhere else --- */

/* Runs that nobody named: any session but those that wait for names may find one. */
static bool takes_any(const struct session *s)
{
    return s->options.takes == SESSION_TAKES_ANY;
}

bool session_trains(enum session_takes takes)
{
    return takes != SESSION_TAKES_NONE;
}

/* All that were asked for, or what was taken now would only fail. */
static bool has_taken_last(const struct session *s)
{
    return s->dead || (s->options.most && s->taken >= s->options.most);
}

void session_look_for_runs(struct session *s)
{
    s->look = takes_any(s) && !has_taken_last(s);
}

bool session_awaits_runs(const struct session *s)
{
    return s->look || s->starved || s->n_named > 0;
}

void session_awaits_no_more(struct session *s)
{
    s->n_named = 0;
    s->look = s->starved = false;
}

static bool may_take(const struct session *s)
{
    return s->trainer && !s->run && !s->debt.run && !has_taken_last(s) && session_awaits_runs(s);
}

void session_device_died(struct session *s)
{
    s->dead = true;
    session_trouble(
        s,
        "no more runs are taken by this combolab, which cannot use its device any more; "
        "those that are queued stay so for another one: start `combolab work`",
        true);
}

int session_run_name(struct session *s, int64_t run, struct err *e)
{
    if (s->options.takes != SESSION_TAKES_NAMED)
        return err_set(e, ERR_STATE, "this session does not take runs by number");
    if (s->n_named == s->room_named) {
        size_t room = s->room_named ? 2 * s->room_named : 16;
        int64_t *named = mem_resize(s->named, room, sizeof *named);
        if (!named)
            return mem_error(e, "the list of runs to train", room * sizeof *named);
        s->named = named;
        s->room_named = room;
    }
    s->named[s->n_named++] = run;
    return 0;
}

static void drop_first_name(struct session *s)
{
    s->n_named--;
    memmove(s->named, s->named + 1, s->n_named * sizeof *s->named);
}

/* A run that cannot be claimed is passed over, and is an error when no other can be. */
static int claim_oldest(struct session *s, struct err *e)
{
    int64_t run = 0;
    struct err passed;
    int row, claimed = 0;
    err_clear(&passed);
    while (claimed != 1 && (row = db_run_queued(s->db, run, &run, e)) == 1) {
        if (session_run_waits(s, run, false))
            continue;
        claimed = db_run_claim(s->db, run, &s->run, e);
        if (claimed < 0 && e->code != ERR_STATE)
            return -1;
        if (claimed < 0)
            passed = *e;
    }
    if (claimed == 1 || row < 0)
        return claimed == 1 ? 1 : -1;
    return passed.code ? err_set(e, passed.code, "%s", passed.text) : 0;
}

static int claim_named(struct session *s, struct err *e)
{
    return session_run_waits(s, s->named[0], true) ? 0
                                                   : db_run_claim(s->db, s->named[0], &s->run, e);
}

/* As db_run_claim; the run is s->run then. */
static int claim(struct session *s, struct err *e)
{
    bool named = !takes_any(s);
    s->starved = false;
    int claimed = named ? claim_named(s, e) : claim_oldest(s, e);
    if (claimed != 1)
        s->run = 0;
    if (claimed < 0 && e->code == ERR_BUSY)
        s->starved = true;
    else if (named)
        drop_first_name(s);
    else
        s->look = claimed == 1;
    return claimed;
}

/* A run that was begun before goes on from its newest checkpoint that is not ahead of its rows: the
 * engine saves one without waiting for the epoch to be stored. It may be epochs behind them, since
 * training doesn't wait for it either: rows after it are forgotten when the run has started. */
static int read_job(struct session *s, struct trainer_job *job, struct err *e)
{
    struct run_row row;
    if (session_read_config(s->db, s->run, &job->config, &row, e))
        return -1;
    session_device(s, &job->config);
    job->resume = row.resumed > 0 && !row.anew;
    job->algorithms_anew = row.algorithms_anew;
    job->known_epochs = row.epochs_done;
    job->stored_epochs = &s->stored_epochs;
    job->save_after_s = TRAINER_SAVE_AFTER_S;
    atomic_store(&s->stored_epochs, row.epochs_done);
    return 0;
}

static int begin(struct session *s, struct trainer_job *job, struct err *e)
{
    job->run = s->run;
    job->backend = s->options.backend;
    if (read_job(s, job, e))
        return -1;
    s->keeps_checkpoints = job->config.keep_checkpoints;
    if (s->options.viewer.begun)
        s->options.viewer.begun(s->options.viewer.context, s->run, &job->config);
    if (db_weights_dir(s->db, s->run, job->weights_dir, sizeof job->weights_dir, e))
        return -1;
    return trainer_start(s->trainer, job, e);
}

void session_run_next(struct session *s)
{
    struct err e;
    while (may_take(s)) {
        err_clear(&e);
        int claimed = claim(s, &e);
        if (claimed < 0 && !s->starved)
            session_trouble(s, e.text, true);
        if (s->starved)
            return;
        if (claimed != 1)
            continue;
        s->taken++;
        s->broken = false;
        s->beat_s = clock_s();
        session_changed(s, s->run);
        struct trainer_job job = {0};
        if (begin(s, &job, &e))
            session_store_failure(s, e.text);
    }
    if (has_taken_last(s))
        session_awaits_no_more(s);
}
