/* test_session_leave.c - what a session trains that takes named runs: what is posted to it and what
 * it is told to take, of queued runs none unasked; what waits for its device; and what it leaves to
 * another process when it ends. */
#include "tests/kit/session_kit.h"

static struct db *reader;

static struct session *open_session(enum session_takes takes, bool toy_only)
{
    struct err e;
    struct session *s = NULL;
    struct session_options options = {
        .db_path = kit_db, .takes = takes, .backend = toy_only ? toy_backend() : NULL};
    if (session_open(&s, &options, &e))
        diag("%s", e.text);
    return s;
}

static int64_t add(struct session *s, int epochs, const char *device)
{
    struct run_config config;
    int64_t id = 0;
    kit_config(&config);
    config.epochs = epochs;
    str_copy(config.device, sizeof config.device, device);
    session_add(s, &config, &id, NULL);
    return id;
}

static bool is_state(int64_t run, const char *state)
{
    struct run_row row;
    return !db_run(reader, run, &row, NULL) && !strcmp(row.state, state);
}

static void post(struct session *s, enum session_order_kind kind, int64_t run)
{
    struct run_config config;
    struct err e;
    kit_config(&config);
    struct session_order order = {.kind = kind, .run = run};
    if (kind == SESSION_ADD) {
        order.configs = &config;
        order.n_configs = 1;
    }
    ok(!session_post(s, &order, &e), "an order is posted");
}

static void test_asked_for(void)
{
    struct session *s = open_session(SESSION_TAKES_NAMED, true);
    int64_t first = add(s, 2, "auto"), second = add(s, 2, "auto"), third = add(s, 2, "auto");
    post(s, SESSION_ADD, 0);
    ok(kit_wait_state(reader, third + 1, "finished"), "what is posted is trained");
    ok(is_state(first, "queued") && is_state(third, "queued"), "what is queued is not");
    post(s, SESSION_TAKE, second);
    ok(kit_wait_state(reader, second, "finished"), "until it is asked for by its number");
    ok(is_state(first, "queued") && is_state(third, "queued"), "it alone");
    post(s, SESSION_TAKE, 0);
    ok(kit_wait_state(reader, first, "finished") && kit_wait_state(reader, third, "finished"),
       "or all of them");
    session_close(s);
}

static void test_device(void)
{
    struct run_row row;
    struct err e;
    int64_t after = 0, id = 0;
    bool news;
    struct session *s = open_session(SESSION_TAKES_ANY, false);
    int64_t run = add(s, 2, "cuda:63");
    ok(kit_wait_idle(s), "a session that cannot have a run's device has nothing to do");
    ok(!db_run(reader, run, &row, &e) && !strcmp(row.state, "queued"), "the run stays queued");
    ok(strstr(row.state_text, "waits for its device: ") == row.state_text, "and says why: %s",
       row.state_text);
    session_close(s);
    struct db *d;
    db_open(&d, kit_db, DB_WRITE, &e);
    ok(!db_run_waits(d, run, "another reason", &news, &e) && !news, "the first reason stays");
    ok(db_run_queued(d, after, &id, &e) == 1 && id == run, "it is the oldest in the queue");
    is_int(db_run_queued(d, id, &id, &e), 0, "and the only one");
    db_close(d);
    s = open_session(SESSION_TAKES_ANY, true);
    ok(kit_wait_state(reader, run, "finished"), "who has a device takes it");
    ok(!db_run(reader, run, &row, &e) && !row.state_text[0], "and the reason goes");
    session_close(s);
}

static void test_leave(void)
{
    struct err e;
    struct run_row row;
    int64_t *runs = NULL;
    size_t n = 0;
    struct session_changes changes;
    struct session *s = open_session(SESSION_TAKES_NAMED, true);
    toy.step_us = 20000;
    int64_t first = add(s, 30, "auto"), other = add(s, 2, "auto"), last = add(s, 2, "auto");
    session_take(s, first, NULL);
    session_take(s, last, NULL);
    ok(kit_wait_state(reader, first, "running"), "a long run is in progress");
    double end = clock_s() + KIT_PATIENCE_S;
    do
        session_changes(s, &changes);
    while (!changes.following && clock_s() < end);
    ok(changes.current == first && changes.following == 1, "one is to follow");
    ok(!session_leave(s, &runs, &n, &e), "the session leaves");
    ok(n == 2 && runs[0] == first && runs[1] == last, "both are left, in order");
    ok(is_state(first, "queued") && is_state(last, "queued") && is_state(other, "queued"),
       "in the queue");
    session_close(s);
    mem_free(runs);
    toy.step_us = 0;
    s = open_session(SESSION_TAKES_ANY, true);
    ok(kit_wait_state(reader, last, "finished"), "another session takes all");
    ok(!db_run(reader, first, &row, &e) && row.resumed == 1 && row.epochs_done == 30,
       "and the first went on where it was");
    session_close(s);
}

static void test_leave_nothing(void)
{
    struct err e;
    int64_t *runs = NULL;
    size_t n = 1;
    struct session *s = open_session(SESSION_TAKES_NAMED, true);
    ok(!session_leave(s, &runs, &n, &e) && !n, "without a run nothing is left");
    mem_free(runs);
    session_close(s);
}

int main(void)
{
    struct err e;
    if (kit_init(&e)) {
        diag("%s", e.text);
        return 1;
    }
    struct session *s = open_session(SESSION_TAKES_NONE, true);
    session_close(s);
    if (db_open(&reader, kit_db, DB_READ, &e)) {
        diag("%s", e.text);
        return 1;
    }
    test_asked_for();
    test_device();
    test_leave();
    test_leave_nothing();
    db_close(reader);
    return tap_done();
}
