/* test_db_merge.c - runs of another database brought into one: with all of their rows, once, known
 * again in copies and after several merges, brought up to date, or refused when both sides changed.
 */
#include "tests/kit/db_kit.h"

#include "base/mem.h"
#include "db/db_merge.h"

/* Every row of a run but its numbers, as text. */
static const char *const whole[] = {
    "SELECT group_concat(name || type || value) FROM run_option WHERE run = %d",
    "SELECT group_concat(position || name || weight) FROM term WHERE run = %d",
    "SELECT group_concat(epoch || ' ' || learning_rate || time || best) FROM epoch WHERE run = %d",
    "SELECT group_concat(epoch || phase || total || term_1 || pc) FROM phase WHERE run = %d",
    "SELECT group_concat(epoch || hex(scores)) FROM ledger WHERE run = %d",
    "SELECT group_concat(kind || epoch || time) FROM checkpoint WHERE run = %d",
    "SELECT group_concat(kind || place || predicted) FROM prediction WHERE run = %d",
    "SELECT group_concat(time || level || text) FROM log WHERE run = %d",
    "SELECT group_concat(position || job || method) FROM algorithm WHERE run = %d",
    "SELECT group_concat(position || device || data_hash) FROM provenance WHERE run = %d",
    "SELECT group_concat(name) FROM tag WHERE run = %d",
    "SELECT group_concat(image || truth) FROM run JOIN split_image USING (split) WHERE run.id = %d",
    "SELECT name || state || created || started || ended || seed || best_pc || last_mae || resumed"
    " || note || program || host || epochs_done FROM run WHERE id = %d",
    "SELECT experiment.name FROM run JOIN experiment ON experiment.id = experiment"
    " WHERE run.id = %d",
};

static void text_of(struct db *d, const char *sql, int64_t run, char *to, size_t room)
{
    char text[400];
    struct query q;
    struct err e;
    snprintf(text, sizeof text, "SELECT * FROM (");
    snprintf(text + strlen(text), sizeof text - strlen(text), sql, (int)run);
    str_copy(text + strlen(text), sizeof text - strlen(text), ")");
    query_open(&q, d, text);
    to[0] = '\0';
    if (query_step(&q, &e) == 1)
        query_text(&q, to, room);
    query_close(&q);
}

static int alike(struct db *a, int64_t run, struct db *b, int64_t other)
{
    static char x[4096], y[4096];
    int same = 0;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        text_of(a, whole[i], run, x, sizeof x);
        text_of(b, whole[i], other, y, sizeof y);
        if (x[0] && !strcmp(x, y))
            same++;
        else
            diag("%s: '%s' is '%s'", whole[i], x, y);
    }
    return same == (int)(sizeof whole / sizeof *whole);
}

static void add_epochs(struct db *d, int64_t id, int first, int last, double time)
{
    struct err e;
    for (int epoch = first; epoch <= last; epoch++) {
        struct epoch_row row = help_epoch(epoch, epoch == 1);
        const float scores[2] = {(float)epoch, 2};
        row.time = time + epoch;
        if (db_epoch_add(d, id, &row, 1, scores, 2, &e))
            diag("%s", e.text);
    }
}

