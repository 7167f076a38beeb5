/* test_db.c - the run database: what is stored comes back, lists, figures, deletion, migration,
 * texts. */
#include "tests/kit/db_kit.h"

#include "base/mem.h"
#include "engine/event.h"

#include <inttypes.h>

static void test_references(struct db *d)
{
    struct reference_row *rows;
    size_t n;
    struct err e;
    is_int(db_references(d, &rows, &n, &e), 0, "reference rows are read");
    is_int((long long)n, 59, "there are 59 of them");
    ok(n == 59 && !strcmp(rows[9].model, "SE-ResNeXt50") && !strcmp(rows[9].loss, "combo") &&
           rows[9].alpha == 2 && isnan(rows[9].mae) && rows[9].pc == 0.9090,
       "table 1's last row");
    ok(n == 59 && !strcmp(rows[58].note, "unweighted cross entropy") && rows[58].mae == 0.2115,
       "the last row");
    mem_free(rows);
}

static void test_run(struct db *d)
{
    struct run_row run = help_run("first");
    struct option_row options[] = {{"loss", "choice", "combo"}, {"alpha", "real", "2"}};
    struct term_row terms[] = {{"score", 2}, {"expectation", 1}, {"class", 1}};
    struct err e;
    int64_t id = 0;
    run.alpha = 2;
    str_copy(run.loss, sizeof run.loss, "combo");
    is_int(db_run_add(d, &run, options, 2, terms, 3, &id, &e), 0, "a run is queued");
    struct run_row got;
    is_int(db_run(d, id, &got, &e), 0, "and read");
    is_text(got.state, "queued", "its state");
    is_text(got.name, "first", "its name");
    is_text(got.experiment, "losses", "its experiment");
    is_text(got.data, "/data/faces", "the path of its data");
    is_text(got.select, "test", "what its best is chosen on");
    ok(got.alpha == 2 && isnan(got.beta) && isnan(got.gamma), "weights, missing ones NaN");
    ok(got.created > 1e9 && isnan(got.started) && isnan(got.ended), "times, missing ones NaN");
    ok(got.best_epoch == 0 && isnan(got.best_pc) && got.epochs_done == 0, "no figures yet");
    ok(!got.device[0] && !got.host[0] && !got.state_text[0], "missing texts are empty");

    struct option_row *o;
    size_t n;
    is_int(db_options(d, id, &o, &n, &e), 0, "options are read");
    ok(n == 2 && !strcmp(o[0].name, "loss") && !strcmp(o[0].value, "combo") &&
           !strcmp(o[1].type, "real"),
       "in order, as given");
    mem_free(o);
    struct term_row t[ROW_MAX_TERMS];
    is_int(db_terms(d, id, t, &n, &e), 0, "terms are read");
    ok(n == 3 && !strcmp(t[1].name, "expectation") && t[0].weight == 2, "in order");

    struct option_row twice[] = {{"loss", "choice", "l1"}, {"loss", "choice", "mse"}};
    int64_t before = help_number(d, "SELECT count(*) FROM run");
    ok(db_run_add(d, &run, twice, 2, NULL, 0, &id, &e) == -1 && e.code == ERR_USAGE,
       "an option given twice is refused");
    has_text(e.text, "option \"loss\"", "by its name");
    is_int(help_number(d, "SELECT count(*) FROM run"), before, "and no run is left of it");
    ok(db_run_add(d, &run, NULL, 0, terms, 4, &id, &e) == -1 && e.code == ERR_USAGE,
       "four loss terms are refused");
    ok(db_run(d, 4711, &got, &e) == -1 && e.code == ERR_NOT_FOUND, "a run that is not there");
    has_text(e.text, "no run 4711", "is named");
}

