/* reader.c - the thread that reads for the screen.
 *
 * It looks for a want that is stale, fetches it without a lock, and queues the answer: the queue's
 * pipe wakes the screen. A change that comes while it fetches makes the want stale again. The lock
 * is held to look at wants and never while SQLite works.
 */
#include "src/reader.h"

#include "base/mem.h"
#include "base/queue.h"
#include "base/thread.h"
#include "db/db.h"

#include <string.h>

#define MOST_ANSWERS 16

#define WANT_ADDRESS(name, descriptor) &want_##descriptor,
static const struct want_kind *const kinds[UI_WANT_KINDS] = {UI_WANTS(WANT_ADDRESS)};
#undef WANT_ADDRESS

struct reader {
    char *path;
    pthread_t thread;
    struct queue *answers;
    struct want_source source; /* the thread's; but db_interrupt is called under the lock */
    struct reader_answer held[UI_MOST_WANTS]; /* the thread's: answers that go out together */
    size_t n_held;

    pthread_mutex_t lock; /* the rest */
    pthread_cond_t news;
    bool open;           /* source.db is there */
    bool closing, ended; /* the thread is to end, has ended */
    struct ui_want wants[UI_MOST_WANTS];
    bool stale[UI_MOST_WANTS];
    size_t n_wants;
    struct ui_want fetching; /* while `busy` */
    bool busy;
};

const struct want_kind *reader_kind(enum ui_want_kind kind)
{
    return kinds[kind];
}

/* --- the reader thread --- */

static void make_stale(struct reader *r, const struct ui_want *want)
{
    pthread_mutex_lock(&r->lock);
    size_t i = want_place(r->wants, r->n_wants, want);
    if (i < r->n_wants)
        r->stale[i] = true;
    pthread_mutex_unlock(&r->lock);
}

static size_t stale_place(const struct reader *r)
{
    size_t i = 0;
    while (i < r->n_wants && !r->stale[i])
        i++;
    return i;
}

static bool any_stale(struct reader *r)
{
    pthread_mutex_lock(&r->lock);
    bool any = stale_place(r) < r->n_wants;
    pthread_mutex_unlock(&r->lock);
    return any;
}

/* Under the lock: what is being fetched need not be. */
static void interrupt(struct reader *r)
{
    atomic_store(&r->source.cancel, true);
    if (r->open)
        db_interrupt(r->source.db);
}

