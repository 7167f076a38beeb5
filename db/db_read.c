/* db_read.c - reading what belongs to a run. Each list is one SELECT, so what it gives is one
 * moment of the database, whatever is being written meanwhile.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <string.h>

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
