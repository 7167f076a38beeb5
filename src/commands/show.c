/* show.c - `combolab show`: everything the database holds of one run. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "engine/snapshot_file.h"
#include "results/progress_table.h"
#include "results/pull.h"
#include "results/rows_table.h"
#include "results/run_tables.h"
#include "src/output.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define LOG_LINES 1000
#define MOST_TABLES 10

static_assert(ROW_MAX_TERMS == LOSS_MAX_TERMS, "steps have the terms that rows have");

struct options {
    bool progress, steps, epochs, gradients, algorithms, log;
    int predictions; /* index into kinds */
    int64_t ledger;
};

static const char *const kinds[] = {"none", "best", "last", NULL};

static const struct opt options[] = {
    {"progress", 0, OPT_FLAG, offsetof(struct options, progress), 0, 0, "no", NULL, "", "Parts",
     "what a run that is trained does at present, also shown where no part is asked for"},
    {"steps", 0, OPT_FLAG, offsetof(struct options, steps), 0, 0, "no", NULL, "", "Parts",
     "a row for every step of its epoch in progress, or means over several: losses by term"},
    {"epochs", 'e', OPT_FLAG, offsetof(struct options, epochs), 0, 0, "no", NULL, "", "Parts",
     "a row for every epoch: losses by term, weighted and not, and figures of every phase"},
    {"gradients", 'g', OPT_FLAG, offsetof(struct options, gradients), 0, 0, "no", NULL, "", "Parts",
     "a row for every epoch: which term of the loss steers training, and which fight, by their "
     "gradients; and said in words of the last"},
    {"predictions", 'p', OPT_CHOICE, offsetof(struct options, predictions), 0, 0, "none", kinds, "",
     "Parts", "a row for every test image, as predicted by the best or the last weights"},
    {"ledger", 0, OPT_INT, offsetof(struct options, ledger), 0, 100000, "0", NULL, "", "Parts",
     "the test scores predicted after this epoch, in the order of the split"},
    {"algorithms", 0, OPT_FLAG, offsetof(struct options, algorithms), 0, 0, "no", NULL, "", "Parts",
     "how each convolution is computed, where its backend has a choice; otherwise they are "
     "counted"},
    {"log", 0, OPT_FLAG, offsetof(struct options, log), 0, 0, "no", NULL, "", "Parts",
     "what was said while it trained"},
};

static const struct opt_table table = {options, sizeof options / sizeof *options};

/* What is shown of a run: its tables are owned. */
struct show {
    struct db *db;
    struct run_row run;
    struct table *tables[MOST_TABLES];
    size_t n;
};

static struct table **next(struct show *show)
{
    return &show->tables[show->n++];
}

static int add_terms(struct show *show, struct err *e)
{
    struct term_row rows[ROW_MAX_TERMS];
    size_t n;
    if (db_terms(show->db, show->run.id, rows, &n, e))
        return -1;
    return rows_table(next(show), "terms", row_term_columns, 0, rows, n, sizeof *rows, e);
}

/* What its trainer says now; false where nobody trains it, or nothing is said. */
static bool find_progress(const struct show *show, struct snapshot *now,
                          struct snapshot_steps *steps)
{
    char folder[FILE_PATH_BYTES];
    int state = run_state_of_name(show->run.state);
    return (state == RUN_RUNNING || state == RUN_PAUSED) &&
           !db_weights_dir(show->db, show->run.id, folder, sizeof folder, NULL) &&
           snapshot_file_read(folder, show->run.id, now, steps);
}

static int no_progress(const struct show *show, struct err *e)
{
    return err_set(e, ERR_NOT_FOUND,
                   "nothing says what run %lld does at present: it is %s, and progress is shown "
                   "of runs that are trained",
                   (long long)show->run.id, show->run.state);
}

static int add_progress(struct show *show, bool must, struct err *e)
{
    struct snapshot now;
    if (!find_progress(show, &now, NULL))
        return must ? no_progress(show, e) : 0;
    const struct progress_row row = {
        .phase = now.paused ? "paused" : snapshot_phase_name(now.phase),
        .epoch = now.epoch,
        .epochs = now.epochs,
        .step = now.step,
        .steps = now.steps,
        .loss = now.phase == SNAPSHOT_TRAIN || now.phase == SNAPSHOT_TEST ? now.total : NAN,
        .images_per_s = now.images_per_s > 0 ? now.images_per_s : NAN,
        .elapsed_s = now.elapsed_s,
        .eta_s = now.eta_s,
        .device_bytes = (double)now.device_bytes,
    };
    return progress_table(next(show), &row, e);
}

