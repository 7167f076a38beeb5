/* work.c - combolab work: trains what is queued. */
#include "src/command.h"

#include "base/err.h"
#include "src/headless.h"

struct work_options {
    bool once, wait;
};

static const struct opt options[] = {
    {"once", '1', OPT_FLAG, offsetof(struct work_options, once), 0, 0, "no", NULL, "", "Work",
     "train one run and end"},
    {"wait", 'w', OPT_FLAG, offsetof(struct work_options, wait), 0, 0, "no", NULL, "", "Work",
     "wait for more runs when none are left, until it is interrupted"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

static int take(struct headless *h, const struct invocation *in, struct err *e)
{
    return headless_take(h, in->arguments, (size_t)in->n_arguments, e);
}

static int run(const struct invocation *in)
{
    const struct work_options *o = in->own;
    bool named = in->n_arguments > 0;
    struct headless_options ho = {
        .in = in,
        .takes = named ? SESSION_TAKES_NAMED : SESSION_TAKES_ANY,
        .most = o->once ? 1 : 0,
        .waits = o->wait,
    };
    struct err e;
    if (o->once + o->wait + named <= 1)
        return headless_command(&ho, named ? take : NULL);
    err_set(&e, ERR_USAGE, "options 'once' and 'wait' and the numbers of runs exclude each other");
    return command_fail(&e);
}

const struct command command_work = {
    .name = "work",
    .arguments = "[RUN]...",
    .summary = "train the runs that are queued, or some of them",
    .details =
        "Takes queued runs from the database, the oldest first, and trains them one after "
        "another until "
        "none are left, or only each RUN. One whose device is not there stays in the queue, "
        "and its row says why. Any number of workers may share a database on one host: each run is "
        "taken by "
        "one of them.",
    .own = &own,
    .own_bytes = sizeof(struct work_options),
    .most_arguments = -1,
    .run = run,
};
