/* attach.c - combolab attach: the progress lines of a run that another process trains, from the
 * rows that it stores, and on a terminal what it does at present, from its snapshot file. */
#include "src/command.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/event.h"
#include "engine/snapshot_file.h"
#include "src/follow.h"
#include "src/outcome.h"
#include "src/output.h"
#include "src/progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define EARLIER_EPOCHS 5 /* of those done before, shown at the beginning */
#define LOG_LINES 100    /* looked at for new ones */

struct attach {
    struct follow follow;
    struct progress *progress;
    struct run_row run;
    int state;                    /* that was said last */
    int epoch;                    /* the last one that was shown */
    double said_s;                /* date of the last log line that was shown */
    bool begun;                   /* what it is made of has been said */
    char folder[FILE_PATH_BYTES]; /* of its weights */
};

static volatile sig_atomic_t leaves;

static void on_interrupt(int number)
{
    (void)number;
    leaves = 1;
}

/* --- lines, as the process that trains prints them --- */

static void say_what(struct attach *a)
{
    const struct run_row *r = &a->run;
    struct event event = {.kind = EVENT_STARTED,
                          .run = r->id,
                          .started = {.train_images = r->train_images,
                                      .val_images = r->val_images,
                                      .test_images = r->test_images,
                                      .skipped_images = r->skipped_images}};
    if (a->begun || !r->device[0])
        return;
    a->begun = true;
    str_copy(event.started.device, sizeof event.started.device, r->device);
    progress_event(a->progress, &event);
}

static void fill_phase(struct event_phase *to, const struct phase_row *from)
{
    to->images = from->images;
    to->seconds = from->seconds;
    to->total = from->total;
    to->mae = from->mae;
    to->rmse = from->rmse;
    to->pc = from->pc;
}

static void say_epoch(struct attach *a, const struct epoch_row *row)
{
    struct event event = {.kind = EVENT_EPOCH,
                          .run = a->run.id,
                          .epoch = {.epoch = row->epoch,
                                    .epochs = a->run.epochs,
                                    .tested = row->tested,
                                    .validated = row->validated,
                                    .best = row->best}};
    fill_phase(&event.epoch.train, &row->train);
    fill_phase(&event.epoch.val, &row->val);
    fill_phase(&event.epoch.test, &row->test);
    progress_event(a->progress, &event);
}

/* A run that goes on from its checkpoint does again the epochs after that. */
static int say_epochs(struct attach *a, struct err *e)
{
    struct epoch_row *rows;
    size_t n;
    if (a->epoch > a->run.epochs_done)
        a->epoch = a->run.epochs_done;
    if (a->epoch == a->run.epochs_done)
        return 0;
    if (db_epochs(a->follow.db, a->run.id, &rows, &n, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (rows[i].epoch > a->epoch)
            say_epoch(a, &rows[i]);
    if (n)
        a->epoch = rows[n - 1].epoch;
    mem_free(rows);
    return 0;
}

static enum log_level level_of(const char *name)
{
    int level = LOG_ERROR;
    while (level > LOG_DEBUG && strcmp(log_level_name((enum log_level)level), name))
        level--;
    return (enum log_level)level;
}

/* Those from before were said to whoever was there. */
static int say_log(struct attach *a, bool shows, struct err *e)
{
    struct log_row *rows;
    size_t n;
    if (db_log(a->follow.db, a->run.id, LOG_LINES, &rows, &n, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct event event = {.kind = EVENT_LOG, .run = a->run.id};
        if (!(rows[i].time > a->said_s))
            continue;
        a->said_s = rows[i].time;
        event.log.level = level_of(rows[i].level);
        str_copy(event.log.text, sizeof event.log.text, rows[i].text);
        if (shows)
            progress_event(a->progress, &event);
    }
    mem_free(rows);
    return 0;
}

/* It went into the queue, pauses, goes on, has ended. */
static void say_state(struct attach *a, bool first)
{
    char line[4 * sizeof a->run.state_text];
    int state = run_state_of_name(a->run.state);
    bool bad = state == RUN_FAILED || state == RUN_DIVERGED || state == RUN_LOST;
    if (state == a->state || (first && state == RUN_RUNNING)) {
        a->state = state;
        return;
    }
    a->state = state;
    outcome_line(&a->run, line, sizeof line);
    progress_say(a->progress, bad ? LOG_ERROR : LOG_INFO, line);
}

/* The moving line; none for a run that does nothing now. */
static void tick(void *context)
{
    struct attach *a = context;
    struct snapshot now = {.run = 0};
    if (a->state == RUN_RUNNING || a->state == RUN_PAUSED)
        snapshot_file_read(a->folder, a->run.id, &now, NULL);
    progress_tick(a->progress, &now);
}

/* --- */

static int look(struct attach *a, bool first, struct err *e)
{
    if (db_run(a->follow.db, a->run.id, &a->run, e))
        return -1;
    if (first && a->run.epochs_done > EARLIER_EPOCHS)
        a->epoch = a->run.epochs_done - EARLIER_EPOCHS;
    say_what(a);
    if (say_epochs(a, e) || say_log(a, !first, e))
        return -1;
    say_state(a, first);
    return 0;
}

static int follow(struct attach *a, struct err *e)
{
    if (progress_moves(a->progress) &&
        !db_weights_dir(a->follow.db, a->run.id, a->folder, sizeof a->folder, NULL)) {
        a->follow.tick = tick;
        a->follow.context = a;
    }
    progress_begin(a->progress, a->run.id, a->run.name, a->run.epochs);
    for (bool first = true;; first = false) {
        if (look(a, first, e))
            return -1;
        if (leaves || run_state_ended((enum run_state)a->state))
            return 0;
        if (follow_wait(&a->follow, e))
            return -1;
    }
}

/* Ends by the signal, so that a script that runs this ends too. */
static void leave(struct attach *a)
{
    char text[120];
    snprintf(text, sizeof text, "run %lld goes on; `combolab attach %lld` follows it again",
             (long long)a->run.id, (long long)a->run.id);
    progress_say(a->progress, LOG_INFO, text);
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
}

static int run(const struct invocation *in)
{
    struct attach a = {.state = -1};
    struct sigaction action = {0};
    struct err e;
    const char *which = in->n_arguments ? in->arguments[0] : "last";
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, NULL);
    int result = output_open_db(in, &a.follow.db, &e);
    if (!result)
        result = progress_new(&a.progress, stderr, in->global.quiet, &e);
    if (!result)
        result = output_find_run(a.follow.db, which, &a.run, &e);
    if (!result)
        result = follow(&a, &e);
    if (!result && leaves && !run_state_ended((enum run_state)a.state))
        leave(&a);
    progress_free(a.progress);
    db_close(a.follow.db);
    return result ? command_fail(&e) : outcome_of(&a.run);
}

const struct command command_attach = {
    .name = "attach",
    .arguments = "[RUN]",
    .summary = "follow a run that another process trains, until it ends",
    .details =
        "Prints the progress of RUN, a number or `last` for the newest (which it is by default), "
        "as `combolab train` does: the last epochs on record, then each new one, and what its "
        "process says, and on a terminal how far the epoch in progress is. Ctrl-C ends this and "
        "leaves the run as it is. The exit status is that of "
        "the run: see `combolab wait`.",
    .most_arguments = 1,
    .run = run,
};
