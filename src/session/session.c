/* session.c - opening, closing, and the session thread's loop.
 *
 * What callers ask (session_order.c) is done between two events. The loop sleeps in poll() on three
 * descriptors: requests, the engine's events, the database's folder. While a run is in progress it
 * also wakes once a second, for verbs where inotify is missing.
 */
#include "src/session/session_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POLL_WHILE_TRAINING_MS 1000
#define POLL_WHILE_STARVED_MS 500
#define BEAT_S 10

void session_snapshot(struct session *s, struct snapshot *out)
{
    memset(out, 0, sizeof *out);
    if (s->trainer)
        trainer_snapshot(s->trainer, out);
}

const char *session_path(const struct session *s)
{
    return db_path(s->db);
}

int session_log_path(const char *db_path, int64_t run, char *to, size_t room, struct err *e)
{
    char worker[32] = "";
    size_t length = strlen(db_path);
    if (length > 3 && !strcmp(db_path + length - 3, ".db"))
        length -= 3;
    if (run)
        snprintf(worker, sizeof worker, "-run-%lld", (long long)run);
    int n = snprintf(to, room, "%.*s%s.log", (int)length, db_path, worker);
    return n >= 0 && (size_t)n < room
               ? 0
               : err_set(e, ERR_USAGE, "the database's path is too long for a log file beside it");
}

/* --- the session thread --- */

static void take_events(struct session *s)
{
    struct event event;
    while (s->trainer && queue_pop(trainer_events(s->trainer), &event) == 1)
        session_store(s, &event);
}

static void take_verbs(struct session *s)
{
    char verb[16];
    while (s->run && db_verb_take(s->db, s->run, verb, NULL) == 1)
        for (int v = VERB_PAUSE; v <= VERB_CHECKPOINT; v++)
            if (!strcmp(verb, session_verb_names[v]))
                trainer_verb(s->trainer, v);
}

static void look_outside(struct session *s)
{
    int lost = 0;
    /* A process that ends closes its files one after another: the lock need not be the first. */
    if (s->watch.closed && !db_runs_lost(s->db, &lost, NULL)) {
        s->watch.closed = s->watch.next_s > 0;
        if (lost)
            session_changed(s, 0);
    }
    int64_t version;
    if (db_data_version(s->db, &version, NULL) || version == s->data_version)
        return;
    s->data_version = version;
    session_look_for_runs(s);
    session_changed(s, 0);
    take_verbs(s);
}

/* A sign of life for people; nothing hangs on it, so one that fails is not missed. */
static void beat(struct session *s)
{
    if (!s->run || clock_s() - s->beat_s < BEAT_S)
        return;
    s->beat_s = clock_s();
    db_run_seen(s->db, s->run, NULL);
}

static void tell_state(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    bool idle = !s->run && !session_awaits_runs(s);
    bool news = s->changes.idle != idle || s->changes.current != s->run;
    s->changes.idle = idle;
    s->changes.current = s->run;
    s->changes.following = s->n_named;
    pthread_mutex_unlock(&s->lock);
    if (news)
        session_poke(s->wake_fd);
}

static void wait_for_work(struct session *s)
{
    struct pollfd fds[3] = {
        {s->poke_fd, POLLIN, 0},
        {s->watch.fd, POLLIN, 0},
        {s->trainer ? queue_fd(trainer_events(s->trainer)) : -1, POLLIN, 0},
    };
    int timeout_ms = session_watch_timeout_ms(&s->watch);
    int most_ms = s->starved || s->debt.run ? POLL_WHILE_STARVED_MS
                  : s->run                  ? POLL_WHILE_TRAINING_MS
                                            : -1;
    if (timeout_ms < 0 || (most_ms >= 0 && most_ms < timeout_ms))
        timeout_ms = most_ms;
    poll(fds, 3, timeout_ms);
    session_calm(s->poke_fd);
}

/* True when the thread should end. A run in progress is told to stop, again each time round: a stop
 * that came between claim and start would be lost. */
static bool leaving(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    bool closing = s->closing, no_more = s->no_more;
    pthread_mutex_unlock(&s->lock);
    if (closing)
        session_leave_note(s);
    if (no_more || closing)
        session_awaits_no_more(s);
    if (closing && s->run)
        trainer_verb(s->trainer, VERB_STOP);
    return closing && !s->run;
}

static void *session_main(void *argument)
{
    struct session *s = argument;
    for (;;) {
        take_events(s);
        session_carry_out_all(s);
        if (session_watch_due(&s->watch) || s->run)
            look_outside(s);
        beat(s);
        session_store_debt(s);
        if (leaving(s))
            break;
        session_run_next(s);
        tell_state(s);
        wait_for_work(s);
    }
    session_store_debt(s);
    return NULL;
}

/* --- opening and closing --- */

static int open_parts(struct session *s, const struct session_options *options, struct err *e)
{
    char path[1024];
    if (!options->db_path || !options->db_path[0]) {
        if (db_default_path(path, sizeof path, e))
            return -1;
    } else if (str_copy(path, sizeof path, options->db_path)) {
        return err_set(e, ERR_USAGE, "the database's path is longer than %zu bytes",
                       sizeof path - 1);
    }
    if (db_open(&s->db, path, DB_WRITE, e))
        return -1;
    int lost;
    if (db_runs_lost(s->db, &lost, e) || db_data_version(s->db, &s->data_version, e))
        return -1;
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake_fd < 0 || s->poke_fd < 0)
        return err_errno(e, errno, "cannot make an event descriptor");
    if (session_trains(options->takes) && trainer_new(&s->trainer, e))
        return -1;
    session_watch_init(&s->watch, db_path(s->db));
    return 0;
}

static void close_parts(struct session *s)
{
    session_watch_fini(&s->watch);
    trainer_free(s->trainer);
    if (s->wake_fd >= 0)
        close(s->wake_fd);
    if (s->poke_fd >= 0)
        close(s->poke_fd);
    db_close(s->db);
    pthread_cond_destroy(&s->answered);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->given);
    mem_free(s->leaves.runs);
    mem_free(s->named);
    mem_free(s);
}

static int start(struct session *s, const struct session_options *options, struct err *e)
{
    if (open_parts(s, options, e))
        return -1;
    int number = thread_start(&s->thread, session_main, s);
    return number ? err_errno(e, number, "cannot start the session thread") : 0;
}

int session_open(struct session **out, const struct session_options *options, struct err *e)
{
    *out = NULL;
    struct session *s = mem_alloc(1, sizeof *s);
    if (!s)
        return mem_error(e, "the session", sizeof *s);
    s->options = *options;
    s->options.db_path = NULL;
    session_look_for_runs(s);
    s->wake_fd = s->poke_fd = s->watch.fd = -1;
    pthread_cond_init(&s->given, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->answered, NULL);
    if (start(s, options, e)) {
        close_parts(s);
        return -1;
    }
    *out = s;
    return 0;
}

void session_take_no_more(struct session *s)
{
    pthread_mutex_lock(&s->lock);
    s->no_more = true;
    pthread_mutex_unlock(&s->lock);
    session_poke(s->poke_fd);
}

void session_stop(struct session *s)
{
    if (s->stopped)
        return;
    session_end_helper(s);
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    pthread_mutex_unlock(&s->lock);
    session_poke(s->poke_fd);
    pthread_join(s->thread, NULL);
    s->stopped = true;
}

void session_close(struct session *s)
{
    if (!s)
        return;
    session_stop(s);
    session_forget_orders(s);
    close_parts(s);
}
