/* test_model.c - the screen's rows: the list in pages, what other processes change, what belongs to
 * the run that is open; all of it without waiting for the reader.
 */
#include "base/clock.h"
#include "engine/snapshot_file.h"
#include "src/model.h"
#include "tests/kit/db_kit.h"

#include <poll.h>

static const struct session_changes all_changed = {.all = true};

/* Takes what comes until `done` says so; false when it never does. */
static bool until(struct model *m, bool (*done)(const struct ui_model *))
{
    struct pollfd ready = {model_fd(m), POLLIN, 0};
    for (double end = clock_s() + 60; clock_s() < end;) {
        model_take(m);
        if (done(model_view(m)))
            return true;
        poll(&ready, 1, 100);
    }
    return false;
}

static bool whole(const struct ui_model *v)
{
    return !v->reading_runs;
}

static bool has_1300(const struct ui_model *v)
{
    return v->n_runs == 1300;
}

static bool has_renamed(const struct ui_model *v)
{
    const struct ui_run *run = ui_run_find(v, 7);
    return run && !strcmp(run->name, "renamed");
}

static bool has_1298(const struct ui_model *v)
{
    return v->n_runs == 1298;
}

static bool has_rows_of_9(const struct ui_model *v)
{
    return v->rows_of == 9;
}

static bool has_2_epochs(const struct ui_model *v)
{
    return v->n_epochs == 2;
}

static bool has_message(const struct ui_model *v)
{
    return v->message[0];
}

static void add_runs(struct db *d, int n)
{
    for (int i = 0; i < n; i++)
        help_add(d, i % 2 ? "odd" : "even");
}

static void test_list(struct model *m, struct db *d)
{
    static const struct ui_want list = {.kind = UI_WANT_RUNS};
    struct err e;
    ok(model_view(m)->reading_runs && !model_view(m)->n_runs, "at first nothing is there");
    model_want(m, &list, 1);
    ok(until(m, whole), "then the list comes");
    is_int((long long)model_view(m)->n_runs, 1200, "all of it");
    int misplaced = 0, apart = 0;
    const struct ui_model *v = model_view(m);
    for (size_t i = 0; i < v->n_runs; i++) {
        misplaced += v->runs[i].id != (int64_t)(1200 - i);
        apart += i >= 2 && v->runs[i].name != v->runs[i - 2].name;
    }
    is_int(misplaced, 0, "newest first");
    is_int(apart, 0, "and equal texts are one");
    add_runs(d, 100);
    uint64_t version = v->runs_version;
    model_changed(m, &all_changed);
    ok(until(m, has_1300) && model_view(m)->runs[0].id == 1300, "new runs come at the top");
    ok(model_view(m)->runs_version != version, "and the list says that it is another");
    db_exec(d, "UPDATE run SET name = 'renamed' WHERE id = 7", &e);
    model_changed(m, &all_changed);
    ok(until(m, has_renamed), "a run that changed is another");
    db_run_delete(d, 1000, &e);
    db_run_delete(d, 1, &e);
    model_changed(m, &all_changed);
    ok(until(m, has_1298) && !ui_run_find(model_view(m), 1000) && ui_run_find(model_view(m), 999),
       "those that were deleted are gone");
}

static bool has_7_not_8(const struct ui_model *v)
{
    return ui_run_find(v, 7) && !ui_run_find(v, 8);
}

static bool has_8_not_7(const struct ui_model *v)
{
    return ui_run_find(v, 8) && !ui_run_find(v, 7);
}

static int edit(struct db *d, int64_t run, enum db_edit_kind kind)
{
    const struct db_edit one = {.kind = kind};
    struct err e;
    return db_runs_edit(d, &run, 1, &one, 1, &e);
}

static void test_trash(struct model *m, struct db *d)
{
    ok(!edit(d, 7, DB_EDIT_DELETE), "a run goes to the trash");
    model_changed(m, &all_changed);
    ok(until(m, has_8_not_7), "and leaves the list");
    ok(!edit(d, 7, DB_EDIT_UNDELETE) && !edit(d, 8, DB_EDIT_DELETE), "another takes its place");
    model_changed(m, &all_changed);
    ok(until(m, has_7_not_8), "which is seen, though there are as many as before");
    ok(!edit(d, 8, DB_EDIT_UNDELETE), "it comes back, too");
    model_changed(m, &all_changed);
    ok(until(m, has_1298), "then all are there");
}

