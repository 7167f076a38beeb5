/* test_db_runs.c - lists of runs: pages, what changed since, an end from another thread; and that
 * none of them reads more of the table than it gives.
 */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

#include <pthread.h>
#include <time.h>

#define RUNS 25

/* The ids of runs as "3,2,1". */
static const char *ids_of(const struct run_row *runs, size_t n)
{
    static char text[512];
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i ? "," : "",
                 (int)runs[i].id);
    return text;
}

static void is_page(struct db *d, int64_t below, size_t most, const char *wanted, const char *what)
{
    struct run_row *runs;
    struct err e;
    size_t n;
    if (db_runs_page(d, below, most, &runs, &n, &e)) {
        ok(false, "%s: %s", what, e.text);
        return;
    }
    is_text(ids_of(runs, n), wanted, what);
    mem_free(runs);
}

static void test_pages(struct db *d)
{
    is_page(d, 0, 3, "25,24,23", "the first page has the newest");
    is_page(d, 23, 3, "22,21,20", "the next goes on below it");
    is_page(d, 3, 100, "2,1", "the last is what is left");
    is_page(d, 1, 3, "", "below the oldest there is nothing");
    struct run_row *runs;
    struct err e;
    size_t n;
    ok(!db_runs_page(d, 0, 0, &runs, &n, &e) && n == RUNS && runs[RUNS - 1].id == 1,
       "without bounds all come");
    mem_free(runs);
}

static void is_wanted(struct db *d, struct run_wanted wanted, const char *ids, const char *what)
{
    struct run_row *runs;
    struct err e;
    size_t n;
    if (db_runs_wanted(d, &wanted, &runs, &n, &e)) {
        ok(false, "%s: %s", what, e.text);
        return;
    }
    is_text(ids_of(runs, n), ids, what);
    mem_free(runs);
}

static void test_wanted(struct db *d)
{
    is_wanted(d, (struct run_wanted){.experiment = "others"}, "4,2", "runs of an experiment");
    is_wanted(d, (struct run_wanted){.experiment = "others", .most = 1}, "4", "its newest");
    is_wanted(d, (struct run_wanted){.experiment = "others", .below = 4}, "2", "and what is below");
    is_wanted(d, (struct run_wanted){.experiment = "none"}, "", "none of no experiment");
    is_wanted(d, (struct run_wanted){.state = "running"}, "4", "runs in a state");
    is_wanted(d, (struct run_wanted){.state = "queued", .most = 2}, "25,24", "the newest in one");
    is_wanted(d, (struct run_wanted){.experiment = "others", .state = "queued"}, "2",
              "in a state and of an experiment");
    is_wanted(d, (struct run_wanted){.experiment = "", .state = "", .most = 1}, "25",
              "empty texts are for any");
}

/* What changed since *mark, which moves on; gives how many runs there are. */
static size_t is_changed(struct db *d, int64_t *mark, const char *wanted, const char *what)
{
    struct run_row *runs;
    struct err e;
    size_t n, all = 0;
    if (db_runs_since(d, mark, &runs, &n, &all, &e)) {
        ok(false, "%s: %s", what, e.text);
        return 0;
    }
    is_text(ids_of(runs, n), wanted, what);
    mem_free(runs);
    return all;
}

static void by_hand(struct db *d, const char *sql)
{
    struct err e;
    if (db_exec(d, sql, &e))
        diag("%s: %s", sql, e.text);
}

static void test_since(struct db *d, const char *path)
{
    struct db *reader;
    struct run_row *runs;
    struct err e;
    size_t n, all;
    int64_t mark = 0, claimed;
    is_int(db_open(&reader, path, DB_READ, &e), 0, "a reader");
    ok(!db_runs_since(reader, &mark, &runs, &n, &all, &e) && n == RUNS && all == RUNS &&
           runs[0].id == 1,
       "at first everything has changed");
    mem_free(runs);
    is_int((long long)is_changed(reader, &mark, "", "then nothing"), RUNS, "all are there");
    db_run_claim(d, 7, &claimed, &e);
    is_changed(reader, &mark, "7", "a run is claimed");
    struct epoch_row row = help_epoch(1, true);
    db_epoch_add(d, 7, &row, 1, NULL, 0, &e);
    help_add(d, "new");
    is_changed(reader, &mark, "7,26", "an epoch of it is stored, and a run is queued");
    struct log_row line = {1, "info", "said"};
    db_log_add(d, 7, &line, &e);
    is_changed(reader, &mark, "", "a log line changes no run");
    by_hand(d, "UPDATE run SET name = 'a' WHERE id IN (3, 5)");
    is_changed(reader, &mark, "3,5", "a statement by hand counts too");
    by_hand(d, "UPDATE experiment SET name = 'renamed' WHERE name = 'others'");
    is_changed(reader, &mark, "2,4", "a renamed experiment changes its runs");
    is_int(db_run_delete(d, 26, &e), 0, "a run is deleted");
    is_int((long long)is_changed(reader, &mark, "", "which changes no other"), RUNS,
           "and the number of runs tells");
    int64_t *ids;
    is_int(db_run_ids(reader, &ids, &n, &e), 0, "which are left can be asked");
    ok(n == RUNS && ids[0] == RUNS && ids[RUNS - 1] == 1, "newest first");
    mem_free(ids);
    db_close(reader);
}

