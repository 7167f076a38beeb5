/* test_db_migrate.c - databases of schema 1 to 6 with rows become ones of schema 7: nothing is
 * lost, and a process that is killed on the way leaves what there was.
 */
#include "tests/kit/old_db.h"

#include <sys/stat.h>

/* Weights as they lay before: paths were absolute, and nothing said whose they were. */
static void test_paths(void)
{
    char path[512], sql[2048], folder[512], text[1024];
    struct checkpoint_row *rows = NULL;
    struct err e;
    size_t n = 0;
    str_copy(path, sizeof path, scratch_path("moved.db"));
    snprintf(folder, sizeof folder, "%s", scratch_path("moved.weights"));
    old_db_make(path, 2);
    mkdir(folder, 0777);
    for (int run = 1; run <= 3; run++) {
        char file[600];
        snprintf(file, sizeof file, "%s/%d", folder, run);
        mkdir(file, 0777);
        snprintf(file, sizeof file, "%s/%d/best.safetensors", folder, run);
        fclose(fopen(file, "w"));
    }
    snprintf(
        sql, sizeof sql,
        "UPDATE checkpoint SET path = CASE run WHEN 1 THEN '%s/../moved.weights/1/best.safetensors'"
        " WHEN 2 THEN '/no/longer/exp.weights/2/best.safetensors'"
        " ELSE '/no/longer/exp.weights/3/other.safetensors' END WHERE kind = 'best'",
        folder);
    sqlite3 *raw;
    sqlite3_open(path, &raw);
    old_db_run(raw, sql);
    sqlite3_close(raw);
    struct db *d = help_open(path);
    old_db_text(path,
                "SELECT group_concat(path, ' ') FROM (SELECT path FROM checkpoint"
                " WHERE kind = 'best' ORDER BY run)",
                text, sizeof text);
    is_text(text,
            "1/best.safetensors 2/best.safetensors /no/longer/exp.weights/3/other.safetensors",
            "paths into the folder are relative to it, wherever it lies now");
    db_checkpoints(d, 2, &rows, &n, &e);
    snprintf(text, sizeof text, "%s/2/best.safetensors", folder);
    is_text(n ? rows[0].path : "none", text, "and read whole");
    mem_free(rows);
    db_close(d);
    snprintf(text, sizeof text, "%s/database", folder);
    ok(!access(text, F_OK), "the folder is the database's own now");
    /* An older copy of the file is brought back, and a migration that was killed is done again. */
    old_db_make(path, 2);
    d = help_open(path);
    db_weights_dir(d, 1, text, sizeof text, &e);
    snprintf(sql, sizeof sql, "%s/1", folder);
    is_text(text, sql, "it is so after a second migration");
    db_close(d);
}

