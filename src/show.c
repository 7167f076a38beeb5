/* show.c - rows of the database become tables, a function a part. */
#include "src/show.h"

#include "base/err.h"
#include "base/mem.h"
#include "db/db.h"
#include "src/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOG_LINES 1000

static int begin(struct show *show, struct table **t, const char *name, bool record,
                 const struct table_column *columns, size_t n, struct err *e)
{
    if (table_new(t, name, record, columns, n, e))
        return -1;
    show->tables[show->n_tables++] = *t;
    return 0;
}

static int summary_run(struct show *show, struct err *e)
{
    struct table *t;
    if (begin(show, &t, "run", true, output_run_columns, output_run_all, e))
        return -1;
    output_run(t, &show->run, output_run_all, (double)time(NULL));
    return 0;
}

static int summary_terms(struct show *show, struct err *e)
{
    static const struct table_column columns[] = {
        {"name", "term", TABLE_TEXT, 0, false},
        {"weight", "weight", TABLE_REAL, 3, false},
    };
    struct term_row terms[ROW_MAX_TERMS];
    struct table *t;
    size_t n = 0;
    if (db_terms(show->db, show->run.id, terms, &n, e) ||
        begin(show, &t, "terms", false, columns, 2, e))
        return -1;
    for (size_t i = 0; i < n; i++) {
        table_text(t, terms[i].name);
        table_real(t, terms[i].weight);
    }
    return 0;
}

static int summary_options(struct show *show, struct err *e)
{
    static const struct table_column columns[] = {
        {"name", "option", TABLE_TEXT, 0, false},
        {"type", "type", TABLE_TEXT, 0, false},
        {"value", "value", TABLE_TEXT, 0, false},
    };
    struct option_row *rows = NULL;
    struct table *t;
    size_t n = 0;
    if (db_options(show->db, show->run.id, &rows, &n, e))
        return -1;
    int result = begin(show, &t, "options", false, columns, 3, e);
    for (size_t i = 0; !result && i < n; i++) {
        table_text(t, rows[i].name);
        table_text(t, rows[i].type);
        table_text(t, rows[i].value);
    }
    mem_free(rows);
    return result;
}

static int summary_weights(struct show *show, struct err *e)
{
    static const struct table_column columns[] = {
        {"kind", "weights", TABLE_TEXT, 0, false},
        {"epoch", "epoch", TABLE_INT, 0, false},
        {"time", "saved", TABLE_TIME, 0, false},
        {"path", "file", TABLE_TEXT, 0, false},
    };
    struct checkpoint_row *rows = NULL;
    struct table *t;
    size_t n = 0;
    if (db_checkpoints(show->db, show->run.id, &rows, &n, e))
        return -1;
    int result = begin(show, &t, "weights", false, columns, 4, e);
    for (size_t i = 0; !result && i < n; i++) {
        table_text(t, rows[i].kind);
        table_int(t, rows[i].epoch);
        table_real(t, rows[i].time);
        table_text(t, rows[i].path);
    }
    mem_free(rows);
    return result;
}

int show_summary(struct show *show, struct err *e)
{
    if (summary_run(show, e) || summary_terms(show, e) || summary_options(show, e))
        return -1;
    return summary_weights(show, e);
}

enum { PHASE_TRAIN, PHASE_VAL, PHASE_TEST, PHASES };

#define TERM_NAME_BYTES 64
#define MOST_EPOCH_COLUMNS 48

/* The columns of a list of epochs, with the names that its loss's terms give. */
struct epoch_table {
    struct table_column columns[MOST_EPOCH_COLUMNS];
    size_t n;
    const struct term_row *terms;
    size_t n_terms;
    bool with[PHASES]; /* val only where some epoch has it */
    char name[PHASES][2 * ROW_MAX_TERMS][TERM_NAME_BYTES];
    char title[PHASES][2 * ROW_MAX_TERMS][TERM_NAME_BYTES];
};

/* "train_regression", "train_regression_weighted" */
static void term_columns(struct epoch_table *t, int phase, const char *phase_name)
{
    for (size_t i = 0; i < 2 * t->n_terms; i++) {
        bool weighted = i % 2;
        char *name = t->name[phase][i], *title = t->title[phase][i];
        snprintf(name, TERM_NAME_BYTES, "%s_%.31s%s", phase_name, t->terms[i / 2].name,
                 weighted ? "_weighted" : "");
        snprintf(title, TERM_NAME_BYTES, "%s %.31s%s", phase_name, t->terms[i / 2].name,
                 weighted ? ", weighted" : "");
        t->columns[t->n++] = (struct table_column){name, title, TABLE_REAL, 4, true};
    }
}

