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

static int run(const struct invocation *in)
{
    const struct work_options *o = in->own;
    struct headless_options ho = {
        .in = in,
        .takes = SESSION_TAKES_ANY,
        .most = o->once ? 1 : 0,
        .waits = o->wait,
    };
    struct err e;
    if (!o->once || !o->wait)
        return headless_command(&ho, NULL);
    err_set(&e, ERR_USAGE, "options 'once' and 'wait' exclude each other");
    return command_fail(&e);
}

const struct command command_work = {
    .name = "work",
    .arguments = "",
    .summary = "train the runs that are queued",
    .details = "Takes queued runs from the database, the oldest first, and trains them one after "
               "another until "
               "none are left. Any number of workers may share a database on one host: each run is "
               "taken by "
               "one of them.",
    .own = &own,
    .own_bytes = sizeof(struct work_options),
    .run = run,
};