/* With triggers that may set themselves off, and in a transaction that is undone. */
static void test_counter(struct db *d)
{
    by_hand(d, "PRAGMA recursive_triggers = ON");
    int64_t before = help_number(d, "SELECT number FROM change");
    by_hand(d, "UPDATE run SET name = 'b' WHERE id = 3");
    is_int(help_number(d, "SELECT number FROM change"), before + 1, "one change counts once");
    is_int(help_number(d, "SELECT changed FROM run WHERE id = 3"), before + 1, "and is the run's");
    by_hand(d, "BEGIN; UPDATE run SET name = 'c'; ROLLBACK");
    is_int(help_number(d, "SELECT number FROM change"), before + 1, "what is undone counts not");
    by_hand(d, "PRAGMA recursive_triggers = OFF");
    is_int(help_number(d, "SELECT count(*) - count(DISTINCT changed) FROM run"), 0,
           "no two runs have the same number");
}

/* --- how SQLite goes about it --- */

static char traced[4096];

static int note_statement(unsigned kind, void *context, void *statement, void *text)
{
    (void)kind;
    (void)context;
    (void)text;
    char *sql = sqlite3_expanded_sql(statement);
    if (sql && !strncmp(sql, "SELECT run.id", 13))
        str_copy(traced, sizeof traced, sql);
    sqlite3_free(sql);
    return 0;
}

/* True when the statement last traced does not find its runs by `index`, walks another table or
 * index from one end to the other, or sorts more rows than it gives. */
static bool wasteful(struct db *d, const char *index, bool may_sort)
{
    struct query q;
    struct err e;
    char sql[sizeof traced + 32], line[256];
    bool bad = !traced[0];
    snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", traced);
    query_open(&q, d, sql);
    while (query_step(&q, &e) == 1) {
        q.column = 3;
        query_text(&q, line, sizeof line);
        bool otherwise = !strncmp(line, "SEARCH run ", 11) && !strstr(line, index);
        if (otherwise || (strncmp(line, "SEARCH", 6) && !strstr(line, "SCALAR SUBQUERY") &&
                         !(may_sort && strstr(line, "TEMP B-TREE FOR ORDER")))) {
            diag("%s", line);
            bad = true;
        }
    }
    query_close(&q);
    traced[0] = '\0';
    return bad;
}

static void test_plans(struct db *d)
{
    struct run_row *runs;
    struct err e;
    size_t n, all;
    int64_t mark = 20;
    sqlite3_trace_v2(d->sql, SQLITE_TRACE_STMT, note_statement, NULL);
    db_runs_page(d, 0, 10, &runs, &n, &e);
    mem_free(runs);
    ok(!wasteful(d, "run_listed", false), "a page is searched for in the table's order");
    db_runs_wanted(d, &(struct run_wanted){.state = "queued", .most = 3}, &runs, &n, &e);
    mem_free(runs);
    ok(!wasteful(d, "run_state", false), "so are the newest in a state");
    db_runs_wanted(d, &(struct run_wanted){.experiment = "losses", .most = 3}, &runs, &n, &e);
    mem_free(runs);
    ok(!wasteful(d, "run_experiment", false), "and the newest of an experiment");
    db_runs_since(d, &mark, &runs, &n, &all, &e);
    mem_free(runs);
    ok(!wasteful(d, "run_change", true), "what changed is searched for by its index");
    sqlite3_trace_v2(d->sql, 0, NULL, NULL);
}

/* --- an end from another thread --- */

static void *interrupt_soon(void *argument)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    nanosleep(&pause, NULL);
    db_interrupt(argument);
    return NULL;
}

static void test_interrupt(struct db *d)
{
    struct err e;
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt_soon, d);
    int status = db_exec(d,
                         "WITH RECURSIVE long(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM long)"
                         " SELECT count(*) FROM long",
                         &e);
    pthread_join(thread, NULL);
    ok(status == -1 && e.code == ERR_CANCELLED, "a statement is ended from another thread");
    is_page(d, 3, 0, "2,1", "the next is not");
    db_interrupt(d);
    is_page(d, 3, 0, "2,1", "nor one that begins after it");
}