static void epoch_columns(struct epoch_table *t)
{
    static const struct table_column head[] = {
        {"epoch", "epoch", TABLE_INT, 0, false},
        {"learning_rate", "learning rate", TABLE_REAL, 4, true},
        {"best", "best", TABLE_FLAG, 0, false},
        {"time", "time", TABLE_TIME, 0, true},
    };
    static const struct table_column figures[PHASES][7] = {
        {{"train_total", "train loss", TABLE_REAL, 4, false},
         {"train_mae", "train MAE", TABLE_REAL, 4, true},
         {"train_rmse", "train RMSE", TABLE_REAL, 4, true},
         {"train_pc", "train PC", TABLE_REAL, 4, true},
         {"train_images", "train images", TABLE_INT, 0, true},
         {"train_s", "train time", TABLE_DURATION, 0, true},
         {"train_images_per_s", "train images/s", TABLE_REAL, 1, true}},
        {{"val_total", "val loss", TABLE_REAL, 4, true},
         {"val_mae", "val MAE", TABLE_REAL, 4, true},
         {"val_rmse", "val RMSE", TABLE_REAL, 4, true},
         {"val_pc", "val PC", TABLE_REAL, 4, false},
         {"val_images", "val images", TABLE_INT, 0, true},
         {"val_s", "val time", TABLE_DURATION, 0, true},
         {"val_images_per_s", "val images/s", TABLE_REAL, 1, true}},
        {{"test_total", "test loss", TABLE_REAL, 4, false},
         {"test_mae", "test MAE", TABLE_REAL, 4, false},
         {"test_rmse", "test RMSE", TABLE_REAL, 4, false},
         {"test_pc", "test PC", TABLE_REAL, 4, false},
         {"test_images", "test images", TABLE_INT, 0, true},
         {"test_s", "test time", TABLE_DURATION, 0, true},
         {"test_images_per_s", "test images/s", TABLE_REAL, 1, true}},
    };
    static const char *const names[PHASES] = {"train", "val", "test"};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        t->columns[t->n++] = head[i];
    for (int phase = 0; phase < PHASES; phase++) {
        if (!t->with[phase])
            continue;
        t->columns[t->n++] = figures[phase][0];
        term_columns(t, phase, names[phase]);
        for (int i = 1; i < 7; i++)
            t->columns[t->n++] = figures[phase][i];
    }
}

/* A phase that was not made has no figures. */
static void epoch_phase(struct table *t, const struct phase_row *phase, bool made, size_t n_terms)
{
    table_real(t, phase->total);
    for (size_t i = 0; i < n_terms; i++) {
        table_real(t, phase->term[i]);
        table_real(t, phase->weighted[i]);
    }
    table_real(t, phase->mae);
    table_real(t, phase->rmse);
    table_real(t, phase->pc);
    if (made)
        table_int(t, phase->images);
    else
        table_missing(t);
    table_real(t, phase->seconds);
    table_real(t, phase->seconds > 0 ? (double)phase->images / phase->seconds : NAN);
}

static void add_epoch(struct table *t, const struct epoch_table *columns,
                      const struct epoch_row *row)
{
    table_int(t, row->epoch);
    table_real(t, row->learning_rate);
    table_flag(t, row->best);
    table_real(t, row->time);
    epoch_phase(t, &row->train, true, columns->n_terms);
    if (columns->with[PHASE_VAL])
        epoch_phase(t, &row->val, row->validated, columns->n_terms);
    epoch_phase(t, &row->test, row->tested, columns->n_terms);
}

