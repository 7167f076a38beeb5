/* wait.c - combolab wait: until runs have ended, whoever trains them. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "src/follow.h"
#include "src/outcome.h"
#include "src/output.h"

#include <stdio.h>

/* A run that waits in the queue may do so for long. */
static void say_waiting(const struct invocation *in, const struct run_row *run)
{
    char line[4 * sizeof run->state_text];
    if (in->global.quiet || run_state_of_name(run->state) != RUN_QUEUED)
        return;
    outcome_line(run, line, sizeof line);
    fprintf(stderr, "%s\n", line);
}

static int wait_for(const struct invocation *in, struct follow *f, int64_t id, int *status,
                    struct err *e)
{
    struct run_row run;
    char line[4 * sizeof run.state_text];
    if (db_run(f->db, id, &run, e))
        return -1;
    say_waiting(in, &run);
    if (follow_until(f, FOLLOW_GOES_ON, &run, e))
        return -1;
    *status = outcome_worse(*status, outcome_of(&run));
    outcome_line(&run, line, sizeof line);
    if (!in->global.quiet)
        fprintf(stderr, "%s\n", line);
    return 0;
}

static int run(const struct invocation *in)
{
    struct follow f = {0};
    struct err e;
    int status = EXIT_GOOD;
    int64_t *runs = NULL;
    size_t n = 0;
    int result = output_open_db(in, &f.db, &e) ||
                 output_find_runs(f.db, in->arguments, (size_t)in->n_arguments, &runs, &n, &e);
    for (size_t i = 0; !result && i < n; i++)
        result = wait_for(in, &f, runs[i], &status, &e);
    mem_free(runs);
    db_close(f.db);
    return result ? command_fail(&e) : status;
}

const struct command command_wait = {
    .name = "wait",
    .arguments = "RUN...",
    .summary = "wait until runs have ended; the exit status says how",
    .details =
        "Waits for each RUN, a number, a range such as 3-9, or `last` for the newest, whichever "
        "process trains it, and "
        "prints how it ended. The exit status is that of `combolab train` of the same runs: 0 when "
        "all have finished, else that of the worst end. A run in the queue is waited for too.",
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