/* Waits for a stale want and marks it as being fetched; false when the reader is closed. */
static bool next_want(struct reader *r, struct ui_want *want)
{
    pthread_mutex_lock(&r->lock);
    r->busy = false;
    while (stale_place(r) == r->n_wants && !r->closing)
        pthread_cond_wait(&r->news, &r->lock);
    bool found = !r->closing;
    if (found) {
        size_t i = stale_place(r);
        *want = r->fetching = r->wants[i];
        r->stale[i] = false;
        r->busy = true;
        atomic_store(&r->source.cancel, false);
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

/* The queue takes the rows, unless it is closed. */
static void send_held(struct reader *r)
{
    for (size_t i = 0; i < r->n_held; i++)
        if (queue_push(r->answers, &r->held[i]))
            kinds[r->held[i].want.kind]->free_rows(r->held[i].rows);
    r->n_held = 0;
}

/* --- for what takes long --- */

static void send_part(void *context, void *rows)
{
    struct reader *r = context;
    struct reader_answer a = {.want = r->fetching, .rows = rows};
    send_held(r);
    if (queue_push(r->answers, &a))
        kinds[a.want.kind]->free_rows(rows);
}

/* One change makes several wants stale: what is new goes out when all of it is there, for one
 * frame. A part of a long list does not wait. */
static void serve(struct reader *r, const struct ui_want *want)
{
    struct reader_answer a = {.want = *want};
    int status = kinds[want->kind]->fetch(&r->source, want, &a.rows, &a.err);
    bool cancelled = status < 0 && a.err.code == ERR_CANCELLED;
    if (status > 0 || cancelled)
        make_stale(r, want);
    if (status >= 0)
        a.err.code = ERR_NONE;
    if (a.rows || (status < 0 && !cancelled))
        r->held[r->n_held++] = a;
    if (status > 0 || r->n_held == UI_MOST_WANTS || !any_stale(r))
        send_held(r);
}

static int open_source(struct reader *r, struct err *e)
{
    struct db *db;
    if (intern_new(&r->source.texts, e) || db_open(&db, r->path, DB_READ, e))
        return -1;
    r->source.db = db;
    r->source.part = send_part;
    r->source.reader = r;
    pthread_mutex_lock(&r->lock);
    r->open = true;
    pthread_mutex_unlock(&r->lock);
    return 0;
}

static void *reader_main(void *argument)
{
    struct reader *r = argument;
    struct ui_want want;
    if (open_source(r, &r->held[0].err))
        r->n_held = 1;
    else
        while (next_want(r, &want))
            serve(r, &want);
    send_held(r);
    pthread_mutex_lock(&r->lock);
    r->ended = true;
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* --- the screen thread --- */

static void free_reader(struct reader *r)
{
    struct reader_answer a;
    while (r->answers && queue_pop(r->answers, &a) == 1)
        kinds[a.want.kind]->free_rows(a.rows);
    queue_free(r->answers);
    db_close(r->source.db);
    db_close(r->source.sql);
    want_pictures_close(r->source.pictures);
    intern_free(r->source.texts);
    pthread_cond_destroy(&r->news);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->path);
    mem_free(r);
}

int reader_open(struct reader **out, const char *db_path, struct err *e)
{
    *out = NULL;
    struct reader *r = mem_alloc(1, sizeof *r);
    if (!r)
        return mem_error(e, "the screen's reader", sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->news, NULL);
    r->path = mem_string(db_path);
    int status = r->path ? queue_new(&r->answers, MOST_ANSWERS, sizeof(struct reader_answer), e)
                         : mem_error(e, "the database's path", strlen(db_path));
    int number = status ? 0 : thread_start(&r->thread, reader_main, r);
    if (number)
        status = err_errno(e, number, "cannot start the thread that reads for the screen");
    if (status) {
        free_reader(r);
        return -1;
    }
    *out = r;
    return 0;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->closing = true;
    interrupt(r);
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
    queue_close(r->answers);
    pthread_join(r->thread, NULL);
    free_reader(r);
}

void reader_want(struct reader *r, const struct ui_want *wants, size_t n)
{
    bool stale[UI_MOST_WANTS];
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < n; i++) {
        size_t before = want_place(r->wants, r->n_wants, &wants[i]);
        stale[i] = before == r->n_wants || r->stale[before];
    }
    for (size_t i = 0; i < n; i++) {
        r->wants[i] = wants[i];
        r->stale[i] = stale[i];
    }
    r->n_wants = n;
    if (r->busy && want_place(wants, n, &r->fetching) == n)
        interrupt(r);
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
}

/* What is of one run is another only when that run changed; anything else may be. */
static bool is_of(const struct ui_want *want, int64_t run)
{
    bool any = want->run == run || (!want->run && !want->n_runs);
    for (size_t i = 0; i < want->n_runs; i++)
        any |= want->runs[i] == run;
    return any;
}

static bool concerns(const struct session_changes *changes, const struct ui_want *want)
{
    bool any = changes->all;
    for (size_t i = 0; i < changes->n; i++)
        any |= is_of(want, changes->runs[i]);
    return any;
}

void reader_changed(struct reader *r, const struct session_changes *changes)
{
    if (!changes->all && !changes->n)
        return;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->n_wants; i++)
        r->stale[i] |= !kinds[r->wants[i].kind]->once && concerns(changes, &r->wants[i]);
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
}

void reader_tick(struct reader *r)
{
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->n_wants; i++)
        r->stale[i] |= kinds[r->wants[i].kind]->by_time;
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
}

bool reader_idle(struct reader *r)
{
    pthread_mutex_lock(&r->lock);
    bool idle = r->ended || (!r->busy && stale_place(r) == r->n_wants);
    pthread_mutex_unlock(&r->lock);
    return idle;
}

int reader_fd(const struct reader *r)
{
    return queue_fd(r->answers);
}

bool reader_take(struct reader *r, struct reader_answer *out)
{
    return queue_pop(r->answers, out) == 1;
}
