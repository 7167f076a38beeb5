/* db_epoch.c - storing what a run does: epochs with their ledger, weight files with their
 * predictions, log lines.
 */
#include "db/db_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

double db_time_or_now(double time)
{
    return isfinite(time) && time > 0 ? time : clock_date_s();
}

/* What is stored of this epoch and of later ones is from before the run went on from an earlier
 * one, and goes only now: phases and ledgers with their epochs, predictions with their weights.
 * Weights of the same epoch may be the new ones already. */
static int forget_former(struct db *d, int64_t run, int epoch, struct err *e)
{
    static const char *const deletions[] = {
        "DELETE FROM epoch WHERE run = ? AND epoch >= ?",
        "DELETE FROM checkpoint WHERE run = ? AND epoch > ?",
    };
    for (size_t i = 0; i < sizeof deletions / sizeof deletions[0]; i++) {
        struct query q;
        query_open(&q, d, deletions[i]);
        query_bind_int(&q, run);
        query_bind_int(&q, epoch);
        if (query_finish(&q, e))
            return -1;
    }
    return 0;
}

static int add_epoch(struct db *d, int64_t run, const struct epoch_row *row, struct err *e)
{
    struct query q;
    struct epoch_row timed = *row;
    timed.time = db_time_or_now(row->time);
    query_open_insert(&q, d, "epoch", "run", row_epoch_columns, 0);
    query_bind_int(&q, run);
    query_bind_row(&q, row_epoch_columns, 0, &timed);
    return query_finish(&q, e);
}

/* Terms that the loss does not have are missing, and pairs of them. */
static int add_phase(struct db *d, int64_t run, int epoch, const char *name,
                     const struct phase_row *phase, int n_terms, struct err *e)
{
    struct query q;
    struct phase_row row = *phase;
    for (int i = n_terms; i < ROW_MAX_TERMS; i++)
        row.term[i] = row.weighted[i] = row.gradient[i] = NAN;
    for (int pair = 0; pair < ROW_MAX_PAIRS; pair++)
        if (n_terms < (pair ? 3 : 2))
            row.cosine[pair] = NAN;
    query_open_insert(&q, d, "phase", "run, epoch, phase", row_phase_columns, 0);
    query_bind_int(&q, run);
    query_bind_int(&q, epoch);
    query_bind_text(&q, name);
    query_bind_row(&q, row_phase_columns, 0, &row);
    return query_finish(&q, e);
}

static int add_phases(struct db *d, int64_t run, const struct epoch_row *row, int n_terms,
                      struct err *e)
{
    int status = 0;
    for (int i = 0; !status && i < ROW_PHASES; i++) {
        const struct phase_row *phase = row_phase(row, &row_phases[i]);
        if (phase)
            status = add_phase(d, run, row->epoch, row_phases[i].name, phase, n_terms, e);
    }
    return status;
}

int epoch_add(struct db *d, int64_t run, const struct epoch_row *row, int n_terms, struct err *e)
{
    return add_epoch(d, run, row, e) || add_phases(d, run, row, n_terms, e) ? -1 : 0;
}

static int add_ledger(struct db *d, int64_t run, int epoch, const float *scores, size_t n,
                      struct err *e)
{
    if (!n)
        return 0;
    unsigned char *bytes = mem_alloc(n, 4);
    if (!bytes)
        return mem_error(e, "the ledger of an epoch", n * 4);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &scores[i], 4);
        for (int b = 0; b < 4; b++)
            bytes[i * 4 + (size_t)b] = (unsigned char)(bits >> 8 * b);
    }
    struct query q;
    query_open(&q, d, "INSERT INTO ledger(run, epoch, scores) VALUES (?, ?, ?)");
    query_bind_int(&q, run);
    query_bind_int(&q, epoch);
    query_bind_blob(&q, bytes, n * 4);
    int status = query_finish(&q, e);
    mem_free(bytes);
    return status;
}

/* The last figures are of the last evaluation, which need not be of the last epoch. */
int epoch_refresh_run(struct db *d, int64_t run, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "UPDATE run SET last_seen = ?2,"
               " epochs_done = (SELECT coalesce(max(epoch), 0) FROM epoch WHERE run = ?1),"
               " (last_mae, last_rmse, last_pc) ="
               " (SELECT mae, rmse, pc FROM phase WHERE run = ?1 AND phase = 'test'"
               "  ORDER BY epoch DESC LIMIT 1),"
               " (best_epoch, best_mae, best_rmse, best_pc) ="
               " (SELECT epoch.epoch, mae, rmse, pc FROM epoch JOIN phase"
               "  ON phase.run = epoch.run AND phase.epoch = epoch.epoch AND phase = 'test'"
               "  WHERE epoch.run = ?1 AND best ORDER BY epoch.epoch DESC LIMIT 1),"
               " images_per_s = (SELECT images / nullif(seconds, 0) FROM phase WHERE run = ?1"
               "  AND phase = 'train' ORDER BY epoch DESC LIMIT 1)"
               " WHERE id = ?1");
    query_bind_int(&q, run);
    query_bind_real(&q, clock_date_s());
    return query_finish(&q, e);
}

int db_epoch_add(struct db *d, int64_t run, const struct epoch_row *row, int n_terms,
                 const float *test_scores, size_t n_scores, struct err *e)
{
    if (n_terms < 0 || n_terms > ROW_MAX_TERMS)
        return err_set(e, ERR_USAGE,
                       "epoch %d of run %" PRId64 " has %d loss terms, a run can have %d",
                       row->epoch, run, n_terms, ROW_MAX_TERMS);
    int status = db_begin(d, e);
    if (!status)
        status = forget_former(d, run, row->epoch, e);
    if (!status)
        status = epoch_add(d, run, row, n_terms, e);
    if (!status)
        status = add_ledger(d, run, row->epoch, test_scores, n_scores, e);
    if (!status)
        status = epoch_refresh_run(d, run, e);
    if (!status)
        status = disk_store(d, run, e);
    return db_end(d, status, e, "storing epoch %d of run %" PRId64, row->epoch, run);
}

int db_log_add(struct db *d, int64_t run, const struct log_row *row, struct err *e)
{
    int status = db_begin(d, e);
    if (!status) {
        struct query q;
        struct log_row timed = *row;
        timed.time = db_time_or_now(row->time);
        query_open_insert(&q, d, "log", "run", row_log_columns, 0);
        query_bind_int(&q, run);
        query_bind_row(&q, row_log_columns, 0, &timed);
        status = query_finish(&q, e);
    }
    return db_end(d, status, e, "storing a log line of run %" PRId64, run);
}
