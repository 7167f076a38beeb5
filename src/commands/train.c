/* train.c - combolab train: queues experiments and trains them, one after another. */
#include "src/command.h"

#include "base/err.h"
#include "engine/backend_load.h"
#include "src/headless.h"

#include <stdio.h>

struct train_options {
    bool queue, detach;
};

static const struct opt options[] = {
    {"queue", 'Q', OPT_FLAG, offsetof(struct train_options, queue), 0, 0, "no", NULL, "", "Train",
     "only add the runs to the queue and print their numbers; combolab work trains them"},
    {"detach", 0, OPT_FLAG, offsetof(struct train_options, detach), 0, 0, "no", NULL, "", "Train",
     "print the runs' numbers and leave the training to a worker of its own, which goes on when "
     "the terminal is closed"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* Everything that can be known to be wrong is, before anything is queued. */
static int check(const struct invocation *in, bool trains, struct err *e)
{
    int number;
    for (size_t i = 0; i < in->n_configs; i++) {
        if (session_check(&in->configs[i], e))
            return -1;
        const struct backend_ops *ops = NULL;
        if (trains && backend_choose(in->configs[i].device, &ops, &number, NULL, e))
            return e->code == ERR_USAGE ? -1
                                        : err_prefix(e, "nothing is queued (--queue would let the "
                                                        "runs wait for a device)");
    }
    return 0;
}

/* Options that were asked for and change no run: nothing is wrong, but something else may have been
 * meant. */
static void say_idle(const struct invocation *in)
{
    for (size_t k = 0; !in->global.quiet && k < in->n_given; k++) {
        const char *why = NULL;
        for (size_t i = 0; i < in->n_configs; i++) {
            why = config_idle(&in->configs[i], in->given[k]);
            if (!why)
                break;
        }
        if (why)
            fprintf(stderr, "combolab: option '%s' has no effect: %s\n", in->given[k]->name, why);
    }
}

static int add(struct headless *h, const struct invocation *in, struct err *e)
{
    for (size_t i = 0; i < in->n_configs; i++) {
        int64_t id;
        if (headless_add(h, &in->configs[i], &id, e))
            return -1;
    }
    return 0;
}

static int run(const struct invocation *in)
{
    const struct train_options *o = in->own;
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
    if (check(in, !o->queue, &e))
        return command_fail(&e);
    say_idle(in);
    return headless_command(&ho, add);
}

const struct command command_train = {
    .name = "train",
    .arguments = "",
    .summary = "train one run, or one for each value of a list",
    .details =
        "Trains and stores every epoch in the run database. A comma list for a choice or a number, "
        "as "
        "in --loss l1,mse,combo, makes one run for each value; all begin with the same weights and "
        "see "
        "the same images in the same order.\n"
        "Progress goes to standard error; at the end a table of the runs goes to standard output. "
        "Ctrl-C stops after the step in progress and keeps what was trained; a second Ctrl-C "
        "leaves at "
        "once. SIGUSR1 makes a checkpoint, which the log then names, and training goes on.",
    .own = &own,
    .own_bytes = sizeof(struct train_options),
    .takes_config = true,
    .sweeps = true,
    .run = run,
};
