/* db_runs.c - reading runs: one, a page of them, those that changed since somebody last looked.
 *
 * The newest come first because ids ascend, so a page is a piece of the table in its own order, and
 * what changed is a piece of the index on run.changed: neither reads the rest. Runs whose process
 * is gone are given as lost ones, whether somebody has stored that yet or not (db_life.c). Those
 * that are archived or in the trash are in no list that does not ask for them.
 */
#include "db/db_priv.h"

#include "base/mem.h"

#include <string.h>

#define FROM_RUN "FROM run LEFT JOIN experiment ON experiment.id = run.experiment "

#define IS_LISTED "run.deleted IS NULL AND run.archived IS NULL"

static const char *const kept_conditions[] = {
    [RUNS_LISTED] = IS_LISTED,
    [RUNS_ARCHIVED] = "run.deleted IS NULL AND run.archived IS NOT NULL",
    [RUNS_KEPT] = "run.deleted IS NULL",
    [RUNS_TRASH] = "run.deleted IS NOT NULL",
};

/* A condition stands only where a text is given to meet it with. */
static void add_condition(struct str *sql, const char *text, const char *condition)
{
    if (text && text[0])
        str_addf(sql, " AND %s", condition);
}

static void bind_condition(struct query *q, const char *text)
{
    if (text && text[0])
        query_bind_text(q, text);
}

/* Reads those in the stored state; `mixed`: those that may be shown in it. */
static int read_wanted(struct db *d, const struct run_wanted *w, bool mixed, struct run_row **out,
                       size_t *n, struct err *e)
{
    struct query q;
    struct str sql;
    str_init(&sql);
    str_add(&sql, "SELECT ");
    columns_add_read(&sql, row_run_columns, "run.", "");
    str_addf(&sql, " " FROM_RUN "WHERE %s AND run.id < ?", kept_conditions[w->kept]);
    add_condition(&sql, w->experiment,
                  "run.experiment = (SELECT id FROM experiment WHERE name = ?)");
    add_condition(&sql, w->state,
                  mixed ? "run.state IN (?, 'running', 'paused')" : "run.state = ?");
    str_add(&sql, " ORDER BY run.id DESC LIMIT ?");
    query_open_str(&q, d, &sql);
    query_bind_int(&q, w->below > 0 ? w->below : INT64_MAX);
    bind_condition(&q, w->experiment);
    bind_condition(&q, w->state);
    query_bind_int(&q, !mixed && w->most && w->most < INT64_MAX ? (int64_t)w->most : -1);
    return query_rows(&q, row_run_columns, sizeof **out, out, n, e);
}

/* Drops rows in other states, and those that are too many. */
static void keep_state(struct run_row *rows, size_t *n, const struct run_wanted *w)
{
    size_t kept = 0, most = w->most ? w->most : *n;
    for (size_t i = 0; i < *n && kept < most; i++)
        if (!strcmp(rows[i].state, w->state))
            rows[kept++] = rows[i];
    *n = kept;
}

static int correct_list(struct db *d, struct run_row **out, size_t *n, struct err *e)
{
    if (!life_correct(d, *out, *n, e))
        return 0;
    mem_free(*out);
    *out = NULL;
    *n = 0;
    return -1;
}

int db_runs_wanted(struct db *d, const struct run_wanted *w, struct run_row **out, size_t *n,
                   struct err *e)
{
    static const char *const mixed_states[] = {"running", "paused", "lost"};
    bool mixed = false;
    for (int i = 0; w->state && i < 3; i++)
        mixed |= !strcmp(w->state, mixed_states[i]);
    if (read_wanted(d, w, mixed, out, n, e) || correct_list(d, out, n, e))
        return -1;
    if (mixed)
        keep_state(*out, n, w);
    return 0;
}

int db_runs_page(struct db *d, int64_t below, size_t most, struct run_row **out, size_t *n,
                 struct err *e)
{
    const struct run_wanted wanted = {.below = below, .most = most};
    return db_runs_wanted(d, &wanted, out, n, e);
}

int db_runs(struct db *d, struct run_row **out, size_t *n, struct err *e)
{
    return db_runs_page(d, 0, 0, out, n, e);
}