static void test_run(struct model *m, struct db *d)
{
    static const struct ui_want both[] = {{.kind = UI_WANT_RUN, .run = 9}, {.kind = UI_WANT_RUNS}};
    struct err e;
    struct epoch_row row = help_epoch(1, true);
    int64_t claimed;
    db_run_claim(d, 9, &claimed, &e);
    db_epoch_add(d, 9, &row, 0, NULL, 0, &e);
    model_want(m, both, 2);
    ok(until(m, has_rows_of_9) && model_view(m)->n_epochs == 1, "a run's epochs come when wanted");
    row = help_epoch(2, true);
    db_epoch_add(d, 9, &row, 0, NULL, 0, &e);
    model_changed(m, &(struct session_changes){.n = 1, .runs = {9}});
    ok(until(m, has_2_epochs), "and again when they are more");
    model_want(m, &both[1], 1);
    ok(!model_view(m)->rows_of && !model_view(m)->n_epochs, "they go when not wanted");
    for (int i = 0; i < 200; i++) /* faster than anything can be fetched */
        model_want(m, both, i % 2 ? 2 : 1);
    ok(until(m, has_rows_of_9), "whoever changes his mind gets them");
    model_want(m, NULL, 0);
    is_int((long long)model_view(m)->n_runs, 1298, "the list stays while nobody wants it");
}

static bool has_step(const struct ui_model *v, int step)
{
    const struct snapshot *now = ui_run_now(v, 9);
    return now && now->step == step;
}

static bool has_step_1(const struct ui_model *v)
{
    return has_step(v, 1) && v->steps && v->steps->run == 9 && v->steps->n == 1;
}

static bool has_step_2(const struct ui_model *v)
{
    return has_step(v, 2);
}

static bool is_still(const struct ui_model *v)
{
    return !v->moves;
}

/* Run 9 is this process's; but what is read is a file, as of any process. */
static void test_now(struct model *m, struct db *d)
{
    static const struct ui_want now = {.kind = UI_WANT_NOW, .run = 9};
    static struct snapshot_steps steps = {.run = 9, .epoch = 1, .each = 1, .n = 1};
    struct snapshot said = {.run = 9, .phase = SNAPSHOT_TRAIN, .step = 1, .steps = 5};
    struct snapshot_file file;
    char folder[FILE_PATH_BYTES];
    struct err e;
    steps.at[0].step = 1;
    if (!ok(!db_weights_dir(d, 9, folder, sizeof folder, &e) && !file_make_folders(folder, &e) &&
                !snapshot_file_open(&file, folder, &e),
            "a run that says how it goes"))
        return;
    snapshot_file_put(&file, &said, &steps);
    ok(!model_moves(m), "which moves nothing while nobody wants to know");
    model_want(m, &now, 1);
    ok(until(m, has_step_1) && model_moves(m), "then its step comes, with the losses by step");
    said.step = 2;
    snapshot_file_put(&file, &said, &steps);
    model_tick(m);
    ok(until(m, has_step_2), "and the next one when some time has gone by");
    snapshot_file_close(&file);
    db_run_state(d, 9, "stopped", "", &e);
    model_changed(m, &all_changed);
    ok(until(m, is_still) && !model_moves(m) && !ui_run_now(model_view(m), 9) &&
           !model_view(m)->steps,
       "until it ends");
    model_want(m, NULL, 0);
}

static uint64_t ablation_seen;

static bool has_ablation(const struct ui_model *v)
{
    return v->ablation && v->ablation_version != ablation_seen;
}

static bool has_needed(const struct ui_model *v)
{
    return v->needed;
}

