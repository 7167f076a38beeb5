/* test_session.c - one session: what it stores, in which order, verbs, and a database that fails.
 * What ended and goes on is in test_session_resume.c. */
#include "tests/kit/session_kit.h"

#include <errno.h>

static struct db *reader;

/* What a viewer has seen, and whether the database had it by then. */
struct seen {
    struct event_epoch epochs[8];
    int n;
    bool all_stored;
    atomic_bool finished;
    bool fatal;
};

static void see(void *context, const struct event *event)
{
    struct seen *seen = context;
    struct run_row row = {0};
    struct db *db;
    if (db_open(&db, kit_db, DB_READ, NULL))
        return;
    db_run(db, event->run, &row, NULL);
    db_close(db);
    if (event->kind == EVENT_EPOCH && seen->n < 8) {
        seen->all_stored &= row.epochs_done == event->epoch.epoch;
        seen->epochs[seen->n++] = event->epoch;
    }
    if (event->kind == EVENT_FINISHED) {
        seen->all_stored &= !strcmp(row.state, run_state_name(event->finished.state));
        seen->finished = true;
    }
}

static void see_trouble(void *context, const char *text, bool fatal)
{
    struct seen *seen = context;
    (void)text;
    seen->fatal |= fatal;
}

static struct session *open_session(enum session_takes takes, struct seen *seen)
{
    struct err e;
    struct session *s;
    struct session_options options = {.db_path = kit_db, .takes = takes, .backend = toy_backend()};
    if (seen) {
        *seen = (struct seen){.all_stored = true};
        options.viewer = (struct session_viewer){NULL, see, see_trouble, seen};
    }
    if (session_open(&s, &options, &e)) {
        diag("%s", e.text);
        return NULL;
    }
    return s;
}

/* As `combolab clean` does. */
static int delete_run(int64_t run, struct err *e)
{
    struct folder_sum gone;
    struct db *db;
    if (db_open(&db, kit_db, DB_WRITE, e))
        return -1;
    int result = session_delete(db, run, &gone, e);
    db_close(db);
    return result;
}

static void same_phase(const struct phase_row *row, const struct event_phase *event, int terms,
                       const char *what)
{
    bool same = row->images == event->images && row->seconds == event->seconds &&
                row->total == event->total && row->mae == event->mae && row->rmse == event->rmse &&
                isnan(row->pc) == isnan(event->pc);
    for (int t = 0; t < terms; t++)
        same &= row->term[t] == event->term[t] && row->weighted[t] == event->weighted[t] &&
                isnan(row->gradient[t]) == isnan(event->gradient[t]) &&
                (isnan(row->gradient[t]) || row->gradient[t] == event->gradient[t]);
    ok(same, "%s: the row is the event, to the bit", what);
}

static void test_stored(void)
{
    struct seen seen;
    struct run_config config;
    struct session *s = open_session(SESSION_TAKES_ANY, &seen);
    kit_config(&config);
    int64_t run = kit_add(s, &config);
    ok(run > 0 && kit_wait_idle(s), "a run is queued, taken and over");
    session_close(s);
    ok(seen.finished && seen.n == 2, "a viewer saw two epochs and the end");
    ok(seen.all_stored, "and each was in the database before");

    struct run_row row;
    struct epoch_row *epochs = NULL;
    struct term_row terms[ROW_MAX_TERMS];
    struct checkpoint_row *checkpoints = NULL;
    struct prediction_row *predictions = NULL;
    float *scores = NULL;
    size_t n = 0, n_terms = 0, n_checkpoints = 0, n_predictions = 0, n_scores = 0;
    db_run(reader, run, &row, NULL);
    is_text(row.state, "finished", "it is finished");
    is_text(row.name, "resnet18 combo 2,1,1 s1", "its name is made from its settings");
    is_text(row.library, "toy 1", "it says what computed it");
    is_text(row.precision, "f32", "and how exactly");
    ok(row.train_images == 6 && row.test_images == 4 && row.epochs_done == 2 &&
           !strcmp(row.protocol, "split") && row.data_hash[0] && row.classes == 5,
       "and on what: %lld + %lld images, %s", (long long)row.train_images,
       (long long)row.test_images, row.protocol);
    db_epochs(reader, run, &epochs, &n, NULL);
    if (is_int((long long)n, 2, "two epochs are stored")) {
        same_phase(&epochs[1].train, &seen.epochs[1].train, 3, "train");
        same_phase(&epochs[1].test, &seen.epochs[1].test, 3, "test");
    }
    db_terms(reader, run, terms, &n_terms, NULL);
    ok(n_terms == 3 && !strcmp(terms[0].name, "regression") && terms[0].weight == 2,
       "the loss's terms and weights are stored");
    db_ledger(reader, run, 2, &scores, &n_scores, NULL);
    ok(n_scores == 4 && scores[0] == 3.5f && scores[3] == 3.5f, "so are an epoch's predictions");
    db_checkpoints(reader, run, &checkpoints, &n_checkpoints, NULL);
    struct stat info;
    ok(n_checkpoints == 1 && !strcmp(checkpoints[0].kind, "last") &&
           !stat(checkpoints[0].path, &info) && info.st_size > 1000000,
       "the weight file that is named exists");
    db_predictions(reader, run, "last", &predictions, &n_predictions, NULL);
    ok(n_predictions == 4 && predictions[0].predicted == 3.5 && predictions[0].image[0],
       "with its predictions");
    mem_free(epochs);
    mem_free(scores);
    mem_free(checkpoints);
    mem_free(predictions);
}

