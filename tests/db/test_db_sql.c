/* test_db_sql.c - statements of a user: what they give, what they may not do, where they are wrong,
 * how they are ended; and the functions that SQL has here. */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

#define WITHOUT_END "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "

static struct db *restricted(const char *path, const struct db_sql_limits *limits)
{
    static const struct db_sql_limits none;
    struct db *d;
    struct err e;
    if (db_open(&d, path, DB_READ, &e) || db_sql_restrict(d, limits ? limits : &none, &e)) {
        printf("Bail out! %s\n", e.text);
        exit(99);
    }
    return d;
}

/* Runs all statements to their ends; gives the last row's first value as text. 0 or -1. */
static int run(struct db *d, const char *sql, char *to, size_t room, size_t *at, struct err *e)
{
    struct db_sql *q;
    struct row_value v;
    int more, row = 0;
    to[0] = '\0';
    if (db_sql_new(&q, d, sql, at, e))
        return -1;
    *at = DB_SQL_NOWHERE;
    while ((more = db_sql_next(q, e)) == 1 && !row) {
        while ((row = db_sql_row(q, e)) == 1) {
            db_sql_value(q, 0, &v);
            if (v.kind == ROW_VALUE_INT)
                snprintf(to, room, "%lld", (long long)v.whole);
            else if (v.kind == ROW_VALUE_REAL)
                snprintf(to, room, "%.9g", v.real);
            else
                snprintf(to, room, "%s", v.kind == ROW_VALUE_TEXT ? v.bytes : "");
        }
    }
    db_sql_free(q);
    return more < 0 || row < 0 ? -1 : 0;
}

static void gives(struct db *d, const char *sql, const char *wanted)
{
    char text[512];
    size_t at;
    struct err e;
    err_clear(&e);
    int failed = run(d, sql, text, sizeof text, &at, &e);
    if (!ok(!failed && !strcmp(text, wanted), "%s gives \"%s\"", sql, wanted))
        diag("\"%s\" %s", text, e.text);
}

/* `at`: the text that begins where the mistake is, NULL = nowhere. */
static void refuses(struct db *d, const char *sql, const char *part, const char *at_text)
{
    char text[512];
    size_t at;
    struct err e;
    err_clear(&e);
    int failed = run(d, sql, text, sizeof text, &at, &e);
    bool placed = at_text ? at <= strlen(sql) && !strcmp(sql + at, at_text) : at == DB_SQL_NOWHERE;
    if (!ok(failed && strstr(e.text, part) && placed, "%s: %s", sql[0] ? sql : "nothing", part))
        diag("at %zu: %s", at, e.text);
}

/* --- */

static void test_values(struct db *d)
{
    struct db_sql *q;
    struct row_value v;
    struct err e;
    size_t at;
    is_int(db_sql_new(&q, d, "SELECT 7 AS a, 1.5, 'x' || char(0) || 'y', x'00ff', NULL, '', x''",
                      &at, &e),
           0, "a statement with a value of every kind");
    is_int((long long)db_sql_statements(q), 1, "one");
    is_int(db_sql_next(q, &e), 1, "is gone to");
    is_int((long long)db_sql_columns(q), 7, "has its columns");
    is_text(db_sql_name(q, 0), "a", "with their names");
    is_int(db_sql_row(q, &e), 1, "has a row");
    db_sql_value(q, 0, &v);
    ok(v.kind == ROW_VALUE_INT && v.whole == 7, "a whole number");
    db_sql_value(q, 1, &v);
    ok(v.kind == ROW_VALUE_REAL && v.real == 1.5, "a real one");
    db_sql_value(q, 2, &v);
    ok(v.kind == ROW_VALUE_TEXT && v.count == 3 && !memcmp(v.bytes, "x\0y", 4),
       "a text with a NUL");
    db_sql_value(q, 3, &v);
    ok(v.kind == ROW_VALUE_BLOB && v.count == 2 && !memcmp(v.bytes, "\0\xff", 2), "a blob");
    db_sql_value(q, 4, &v);
    ok(v.kind == ROW_VALUE_NULL, "none");
    db_sql_value(q, 5, &v);
    ok(v.kind == ROW_VALUE_TEXT && !v.count && !v.bytes[0], "an empty text");
    db_sql_value(q, 6, &v);
    ok(v.kind == ROW_VALUE_BLOB && !v.count && v.bytes, "an empty blob");
    is_int(db_sql_row(q, &e), 0, "no second row");
    is_int(db_sql_next(q, &e), 0, "no second statement");
    db_sql_free(q);
}