/* Made again when a run of it ended, and not for what runs do on the way. */
static void test_ablation(struct model *m, struct db *d)
{
    struct ui_want want = {.kind = UI_WANT_ABLATION, .ablation = {.baseline = "no such row"}};
    struct epoch_row row = help_epoch(3, true);
    struct err e;
    str_copy(want.ablation.experiment, sizeof want.ablation.experiment, "losses");
    model_want(m, &want, 1);
    if (!ok(until(m, has_ablation), "an ablation comes, though its baseline is not there"))
        return;
    const struct ablation *a = model_view(m)->ablation;
    ok(a->n_rows == 1 && a->n_finished == 0 &&
           ui_ablation_is(model_view(m)->ablation_of, &want.ablation),
       "of what was asked for");
    size_t n_runs = a->n_runs;
    ablation_seen = model_view(m)->ablation_version;
    int64_t claimed, added = help_add(d, "to be finished");
    db_run_claim(d, added, &claimed, &e);
    model_changed(m, &all_changed);
    ok(until(m, has_ablation) && model_view(m)->ablation->n_runs == n_runs + 1, "a run came");
    ablation_seen = model_view(m)->ablation_version;
    db_epoch_add(d, added, &row, 1, NULL, 0, &e);
    model_changed(m, &all_changed);
    struct pollfd ready = {model_fd(m), POLLIN, 0};
    ok(poll(&ready, 1, 300) == 0, "an epoch of it is no news");
    db_run_state(d, added, "finished", "", &e);
    model_changed(m, &all_changed);
    ok(until(m, has_ablation) && model_view(m)->ablation->n_finished == 1, "its end is");
    ablation_seen = model_view(m)->ablation_version;
    want.ablation.at = ABLATION_BEST;
    model_want(m, &want, 1);
    ok(until(m, has_ablation) && model_view(m)->ablation->at == ABLATION_BEST, "another one");
    const struct looks_row looks = {"4,9", "pocock", 0};
    ablation_seen = model_view(m)->ablation_version;
    db_looks_lay_down(d, "losses", &looks, false, &e);
    model_changed(m, &all_changed);
    ok(until(m, has_ablation) && model_view(m)->ablation->looks.n == 2 &&
           model_view(m)->ablation->looks.seeds[1] == 9,
       "looks that were laid down are seen");
    want.kind = UI_WANT_NEEDED;
    model_want(m, &want, 1);
    ok(until(m, has_needed) && !model_view(m)->needed->n && model_view(m)->needed->laid_down &&
           !strcmp(model_view(m)->needed->looks.seeds, "4,9") &&
           ui_ablation_is(&model_view(m)->needed->of, &want.ablation),
       "what is needed comes: nothing, for one row");
    model_want(m, NULL, 0);
}

/* The number of epochs of the compared runs, the first ones first: 1203. */
static long lengths(const struct ui_model *v)
{
    long all = v->n_compared ? 0 : -1;
    for (size_t i = 0; i < v->n_compared; i++)
        all = 10 * all + (long)v->compared[i].curves.n;
    return all;
}

static bool has_20(const struct ui_model *v)
{
    return lengths(v) == 20;
}

static bool has_31(const struct ui_model *v)
{
    return lengths(v) == 31;
}

static bool has_21(const struct ui_model *v)
{
    return lengths(v) == 21;
}

static bool has_1(const struct ui_model *v)
{
    return lengths(v) == 1 && v->n_compared == 1;
}

static int64_t add_compared(struct db *d, const char *loss)
{
    struct run_row run = help_run("compared");
    struct option_row options[] = {{"loss", "choice", ""}, {"seed", "integer", "1"}};
    static const struct term_row terms[] = {{"absolute", 1}};
    int64_t id = 0, claimed;
    struct err e;
    str_copy(options[0].value, sizeof options[0].value, loss);
    db_run_add(d, &run, options, 2, terms, 1, &id, &e);
    db_run_claim(d, id, &claimed, &e);
    return id;
}

static void add_epoch(struct db *d, int64_t run, int epoch, double pc)
{
    struct epoch_row row = help_epoch(epoch, true);
    struct err e;
    row.test.pc = pc;
    row.train.seconds = row.test.seconds = 2;
    row.time = 1000 * pc + epoch;
    db_epoch_add(d, run, &row, 1, NULL, 0, &e);
}