int db_run(struct db *d, int64_t id, struct run_row *out, struct err *e)
{
    struct query q;
    query_open_select(&q, d, row_run_columns, "run.", FROM_RUN "WHERE run.id = ?");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    if (row == 1) {
        memset(out, 0, sizeof *out);
        query_row(&q, row_run_columns, out);
    }
    query_close(&q);
    if (row == 0)
        return db_no_run(d, id, e);
    return row == 1 ? life_correct(d, out, 1, e) : -1;
}

/* The number of the latest change, and how many runs are listed; 0 where one that changed after
 * `since` is not, any more. */
static int read_mark(struct db *d, int64_t since, int64_t *mark, size_t *all, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "SELECT number, iif(EXISTS (SELECT 1 FROM run WHERE changed > ? AND NOT (" IS_LISTED
               ")), 0, (SELECT count(*) FROM run WHERE " IS_LISTED ")) FROM change");
    query_bind_int(&q, since);
    int row = query_step(&q, e);
    if (row == 1) {
        *mark = query_int(&q);
        *all = (size_t)query_int(&q);
    }
    query_close(&q);
    return row < 0 ? -1 : 0;
}

/* The + keeps SQLite from walking the whole table for the sake of its order, or the index of what
 * is listed, which is nearly all of it. */
static int read_since(struct db *d, int64_t since, struct run_row **out, size_t *n, struct err *e)
{
    struct query q;
    query_open_select(&q, d, row_run_columns, "run.",
                      FROM_RUN "WHERE run.changed > ? AND +run.deleted IS NULL"
                               " AND +run.archived IS NULL ORDER BY +run.id");
    query_bind_int(&q, since);
    return query_rows(&q, row_run_columns, sizeof **out, out, n, e);
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
        status = read_mark(d, *since, &mark, &count, e);
    if (!status)
        status = read_since(d, *since, out, n, e);
    if (db_end(d, status, e, "reading the runs that changed")) {
        mem_free(*out);
        *out = NULL;
        *n = 0;
        return -1;
    }
    /* Not in the transaction, which would not see that a run ended meanwhile. */
    if (correct_list(d, out, n, e))
        return -1;
    *since = mark;
    *all = count;
    return 0;
}

int runs_ids(struct db *d, const char *rest, int64_t **out, size_t *n, struct err *e)
{
    static const struct row_column id[] = {
        {"id", "id", ROW_INT64, 0, sizeof **out, NULL, 0, 0, 0, 0, NULL},
        ROW_END,
    };
    struct query q;
    query_open_select(&q, d, id, "", rest);
    return query_rows(&q, id, sizeof **out, out, n, e);
}

int db_run_ids(struct db *d, int64_t **out, size_t *n, struct err *e)
{
    return runs_ids(d, "FROM run WHERE " IS_LISTED " ORDER BY id DESC", out, n, e);
}

/* The last evaluation at each of the points, or none before the first. */
static int read_curve(struct db *d, struct run_row *run, struct err *e)
{
    struct query q;
    int more, points = run->epochs_done < ROW_CURVE_POINTS ? run->epochs_done : ROW_CURVE_POINTS;
    run->curve.n = 0;
    if (points < 1)
        return 0;
    query_open(
        &q, d,
        "WITH RECURSIVE point(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM point WHERE i < "
        "?2) SELECT (SELECT pc FROM phase WHERE run = ?1 AND phase = 'test' AND epoch <= i * "
        "?3 / ?2 ORDER BY epoch DESC LIMIT 1) FROM point");
    query_bind_int(&q, run->id);
    query_bind_int(&q, points);
    query_bind_int(&q, run->epochs_done);
    while ((more = query_step(&q, e)) == 1 && run->curve.n < ROW_CURVE_POINTS)
        run->curve.pc[run->curve.n++] = (float)query_real(&q);
    query_close(&q);
    return more < 0 ? -1 : 0;
}

int db_runs_curves(struct db *d, struct run_row *runs, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (read_curve(d, &runs[i], e))
            return -1;
    return 0;
}
