/* headless.c - the loop of the main thread while it trains without the screen.
 *
 * Signals are blocked but for the moment in ppoll, so that one that comes just before the wait is
 * not slept over. The runs that belong to this command are those added, or begun by its session.
 */
#include "src/headless.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/run_tables.h"
#include "src/detach.h"
#include "src/outcome.h"
#include "src/output.h"
#include "src/progress.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 100
#define ELSEWHERE_MS 1000

struct headless {
    const struct invocation *in;
    bool named, waits;
    bool borrows; /* runs that others queued: they stay so, and nobody is waited for */
    struct session *session;
    struct progress *progress;
    struct db *db; /* read-only */
    sigset_t before;
    pthread_mutex_t lock; /* runs and n_runs, added to by the session thread; failed, dead */
    int64_t *runs;
    size_t n_runs, room;
    bool out_of_memory, failed, dead, told_elsewhere;
    bool trained; /* the session is closed */
};

/* The things that a signal handler can reach. */
static volatile sig_atomic_t signals, checkpoints;

static void on_signal(int number)
{
    (void)number;
    if (signals++)
        _exit(EXIT_STOPPED);
}

static void on_checkpoint(int number)
{
    (void)number;
    checkpoints = 1;
}

/* The decoded images of the cache are mapped: what the disk cannot read, or somebody has cut off,
 * ends the process where it is used. */
static void on_bus_error(int number)
{
    static const char text[] =
        "combolab: a file that was in use was cut short or cannot be read, most likely decoded "
        "images in the cache: look after the disk, then go on with `combolab resume`\n";
    ssize_t unused = write(STDERR_FILENO, text, sizeof text - 1);
    (void)unused;
    signal(number, SIG_DFL);
    raise(number);
}

static const struct {
    int number;
    void (*handler)(int number);
} caught[] = {
    {SIGINT, on_signal},
    {SIGTERM, on_signal},
    {SIGHUP, on_signal},
    {SIGUSR1, on_checkpoint},
};
#define N_CAUGHT (sizeof caught / sizeof *caught)

/* A signal that the caller had ignored (nohup, a worker of its own) stays ignored. A reader of our
 * progress that goes away, and a limit on file sizes, are errors of a write and no reason to lose a
 * run. */
static void catch_signals(struct headless *h)
{
    sigset_t set;
    sigemptyset(&set);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGBUS, on_bus_error);
    for (size_t i = 0; i < N_CAUGHT; i++) {
        struct sigaction action;
        sigaction(caught[i].number, NULL, &action);
        if (action.sa_handler == SIG_IGN)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = caught[i].handler;
        sigaction(caught[i].number, &action, NULL);
        sigaddset(&set, caught[i].number);
    }
    pthread_sigmask(SIG_BLOCK, &set, &h->before);
}

/* They were queued for this command. */
static bool owns_runs(const struct headless *h)
{
    return h->named && !h->borrows;
}

/* --- what the session tells --- */

static void note_run(struct headless *h, int64_t run)
{
    pthread_mutex_lock(&h->lock);
    bool known = false;
    for (size_t i = 0; i < h->n_runs; i++)
        known |= h->runs[i] == run;
    if (!known && h->n_runs == h->room) {
        size_t room = h->room ? 2 * h->room : 16;
        int64_t *runs = mem_resize(h->runs, room, sizeof *runs);
        h->out_of_memory |= !runs;
        if (runs) {
            h->runs = runs;
            h->room = room;
        }
    }
    if (!known && h->n_runs < h->room)
        h->runs[h->n_runs++] = run;
    pthread_mutex_unlock(&h->lock);
}

static void begun(void *context, int64_t run, const struct run_config *config)
{
    struct headless *h = context;
    char title[OPT_TEXT_BYTES];
    note_run(h, run);
    config_title(config, title, sizeof title);
    progress_begin(h->progress, run, config->name[0] ? config->name : title, config->epochs);
}

static void stored(void *context, const struct event *event)
{
    struct headless *h = context;
    if (event->kind == EVENT_FINISHED && event->finished.dead) {
        pthread_mutex_lock(&h->lock);
        h->dead = true;
        pthread_mutex_unlock(&h->lock);
    }
    progress_event(h->progress, event);
}

