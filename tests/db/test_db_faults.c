/* test_db_faults.c - allocations that fail, in combolab and inside SQLite, and texts that are
 * strange: an error is told, nothing is half stored, nothing is lost.
 */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

/* --- SQLite's own allocator with a fault hook; the tests have one thread --- */

static sqlite3_mem_methods real_memory;
static long sqlite_count, sqlite_fail_at;

static int must_fail(void)
{
    return ++sqlite_count == sqlite_fail_at;
}

static void *failing_malloc(int bytes)
{
    return must_fail() ? NULL : real_memory.xMalloc(bytes);
}

static void *failing_realloc(void *block, int bytes)
{
    return must_fail() ? NULL : real_memory.xRealloc(block, bytes);
}

static void hook_sqlite(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory) != SQLITE_OK)
        diag("SQLite keeps its allocator to itself");
    sqlite3_mem_methods hooked = real_memory;
    hooked.xMalloc = failing_malloc;
    hooked.xRealloc = failing_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked) != SQLITE_OK)
        diag("SQLite does not take another allocator");
    /* Small allocations shall not come from a pool that was filled before. */
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

/* The n-th allocation from now fails; 0 turns it off. */
static void fail_at(bool inside, long n)
{
    mem_test_fail_at(inside ? 0 : n);
    sqlite_count = 0;
    sqlite_fail_at = inside ? n : 0;
}

/* True when the allocation that was to fail has been asked for. SQLite can do without some. */
static bool reached(bool inside, long n)
{
    return (inside ? sqlite_count : mem_test_count()) >= n;
}

/* --- what is done under failure --- */

struct job {
    const char *name;
    int (*run)(struct db *d, int64_t id, struct err *e);
    const char *changes; /* a number that a failed job leaves as it was; NULL for reading */
    /* Puts there what one attempt needs and gives its run; NULL when the first run will do. */
    int64_t (*prepare)(struct db *d, int64_t id);
};

static int job_add(struct db *d, int64_t id, struct err *e)
{
    (void)id;
    struct run_row run = help_run("fault");
    struct option_row options[] = {{"loss", "choice", "l1"}, {"seed", "int", "1"}};
    struct term_row terms[] = {{"score", 1}};
    int64_t made;
    str_copy(run.experiment, sizeof run.experiment, "faults");
    return db_run_add(d, &run, options, 2, terms, 1, &made, e);
}

static int job_epoch(struct db *d, int64_t id, struct err *e)
{
    const float scores[3] = {1, 2, 3};
    struct epoch_row row = help_epoch(2, true);
    return db_epoch_add(d, id, &row, 2, scores, 3, e);
}

static int job_checkpoint(struct db *d, int64_t id, struct err *e)
{
    struct checkpoint_row best = {"best", 2, "/w/best", 1};
    struct prediction_row p[] = {{.place = 0, .predicted = 1}, {.place = 1, .predicted = 1}};
    return db_checkpoint_add(d, id, &best, p, 2, e);
}

static int job_split(struct db *d, int64_t id, struct err *e)
{
    struct split_row rows[] = {{0, "a.jpg", 1}, {1, "b.jpg", (double)id}};
    return db_run_split(d, id, rows, 2, e);
}

/* Another run has just these images. */
static int job_same_split(struct db *d, int64_t id, struct err *e)
{
    struct split_row rows[] = {{0, "a.jpg", 1}, {1, "b.jpg", 1}};
    return db_run_split(d, id, rows, 2, e);
}

static int job_log(struct db *d, int64_t id, struct err *e)
{
    struct log_row row = {1, "info", "line"};
    return db_log_add(d, id, &row, e);
}

static int job_started(struct db *d, int64_t id, struct err *e)
{
    struct run_row run = help_run("fault");
    str_copy(run.device, sizeof run.device, "cpu");
    return db_run_started(d, id, &run, 1, e);
}

static int job_verb(struct db *d, int64_t id, struct err *e)
{
    return db_verb_add(d, id, "stop", e);
}

