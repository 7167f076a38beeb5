/* test_session_faults.c - a device that a process can't use any more ends a run and what the
 * session takes, and another session goes on; memory that is not there. */
#include "tests/kit/session_kit.h"

static void see_trouble(void *context, const char *text, bool fatal)
{
    bool *seen = context;
    (void)text;
    *seen |= fatal;
}

static struct session *open_session(enum session_takes takes, bool *fatal)
{
    struct err e;
    struct session *s = NULL;
    const struct session_options options = {.db_path = kit_db,
                                            .takes = takes,
                                            .viewer = {NULL, NULL, see_trouble, fatal},
                                            .backend = toy_backend()};
    if (session_open(&s, &options, &e))
        diag("%s", e.text);
    return s;
}

/* The run failed, the next waits for another process: here a second session. */
static void test_dead_device(struct db *reader)
{
    struct run_config config;
    struct run_row row;
    bool fatal = false;
    struct session *s = open_session(SESSION_TAKES_NONE, &fatal);
    kit_config(&config);
    int64_t first = kit_add(s, &config), second = kit_add(s, &config);
    session_close(s);
    toy.fail_train_step = 1;
    toy.dies = true;
    s = open_session(SESSION_TAKES_ANY, &fatal);
    ok(kit_wait_state(reader, first, "failed") && kit_wait_idle(s), "a device dies, and its run");
    toy.fail_train_step = 0;
    toy.dies = false;
    int64_t third = kit_add(s, &config);
    ok(kit_wait_idle(s) && fatal, "nothing more is taken, and viewers are told");
    session_close(s);
    db_run(reader, second, &row, NULL);
    is_text(row.state, "queued", "the next run stays queued");
    s = open_session(SESSION_TAKES_ANY, &fatal);
    ok(kit_wait_state(reader, second, "finished") && kit_wait_state(reader, third, "finished"),
       "another session trains it, and one added since");
    session_close(s);
}

static void test_memory(void)
{
    struct err e;
    struct session *s = NULL;
    struct session_options options = {.db_path = kit_db, .takes = SESSION_TAKES_NAMED};
    long n = 0;
    int failed = 1;
    while (failed && n < 2000) {
        mem_test_fail_at(++n);
        failed = session_open(&s, &options, &e);
        mem_test_fail_at(0);
        if (failed && e.code != ERR_MEMORY)
            break;
    }
    ok(!failed && s && n > 1, "opening survives each of %ld allocations failing", n - 1);
    if (failed)
        diag("allocation %ld: %s", n, e.text);
    struct run_config config;
    int64_t id = 0;
    kit_config(&config);
    for (failed = 1, n = 0; s && failed && n < 5000;) {
        mem_test_fail_at(++n);
        failed = session_add(s, &config, &id, &e);
        mem_test_fail_at(0);
    }
    ok(!failed && id, "so does adding a run, of %ld", n - 1);
    session_verb(s, id, VERB_STOP, NULL);
    session_close(s);
}

int main(void)
{
    struct err e;
    struct db *reader;
    bool fatal = false;
    if (kit_init(&e)) {
        ok(0, "%s", e.text);
        return tap_done();
    }
    session_close(open_session(SESSION_TAKES_NONE, &fatal)); /* makes the database */
    if (db_open(&reader, kit_db, DB_READ, &e)) {
        ok(0, "%s", e.text);
        return tap_done();
    }
    test_dead_device(reader);
    test_memory();
    db_close(reader);
    scratch_remove(scratch);
    return tap_done();
}
