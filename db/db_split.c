/* db_split.c - the images that runs are tested on, with their true scores: stored once for all runs
 * on the same split.
 *
 * A split is found by a hash of its rows and is the same when every row is. The schema's triggers
 * remove it with the last run that refers to it.
 */
#include "db/db_priv.h"

#include "base/hash.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static uint64_t hash_rows(const struct split_row *rows, size_t n)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < n; i++) {
        double truth = isnan(rows[i].truth) ? 0 : rows[i].truth;
        hash = hash_bytes(hash, &rows[i].place, sizeof rows[i].place);
        hash = hash_text(hash, rows[i].image);
        hash = hash_bytes(hash, &truth, sizeof truth);
    }
    return hash;
}

static bool is_same_row(const struct split_row *a, const struct split_row *b)
{
    bool same_truth = a->truth == b->truth || (isnan(a->truth) && isnan(b->truth));
    return a->place == b->place && same_truth && !strcmp(a->image, b->image);
}

/* 1 when the stored split has just these rows, 0, -1. */
static int is_split(struct db *d, int64_t split, const struct split_row *rows, size_t n,
                    struct err *e)
{
    struct split_row *stored;
    size_t n_stored, same = 0;
    if (query_rows_of(d, split, row_split_columns,
                      "FROM split_image WHERE split = ? ORDER BY place", sizeof *stored, &stored,
                      &n_stored, e))
        return -1;
    while (n_stored == n && same < n && is_same_row(&stored[same], &rows[same]))
        same++;
    mem_free(stored);
    return n_stored == n && same == n;
}

/* 1 with the split that has these rows, 0 when there is none yet, -1. */
static int find_split(struct db *d, uint64_t hash, const struct split_row *rows, size_t n,
                      int64_t *split, struct err *e)
{
    struct query q;
    int found = 0, more = 0;
    query_open(&q, d, "SELECT id FROM split WHERE hash = ? ORDER BY id");
    query_bind_int(&q, (int64_t)hash);
    while (!found && (more = query_step(&q, e)) == 1) {
        *split = query_int(&q);
        found = is_split(d, *split, rows, n, e);
    }
    query_close(&q);
    return more < 0 ? -1 : found;
}

static int add_split(struct db *d, uint64_t hash, const struct split_row *rows, size_t n,
                     int64_t *split, struct err *e)
{
    struct query q;
    query_open(&q, d, "INSERT INTO split(hash) VALUES (?)");
    query_bind_int(&q, (int64_t)hash);
    if (query_finish(&q, e))
        return -1;
    *split = sqlite3_last_insert_rowid(d->sql);
    query_open_insert(&q, d, "split_image", "split", row_split_columns, 0);
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        query_bind_int(&q, *split);
        query_bind_row(&q, row_split_columns, 0, &rows[i]);
        status = query_run(&q, e);
    }
    query_close(&q);
    return status;
}

int split_set(struct db *d, int64_t run, const struct split_row *rows, size_t n, struct err *e)
{
    for (size_t i = 1; i < n; i++)
        if (rows[i].place <= rows[i - 1].place)
            return err_set(e, ERR_USAGE, "place %" PRId64 " comes after place %" PRId64,
                           rows[i].place, rows[i - 1].place);
    uint64_t hash = hash_rows(rows, n);
    int64_t split = 0;
    int found = find_split(d, hash, rows, n, &split, e);
    if (found < 0 || (!found && add_split(d, hash, rows, n, &split, e)))
        return -1;
    struct query q;
    query_open(&q, d, "UPDATE run SET split = ? WHERE id = ?");
    query_bind_int(&q, split);
    query_bind_int(&q, run);
    if (query_finish(&q, e))
        return -1;
    return sqlite3_changes(d->sql) ? 0 : db_no_run(d, run, e);
}

int db_run_split(struct db *d, int64_t run, const struct split_row *rows, size_t n, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = split_set(d, run, rows, n, e);
    return db_end(d, status, e, "storing the test images of run %" PRId64, run);
}

int db_split(struct db *d, int64_t run, struct split_row **out, size_t *n, struct err *e)
{
    return query_rows_of(d, run, row_split_columns,
                         "FROM run JOIN split_image ON split_image.split = run.split"
                         " WHERE run.id = ? ORDER BY place",
                         sizeof **out, out, n, e);
}

/* --- from schema 2 --- */

/* The best and the last weights of a run were tested on the same images; should they differ, the
 * last ones count. */
static int migrate_run(struct db *d, int64_t run, struct err *e)
{
    struct split_row *rows;
    size_t n;
    if (query_rows_of(d, run, row_split_columns,
                      "FROM prediction AS p WHERE run = ?1 AND (kind = 'last' OR NOT EXISTS"
                      " (SELECT 1 FROM prediction WHERE run = ?1 AND kind = 'last'"
                      " AND place = p.place)) ORDER BY place",
                      sizeof *rows, &rows, &n, e))
        return -1;
    int status = split_set(d, run, rows, n, e);
    mem_free(rows);
    return status;
}

int split_migrate(struct db *d, struct err *e)
{
    struct query q;
    int row = 0, status = 0;
    query_open(&q, d, "SELECT DISTINCT run FROM prediction ORDER BY run");
    while (!status && (row = query_step(&q, e)) == 1)
        status = migrate_run(d, query_int(&q), e);
    query_close(&q);
    if (status || row < 0)
        return -1;
    return db_exec(d,
                   "ALTER TABLE prediction DROP COLUMN image;"
                   "ALTER TABLE prediction DROP COLUMN truth",
                   e);
}
