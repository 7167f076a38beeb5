/* resume.c - combolab resume: runs that ended early go on, one after another. */
#include "src/command.h"

#include "base/err.h"
#include "db/db.h"
#include "src/headless.h"
#include "src/meter.h"
#include "src/output.h"

#include <stdio.h>

struct resume_options {
    bool queue, anew, take_over;
    char data[OPT_TEXT_BYTES];
    int algorithms; /* index into algorithm_names */
};

enum { ALGORITHMS_KEEP, ALGORITHMS_ANEW };
static const char *const algorithm_names[] = {"keep", "anew", NULL};

static const struct opt options[] = {
    {"queue", 'Q', OPT_FLAG, offsetof(struct resume_options, queue), 0, 0, "no", NULL, "", "Resume",
     "only put the runs back into the queue and print their numbers; combolab work trains them"},
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

static int resume(struct headless *h, const struct invocation *in, struct err *e)
{
    const struct resume_options *o = in->own;
    unsigned how = (o->anew ? DB_RESUME_ANEW : 0) | (o->take_over ? DB_RESUME_TAKE_OVER : 0) |
                   (o->algorithms == ALGORITHMS_ANEW ? DB_RESUME_ALGORITHMS : 0);
    return headless_resume(h, in->arguments, (size_t)in->n_arguments, how, o->data, e);
}

/* Before anything is written: opening to write would make a database where there is none. 0, -1, or
 * 1 when stopped by a signal. */
static int check(const struct invocation *in, struct err *e)
{
    struct resume_options *o = in->own;
    struct meter meter;
    const struct session_patience wait = {meter_cancel(), meter_progress, &meter};
    struct run_row run;
    struct db *db;
    int result = output_open_db(in, &db, e);
    meter_start(&meter, "comparing the data set", in->global.quiet);
    for (int i = 0; !result && i < in->n_arguments; i++) {
        result = output_find_run(db, in->arguments[i], &run, e);
        if (!result)
            result = session_check_data(db, &run, o->data, &wait, e);
    }
    meter_end(&meter);
    db_close(db);
    return result;
}

static int run(const struct invocation *in)
{
    const struct resume_options *o = in->own;
    struct headless_options ho = {
        .in = in,
        .takes = o->queue ? SESSION_TAKES_NONE : SESSION_TAKES_NAMED,
    };
    struct err e;
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
    .summary = "go on with runs that were stopped, failed or were lost",
    .details =
        "Each RUN, a number from `combolab runs` or `last` for the newest, goes on from its newest "
        "checkpoint, with the settings it was launched with, and comes to what it would have been "
        "without the interruption; epochs after that checkpoint are done again. A run that "
        "has epochs on record but no checkpoint to be found is refused, unless --anew is given, "
        "and so is one whose data set is not there: if it was moved, --data names its new place. "
        "Runs that are finished or have diverged are refused, and then "
        "none is resumed.\n"
        "Progress, the table at the end and Ctrl-C are those of `combolab train`.",
    .own = &own,
    .own_bytes = sizeof(struct resume_options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