static void test_texts(struct db *d)
{
    gives(d, "SELECT 1; SELECT 2", "2");
    gives(d, ";;\n -- nothing\n SELECT 1;; ; /* nothing */ ;", "1");
    gives(d, "SELECT count(*) FROM run -- no end", "1");
    gives(d, "SELECT 1;\n.help", "SELECT ...;");
    gives(d, "-- before\n.schema state_\n;SELECT 3;", "3");
    gives(d, "SELECT value FROM json_each('[1, 4]')", "4");
    gives(d, "PRAGMA application_id", "1668113007");
    gives(d, "SELECT name FROM pragma_table_info('term') LIMIT 1", "run");
    gives(d, ".tables", "term_gradient");
    refuses(d, "", "there is no statement", NULL);
    refuses(d, " -- only this", "there is no statement", NULL);
    refuses(d, "SELECT 1; nonsense here", "near \"nonsense\": syntax error", "nonsense here");
    refuses(d, "SELECT 1 FORM run", "near \"run\"", "run");
    refuses(d, "SELECT lss FROM run", "no such column: lss", "lss FROM run");
    refuses(d, "SELECT 1 FROM runs", "no such table: runs (.tables lists them)", "runs");
    refuses(d, "SELECT", "not complete", "");
    refuses(d, "SELECT 'abc", "a quote is not closed: \"'abc\"", "'abc");
    refuses(d, "SELECT ?1", "?1 stands for a value that nobody gives", "SELECT ?1");
    refuses(d, ".table", "'.table' is none of .tables", ".table");
    refuses(d, "SELECT 1;\n.tables x", "is none of", ".tables x");
    refuses(d, "SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)",
            "integer overflow", NULL);
    ok(db_sql_complete("SELECT 1; ") && !db_sql_complete("SELECT 1") &&
           !db_sql_complete("SELECT ';"),
       "a text is complete when a semicolon ends a statement");
}

static void test_nothing_ran(struct db *d)
{
    struct db_sql *q;
    struct err e;
    size_t at;
    is_int(db_sql_new(&q, d, "SELECT 1; SELECT 2; SELECT nope", &at, &e), -1,
           "a mistake in the last statement is told before the first one runs");
    ok(!q && at == 27, "with its place");
}

