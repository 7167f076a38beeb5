/* test_session_many.c - several processes at one database: each run is trained once, and a process
 * that dies leaves a run that is soon known to be lost. */
#include "tests/kit/session_kit.h"

#include <signal.h>
#include <sys/wait.h>

static struct session *open_session(enum session_takes takes)
{
    struct err e;
    struct session *s;
    struct session_options options = {.db_path = kit_db, .takes = takes, .backend = toy_backend()};
    if (!session_open(&s, &options, &e))
        return s;
    diag("%s", e.text);
    return NULL;
}

#define RUNS 5

/* SQLite's connections do not survive a fork: none is open when a worker is started. */
static struct db *open_reader(void)
{
    struct err e;
    struct db *db = NULL;
    if (db_open(&db, kit_db, DB_READ, &e))
        diag("%s", e.text);
    return db;
}

/* A child that trains until nothing is left. */
static pid_t start_worker(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid)
        return pid;
    struct session *s = open_session(SESSION_TAKES_ANY);
    bool idle = s && kit_wait_idle(s);
    session_close(s);
    _exit(!idle);
}

static void test_claims(void)
{
    struct run_config config;
    struct run_row row;
    int64_t ids[RUNS];
    int status;
    struct session *s = open_session(SESSION_TAKES_NONE);
    kit_config(&config);
    config.epochs = 1;
    for (int i = 0; i < RUNS; i++)
        session_add(s, &config, &ids[i], NULL);
    session_close(s);
    toy.step_us = 20000;
    pid_t workers[2] = {start_worker(), start_worker()};
    for (int i = 0; i < 2; i++)
        ok(waitpid(workers[i], &status, 0) == workers[i] && !status, "worker %d ends well", i + 1);
    toy.step_us = 0;
    struct db *reader = open_reader();
    int by[2] = {0, 0}, finished = 0;
    for (int i = 0; i < RUNS; i++) {
        db_run(reader, ids[i], &row, NULL);
        finished += !strcmp(row.state, "finished") && row.epochs_done == 1;
        by[0] += row.pid == workers[0];
        by[1] += row.pid == workers[1];
    }
    is_int(finished, RUNS, "every run is finished");
    ok(by[0] + by[1] == RUNS && by[0] && by[1], "shared between two processes: %d and %d", by[0],
       by[1]);
    db_close(reader);
}

/* The watcher sleeps: it is the dying process's closed files that wake it. */
static void test_lost(void)
{
    struct run_config config;
    struct session_changes changes;
    int64_t id = 0;
    struct session *s = open_session(SESSION_TAKES_NONE);
    kit_config(&config);
    config.epochs = 100000;
    session_add(s, &config, &id, NULL);
    session_close(s);
    toy.step_us = 20000;
    pid_t worker = start_worker();
    struct db *reader = open_reader();
    ok(kit_wait_state(reader, id, "running"), "a run in another process");
    s = open_session(SESSION_TAKES_NONE);
    kit_wait_idle(s);
    kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    ok(kit_wait_state(reader, id, "lost"), "is lost when that is killed");
    double end = clock_s() + KIT_PATIENCE_S;
    for (session_changes(s, &changes); !changes.all && clock_s() < end;
         session_changes(s, &changes))
        usleep(2000);
    ok(changes.all, "and whoever watches is told");
    session_close(s);
    db_close(reader);
    toy.step_us = 0;
}

/* What one session adds, another one that is idle takes. */
static void test_meeting(void)
{
    struct run_config config;
    int64_t id = 0;
    struct session *worker = open_session(SESSION_TAKES_ANY);
    struct session *viewer = open_session(SESSION_TAKES_NONE);
    struct db *reader = open_reader();
    kit_wait_idle(worker);
    kit_config(&config);
    config.epochs = 1;
    session_add(viewer, &config, &id, NULL);
    double began = clock_s();
    ok(kit_wait_state(reader, id, "finished"), "an idle worker takes what another session queues");
    diag("after %.0f ms", 1000 * (clock_s() - began));
    session_close(viewer);
    session_close(worker);
    db_close(reader);
}

/* A child that trains one run by its number, as `train` does. Its status is 0 when it had nothing
 * left to do soon after its own run's end, though others went on writing. */
static pid_t start_named(int epochs)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid)
        return pid;
    struct run_config config;
    int64_t id = 0;
    struct session *s = open_session(SESSION_TAKES_NAMED);
    struct db *reader = open_reader();
    kit_config(&config);
    config.epochs = epochs;
    bool good = s && reader && !session_add(s, &config, &id, NULL) && !session_take(s, id, NULL) &&
                kit_wait_state(reader, id, "finished");
    double ended = clock_s();
    good = good && kit_wait_idle(s) && clock_s() - ended < 2;
    db_close(reader);
    session_close(s);
    _exit(!good);
}

/* Each ends by itself while the other writes; and what is merely queued keeps nobody. */
static void test_side_by_side(void)
{
    struct run_config config;
    int64_t id = 0;
    int status;
    struct run_row row = {0};
    struct session *queue = open_session(SESSION_TAKES_NONE);
    kit_config(&config);
    session_add(queue, &config, &id, NULL);
    session_close(queue);
    toy.step_us = 20000;
    pid_t workers[2] = {start_named(4), start_named(24)};
    for (int i = 0; i < 2; i++)
        ok(waitpid(workers[i], &status, 0) == workers[i] && !status,
           "writer %d of two with runs of their own ends within 2 s of its run", i + 1);
    toy.step_us = 0;
    struct db *reader = open_reader();
    ok(!db_run(reader, id, &row, NULL) && !strcmp(row.state, "queued"),
       "a run that neither was told to take is still queued");
    db_close(reader);
}

int main(void)
{
    struct err e;
    if (kit_init(&e)) {
        diag("%s", e.text);
        return 1;
    }
    test_claims();
    test_lost();
    test_meeting();
    test_side_by_side();
    scratch_remove(scratch);
    return tap_done();
}
