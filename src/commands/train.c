/* train.c - combolab train: queues experiments and trains them, one after another. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "engine/backend_load.h"
#include "src/headless.h"
#include "src/output.h"
#include "src/sweep.h"

#include <stdio.h>

struct train_options {
    bool queue, detach, missing, dry_run;
    struct sweep sweep;
};

static const struct opt options[] = {
    {"queue", 'Q', OPT_FLAG, offsetof(struct train_options, queue), 0, 0, "no", NULL, "", "Train",
     "only add the runs to the queue and print their numbers; combolab work trains them"},
    {"detach", 0, OPT_FLAG, offsetof(struct train_options, detach), 0, 0, "no", NULL, "", "Train",
     "print the runs' numbers and leave the training to a worker of its own, which goes on when "
     "the terminal is closed"},
    {"missing", 0, OPT_FLAG, offsetof(struct train_options, missing), 0, 0, "no", NULL, "", "Train",
     "only the runs whose settings no run of the experiment has, on the same data"},
    {"dry-run", 0, OPT_FLAG, offsetof(struct train_options, dry_run), 0, 0, "no", NULL, "", "Train",
     "start nothing: print the runs, what is there already and about how long the others take"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

/* Everything that can be known to be wrong is, before anything is queued. */
static int check(const struct invocation *in, bool trains, int64_t *images, struct err *e)
{
    int number;
    for (size_t i = 0; i < in->n_configs; i++) {
        struct data_facts facts;
        if (session_check(&in->configs[i], &facts, e))
            return -1;
        images[i] = facts.train;
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

/* What is there is looked up where there is a database. */
static int look(const struct invocation *in, const int64_t *images, struct err *e)
{
    struct train_options *o = in->own;
    struct db *db = NULL;
    if (output_open_db(in, &db, e) && e->code != ERR_NOT_FOUND)
        return -1;
    int result = sweep_init(&o->sweep, in, images, o->missing, db, e);
    db_close(db);
    return result;
}

static int prepare(const struct invocation *in, struct err *e)
{
    struct train_options *o = in->own;
    bool planned = in->n_configs > 1 || o->missing || o->dry_run;
    int64_t *images = mem_alloc(in->n_configs, sizeof *images);
    if (!images)
        return mem_error(e, "a sweep", in->n_configs * sizeof *images);
    int result = check(in, !o->queue && !o->dry_run, images, e);
    if (!result)
        result = planned ? look(in, images, e) : sweep_init(&o->sweep, in, images, false, NULL, e);
    mem_free(images);
    if (result)
        return -1;
    say_idle(in);
    if (!in->global.quiet && planned)
        sweep_say(&o->sweep);
    return 0;
}

static int add(struct headless *h, const struct invocation *in, struct err *e)
{
    const struct train_options *o = in->own;
    for (size_t i = 0; i < in->n_configs; i++) {
        int64_t id;
        if (o->sweep.items[i].added && headless_add(h, &in->configs[i], &id, e))
            return -1;
    }
    return 0;
}

static int run(const struct invocation *in)
{
    struct train_options *o = in->own;
    struct headless_options ho = {
        .in = in,
        .takes = o->queue || o->detach ? SESSION_TAKES_NONE : SESSION_TAKES_NAMED,
        .detaches = o->detach,
    };
    struct err e;
    int status = EXIT_GOOD;
    if (o->queue && o->detach) {
        err_set(&e, ERR_USAGE, "options 'queue' and 'detach' exclude each other");
        return command_fail(&e);
    }
    if (prepare(in, &e) || (o->dry_run && sweep_print(&o->sweep, &e)))
        status = command_fail(&e);
    else if (!o->dry_run && sweep_added(&o->sweep))
        status = headless_command(&ho, add);
    sweep_fini(&o->sweep);
    return status;
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
