/* test_db_share.c - several processes on one database: claims, verbs, lost owners, readers beside a
 * writer, a writer that is killed.
 */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

#include <inttypes.h>
#include <time.h>

#define WORKERS 4
#define RUNS 60

static void pause_ms(long ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static int open_and_add(const void *path)
{
    struct db *d;
    struct err e;
    if (db_open(&d, path, DB_WRITE, &e)) {
        printf("# %s\n", e.text);
        return 1;
    }
    int64_t id = help_add(d, "born");
    db_close(d);
    return id <= 0;
}

/* Several processes find no file and make it at once. */
static void test_birth(void)
{
    char path[512];
    pid_t children[WORKERS];
    int failed = 0;
    for (int round = 0; round < 5; round++) {
        snprintf(path, sizeof path, "%s/birth%d/runs.db", scratch, round);
        for (int i = 0; i < WORKERS; i++)
            children[i] = help_fork(open_and_add, path);
        for (int i = 0; i < WORKERS; i++)
            failed += help_wait(children[i]) != 0;
        struct db *d = help_open(path);
        failed += help_number(d, "SELECT count(*) FROM run") != WORKERS;
        failed += help_number(d, "SELECT count(*) FROM reference") != 59;
        db_close(d);
    }
    is_int(failed, 0, "a database made by several at once is made once");
}

/* Claims until nothing is left; says how many it got. */
static int work(const void *path)
{
    struct db *d = help_open(path);
    struct err e;
    int64_t id;
    int got = 0, status;
    while ((status = db_run_claim(d, 0, &id, &e)) == 1) {
        struct log_row row = {1, "info", "claimed"};
        got++;
        if (db_log_add(d, id, &row, &e) || db_run_state(d, id, "finished", NULL, &e))
            status = -1;
    }
    if (status < 0) {
        printf("# %s\n", e.text);
    }
    db_close(d);
    return status < 0 ? -1000 : got;
}

static void test_claims(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    int64_t first = help_add(d, "first"), id = 0;
    int64_t second = help_add(d, "second");
    is_int(db_run_queued(d, 0, &id, &e), 1, "there is a run in the queue");
    is_int(id, first, "the oldest");
    is_int(db_run_queued(d, first, &id, &e), 1, "and one after it");
    is_int(id, second, "the next");
    is_int(db_run_claim(d, second, &id, &e), 1, "a run is claimed by its number");
    is_int(db_run_unqueue(d, second, "", &e), 0, "then it cannot be taken out of the queue");
    is_int(id, second, "that one");
    is_int(db_run_claim(d, second, &id, &e), 0, "and not twice");
    is_int(db_run_claim(d, 4711, &id, &e), 0, "one that is not there is not claimed");
    is_int(db_run_claim(d, 0, &id, &e), 1, "then the oldest");
    is_int(id, first, "that one");
    is_int(db_run_claim(d, 0, &id, &e), 0, "then there is none");

    id = help_add(d, "given up");
    is_int(db_run_unqueue(d, id, "", &e), 1, "one that waits can");
    ok(db_run_unqueue(d, 4711, "", &e) == -1 && e.code == ERR_NOT_FOUND, "one that is not cannot");
    for (int i = 0; i < RUNS; i++)
        help_add(d, "hammered");
    pid_t workers[WORKERS];
    int total = 0;
    for (int i = 0; i < WORKERS; i++)
        workers[i] = help_fork(work, path);
    for (int i = 0; i < WORKERS; i++)
        total += help_wait(workers[i]);
    is_int(total, RUNS, "several processes claim each run");
    is_int(help_number(d, "SELECT count(*) FROM (SELECT run FROM log GROUP BY run"
                          " HAVING count(*) = 1)"),
           RUNS, "once");
    is_int(help_number(d, "SELECT count(*) FROM run WHERE state = 'queued'"), 0, "none is left");
    db_close(d);
}

static void test_verbs(const char *path)
{
    struct db *d = help_open(path), *other = help_open(path);
    struct err e;
    char verb[16] = "";
    int64_t id = help_add_running(d, "verbs");
    is_int(db_verb_take(d, id, verb, &e), 0, "no verb yet");
    is_int(db_verb_add(other, id, "pause", &e), 0, "another process asks for a pause");
    is_int(db_verb_add(other, id, "stop", &e), 0, "and a stop");
    is_int(db_verb_take(d, id, verb, &e), 1, "the owner takes");
    is_text(verb, "pause", "the oldest first");
    is_int(db_verb_take(d, id, verb, &e), 1, "then");
    is_text(verb, "stop", "the next");
    is_int(db_verb_take(d, id, verb, &e), 0, "then there is none");
    ok(db_verb_add(other, id, "fly", &e) == -1 && e.code == ERR_USAGE, "no other verbs");
    has_text(e.text, "\"fly\" is no verb", "it is named");
    ok(db_verb_add(other, 4711, "stop", &e) == -1 && e.code == ERR_NOT_FOUND, "no run, no verb");
    db_verb_add(other, id, "checkpoint", &e);
    is_int(db_run_state(d, id, "finished", NULL, &e), 0, "the run ends");
    is_int(db_verb_take(d, id, verb, &e), 0, "and takes its verbs with it");
    ok(db_verb_add(other, id, "stop", &e) == -1 && e.code == ERR_STATE, "too late");
    has_text(e.text, "is finished, so there is nothing to stop", "the message says so");
    db_close(other);
    db_close(d);
}

static int claim_one(const void *path)
{
    struct db *d = help_open(path);
    struct err e;
    int64_t id;
    int status = db_run_claim(d, 0, &id, &e);
    struct epoch_row row = help_epoch(1, true);
    if (status == 1)
        status = db_epoch_add(d, id, &row, 1, NULL, 0, &e);
    /* The connection is not closed, as in a crash. */
    return status;
}

static void test_lost(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    struct run_row run;
    int n = -1;
    int64_t mine = help_add_running(d, "mine"), theirs = help_add(d, "theirs");
    is_int(help_wait(help_fork(claim_one, path)), 0, "a process claims a run and dies");
    db_exec(d, "UPDATE run SET started = 900, last_seen = 950 WHERE name = 'theirs'", &e);
    is_int(db_runs_lost(d, &n, &e), 0, "lost runs are looked for");
    db_run(d, theirs, &run, &e);
    is_text(run.state, "lost", "its run is lost");
    has_text(run.state_text, "is gone", "with a reason");
    is_near(run.ended, 1001, 0, "since its last sign of life");
    db_run(d, mine, &run, &e);
    is_text(run.state, "running", "the run of a living process is not");
    ok(!db_runs_lost(d, &n, &e) && n == 0, "none is lost twice");
    db_close(d);

    struct owner owner;
    owner_self(&owner);
    ok(owner_alive(&owner) && owner.pid_start > 0, "this process lives");
    pid_t child = help_fork(claim_one, path);
    siginfo_t info;
    waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
    owner.pid = child;
    owner.pid_start = 0;
    ok(!owner_alive(&owner), "a zombie does not");
    help_wait(child);
}

#define EPOCHS 40

static int write_epochs(const void *path)
{
    struct db *d = help_open(path);
    struct err e;
    float scores[200] = {0};
    int64_t id = help_number(d, "SELECT max(id) FROM run");
    for (int i = 1; i <= EPOCHS; i++) {
        struct epoch_row row = help_epoch(i, true);
        if (db_epoch_add(d, id, &row, 3, scores, 200, &e))
            return 1;
        pause_ms(2);
    }
    db_close(d);
    return 0;
}

/* Every read sees whole epochs, never fewer than the one before. */
static void test_readers(const char *path)
{
    struct db *d = help_open(path), *reader;
    struct err e;
    int64_t id = help_add_running(d, "watched"), version = 0, before, changes = 0;
    db_close(d);
    is_int(db_open(&reader, path, DB_READ, &e), 0, "a reader");
    ok(!db_data_version(reader, &version, &e) && !db_data_version(reader, &before, &e) &&
           version == before,
       "nothing changes by reading");
    pid_t writer = help_fork(write_epochs, path);
    size_t seen = 0;
    int bad = 0;
    for (int tries = 0; seen < EPOCHS && tries < 5000; tries++) {
        struct epoch_row *rows;
        struct run_row run;
        size_t n;
        if (db_run(reader, id, &run, &e) || db_epochs(reader, id, &rows, &n, &e))
            break;
        bad += n < seen || (size_t)run.epochs_done > n;
        for (size_t i = 0; i < n; i++)
            bad += rows[i].epoch != (int)i + 1 || rows[i].test.images != 300;
        seen = n;
        mem_free(rows);
        if (db_data_version(reader, &version, &e))
            break;
        changes += version != before;
        before = version;
        pause_ms(1);
    }
    is_int(help_wait(writer), 0, "a writer writes");
    is_int((long long)seen, EPOCHS, "the reader sees all of it");
    is_int(bad, 0, "in order and whole");
    ok(changes >= 2, "the data version changes meanwhile");
    db_close(reader);
}

struct killed {
    const char *path;
    int told; /* a pipe's end: one byte an epoch */
};

static int write_for_ever(const void *argument)
{
    const struct killed *k = argument;
    struct db *d = help_open(k->path);
    struct err e;
    static float scores[2200];
    static struct prediction_row p[500];
    for (int i = 0; i < 500; i++)
        p[i].place = i;
    int64_t id = help_add_running(d, "killed");
    for (int i = 1;; i++) {
        struct epoch_row row = help_epoch(i, i % 3 == 0);
        struct checkpoint_row last = {"last", i, "/w", i};
        if (db_epoch_add(d, id, &row, 3, scores, 2200, &e) ||
            db_checkpoint_add(d, id, &last, p, 500, &e) || write(k->told, "", 1) != 1)
            return 1;
    }
}

/* Lets a writer store a few epochs and kills it somewhere after that. */
static int kill_writer(const char *path, int round)
{
    int ends[2];
    if (pipe(ends))
        return -1;
    struct killed k = {path, ends[1]};
    pid_t writer = help_fork(write_for_ever, &k);
    close(ends[1]);
    char bytes[8];
    int told = 0;
    for (ssize_t n; told < 3 && (n = read(ends[0], bytes, 1)) > 0;)
        told += (int)n;
    pause_ms(round);
    kill(writer, SIGKILL);
    help_wait(writer);
    close(ends[0]);
    return told == 3 ? 0 : -1;
}

/* How many of the promises that every moment keeps are broken. */
static int broken(struct db *d)
{
    static const char *const promises[] = {
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "SELECT count(*) FROM pragma_foreign_key_check",
        "SELECT count(*) FROM epoch WHERE 2 <> (SELECT count(*) FROM phase"
        " WHERE phase.run = epoch.run AND phase.epoch = epoch.epoch)",
        "SELECT count(*) FROM run WHERE epochs_done <> (SELECT count(*) FROM ledger"
        " WHERE ledger.run = run.id)",
        "SELECT count(*) FROM checkpoint WHERE 500 <> (SELECT count(*) FROM prediction"
        " WHERE prediction.run = checkpoint.run)",
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++)
        if (help_number(d, promises[i])) {
            diag("broken: %s", promises[i]);
            bad++;
        }
    return bad;
}

static void test_killed(const char *path)
{
    int bad = 0, lost = 0;
    const int rounds = 8;
    for (int round = 0; round < rounds; round++) {
        int n = 0;
        struct err e;
        bad += kill_writer(path, round) != 0;
        struct db *d = help_open(path);
        bad += broken(d);
        bad += db_runs_lost(d, &n, &e) != 0;
        lost += n;
        db_close(d);
    }
    is_int(bad, 0,
           "a writer is killed while it writes: the database is whole, nothing half stored");
    is_int(lost, rounds, "and its runs are lost ones");
}

int main(void)
{
    scratch_make();
    test_birth();
    test_claims(scratch_path("claims.db"));
    test_verbs(scratch_path("verbs.db"));
    test_lost(scratch_path("lost.db"));
    test_readers(scratch_path("readers.db"));
    test_killed(scratch_path("killed.db"));
    scratch_remove(scratch);
    return tap_done();
}
