/* runs.c - `combolab runs`: the runs of a database, newest first, and the published figures. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "results/run_tables.h"
#include "src/output.h"

#include <time.h>

struct options {
    char experiment[OPT_TEXT_BYTES];
    int state; /* 0 = any */
    int64_t limit;
    bool references;
};

static const char *const states[] = {"any",      "queued",   "running", "paused", "stopped",
                                     "finished", "diverged", "failed",  "lost",   NULL};

static const struct opt options[] = {
    {"experiment", 'x', OPT_TEXT, offsetof(struct options, experiment), 0, 0, "", NULL, "", "Runs",
     "only runs of this experiment"},
    {"state", 's', OPT_CHOICE, offsetof(struct options, state), 0, 0, "any", states, "", "Runs",
     "only runs in this state"},
    {"limit", 'n', OPT_INT, offsetof(struct options, limit), 0, 1000000, "0", NULL, "runs", "Runs",
     "at most so many, the newest; 0 means all"},
    {"references", 0, OPT_FLAG, offsetof(struct options, references), 0, 0, "no", NULL, "", "Runs",
     "the published figures too, in the state 'published'"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

static int print(const struct invocation *in, struct db *db, struct err *e)
{
    const struct options *own = in->own;
    const struct run_wanted wanted = {.experiment = own->experiment,
                                      .state = own->state ? states[own->state] : NULL,
                                      .most = (size_t)own->limit};
    struct run_row *runs = NULL;
    struct reference_row *references = NULL;
    struct table *t = NULL;
    size_t n = 0, n_references = 0;
    int result = db_runs_wanted(db, &wanted, &runs, &n, e);
    if (!result && own->references)
        result = db_references(db, &references, &n_references, e);
    if (!result)
        result = run_tables_list(&t, runs, n, references, n_references, (double)time(NULL), e);
    if (!result)
        result = output_tables(in, &t, 1, e);
    table_free(t);
    mem_free(references);
    mem_free(runs);
    return result;
}

static int run(const struct invocation *in)
{
    struct db *db = NULL;
    struct err e;
    int failed = output_open_db(in, &db, &e) || print(in, db, &e);
    db_close(db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_runs = {
    .name = "runs",
    .arguments = "",
    .summary = "list runs, newest first",
    .details =
        "All figures are of the test images. Best ones are those of the epoch with the highest "
        "Pearson correlation on the images that `best by` names: the test images themselves, as "
        "with published figures, or val images held out of training (--select val). `last` ones "
        "are of the last evaluation. A missing figure is '-': the correlation of constant "
        "predictions does not exist.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .run = run,
};