/* A run with rows in every table, stopped after two epochs. */
static int64_t add_whole(struct db *d, const char *name)
{
    static const struct split_row split[] = {{0, "a.png", 1.5}, {1, "b.png", 2.5}};
    static const struct algorithm_row algorithm = {"forward", "gemm", ""};
    struct run_row run = help_run(name), found = help_run(name);
    const struct option_row options[] = {{"name", "text", ""}, {"experiment", "text", "losses"}};
    const struct term_row term = {"regression", 1};
    const struct prediction_row p = {.place = 1, .predicted = 2.25};
    struct checkpoint_row weights = {"best", 1, "", 50};
    const struct log_row log = {60, "info", "said"};
    const struct db_edit edits[] = {{DB_EDIT_TAG, "good", 0}, {DB_EDIT_NOTE, "noted", 0}};
    int64_t id = 0, claimed;
    struct err e;
    str_copy(found.device, sizeof found.device, "cpu");
    str_copy(found.data_hash, sizeof found.data_hash, "abc");
    if (db_run_add(d, &run, options, 2, &term, 1, &id, &e) ||
        db_run_claim(d, id, &claimed, &e) != 1 || db_run_started(d, id, &found, 1, &e) ||
        db_run_split(d, id, split, 2, &e) || db_run_algorithms(d, id, &algorithm, 1, &e) ||
        db_weights_dir(d, id, weights.path, sizeof weights.path, &e))
        diag("%s", e.text);
    add_epochs(d, id, 1, 2, 1000);
    strcat(weights.path, "/best.safetensors");
    if (db_checkpoint_add(d, id, &weights, &p, 1, &e) || db_log_add(d, id, &log, &e) ||
        db_runs_edit(d, &id, 1, edits, 2, &e) || db_run_state(d, id, "stopped", NULL, &e))
        diag("%s", e.text);
    return id;
}

/* It goes on after its epoch `after`, and ends. */
static void go_on(struct db *d, int64_t id, int after, int last, double time, const char *state)
{
    struct err e;
    int64_t claimed;
    if (db_runs_resume(d, &id, 1, 0, &e) || db_run_claim(d, id, &claimed, &e) != 1)
        diag("%s", e.text);
    add_epochs(d, id, after + 1, last, time);
    if (db_run_state(d, id, state, NULL, &e))
        diag("%s", e.text);
}

static struct db *read_again(const char *path)
{
    struct db *d = NULL;
    struct err e;
    if (db_open(&d, path, DB_READ, &e))
        diag("%s", e.text);
    return d;
}

/* What a run is to `d`, and then brought in if it is to be. */
static enum db_merge_what merge(struct db *d, const char *path, int64_t run, int64_t *here)
{
    struct db *from = read_again(path);
    struct db_merge m = {.what = DB_MERGE_WHATS};
    struct err e;
    if (db_merge_look(d, from, run, &m, &e) ||
        ((m.what == DB_MERGE_NEW || m.what == DB_MERGE_NEWER) &&
         db_merge_take(d, from, &m, NULL, NULL, &e))) {
        diag("%s", e.text);
        m.what = DB_MERGE_WHATS;
    }
    if (here)
        *here = m.here;
    db_close(from);
    return m.what;
}

/* --- */

static void test_whole(const char *here_path, const char *there_path)
{
    struct db *d = help_open(here_path), *o = help_open(there_path);
    const struct looks_row looks = {"4,8", "pocock", 0};
    struct err e;
    int64_t here = 0;
    add_whole(d, "own");
    int64_t there = add_whole(o, "theirs"), queued = help_add(o, "queued"),
            running = help_add_running(o, "running");
    struct run_row run;
    if (db_run(o, there, &run, &e) || db_looks_lay_down(o, run.experiment, &looks, false, &e))
        diag("%s", e.text);
    ok(merge(d, there_path, there, &here) == DB_MERGE_NEW && here == 2, "a run is brought in");
    ok(alike(d, here, o, there), "with every row");
    is_int(help_number(d, "SELECT seeds = '4,8' AND spending = 'pocock' FROM looks"), 1,
           "and with the looks of its experiment");
    is_int(help_number(d, "SELECT count(*) FROM split"), 1, "the split is stored once for both");
    is_int(help_number(d, "SELECT path = '2/best.safetensors' FROM checkpoint WHERE run = 2"), 1,
           "its weights are to lie here");
    ok(merge(d, there_path, there, &here) == DB_MERGE_SAME && here == 2, "once more, nothing does");
    is_int(help_number(d, "SELECT count(*) FROM run"), 2, "and nothing comes");
    ok(merge(d, there_path, queued, &here) == DB_MERGE_BUSY_THERE && !here &&
           merge(d, there_path, running, &here) == DB_MERGE_BUSY_THERE,
       "those that have not ended wait");
    is_int(db_run_state(o, running, "failed", "why", &e), 0, "one ends");
    ok(merge(d, there_path, running, &here) == DB_MERGE_NEW && here == 3, "and comes");
    db_close(d);
    db_close(o);
}

