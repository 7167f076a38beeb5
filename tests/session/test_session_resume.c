/* test_session_resume.c - runs that ended before their time and go on: rows are those of one run,
 * and what is not there to go on with is said before anything is changed. */
#include "tests/kit/session_kit.h"

static struct db *reader;

static struct session *open_session(void)
{
    struct err e;
    struct session *s = NULL;
    struct session_options options = {
        .db_path = kit_db, .takes = SESSION_TAKES_ANY, .backend = toy_backend()};
    if (session_open(&s, &options, &e))
        diag("%s", e.text);
    return s;
}

/* A run of one epoch, for what finished runs are refused. */
static int64_t add_finished(void)
{
    struct run_config config;
    struct session *s = open_session();
    kit_config(&config);
    config.epochs = 1;
    int64_t run = kit_add(s, &config);
    ok(kit_wait_state(reader, run, "finished"), "a run has finished");
    session_close(s);
    return run;
}

/* A run that is stopped on its way and then goes on: its rows are those of one run. */
static void test_resume(void)
{
    struct err e;
    struct run_config config;
    struct run_row row;
    struct epoch_row *epochs;
    size_t n;
    int64_t finished = add_finished();
    struct session *s = open_session();
    kit_config(&config);
    config.epochs = 8;
    config.save_every = 1;
    config.keep = 3;
    toy.step_us = 5000;
    int64_t run = kit_add(s, &config);
    double end = clock_s() + KIT_PATIENCE_S;
    while (clock_s() < end && (db_run(reader, run, &row, NULL) || row.epochs_done < 2))
        usleep(2000);
    ok(session_resume(s, &run, 1, 0, &e) && e.code == ERR_STATE, "a running run: %s", e.text);
    ok(!session_verb(s, run, VERB_STOP, NULL) && kit_wait_state(reader, run, "stopped"),
       "a run is stopped");
    db_run(reader, run, &row, NULL);
    ok(row.epochs_done >= 2 && row.epochs_done < 8 && !row.resumed, "in the middle");
    ok(session_resume(s, &finished, 1, 0, &e) && e.code == ERR_STATE, "a finished one: %s", e.text);
    /* As if it had been killed after saving its last checkpoint, before storing that epoch. */
    char text[240];
    snprintf(text, sizeof text,
             "PRAGMA foreign_keys = ON; DELETE FROM epoch WHERE run = %d AND epoch >= %d;"
             " UPDATE run SET epochs_done = %d WHERE id = %d",
             (int)run, row.epochs_done, row.epochs_done - 1, (int)run);
    kit_sql(text);
    toy.step_us = 0;
    ok(!session_resume(s, &run, 1, 0, &e) && kit_wait_state(reader, run, "finished"),
       "it is resumed, taken and finished");
    db_run(reader, run, &row, NULL);
    ok(row.resumed == 1 && row.epochs_done == 8 && row.earlier_s > 0, "and says how often");
    db_epochs(reader, run, &epochs, &n, NULL);
    bool in_order = n == 8;
    for (size_t i = 0; i < n; i++)
        in_order &= epochs[i].epoch == (int)i + 1;
    ok(in_order, "every epoch is there once");
    mem_free(epochs);
    ok(kit_wait_idle(s), "then the session is idle");
    session_close(s);
}

static bool computed_by(int64_t run, const char *method, const char *details)
{
    struct algorithm_row *rows;
    size_t n;
    if (db_algorithms(reader, run, &rows, &n, NULL))
        return false;
    bool is = n == 2 && !strcmp(rows[0].job, "forward 3x3") && !strcmp(rows[0].method, method) &&
              !strcmp(rows[0].details, details) && !strcmp(rows[1].job, "update");
    mem_free(rows);
    return is;
}

static bool wait_computed_by(int64_t run, const char *method, const char *details)
{
    for (double end = clock_s() + KIT_PATIENCE_S; clock_s() < end; usleep(2000))
        if (computed_by(run, method, details))
            return true;
    return false;
}

