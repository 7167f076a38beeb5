/* test_db_resume.c - runs that go on: which may, what is counted, and which rows are void then. */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

static int64_t add_ended(struct db *d, const char *state)
{
    struct err e;
    int64_t id = help_add_running(d, state);
    if (db_run_state(d, id, state, "for a reason", &e))
        diag("%s", e.text);
    return id;
}

static void refused(struct db *d, int64_t id, const char *part)
{
    struct err e;
    err_clear(&e);
    ok(db_runs_resume(d, &id, 1, 0, &e) == -1 && e.code == ERR_STATE && strstr(e.text, part),
       "refused: %s (%s)", part, e.text);
}

static void test_refused(struct db *d)
{
    struct err e;
    refused(d, add_ended(d, "finished"),
            "is finished and cannot be resumed: all that it was to do");
    refused(d, add_ended(d, "diverged"),
            "is diverged and cannot be resumed: it would meet the same");
    refused(d, help_add(d, "queued"), "is queued");
    int64_t id = help_add_running(d, "running");
    refused(d, id, "is running");
    db_run_state(d, id, "paused", NULL, &e);
    refused(d, id, "is paused");
    id = 4711;
    ok(db_runs_resume(d, &id, 1, 0, &e) == -1 && e.code == ERR_NOT_FOUND, "no run, no resume");
}

static void test_queued_again(struct db *d)
{
    static const char *const states[] = {"stopped", "failed", "lost"};
    struct err e;
    for (int i = 0; i < 3; i++) {
        int64_t id = add_ended(d, states[i]), claimed = 0;
        struct run_row run;
        db_exec(d, "UPDATE run SET started = 100, ended = 130 WHERE state_text IS NOT NULL", &e);
        is_int(db_runs_resume(d, &id, 1, 0, &e), 0, "a run is resumed that is");
        db_run(d, id, &run, &e);
        ok(!strcmp(run.state, "queued") && run.resumed == 1 && run.earlier_s == 30, "%s: queued",
           states[i]);
        ok(isnan(run.started) && isnan(run.ended) && !run.state_text[0] && !run.host[0] && !run.pid,
           "as if nobody had begun it");
        ok(db_run_claim(d, id, &claimed, &e) == 1 && claimed == id, "and claimed");
        db_run_state(d, id, "stopped", NULL, &e);
        db_run(d, id, &run, &e);
        ok(run.ended >= run.started && run.earlier_s == 30, "times are those of the second go");
    }
}

static void test_never_begun(struct db *d)
{
    struct err e;
    struct run_row run;
    int64_t id = help_add(d, "never");
    db_run_state(d, id, "stopped", NULL, &e);
    is_int(db_runs_resume(d, &id, 1, 0, &e), 0, "a run that was stopped in the queue");
    db_run(d, id, &run, &e);
    ok(run.resumed == 0 && run.earlier_s == 0, "has nothing to go on from");
}

static void test_all_or_none(struct db *d)
{
    struct err e;
    struct run_row run;
    int64_t ids[2] = {add_ended(d, "stopped"), add_ended(d, "finished")};
    ok(db_runs_resume(d, ids, 2, 0, &e) == -1 && e.code == ERR_STATE, "one of two cannot");
    db_run(d, ids[0], &run, &e);
    ok(!strcmp(run.state, "stopped") && !run.resumed, "so none is");
}

static void add_checkpoint(struct db *d, int64_t id, const char *kind, int epoch)
{
    struct err e;
    struct checkpoint_row row = {"", epoch, "/w/x.safetensors", 5};
    struct prediction_row p = {.place = 0, .predicted = 1};
    str_copy(row.kind, sizeof row.kind, kind);
    if (db_checkpoint_add(d, id, &row, &p, 1, &e))
        diag("%s", e.text);
}

static int64_t rows_of(struct db *d, const char *table, int64_t id)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE run = %d", table, (int)id);
    return help_number(d, sql);
}

/* Epochs 1 to 5, the best ones 2 and 4; it goes on after 2. */
static void test_void(struct db *d)
{
    struct err e;
    struct run_row run, found = help_run("");
    const float score = 1;
    int64_t id = help_add_running(d, "void"), other = help_add_running(d, "other");
    for (int epoch = 1; epoch <= 5; epoch++) {
        struct epoch_row row = help_epoch(epoch, epoch % 2 == 0);
        if (db_epoch_add(d, id, &row, 1, &score, 1, &e) ||
            db_epoch_add(d, other, &row, 1, &score, 1, &e))
            diag("%s", e.text);
    }
    add_checkpoint(d, id, "best", 4);
    add_checkpoint(d, id, "last", 3);
    is_int(db_run_started(d, id, &found, 1, &e), 0, "it goes on after epoch 2");
    ok(rows_of(d, "epoch", id) == 5 && rows_of(d, "checkpoint", id) == 2,
       "what is on record stays until there is something new");
    struct epoch_row third = help_epoch(3, false);
    is_int(db_epoch_add(d, id, &third, 1, &score, 1, &e), 0, "epoch 3 is stored once more");
    db_run(d, id, &run, &e);
    ok(run.epochs_done == 3 && run.last_pc == 0.53 && run.best_epoch == 2 && run.best_pc == 0.52,
       "figures are those of epochs 1 to 3");
    ok(rows_of(d, "epoch", id) == 3 && rows_of(d, "phase", id) == 6 &&
           rows_of(d, "ledger", id) == 3,
       "later epochs are gone, with phases and ledgers");
    ok(rows_of(d, "checkpoint", id) == 1 && rows_of(d, "prediction", id) == 1,
       "so are weights of later epochs and what they predicted");
    ok(rows_of(d, "epoch", other) == 5, "another run is left alone");
}

