/* db_read.c - reading runs and what belongs to one. Each list is one SELECT, so what it gives is
 * one moment of the database, whatever is being written meanwhile.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
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

int db_runs(struct db *d, struct run_row **out, size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, run_columns, FROM_RUN "ORDER BY run.id DESC");
    int status = query_rows(&q, run_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
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

#define EPOCH(sql, kind, field)                                                                    \
    {                                                                                              \
        sql, kind, false, COLUMN_FIELD(struct epoch_row, field)                                    \
    }
#define PHASE(phase)                                                                               \
    EPOCH(#phase ".images", COLUMN_INT64, phase.images),                                           \
        EPOCH(#phase ".seconds", COLUMN_REAL, phase.seconds),                                      \
        EPOCH(#phase ".total", COLUMN_REAL, phase.total),                                          \
        EPOCH(#phase ".term_1", COLUMN_REAL, phase.term[0]),                                       \
        EPOCH(#phase ".term_2", COLUMN_REAL, phase.term[1]),                                       \
        EPOCH(#phase ".term_3", COLUMN_REAL, phase.term[2]),                                       \
        EPOCH(#phase ".weighted_1", COLUMN_REAL, phase.weighted[0]),                               \
        EPOCH(#phase ".weighted_2", COLUMN_REAL, phase.weighted[1]),                               \
        EPOCH(#phase ".weighted_3", COLUMN_REAL, phase.weighted[2]),                               \
        EPOCH(#phase ".mae", COLUMN_REAL, phase.mae),                                              \
        EPOCH(#phase ".rmse", COLUMN_REAL, phase.rmse), EPOCH(#phase ".pc", COLUMN_REAL, phase.pc)

static const struct column epoch_columns[] = {
    EPOCH("epoch.epoch", COLUMN_INT, epoch),
    EPOCH("learning_rate", COLUMN_REAL, learning_rate),
    EPOCH("time", COLUMN_REAL, time),
    EPOCH("best", COLUMN_BOOL, best),
    EPOCH("test.run IS NOT NULL", COLUMN_BOOL, tested),
    EPOCH("val.run IS NOT NULL", COLUMN_BOOL, validated),
    PHASE(train),
    PHASE(val),
    PHASE(test),
    COLUMN_END,
};

int db_epochs(struct db *d, int64_t run, struct epoch_row **out, size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, epoch_columns,
                      "FROM epoch"
                      " LEFT JOIN phase AS train ON train.run = epoch.run"
                      "  AND train.epoch = epoch.epoch AND train.phase = 'train'"
                      " LEFT JOIN phase AS val ON val.run = epoch.run"
                      "  AND val.epoch = epoch.epoch AND val.phase = 'val'"
                      " LEFT JOIN phase AS test ON test.run = epoch.run"
                      "  AND test.epoch = epoch.epoch AND test.phase = 'test'"
                      " WHERE epoch.run = ? ORDER BY epoch.epoch");
    query_bind_int(&q, run);
    int status = query_rows(&q, epoch_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}

static const struct column term_columns[] = {
    {"name", COLUMN_TEXT, false, COLUMN_FIELD(struct term_row, name)},
    {"weight", COLUMN_REAL, false, COLUMN_FIELD(struct term_row, weight)},
    COLUMN_END,
};

int db_terms(struct db *d, int64_t run, struct term_row out[ROW_MAX_TERMS], size_t *n,
             struct err *e)
{
    struct query q;
    query_open_select(&q, d, term_columns, "FROM term WHERE run = ? ORDER BY position LIMIT ?");
    query_bind_int(&q, run);
    query_bind_int(&q, ROW_MAX_TERMS);
    int row;
    *n = 0;
    while ((row = query_step(&q, e)) == 1)
        query_row(&q, term_columns, &out[(*n)++]);
    query_close(&q);
    return row;
}

static const struct column option_columns[] = {
    {"name", COLUMN_TEXT, false, COLUMN_FIELD(struct option_row, name)},
    {"type", COLUMN_TEXT, false, COLUMN_FIELD(struct option_row, type)},
    {"value", COLUMN_TEXT, false, COLUMN_FIELD(struct option_row, value)},
    COLUMN_END,
};

int db_options(struct db *d, int64_t run, struct option_row **out, size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, option_columns, "FROM run_option WHERE run = ? ORDER BY position");
    query_bind_int(&q, run);
    int status = query_rows(&q, option_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}

static const struct column log_columns[] = {
    {"time", COLUMN_REAL, false, COLUMN_FIELD(struct log_row, time)},
    {"level", COLUMN_TEXT, false, COLUMN_FIELD(struct log_row, level)},
    {"text", COLUMN_TEXT, false, COLUMN_FIELD(struct log_row, text)},
    COLUMN_END,
};

int db_log(struct db *d, int64_t run, size_t most, struct log_row **out, size_t *n, struct err *e)
{
    struct query q;
    void *rows;
    query_open_select(&q, d, log_columns,
                      "FROM (SELECT * FROM log WHERE run = ? ORDER BY id DESC LIMIT ?)"
                      " ORDER BY id");
    query_bind_int(&q, run);
    query_bind_int(&q, most < INT64_MAX ? (int64_t)most : INT64_MAX);
    int status = query_rows(&q, log_columns, sizeof **out, &rows, n, e);
    *out = rows;
    return status;
}

/* Little-endian float32 to this machine's. */
static float *floats_of(const unsigned char *bytes, size_t n)
{
    float *scores = mem_alloc(n, sizeof *scores);
    if (!scores)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *b = bytes + i * 4;
        uint32_t bits =
            (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(&scores[i], &bits, 4);
    }
    return scores;
}

int db_ledger(struct db *d, int64_t run, int epoch, float **out, size_t *n, struct err *e)
{
    *out = NULL;
    *n = 0;
    struct query q;
    query_open(&q, d, "SELECT scores FROM ledger WHERE run = ? AND epoch = ?");
    query_bind_int(&q, run);
    query_bind_int(&q, epoch);
    int status = query_step(&q, e);
    if (status == 1) {
        const unsigned char *bytes = sqlite3_column_blob(q.statement, 0);
        size_t count = (size_t)sqlite3_column_bytes(q.statement, 0) / 4;
        if (!bytes && count) {
            status = db_fail(d, SQLITE_NOMEM, e);
        } else {
            *out = floats_of(bytes, count);
            status = *out ? 0 : mem_error(e, "the ledger of an epoch", count * sizeof **out);
            *n = *out ? count : 0;
        }
    }
    query_close(&q);
    return status;
}