static void test_went_on(const char *here_path, const char *there_path)
{
    struct db *d = help_open(here_path), *o = help_open(there_path);
    const struct db_edit edits[] = {{DB_EDIT_NAME, "mine", 0},
                                    {DB_EDIT_NOTE, "my note", 0},
                                    {DB_EDIT_EXPERIMENT, "my experiment", 0},
                                    {DB_EDIT_UNTAG, "good", 0}};
    const int64_t two = 2;
    struct err e;
    struct run_row run;
    int64_t here;
    is_int(db_runs_edit(d, &two, 1, edits, 4, &e), 0, "people write of a run that was merged");
    ok(merge(d, there_path, 1, NULL) == DB_MERGE_SAME, "that is no change of it");
    go_on(o, 1, 1, 3, 2000, "stopped"); /* epoch 2 is done again */
    ok(merge(d, there_path, 1, &here) == DB_MERGE_NEWER && here == 2, "it went on there");
    db_run(d, 2, &run, &e);
    ok(run.epochs_done == 3 && run.resumed == 1 && run.last_pc == 0.53, "and is up to date");
    ok(!strcmp(run.name, "mine") && !strcmp(run.note, "my note") && !run.tags[0] &&
           !strcmp(run.experiment, "my experiment"),
       "with what people wrote here");
    is_int(help_number(d, "SELECT count(*) FROM epoch WHERE run = 2"), 3,
           "no epoch is there twice");
    go_on(d, 2, 3, 4, 3000, "stopped");
    ok(merge(d, there_path, 1, NULL) == DB_MERGE_OLDER, "it went on here");
    go_on(o, 1, 3, 5, 4000, "stopped");
    ok(merge(d, there_path, 1, NULL) == DB_MERGE_BOTH, "and there: refused");
    db_run(d, 2, &run, &e);
    ok(run.epochs_done == 4, "it is as it was here");
    db_close(d);
    db_close(o);
}

/* From one to the next and home again. */
static void test_round(const char *first, const char *second, const char *third)
{
    struct db *a = help_open(first), *b = help_open(second), *c = help_open(third);
    int64_t id = add_whole(a, "round"), in_b = 0, in_c = 0, home = 0;
    ok(merge(b, first, id, &in_b) == DB_MERGE_NEW && merge(c, second, in_b, &in_c) == DB_MERGE_NEW,
       "a run is merged, and merged from there");
    ok(merge(c, first, id, &home) == DB_MERGE_SAME && home == in_c,
       "it is known when it comes from where it was launched");
    ok(merge(a, third, in_c, &home) == DB_MERGE_SAME && home == id, "and there when it comes home");
    go_on(c, in_c, 2, 3, 5000, "finished");
    ok(merge(a, third, in_c, &home) == DB_MERGE_NEWER && home == id, "it comes home newer");
    ok(merge(b, first, id, NULL) == DB_MERGE_NEWER && merge(b, third, in_c, NULL) == DB_MERGE_SAME,
       "and goes out again once");
    ok(merge(a, second, in_b, NULL) == DB_MERGE_SAME && alike(a, id, b, in_b) &&
           alike(a, id, c, in_c),
       "it is the same everywhere");
    db_close(a);
    db_close(b);
    db_close(c);
}

