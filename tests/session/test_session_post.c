/* test_session_post.c - orders that nobody waits for: each is answered, none is lost, and posting
 * holds up nobody. */
#include "tests/kit/session_kit.h"

#include <sqlite3.h>

static struct db *reader;

static struct session *open_watcher(void)
{
    struct err e;
    struct session *s = NULL;
    struct session_options options = {.db_path = kit_db, .takes = SESSION_TAKES_NONE};
    if (session_open(&s, &options, &e))
        diag("%s", e.text);
    return s;
}

/* The next answer. */
static bool wait_answer(struct session *s, struct session_answer *out)
{
    double end = clock_s() + KIT_PATIENCE_S;
    while (!session_answers(s, out)) {
        if (clock_s() > end)
            return false;
        struct pollfd fd = {session_wake_fd(s), POLLIN, 0};
        struct session_changes changes;
        poll(&fd, 1, 100);
        session_changes(s, &changes);
    }
    return true;
}

static void test_checks(void)
{
    struct err e;
    struct session_answer a;
    struct run_config config;
    struct session_order order = {.kind = SESSION_CHECK, .configs = &config, .n_configs = 1};
    struct session *s = open_watcher();
    kit_config(&config);
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && a.kind == SESSION_CHECK && !a.result,
       "a check is answered: it can be launched");
    for (int i = 0; i < 20; i++) {
        if (i == 19)
            strcpy(config.data, "/no/such/folder");
        session_post(s, &order, &e);
    }
    int answers = 0;
    do
        answers++;
    while (wait_answer(s, &a) && !a.result);
    ok(a.result && a.err.code == ERR_NOT_FOUND, "the last of many is, after %d others: %s",
       answers - 1, a.err.text);
    session_close(s);
}

/* What is posted is answered later, by whom it concerns. */
static void test_orders(void)
{
    struct err e;
    struct run_row row;
    struct session_answer a;
    struct run_config config;
    struct session_order order = {.kind = SESSION_ADD, .configs = &config, .n_configs = 1};
    struct session *s = open_watcher();
    kit_config(&config);
    sqlite3 *lock;
    sqlite3_open(kit_db, &lock);
    sqlite3_exec(lock, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    ok(!session_post(s, &order, &e), "a run is posted while another process writes");
    usleep(200000);
    ok(!session_answers(s, &a), "nobody waited for that, and it is not there yet");
    sqlite3_exec(lock, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(lock);
    ok(wait_answer(s, &a) && a.kind == SESSION_ADD && !a.result && a.run > 0 &&
           !db_run(reader, a.run, &row, NULL) && !strcmp(row.state, "queued"),
       "then it is queued, and the answer names it");

    order = (struct session_order){.kind = SESSION_VERB, .run = a.run, .verb = VERB_STOP};
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result && a.verb == VERB_STOP &&
           kit_wait_state(reader, a.run, "stopped"),
       "so are a verb");
    order = (struct session_order){.kind = SESSION_RESUME, .run = a.run};
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result &&
           kit_wait_state(reader, a.run, "queued"),
       "a resume");
    char note[] = "a note";
    order = (struct session_order){
        .kind = SESSION_EDIT, .run = a.run, .edit = DB_EDIT_NOTE, .text = note};
    ok(!session_post(s, &order, &e), "a note");
    note[0] = '\0';
    ok(wait_answer(s, &a) && !a.result && a.edit == DB_EDIT_NOTE &&
           !db_run(reader, a.run, &row, NULL) && !strcmp(row.note, "a note"),
       "which was copied");
    order = (struct session_order){.kind = SESSION_EDIT, .run = a.run, .edit = DB_EDIT_DELETE};
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result &&
           !db_run(reader, a.run, &row, NULL) && row.deleted > 0,
       "and a deletion, which goes to the trash");
    order.run = 4711;
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && a.result &&
           a.err.code == ERR_NOT_FOUND,
       "of a run that there is: %s", a.err.text);
    session_close(s);
}

/* Several runs at once: all of them or none. Portraits beside the database, once. */
static void test_many(void)
{
    struct err e;
    struct session_answer a;
    struct run_config configs[3];
    struct session_order order = {.kind = SESSION_ADD, .configs = configs, .n_configs = 3};
    struct session *s = open_watcher();
    for (int i = 0; i < 3; i++) {
        kit_config(&configs[i]);
        configs[i].seed = 10 + i;
    }
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result && a.added == 3,
       "three runs are queued at once");
    strcpy(configs[2].data, "/no/such/folder");
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && a.result && !a.added,
       "none is, when one of them cannot be launched");
    order.kind = SESSION_CHECK;
    order.n_configs = 1;
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result && a.data.train > 0 &&
           a.data.classes > 0 && a.data.test > 0,
       "a check says what the data set holds");
    order = (struct session_order){.kind = SESSION_DRAW};
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result &&
           strstr(a.path, "/portraits"),
       "portraits are drawn beside the database");
    strcpy(configs[0].data, a.path);
    ok(!session_check(&configs[0], NULL, &e), "and can be trained on");
    session_close(s);
}

/* What is only to be queued is not trained where it was asked for, and brings its looks. */
static void test_queue(void)
{
    struct err e;
    struct session_answer a;
    struct session_changes changes;
    struct looks_row looks;
    struct run_config configs[2];
    struct session_order order = {
        .kind = SESSION_QUEUE, .configs = configs, .n_configs = 2, .looks = {"3,5", "pocock", 0}};
    struct session_options options = {.db_path = kit_db, .takes = SESSION_TAKES_NAMED};
    struct session *s = NULL;
    kit_config(&configs[0]);
    kit_config(&configs[1]);
    configs[1].seed = 77;
    ok(!session_open(&s, &options, &e), "a session that trains what is asked for");
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result && a.added == 2,
       "queues two runs");
    session_changes(s, &changes);
    ok(!changes.current && !changes.following, "and trains none of them");
    ok(!db_looks(reader, configs->experiment, &looks, &e) && !strcmp(looks.seeds, "3,5") &&
           !strcmp(looks.spending, "pocock"),
       "looks are laid down with them");
    str_copy(order.looks.seeds, sizeof order.looks.seeds, "none");
    ok(!session_post(s, &order, &e) && wait_answer(s, &a) && !a.result &&
           !db_looks(reader, configs->experiment, &looks, &e) && !strcmp(looks.seeds, "3,5"),
       "which those that come later leave alone");
    session_close(s);
}

/* A run that was posted just before the end is queued all the same. */
static void test_close(void)
{
    struct err e;
    struct run_config config;
    struct session_order order = {.kind = SESSION_ADD, .configs = &config, .n_configs = 1};
    struct session *s = open_watcher();
    size_t before, after;
    struct run_row *runs;
    db_runs(reader, &runs, &before, NULL);
    mem_free(runs);
    kit_config(&config);
    session_post(s, &order, &e);
    session_close(s);
    db_runs(reader, &runs, &after, NULL);
    mem_free(runs);
    is_int((long long)after, (long long)before + 1, "closing loses no run that was posted");
}

int main(void)
{
    struct err e;
    if (kit_init(&e)) {
        diag("%s", e.text);
        return 1;
    }
    session_close(open_watcher());
    if (db_open(&reader, kit_db, DB_READ, &e)) {
        diag("%s", e.text);
        return 1;
    }
    test_checks();
    test_orders();
    test_many();
    test_queue();
    test_close();
    db_close(reader);
    return tap_done();
}
