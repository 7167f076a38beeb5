/* resume.c - combolab resume: runs that ended early go on, one after another. */
#include "src/command.h"

#include "base/err.h"
#include "db/db.h"
#include "src/headless.h"
#include "src/output.h"

struct resume_options {
    bool queue, anew, take_over;
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
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

static int resume(struct headless *h, const struct invocation *in, struct err *e)
{
    const struct resume_options *o = in->own;
    unsigned how = (o->anew ? DB_RESUME_ANEW : 0) | (o->take_over ? DB_RESUME_TAKE_OVER : 0) |
                   (o->algorithms == ALGORITHMS_ANEW ? DB_RESUME_ALGORITHMS : 0);
    return headless_resume(h, in->arguments, (size_t)in->n_arguments, how, e);
}

/* Opening to write would make a database where there is none. */
static int check_database(const struct invocation *in, struct err *e)
{
    struct db *db;
    int result = output_open_db(in, &db, e);
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
    if (check_database(in, &e))
        return command_fail(&e);
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
        "has epochs on record but no checkpoint to be found is refused, unless --anew is given. "
        "Runs that are finished or have diverged are refused, and then "
        "none is resumed.\n"
        "Progress, the table at the end and Ctrl-C are those of `combolab train`.",
    .own = &own,
    .own_bytes = sizeof(struct resume_options),
    .least_arguments = 1,
    .most_arguments = -1,
    .run = run,
};