static void test_life(struct db *d)
{
    struct err e;
    struct run_row got, found = help_run("");
    int64_t id = help_add_running(d, "life");
    is_int(db_run(d, id, &got, &e), 0, "a claimed run");
    is_text(got.state, "running", "is running");
    ok(got.pid == getpid() && got.host[0] && got.started >= got.created, "and has its owner");
    str_copy(found.data, sizeof found.data, "SCUT-FBP5500");
    str_copy(found.device, sizeof found.device, "cpu: test");
    found.parameters = 11000000;
    found.train_images = 3300;
    found.test_images = 2200;
    is_int(db_run_started(d, id, &found, 1, &e), 0, "what it is made of is stored");
    ok(db_run_started(d, 4711, &found, 1, &e) == -1 && e.code == ERR_NOT_FOUND, "not for no run");
    db_run(d, id, &got, &e);
    ok(!strcmp(got.data, "SCUT-FBP5500") && got.parameters == 11000000 && got.test_images == 2200 &&
           !strcmp(got.device, "cpu: test"),
       "and read");
    is_int(db_run_state(d, id, "paused", NULL, &e), 0, "it is paused");
    ok(db_run_delete(d, id, &e) == -1 && e.code == ERR_STATE, "a paused run is not deleted");
    has_text(e.text, "paused", "the message says why");
    is_int(db_run_state(d, id, "running", NULL, &e), 0, "it goes on");
    is_int(db_run_state(d, id, "diverged", "epoch 2: NaN", &e), 0, "it diverges");
    db_run(d, id, &got, &e);
    ok(!strcmp(got.state, "diverged") && !strcmp(got.state_text, "epoch 2: NaN") &&
           got.ended >= got.started,
       "with reason and time");
    ok(db_run_state(d, id, "running", NULL, &e) == -1 && e.code == ERR_STATE,
       "an ended run does not run");
    has_text(e.text, "is diverged and cannot become running; allowed: none", "the message says so");
    ok(db_run_state(d, 4711, "running", NULL, &e) == -1 && e.code == ERR_NOT_FOUND,
       "no run, no state");
    int64_t queued = help_add(d, "queued");
    ok(db_run_state(d, queued, "flying", NULL, &e) == -1 && e.code == ERR_STATE,
       "a state that is none");
    has_text(e.text, "allowed: running, stopped", "the message lists what can be");
}

/* Puts a run into any state, as only an insertion can. */
static int64_t add_in_state(struct db *d, const char *state)
{
    struct query q;
    struct err e;
    query_open(&q, d,
               "INSERT INTO run(name, state, created, data, backbone, loss, image_size, batch,"
               " epochs, seed) VALUES ('states', ?, 0, '', '', '', 1, 1, 1, 1)");
    query_bind_text(&q, state);
    if (query_finish(&q, &e))
        diag("%s", e.text);
    return sqlite3_last_insert_rowid(d->sql);
}

/* Every pair of states, by the database's trigger and by the engine's table. */
static void test_states(struct db *d)
{
    int different = 0, allowed = 0;
    struct err e;
    for (int from = 0; from < RUN_STATES; from++) {
        for (int to = 0; to < RUN_STATES; to++) {
            const char *old = run_state_name((enum run_state)from);
            const char *new = run_state_name((enum run_state)to);
            int64_t id = add_in_state(d, old);
            bool changed = !db_run_state(d, id, new, NULL, &e);
            allowed += changed;
            if (changed == run_state_allows((enum run_state)from, (enum run_state)to) &&
                (changed || e.code == ERR_STATE))
                continue;
            different++;
            diag("%s -> %s", old, new);
        }
    }
    is_int(different, 0, "every change of state is allowed here as in the engine");
    is_int(allowed, help_number(d, "SELECT count(*) FROM state_change"),
           "as many as the table has");
    int64_t id = add_in_state(d, "finished");
    ok(db_exec(d, "UPDATE run SET state = 'running' WHERE name = 'states'", &e) == -1 && id,
       "and a statement by hand is held to it");
}