static int add_steps(struct show *show, struct err *e)
{
    struct term_row terms[ROW_MAX_TERMS];
    struct snapshot now;
    struct snapshot_steps steps = {.n = 0};
    struct progress_step rows[SNAPSHOT_MOST_STEPS];
    size_t n_terms;
    if (!find_progress(show, &now, &steps))
        return no_progress(show, e);
    if (db_terms(show->db, show->run.id, terms, &n_terms, e))
        return -1;
    for (int i = 0; i < steps.n; i++) {
        rows[i] = (struct progress_step){.step = steps.at[i].step, .total = steps.at[i].total};
        memcpy(rows[i].term, steps.at[i].term, sizeof rows[i].term);
    }
    return progress_table_steps(next(show), terms, n_terms, rows, (size_t)steps.n, e);
}

static int add_options(struct show *show, struct err *e)
{
    struct option_row *rows;
    size_t n;
    if (db_options(show->db, show->run.id, &rows, &n, e))
        return -1;
    int result = rows_table(next(show), "options", row_option_columns, 0, rows, n, sizeof *rows, e);
    mem_free(rows);
    return result;
}

static int add_weights(struct show *show, struct err *e)
{
    struct checkpoint_row *rows;
    size_t n;
    if (db_checkpoints(show->db, show->run.id, &rows, &n, e))
        return -1;
    int result =
        rows_table(next(show), "weights", row_checkpoint_columns, 0, rows, n, sizeof *rows, e);
    mem_free(rows);
    return result;
}

static int add_provenance(struct show *show, struct err *e)
{
    struct provenance_row *rows;
    size_t n;
    if (db_provenance(show->db, show->run.id, &rows, &n, e))
        return -1;
    int result =
        rows_table(next(show), "provenance", row_provenance_columns, 0, rows, n, sizeof *rows, e);
    mem_free(rows);
    return result;
}

/* A run's epochs, and the terms that their losses are of. The rows are the caller's. */
struct history {
    struct term_row terms[ROW_MAX_TERMS];
    size_t n_terms;
    struct epoch_row *rows;
    size_t n;
};

static int read_history(struct show *show, struct history *h, struct err *e)
{
    h->rows = NULL;
    return db_terms(show->db, show->run.id, h->terms, &h->n_terms, e) ||
                   db_epochs(show->db, show->run.id, &h->rows, &h->n, e)
               ? -1
               : 0;
}

static int add_epochs(struct show *show, struct err *e)
{
    struct history h;
    int result = read_history(show, &h, e);
    if (!result)
        result = run_tables_epochs(next(show), h.terms, h.n_terms, h.rows, h.n, e);
    mem_free(h.rows);
    return result;
}

/* In words, unless CSV has to do with one table; none where it is not known. */
static int say_pull(struct show *show, const struct history *h, struct err *e)
{
    struct table *words;
    if (pull_said(&words, h->terms, h->n_terms, h->rows, h->n, e))
        return -1;
    if (words)
        *next(show) = words;
    return 0;
}

static int add_steering(struct show *show, struct err *e)
{
    struct history h;
    int result = read_history(show, &h, e);
    if (!result)
        result = say_pull(show, &h, e);
    mem_free(h.rows);
    return result;
}

static int add_gradients(struct show *show, bool csv, struct err *e)
{
    struct history h;
    int result = read_history(show, &h, e);
    if (!result && !csv)
        result = say_pull(show, &h, e);
    if (!result)
        result = pull_table(next(show), h.terms, h.n_terms, h.rows, h.n, e);
    if (!result && !show->tables[show->n - 1]->n_cells)
        result = err_set(
            e, ERR_NOT_FOUND,
            "nothing is known of the gradients of run %lld: it has done no epoch, or was trained "
            "elsewhere or by an older version",
            (long long)show->run.id);
    mem_free(h.rows);
    return result;
}

static int add_predictions(struct show *show, const char *kind, struct err *e)
{
    struct prediction_row *rows;
    size_t n;
    if (db_predictions(show->db, show->run.id, kind, &rows, &n, e))
        return -1;
    if (!n)
        return err_set(e, ERR_NOT_FOUND,
                       "run %lld has no %s predictions: no such weights were saved",
                       (long long)show->run.id, kind);
    int result =
        rows_table(next(show), "predictions", row_prediction_columns, 0, rows, n, sizeof *rows, e);
    mem_free(rows);
    return result;
}