/* The curve of a run that was evaluated every third epoch, and of shorter ones. */
static void test_curves(struct db *d)
{
    struct run_row run;
    struct err e;
    by_hand(d,
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 16) "
            "INSERT INTO epoch(run, epoch, learning_rate, time, best) SELECT 1, i, 0, 0, 0 FROM n;"
            "INSERT INTO phase(run, epoch, phase, images, pc) SELECT 1, epoch, 'train', 1, -1 "
            "FROM epoch WHERE run = 1;"
            "INSERT INTO phase(run, epoch, phase, images, pc) SELECT 1, epoch, 'test', 1, epoch / "
            "16.0 FROM epoch WHERE run = 1 AND epoch % 3 = 0;"
            "UPDATE run SET epochs_done = 16 WHERE id = 1");
    ok(!db_run(d, 1, &run, &e) && run.curve.n == 0, "a curve comes when it is asked for");
    ok(!db_runs_curves(d, &run, 1, &e) && run.curve.n == 8, "eight points");
    static const double wanted[8] = {NAN, 3, 6, 6, 9, 12, 12, 15};
    for (int i = 0; i < run.curve.n; i++)
        ok(isnan(wanted[i]) ? isnan(run.curve.pc[i]) : run.curve.pc[i] == (float)(wanted[i] / 16),
           "point %d is the last evaluation before it", i);
    run.epochs_done = 3;
    ok(!db_runs_curves(d, &run, 1, &e) && run.curve.n == 3 && run.curve.pc[2] == 0.1875F &&
           isnan(run.curve.pc[1]),
       "three epochs are three points");
    run.epochs_done = 0;
    ok(!db_runs_curves(d, &run, 1, &e) && run.curve.n == 0, "no epochs, no curve");
}

static int64_t add_with(struct db *d, const char *rate, const char *path)
{
    struct run_row run = help_run("with options");
    struct option_row options[] = {
        {"warmup", "integer", "0"}, {"lr-factor", "real", "0.1"}, {"init", "path", ""}};
    int64_t id = 0;
    struct err e;
    str_copy(run.experiment, sizeof run.experiment, "options");
    str_copy(options[1].value, sizeof options[1].value, rate);
    str_copy(options[2].value, sizeof options[2].value, path);
    ok(!db_run_add(d, &run, options, 3, NULL, 0, &id, &e), "a run with options");
    return id;
}

/* What an experiment's runs differ in. */
static void test_settings(struct db *d)
{
    char path[400];
    struct setting_row *rows;
    size_t n;
    struct err e;
    memset(path, 'p', sizeof path);
    memcpy(path + sizeof path - 5, "end", 4);
    path[sizeof path - 2] = '\0';
    add_with(d, "0.1", "a");
    int64_t second = add_with(d, "0.5", "a"), third = add_with(d, "0.1", path);
    if (!ok(!db_settings(d, "options", &rows, &n, &e) && n == 5, "settings of three runs: %d",
            (int)n))
        return;
    ok(rows[0].run == 0 && !strcmp(rows[0].name, "warmup") && rows[2].run == 0,
       "all of the first run's stand for every run");
    ok(rows[3].run == second && !strcmp(rows[3].name, "lr-factor") && !strcmp(rows[3].value, "0.5"),
       "then what is another one");
    ok(rows[4].run == third && !strncmp(rows[4].value, "...pp", 5) &&
           str_ends_in(rows[4].value, "end") && strlen(rows[4].value) == 53,
       "of a long value its end");
    mem_free(rows);
    ok(!db_settings(d, "nobody's", &rows, &n, &e) && n == 0, "of an experiment without runs none");
    mem_free(rows);
}

/* Figures that are best on test, and what ledgers go with. */
static void test_tested(struct db *d)
{
    const struct split_row images[] = {{0, "a.jpg", 1}, {2, "b.jpg", NAN}, {3, "c.jpg", 2.5}};
    int64_t id = add_with(d, "0.1", "a"), split, none;
    struct tested_row *rows;
    double truth[3];
    size_t n;
    struct err e;
    for (int i = 1; i < 4; i++) {
        struct epoch_row row = help_epoch(i, i == 1);
        row.test.pc = i == 2 ? 0.9 : 0.5;
        row.test.mae = 0.1 * i;
        db_epoch_add(d, id, &row, 1, NULL, 0, &e);
    }
    ok(!db_tested(d, "options", &rows, &n, &e) && n == 0, "selected on test images: not asked");
    mem_free(rows);
    by_hand(d, "UPDATE run SET selected_on = 'val'");
    ok(!db_tested(d, "options", &rows, &n, &e) && n == 1 && rows[0].run == id &&
           rows[0].pc == 0.9 && rows[0].mae == 0.2,
       "the epoch that is best on test");
    mem_free(rows);
    ok(!db_split_of(d, id, &none, &e) && none == 0, "no split yet");
    ok(!db_run_split(d, id, images, 3, &e) && !db_split_of(d, id, &split, &e) && split > 0 &&
           !db_truths(d, split, truth, 3, &e),
       "true scores");
    ok(truth[0] == 1 && isnan(truth[1]) && isnan(truth[2]), "by place, as far as they are known");
}

int main(void)
{
    scratch_make();
    const char *path = scratch_path("runs.db");
    struct db *d = help_open(path);
    for (int i = 0; i < RUNS; i++)
        help_add(d, "run");
    by_hand(d, "INSERT INTO experiment(name) VALUES ('others');"
               "UPDATE run SET experiment = 2 WHERE id IN (2, 4)");
    int64_t claimed;
    struct err e;
    test_pages(d);
    db_run_claim(d, 4, &claimed, &e);
    test_wanted(d);
    test_since(d, path);
    test_counter(d);
    test_plans(d);
    test_curves(d);
    test_settings(d);
    test_tested(d);
    test_interrupt(d);
    db_close(d);
    scratch_remove(scratch);
    return tap_done();
}
