/* control.c - see control.h. A run in the queue is only a row; of one that is being trained its
 * process is asked, which looks at the rows for it after every step. */
#include "src/control.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "src/follow.h"
#include "src/outcome.h"
#include "src/output.h"
#include "src/session/session.h"

#include <stdio.h>
#include <string.h>

#define LOG_LINES 20 /* looked at for the newest */

static const struct opt options[] = {
    {"wait", 'w', OPT_FLAG, offsetof(struct control_options, wait), 0, 0, "yes", NULL, "",
     "Control", "return when it is done; --no-wait returns when it has been asked for"},
};
const struct opt_table control_table = {options, sizeof options / sizeof *options};

/* The run's log says so, since that date: weights and checkpoint are on disk. *line is what to say
 * of it. */
static int is_saved(struct db *db, int64_t run, double since_s, struct str *line, struct err *e)
{
    struct log_row *rows;
    size_t n;
    if (db_log(db, run, LOG_LINES, &rows, &n, e))
        return -1;
    int saved = 0;
    for (size_t i = 0; i < n && !saved; i++) {
        saved = rows[i].time >= since_s && !strncmp(rows[i].text, EVENT_SAVED, strlen(EVENT_SAVED));
        if (saved)
            str_addf(line, "run %lld: %s", (long long)run, rows[i].text);
    }
    mem_free(rows);
    return saved;
}

static int wait_until_saved(struct follow *f, double since_s, struct run_row *run, struct str *line,
                            struct err *e)
{
    for (;;) {
        if (db_run(f->db, run->id, run, e))
            return -1;
        int saved = is_saved(f->db, run->id, since_s, line, e);
        if (saved)
            return saved < 0 ? -1 : 0;
        if (run_state_ended((enum run_state)run_state_of_name(run->state)))
            return err_set(e, ERR_STATE, "run %lld is %s: no checkpoint was saved",
                           (long long)run->id, run->state);
        if (follow_wait(f, e))
            return -1;
    }
}

/* *line is what it has come to. */
static int wait_until_done(struct follow *f, enum verb verb, double since_s, struct run_row *run,
                           struct str *line, struct err *e)
{
    char text[4 * sizeof run->state_text];
    if (verb == VERB_CHECKPOINT)
        return wait_until_saved(f, since_s, run, line, e);
    unsigned states = verb == VERB_PAUSE ? 1u << RUN_RUNNING : FOLLOW_GOES_ON;
    if (follow_until(f, states, run, e))
        return -1;
    if (verb == VERB_PAUSE && run_state_of_name(run->state) != RUN_PAUSED)
        return err_set(e, ERR_STATE, "run %lld is %s: it was not paused", (long long)run->id,
                       run->state);
    outcome_line(run, text, sizeof text);
    str_add(line, text);
    return 0;
}

static int control(const struct invocation *in, struct session *s, struct follow *f, int64_t id,
                   enum verb verb, struct err *e)
{
    const struct control_options *o = in->own;
    struct run_row run;
    struct str line;
    double asked_s = clock_date_s();
    if (db_run(f->db, id, &run, e) || session_verb(s, id, verb, e))
        return -1;
    if (!o->wait)
        return 0;
    str_init(&line);
    int result = wait_until_done(f, verb, asked_s, &run, &line, e);
    if (!result && !in->global.quiet)
        fprintf(stderr, "%s\n", line.text);
    str_fini(&line);
    return result;
}

int control_runs(const struct invocation *in, enum verb verb)
{
    struct follow f = {0};
    struct session *s = NULL;
    struct session_options so = {.takes = SESSION_TAKES_NONE};
    struct err e;
    int64_t *runs = NULL;
    size_t n = 0;
    int result = output_open_db(in, &f.db, &e) ||
                 output_find_runs(f.db, in->arguments, (size_t)in->n_arguments, &runs, &n, &e);
    if (!result) {
        so.db_path = db_path(f.db);
        result = session_open(&s, &so, &e);
    }
    for (size_t i = 0; !result && i < n; i++)
        result = control(in, s, &f, runs[i], verb, &e);
    mem_free(runs);
    session_close(s);
    db_close(f.db);
    return result ? command_fail(&e) : EXIT_GOOD;
}