static void test_epochs(struct db *d)
{
    struct err e;
    int64_t id = help_add_running(d, "epochs");
    const float scores[] = {1.5f, -2.25f, NAN, 3.0e-39f};
    struct epoch_row row = help_epoch(1, true);
    row.test.pc = NAN;
    is_int(db_epoch_add(d, id, &row, 2, scores, 4, &e), 0, "an epoch is stored");
    row = help_epoch(2, true);
    is_int(db_epoch_add(d, id, &row, 3, NULL, 0, &e), 0, "a second, without a ledger");
    row = help_epoch(3, false);
    row.test.mae = 0.25;
    is_int(db_epoch_add(d, id, &row, 3, scores, 2, &e), 0, "a third, not the best");

    struct epoch_row *rows;
    size_t n;
    is_int(db_epochs(d, id, &rows, &n, &e), 0, "epochs are read");
    is_int((long long)n, 3, "three");
    ok(n == 3 && rows[0].epoch == 1 && rows[0].best && !rows[2].best && rows[2].time == 1003 &&
           rows[1].learning_rate == 0.01,
       "in order");
    ok(n == 3 && isnan(rows[0].test.pc) && rows[0].train.pc == 0.7 && rows[0].train.seconds == 2 &&
           rows[0].test.images == 300,
       "phases, the missing correlation NaN");
    ok(n == 3 && rows[0].train.term[1] == 2 && isnan(rows[0].train.term[2]) &&
           rows[1].test.term[2] == 3 && rows[0].train.weighted[0] == 2 &&
           isnan(rows[0].train.weighted[2]) && rows[1].test.weighted[2] == 3,
       "terms, weighted and not, as many as there are");
    ok(n == 3 && rows[0].train.gradient[1] == 0.25 && isnan(rows[0].train.gradient[2]) &&
           rows[0].train.cosine[0] == 0.75 && isnan(rows[0].train.cosine[1]) &&
           rows[1].train.gradient[2] == 0.125 && rows[1].train.cosine[2] == -0.25,
       "gradients and their cosines too");
    ok(n == 3 && rows[0].tested && !rows[0].validated && isnan(rows[0].val.pc),
       "no val images, no figures of them");
    mem_free(rows);

    struct run_row run;
    db_run(d, id, &run, &e);
    ok(run.best_epoch == 2 && run.best_pc == 0.52 && run.best_mae == 0.5, "the best is epoch 2");
    ok(run.epochs_done == 3 && run.last_pc == 0.53 && run.last_mae == 0.25, "the last is epoch 3");
    is_near(run.images_per_s, 150, 1e-9, "images a second");

    float *ledger;
    is_int(db_ledger(d, id, 1, &ledger, &n, &e), 0, "a ledger is read");
    ok(n == 4 && !memcmp(ledger, scores, sizeof scores), "as it was, bit by bit");
    mem_free(ledger);
    ok(!db_ledger(d, id, 2, &ledger, &n, &e) && n == 0 && !ledger,
       "one that is not there is empty");
    struct ledger_rows ledgers;
    ok(db_ledgers(d, id, &ledgers, &e) == -1 && e.code == ERR_FORMAT,
       "epochs of different sizes are not read as one");
    has_text(e.text, "has 2 predictions of epoch 3, and 4 of those before", "which is said");
    db_exec(d,
            "UPDATE ledger SET scores = (SELECT scores FROM ledger AS first WHERE epoch = 1"
            " AND first.run = ledger.run) WHERE epoch = 3;"
            "INSERT INTO phase(run, epoch, phase, images, pc) SELECT run, 3, 'val', 9, 0.25"
            " FROM ledger WHERE epoch = 3",
            &e);
    ok(!db_ledgers(d, id, &ledgers, &e) && ledgers.n_epochs == 2 && ledgers.n_images == 4 &&
           ledgers.epochs[0] == 1 && ledgers.epochs[1] == 3 && isnan(ledgers.val_pc[0]) &&
           ledgers.val_pc[1] == 0.25 && !memcmp(ledgers.scores, scores, sizeof scores) &&
           !memcmp(ledgers.scores + 4, scores, sizeof scores),
       "of equal ones all come in one piece");
    db_ledgers_free(&ledgers);
    ok(!db_ledgers(d, id + 1, &ledgers, &e) && !ledgers.n_epochs, "no run, no ledgers");
    is_int(help_number(d, "SELECT hex(substr(scores, 1, 4)) = '0000C03F' FROM ledger LIMIT 1"), 1,
           "little-endian");

    row = help_epoch(3, true);
    is_int(db_epoch_add(d, id, &row, 3, NULL, 0, &e), 0, "epoch 3 again replaces it");
    db_run(d, id, &run, &e);
    ok(run.best_epoch == 3 && run.last_mae == 0.5, "and its figures");
    ok(!db_ledger(d, id, 3, &ledger, &n, &e) && n == 0, "and its ledger");
    row.epoch = 0;
    ok(db_epoch_add(d, id, &row, 1, NULL, 0, &e) == -1 && e.code == ERR_USAGE, "no epoch 0");
    ok(db_epoch_add(d, id, &row, 4, NULL, 0, &e) == -1 && e.code == ERR_USAGE, "no fourth term");
    row.epoch = 1;
    ok(db_epoch_add(d, 4711, &row, 1, NULL, 0, &e) == -1 && e.code == ERR_NOT_FOUND,
       "no epoch of no run");
    has_text(e.text, "storing epoch 1 of run 4711: there is no such run", "the message says so");
}

