/* test_db_edit.c - what people change of runs by hand: names, notes, tags, the order of the queue,
 * the archive and the trash; and which lists have what.
 */
#include "tests/kit/db_kit.h"

#include "base/mem.h"

static int edit(struct db *d, int64_t run, enum db_edit_kind kind, const char *text, struct err *e)
{
    const struct db_edit one = {.kind = kind, .text = text};
    return db_runs_edit(d, &run, 1, &one, 1, e);
}

/* Numbers of the runs of a list, as "3 1". */
static const char *listed(struct db *d, enum runs_kept kept)
{
    static char text[256];
    const struct run_wanted wanted = {.kept = kept};
    struct run_row *rows;
    size_t n, length = 0;
    struct err e;
    text[0] = '\0';
    if (db_runs_wanted(d, &wanted, &rows, &n, &e))
        return "an error";
    for (size_t i = 0; i < n; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%lld", i ? " " : "",
                                   (long long)rows[i].id);
    mem_free(rows);
    return text;
}

static const char *queued(struct db *d)
{
    static char text[256];
    size_t length = 0;
    int64_t id = 0;
    text[0] = '\0';
    while (db_run_queued(d, id, &id, NULL) == 1)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%lld", length ? " " : "",
                                   (long long)id);
    return text;
}

static void test_texts(struct db *d)
{
    struct err e;
    struct run_row row;
    char tag[32], much[600];
    size_t failed = 0;
    ok(!edit(d, 1, DB_EDIT_NAME, "other", &e) && !edit(d, 1, DB_EDIT_EXPERIMENT, "new one", &e) &&
           !edit(d, 1, DB_EDIT_NOTE, "look at epoch 3", &e) && !db_run(d, 1, &row, &e),
       "a name, an experiment, a note");
    ok(!strcmp(row.name, "other") && !strcmp(row.experiment, "new one") &&
           !strcmp(row.note, "look at epoch 3"),
       "are those of the run");
    is_int(help_number(d, "SELECT count(*) FROM run_option WHERE run = 1 AND"
                          " (name = 'name' AND value = 'other' OR"
                          " name = 'experiment' AND value = 'new one')"),
           2, "and of its options");
    ok(!edit(d, 1, DB_EDIT_NOTE, "", &e) && !db_run(d, 1, &row, &e) && !row.note[0],
       "an empty note takes it away");
    ok(edit(d, 1, DB_EDIT_NAME, "", &e) == -1 && e.code == ERR_USAGE, "a name is not empty");
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    ok(edit(d, 1, DB_EDIT_NOTE, much, &e) == -1 && strstr(e.text, "room for 511") != NULL,
       "a note that is too long is refused: %s", e.text);
    ok(edit(d, 4711, DB_EDIT_NAME, "x", &e) == -1 && e.code == ERR_NOT_FOUND, "no run, no name");

    ok(!edit(d, 1, DB_EDIT_TAG, "good", &e) && !edit(d, 1, DB_EDIT_TAG, "best", &e) &&
           !edit(d, 1, DB_EDIT_TAG, "good", &e) && !db_run(d, 1, &row, &e),
       "two tags, one of them twice");
    is_text(row.tags, "best good", "in the order of the alphabet");
    ok(!edit(d, 1, DB_EDIT_UNTAG, "best", &e) && !edit(d, 1, DB_EDIT_UNTAG, "never", &e) &&
           !db_run(d, 1, &row, &e),
       "one is taken away");
    is_text(row.tags, "good", "the other stays");
    ok(edit(d, 1, DB_EDIT_TAG, "two words", &e) == -1 && edit(d, 1, DB_EDIT_TAG, "", &e) == -1,
       "a tag is one word");
    for (int i = 0; i < 60; i++) {
        snprintf(tag, sizeof tag, "number-%d", i);
        failed += edit(d, 2, DB_EDIT_TAG, tag, &e) != 0;
    }
    ok(failed > 0 && !db_run(d, 2, &row, &e) && strlen(row.tags) < sizeof row.tags,
       "a row has room for all tags of its run");
}

static void test_seen(struct db *d)
{
    struct err e;
    struct run_row *rows;
    int64_t mark = INT64_MAX;
    size_t n, all;
    ok(!db_runs_since(d, &mark, &rows, &n, &all, &e) && !n, "nothing is new");
    mem_free(rows);
    edit(d, 3, DB_EDIT_TAG, "seen", &e);
    ok(!db_runs_since(d, &mark, &rows, &n, &all, &e) && n == 1 && rows[0].id == 3,
       "a tag is a change of its run");
    mem_free(rows);
    edit(d, 3, DB_EDIT_UNTAG, "seen", &e);
    ok(!db_runs_since(d, &mark, &rows, &n, &all, &e) && n == 1, "so is one that goes");
    mem_free(rows);
    ok(!edit(d, 3, DB_EDIT_DELETE, NULL, &e) && !db_runs_since(d, &mark, &rows, &n, &all, &e) &&
           !n && !all,
       "for who looks again, a run in the trash is gone");
    mem_free(rows);
    ok(!edit(d, 3, DB_EDIT_UNDELETE, NULL, &e) && !db_runs_since(d, &mark, &rows, &n, &all, &e) &&
           n == 1 && all == 4,
       "and out of it, one that is new");
    mem_free(rows);
}

