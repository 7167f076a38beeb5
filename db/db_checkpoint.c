/* db_checkpoint.c - weight files and what they predict: a run has its best and its last. */
#include "db/db_priv.h"

#include "base/mem.h"

#include <inttypes.h>
#include <unistd.h>

/* The old one goes, with its predictions. */
static int replace(struct db *d, int64_t run, const struct checkpoint_row *row, struct err *e)
{
    struct query q;
    query_open(&q, d, "DELETE FROM checkpoint WHERE run = ? AND kind = ?");
    query_bind_int(&q, run);
    query_bind_text(&q, row->kind);
    if (query_finish(&q, e))
        return -1;
    struct checkpoint_row timed = *row;
    timed.time = db_time_or_now(row->time);
    if (identity_shorten(d, row->path, timed.path, sizeof timed.path, e))
        return -1;
    query_open_insert(&q, d, "checkpoint", "run", row_checkpoint_columns, 0);
    query_bind_int(&q, run);
    query_bind_row(&q, row_checkpoint_columns, 0, &timed);
    return query_finish(&q, e);
}

static int add_predictions(struct db *d, int64_t run, const char *kind,
                           const struct prediction_row *rows, size_t n, struct err *e)
{
    struct query q;
    query_open_insert(&q, d, "prediction", "run, kind", row_prediction_columns, 0);
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        query_bind_int(&q, run);
        query_bind_text(&q, kind);
        query_bind_row(&q, row_prediction_columns, 0, &rows[i]);
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
    if (query_rows_of(d, run, row_checkpoint_columns, "FROM checkpoint WHERE run = ? ORDER BY kind",
                      sizeof **out, out, n, e))
        return -1;
    for (size_t i = 0; i < *n; i++)
        if (identity_complete(d, (*out)[i].path, sizeof(*out)[i].path, e)) {
            mem_free(*out);
            *out = NULL;
            *n = 0;
            return -1;
        }
    return 0;
}

bool db_has_weights(struct db *d, int64_t run)
{
    struct checkpoint_row *rows;
    size_t n;
    bool all = !db_checkpoints(d, run, &rows, &n, NULL);
    for (size_t i = 0; all && i < n; i++)
        all = !access(rows[i].path, F_OK);
    mem_free(rows);
    return all;
}

int db_predictions(struct db *d, int64_t run, const char *kind, struct prediction_row **out,
                   size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, row_prediction_columns, "",
                      "FROM predicted_image WHERE run = ? AND kind = ? ORDER BY place");
    query_bind_int(&q, run);
    query_bind_text(&q, kind);
    return query_rows(&q, row_prediction_columns, sizeof **out, out, n, e);
}