/* A run that goes on elsewhere, and is stored to have begun twice since the first try failed. */
static void test_provenance(struct db *d)
{
    struct err e;
    struct run_row found = help_run("");
    struct provenance_row *rows;
    size_t n = 0;
    const struct option_row data = {"data", "path", "/data/faces"};
    int64_t id, claimed;
    ok(!db_run_add(d, &found, &data, 1, NULL, 0, &id, &e) && db_run_claim(d, id, &claimed, &e) == 1,
       "a run with a data set");
    str_copy(found.device, sizeof found.device, "cpu: one");
    ok(!db_run_started(d, id, &found, 1, &e) && !db_run_started(d, id, &found, 1, &e), "begins");
    ok(!db_runs_move_data(d, &id, 1, "/data/moved", &e) && !db_run_state(d, id, "stopped", "", &e),
       "its data set is moved");
    str_copy(found.device, sizeof found.device, "cpu: another");
    str_copy(found.program, sizeof found.program, "combolab 1");
    ok(!db_runs_resume(d, &id, 1, 0, &e) && db_run_claim(d, id, &claimed, &e) == 1 &&
           !db_run_started(d, id, &found, 4, &e),
       "it goes on");
    ok(!db_provenance(d, id, &rows, &n, &e) && n == 2, "it was trained with two things");
    ok(n == 2 && rows[0].epoch == 1 && !strcmp(rows[0].device, "cpu: one") &&
           !strcmp(rows[0].program, "combolab 0") && rows[0].host[0] && rows[1].epoch == 4 &&
           !strcmp(rows[1].device, "cpu: another") && !strcmp(rows[1].program, "combolab 1") &&
           !strcmp(rows[1].data, "/data/moved") && rows[1].time >= rows[0].time,
       "each with its first epoch");
    mem_free(rows);
    db_run_state(d, id, "finished", "", &e);
    ok(!db_runs_move_data(d, &id, 1, "/elsewhere", &e) &&
           !help_number(d, "SELECT count(*) FROM run_option WHERE value = '/elsewhere'"),
       "a finished run's data set stays where it was");
    ok(!db_run_delete(d, id, &e) && !rows_of(d, "provenance", id), "a deleted run leaves nothing");
}

/* Stopped after three epochs; its process is killed in the first epoch of the new beginning. */
static void test_anew(struct db *d)
{
    struct err e;
    struct run_row run, found = help_run("");
    int64_t id = help_add_running(d, "anew"), claimed;
    for (int epoch = 1; epoch <= 3; epoch++) {
        struct epoch_row row = help_epoch(epoch, epoch == 2);
        db_epoch_add(d, id, &row, 1, NULL, 0, &e);
    }
    add_checkpoint(d, id, "best", 2);
    db_run_state(d, id, "stopped", NULL, &e);
    is_int(db_runs_resume(d, &id, 1, DB_RESUME_ANEW, &e), 0, "a run is to begin anew");
    ok(db_run_claim(d, id, &claimed, &e) == 1 && !db_run_started(d, id, &found, 1, &e),
       "and begins");
    db_run(d, id, &run, &e);
    ok(run.anew && !run.algorithms_anew && run.epochs_done == 3 && run.best_epoch == 2 &&
           rows_of(d, "checkpoint", id) == 1,
       "its former epochs are there still");
    db_run_state(d, id, "lost", NULL, &e);
    is_int(db_runs_resume(d, &id, 1, DB_RESUME_ALGORITHMS, &e), 0, "killed then, it can go on");
    db_run(d, id, &run, &e);
    ok(!run.anew && run.algorithms_anew && run.epochs_done == 3, "from what there was");
    struct epoch_row first = help_epoch(1, true);
    db_run_claim(d, id, &claimed, &e);
    is_int(db_epoch_add(d, id, &first, 1, NULL, 0, &e), 0, "once the new first epoch is stored");
    db_run(d, id, &run, &e);
    ok(run.epochs_done == 1 && run.best_epoch == 1 && !rows_of(d, "checkpoint", id),
       "the former ones are gone");
}

/* Its newest epoch is from before it was resumed. */
static void test_lost_early(struct db *d)
{
    struct err e;
    struct run_row run;
    int lost;
    int64_t id = help_add_running(d, "early");
    struct epoch_row row = help_epoch(1, true);
    db_epoch_add(d, id, &row, 1, NULL, 0, &e);
    life_leave(d, id);
    db_exec(d,
            "UPDATE run SET last_seen = NULL, pid = 2147483647, started = 5000"
            " WHERE name = 'early'",
            &e);
    is_int(db_runs_lost(d, &lost, &e), 0, "a resumed run is lost");
    db_run(d, id, &run, &e);
    ok(!strcmp(run.state, "lost") && run.ended == run.started, "and has run for no time at least");
}

int main(void)
{
    scratch_make();
    struct db *d = help_open(scratch_path("runs.db"));
    test_refused(d);
    test_queued_again(d);
    test_never_begun(d);
    test_all_or_none(d);
    test_void(d);
    test_provenance(d);
    test_anew(d);
    test_lost_early(d);
    db_close(d);
    scratch_remove(scratch);
    return tap_done();
}