static void test_refused(void)
{
    struct err e;
    struct run_config config;
    struct session *s = open_session(SESSION_TAKES_NONE, NULL);
    struct run_row *runs;
    size_t before = 0, after = 0;
    int64_t id;
    db_runs(reader, &runs, &before, NULL);
    mem_free(runs);
    kit_config(&config);
    config.data[0] = '\0';
    ok(session_add(s, &config, &id, &e) && e.code == ERR_USAGE, "no data: %s", e.text);
    strcpy(config.data, "/no/such/folder");
    ok(session_add(s, &config, &id, &e) && e.code == ERR_NOT_FOUND, "missing data: %s", e.text);
    kit_config(&config);
    config.protocol = PROTOCOL_60_40;
    ok(session_add(s, &config, &id, &e), "a protocol that the set lacks: %s", e.text);
    ok(session_verb(s, 9999, VERB_STOP, &e) && e.code == ERR_NOT_FOUND, "no such run: %s", e.text);
    ok(session_verb(s, 1, VERB_PAUSE, &e) && e.code == ERR_STATE, "a verb too late: %s", e.text);
    ok(session_take(s, 1, &e) && e.code == ERR_STATE, "a session that takes nothing: %s", e.text);
    db_runs(reader, &runs, &after, NULL);
    mem_free(runs);
    ok(before == after, "nothing was queued");
    session_close(s);
}

static void test_paths(void)
{
    struct run_config config;
    struct option_row *options;
    size_t n;
    char absolute[1024] = "", cache[1024] = "", wanted[1024];
    struct session *s = open_session(SESSION_TAKES_NONE, NULL);
    kit_config(&config);
    strcpy(config.data, "set/../set/labels.csv");
    strcpy(config.cache, "elsewhere");
    int64_t run = kit_add(s, &config);
    db_options(reader, run, &options, &n, NULL);
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(options[i].name, "data"))
            strcpy(absolute, options[i].value);
        if (!strcmp(options[i].name, "cache"))
            strcpy(cache, options[i].value);
    }
    mem_free(options);
    is_int((long long)n, (long long)config_options.count, "every option is stored");
    snprintf(wanted, sizeof wanted, "%s/labels.csv", kit_data);
    is_text(absolute, wanted, "a relative path is stored absolute");
    snprintf(wanted, sizeof wanted, "%s/elsewhere", scratch);
    is_text(cache, wanted, "also of a folder that is not there yet");

    struct run_row row;
    ok(!session_verb(s, run, VERB_STOP, NULL) && !db_run(reader, run, &row, NULL) &&
           !strcmp(row.state, "stopped"),
       "a queued run can be stopped");
    ok(!delete_run(run, NULL) && db_run(reader, run, &row, NULL), "and deleted");
    session_close(s);
}

static void test_selection(void)
{
    struct run_config config;
    struct run_row row;
    struct session *s = open_session(SESSION_TAKES_NONE, NULL);
    kit_config(&config);
    int64_t run = kit_add(s, &config);
    db_run(reader, run, &row, NULL);
    is_text(row.select, "test", "the best epoch is chosen on the test images");
    session_verb(s, run, VERB_STOP, NULL);
    config.select = SELECT_VAL;
    run = kit_add(s, &config);
    db_run(reader, run, &row, NULL);
    is_text(row.select, "val", "or on val images, as was asked");
    session_verb(s, run, VERB_STOP, NULL);
    session_close(s);
}

/* Runs are taken in the order of their naming, and no other. */
static void test_named(void)
{
    struct run_config config;
    struct run_row row;
    struct seen seen;
    struct session *s = open_session(SESSION_TAKES_NAMED, &seen);
    kit_config(&config);
    config.epochs = 1;
    config.loss = LOSS_L1;
    int64_t first = kit_add(s, &config), second = kit_add(s, &config);
    ok(!session_take(s, second, NULL) && kit_wait_idle(s), "the named run is taken");
    db_run(reader, second, &row, NULL);
    is_text(row.state, "finished", "and finished");
    ok(isnan(row.alpha) && isnan(row.gamma), "L1 has no alpha and no gamma");
    db_run(reader, first, &row, NULL);
    is_text(row.state, "queued", "the other waits");
    session_take(s, 9999, NULL);
    session_take(s, first, NULL);
    ok(kit_wait_idle(s) && kit_wait_state(reader, first, "finished"),
       "a name that is gone is skipped, the next one taken");
    char folder[1024];
    struct db *db;
    struct stat info;
    db_open(&db, kit_db, DB_READ, NULL);
    db_weights_dir(db, first, folder, sizeof folder, NULL);
    db_close(db);
    ok(!stat(folder, &info), "its weights are in a folder");
    char left[1100];
    snprintf(left, sizeof left, "%s/progress", folder);
    ok(stat(left, &info) && errno == ENOENT, "where nothing says any more how it goes");
    FILE *file = fopen(left, "w"); /* as a process that was killed leaves it */
    ok(file && !fclose(file) && !delete_run(first, NULL) && stat(folder, &info) && errno == ENOENT,
       "deleting removes them all");
    session_close(s);
}