/* A copy has the id of the original, and gives the same numbers. */
static void test_copy(const char *first, const char *second)
{
    struct db *a = help_open(first);
    char sql[400];
    struct err e;
    int64_t id = add_whole(a, "before"), here;
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", second);
    is_int(db_exec(a, sql, &e), 0, "a database is copied");
    struct db *b = help_open(second);
    ok(merge(a, second, id, &here) == DB_MERGE_SAME && here == id, "its runs are known");
    int64_t mine = add_whole(a, "mine"), other = add_whole(b, "other");
    is_int(mine, other, "two new runs have one number");
    ok(merge(a, second, other, &here) == DB_MERGE_NEW && here == mine + 1, "and are two");
    ok(merge(a, second, other, &here) == DB_MERGE_SAME && here == mine + 1, "which stays so");
    go_on(b, id, 2, 3, 6000, "stopped");
    ok(merge(a, second, id, &here) == DB_MERGE_NEWER && here == id, "one went on in the copy");
    go_on(a, id, 3, 4, 7000, "stopped");
    ok(merge(a, second, id, NULL) == DB_MERGE_OLDER, "then in the original");
    go_on(b, id, 3, 4, 8000, "stopped");
    ok(merge(a, second, id, NULL) == DB_MERGE_BOTH, "then in both");
    db_close(a);
    db_close(b);
}

static int no_place(void *context, const char *folder, struct err *e)
{
    (void)context;
    return err_set(e, ERR_FULL, "no room in %s", folder);
}

static void test_whole_or_not(const char *first, const char *second)
{
    struct db *a = help_open(first), *b = help_open(second);
    const struct db_merge_place place = {no_place, NULL};
    struct db_merge m;
    struct err e;
    int64_t id = add_whole(b, "whole"), runs = help_number(a, "SELECT count(*) FROM run"), here = 0;
    struct db *from = read_again(second);
    ok(!db_merge_look(a, from, id, &m, &e) && m.what == DB_MERGE_NEW, "a run is new");
    ok(db_merge_take(a, from, &m, NULL, &place, &e) == -1 && e.code == ERR_FULL && !m.here,
       "its files have no place");
    ok(help_number(a, "SELECT count(*) FROM run") == runs &&
           !help_number(a, "SELECT count(*) FROM epoch WHERE run > 100"),
       "so it does not come");
    go_on(b, id, 2, 3, 9000, "stopped");
    ok(db_merge_take(a, from, &m, NULL, NULL, &e) == -1 && e.code == ERR_BUSY,
       "nor when it changes meanwhile: %s", e.text);
    ok(!db_merge_look(a, from, id, &m, &e) && !db_merge_take(a, from, &m, "elsewhere", NULL, &e),
       "then it does");
    is_int(help_number(a, "SELECT count(*) FROM run JOIN experiment ON experiment.id = experiment"
                          " WHERE experiment.name = 'elsewhere'"),
           1, "into the experiment that was asked for");
    here = m.here;
    db_close(from);
    const struct db_edit delete = {.kind = DB_EDIT_DELETE};
    go_on(b, id, 3, 4, 9900, "stopped");
    ok(!db_runs_edit(a, &here, 1, &delete, 1, &e) && merge(a, second, id, NULL) == DB_MERGE_TRASH,
       "in the trash it stays");
    ok(!db_run_delete(a, here, &e) && merge(a, second, id, &here) == DB_MERGE_NEW && here > m.here,
       "deleted for good, it comes again, by a new number");
    ok(db_is_same_file(a, a) && !db_is_same_file(a, b), "files are told from each other");
    db_close(a);
    db_close(b);
}

int main(void)
{
    scratch_make();
    const char *a = scratch_path("a.db"), *b = scratch_path("b.db"), *c = scratch_path("c.db");
    test_whole(a, b);
    test_went_on(a, b);
    test_round(c, scratch_path("d.db"), scratch_path("e.db"));
    test_copy(scratch_path("f.db"), scratch_path("g.db"));
    test_whole_or_not(a, c);
    scratch_remove(scratch);
    return tap_done();
}
