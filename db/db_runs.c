/* db_runs.c - reading runs: one, a page of them, those that changed since somebody last looked.
 *
 * The newest come first because ids ascend, so a page is a piece of the table in its own order, and
 * what changed is a piece of the index on run.changed: neither reads the rest.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <string.h>

#define RUN(sql, kind, field)                                                                      \
    {                                                                                              \
        sql, kind, false, COLUMN_FIELD(struct run_row, field)                                      \
    }

static const struct column run_columns[] = {
    RUN("run.id", COLUMN_INT64, id),
    RUN("run.name", COLUMN_TEXT, name),
    RUN("experiment.name", COLUMN_TEXT, experiment),
    RUN("state", COLUMN_TEXT, state),
    RUN("state_text", COLUMN_TEXT, state_text),
    RUN("data", COLUMN_TEXT, data),
    RUN("protocol", COLUMN_TEXT, protocol),
    RUN("fold", COLUMN_INT, fold),
    RUN("backbone", COLUMN_TEXT, backbone),
    RUN("loss", COLUMN_TEXT, loss),
    RUN("alpha", COLUMN_REAL, alpha),
    RUN("beta", COLUMN_REAL, beta),
    RUN("gamma", COLUMN_REAL, gamma),
    RUN("image_size", COLUMN_INT, image_size),
    RUN("batch", COLUMN_INT, batch),
    RUN("epochs", COLUMN_INT, epochs),
    RUN("seed", COLUMN_INT64, seed),
    RUN("learning_rate", COLUMN_REAL, learning_rate),
    RUN("selected_on", COLUMN_TEXT, select),
    RUN("epochs_done", COLUMN_INT, epochs_done),
    RUN("created", COLUMN_REAL, created),
    RUN("started", COLUMN_REAL, started),
    RUN("ended", COLUMN_REAL, ended),
    RUN("resumed", COLUMN_INT, resumed),
    RUN("earlier_s", COLUMN_REAL, earlier_s),
    RUN("host", COLUMN_TEXT, host),
    RUN("pid", COLUMN_INT64, pid),
    RUN("program", COLUMN_TEXT, program),
    RUN("library", COLUMN_TEXT, library),
    RUN("device", COLUMN_TEXT, device),
    RUN("data_hash", COLUMN_TEXT, data_hash),
    RUN("parameters", COLUMN_INT64, parameters),
    RUN("train_images", COLUMN_INT64, train_images),
    RUN("val_images", COLUMN_INT64, val_images),
    RUN("test_images", COLUMN_INT64, test_images),
    RUN("skipped_images", COLUMN_INT64, skipped_images),
    RUN("best_epoch", COLUMN_INT, best_epoch),
    RUN("best_mae", COLUMN_REAL, best_mae),
    RUN("best_rmse", COLUMN_REAL, best_rmse),
    RUN("best_pc", COLUMN_REAL, best_pc),
    RUN("last_mae", COLUMN_REAL, last_mae),
    RUN("last_rmse", COLUMN_REAL, last_rmse),
    RUN("last_pc", COLUMN_REAL, last_pc),
    RUN("images_per_s", COLUMN_REAL, images_per_s),
    COLUMN_END,
};

#define FROM_RUN "FROM run LEFT JOIN experiment ON experiment.id = run.experiment "

static int read_runs(struct query *q, struct run_row **out, size_t *n, struct err *e)
{
    void *rows;
    int status = query_rows(q, run_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}

int db_runs_page(struct db *d, int64_t below, size_t most, struct run_row **out, size_t *n,
                 struct err *e)
{
    struct query q;
    query_open_select(&q, d, run_columns, FROM_RUN "WHERE run.id < ? ORDER BY run.id DESC LIMIT ?");
    query_bind_int(&q, below > 0 ? below : INT64_MAX);
    query_bind_int(&q, most && most < INT64_MAX ? (int64_t)most : -1);
    return read_runs(&q, out, n, e);
}

int db_runs(struct db *d, struct run_row **out, size_t *n, struct err *e)
{
    return db_runs_page(d, 0, 0, out, n, e);
}

int db_run(struct db *d, int64_t id, struct run_row *out, struct err *e)
{
    struct query q;
    query_open_select(&q, d, run_columns, FROM_RUN "WHERE run.id = ?");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1) {
        memset(out, 0, sizeof *out);
        query_row(&q, run_columns, out);
    }
    query_close(&q);
    if (row == 0)
        return db_no_run(d, id, e);
    return row == 1 ? 0 : -1;
}

/* The number of the latest change, and how many runs there are. */
static int read_mark(struct db *d, int64_t *mark, size_t *all, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT number, (SELECT count(*) FROM run) FROM change");
    int row = query_step(&q, e);
    if (row == 1) {
        *mark = query_int(&q);
        *all = (size_t)query_int(&q);
    }
    query_close(&q);
    return row < 0 ? -1 : 0;
}

/* The + keeps SQLite from walking the whole table for the sake of its order. */
static int read_since(struct db *d, int64_t since, struct run_row **out, size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, run_columns, FROM_RUN "WHERE run.changed > ? ORDER BY +run.id");
    query_bind_int(&q, since);
    return read_runs(&q, out, n, e);
}

int db_runs_since(struct db *d, int64_t *since, struct run_row **out, size_t *n, size_t *all,
                  struct err *e)
{
    int64_t mark = *since;
    size_t count = 0;
    *out = NULL;
    *n = 0;
    int status = db_exec(d, "BEGIN", e);
    if (!status)
        status = read_mark(d, &mark, &count, e);
    if (!status)
        status = read_since(d, *since, out, n, e);
    if (db_end(d, status, e, "reading the runs that changed")) {
        mem_free(*out);
        *out = NULL;
        *n = 0;
        return -1;
    }
    *since = mark;
    *all = count;
    return 0;
}

static const struct column id_columns[] = {
    {"id", COLUMN_INT64, false, 0, sizeof(int64_t)},
    COLUMN_END,
};

int db_run_ids(struct db *d, int64_t **out, size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, id_columns, "FROM run ORDER BY id DESC");
    int status = query_rows(&q, id_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}
