/* runs.c - `combolab runs`: the runs of a database, newest first, and the published figures. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "src/output.h"

#include <math.h>
#include <string.h>
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

static bool wanted(const struct options *own, const struct run_row *run)
{
    if (own->experiment[0] && strcmp(own->experiment, run->experiment))
        return false;
    return !own->state || !strcmp(states[own->state], run->state);
}

static int add_runs(struct table *t, struct db *db, const struct options *own, struct err *e)
{
    struct run_row *runs = NULL;
    size_t n = 0;
    int64_t shown = 0;
    if (db_runs(db, &runs, &n, e))
        return -1;
    double now = (double)time(NULL);
    for (size_t i = 0; i < n && (!own->limit || shown < own->limit); i++) {
        if (!wanted(own, &runs[i]))
            continue;
        output_run(t, &runs[i], output_run_listed, now);
        shown++;
    }
    mem_free(runs);
    return 0;
}

/* A published row in the same columns; where it was published stands for the experiment. */
static void add_reference(struct table *t, const struct reference_row *r)
{
    table_missing(t);
    table_text(t, "published");
    table_text(t, r->note);
    table_text(t, r->source);
    table_text(t, r->dataset);
    table_text(t, r->protocol);
    table_missing(t);
    table_text(t, r->model);
    table_text(t, r->loss);
    table_real(t, r->alpha);
    table_real(t, r->beta);
    table_real(t, r->gamma);
    for (int i = 0; i < 4; i++) /* epochs, and how the best was chosen */
        table_missing(t);
    table_real(t, r->mae);
    table_real(t, r->rmse);
    table_real(t, r->pc);
    for (int i = 0; i < 5; i++) /* last figures, speed, age */
        table_missing(t);
}

static int add_references(struct table *t, struct db *db, struct err *e)
{
    struct reference_row *rows = NULL;
    size_t n = 0;
    if (db_references(db, &rows, &n, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        add_reference(t, &rows[i]);
    mem_free(rows);
    return 0;
}

static int run(const struct invocation *in)
{
    const struct options *own = in->own;
    struct db *db = NULL;
    struct table *t = NULL;
    struct err e;
    int status = EXIT_GOOD;
    if (output_open_db(in, &db, &e) ||
        table_new(&t, "runs", false, output_run_columns, output_run_listed, &e) ||
        add_runs(t, db, own, &e) || (own->references && add_references(t, db, &e)) ||
        output_tables(in, &t, 1, &e))
        status = command_fail(&e);
    table_free(t);
    db_close(db);
    return status;
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
