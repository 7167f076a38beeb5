/* db_run.c - a run as a row: queued, started, deleted. */
#include "db/db_priv.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

#define RUN(sql, kind, optional, field)                                                            \
    {                                                                                              \
        sql, kind, optional, COLUMN_FIELD(struct run_row, field)                                   \
    }

/* What a launch knows. */
static const struct column launched[] = {
    RUN("name", COLUMN_TEXT, false, name),
    RUN("data", COLUMN_TEXT, false, data),
    RUN("protocol", COLUMN_TEXT, true, protocol),
    RUN("fold", COLUMN_INT, true, fold),
    RUN("backbone", COLUMN_TEXT, false, backbone),
    RUN("loss", COLUMN_TEXT, false, loss),
    RUN("alpha", COLUMN_REAL, true, alpha),
    RUN("beta", COLUMN_REAL, true, beta),
    RUN("gamma", COLUMN_REAL, true, gamma),
    RUN("image_size", COLUMN_INT, false, image_size),
    RUN("batch", COLUMN_INT, false, batch),
    RUN("epochs", COLUMN_INT, false, epochs),
    RUN("seed", COLUMN_INT64, false, seed),
    RUN("learning_rate", COLUMN_REAL, true, learning_rate),
    RUN("selected_on", COLUMN_TEXT, true, select),
    RUN("program", COLUMN_TEXT, true, program),
    COLUMN_END,
};

/* What it turns out to be. */
static const struct column found[] = {
    RUN("data", COLUMN_TEXT, false, data),
    RUN("protocol", COLUMN_TEXT, true, protocol),
    RUN("fold", COLUMN_INT, true, fold),
    RUN("device", COLUMN_TEXT, true, device),
    RUN("library", COLUMN_TEXT, true, library),
    RUN("data_hash", COLUMN_TEXT, true, data_hash),
    RUN("parameters", COLUMN_INT64, false, parameters),
    RUN("train_images", COLUMN_INT64, false, train_images),
    RUN("val_images", COLUMN_INT64, true, val_images),
    RUN("test_images", COLUMN_INT64, false, test_images),
    RUN("skipped_images", COLUMN_INT64, false, skipped_images),
    COLUMN_END,
};

int db_no_run(struct db *d, int64_t id, struct err *e)
{
    return err_set(e, ERR_NOT_FOUND, "there is no run %" PRId64 " in %s", id, d->path);
}

static int add_experiment(struct db *d, const char *name, struct err *e)
{
    if (!name[0])
        return 0;
    struct query q;
    query_open(&q, d, "INSERT INTO experiment(name) VALUES (?) ON CONFLICT DO NOTHING");
    query_bind_text(&q, name);
    return query_finish(&q, e);
}

static int add_row(struct db *d, const struct run_row *run, int64_t *id, struct err *e)
{
    struct str sql;
    str_init(&sql);
    str_add(&sql, "INSERT INTO run(created, experiment, ");
    columns_add_names(&sql, launched);
    str_add(&sql, ") VALUES (?, (SELECT id FROM experiment WHERE name = ?), ");
    columns_add_marks(&sql, launched);
    str_add(&sql, ")");
    struct query q;
    query_open_str(&q, d, &sql);
    query_bind_real(&q, clock_date_s());
    query_bind_text_or_null(&q, run->experiment);
    query_bind_row(&q, launched, run);
    if (query_finish(&q, e))
        return -1;
    *id = sqlite3_last_insert_rowid(d->sql);
    return 0;
}

static int add_options(struct db *d, int64_t run, const struct option_row *options, size_t n,
                       struct err *e)
{
    struct query q;
    query_open(&q, d,
               "INSERT INTO run_option(run, position, name, type, value) VALUES (?, ?, ?, ?, ?)");
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        query_bind_int(&q, run);
        query_bind_int(&q, (int64_t)i + 1);
        query_bind_text(&q, options[i].name);
        query_bind_text(&q, options[i].type);
        query_bind_text(&q, options[i].value);
        status = query_run(&q, e);
        if (status)
            err_prefix(e, "option \"%s\"", options[i].name);
    }
    query_close(&q);
    return status;
}

static int add_terms(struct db *d, int64_t run, const struct term_row *terms, size_t n,
                     struct err *e)
{
    struct query q;
    query_open(&q, d, "INSERT INTO term(run, position, name, weight) VALUES (?, ?, ?, ?)");
    int status = 0;
    for (size_t i = 0; !status && i < n; i++) {
        query_bind_int(&q, run);
        query_bind_int(&q, (int64_t)i + 1);
        query_bind_text(&q, terms[i].name);
        query_bind_real(&q, terms[i].weight);
        status = query_run(&q, e);
        if (status)
            err_prefix(e, "loss term \"%s\"", terms[i].name);
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
        status = add_experiment(d, run->experiment, e);
    if (!status)
        status = add_row(d, run, &made, e);
    if (!status)
        status = add_options(d, made, options, n_options, e);
    if (!status)
        status = add_terms(d, made, terms, n_terms, e);
    status = db_end(d, status, e, "queuing run \"%s\"", run->name);
    if (!status)
        *id = made;
    return status;
}

static int set_found(struct db *d, int64_t id, const struct run_row *run, struct err *e)
{
    struct str sql;
    str_init(&sql);
    str_add(&sql, "UPDATE run SET ");
    columns_add_sets(&sql, found);
    str_add(&sql, " WHERE id = ?");
    struct query q;
    query_open_str(&q, d, &sql);
    query_bind_row(&q, found, run);
    query_bind_int(&q, id);
    if (query_finish(&q, e))
        return -1;
    return sqlite3_changes(d->sql) ? 0 : db_no_run(d, id, e);
}

int db_run_started(struct db *d, int64_t id, const struct run_row *run, int resumed_epoch,
                   struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = set_found(d, id, run, e);
    if (!status)
        status = db_forget_epochs(d, id, resumed_epoch, e);
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
    int status = db_begin(d, e);
    if (!status)
        status = delete_run(d, id, e);
    return db_end(d, status, e, "deleting run %" PRId64, id);
}