int show_epochs(struct show *show, struct err *e)
{
    struct term_row terms[ROW_MAX_TERMS];
    struct epoch_table columns = {.terms = terms, .with = {true, false, true}};
    struct epoch_row *rows = NULL;
    struct table *t;
    size_t n = 0;
    if (db_terms(show->db, show->run.id, terms, &columns.n_terms, e) ||
        db_epochs(show->db, show->run.id, &rows, &n, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        columns.with[PHASE_VAL] |= rows[i].validated;
    epoch_columns(&columns);
    int result = begin(show, &t, "epochs", false, columns.columns, columns.n, e);
    for (size_t i = 0; !result && i < n; i++)
        add_epoch(t, &columns, &rows[i]);
    mem_free(rows);
    return result;
}

int show_predictions(struct show *show, const char *kind, struct err *e)
{
    static const struct table_column columns[] = {
        {"place", "place", TABLE_INT, 0, false},
        {"image", "image", TABLE_TEXT, 0, false},
        {"truth", "true score", TABLE_REAL, 3, false},
        {"predicted", "predicted", TABLE_REAL, 3, false},
        {"error", "error", TABLE_REAL, 3, false},
        {"expectation", "expectation", TABLE_REAL, 3, false},
        {"predicted_class", "class", TABLE_INT, 0, true},
        {"true_class", "true class", TABLE_INT, 0, true},
    };
    struct prediction_row *rows = NULL;
    struct table *t;
    size_t n = 0;
    if (db_predictions(show->db, show->run.id, kind, &rows, &n, e))
        return -1;
    int result = begin(show, &t, "predictions", false, columns, 8, e);
    for (size_t i = 0; !result && i < n; i++) {
        const struct prediction_row *p = &rows[i];
        table_int(t, p->place);
        table_text(t, p->image);
        table_real(t, p->truth);
        table_real(t, p->predicted);
        table_real(t, p->predicted - p->truth);
        table_real(t, p->expectation);
        for (int side = 0; side < 2; side++) {
            int class_number = side ? p->true_class : p->predicted_class;
            if (class_number > 0)
                table_int(t, class_number);
            else
                table_missing(t);
        }
    }
    mem_free(rows);
    if (!result && !n)
        return err_set(e, ERR_NOT_FOUND,
                       "run %lld has no %s predictions: no such weights were saved",
                       (long long)show->run.id, kind);
    return result;
}

static const struct split_row *at_place(const struct split_row *rows, size_t n, size_t place)
{
    if (place < n && rows[place].place == (int64_t)place)
        return &rows[place];
    for (size_t i = 0; i < n; i++)
        if (rows[i].place == (int64_t)place)
            return &rows[i];
    return NULL;
}

int show_ledger(struct show *show, int epoch, struct err *e)
{
    static const struct table_column columns[] = {
        {"place", "place", TABLE_INT, 0, false},
        {"image", "image", TABLE_TEXT, 0, false},
        {"truth", "true score", TABLE_REAL, 3, false},
        {"predicted", "predicted", TABLE_REAL, 3, false},
    };
    struct split_row *named = NULL;
    struct table *t;
    float *scores = NULL;
    size_t n = 0, n_named = 0;
    int result = -1;
    if (db_ledger(show->db, show->run.id, epoch, &scores, &n, e))
        goto out;
    if (!n) {
        err_set(e, ERR_NOT_FOUND, "run %lld has no ledger of epoch %d: %d epochs are done",
                (long long)show->run.id, epoch, show->run.epochs_done);
        goto out;
    }
    if (db_split(show->db, show->run.id, &named, &n_named, e) ||
        begin(show, &t, "ledger", false, columns, 4, e))
        goto out;
    for (size_t i = 0; i < n; i++) {
        const struct split_row *p = at_place(named, n_named, i);
        table_int(t, (int64_t)i);
        table_text(t, p ? p->image : "");
        table_real(t, p ? p->truth : NAN);
        table_real(t, (double)scores[i]);
    }
    result = 0;
out:
    mem_free(scores);
    mem_free(named);
    return result;
}

int show_log(struct show *show, struct err *e)
{
    static const struct table_column columns[] = {
        {"time", "time", TABLE_TIME, 0, false},
        {"level", "level", TABLE_TEXT, 0, false},
        {"text", "text", TABLE_TEXT, 0, false},
    };
    struct log_row *rows = NULL;
    struct table *t;
    size_t n = 0;
    if (db_log(show->db, show->run.id, LOG_LINES, &rows, &n, e))
        return -1;
    int result = begin(show, &t, "log", false, columns, 3, e);
    for (size_t i = 0; !result && i < n; i++) {
        table_real(t, rows[i].time);
        table_text(t, rows[i].level);
        table_text(t, rows[i].text);
    }
    mem_free(rows);
    return result;
}