static void test_reads_only(struct db *d)
{
    static const char *const changes[][2] = {
        {"INSERT INTO experiment(name) VALUES ('x')", "INSERT is refused"},
        {"WITH x AS (SELECT 1) INSERT INTO experiment(name) SELECT 'x' FROM x",
         "INSERT is refused"},
        {"REPLACE INTO experiment(name) VALUES ('x')", "is refused"},
        {"UPDATE run SET name = 'x'", "UPDATE is refused"},
        {"DELETE FROM run", "DELETE is refused"},
        {"DELETE FROM run RETURNING id", "DELETE is refused"},
        {"EXPLAIN DELETE FROM run", "DELETE is refused"},
        {"DROP TABLE run", "a change of the schema is refused"},
        {"DROP VIEW curve", "a change of the schema is refused"},
        {"ALTER TABLE run RENAME TO walk", "ALTER TABLE is refused"},
        {"CREATE TABLE x(y)", "a change of the schema is refused"},
        {"CREATE TEMP TABLE x(y)", "a change of the schema is refused"},
        {"CREATE VIEW x AS SELECT 1", "a change of the schema is refused"},
        {"CREATE INDEX x ON run(name)", "a change of the schema is refused"},
        {"CREATE TRIGGER x AFTER INSERT ON run BEGIN SELECT 1; END", "is refused"},
        {"CREATE VIRTUAL TABLE x USING fts5(y)", "is refused"},
        {"UPDATE sqlite_schema SET sql = ''", "may not be modified"},
        {"ATTACH 'other.db' AS other", "another file (ATTACH, VACUUM) is refused"},
        {"DETACH main", "DETACH is refused"},
        {"VACUUM", "only read"},
        {"VACUUM INTO 'copy.db'", "only read"},
        {"BEGIN", "a transaction is refused"},
        {"COMMIT", "a transaction is refused"},
        {"SAVEPOINT x", "a savepoint is refused"},
        {"REINDEX", "is refused"},
        {"ANALYZE", "is refused"},
        {"PRAGMA writable_schema = 1", "PRAGMA writable_schema is refused"},
        {"PRAGMA user_version = 9", "PRAGMA user_version is refused"},
        {"PRAGMA query_only = 0", "PRAGMA query_only is refused"},
        {"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode is refused"},
        {"PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint is refused"},
        {"PRAGMA temp_store_directory = '/'", "PRAGMA temp_store_directory is refused"},
        {"SELECT load_extension('x')", "the function load_extension is refused"},
        {"SELECT 1; SELECT load_extension('x')", "the function load_extension is refused"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[64];
        size_t at;
        struct err e;
        err_clear(&e);
        int failed = run(d, changes[i][0], text, sizeof text, &at, &e);
        if (!ok(failed && strstr(e.text, changes[i][1]), "%s: %s", changes[i][0], changes[i][1]))
            diag("%s", e.text);
    }
    /* The authorizer alone holds, too. */
    char text[64];
    size_t at;
    struct err e;
    sqlite3_exec(d->sql, "PRAGMA query_only = OFF", NULL, NULL, NULL);
    ok(run(d, "PRAGMA query_only", text, sizeof text, &at, &e), "what is on no list is refused");
    gives(d, "SELECT count(*) FROM run", "1");
}

static void test_writing_connection(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    ok(db_sql_restrict(d, &(struct db_sql_limits){0}, &e) && e.code == ERR_STATE,
       "a connection that writes takes no statement of a user");
    db_close(d);
}

/* --- how they are ended --- */

static bool stops_at_once(void *context)
{
    ++*(int *)context;
    return true;
}

static void test_ended(const char *path)
{
    char text[64];
    size_t at;
    struct err e;
    int asked = 0;
    const struct db_sql_limits stopped = {.stops = stops_at_once, .context = &asked},
                               timed = {.seconds = 0.05}, small = {.value_bytes = 1000};
    struct db *d = restricted(path, &stopped);
    ok(run(d, WITHOUT_END "SELECT sum(x) FROM n", text, sizeof text, &at, &e) &&
           e.code == ERR_CANCELLED && asked == 1,
       "a statement without end is cancelled");
    gives(d, "SELECT 1", "1");
    db_close(d);
    d = restricted(path, &timed);
    ok(run(d, WITHOUT_END "SELECT x FROM n", text, sizeof text, &at, &e) && e.code == ERR_STATE &&
           strstr(e.text, "took longer than 0.05 s") && strlen(text) > 1,
       "or by time, with rows before");
    gives(d, "SELECT 1", "1");
    db_close(d);
    d = restricted(path, &small);
    refuses(d, "SELECT length(zeroblob(1001))", "too big", NULL);
    gives(d, "SELECT length(zeroblob(900))", "900");
    db_close(d);
}

/* --- functions --- */

#define OF(values) " FROM (SELECT column1 AS x, column2 AS y FROM (VALUES " values "))"

static void test_functions(struct db *d)
{
    gives(d, "SELECT ledger_score(x'0000803f00002041', 1)", "10");
    gives(d, "SELECT ledger_score(x'0000803f00002041', 0)", "1");
    gives(d, "SELECT ledger_score(x'0000803f00002041', 2)", "");
    gives(d, "SELECT ledger_score(x'0000803f00002041', -1)", "");
    gives(d, "SELECT ledger_score(x'0000803f00', 0)", "");
    gives(d, "SELECT ledger_score('text', 0)", "");
    gives(d, "SELECT ledger_score(NULL, 0)", "");
    gives(d, "SELECT ledger_score(x'0000c07f', 0)", "");
    gives(d, "SELECT ledger_count(x'0000803f00002041')", "2");
    gives(d, "SELECT ledger_count(NULL)", "");
    gives(d, "SELECT ledger_count(scores) FROM ledger", "2");
    gives(d, "SELECT stdev(x)" OF("(1, 1), (2, 1), (NULL, 1), (4, 1)"), "1.52752523");
    gives(d, "SELECT stdev(x + 1e9)" OF("(1, 1), (2, 1), (4, 1)"), "1.52752523");
    gives(d, "SELECT stdev(x)" OF("(1, 1)"), "");
    gives(d, "SELECT stdev(x)" OF("(1, 1)") " WHERE 0", "");
    gives(d, "SELECT median(x)" OF("(3, 1), (1, 1), (NULL, 1), (2, 1)"), "2");
    gives(d, "SELECT median(x)" OF("(3, 1), (1, 1), (2, 1), (9, 1)"), "2.5");
    gives(d, "SELECT median(x)" OF("('a', 1)"), "");
    gives(d, "SELECT median(x)" OF("('a', 1)") " WHERE 0", "");
    gives(d, "SELECT pearson(x, y)" OF("(1, 2), (2, 4), (NULL, 1), (4, NULL), (3, 6)"), "1");
    gives(d, "SELECT pearson(x, y)" OF("(1, 1), (2, 3), (3, 2)"), "0.5");
    gives(d, "SELECT pearson(x, y)" OF("(1, 1), (2, 1), (3, 1)"), "");
    gives(d, "SELECT sqrt(16) + pow(2, 3) + exp(0) + ln(1)", "13");
    gives(d, WITHOUT_END "SELECT median(x) FROM (SELECT x FROM n LIMIT 100001)", "50001");
}

/* An SQLite without mathematics: its functions are taken away. */
static void test_missing(const char *path)
{
    static const char *const names[] = {"sqrt", "exp", "ln"};
    struct db *d = help_open(path);
    struct err e;
    for (int i = 0; i < 3; i++)
        sqlite3_create_function(d->sql, names[i], 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    sqlite3_create_function(d->sql, "pow", 2, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(d->sql, "SELECT sqrt(4)", -1, &s, NULL) == SQLITE_OK)
        diag("this SQLite's own functions cannot be taken away");
    sqlite3_finalize(s);
    is_int(functions_add_missing(d, &e), 0, "functions that are missing are added");
    is_int(help_number(d, "SELECT sqrt(16) + pow(2, 3) + exp(0) + ln(1)"), 13, "and count");
    is_int(help_number(d, "SELECT sqrt(-1) IS NULL AND ln(0) IS NULL AND sqrt('x') IS NULL"
                          " AND pow(NULL, 1) IS NULL"),
           1, "without a result for what has none");
    db_close(d);
}

/* Every allocation fails once. */
static void test_memory(struct db *d)
{
    struct err e;
    char text[64];
    size_t at;
    long n = 0;
    int failed;
    do {
        mem_test_fail_at(++n);
        err_clear(&e);
        failed = run(d, ".schema run; SELECT median(id) FROM run", text, sizeof text, &at, &e);
    } while (failed && e.text[0] && n < 100);
    mem_test_fail_at(0);
    ok(!failed && n > 3 && n < 100, "no allocation is needed that may not fail");
}

int main(void)
{
    scratch_make();
    const char *path = scratch_path("runs.db");
    struct db *d = help_open(path);
    struct err e;
    struct epoch_row epoch = help_epoch(1, true);
    int64_t id = help_add_running(d, "one");
    db_epoch_add(d, id, &epoch, 1, (const float[]){1, 10}, 2, &e);
    db_close(d);

    d = restricted(path, NULL);
    test_values(d);
    test_texts(d);
    test_nothing_ran(d);
    test_functions(d);
    test_memory(d);
    test_reads_only(d);
    db_close(d);
    test_writing_connection(path);
    test_ended(path);
    test_missing(path);
    scratch_remove(scratch);
    return tap_done();
}
