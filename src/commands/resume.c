/* resume.c - combolab resume: runs that ended early go on, one after another. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "src/headless.h"
#include "src/meter.h"
#include "src/output.h"

#include <stdio.h>

struct resume_options {
    bool queue, detach, anew, take_over;
    char data[OPT_TEXT_BYTES];
    int algorithms; /* index into algorithm_names */
};

enum { ALGORITHMS_KEEP, ALGORITHMS_ANEW };
static const char *const algorithm_names[] = {"keep", "anew", NULL};

static const struct opt options[] = {
    {"queue", 'Q', OPT_FLAG, offsetof(struct resume_options, queue), 0, 0, "no", NULL, "", "Resume",
     "only put the runs back into the queue and print their numbers; combolab work trains them"},
    {"detach", 0, OPT_FLAG, offsetof(struct resume_options, detach), 0, 0, "no", NULL, "", "Resume",
     "put the runs back into the queue and leave them to a worker of its own, which goes on when "
     "the terminal is closed"},
    {"anew", 0, OPT_FLAG, offsetof(struct resume_options, anew), 0, 0, "no", NULL, "", "Resume",
     "begin at the first epoch; what is on record stays until the new first epoch is stored"},
    {"algorithms", 0, OPT_CHOICE, offsetof(struct resume_options, algorithms), 0, 0, "keep",
     algorithm_names, "", "Resume",
     "what backends with a choice compute by: as before, to the same bits, or chosen anew, for a "
     "device or libraries that don't have it: numbers may then differ in their last bits"},
    {"take-over", 0, OPT_FLAG, offsetof(struct resume_options, take_over), 0, 0, "no", NULL, "",
     "Resume",
     "also runs of which cannot be told from here whether a process trains them still: of another "
     "host, or begun by an older combolab; refused for a run whose process is known to live"},
    {"data", 'd', OPT_PATH, offsetof(struct resume_options, data), 0, 0, "", NULL, "", "Resume",
     "where the runs' data set lies now, if it was moved; refused unless names, scores, split and "
     "pictures are the same"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* Those that a living process holds paused go last, behind the others: *n_others of these. Whether
 * it lives can be in doubt, and then that decides who takes over. */
static int sort_out_paused(struct headless *h, bool take_over, int64_t *runs, size_t n,
                           size_t *n_others, struct err *e)
{
    *n_others = 0;
    for (size_t i = 0; i < n; i++) {
        bool paused = false;
        if (!take_over && headless_is_paused(h, runs[i], &paused, e))
            return -1;
        if (paused)
            continue;
        int64_t other = runs[i];
        runs[i] = runs[*n_others];
        runs[(*n_others)++] = other;
    }
    return 0;
}

static int resume(struct headless *h, const struct invocation *in, struct err *e)
{
    const struct resume_options *o = in->own;
    unsigned how = (o->anew ? DB_RESUME_ANEW : 0) | (o->take_over ? DB_RESUME_TAKE_OVER : 0) |
                   (o->algorithms == ALGORITHMS_ANEW ? DB_RESUME_ALGORITHMS : 0);
    int64_t *runs;
    size_t n, n_others = 0;
    int result = headless_find(h, in, &runs, &n, e);
    if (!result)
        result = sort_out_paused(h, o->take_over, runs, n, &n_others, e);
    if (!result && n_others)
        result = headless_resume(h, runs, n_others, how, o->data, e);
    for (size_t i = result ? n : n_others; !result && i < n; i++)
        result = headless_go_on(h, runs[i], e);
    mem_free(runs);
    return result;
}

/* Before anything is written: opening to write would make a database where there is none. 0, -1, or
 * 1 when stopped by a signal. */
static int check(const struct invocation *in, struct err *e)
{
    struct resume_options *o = in->own;
    struct meter meter;
    const struct session_patience wait = {meter_cancel(), meter_progress, &meter};
    struct run_row *runs = NULL;
    size_t n = 0;
    struct db *db;
    int result = output_open_db(in, &db, e);
    if (!result)
        result = output_find_rows(db, in->arguments, (size_t)in->n_arguments, &runs, &n, e);
    meter_start(&meter, "comparing the data set", in->global.quiet);
    for (size_t i = 0; !result && i < n; i++)
        result = session_check_data(db, &runs[i], o->data, &wait, e);
    meter_end(&meter);
    mem_free(runs);
    db_close(db);
    return result;
}

static int run(const struct invocation *in)
{
    const struct resume_options *o = in->own;
    struct headless_options ho = {
        .in = in,
        .takes = o->queue || o->detach ? SESSION_TAKES_NONE : SESSION_TAKES_NAMED,
        .detaches = o->detach,
    };
    struct err e;
    if (o->queue && o->detach) {
        err_set(&e, ERR_USAGE, "options 'queue' and 'detach' exclude each other");
        return command_fail(&e);
    }
    int result = check(in, &e);
    if (result < 0)
        return command_fail(&e);
    if (result) {
        fputs("combolab: stopped; no run was resumed\n", stderr);
        return EXIT_STOPPED;
    }
    return headless_command(&ho, resume);
}

const struct command command_resume = {
    .name = "resume",
    .arguments = "RUN...",
    .summary = "go on with runs that were paused, stopped, failed or were lost",
    .details =
        "Each RUN, a number, a range such as 3-9, or `last` for the newest, goes on from its "
        "newest "
        "checkpoint, with the settings it was launched with, and comes to what it would have been "
        "without the interruption; epochs after that checkpoint are done again. A run that "
        "has epochs on record but no checkpoint to be found is refused, unless --anew is given, "
        "and so is one whose data set is not there: if it was moved, --data names its new place. "
        "Runs that are finished or have diverged are refused, and then "
        "none is resumed. One that a "
        "process holds paused goes on there.\n"
        "Progress, the table at the end and Ctrl-C are those of `combolab train`.",
    .own = &own,
    .own_bytes = sizeof(struct resume_options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