/* Epochs between evaluations have no test; held-out images have figures of their own. */
static void test_evaluations(struct db *d)
{
    struct err e;
    int64_t id = help_add_running(d, "evaluations");
    struct epoch_row row = help_epoch(1, false), *rows;
    size_t n;
    row.tested = false;
    is_int(db_epoch_add(d, id, &row, 3, NULL, 0, &e), 0, "an epoch without an evaluation");
    row = help_epoch(2, true);
    row.validated = true;
    row.val = row.test;
    row.val.pc = 0.9;
    row.val.images = 30;
    is_int(db_epoch_add(d, id, &row, 3, NULL, 0, &e), 0, "one with a val phase");
    row = help_epoch(3, false);
    row.tested = false;
    is_int(db_epoch_add(d, id, &row, 3, NULL, 0, &e), 0, "one without again");
    is_int(db_epochs(d, id, &rows, &n, &e), 0, "all are read");
    ok(n == 3 && !rows[0].tested && isnan(rows[0].test.total) && rows[0].train.pc == 0.7,
       "where there was no test nothing is claimed");
    ok(n == 3 && rows[1].tested && rows[1].validated && rows[1].val.pc == 0.9 &&
           rows[1].val.images == 30 && rows[1].test.pc == 0.52,
       "val and test do not mix");
    mem_free(rows);
    struct run_row run;
    db_run(d, id, &run, &e);
    ok(run.epochs_done == 3 && run.last_pc == 0.52 && run.best_epoch == 2 && run.best_pc == 0.52,
       "three are done; figures are the test's at the last evaluation and at the best");
    is_int(help_number(d, "SELECT count(*) FROM curve JOIN run ON run.id = curve.run"
                          " WHERE name = 'evaluations' AND (val_pc = 0.9) + (test_pc = 0.52) = 2"),
           1, "the curve view has all three phases");
    is_int(help_number(d, "SELECT count(*) FROM phase JOIN run ON run.id = phase.run"
                          " WHERE name = 'evaluations'"),
           5, "five phases in three epochs");
}