static int job_take(struct db *d, int64_t id, struct err *e)
{
    char verb[16];
    int row = db_verb_take(d, id, verb, e);
    return row == 1 ? 0 : row == 0 ? -2 : -1;
}

static int job_claim(struct db *d, int64_t id, struct err *e)
{
    (void)id;
    int64_t claimed;
    int row = db_run_claim(d, 0, &claimed, e);
    return row == 1 ? 0 : row == 0 ? -2 : -1;
}

/* An earlier epoch than job_epoch's: that is not of this attempt. */
static int job_again(struct db *d, int64_t id, struct err *e)
{
    struct epoch_row row = help_epoch(1, true);
    return db_epoch_add(d, id, &row, 1, NULL, 0, e);
}

static int job_lost(struct db *d, int64_t id, struct err *e)
{
    (void)id;
    int n;
    int status = db_runs_lost(d, &n, e);
    return status ? status : n == 1 ? 0 : -2;
}

static int job_end(struct db *d, int64_t id, struct err *e)
{
    return db_run_state(d, id, "finished", NULL, e);
}

static int job_read(struct db *d, int64_t id, struct err *e)
{
    struct run_row *runs = NULL;
    struct epoch_row *epochs = NULL;
    struct option_row *options = NULL;
    struct prediction_row *predictions = NULL;
    struct log_row *lines = NULL;
    struct reference_row *references = NULL;
    struct checkpoint_row *checkpoints = NULL;
    struct term_row terms[ROW_MAX_TERMS];
    struct run_row run, *page = NULL, *changed = NULL;
    struct split_row *images = NULL;
    int64_t since = 0, *ids = NULL;
    float *ledger = NULL;
    size_t n, all;
    int status = -1;
    if (db_runs(d, &runs, &n, e) || db_run(d, id, &run, e) || db_epochs(d, id, &epochs, &n, e) ||
        db_terms(d, id, terms, &n, e) || db_options(d, id, &options, &n, e) ||
        db_predictions(d, id, "best", &predictions, &n, e) || db_ledger(d, id, 2, &ledger, &n, e) ||
        db_log(d, id, 9, &lines, &n, e) || db_references(d, &references, &n, e) ||
        db_checkpoints(d, id, &checkpoints, &n, e) || db_split(d, id, &images, &n, e) ||
        db_runs_page(d, 0, 2, &page, &n, e) || db_runs_since(d, &since, &changed, &n, &all, e) ||
        db_run_ids(d, &ids, &n, e))
        goto out;
    status = 0;
out:
    mem_free(runs);
    mem_free(page);
    mem_free(changed);
    mem_free(ids);
    mem_free(images);
    mem_free(epochs);
    mem_free(options);
    mem_free(predictions);
    mem_free(ledger);
    mem_free(lines);
    mem_free(references);
    mem_free(checkpoints);
    return status;
}

static int job_resume(struct db *d, int64_t id, struct err *e)
{
    return db_runs_resume(d, &id, 1, 0, e);
}

static int job_delete(struct db *d, int64_t id, struct err *e)
{
    return db_run_delete(d, id, e);
}

static int64_t prepare_verb(struct db *d, int64_t id)
{
    struct err e;
    return db_verb_add(d, id, "stop", &e) ? 0 : id;
}

static int64_t prepare_queued(struct db *d, int64_t id)
{
    (void)id;
    return help_add(d, "queued");
}

static int64_t prepare_running(struct db *d, int64_t id)
{
    (void)id;
    return help_add_running(d, "running");
}

/* At most one: lost runs are counted. */
static int64_t prepare_dead(struct db *d, int64_t id)
{
    if (help_number(d, "SELECT count(*) FROM run WHERE state = 'running' AND name = 'dead'"))
        return id;
    struct err e;
    life_leave(d, help_add_running(d, "dead"));
    return db_exec(d, "UPDATE run SET pid_start = pid_start + 1 WHERE name = 'dead'", &e) ? 0 : id;
}

static int64_t prepare_ended(struct db *d, int64_t id)
{
    struct err e;
    int64_t made = prepare_running(d, id);
    return job_epoch(d, made, &e) || job_checkpoint(d, made, &e) || job_end(d, made, &e) ? 0 : made;
}

