/* output.c - the run database read, and runs as rows of a table. */
#include "src/output.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int output_open_db(const struct invocation *in, struct db **out, struct err *e)
{
    char path[OPT_TEXT_BYTES];
    struct err older;
    if (in->global.database[0])
        str_copy(path, sizeof path, in->global.database);
    else if (db_default_path(path, sizeof path, e))
        return -1;
    if (!db_open(out, path, DB_READ, e) || e->code != ERR_VERSION)
        return *out ? 0 : -1;
    /* Opening to write takes the missing steps. Where that is not possible the reason why it cannot
     * be read says more than the one why it cannot be written. */
    if (db_open(out, path, DB_WRITE, &older))
        return -1;
    db_close(*out);
    return db_open(out, path, DB_READ, e);
}

int output_find_run(struct db *db, const char *which, struct run_row *run, struct err *e)
{
    int64_t id;
    if (!strcmp(which, "last")) {
        struct run_row *runs = NULL;
        size_t n = 0;
        if (db_runs(db, &runs, &n, e))
            return -1;
        if (n)
            *run = runs[0];
        mem_free(runs);
        return n ? 0 : err_set(e, ERR_NOT_FOUND, "%s holds no runs yet", db_path(db));
    }
    if (str_to_int(which, &id) || id < 1)
        return err_set(e, ERR_USAGE,
                       "'%.60s' is no run: give a number from `combolab runs`, or last", which);
    return db_run(db, id, run, e);
}

int output_tables(const struct invocation *in, struct table *const *tables, size_t n, struct err *e)
{
    struct winsize size;
    bool terminal = isatty(STDOUT_FILENO);
    int width = 0;
    if (terminal && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
        width = size.ws_col;
    return tables_print(tables, n, in->global.format, width, terminal, stdout, e);
}

/* name, title, kind, digits, spare */
const struct table_column output_run_columns[] = {
    {"id", "id", TABLE_INT, 0, false},
    {"state", "state", TABLE_TEXT, 0, false},
    {"name", "name", TABLE_TEXT, 0, false},
    {"experiment", "experiment", TABLE_TEXT, 0, true},
    {"data", "data", TABLE_TEXT, 0, true},
    {"protocol", "protocol", TABLE_TEXT, 0, true},
    {"fold", "fold", TABLE_INT, 0, true},
    {"backbone", "backbone", TABLE_TEXT, 0, true},
    {"loss", "loss", TABLE_TEXT, 0, false},
    {"alpha", "alpha", TABLE_REAL, 1, true},
    {"beta", "beta", TABLE_REAL, 1, true},
    {"gamma", "gamma", TABLE_REAL, 1, true},
    {"epochs_done", "done", TABLE_INT, 0, false},
    {"epochs", "epochs", TABLE_INT, 0, false},
    {"best_epoch", "best", TABLE_INT, 0, true},
    {"select", "best by", TABLE_TEXT, 0, true},
    {"best_mae", "best MAE", TABLE_REAL, 4, false},
    {"best_rmse", "best RMSE", TABLE_REAL, 4, false},
    {"best_pc", "best PC", TABLE_REAL, 4, false},
    {"last_mae", "last MAE", TABLE_REAL, 4, true},
    {"last_rmse", "last RMSE", TABLE_REAL, 4, true},
    {"last_pc", "last PC", TABLE_REAL, 4, true},
    {"images_per_s", "images/s", TABLE_REAL, 1, true},
    {"age_s", "age", TABLE_DURATION, 0, true},
    /* of a single run */
    {"state_text", "why", TABLE_TEXT, 0, false},
    {"image_size", "image size", TABLE_INT, 0, false},
    {"batch", "batch", TABLE_INT, 0, false},
    {"seed", "seed", TABLE_INT, 0, false},
    {"learning_rate", "learning rate", TABLE_REAL, 4, false},
    {"created", "created", TABLE_TIME, 0, false},
    {"started", "started", TABLE_TIME, 0, false},
    {"ended", "ended", TABLE_TIME, 0, false},
    {"seconds", "ran for", TABLE_DURATION, 0, false},
    {"resumed", "times resumed", TABLE_INT, 0, false},
    {"host", "host", TABLE_TEXT, 0, false},
    {"pid", "process", TABLE_INT, 0, false},
    {"program", "program", TABLE_TEXT, 0, false},
    {"library", "library", TABLE_TEXT, 0, false},
    {"device", "device", TABLE_TEXT, 0, false},
    {"data_hash", "data hash", TABLE_TEXT, 0, false},
    {"parameters", "parameters", TABLE_INT, 0, false},
    {"train_images", "training images", TABLE_INT, 0, false},
    {"val_images", "val images", TABLE_INT, 0, false},
    {"test_images", "test images", TABLE_INT, 0, false},
    {"skipped_images", "images left out", TABLE_INT, 0, false},
};

const size_t output_run_listed = 24;
const size_t output_run_all = sizeof output_run_columns / sizeof *output_run_columns;

/* 0 means "not there" for counts from 1. */
static void count_from_1(struct table *t, int64_t value)
{
    if (value > 0)
        table_int(t, value);
    else
        table_missing(t);
}

double output_run_seconds(const struct run_row *run, double now_s)
{
    double end = isfinite(run->ended) ? run->ended : now_s;
    if (isfinite(run->started))
        return run->earlier_s + fmax(end - run->started, 0);
    return run->resumed ? run->earlier_s : NAN;
}

static void details(struct table *t, const struct run_row *run, double now_s)
{
    table_text(t, run->state_text);
    table_int(t, run->image_size);
    table_int(t, run->batch);
    table_int(t, run->seed);
    table_real(t, run->learning_rate);
    table_real(t, run->created);
    table_real(t, run->started);
    table_real(t, run->ended);
    table_real(t, output_run_seconds(run, now_s));
    table_int(t, run->resumed);
    table_text(t, run->host);
    count_from_1(t, run->pid);
    table_text(t, run->program);
    table_text(t, run->library);
    table_text(t, run->device);
    table_text(t, run->data_hash);
    count_from_1(t, run->parameters);
    count_from_1(t, run->train_images);
    count_from_1(t, run->val_images);
    count_from_1(t, run->test_images);
    table_int(t, run->skipped_images);
}

void output_run(struct table *t, const struct run_row *run, size_t columns, double now_s)
{
    table_int(t, run->id);
    table_text(t, run->state);
    table_text(t, run->name);
    table_text(t, run->experiment);
    table_text(t, run->data);
    table_text(t, run->protocol);
    count_from_1(t, run->fold);
    table_text(t, run->backbone);
    table_text(t, run->loss);
    table_real(t, run->alpha);
    table_real(t, run->beta);
    table_real(t, run->gamma);
    table_int(t, run->epochs_done);
    table_int(t, run->epochs);
    count_from_1(t, run->best_epoch);
    table_text(t, run->select);
    table_real(t, run->best_mae);
    table_real(t, run->best_rmse);
    table_real(t, run->best_pc);
    table_real(t, run->last_mae);
    table_real(t, run->last_rmse);
    table_real(t, run->last_pc);
    table_real(t, run->images_per_s > 0 ? run->images_per_s : NAN);
    table_real(t, now_s > run->created ? now_s - run->created : 0);
    if (columns == output_run_all)
        details(t, run, now_s);
}