/* Runs on the same images share them, others do not; nothing is left when no run refers to it. */
static void test_splits(struct db *d)
{
    struct err e;
    const struct split_row images[] = {{0, "a.jpg", 1}, {1, "b.jpg", NAN}, {3, "c.jpg", 2.5}};
    const struct split_row others[] = {{0, "a.jpg", 1}, {1, "b.jpg", NAN}, {3, "c.jpg", 2.75}};
    const struct split_row mixed[] = {{1, "b.jpg", 1}, {0, "a.jpg", 1}};
    int64_t one = help_add(d, "split"), same = help_add(d, "split"), other = help_add(d, "split");
    struct split_row *got;
    size_t n;
    ok(!db_split(d, one, &got, &n, &e) && n == 0, "at first a run's test images are not known");
    ok(!db_run_split(d, one, images, 3, &e) && !db_run_split(d, same, images, 3, &e) &&
           !db_run_split(d, other, others, 3, &e),
       "they are stored for three runs");
    is_int(help_number(d, "SELECT count(*) FROM split"), 2, "the same ones once");
    is_int(db_split(d, same, &got, &n, &e), 0, "they are read");
    ok(n == 3 && got[2].place == 3 && !strcmp(got[2].image, "c.jpg") && got[2].truth == 2.5 &&
           isnan(got[1].truth),
       "as they were, a missing score NaN");
    mem_free(got);
    is_int(db_exec(d, "UPDATE split SET hash = (SELECT min(hash) FROM split)", &e), 0,
           "two splits of one hash");
    ok(!db_run_split(d, same, others, 3, &e) && !db_run_split(d, same, images, 3, &e), "are");
    is_int(help_number(d, "SELECT count(DISTINCT split) FROM run WHERE name = 'split'"), 2,
           "told apart by their rows");
    ok(db_run_split(d, one, mixed, 2, &e) == -1 && e.code == ERR_USAGE, "an order is asked for");
    ok(db_run_split(d, 4711, images, 3, &e) == -1 && e.code == ERR_NOT_FOUND,
       "no images of no run");
    is_int(db_run_split(d, other, images, 3, &e), 0, "a run changes to other images");
    is_int(help_number(d, "SELECT count(*) FROM split"), 1, "its former ones go");
    ok(!db_run_delete(d, one, &e) && !db_run_delete(d, same, &e), "two runs are deleted");
    is_int(help_number(d, "SELECT count(*) FROM split_image"), 3, "the third's are there");
    is_int(db_run_delete(d, other, &e), 0, "it is deleted");
    is_int(help_number(d, "SELECT (SELECT count(*) FROM split) +"
                          " (SELECT count(*) FROM split_image)"),
           0, "and nothing is left");
}

static void test_checkpoints(struct db *d)
{
    struct err e;
    int64_t id = help_add_running(d, "checkpoints");
    struct checkpoint_row best = {"best", 2, "/w/best.safetensors", 5}, last = best;
    str_copy(last.kind, sizeof last.kind, "last");
    struct prediction_row p[] = {
        {.place = 1, .predicted = 2.5, .expectation = 2.25, .predicted_class = 2, .true_class = 2},
        {.place = 0, .predicted = 1.5, .expectation = NAN}};
    const struct split_row images[] = {{0, "a.jpg", 1}, {1, "b.jpg", 2}};
    is_int(db_run_split(d, id, images, 2, &e), 0, "the test images are stored");
    is_int(db_checkpoint_add(d, id, &best, p, 2, &e), 0, "a weight file is stored");
    is_int(db_checkpoint_add(d, id, &last, p, 1, &e), 0, "and the last one");
    best.epoch = 3;
    is_int(db_checkpoint_add(d, id, &best, p, 2, &e), 0, "a better one replaces the best");
    struct checkpoint_row *rows;
    struct prediction_row *got;
    size_t n;
    is_int(db_checkpoints(d, id, &rows, &n, &e), 0, "weight files are read");
    ok(n == 2 && rows[0].epoch == 3 && !strcmp(rows[0].path, best.path) && rows[1].epoch == 2 &&
           rows[0].time == 5,
       "best and last");
    mem_free(rows);
    is_int(db_predictions(d, id, "best", &got, &n, &e), 0, "predictions are read");
    ok(n == 2 && !strcmp(got[0].image, "a.jpg") && got[1].truth == 2 && isnan(got[0].expectation) &&
           got[0].true_class == 0 && got[1].predicted == 2.5 && got[1].true_class == 2,
       "in the split's order");
    mem_free(got);
    str_copy(best.kind, sizeof best.kind, "worst");
    ok(db_checkpoint_add(d, id, &best, p, 2, &e) == -1 && e.code == ERR_USAGE, "no other kinds");
    p[1].place = 1;
    str_copy(best.kind, sizeof best.kind, "best");
    best.epoch = 9;
    ok(db_checkpoint_add(d, id, &best, p, 2, &e) == -1, "two predictions for one place fail");
    is_int(db_checkpoints(d, id, &rows, &n, &e), 0, "and leave");
    ok(n == 2 && rows[0].epoch == 3, "what was there");
    mem_free(rows);
}