static int add_ledger(struct show *show, int epoch, struct err *e)
{
    struct split_row *split;
    float *scores = NULL;
    size_t n_split, n;
    if (db_split(show->db, show->run.id, &split, &n_split, e))
        return -1;
    int result = db_ledger(show->db, show->run.id, epoch, &scores, &n, e);
    if (!result && !n)
        result = err_set(e, ERR_NOT_FOUND, "run %lld has no ledger of epoch %d: %d epochs are done",
                         (long long)show->run.id, epoch, show->run.epochs_done);
    if (!result)
        result = run_tables_ledger(next(show), split, n_split, scores, n, e);
    mem_free(scores);
    mem_free(split);
    return result;
}

/* All of them, or how many there are of each method, which says nothing where there is no choice.
 */
static int add_algorithms(struct show *show, bool all, struct err *e)
{
    struct algorithm_row *rows;
    size_t n;
    if (db_algorithms(show->db, show->run.id, &rows, &n, e))
        return -1;
    int result = 0;
    if (all && !n)
        result = err_set(e, ERR_NOT_FOUND,
                         "run %lld has no algorithms on record: its backend has no choice, or it "
                         "has not started",
                         (long long)show->run.id);
    else if (all)
        result = rows_table(next(show), "algorithms", row_algorithm_columns, 0, rows, n,
                            sizeof *rows, e);
    else if (n)
        result = run_tables_methods(next(show), rows, n, e);
    mem_free(rows);
    return result;
}

static int add_log(struct show *show, struct err *e)
{
    struct log_row *rows;
    size_t n;
    if (db_log(show->db, show->run.id, LOG_LINES, &rows, &n, e))
        return -1;
    int result = rows_table(next(show), "log", row_log_columns, 0, rows, n, sizeof *rows, e);
    mem_free(rows);
    return result;
}

/* CSV has room for the run itself alone. */
static int add_summary(struct show *show, bool csv, struct err *e)
{
    if (run_tables_one(next(show), &show->run, (double)time(NULL), e))
        return -1;
    if (csv)
        return 0;
    return add_progress(show, false, e) || add_terms(show, e) || add_steering(show, e) ||
                   add_options(show, e) || add_algorithms(show, false, e) ||
                   add_provenance(show, e) || add_weights(show, e)
               ? -1
               : 0;
}

static int add_parts(struct show *show, const struct options *own, bool csv, struct err *e)
{
    bool any = own->progress || own->steps || own->epochs || own->gradients || own->predictions ||
               own->ledger || own->algorithms || own->log;
    if (!any)
        return add_summary(show, csv, e);
    if (own->progress && add_progress(show, true, e))
        return -1;
    if (own->steps && add_steps(show, e))
        return -1;
    if (own->epochs && add_epochs(show, e))
        return -1;
    if (own->gradients && add_gradients(show, csv, e))
        return -1;
    if (own->predictions && add_predictions(show, kinds[own->predictions], e))
        return -1;
    if (own->ledger && add_ledger(show, (int)own->ledger, e))
        return -1;
    if (own->algorithms && add_algorithms(show, true, e))
        return -1;
    return own->log ? add_log(show, e) : 0;
}

static int run(const struct invocation *in)
{
    struct show show = {0};
    struct err e;
    bool csv = in->global.format == FORMAT_CSV;
    int failed = output_open_db(in, &show.db, &e) ||
                 output_find_run(show.db, in->arguments[0], &show.run, &e) ||
                 add_parts(&show, in->own, csv, &e) || output_tables(in, show.tables, show.n, &e);
    for (size_t i = 0; i < MOST_TABLES; i++)
        table_free(show.tables[i]);
    db_close(show.db);
    return failed ? command_fail(&e) : EXIT_GOOD;
}

const struct command command_show = {
    .name = "show",
    .arguments = "RUN",
    .summary = "show one run: settings, provenance, epochs, predictions",
    .details =
        "RUN is a number from `combolab runs`, or `last` for the newest. Without a part asked "
        "for, the run's figures, while it is trained what it does at present, its loss terms, "
        "options, methods of computing (where its backend has "
        "a choice), provenance (what it was trained with, a row for each time that it began or "
        "went "
        "on) and weight files are shown; in CSV its figures alone.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