/* Stopped, refused for what its backend has no more, then gone on with otherwise. */
static void test_algorithms(void)
{
    struct err e;
    struct run_config config;
    struct run_row row;
    struct session *s = open_session();
    kit_config(&config);
    config.epochs = 60; /* seconds, however late the stop comes */
    toy.algorithms = "forward 3x3: abacus red 1=2\nupdate: head\n";
    toy.step_us = 20000;
    int64_t run = kit_add(s, &config);
    ok(wait_computed_by(run, "abacus", "red 1=2") && !session_verb(s, run, VERB_STOP, &e) &&
           kit_wait_state(reader, run, "stopped"),
       "what a run is computed by is stored");
    toy.step_us = 0;
    toy.algorithms = "forward 3x3: fingers\nupdate: head";
    toy.forgot = true;
    ok(!session_resume(s, &run, 1, 0, &e) && kit_wait_state(reader, run, "failed") &&
           !db_run(reader, run, &row, NULL),
       "where that is gone, it is not resumed");
    has_text(row.state_text, "--algorithms anew", "and says what would help");
    ok(!session_resume(s, &run, 1, DB_RESUME_ALGORITHMS, &e) &&
           kit_wait_state(reader, run, "finished") && computed_by(run, "fingers", ""),
       "it goes on by others when that is asked for");
    toy.algorithms = NULL;
    toy.forgot = false;
    session_close(s);
}

/* Its folder of weights is taken away and brought back. */
static void test_folder_gone(void)
{
    struct err e;
    struct run_config config;
    struct run_row row;
    char folder[1024], away[1100];
    struct session *s = open_session();
    kit_config(&config);
    config.epochs = 12;
    config.save_every = 1;
    toy.step_us = 5000;
    int64_t run = kit_add(s, &config);
    double end = clock_s() + KIT_PATIENCE_S;
    while (clock_s() < end && (db_run(reader, run, &row, NULL) || row.epochs_done < 2))
        usleep(2000);
    session_verb(s, run, VERB_STOP, NULL);
    kit_wait_state(reader, run, "stopped");
    db_run(reader, run, &row, NULL);
    int before = row.epochs_done;
    toy.step_us = 0;
    db_weights_dir(reader, run, folder, sizeof folder, &e);
    snprintf(away, sizeof away, "%s.away", folder);
    rename(folder, away);
    ok(session_resume(s, &run, 1, 0, &e) && e.code == ERR_STATE && strstr(e.text, folder) &&
           strstr(e.text, "--anew"),
       "a folder that is gone: %s", e.text);
    ok(!db_run(reader, run, &row, NULL) && !strcmp(row.state, "stopped") &&
           row.epochs_done == before,
       "nothing is changed");
    rename(away, folder);
    toy.step_us = 5000;
    ok(!session_resume(s, &run, 1, DB_RESUME_ANEW, &e) && kit_wait_state(reader, run, "running"),
       "it begins anew when that is asked for");
    session_verb(s, run, VERB_STOP, NULL);
    kit_wait_state(reader, run, "stopped");
    toy.step_us = 0;
    ok(!session_resume(s, &run, 1, 0, &e), "and is resumed: %s", e.text);
    ok(kit_wait_state(reader, run, "finished"), "and goes on from what is new");
    ok(!db_run(reader, run, &row, NULL) && row.epochs_done == 12 && row.resumed == 2, "to its end");
    session_close(s);
}

int main(void)
{
    struct err e;
    struct session *s = NULL;
    if (kit_init(&e) || !(s = open_session())) {
        diag("%s", e.text);
        return 1;
    }
    session_close(s); /* has made the database */
    if (db_open(&reader, kit_db, DB_READ, &e)) {
        diag("%s", e.text);
        return 1;
    }
    test_algorithms();
    test_folder_gone();
    test_resume();
    db_close(reader);
    scratch_remove(scratch);
    return tap_done();
}
