/* retry.c - combolab retry: what went wrong is done again. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/event.h"
#include "src/headless.h"
#include "src/output.h"

#include <stdio.h>
#include <string.h>

struct retry_options {
    bool failed, queue, detach;
    char experiment[OPT_TEXT_BYTES];
    int64_t *ids; /* found before anything is written */
    size_t n;
};

static const struct opt options[] = {
    {"failed", 0, OPT_FLAG, offsetof(struct retry_options, failed), 0, 0, "no", NULL, "", "Retry",
     "every run that has failed or was lost"},
    {"experiment", 'x', OPT_TEXT, offsetof(struct retry_options, experiment), 0, 0, "", NULL, "",
     "Retry", "of those, only runs of this experiment"},
    {"queue", 'Q', OPT_FLAG, offsetof(struct retry_options, queue), 0, 0, "no", NULL, "", "Retry",
     "only put the runs into the queue and print their numbers; combolab work trains them"},
    {"detach", 0, OPT_FLAG, offsetof(struct retry_options, detach), 0, 0, "no", NULL, "", "Retry",
     "leave the training to a worker of its own, which goes on when the terminal is closed"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* --- which --- */

static bool went_wrong(const struct run_row *run)
{
    int state = run_state_of_name(run->state);
    return state == RUN_FAILED || state == RUN_LOST;
}

static int find_failed(struct db *db, struct retry_options *o, struct err *e)
{
    struct run_row *runs;
    size_t n;
    const struct run_wanted wanted = {.experiment = o->experiment};
    if (db_runs_wanted(db, &wanted, &runs, &n, e))
        return -1;
    o->ids = mem_alloc(n, sizeof *o->ids);
    for (size_t i = n; o->ids && i > 0; i--) /* the oldest first, as they were launched */
        if (went_wrong(&runs[i - 1]))
            o->ids[o->n++] = runs[i - 1].id;
    mem_free(runs);
    return o->ids ? 0 : mem_error(e, "the list of runs", n * sizeof *o->ids);
}

static int check_states(struct db *db, const struct retry_options *o, struct err *e)
{
    struct run_row run;
    for (size_t i = 0; i < o->n; i++) {
        if (db_run(db, o->ids[i], &run, e))
            return -1;
        int state = run_state_of_name(run.state);
        if (!went_wrong(&run) && state != RUN_DIVERGED && state != RUN_STOPPED)
            return err_set(e, ERR_STATE, "run %lld is %s: nothing went wrong with it",
                           (long long)run.id, run.state);
    }
    return 0;
}

static int find(const struct invocation *in, struct err *e)
{
    struct retry_options *o = in->own;
    struct db *db;
    if (output_open_db(in, &db, e))
        return -1;
    int result =
        o->failed ? find_failed(db, o, e)
                  : output_find_runs(db, in->arguments, (size_t)in->n_arguments, &o->ids, &o->n, e);
    if (!result)
        result = check_states(db, o, e);
    db_close(db);
    return result;
}

/* --- done again --- */

static void say(const struct invocation *in, int64_t run, const char *what)
{
    if (!in->global.quiet)
        fprintf(stderr, "run %lld: %s\n", (long long)run, what);
}

/* From its checkpoint, or, where it has none, from the beginning. */
static int go_on(struct headless *h, const struct invocation *in, int64_t run, struct err *e)
{
    struct err why;
    if (!headless_resume(h, &run, 1, 0, "", e)) {
        say(in, run, "goes on");
        return 0;
    }
    if (e->code != ERR_STATE || headless_resume(h, &run, 1, DB_RESUME_ANEW, "", &why))
        return -1;
    say(in, run, "begins anew, since it has no checkpoint to go on from");
    return 0;
}

/* What has diverged is at its end: its settings make another run. */
static int begin_again(struct headless *h, const struct invocation *in, int64_t run,
                       const struct run_config *config, struct err *e)
{
    char what[96];
    int64_t id;
    if (headless_add(h, config, &id, e))
        return -1;
    snprintf(what, sizeof what, "a new run with the settings of run %lld, which diverged",
             (long long)run);
    say(in, id, what);
    return 0;
}

static int retry(struct headless *h, const struct invocation *in, struct err *e)
{
    const struct retry_options *o = in->own;
    for (size_t i = 0; i < o->n; i++) {
        struct run_config config;
        struct run_row run;
        if (headless_config(h, o->ids[i], &config, &run, e))
            return -1;
        int failed = run_state_of_name(run.state) == RUN_DIVERGED
                         ? begin_again(h, in, o->ids[i], &config, e)
                         : go_on(h, in, o->ids[i], e);
        if (failed)
            return -1;
    }
    return 0;
}

static int check(const struct invocation *in, struct err *e)
{
    const struct retry_options *o = in->own;
    if (o->queue && o->detach)
        return err_set(e, ERR_USAGE, "options 'queue' and 'detach' exclude each other");
    if (o->failed == (in->n_arguments > 0) || (o->experiment[0] && !o->failed))
        return err_set(e, ERR_USAGE,
                       "retry takes either runs or --failed, which --experiment may narrow");
    return find(in, e);
}

static int run(const struct invocation *in)
{
    struct retry_options *o = in->own;
    struct headless_options ho = {
        .in = in,
        .takes = o->queue || o->detach ? SESSION_TAKES_NONE : SESSION_TAKES_NAMED,
        .detaches = o->detach,
    };
    struct err e;
    int status = EXIT_GOOD;
    if (check(in, &e))
        status = command_fail(&e);
    else if (o->n)
        status = headless_command(&ho, retry);
    else if (!in->global.quiet)
        fputs("no run has failed or was lost\n", stderr);
    mem_free(o->ids);
    return status;
}

const struct command command_retry = {
    .name = "retry",
    .arguments = "RUN... | --failed",
    .summary = "do again what failed, was lost or diverged",
    .details =
        "Each RUN, a number, a range such as 3-9, or `last` for the newest, that has failed, was "
        "lost or was stopped goes on from its newest checkpoint, or begins anew where it has none. "
        "One that diverged stays as it is, and a new run with its settings is made: on the CPU "
        "that "
        "comes to the same, so that a lower learning-rate is the better answer. Which of these is "
        "said. Progress, the table at the end and Ctrl-C are those of `combolab train`.",
    .own = &own,
    .own_bytes = sizeof(struct retry_options),
    .most_arguments = -1,
    .run = run,
};