static void trouble(void *context, const char *text, bool fatal)
{
    struct headless *h = context;
    pthread_mutex_lock(&h->lock);
    h->failed |= fatal;
    pthread_mutex_unlock(&h->lock);
    progress_say(h->progress, fatal ? LOG_ERROR : LOG_WARNING, text);
}

/* --- opening --- */

static int open_parts(struct headless *h, const struct headless_options *options, struct err *e)
{
    struct session_options so = {
        .db_path = options->in->global.database,
        .takes = options->takes,
        .most = options->most,
        .device = options->device,
        .threads = options->threads,
        .viewer = {begun, stored, trouble, h},
    };
    if (progress_new(&h->progress, stderr, options->in->global.quiet, e) ||
        session_open(&h->session, &so, e))
        return -1;
    return db_open(&h->db, session_path(h->session), DB_READ, e);
}

int headless_open(struct headless **out, const struct headless_options *options, struct err *e)
{
    struct headless *h = *out = mem_alloc(1, sizeof *h);
    if (!h)
        return mem_error(e, "the session", sizeof *h);
    h->in = options->in;
    h->named = options->takes == SESSION_TAKES_NAMED;
    h->waits = options->waits;
    pthread_mutex_init(&h->lock, NULL);
    catch_signals(h);
    if (!open_parts(h, options, e))
        return 0;
    headless_close(h);
    *out = NULL;
    return -1;
}

static void give_up_queued(struct headless *h);

/* Runs that were queued for an attempt that failed before it trained are not left to others. */
void headless_close(struct headless *h)
{
    if (!h)
        return;
    if (h->db && !h->trained)
        give_up_queued(h);
    db_close(h->db);
    session_close(h->session);
    progress_free(h->progress);
    pthread_sigmask(SIG_SETMASK, &h->before, NULL);
    pthread_mutex_destroy(&h->lock);
    mem_free(h->runs);
    mem_free(h);
}

int headless_add(struct headless *h, const struct run_config *config, int64_t *id, struct err *e)
{
    if (session_add(h->session, config, id, e))
        return -1;
    note_run(h, *id);
    return h->out_of_memory ? mem_error(e, "the list of runs", h->room * sizeof *h->runs) : 0;
}

int headless_find(struct headless *h, const struct invocation *in, int64_t **runs, size_t *n,
                  struct err *e)
{
    return output_find_runs(h->db, in->arguments, (size_t)in->n_arguments, runs, n, e);
}

int headless_resume(struct headless *h, const int64_t *runs, size_t n, unsigned how,
                    const char *data, struct err *e)
{
    int result = data[0] ? session_move_data(h->session, runs, n, data, e) : 0;
    if (!result)
        result = session_resume(h->session, runs, n, how, e);
    for (size_t i = 0; !result && i < n; i++)
        note_run(h, runs[i]);
    if (!result && h->out_of_memory)
        return mem_error(e, "the list of runs", h->room * sizeof *h->runs);
    return result;
}

int headless_config(struct headless *h, int64_t run, struct run_config *config, struct run_row *row,
                    struct err *e)
{
    return session_read_config(h->db, run, config, row, e);
}

int headless_take(struct headless *h, const int64_t *runs, size_t n, struct err *e)
{
    struct run_row row;
    h->borrows = true;
    for (size_t i = 0; i < n; i++) {
        if (db_run(h->db, runs[i], &row, e))
            return -1;
        if (run_state_of_name(row.state) != RUN_QUEUED)
            return err_set(e, ERR_STATE, "run %lld is %s: only a run in the queue can be taken",
                           (long long)row.id, row.state);
        note_run(h, row.id);
    }
    return h->out_of_memory ? mem_error(e, "the list of runs", h->room * sizeof *h->runs) : 0;
}

int headless_is_paused(struct headless *h, int64_t run, bool *paused, struct err *e)
{
    struct run_row row;
    if (db_run(h->db, run, &row, e))
        return -1;
    *paused = run_state_of_name(row.state) == RUN_PAUSED;
    return 0;
}