/* With an epoch that does not count any more. */
static int64_t prepare_resumed(struct db *d, int64_t id)
{
    struct err e;
    int64_t made = prepare_running(d, id);
    return job_epoch(d, made, &e) || job_checkpoint(d, made, &e) ? 0 : made;
}

static int64_t prepare_stopped(struct db *d, int64_t id)
{
    struct err e;
    int64_t made = prepare_running(d, id);
    return db_run_state(d, made, "stopped", NULL, &e) ? 0 : made;
}

/* In this order: each finds what the ones before have left. */
static const struct job jobs[] = {
    {"queuing", job_add,
     "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM run_option) +"
     " (SELECT count(*) FROM term) + (SELECT count(*) FROM experiment)",
     NULL},
    {"starting", job_started, "SELECT count(*) FROM run WHERE device IS NOT NULL", prepare_queued},
    {"an epoch", job_epoch,
     "SELECT (SELECT count(*) FROM epoch) + (SELECT count(*) FROM phase) +"
     " (SELECT count(*) FROM ledger) + (SELECT sum(epochs_done) FROM run)",
     prepare_running},
    {"weights", job_checkpoint,
     "SELECT (SELECT count(*) FROM checkpoint) + (SELECT count(*) FROM prediction)",
     prepare_running},
    {"test images", job_split,
     "SELECT (SELECT count(*) FROM split) + (SELECT count(*) FROM split_image) +"
     " (SELECT count(split) FROM run)",
     prepare_running},
    {"known test images", job_same_split, "SELECT count(split) FROM run", prepare_running},
    {"a log line", job_log, "SELECT count(*) FROM log", NULL},
    {"a verb", job_verb, "SELECT count(*) FROM verb", NULL},
    {"taking a verb", job_take, "SELECT count(*) FROM verb", prepare_verb},
    {"a claim", job_claim, "SELECT count(*) FROM run WHERE state = 'queued'", prepare_queued},
    {"reading", job_read, NULL, NULL},
    {"lost runs", job_lost, "SELECT count(*) FROM run WHERE state = 'lost'", prepare_dead},
    {"ending", job_end, "SELECT count(*) FROM run WHERE state = 'finished'", prepare_running},
    {"going on", job_again,
     "SELECT (SELECT count(*) FROM phase) + (SELECT count(*) FROM prediction) +"
     " (SELECT sum(epochs_done) FROM run)",
     prepare_resumed},
    {"resuming", job_resume, "SELECT count(*) FROM run WHERE resumed", prepare_stopped},
    {"deleting", job_delete, "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM phase)",
     prepare_ended},
};

/* Fails the first allocation, then the second ... until there are no more, in growing steps where
 * there are many. */
static void test_job(struct db *d, int64_t first, const struct job *job, bool inside)
{
    struct err e;
    int bad = 0, told = 0;
    bool more = true;
    for (long n = 1; more && n < 5000; n += 1 + n / 30) {
        int64_t id = job->prepare ? job->prepare(d, first) : first;
        int64_t before = job->changes ? help_number(d, job->changes) : 0;
        err_clear(&e);
        fail_at(inside, n);
        int status = job->run(d, id, &e);
        more = reached(inside, n);
        fail_at(inside, 0);
        int64_t after = job->changes ? help_number(d, job->changes) : 1;
        bool good = status == -1 && e.code == ERR_MEMORY && (!job->changes || after == before);
        if (status == 0)
            good = after != before;
        if (!good)
            diag("%s, allocation %ld: status %d, %s", job->name, n, status, e.text);
        bad += !good;
        told += status == -1;
    }
    ok(!bad && !more, "%s: %d failures %s are told, nothing is half stored", job->name, told,
       inside ? "in SQLite" : "of ours");
}

static void test_jobs(bool inside)
{
    const char *path = scratch_path(inside ? "inside.db" : "ours.db");
    struct err e;
    struct db *d = help_open(path);
    int64_t id = help_add_running(d, "first");
    if (job_epoch(d, id, &e) || job_checkpoint(d, id, &e) || job_same_split(d, id, &e))
        diag("%s", e.text);
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        test_job(d, id, &jobs[i], inside);
    is_int(help_number(d, "SELECT count(*) FROM pragma_integrity_check"
                          " WHERE integrity_check <> 'ok'"),
           0, "the database is whole");
    db_close(d);
}

