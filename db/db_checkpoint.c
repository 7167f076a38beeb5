/* db_checkpoint.c - weight files and what they predict: a run has its best and its last. */
#include "db/db_priv.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>

static const struct column checkpoint_columns[] = {
    {"kind", COLUMN_TEXT, false, COLUMN_FIELD(struct checkpoint_row, kind)},
    {"epoch", COLUMN_INT, false, COLUMN_FIELD(struct checkpoint_row, epoch)},
    {"path", COLUMN_TEXT, false, COLUMN_FIELD(struct checkpoint_row, path)},
    {"time", COLUMN_REAL, false, COLUMN_FIELD(struct checkpoint_row, time)},
    COLUMN_END,
};

static const struct column prediction_columns[] = {
    {"place", COLUMN_INT64, false, COLUMN_FIELD(struct prediction_row, place)},
    {"predicted", COLUMN_REAL, true, COLUMN_FIELD(struct prediction_row, predicted)},
    {"expectation", COLUMN_REAL, true, COLUMN_FIELD(struct prediction_row, expectation)},
    {"predicted_class", COLUMN_INT, true, COLUMN_FIELD(struct prediction_row, predicted_class)},
    {"true_class", COLUMN_INT, true, COLUMN_FIELD(struct prediction_row, true_class)},
    COLUMN_END,
};

/* With what the run's split knows of the place. */
static const struct column named_columns[] = {
    {"prediction.place", COLUMN_INT64, false, COLUMN_FIELD(struct prediction_row, place)},
    {"image", COLUMN_TEXT, false, COLUMN_FIELD(struct prediction_row, image)},
    {"truth", COLUMN_REAL, true, COLUMN_FIELD(struct prediction_row, truth)},
    {"predicted", COLUMN_REAL, true, COLUMN_FIELD(struct prediction_row, predicted)},
    {"expectation", COLUMN_REAL, true, COLUMN_FIELD(struct prediction_row, expectation)},
    {"predicted_class", COLUMN_INT, true, COLUMN_FIELD(struct prediction_row, predicted_class)},
    {"true_class", COLUMN_INT, true, COLUMN_FIELD(struct prediction_row, true_class)},
    COLUMN_END,
};

/* The old one goes, with its predictions. */
static int replace(struct db *d, int64_t run, const struct checkpoint_row *row, struct err *e)
{
    struct query q;
    query_open(&q, d, "DELETE FROM checkpoint WHERE run = ? AND kind = ?");
    query_bind_int(&q, run);
    query_bind_text(&q, row->kind);
    if (query_finish(&q, e))
        return -1;
    query_open(&q, d,
               "INSERT INTO checkpoint(run, kind, epoch, path, time) VALUES (?, ?, ?, ?, ?)");
    query_bind_int(&q, run);
    query_bind_text(&q, row->kind);
    query_bind_int(&q, row->epoch);
    query_bind_text(&q, row->path);
    query_bind_real(&q, isfinite(row->time) && row->time > 0 ? row->time : clock_date_s());
    return query_finish(&q, e);
}

static int add_predictions(struct db *d, int64_t run, const char *kind,
                           const struct prediction_row *rows, size_t n, struct err *e)
{
    struct str sql;
    str_init(&sql);
    str_add(&sql, "INSERT INTO prediction(run, kind, ");
    columns_add_names(&sql, prediction_columns);
    str_add(&sql, ") VALUES (?, ?, ");
    columns_add_marks(&sql, prediction_columns);
    str_add(&sql, ")");
    struct query q;
    query_open_str(&q, d, &sql);
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        query_bind_int(&q, run);
        query_bind_text(&q, kind);
        query_bind_row(&q, prediction_columns, &rows[i]);
        status = query_run(&q, e);
    }
    query_close(&q);
    return status;
}

int db_checkpoint_add(struct db *d, int64_t run, const struct checkpoint_row *row,
                      const struct prediction_row *predictions, size_t n, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = replace(d, run, row, e);
    if (!status)
        status = add_predictions(d, run, row->kind, predictions, n, e);
    return db_end(d, status, e, "storing the %s weights of run %" PRId64, row->kind, run);
}

int db_checkpoints(struct db *d, int64_t run, struct checkpoint_row **out, size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, checkpoint_columns, "FROM checkpoint WHERE run = ? ORDER BY kind");
    query_bind_int(&q, run);
    int status = query_rows(&q, checkpoint_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}

int db_predictions(struct db *d, int64_t run, const char *kind, struct prediction_row **out,
                   size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, named_columns,
                      "FROM prediction JOIN run ON run.id = prediction.run LEFT JOIN split_image"
                      " ON split_image.split = run.split AND split_image.place = prediction.place"
                      " WHERE prediction.run = ? AND kind = ? ORDER BY prediction.place");
    query_bind_int(&q, run);
    query_bind_text(&q, kind);
    int status = query_rows(&q, named_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}
