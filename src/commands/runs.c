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
    char filter[OPT_TEXT_BYTES], sort[OPT_TEXT_BYTES], columns[OPT_TEXT_BYTES];
};

static const char *const states[] = {"any",      "queued",   "running", "paused", "stopped",
                                     "finished", "diverged", "failed",  "lost",   NULL};

static const struct opt options[] = {
    {"experiment", 'x', OPT_TEXT, offsetof(struct options, experiment), 0, 0, "", NULL, "", "Runs",
     "only runs of this experiment"},
    {"state", 's', OPT_CHOICE, offsetof(struct options, state), 0, 0, "any", states, "", "Runs",
     "only runs in this state"},
    {"limit", 'n', OPT_INT, offsetof(struct options, limit), 0, 1000000, "0", NULL, "runs", "Runs",
     "at most so many, the first ones; 0 means all"},
    {"filter", 'f', OPT_TEXT, offsetof(struct options, filter), 0, 0, "", NULL, "", "Runs",
     "only runs that meet these tests, such as 'loss:combo pc>0.5 !state:failed'"},
    {"sort", 0, OPT_TEXT, offsetof(struct options, sort), 0, 0, "", NULL, "column", "Runs",
     "sort by this column, its best first; with - before it the other way round"},
    {"columns", 'c', OPT_TEXT, offsetof(struct options, columns), 0, 0, "", NULL, "names", "Runs",
     "these columns, separated by commas, in this order"},
    {"references", 0, OPT_FLAG, offsetof(struct options, references), 0, 0, "no", NULL, "", "Runs",
     "the published figures too, in the state 'published'"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

static int choose(const struct options *own, const struct row_column *columns[ROW_MOST_COLUMNS],
                  struct run_tables_choice *choice, struct err *e)
{
    const char *by = own->sort + (own->sort[0] == '-');
    *choice = (struct run_tables_choice){
        .columns = columns, .reverse = own->sort[0] == '-', .most = (size_t)own->limit};
    if (own->columns[0] &&
        rows_columns_meant(row_run_columns, own->columns, columns, &choice->n_columns, e))
        return -1;
    if (own->sort[0] && !(choice->by = rows_column_meant(row_run_columns, by, e)))
        return -1;
    return own->filter[0] ? rows_filter_new(&choice->filter, own->filter, row_run_columns, e) : 0;
}

static int print(const struct invocation *in, struct db *db, struct err *e)
{
    const struct options *own = in->own;
    const struct row_column *columns[ROW_MOST_COLUMNS];
    struct run_tables_choice choice;
    struct run_row *runs = NULL;
    struct reference_row *references = NULL;
    struct table *t = NULL;
    size_t n = 0, n_references = 0;
    if (choose(own, columns, &choice, e))
        return -1;
    bool newest = !choice.filter && !choice.by; /* then those are the first ones */
    const struct run_wanted wanted = {.experiment = own->experiment,
                                      .state = own->state ? states[own->state] : NULL,
                                      .most = newest ? choice.most : 0};
    int result = db_runs_wanted(db, &wanted, &runs, &n, e);
    if (!result && own->references)
        result = db_references(db, &references, &n_references, e);
    if (!result)
        result =
            run_tables_list(&t, &choice, runs, n, references, n_references, (double)time(NULL), e);
    if (!result)
        result = output_tables(in, &t, 1, e);
    table_free(t);
    rows_filter_free(choice.filter);
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
        "predictions does not exist.\n\n"
        "A filter is tests with blanks between; a run is listed when it meets all of them. "
        "NAME:TEXT, the column contains the text; NAME=TEXT and NAME!=TEXT, it is the text; "
        "NAME~REGEX, a POSIX extended regular expression matches. Numbers are compared by = != < "
        "<= "
        "> and >=, durations as age<2h, sizes as disk>1G. A plain TEXT or ~REGEX is sought in "
        "state, name, "
        "experiment, "
        "data, protocol, backbone and loss. ! before a test turns it round, double quotes keep "
        "blanks. Names are those of --format csv or of the table's head, whatever the case; mae, "
        "rmse and pc are the best ones. The screen's filter has the same language.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .run = run,
};
