/* db_run.c - a run as a row: queued, started, deleted. */
#include "db/db_priv.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

int run_find_experiment(struct db *d, const char *name, int64_t *id, struct err *e)
{
    struct query q;
    query_open(&q, d, "INSERT INTO experiment(name) VALUES (?) ON CONFLICT DO NOTHING");
    query_bind_text(&q, name);
    if (query_finish(&q, e))
        return -1;
    query_open(&q, d, "SELECT id FROM experiment WHERE name = ?");
    query_bind_text(&q, name);
    int row = query_step(&q, e);
    *id = row == 1 ? query_int(&q) : 0;
    query_close(&q);
    return row < 0 ? -1 : 0;
}

/* A database that was put back from a copy has forgotten runs whose files are there still: a new
 * run must not write over them, and nothing remove them. */
int run_next_number(struct db *d, int64_t *number, struct err *e)
{
    int64_t highest = identity_highest(d);
    struct query q;
    query_open(&q, d,
               "INSERT INTO passed_over(first, last) SELECT given + 1, ?1 FROM (SELECT"
               " coalesce(max(seq), 0) AS given FROM sqlite_sequence WHERE name = 'run')"
               " WHERE given < ?1");
    query_bind_int(&q, highest);
    if (query_finish(&q, e))
        return -1;
    *number = sqlite3_changes(d->sql) ? highest + 1 : 0;
    return 0;
}

static void bind_number(struct query *q, int64_t number)
{
    if (number)
        query_bind_int(q, number);
    else
        query_bind_null(q);
}

int run_add_row(struct db *d, const struct run_row *run, int64_t *id, struct err *e)
{
    struct query q;
    int64_t experiment = 0, number;
    if (run_next_number(d, &number, e))
        return -1;
    if (run->experiment[0] && run_find_experiment(d, run->experiment, &experiment, e))
        return -1;
    query_open_insert(&q, d, "run", "id, created, experiment", row_run_columns, ROW_LAUNCHED);
    bind_number(&q, number);
    query_bind_real(&q, clock_date_s());
    bind_number(&q, experiment);
    query_bind_row(&q, row_run_columns, ROW_LAUNCHED, run);
    if (query_finish(&q, e))
        return -1;
    *id = sqlite3_last_insert_rowid(d->sql);
    return 0;
}

int run_add_numbered(struct db *d, int64_t run, const char *table, const char *what,
                     const struct row_column *columns, const void *rows, size_t n, size_t row_bytes,
                     struct err *e)
{
    struct query q;
    query_open_insert(&q, d, table, "run, position", columns, 0);
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        const char *row = (const char *)rows + i * row_bytes;
        query_bind_int(&q, run);
        query_bind_int(&q, (int64_t)i + 1);
        query_bind_row(&q, columns, 0, row);
        status = query_run(&q, e);
        if (status)
            err_prefix(e, "%s \"%s\"", what, row + columns[0].offset);
    }
    query_close(&q);
    return status;
}

int db_run_add(struct db *d, const struct run_row *run, const struct option_row *options,
               size_t n_options, const struct term_row *terms, size_t n_terms, int64_t *id,
               struct err *e)
{
    if (n_terms > ROW_MAX_TERMS)
        return err_set(e, ERR_USAGE, "run \"%s\" has %zu loss terms, a run can have %d", run->name,
                       n_terms, ROW_MAX_TERMS);
    int64_t made = 0;
    int status = db_begin(d, e);
    if (!status)
        status = run_add_row(d, run, &made, e);
    if (!status)
        status = run_add_numbered(d, made, "run_option", "option", row_option_columns, options,
                                  n_options, sizeof *options, e);
    if (!status)
        status = run_add_numbered(d, made, "term", "loss term", row_term_columns, terms, n_terms,
                                  sizeof *terms, e);
    status = db_end(d, status, e, "queuing run \"%s\"", run->name);
    if (!status)
        *id = made;
    return status;
}

int db_run_algorithms(struct db *d, int64_t run, const struct algorithm_row *rows, size_t n,
                      struct err *e)
{
    struct query q;
    int status = db_begin(d, e);
    if (!status) {
        query_open(&q, d, "DELETE FROM algorithm WHERE run = ?");
        query_bind_int(&q, run);
        status = query_finish(&q, e);
    }
    if (!status)
        status = run_add_numbered(d, run, "algorithm", "algorithm of", row_algorithm_columns, rows,
                                  n, sizeof *rows, e);
    return db_end(d, status, e, "storing the algorithms of run %" PRId64, run);
}

static int set_found(struct db *d, int64_t id, const struct run_row *run, struct err *e)
{
    struct query q;
    query_open_update(&q, d, "run", row_run_columns, ROW_FOUND);
    query_bind_row(&q, row_run_columns, ROW_FOUND, run);
    query_bind_int(&q, id);
    if (query_finish(&q, e))
        return -1;
    return sqlite3_changes(d->sql) ? 0 : db_no_run(d, id, e);
}

/* What is stored a second time, because the rest could not be, comes in the place of the first. */
static int add_provenance(struct db *d, int64_t id, int first_epoch, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "INSERT OR REPLACE INTO provenance(run, position, time, epoch, host, program,"
               " library, device, precision, data, data_hash, init_hash)"
               " SELECT id, resumed + 1, ?1, ?2, host, program, library, device, precision,"
               " (SELECT value FROM run_option WHERE run = run.id AND name = 'data'), data_hash,"
               " init_hash"
               " FROM run WHERE id = ?3");
    query_bind_real(&q, clock_date_s());
    query_bind_int(&q, first_epoch);
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

int db_run_started(struct db *d, int64_t id, const struct run_row *run, int first_epoch,
                   struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = set_found(d, id, run, e);
    if (!status)
        status = add_provenance(d, id, first_epoch, e);
    return db_end(d, status, e, "storing what run %" PRId64 " is", id);
}

static int delete_run(struct db *d, int64_t id, struct err *e)
{
    char state[16];
    if (db_state_of(d, id, state, e))
        return -1;
    if (!strcmp(state, "running") || !strcmp(state, "paused"))
        return err_set(e, ERR_STATE, "it is %s: stop it first", state);
    struct query q;
    query_open(&q, d, "DELETE FROM run WHERE id = ?");
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

int db_run_delete(struct db *d, int64_t id, struct err *e)
{
    int lost;
    if (db_runs_lost(d, &lost, e))
        return -1;
    int status = db_begin(d, e);
    if (!status)
        status = delete_run(d, id, e);
    return db_end(d, status, e, "deleting run %" PRId64, id);
}