static void test_log(struct db *d)
{
    struct err e;
    struct log_row row = {7, "info", ""}, *rows;
    size_t n;
    int64_t id = help_add(d, "log");
    for (int i = 1; i <= 5; i++) {
        snprintf(row.text, sizeof row.text, "line %d", i);
        db_log_add(d, id, &row, &e);
    }
    is_int(db_log(d, id, 3, &rows, &n, &e), 0, "log lines are read");
    ok(n == 3 && !strcmp(rows[0].text, "line 3") && !strcmp(rows[2].text, "line 5") &&
           rows[0].time == 7 && !strcmp(rows[0].level, "info"),
       "the newest three, oldest first");
    mem_free(rows);
    ok(!db_log(d, id, 0, &rows, &n, &e) && n == 0, "none when none is wanted");
    mem_free(rows);
    ok(!db_log(d, id, SIZE_MAX, &rows, &n, &e) && n == 5, "all when all are wanted");
    mem_free(rows);
    ok(db_log_add(d, 4711, &row, &e) == -1 && e.code == ERR_NOT_FOUND, "no log of no run");
}

static void test_delete(struct db *d)
{
    struct err e;
    int64_t id = help_add_running(d, "delete");
    struct epoch_row row = help_epoch(1, true);
    struct checkpoint_row best = {"best", 1, "/w", 5};
    struct prediction_row p = {.place = 0, .predicted = 1};
    struct log_row line = {7, "info", "x"};
    const float score = 1;
    ok(!db_epoch_add(d, id, &row, 1, &score, 1, &e) &&
           !db_checkpoint_add(d, id, &best, &p, 1, &e) && !db_log_add(d, id, &line, &e) &&
           !db_verb_add(d, id, "stop", &e),
       "a run with rows of every kind");
    ok(db_run_delete(d, id, &e) == -1 && e.code == ERR_STATE, "is not deleted while it runs");
    db_run_state(d, id, "finished", NULL, &e);
    is_int(db_run_delete(d, id, &e), 0, "but when it has finished");
    char sql[160];
    int left = 0;
    const char *const tables[] = {"epoch",      "phase", "ledger", "checkpoint",
                                  "prediction", "log",   "verb"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE run = %d", tables[i], (int)id);
        left += help_number(d, sql) != 0;
    }
    is_int(left, 0, "with all its rows");
    ok(db_run_delete(d, id, &e) == -1 && e.code == ERR_NOT_FOUND, "and not twice");
    ok(help_add(d, "after") > id, "its number is not given again");
}

int main(void)
{
    scratch_make();
    struct db *d = help_open(scratch_path("runs.db"));
    test_references(d);
    test_run(d);
    test_life(d);
    test_states(d);
    test_epochs(d);
    test_evaluations(d);
    test_splits(d);
    test_checkpoints(d);
    test_log(d);
    test_delete(d);
    db_close(d);
    scratch_remove(scratch);
    return tap_done();
}