static void test_queue(struct db *d)
{
    struct err e;
    struct run_row row;
    int64_t two[] = {2, 4}, claimed, first;
    struct db_edit priority = {.kind = DB_EDIT_PRIORITY, .number = 3};
    is_text(queued(d), "1 2 3 4", "the oldest come first");
    ok(!db_runs_edit(d, two, 2, &priority, 1, &e), "two get a higher priority");
    is_text(queued(d), "2 4 1 3", "and go before the others");
    ok(!db_queue_first(d, &first, &e) && first == 4, "4 is above all");
    ok(!edit(d, 2, DB_EDIT_DELETE, NULL, &e), "the first goes to the trash");
    is_text(queued(d), "4 1 3", "where it is not trained");
    ok(db_run_claim(d, 2, &claimed, &e) == 0, "not even when it is named");
    ok(db_runs_resume(d, two, 1, 0, &e) == -1 && strstr(e.text, "undelete") != NULL,
       "and not resumed: %s", e.text);
    ok(db_exec(d, "UPDATE run SET state = 'running' WHERE id = 2", &e) == -1,
       "whoever writes into the database");
    ok(db_run_claim(d, 0, &claimed, &e) == 1 && claimed == 4, "the next is claimed");
    ok(edit(d, 4, DB_EDIT_DELETE, NULL, &e) == -1 && e.code == ERR_STATE &&
           edit(d, 4, DB_EDIT_ARCHIVE, NULL, &e) == -1,
       "what is trained cannot be put away: %s", e.text);
    ok(db_exec(d, "UPDATE run SET deleted = 1 WHERE id = 4", &e) == -1, "by nobody");
    priority.number = 9;
    two[0] = 4711;
    two[1] = 1;
    ok(db_runs_edit(d, two, 2, &priority, 1, &e) == -1 && !db_run(d, 1, &row, &e) && !row.priority,
       "all of the runs are changed, or none");
    db_run_state(d, 4, "finished", NULL, &e);
}

static void test_lists(struct db *d)
{
    struct err e;
    int64_t *ids;
    size_t n;
    ok(!edit(d, 4, DB_EDIT_ARCHIVE, NULL, &e), "a finished run is archived");
    is_text(listed(d, RUNS_LISTED), "3 1", "lists have neither it nor the trash");
    is_text(listed(d, RUNS_ARCHIVED), "4", "the archive has it");
    is_text(listed(d, RUNS_TRASH), "2", "and the trash the other");
    is_text(listed(d, RUNS_KEPT), "4 3 1", "what is kept is all but the trash");
    ok(!db_run_ids(d, &ids, &n, &e) && n == 2, "numbers are those of the list");
    mem_free(ids);
    is_int(help_number(d, "SELECT count(*) FROM run_summary"), 3,
           "run_summary leaves out the trash");
    is_int(help_number(d, "SELECT count(*) FROM run_alike WHERE run = 2"), 0,
           "and so does run_alike");
    ok(!edit(d, 4, DB_EDIT_UNARCHIVE, NULL, &e) && !edit(d, 2, DB_EDIT_UNDELETE, NULL, &e),
       "both come back");
    is_text(listed(d, RUNS_LISTED), "4 3 2 1", "to where they were");
    is_text(queued(d), "2 1 3", "also in the queue");
}

static void test_speed(struct db *d)
{
    struct err e;
    double image_s = 0;
    int64_t run = 0;
    const struct db_speed_like like = {"cpu: x", "f32", "resnet18", 64, 16};
    ok(db_speed(d, &like, &run, &image_s, &e) == 0, "no run tells how fast that device is");
    ok(!db_exec(d,
                "UPDATE run SET device = 'cpu: x', backbone = 'resnet18', image_size = 64,"
                " batch = 16, epochs_done = 1 WHERE id = 4;"
                "INSERT INTO run_option(run, position, name, type, value)"
                " VALUES (4, 90, 'precision', 'choice', 'f32');"
                "INSERT INTO epoch(run, epoch, time, best) VALUES (4, 1, 1, 0);"
                "INSERT INTO phase(run, epoch, phase, images, seconds) VALUES"
                " (4, 1, 'train', 100, 8), (4, 1, 'test', 50, 2)",
                &e),
       "a run of 10 seconds and 100 training images");
    ok(db_speed(d, &like, &run, &image_s, &e) == 1 && run == 4 && image_s == 0.1,
       "tells a tenth of a second an image");
}

int main(void)
{
    static const struct option_row options[] = {{"name", "text", ""},
                                                {"experiment", "text", "old"}};
    struct err e;
    scratch_make();
    struct db *d = help_open(scratch_path("edit.db"));
    for (int i = 1; i <= 4; i++) {
        struct run_row run = help_run("a run");
        int64_t id;
        if (db_run_add(d, &run, options, 2, NULL, 0, &id, &e) || id != i)
            diag("%s", e.text);
    }
    test_texts(d);
    test_seen(d);
    test_queue(d);
    test_lists(d);
    test_speed(d);
    db_close(d);
    scratch_remove(scratch);
    return tap_done();
}
