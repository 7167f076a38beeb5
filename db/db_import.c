/* db_import.c - a run that was trained elsewhere, of which there are curves alone. */
#include "db/db_priv.h"

/* By the ways that a run takes which is trained here. */
static int finish(struct db *d, int64_t id, const struct run_row *run, struct err *e)
{
    struct query q;
    query_open(&q, d, "UPDATE run SET state = 'running' WHERE id = ?");
    query_bind_int(&q, id);
    if (query_finish(&q, e))
        return -1;
    query_open(&q, d,
               "UPDATE run SET state = 'finished', created = ?, started = ?, ended = ?,"
               " train_images = nullif(?, 0), test_images = nullif(?, 0), imported = ?,"
               " last_seen = NULL WHERE id = ?");
    query_bind_real(&q, db_time_or_now(run->created));
    query_bind_real(&q, run->started);
    query_bind_real(&q, run->ended);
    query_bind_int(&q, run->train_images);
    query_bind_int(&q, run->test_images);
    query_bind_text(&q, run->imported);
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

/* Lists show tags, and find by them. */
static int add_tag(struct db *d, int64_t id, struct err *e)
{
    struct query q;
    query_open(&q, d, "INSERT INTO tag(run, name) VALUES (?, 'imported')");
    query_bind_int(&q, id);
    return query_finish(&q, e);
}

int db_run_import(struct db *d, const struct run_row *run, const struct option_row *options,
                  size_t n_options, const struct epoch_row *epochs, size_t n, int64_t *id,
                  struct err *e)
{
    int64_t made = 0;
    int status = db_begin(d, e);
    if (!status)
        status = run_add_row(d, run, &made, e);
    if (!status)
        status = run_add_numbered(d, made, "run_option", "option", row_option_columns, options,
                                  n_options, sizeof *options, e);
    for (size_t i = 0; !status && i < n; i++)
        status = epoch_add(d, made, &epochs[i], 0, e);
    if (!status)
        status = epoch_refresh_run(d, made, e);
    if (!status)
        status = finish(d, made, run, e);
    if (!status)
        status = add_tag(d, made, e);
    status = db_end(d, status, e, "importing run \"%s\"", run->name);
    if (!status)
        *id = made;
    return status;
}