static void test_kept(const char *path, int version)
{
    static char before[8192], after[8192];
    char text[64];
    struct err e;
    struct db *d;
    old_db_make(path, version);
    old_db_text(path, old_db_everything, before, sizeof before);
    ok(strstr(before, "phase12test2001.05.01.02.02.00.40.50.75") != NULL,
       "there are rows of schema %d", version);
    ok(db_open(&d, path, DB_READ, &e) == -1 && e.code == ERR_VERSION,
       "a reader does not change it");
    snprintf(text, sizeof text, "older combolab (schema %d, this one makes 7)", version);
    has_text(e.text, text, "and says why");
    if (!is_int(db_open(&d, path, DB_WRITE, &e), 0, "a writer brings it up to date"))
        diag("%s", e.text);
    old_db_text(path, old_db_everything_now, after, sizeof after);
    if (!ok(!strcmp(before, after), "every row is as it was"))
        diag("%s\nis now\n%s", before, after);
    is_int(help_number(d, "PRAGMA user_version"), 7, "it is of schema 7");
    is_int(help_number(d, "SELECT count(*) FROM pragma_foreign_key_check"), 0,
           "no foreign key is broken");
    is_int(
        help_number(d, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
        1, "nor anything else");
    is_int(help_number(d, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%phase_2%'"), 0,
           "nothing is named by half");
    is_int(help_number(d, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND"
                          " type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"),
           0, "every table is STRICT");
    db_close(d);
}

static void test_same_schema(const char *path)
{
    static const char shape[] =
        "SELECT group_concat(type || name || coalesce(sql, ''), char(10)) FROM"
        " (SELECT * FROM sqlite_schema ORDER BY type, name)";
    static char old[65536], new[65536];
    db_close(help_open(scratch_path("new.db")));
    old_db_text(path, shape, old, sizeof old);
    old_db_text(scratch_path("new.db"), shape, new, sizeof new);
    ok(old[0] && !strcmp(old, new), "it is as one that was made today");
}

/* Steps 4 to 7 only add, but for views that step 6 makes anew: without what they added, a file is
 * one of schema 3, 4, 5 or 6. */
static const char undo_7[] =
    "DROP VIEW term_gradient; DROP VIEW term_cosine; DROP TABLE looks;"
    " ALTER TABLE phase DROP COLUMN gradient_1; ALTER TABLE phase DROP COLUMN gradient_2;"
    " ALTER TABLE phase DROP COLUMN gradient_3; ALTER TABLE phase DROP COLUMN cosine_12;"
    " ALTER TABLE phase DROP COLUMN cosine_13; ALTER TABLE phase DROP COLUMN cosine_23;"
    " PRAGMA user_version = 6;";
static const char undo_6[] =
    "DROP VIEW ablation; DROP VIEW best_epoch; DROP VIEW option_diff;"
    " DROP VIEW run_summary; DROP VIEW run_best; DROP VIEW run_mean; DROP VIEW run_alike;"
    " DROP INDEX run_listed; DROP TABLE tag; DROP TABLE origin; DROP TRIGGER run_deleted_rests; "
    "DROP TRIGGER "
    "run_training_stays;"
    " ALTER TABLE run DROP COLUMN priority; ALTER TABLE run DROP COLUMN archived;"
    " ALTER TABLE run DROP COLUMN deleted; ALTER TABLE run DROP COLUMN note;"
    " ALTER TABLE run DROP COLUMN imported; PRAGMA user_version = 5;";
static const char undo_5[] =
    "DROP VIEW last_term; DROP VIEW run_difference; DROP VIEW run_setting;"
    " DROP TABLE passed_over; DROP TABLE provenance; ALTER TABLE run DROP COLUMN disk_bytes;"
    " ALTER TABLE run DROP COLUMN init_hash; PRAGMA user_version = 4;";
static const char undo_4[] = "DROP TABLE algorithm; ALTER TABLE run DROP COLUMN algorithms_anew;"
                             " PRAGMA user_version = 3;";

/* What is there of the steps until `version` becomes the present schema. */
static struct db *test_again(const char *path, int version)
{
    static char before[8192], after[8192];
    struct err e;
    struct db *d = help_open(path);
    int undone = db_exec(d, undo_7, &e);
    if (!undone && version < 6)
        undone = db_exec(d, undo_6, &e);
    if (!undone && version < 5)
        undone = db_exec(d, undo_5, &e);
    if (!undone && version < 4)
        undone = db_exec(d, undo_4, &e);
    ok(!undone, "a database of schema %d", version);
    db_close(d);
    old_db_text(path, old_db_everything_now, before, sizeof before);
    d = help_open(path);
    old_db_text(path, old_db_everything_now, after, sizeof after);
    ok(before[0] && !strcmp(before, after), "becomes one of schema 7 with every row");
    is_int(help_number(d, "PRAGMA user_version"), 7, "as it says");
    return d;
}

/* What a run of schema 4 was trained with is the first that is known of it. */
static void test_schema_4(const char *path)
{
    struct err e;
    struct db *d = help_open(path);
    is_int(db_exec(d,
                   "UPDATE run SET device = 'cpu: old', program = 'combolab 1' WHERE id = 2;"
                   "INSERT INTO run_option(run, position, name, type, value)"
                   " VALUES (2, 7, 'data', 'path', '/data/old')",
                   &e),
           0, "a run that has a device");
    db_close(d);
    d = test_again(path, 4);
    is_int(help_number(d, "SELECT count(*) FROM provenance"), 1, "its provenance is on record");
    is_int(help_number(d, "SELECT count(*) FROM provenance WHERE run = 2 AND position = 1 AND"
                          " time = 11 AND epoch = 1 AND host = 'lab' AND device = 'cpu: old' AND"
                          " program = 'combolab 1' AND data = '/data/old'"),
           1, "as it was");
    db_close(d);
}

/* A view of the user's stays, whatever one of ours is called since. */
static void test_own_view(const char *path)
{
    struct err e;
    struct db *d = help_open(path);
    ok(!db_exec(d, undo_7, &e) && !db_exec(d, undo_6, &e) &&
           !db_exec(d, "CREATE VIEW ablation AS SELECT 77 AS mine", &e),
       "a database of schema 5 with a view of somebody's own");
    db_close(d);
    d = help_open(path);
    is_int(help_number(d, "SELECT mine FROM ablation"), 77, "keeps it");
    is_int(help_number(d, "SELECT count(*) FROM sqlite_schema WHERE name = 'best_epoch'"), 1,
           "and has those of other names");
    ok(!db_exec(d, undo_7, &e) && !db_exec(d, undo_6, &e), "it goes");
    db_close(d);
    db_close(help_open(path));
}

/* Options as an older combolab wrote them. */
static void test_figures(const char *path)
{
    static const char old[] =
        "INSERT INTO run_option(run, position, name, type, value)"
        " SELECT 1, 80 + key, 'figure ' || key, iif(key, 'real', 'text'), value FROM json_each("
        "'[\"3e+01\", \"3e+01\", \"1e-05\", \"-2e+16\", \"1e-10\", \"0.5\"]')";
    char values[128];
    struct err e;
    struct db *d = help_open(path);
    ok(!db_exec(d, undo_7, &e) && !db_exec(d, undo_6, &e) && !db_exec(d, undo_5, &e) &&
           !db_exec(d, old, &e),
       "a run of schema 4 with many figures");
    db_close(d);
    d = help_open(path);
    old_db_text(
        path,
        "SELECT group_concat(value, ' ') FROM"
        " (SELECT value FROM run_option WHERE run = 1 AND position >= 80 ORDER BY position)",
        values, sizeof values);
    is_text(values, "3e+01 30 1e-5 -2e16 1e-10 0.5", "has them in their shortest form");
    is_int(db_exec(d, "DELETE FROM run_option WHERE position >= 80", &e), 0, "they go");
    db_close(d);
}

/* Runs of schema 5 are listed as they were. */
static void test_schema_5(const char *path)
{
    struct err e;
    struct run_row *rows;
    size_t n;
    struct db *d = test_again(path, 5);
    ok(!db_runs(d, &rows, &n, &e) && n == 2 && isnan(rows[0].archived) && isnan(rows[0].deleted) &&
           !rows[0].priority && !rows[0].tags[0] && !rows[0].note[0] && !rows[0].imported[0],
       "a run of schema 5 has no tag, no note, and is in no trash");
    mem_free(rows);
    is_int(help_number(d, "SELECT count(*) FROM run_summary"), 2, "the view lists it");
    db_close(d);
}

/* What terms pulled at was not measured before schema 7. Three, of which two are at odds. */
static void test_schema_6(const char *path)
{
    struct err e;
    struct db *d = test_again(path, 6);
    is_int(help_number(d, "SELECT count(*) FROM term_gradient JOIN term_cosine USING (run)"), 0,
           "no gradients are known of a run of schema 6");
    is_int(db_exec(d,
                   "UPDATE phase SET gradient_1 = 3, gradient_2 = 4, gradient_3 = 0,"
                   " cosine_12 = -0.5 WHERE run = 1 AND epoch = 2 AND phase = 'train';"
                   "UPDATE phase SET gradient_1 = 2 WHERE run = 2 AND phase = 'train'",
                   &e),
           0, "where some are");
    is_int(help_number(d, "SELECT group_concat(name || norm || ' ' || round(share * 13, 9), ' ') ="
                          " 'regression3.0 3.0 expectation4.0 10.0 classification0.0 0.0'"
                          " FROM term_gradient WHERE run = 1"),
           1, "the view has them with their shares");
    is_int(help_number(d, "SELECT group_concat(name || other || coalesce(cosine, '-'), ' ') ="
                          " 'regressionexpectation-0.5 regressionclassification-"
                          " expectationclassification-' FROM term_cosine WHERE run = 1"),
           1, "and another how they agree");
    is_int(help_number(d, "SELECT share = 1 AND name = 'l1' AND NOT EXISTS"
                          " (SELECT * FROM term_cosine WHERE run = 2)"
                          " FROM term_gradient WHERE run = 2"),
           1, "a single term has all");
    is_int(db_exec(d,
                   "UPDATE phase SET gradient_1 = NULL, gradient_2 = NULL, gradient_3 = NULL,"
                   " cosine_12 = NULL",
                   &e),
           0, "they go");
    db_close(d);
}

static void test_schema_3(const char *path)
{
    struct err e;
    struct db *d = test_again(path, 3);
    struct algorithm_row *rows, two[] = {{"sum 3", "abacus", "red"}, {"sum 4", "head", ""}};
    size_t n;
    ok(!db_algorithms(d, 1, &rows, &n, &e) && !n, "no algorithms of old runs are known");
    mem_free(rows);
    is_int(db_run_algorithms(d, 1, two, 2, &e), 0, "those of one that goes on are stored");
    is_int(db_run_algorithms(d, 2, two, 2, &e), 0, "and another's");
    ok(!db_run_algorithms(d, 1, &two[1], 1, &e) && !db_algorithms(d, 1, &rows, &n, &e) && n == 1 &&
           !strcmp(rows[0].job, "sum 4") && !strcmp(rows[0].method, "head") && !rows[0].details[0],
       "in the place of former ones");
    mem_free(rows);
    ok(!db_run_algorithms(d, 1, NULL, 0, &e) && !db_algorithms(d, 1, &rows, &n, &e) && !n,
       "and given up");
    mem_free(rows);
    ok(!db_algorithms(d, 2, &rows, &n, &e) && n == 2 && !strcmp(rows[0].details, "red"),
       "the other's stay");
    mem_free(rows);
    is_int(db_run_algorithms(d, 2, NULL, 0, &e), 0, "until it gives them up too");
    ok(db_run_algorithms(d, 4711, two, 2, &e) == -1, "no run, no algorithms: %s", e.text);
    db_close(d);
}

static void test_used(const char *path)
{
    struct err e;
    struct db *d = help_open(path);
    struct epoch_row *rows;
    struct run_row run;
    size_t n;
    db_epochs(d, 1, &rows, &n, &e);
    ok(n == 2 && rows[1].train.weighted[0] == 1 && rows[1].train.weighted[1] == 2 &&
           rows[1].train.weighted[2] == 1 && rows[0].test.weighted[0] == 3,
       "weighted terms are the weights times the terms");
    ok(n == 2 && rows[0].tested && !rows[0].validated && isnan(rows[0].test.pc),
       "phases are known");
    mem_free(rows);
    db_epochs(d, 2, &rows, &n, &e);
    ok(n == 1 && rows[0].train.weighted[0] == 1.25 && isnan(rows[0].train.weighted[1]),
       "terms that there are none of stay missing");
    mem_free(rows);
    db_run(d, 1, &run, &e);
    ok(run.resumed == 0 && run.earlier_s == 0 && run.val_images == 0, "it was never resumed");
    is_int(help_number(d, "SELECT seconds FROM run_summary WHERE id = 1"), 10, "run_summary works");
    is_int(help_number(d, "SELECT count(*) FROM curve WHERE test_total > 0 AND val_total IS NULL"),
           3, "curve works");
    is_int(help_number(d, "SELECT count(*) FROM loss_term WHERE weighted = weight * value"), 14,
           "loss_term works");
    ok(db_exec(d, "INSERT INTO phase(run, epoch, phase, images) VALUES (1, 1, 'tent', 1)", &e) ==
           -1,
       "a phase that is none is refused");
    ok(db_exec(d, "INSERT INTO phase(run, epoch, phase, images) VALUES (1, 7, 'val', 1)", &e) == -1,
       "and one of no epoch");
    int64_t id = 1, claimed;
    struct epoch_row row = help_epoch(3, true);
    row.validated = true;
    ok(!db_runs_resume(d, &id, 1, 0, &e) && db_run_claim(d, 1, &claimed, &e) == 1 &&
           !db_run_started(d, 1, &run, 1, &e) && !db_epoch_add(d, 1, &row, 3, NULL, 0, &e),
       "an old run is resumed");
    db_run(d, 1, &run, &e);
    ok(run.epochs_done == 3 && run.resumed == 1 && run.earlier_s == 10, "and goes on");
    db_run_state(d, 1, "finished", NULL, &e);
    is_int(db_run_delete(d, 1, &e), 0, "an old run is deleted");
    is_int(help_number(d, "SELECT (SELECT count(*) FROM phase) + (SELECT count(*) FROM ledger) +"
                          " (SELECT count(*) FROM prediction)"),
           2, "with its rows, and no others");
    db_close(d);
}

/* Three runs on two splits. */
static void test_splits(const char *path)
{
    struct err e;
    struct db *d = help_open(path);
    struct prediction_row *rows;
    struct split_row *images;
    size_t n;
    is_int(db_predictions(d, 2, "best", &rows, &n, &e), 0, "old predictions are read");
    ok(n == 2 && !strcmp(rows[0].image, "a.jpg") && rows[0].truth == 2 &&
           rows[0].predicted == 1.75 && !strcmp(rows[1].image, "b.jpg") && rows[1].true_class == 3,
       "with images and true scores");
    mem_free(rows);
    ok(!db_split(d, 3, &images, &n, &e) && n == 2 && images[0].truth == 2.5 &&
           isnan(images[1].truth) && !strcmp(images[1].image, "b.jpg"),
       "a split is made of what all weights of a run were tested on");
    mem_free(images);
    is_int(help_number(d, "SELECT count(*) FROM split"), 2, "two splits");
    is_int(help_number(d, "SELECT count(*) FROM run AS a JOIN run AS b ON a.split = b.split"
                          " AND a.id < b.id"),
           1, "one is that of two runs");
    ok(!db_run_delete(d, 3, &e) && !db_run_delete(d, 1, &e), "two runs are deleted");
    is_int(help_number(d, "SELECT count(*) FROM split_image"), 2, "what the third needs is left");
    ok(!db_run_delete(d, 2, &e) && !help_number(d, "SELECT count(*) FROM split_image"),
       "and goes with it");
    db_close(d);
}

/* --- killed on the way --- */

static long kill_after; /* beginnings and ends of statements, and rows */

static int count_down(unsigned what, void *context, void *statement, void *more)
{
    (void)what;
    (void)context;
    (void)statement;
    (void)more;
    if (--kill_after <= 0)
        kill(getpid(), SIGKILL);
    return 0;
}

/* SQLite calls this for every connection that is opened. */
static int watch_connection(sqlite3 *connection, const char **message, const void *thunk)
{
    (void)message;
    (void)thunk;
    /* The progress handler is db_open's own. */
    sqlite3_trace_v2(connection, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW,
                     count_down, NULL);
    return SQLITE_OK;
}

static int migrate_until_killed(const void *argument)
{
    const char *path = argument;
    struct db *d;
    struct err e;
    sqlite3_auto_extension((void (*)(void))watch_connection);
    int status = db_open(&d, path, DB_WRITE, &e);
    db_close(status ? NULL : d);
    return status ? 1 : 0;
}

static void test_killed(int old)
{
    static char wanted[8192], now[8192];
    const char *path = scratch_path("killed.db");
    char version[16] = "";
    int killed = 0, bad = 0;
    long steps = 1;
    old_db_make(path, old);
    old_db_text(path, old_db_everything, wanted, sizeof wanted);
    for (int child = 0; child < HELP_CHILDREN / 2 - 1; child++, steps += 1 + steps / 3) {
        kill_after = steps;
        int status = help_wait(help_fork(migrate_until_killed, path));
        old_db_text(path, "PRAGMA user_version", version, sizeof version);
        bool migrated = !strcmp(version, "7");
        old_db_text(path, migrated ? old_db_everything_now : old_db_everything, now, sizeof now);
        bad += strcmp(now, wanted) != 0;
        if (status == 0)
            break;
        killed++;
        if (migrated) /* killed between the commit and its return */
            break;
        bad += atoi(version) != old;
    }
    is_text(version, "7", "in the end it is migrated");
    ok(killed > 10 && !bad, "killed %d times on the way, it was schema %d with every row", killed,
       old);
}

int main(void)
{
    scratch_make();
    const char *path = scratch_path("old.db");
    test_kept(path, 1);
    test_schema_6(path);
    test_schema_5(path);
    test_schema_4(path);
    test_schema_3(path);
    test_own_view(path);
    test_figures(path);
    test_same_schema(path);
    test_used(path);
    test_kept(path, 2);
    test_splits(path);
    test_paths();
    test_killed(1);
    test_killed(2);
    scratch_remove(scratch);
    return tap_done();
}