static void test_verbs(void)
{
    struct err e;
    struct run_config config;
    struct run_row row;
    struct snapshot now;
    struct db *other;
    struct session *s = open_session(SESSION_TAKES_ANY, NULL);
    toy.step_us = 3000;
    kit_config(&config);
    config.epochs = 10000;
    int64_t run = kit_add(s, &config);
    ok(kit_wait_state(reader, run, "running"), "a long run");
    ok(delete_run(run, &e) && e.code == ERR_STATE, "it cannot be deleted: %s", e.text);
    ok(!session_verb(s, run, VERB_PAUSE, NULL) && kit_wait_state(reader, run, "paused"), "paused");
    session_snapshot(s, &now);
    ok(now.run == run && now.paused, "the snapshot says so");
    ok(!session_verb(s, run, VERB_RESUME, NULL) && kit_wait_state(reader, run, "running"),
       "and going on");

    ok(!db_open(&other, kit_db, DB_WRITE, &e), "another connection, as of another process");
    double asked = clock_s();
    ok(!db_verb_add(other, run, "pause", &e) && kit_wait_state(reader, run, "paused"),
       "its verb is obeyed");
    diag("after %.0f ms", 1000 * (clock_s() - asked));
    db_verb_add(other, run, "resume", NULL);
    ok(kit_wait_state(reader, run, "running"), "and the next one");
    db_verb_add(other, run, "stop", NULL);
    ok(kit_wait_state(reader, run, "stopped"), "and a stop");
    db_close(other);

    run = kit_add(s, &config);
    int64_t waiting = kit_add(s, &config);
    ok(kit_wait_state(reader, run, "running"), "one more run, and one behind it");
    session_close(s);
    db_run(reader, run, &row, NULL);
    is_text(row.state, "stopped", "closing the session stops the run in progress");
    db_run(reader, waiting, &row, NULL);
    is_text(row.state, "queued", "and takes no more");
    s = open_session(SESSION_TAKES_NONE, NULL);
    session_verb(s, waiting, VERB_STOP, NULL);
    session_close(s);
    toy.step_us = 0;
}

/* A database that refuses rows: the run must end as failed, never look finished. */
static void test_refusing_database(void)
{
    struct seen seen;
    struct run_config config;
    struct run_row row;
    struct session *s = open_session(SESSION_TAKES_ANY, &seen);
    kit_config(&config);
    config.epochs = 10000;
    kit_sql("CREATE TRIGGER refuse BEFORE INSERT ON epoch WHEN NEW.epoch = 2"
            " BEGIN SELECT RAISE(ABORT, 'no room for epochs'); END");
    toy.step_us = 1000;
    int64_t run = kit_add(s, &config);
    ok(kit_wait_state(reader, run, "failed"), "a run whose epochs cannot be stored fails");
    db_run(reader, run, &row, NULL);
    has_text(row.state_text, "no room for epochs", "and says why");
    is_int(row.epochs_done, 1, "what was stored before stays");
    ok(kit_wait_idle(s) && seen.fatal, "viewers are told");

    kit_sql("CREATE TRIGGER refuse_end BEFORE UPDATE OF state ON run WHEN NEW.state = 'failed'"
            " BEGIN SELECT RAISE(ABORT, 'no room at all'); END");
    run = kit_add(s, &config);
    double end = clock_s() + KIT_PATIENCE_S;
    seen.finished = false;
    while (!seen.finished && clock_s() < end)
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    db_run(reader, run, &row, NULL);
    is_text(row.state, "running", "an end that cannot be stored either is owed");
    kit_sql("DROP TRIGGER refuse; DROP TRIGGER refuse_end");
    ok(kit_wait_state(reader, run, "failed"), "and stored once the database takes it");
    toy.step_us = 0;
    config.epochs = 1;
    run = kit_add(s, &config);
    ok(kit_wait_state(reader, run, "finished"), "the next run trains");
    session_close(s);
}

int main(void)
{
    struct err e;
    if (kit_init(&e) || chdir(scratch)) {
        diag("%s", e.text);
        return 1;
    }
    struct session *s = open_session(SESSION_TAKES_NONE, NULL);
    ok(s && !strcmp(session_path(s), kit_db), "a session makes the database");
    session_close(s);
    if (db_open(&reader, kit_db, DB_READ, &e)) {
        diag("%s", e.text);
        return 1;
    }
    test_stored();
    test_refused();
    test_paths();
    test_selection();
    test_named();
    test_verbs();
    test_refusing_database();
    db_close(reader);
    if (chdir("/") == 0)
        scratch_remove(scratch);
    return tap_done();
}