int headless_go_on(struct headless *h, int64_t run, struct err *e)
{
    struct run_row row;
    char text[sizeof row.host + 80];
    if (db_run(h->db, run, &row, e) || session_verb(h->session, run, VERB_RESUME, e))
        return -1;
    snprintf(text, sizeof text, "run %lld: goes on, in process %lld on %s", (long long)row.id,
             (long long)row.pid, row.host);
    progress_say(h->progress, LOG_INFO, text);
    return 0;
}

/* --- training --- */

/* Runs of ours that another process took from the queue and has not ended. One that is still in it
 * waits for its device: that has been said. */
static size_t count_elsewhere(struct headless *h)
{
    size_t n = 0;
    struct run_row row;
    for (size_t i = 0; owns_runs(h) && i < h->n_runs; i++) {
        if (db_run(h->db, h->runs[i], &row, NULL))
            continue; /* deleted meanwhile */
        int state = run_state_of_name(row.state);
        n += state == RUN_RUNNING || state == RUN_PAUSED;
    }
    if (n && !h->told_elsewhere) {
        progress_say(h->progress, LOG_INFO,
                     "another process took runs of ours from the queue; waiting for it");
        h->told_elsewhere = true;
    }
    return n;
}

static bool has_failed(struct headless *h)
{
    pthread_mutex_lock(&h->lock);
    bool failed = h->failed;
    pthread_mutex_unlock(&h->lock);
    return failed;
}

/* With a dead device, which is no fault of theirs, queued runs are left to another process. */
static bool gives_up(struct headless *h)
{
    pthread_mutex_lock(&h->lock);
    bool gives_up = signals || (h->failed && !h->dead);
    pthread_mutex_unlock(&h->lock);
    return gives_up;
}

/* The session may have more to do. */
static bool goes_on(struct headless *h, const struct session_changes *changes, int *timeout_ms)
{
    *timeout_ms = changes->current && progress_moves(h->progress) ? TICK_MS : -1;
    if (signals || has_failed(h))
        return false;
    if (!changes->idle || h->waits)
        return true;
    *timeout_ms = ELSEWHERE_MS;
    return count_elsewhere(h) > 0;
}

/* As batch systems do shortly before they end a job. */
static void take_checkpoint_signal(struct headless *h, int64_t run)
{
    if (!checkpoints)
        return;
    checkpoints = 0;
    if (run)
        session_verb(h->session, run, VERB_CHECKPOINT, NULL);
}

static void loop(struct headless *h)
{
    struct session_changes changes;
    struct snapshot snapshot;
    int timeout_ms;
    for (;;) {
        session_changes(h->session, &changes);
        take_checkpoint_signal(h, changes.current);
        session_snapshot(h->session, &snapshot);
        progress_tick(h->progress, &snapshot);
        if (!goes_on(h, &changes, &timeout_ms))
            return;
        struct pollfd fd = {session_wake_fd(h->session), POLLIN, 0};
        struct timespec wait = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
        ppoll(&fd, 1, timeout_ms < 0 ? NULL : &wait, &h->before);
    }
}

/* What was added and has not begun would be a surprise when somebody else took it later. */
static void give_up_queued(struct headless *h)
{
    struct run_row row;
    session_take_no_more(h->session);
    for (size_t i = 0; owns_runs(h) && i < h->n_runs; i++)
        if (!db_run(h->db, h->runs[i], &row, NULL) &&
            !strcmp(row.state, run_state_name(RUN_QUEUED)))
            session_verb(h->session, row.id, VERB_STOP, NULL);
}

int headless_train(struct headless *h, struct err *e)
{
    for (size_t i = 0; h->named && i < h->n_runs; i++)
        if (session_take(h->session, h->runs[i], e))
            return -1;
    loop(h);
    if (signals)
        progress_say(h->progress, LOG_INFO,
                     "stopping after this step; a second Ctrl-C leaves at once");
    pthread_sigmask(SIG_SETMASK, &h->before, NULL);
    if (gives_up(h))
        give_up_queued(h);
    session_stop(h->session);
    h->trained = true;
    progress_free(h->progress);
    h->progress = NULL;
    return 0;
}

