/* test_db_query.c - statements are kept for the next query of the same text, and nothing of one
 * query is left in the next; what is read between db_reading_begin and _end is of one state. */
#include "db/db_priv.h"
#include "tests/kit/db_kit.h"

#include "base/mem.h"

static const char *const echo = "SELECT ?1, ?2";

static int64_t kept(const struct db *d, const char *sql)
{
    int64_t n = 0;
    for (int i = 0; i < d->n_kept; i++)
        n += !strcmp(sqlite3_sql(d->kept[i]), sql);
    return n;
}

static void test_same(struct db *d)
{
    struct query q;
    struct err e;
    query_open(&q, d, echo);
    query_bind_int(&q, 5);
    query_bind_int(&q, 6);
    const sqlite3_stmt *first = q.statement;
    is_int(query_step(&q, &e), 1, "a query gives its row");
    query_close(&q);
    is_int(kept(d, echo), 1, "closed before its end, it is kept");
    ok(!sqlite3_stmt_busy(d->kept[d->n_kept - 1]), "and holds nothing");
    query_open(&q, d, echo);
    ok(q.statement == first, "the next query of that text is the same statement");
    is_int(kept(d, echo), 0, "which is not there for a third at a time");
    query_bind_int(&q, 7);
    ok(query_step(&q, &e) == 1 && query_int(&q) == 7 && isnan(query_real(&q)),
       "and has what was bound now, and nothing else");
    struct query within;
    query_open(&within, d, echo);
    query_bind_int(&within, 8);
    ok(within.statement != first && query_step(&within, &e) == 1 && query_int(&within) == 8,
       "two at a time are two statements");
    q.column = 0;
    is_int(query_int(&q), 7, "neither disturbs the other");
    query_close(&within);
    query_close(&q);
}

static void test_many(struct db *d)
{
    struct query q;
    struct err e;
    char sql[32];
    int wrong = 0;
    for (int i = 0; i < 3 * DB_KEPT_STATEMENTS; i++) {
        snprintf(sql, sizeof sql, "SELECT %d", i);
        query_open(&q, d, sql);
        wrong += query_step(&q, &e) != 1 || query_int(&q) != i;
        query_close(&q);
    }
    ok(!wrong && d->n_kept == DB_KEPT_STATEMENTS, "the last %d are kept, no more",
       DB_KEPT_STATEMENTS);
    is_int(kept(d, "SELECT 47"), 1, "the newest is");
    is_int(kept(d, "SELECT 0"), 0, "the oldest is not");
}

static void test_faults(struct db *d)
{
    struct query q;
    struct err e;
    int before = d->n_kept;
    query_open(&q, d, "SELECT nothing FROM nowhere");
    is_int(query_step(&q, &e), -1, "what cannot be prepared fails");
    query_close(&q);
    static const char overflow[] = "SELECT abs(?1)";
    query_open(&q, d, overflow);
    query_bind_int(&q, INT64_MIN);
    is_int(query_step(&q, &e), -1, "what fails when it is run does");
    query_close(&q);
    ok(d->n_kept == before && !kept(d, overflow), "neither is kept");
}

/* A table that changes between two queries of one text. */
static void test_schema(struct db *d)
{
    static const char all[] = "SELECT * FROM kept_test";
    struct query q;
    struct err e;
    ok(!db_exec(d, "CREATE TEMP TABLE kept_test(a); INSERT INTO kept_test VALUES (3)", &e),
       "a table is made");
    query_open(&q, d, all);
    ok(query_step(&q, &e) == 1 && query_int(&q) == 3, "and read");
    query_close(&q);
    ok(!db_exec(d, "ALTER TABLE kept_test ADD b DEFAULT 4", &e), "it gets a column");
    query_open(&q, d, all);
    ok(query_step(&q, &e) == 1 && query_int(&q) == 3 && query_int(&q) == 4, "which is read too");
    query_close(&q);
    ok(!db_exec(d, "DROP TABLE kept_test", &e), "it can go, with the statement kept");
    query_open(&q, d, all);
    is_int(query_step(&q, &e), -1, "which then fails");
    query_close(&q);
}

static int64_t runs_of(struct db *d)
{
    struct query q;
    struct err e;
    query_open(&q, d, "SELECT count(*) FROM run");
    int64_t n = query_step(&q, &e) == 1 ? query_int(&q) : -1;
    query_close(&q);
    return n;
}

static void test_reading(struct db *writer)
{
    struct db *d;
    struct err e;
    if (!ok(!db_open(&d, scratch_path("runs.db"), DB_READ, &e), "a reader opens"))
        return;
    int64_t before = runs_of(d);
    is_int(db_reading_begin(d, &e), 0, "a reading begins");
    is_int(runs_of(d), before, "and looks");
    help_add(writer, "meanwhile");
    is_int(runs_of(d), before, "what is stored meanwhile is not in it");
    is_int(db_reading_begin(d, &e), -1, "there is one at a time");
    db_reading_end(d);
    is_int(runs_of(d), before + 1, "but after it");
    db_reading_end(d);
    is_int(db_reading_begin(d, &e), 0, "ended twice, the next begins");
    db_close(d);
}

int main(void)
{
    scratch_make();
    struct db *d = help_open(scratch_path("runs.db"));
    test_same(d);
    test_many(d);
    test_faults(d);
    test_schema(d);
    test_reading(d);
    db_close(d);
    scratch_remove(scratch);
    return tap_done();
}
