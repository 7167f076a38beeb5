/* queue.c - combolab queue: what waits to be trained, in its order, and why; and that order
 * changed.
 */
#include "src/edit.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/output.h"

#include <stdio.h>
#include <time.h>

#define MOST_PRIORITY 1000000

struct options {
    bool first;
    char priority[OPT_TEXT_BYTES];
};

static const struct opt options[] = {
    {"first", 0, OPT_FLAG, offsetof(struct options, first), 0, 0, "no", NULL, "", "Queue",
     "let each RUN go before all others"},
    {"priority", 0, OPT_TEXT, offsetof(struct options, priority), 0, 0, "", NULL, "", "Queue",
     "give each RUN this priority: a whole number, 0 at first; higher ones are trained first"},
};
static const struct opt_table own = {options, sizeof options / sizeof *options};

static void add_why(struct table *t, const struct run_row *run, int64_t place, size_t living)
{
    char text[48];
    if (run->state_text[0]) {
        table_text(t, run->state_text);
    } else if (!living) {
        table_text(t, "nothing trains: `combolab work` does");
    } else {
        snprintf(text, sizeof text, "its turn, %lld before it", (long long)place - 1);
        table_text(t, place > 1 ? text : "the next free worker");
    }
}

static int fill(struct table *t, struct db *db, struct err *e)
{
    struct run_row run;
    int64_t *living, id = 0;
    size_t n_living;
    int more;
    if (db_runs_living(db, &living, &n_living, e))
        return -1;
    mem_free(living);
    for (int64_t place = 1; (more = db_run_queued(db, id, &id, e)) == 1; place++) {
        if (db_run(db, id, &run, e))
            return -1;
        table_int(t, place);
        table_int(t, id);
        table_int(t, run.priority);
        table_text(t, run.name);
        table_text(t, run.experiment);
        table_int(t, run.epochs);
        table_real(t, row_run_age(run.created, (double)time(NULL)));
        add_why(t, &run, place, n_living);
    }
    return more;
}

static int list(const struct invocation *in, struct db *db, struct err *e)
{
    static const struct table_column columns[] = {
        {"place", "place", TABLE_INT, 0, false},
        {"id", "run", TABLE_INT, 0, false},
        {"priority", "priority", TABLE_INT, 0, false},
        {"name", "name", TABLE_TEXT, 0, false},
        {"experiment", "experiment", TABLE_TEXT, 0, true},
        {"epochs", "epochs", TABLE_INT, 0, true},
        {"age_s", "age", TABLE_DURATION, 0, true},
        {"why", "waits for", TABLE_TEXT, 0, false},
    };
    struct table *t;
    if (table_new(&t, "queue", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    int result = fill(t, db, e);
    if (!result && !t->n_cells && in->global.format == FORMAT_TABLE)
        fputs(in->global.quiet ? "" : "the queue is empty\n", stderr);
    else if (!result)
        result = output_tables(in, &t, 1, e);
    table_free(t);
    return result;
}

/* What each RUN gets; -1 where the options do not say. */
static int read_priority(const struct invocation *in, struct db *db, int64_t *priority,
                         struct err *e)
{
    const struct options *o = in->own;
    if (o->first + (o->priority[0] != '\0') != 1 || !in->n_arguments)
        return err_set(e, ERR_USAGE,
                       "to change the order, give either --first or --priority N, and the runs");
    if (o->first)
        return db_queue_first(db, priority, e);
    if (!str_to_int(o->priority, priority) && *priority >= -MOST_PRIORITY &&
        *priority <= MOST_PRIORITY)
        return 0;
    return err_set(e, ERR_USAGE, "option 'priority': '%.40s' is no whole number from %d to %d",
                   o->priority, -MOST_PRIORITY, MOST_PRIORITY);
}

static int run(const struct invocation *in)
{
    const struct options *o = in->own;
    struct db *db = NULL;
    struct err e;
    bool lists = !in->n_arguments && !o->first && !o->priority[0];
    struct db_edit edit = {.kind = DB_EDIT_PRIORITY};
    char done[64];
    int failed = output_open_db(in, &db, &e) ||
                 (lists ? list(in, db, &e) : read_priority(in, db, &edit.number, &e));
    db_close(db);
    if (failed)
        return command_fail(&e);
    snprintf(done, sizeof done, "priority %lld", (long long)edit.number);
    return lists ? EXIT_GOOD
                 : edit_runs(in, in->arguments, (size_t)in->n_arguments, &edit, 1, done);
}

const struct command command_queue = {
    .name = "queue",
    .arguments = "[RUN]...",
    .summary = "list what waits to be trained, in its order, or change that",
    .details =
        "Runs of a higher priority are trained first, and of the same priority those that were "
        "launched first. With --first or --priority, each RUN, a number, a range such as 3-9, or "
        "`last` for the newest, gets another place. `combolab stop` takes runs out of the queue.",
    .own = &own,
    .own_bytes = sizeof(struct options),
    .most_arguments = -1,
    .run = run,
};