/* Two runs: what is known of them is caught up, unless one goes on from an earlier epoch. */
static void test_compared(struct model *m, struct db *d)
{
    int64_t a = add_compared(d, "l1"), b = add_compared(d, "mse");
    struct ui_want want = {.kind = UI_WANT_COMPARED, .runs = {a, b}, .n_runs = 2};
    const struct session_changes both = {.n = 2, .runs = {a, b}};
    const struct ui_model *v = model_view(m);
    add_epoch(d, a, 1, 0.5);
    add_epoch(d, a, 2, 0.625);
    model_want(m, &want, 1);
    ok(until(m, has_20), "two runs to compare come, one without epochs");
    const struct ui_compared *run = &v->compared[0];
    ok(run->run == a && run->n_terms == 1 && !strcmp(run->terms[0].name, "absolute") &&
           run->n_options == 2 && !strcmp(run->options[0].value, "l1"),
       "with options and terms");
    const struct curve_point *last = &run->curves.points[1];
    ok(last->epoch == 2 && last->figure[ROW_TEST][CURVE_PC] == 0.625f && last->trained_s == 8,
       "and curves, by epoch and by time: %g", (double)last->trained_s);
    uint64_t version = v->compared_version;
    add_epoch(d, a, 3, 0.75);
    add_epoch(d, b, 1, 0.25);
    model_changed(m, &both);
    ok(until(m, has_31) && v->compared_version != version, "what comes is added");
    ok(v->compared[0].curves.points[2].trained_s == 12, "to the time that was there");
    add_epoch(d, a, 2, 0.125); /* it went on from its first epoch */
    model_changed(m, &both);
    ok(until(m, has_21) && v->compared[0].curves.points[1].figure[ROW_TEST][CURVE_PC] == 0.125f,
       "a run that went on from an earlier epoch is read anew");
    model_want(m, NULL, 0);
    is_int(lengths(v), 21, "they stay while nobody wants them");
    want.runs[0] = b;
    want.n_runs = 1;
    model_want(m, &want, 1);
    ok(until(m, has_1) && v->compared[0].run == b,
       "of other runs, those go that are not among them");
    model_want(m, NULL, 0);
}

static bool has_alike(const struct ui_model *v)
{
    return v->n_alike && v->runs_version;
}

static bool has_more_alike(const struct ui_model *v)
{
    return v->n_alike == 3;
}

static void test_alike(struct model *m, struct db *d)
{
    static const struct ui_want alike = {.kind = UI_WANT_ALIKE};
    struct err e;
    model_want(m, &alike, 1);
    ok(until(m, has_alike), "which runs are alike: those that have options");
    is_int((long long)model_view(m)->n_alike, 2, "two");
    const struct alike_row *rows = model_view(m)->alike;
    ok(rows[0].run < rows[1].run && rows[0].but_seed != rows[1].but_seed,
       "another loss is another kind");
    int64_t id = add_compared(d, "mse");
    db_exec(d, "UPDATE run_option SET value = '7' WHERE name = 'seed' AND run > 1", &e);
    model_changed(m, &all_changed);
    ok(until(m, has_more_alike), "new ones come");
    rows = model_view(m)->alike;
    ok(rows[2].run == id && rows[2].but_seed == rows[1].but_seed &&
           rows[2].but_fold != rows[1].but_fold,
       "another seed is the same kind but for it");
    model_want(m, NULL, 0);
}

static void test_trouble(void)
{
    struct model *m;
    struct err e;
    if (!ok(!model_open(&m, scratch_path("nowhere.db"), true, &e), "a database that is not there"))
        return;
    ok(until(m, has_message) && model_view(m)->message_is_error, "is a message");
    has_text(model_view(m)->message, "nowhere.db", "that names it");
    model_close(m);
}

int main(void)
{
    struct model *m;
    struct err e;
    scratch_make();
    const char *path = scratch_path("runs.db");
    struct db *d = help_open(path);
    add_runs(d, 1200);
    if (ok(!model_open(&m, path, true, &e), "a model")) {
        test_list(m, d);
        test_trash(m, d);
        test_run(m, d);
        test_now(m, d);
        test_ablation(m, d);
        test_compared(m, d);
        test_alike(m, d);
        model_close(m);
    }
    test_trouble();
    ok(!model_open(&m, path, true, &e), "closing at once");
    model_want(m, &(struct ui_want){.kind = UI_WANT_RUNS}, 1);
    model_close(m);
    db_close(d);
    scratch_remove(scratch);
    return tap_done();
}