/* A file that could not be made whole is made so by the next to open it. */
static void test_open(bool inside)
{
    const char *path = scratch_path("open.db");
    char side[520];
    struct db *d;
    struct err e;
    int bad = 0, told = 0;
    bool more = true;
    for (long n = 1; more && n < 200000; n += 1 + n / 30) {
        err_clear(&e);
        fail_at(inside, n);
        int status = db_open(&d, path, DB_WRITE, &e);
        more = reached(inside, n);
        fail_at(inside, 0);
        bool good = status == -1 && !d && e.code == ERR_MEMORY;
        if (status == 0) {
            good = help_number(d, "SELECT count(*) FROM reference") == 59;
            db_close(d);
            snprintf(side, sizeof side, "%s-wal", path);
            unlink(side);
            snprintf(side, sizeof side, "%s-shm", path);
            unlink(side);
            unlink(path);
        }
        if (!good)
            diag("allocation %ld: status %d, %s", n, status, e.text);
        bad += !good;
        told += status == -1;
    }
    ok(!bad && !more, "opening: %d failures %s are told, the next makes it whole", told,
       inside ? "in SQLite" : "of ours");
}

/* --- texts --- */

static void test_texts(void)
{
    struct db *d = help_open(scratch_path("texts.db"));
    struct err e;
    struct run_row run = help_run("Robert'); DROP TABLE run;--\"\t\n\x1b[31m\xff"), got;
    int64_t id;
    is_int(db_run_add(d, &run, NULL, 0, NULL, 0, &id, &e), 0, "a name of quotes and controls");
    db_run(d, id, &got, &e);
    is_text(got.name, run.name, "comes back as it was");
    memset(run.name, 'n', sizeof run.name - 1);
    run.name[sizeof run.name - 1] = '\0';
    is_int(db_run_add(d, &run, NULL, 0, NULL, 0, &id, &e), 0, "a name as long as can be");
    db_run(d, id, &got, &e);
    is_text(got.name, run.name, "comes back whole");
    /* 253 letters, then a character of four bytes: 257, the row takes 255. */
    is_int(db_exec(d,
                   "UPDATE run SET name = printf('%.253c', 'x') || '\xf0\x9f\x98\x80',"
                   " state_text = printf('%.2000c', 'y')",
                   &e),
           0, "longer ones, by hand");
    is_int(db_run(d, id, &got, &e), 0, "are read");
    ok(strlen(got.name) == 253 && got.name[252] == 'x', "cut before a character that does not fit");
    is_int((long long)strlen(got.state_text), (long long)sizeof got.state_text - 1,
           "cut at the bound");
    is_int(db_exec(d, "UPDATE run SET name = printf('%.252c', 'x') || '\xc3\xa9' || 'zz'", &e), 0,
           "a name whose last letters do not fit");
    db_run(d, id, &got, &e);
    ok(strlen(got.name) == 255 && !memcmp(got.name + 252, "\xc3\xa9z", 3), "keeps what does");
    struct epoch_row row = help_epoch(1, true), *rows;
    size_t n;
    row.train.total = (double)INFINITY;
    row.test.total = -(double)INFINITY;
    row.test.mae = NAN;
    is_int(db_epoch_add(d, id, &row, 1, NULL, 0, &e), 0, "an infinite loss");
    is_int(db_epochs(d, id, &rows, &n, &e), 0, "is read");
    ok(n == 1 && isinf(rows[0].train.total) && rows[0].test.total < 0 && isnan(rows[0].test.mae),
       "as infinite; a missing figure is none");
    mem_free(rows);
    db_close(d);
}

int main(void)
{
    hook_sqlite();
    scratch_make();
    test_open(false);
    test_open(true);
    test_jobs(false);
    test_jobs(true);
    test_texts();
    scratch_remove(scratch);
    return tap_done();
}
