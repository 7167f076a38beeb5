/* test_db_life.c - who is called lost: by readers as by writers, whatever names and numbers say.
 */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

#include <inttypes.h>

/* A process that claims run `id`, says so and waits until it is killed. */
struct trainer {
    const char *path;
    int64_t id;
    int told; /* a pipe's end */
};

static int train(const void *argument)
{
    const struct trainer *t = argument;
    struct db *d = help_open(t->path);
    struct err e;
    int64_t id = 0;
    char told = (char)db_run_claim(d, t->id, &id, &e);
    if (write(t->told, &told, 1) != 1 || told != 1)
        return 1;
    for (;;)
        pause();
}

static pid_t start_trainer(const char *path, int64_t id)
{
    int ends[2];
    char told = 0;
    if (pipe(ends))
        return -1;
    struct trainer t = {path, id, ends[1]};
    pid_t pid = help_fork(train, &t);
    close(ends[1]);
    if (read(ends[0], &told, 1) != 1 || told != 1)
        diag("run %" PRId64 " was not claimed", id);
    close(ends[0]);
    return pid;
}

static void end_trainer(pid_t pid)
{
    kill(pid, SIGKILL);
    help_wait(pid);
}

static void set(struct db *d, int64_t id, const char *what)
{
    char sql[200];
    struct err e;
    snprintf(sql, sizeof sql, "UPDATE run SET %s WHERE id = %" PRId64, what, id);
    if (db_exec(d, sql, &e))
        diag("%s", e.text);
}

static void is_state(struct db *d, int64_t id, const char *state, const char *what)
{
    struct run_row run = {0};
    db_run(d, id, &run, NULL);
    is_text(run.state, state, what);
}

static size_t count_in(struct db *d, const char *state, size_t most)
{
    const struct run_wanted wanted = {.state = state, .most = most};
    struct run_row *runs;
    size_t n = 0;
    if (db_runs_wanted(d, &wanted, &runs, &n, NULL))
        return 99;
    mem_free(runs);
    return n;
}

static size_t count_living(struct db *d, int64_t *one)
{
    int64_t *ids;
    size_t n;
    if (db_runs_living(d, &ids, &n, NULL))
        return 99;
    *one = n ? ids[0] : 0;
    mem_free(ids);
    return n;
}

/* `reader` cannot write, and nobody has written yet. */
static void test_readers(const char *path)
{
    struct err e;
    struct run_row run, *runs;
    struct db *d = help_open(path), *reader;
    int64_t id = help_add(d, "killed"), since = 0, stored, living;
    size_t n, all;
    int lost;
    help_add(d, "queued");
    if (db_open(&reader, path, DB_READ, &e))
        diag("%s", e.text);
    pid_t pid = start_trainer(path, id);
    is_state(reader, id, "running", "a run in training is running");
    ok(count_in(reader, "running", 0) == 1 && !count_in(reader, "lost", 0), "in lists too");
    ok(count_living(reader, &living) == 1 && living == id, "and the one that lives");
    ok(!db_run(reader, id, &run, &e) && run.last_seen >= run.started && isnan(run.ended),
       "it was seen when it was claimed");
    kill(pid, SIGSTOP);
    set(d, id, "last_seen = 1000");
    is_state(reader, id, "running", "one whose process is halted is no lost one");
    ok(!db_runs_lost(d, &lost, &e) && !lost, "for writers neither");
    kill(pid, SIGCONT);
    end_trainer(pid);
    set(d, id, "started = 900, last_seen = 1000");
    stored = help_number(d, "SELECT count(*) FROM run WHERE state = 'running'");
    is_int(stored, 1, "it is killed, and nobody has stored that");
    is_int((long long)count_living(reader, &living), 0, "but it lives no more");
    db_run(reader, id, &run, &e);
    is_text(run.state, "lost", "a reader sees that it is lost");
    has_text(run.state_text, "is gone", "and why");
    is_near(run.ended, 1000, 0, "since it was last seen");
    ok(!count_in(reader, "running", 0) && count_in(reader, "lost", 0) == 1 &&
           count_in(reader, "lost", 1) == 1 && count_in(reader, "queued", 0) == 1,
       "in lists by state too");
    ok(!db_runs_since(reader, &since, &runs, &n, &all, &e) && n == 2 &&
           !strcmp(runs[0].state, "lost"),
       "and among those that changed");
    mem_free(runs);
    struct run_row read = run;
    ok(!db_runs_lost(d, &lost, &e) && lost == 1, "a writer stores it");
    db_run(reader, id, &run, &e);
    ok(!strcmp(run.state, read.state) && !strcmp(run.state_text, read.state_text) &&
           run.ended == read.ended,
       "and says what the reader said");
    db_close(reader);
    db_close(d);
}

