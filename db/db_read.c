/* db_read.c - reading what belongs to a run. Each list is one SELECT, so what it gives is one
 * moment of the database, whatever is being written meanwhile.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* The epochs' columns, then those of each phase at its place in the row: adds what is selected to
 * `sql` and what is read to `all`. */
static void epoch_columns(struct str *sql, struct row_column *all)
{
    columns_add_read(sql, row_epoch_columns, "epoch.", "");
    for (const struct row_column *c = row_epoch_columns; c->name; c++)
        *all++ = *c;
    for (const struct row_phase *phase = row_phases; phase < row_phases + ROW_PHASES; phase++) {
        char from[16];
        snprintf(from, sizeof from, "%s.", phase->name);
        columns_add_read(sql, row_phase_columns, from, ", ");
        for (const struct row_column *c = row_phase_columns; c->name; c++, all++) {
            *all = *c;
            all->offset += phase->offset;
        }
    }
    *all = (struct row_column)ROW_END;
}

int db_epochs_from(struct db *d, int64_t run, int epoch, struct epoch_row **out, size_t *n,
                   struct err *e)
{
    struct row_column all[(1 + ROW_PHASES) * ROW_MOST_COLUMNS];
    struct query q;
    struct str sql;
    str_init(&sql);
    str_add(&sql, "SELECT ");
    epoch_columns(&sql, all);
    str_add(&sql, " FROM epoch"
                  " LEFT JOIN phase AS train ON train.run = epoch.run"
                  "  AND train.epoch = epoch.epoch AND train.phase = 'train'"
                  " LEFT JOIN phase AS val ON val.run = epoch.run"
                  "  AND val.epoch = epoch.epoch AND val.phase = 'val'"
                  " LEFT JOIN phase AS test ON test.run = epoch.run"
                  "  AND test.epoch = epoch.epoch AND test.phase = 'test'"
                  " WHERE epoch.run = ? AND epoch.epoch >= ? ORDER BY epoch.epoch");
    query_open_str(&q, d, &sql);
    query_bind_int(&q, run);
    query_bind_int(&q, epoch);
    return query_rows(&q, all, sizeof **out, out, n, e);
}

int db_epochs(struct db *d, int64_t run, struct epoch_row **out, size_t *n, struct err *e)
{
    return db_epochs_from(d, run, INT_MIN, out, n, e);
}

int db_terms(struct db *d, int64_t run, struct term_row out[ROW_MAX_TERMS], size_t *n,
             struct err *e)
{
    struct query q;
    query_open_select(&q, d, row_term_columns, "",
                      "FROM term WHERE run = ? ORDER BY position LIMIT ?");
    query_bind_int(&q, run);
    query_bind_int(&q, ROW_MAX_TERMS);
    int row;
    *n = 0;
    while ((row = query_step(&q, e)) == 1)
        query_row(&q, row_term_columns, &out[(*n)++]);
    query_close(&q);
    return row;
}

int db_provenance(struct db *d, int64_t run, struct provenance_row **out, size_t *n, struct err *e)
{
    return query_rows_of(d, run, row_provenance_columns,
                         "FROM provenance WHERE run = ? ORDER BY position", sizeof **out, out, n,
                         e);
}

int db_algorithms(struct db *d, int64_t run, struct algorithm_row **out, size_t *n, struct err *e)
{
    return query_rows_of(d, run, row_algorithm_columns,
                         "FROM algorithm WHERE run = ? ORDER BY position", sizeof **out, out, n, e);
}

int db_options(struct db *d, int64_t run, struct option_row **out, size_t *n, struct err *e)
{
    return query_rows_of(d, run, row_option_columns,
                         "FROM run_option WHERE run = ? ORDER BY position", sizeof **out, out, n,
                         e);
}

int db_log(struct db *d, int64_t run, size_t most, struct log_row **out, size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, row_log_columns, "",
                      "FROM (SELECT * FROM log WHERE run = ? ORDER BY id DESC LIMIT ?)"
                      " ORDER BY id");
    query_bind_int(&q, run);
    query_bind_int(&q, most < INT64_MAX ? (int64_t)most : INT64_MAX);
    return query_rows(&q, row_log_columns, sizeof **out, out, n, e);
}

/* Little-endian float32 to this machine's. */
static void floats_of(const unsigned char *bytes, size_t n, float *to)
{
    for (size_t i = 0; i < n; i++) {
        const unsigned char *b = bytes + i * 4;
        uint32_t bits =
            (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(&to[i], &bits, 4);
    }
}

static int make_room(struct ledger_rows *rows, size_t epochs, size_t images, struct err *e)
{
    rows->n_images = images;
    rows->epochs = mem_alloc(epochs, sizeof *rows->epochs);
    rows->val_pc = mem_alloc(epochs, sizeof *rows->val_pc);
    rows->scores = mem_alloc(epochs * images, sizeof *rows->scores);
    return rows->epochs && rows->val_pc && rows->scores
               ? 0
               : mem_error(e, "the ledgers of a run", epochs * images * sizeof *rows->scores);
}

/* The row's scores behind those that are there. */
static int add_ledger(struct query *q, struct db *d, int64_t run, struct ledger_rows *rows,
                      struct err *e)
{
    size_t n = (size_t)sqlite3_column_bytes(q->statement, 3) / 4, at = rows->n_epochs;
    const unsigned char *bytes = sqlite3_column_blob(q->statement, 3);
    size_t all = (size_t)query_int(q);
    int epoch = (int)query_int(q);
    if (!bytes && n)
        return db_fail(d, SQLITE_NOMEM, e);
    if (!at && make_room(rows, all, n, e))
        return -1;
    if (n != rows->n_images)
        return err_set(e, ERR_FORMAT,
                       "%s: run %lld has %zu predictions of epoch %d, and %zu of those before",
                       db_path(d), (long long)run, n, epoch, rows->n_images);
    rows->epochs[at] = epoch;
    rows->val_pc[at] = query_real(q);
    floats_of(bytes, n, rows->scores + at * n);
    rows->n_epochs++;
    return 0;
}

int db_ledgers(struct db *d, int64_t run, struct ledger_rows *out, struct err *e)
{
    struct query q;
    int status;
    *out = (struct ledger_rows){0};
    query_open(&q, d,
               "SELECT (SELECT count(*) FROM ledger WHERE run = ?1), ledger.epoch, val.pc, scores"
               " FROM ledger LEFT JOIN phase AS val ON val.run = ledger.run"
               "  AND val.epoch = ledger.epoch AND val.phase = 'val'"
               " WHERE ledger.run = ?1 ORDER BY ledger.epoch");
    query_bind_int(&q, run);
    while ((status = query_step(&q, e)) == 1)
        if ((status = add_ledger(&q, d, run, out, e)))
            break;
    query_close(&q);
    if (status)
        db_ledgers_free(out);
    return status;
}

void db_ledgers_free(struct ledger_rows *rows)
{
    mem_free(rows->scores);
    mem_free(rows->val_pc);
    mem_free(rows->epochs);
    *rows = (struct ledger_rows){0};
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
            *out = mem_alloc(count, sizeof **out);
            status = *out ? 0 : mem_error(e, "the ledger of an epoch", count * sizeof **out);
            *n = *out ? count : 0;
            floats_of(bytes, *n, *out);
        }
    }
    query_close(&q);
    return status;
}
