/* work.c - combolab work: trains what is queued. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/backend_load.h"
#include "src/headless.h"
#include "src/jobs.h"

struct work_options {
    bool once, wait;
    char device[OPT_TEXT_BYTES];
    int64_t jobs, threads;
};

static const struct opt options[] = {
    {"once", '1', OPT_FLAG, offsetof(struct work_options, once), 0, 0, "no", NULL, "", "Work",
     "train one run and end"},
    {"wait", 'w', OPT_FLAG, offsetof(struct work_options, wait), 0, 0, "no", NULL, "", "Work",
     "wait for more runs when none are left, until it is interrupted"},
    {"device", 0, OPT_TEXT, offsetof(struct work_options, device), 0, 0, "", NULL, "", "Work",
     "train on this device, as in cuda:1: the runs that name it, and those that name none"},
    {"jobs", 'j', OPT_INT, offsetof(struct work_options, jobs), 1, 64, "1", NULL, "runs", "Work",
     "so many runs at once, each in a process of its own; they share the cores"},
    {"threads", 't', OPT_INT, offsetof(struct work_options, threads), 0, 1024, "0", NULL, "threads",
     "Work", "of each run that names no number of them; 0 means all cores, divided by jobs"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

static int take(struct headless *h, const struct invocation *in, struct err *e)
{
    int64_t *runs;
    size_t n;
    int result = headless_find(h, in, &runs, &n, e) || headless_take(h, runs, n, e) ? -1 : 0;
    mem_free(runs);
    return result;
}

/* A device that is not there is a slip of the hand here, and not what runs wait for. */
static int check(const struct invocation *in, struct err *e)
{
    const struct work_options *o = in->own;
    const struct backend_ops *ops = NULL;
    bool named = in->n_arguments > 0;
    int number;
    if (o->once + o->wait + named > 1)
        return err_set(e, ERR_USAGE,
                       "options 'once' and 'wait' and the numbers of runs exclude each other");
    if (o->jobs > 1 && named)
        return err_set(e, ERR_USAGE, "option 'jobs' and the numbers of runs exclude each other");
    return o->device[0] ? backend_choose(o->device, &ops, &number, NULL, e) : 0;
}

static int run(const struct invocation *in)
{
    const struct work_options *o = in->own;
    bool named = in->n_arguments > 0;
    struct headless_options ho = {
        .in = in,
        .takes = named ? SESSION_TAKES_NAMED : SESSION_TAKES_ANY,
        .most = o->once ? 1 : 0,
        .device = o->device,
        .threads = o->threads,
        .waits = o->wait,
    };
    const struct jobs_options jo = {o->jobs, o->device, o->threads, o->once, o->wait};
    struct err e;
    if (check(in, &e))
        return command_fail(&e);
    return o->jobs > 1 ? jobs_run(in, &jo) : headless_command(&ho, named ? take : NULL);
}

const struct command command_work = {
    .name = "work",
    .arguments = "[RUN]...",
    .summary = "train the runs that are queued, or some of them",
    .details =
        "Takes queued runs from the database, in the order of `combolab queue`, and trains them "
        "one "
        "after "
        "another until "
        "none are left, or only each RUN. One whose device is not there stays in the queue, "
        "and its row says why. Any number of workers may share a database on one host: each run is "
        "taken by "
        "one of them. With --jobs they are started here: each prints its lines with its number "
        "before them, gets the signals that this process gets, and ends when it does.",
    .own = &own,
    .own_bytes = sizeof(struct work_options),
    .most_arguments = -1,
    .run = run,
};