/* A host's name is read and said whole, however long. */
static void test_long_name(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    struct run_row run = {0};
    char host[201], change[256];
    int64_t id = help_add_running(d, "far");
    memset(host, 'h', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    snprintf(change, sizeof change, "UPDATE run SET host = '%s'", host);
    db_exec(d, change, &e);
    life_leave(d, id);
    ok(!db_run(d, id, &run, &e) && !strcmp(run.state, "lost"), "a run of a host with a long name");
    is_text(run.host, host, "which is whole");
    has_text(run.state_text, host, "and said whole");
    int lost = 0;
    ok(!db_runs_lost(d, &lost, &e) && lost == 1 && !db_run(d, id, &run, &e),
       "it is stored as lost");
    has_text(run.state_text, host, "with that name");
    db_close(d);
}

/* Names and numbers of the owner, while it lives and once it is dead. */
static void test_names(const char *path)
{
    static const char *const changes[] = {
        "host = 'box-a1b2'",               /* the host was renamed, or is another container */
        "pid = 2147483647, pid_start = 1", /* its number is of another name space */
        "pid = 1, pid_start = 0, host = 'box-a1b2'",
    };
    struct db *d = help_open(path);
    struct err e;
    char self[96];
    int lost;
    for (int i = 0; i < 4; i++) {
        /* The last one: a living process of this host has the number now. */
        snprintf(self, sizeof self, "pid = %d, pid_start = 0", (int)getpid());
        const char *change = i < 3 ? changes[i] : self;
        int64_t id = help_add(d, "named");
        pid_t pid = start_trainer(path, id);
        set(d, id, change);
        ok(!db_runs_lost(d, &lost, &e) && !lost, "while its process lives, with %s", change);
        is_state(d, id, "running", "a run is running");
        ok(db_runs_resume(d, &id, 1, DB_RESUME_TAKE_OVER, &e) == -1 && e.code == ERR_STATE,
           "and not taken over: %s", e.text);
        end_trainer(pid);
        is_state(d, id, "lost", "once that is dead it is lost");
        is_int(db_runs_resume(d, &id, 1, 0, &e), 0, "and can be resumed");
        db_run_state(d, id, "stopped", NULL, &e);
    }
    db_close(d);
}

/* Owners that an older combolab left: there is no lock to tell. */
static void test_older(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    struct run_row run;
    int lost;
    int64_t away = help_add_running(d, "away"), here = help_add_running(d, "here");
    life_leave(d, away);
    life_leave(d, here);
    set(d, away, "host = 'elsewhere.example', last_seen = NULL");
    set(d, here, "last_seen = NULL");
    ok(!db_runs_lost(d, &lost, &e) && !lost, "their processes may live");
    ok(db_runs_resume(d, &away, 1, 0, &e) == -1 && e.code == ERR_STATE, "of another host: refused");
    has_text(e.text, "on elsewhere.example (last seen: never) may train it still", "named");
    has_text(e.text, "--take-over", "with the way out");
    is_int(db_runs_resume(d, &away, 1, DB_RESUME_TAKE_OVER, &e), 0, "which is taken");
    db_run(d, away, &run, &e);
    ok(!strcmp(run.state, "queued") && run.resumed == 1 && isnan(run.last_seen), "it is queued");
    ok(db_runs_resume(d, &here, 1, DB_RESUME_TAKE_OVER, &e) == -1, "a living process of this host");
    set(d, here, "pid_start = pid_start - 1");
    is_state(d, here, "lost", "but not one whose number was given to another");
    db_close(d);
}

/* As when a database is brought back from a copy while a process trains. */
static void test_one_trainer(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    int64_t id = help_add(d, "only one"), claimed = 0;
    pid_t pid = start_trainer(path, id);
    db_exec(
        d,
        "INSERT INTO state_change(old, new) VALUES ('running', 'queued'), ('finished', 'queued')",
        &e);
    set(d, id, "state = 'queued'");
    ok(db_run_claim(d, id, &claimed, &e) == -1 && e.code == ERR_STATE,
       "a second trainer is refused");
    has_text(e.text, "still works in its folder", "and told why");
    int64_t next = help_add(d, "next");
    ok(db_run_claim(d, 0, &claimed, &e) == 1 && claimed == next, "the next run is taken instead");
    db_run_state(d, next, "finished", NULL, &e);
    end_trainer(pid);
    ok(db_run_claim(d, 0, &claimed, &e) == 1 && claimed == id, "the first one once that has ended");
    db_run_state(d, id, "finished", NULL, &e);
    struct db *other = help_open(path);
    set(d, id, "state = 'queued'");
    ok(db_run_claim(other, id, &claimed, &e) == 1, "a run that has ended lets its lock go");
    db_close(other);
    db_close(d);
}

static void test_seen(const char *path)
{
    struct db *d = help_open(path);
    struct err e;
    struct run_row run;
    int64_t id = help_add_running(d, "seen");
    set(d, id, "last_seen = 1000");
    is_int(db_run_seen(d, id, &e), 0, "a process says that it lives");
    db_run(d, id, &run, &e);
    ok(run.last_seen > 1000, "when that was");
    set(d, id, "last_seen = 1000");
    struct epoch_row row = help_epoch(1, true);
    db_epoch_add(d, id, &row, 1, NULL, 0, &e);
    db_run(d, id, &run, &e);
    ok(run.last_seen > 1000, "so does an epoch");
    ok(db_runs_resume(d, &id, 1, 0, &e) == -1, "a running run is not resumed");
    has_text(e.text, "(last seen: 0s ago) trains it", "and it is said when it was last seen");
    db_close(d);
}

int main(void)
{
    scratch_make();
    test_readers(scratch_path("readers.db"));
    test_long_name(scratch_path("names.db"));
    test_names(scratch_path("names.db"));
    test_older(scratch_path("older.db"));
    test_one_trainer(scratch_path("one.db"));
    test_seen(scratch_path("seen.db"));
    scratch_remove(scratch);
    return tap_done();
}