/* --- reporting --- */

/* The worst state decides. */
static int status_of(const struct run_row *row)
{
    bool ended = run_state_ended((enum run_state)run_state_of_name(row->state));
    return signals && !ended ? EXIT_STOPPED : outcome_of(row);
}

/* Those of our runs that are still there; somebody may have deleted others. */
static int read_runs(struct headless *h, struct run_row *rows, size_t *n, struct err *e)
{
    *n = 0;
    for (size_t i = 0; i < h->n_runs; i++) {
        if (!db_run(h->db, h->runs[i], &rows[*n], e))
            ++*n;
        else if (e->code != ERR_NOT_FOUND)
            return -1;
    }
    return 0;
}

/* What is called finished is there to be used. */
static int check_weights(struct headless *h, const struct run_row *row, struct err *e)
{
    struct checkpoint_row *files;
    size_t n;
    if (run_state_of_name(row->state) != RUN_FINISHED)
        return 0;
    if (db_checkpoints(h->db, row->id, &files, &n, e))
        return -1;
    int result = 0;
    for (size_t i = 0; !result && i < n; i++)
        if (access(files[i].path, R_OK))
            result =
                err_errno(e, errno,
                          "run %lld has finished and its results are stored, but its %s weights "
                          "cannot be read any more: %s",
                          (long long)row->id, files[i].kind, files[i].path);
    mem_free(files);
    return result;
}

int headless_report(struct headless *h, int *status, struct err *e)
{
    struct table *t = NULL;
    size_t n;
    *status = has_failed(h) ? EXIT_ERROR : signals ? EXIT_STOPPED : EXIT_GOOD;
    struct run_row *rows = mem_alloc(h->n_runs, sizeof *rows);
    if (!rows)
        return mem_error(e, "the table of runs", h->n_runs * sizeof *rows);
    int result = read_runs(h, rows, &n, e);
    for (size_t i = 0; !result && i < n; i++)
        *status = outcome_worse(*status, status_of(&rows[i]));
    if (!result && (n || h->in->global.format != FORMAT_TABLE))
        result = run_tables_report(&t, rows, n, e) || output_tables(h->in, &t, 1, e) ? -1 : 0;
    for (size_t i = 0; !result && i < n; i++)
        result = check_weights(h, &rows[i], e);
    table_free(t);
    mem_free(rows);
    return result;
}

int headless_print_queued(struct headless *h, struct err *e)
{
    static const struct table_column id[] = {{"id", "run", TABLE_INT, 0, false}};
    struct table *t;
    if (h->in->global.format == FORMAT_TABLE) {
        for (size_t i = 0; i < h->n_runs; i++)
            printf("%lld\n", (long long)h->runs[i]);
        return 0;
    }
    if (table_new(&t, "runs", false, id, 1, e))
        return -1;
    for (size_t i = 0; i < h->n_runs; i++)
        table_int(t, h->runs[i]);
    int result = output_tables(h->in, &t, 1, e);
    table_free(t);
    return result;
}

/* The numbers are out before somebody waits for the worker. */
static int detach(struct headless *h, struct err *e)
{
    fflush(stdout);
    return h->n_runs ? detach_runs(session_path(h->session), h->runs, h->n_runs,
                                   h->in->global.quiet ? NULL : stderr, e)
                     : 0;
}

int headless_command(const struct headless_options *options,
                     int (*prepare)(struct headless *h, const struct invocation *in, struct err *e))
{
    struct err e;
    struct headless *h;
    int status = EXIT_GOOD;
    if (headless_open(&h, options, &e))
        return command_fail(&e);
    int result = prepare ? prepare(h, options->in, &e) : 0;
    if (!result && options->takes == SESSION_TAKES_NONE)
        result = headless_print_queued(h, &e) || (options->detaches && detach(h, &e)) ? -1 : 0;
    else if (!result)
        result = headless_train(h, &e) || headless_report(h, &status, &e);
    headless_close(h);
    return result ? command_fail(&e) : status;
}
