/* detach.c - see detach.h. The worker is this program, begun anew: a mere fork of a process that
 * has had an engine could not compute. */
#include "src/detach.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/event.h"
#include "src/session/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 30.0
#define LOOK_MS 20
#define SAID_BYTES 400

extern char **environ;

struct worker {
    pid_t pid;
    char log[FILE_PATH_BYTES];
    int fd;      /* of the log */
    off_t begun; /* where this worker's part of it begins */
};

/* --- starting --- */

/* The file may have been replaced since: then what runs now is begun again. */
void detach_program(char *to, size_t room)
{
    ssize_t n = readlink("/proc/self/exe", to, room - 1);
    to[n > 0 ? n : 0] = '\0';
    if (n <= 0 || access(to, X_OK))
        str_copy(to, room, "/proc/self/exe");
}

/* Every signal as it was at first, but for SIGHUP, which a worker without a terminal has no use
 * for: it is ignored from before its first instruction on. */
static int spawn_with(struct worker *w, char **argv, posix_spawn_file_actions_t *files,
                      posix_spawnattr_t *how)
{
    char program[FILE_PATH_BYTES];
    sigset_t none, all;
    struct sigaction ignore = {0}, before;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGHUP);
    posix_spawnattr_setsigmask(how, &none);
    posix_spawnattr_setsigdefault(how, &all);
    posix_spawnattr_setflags(how,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(files, w->fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(files, w->fd, STDERR_FILENO);
    detach_program(program, sizeof program);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGHUP, &ignore, &before);
    int number = posix_spawn(&w->pid, program, files, how, argv, environ);
    sigaction(SIGHUP, &before, NULL);
    return number;
}

static int spawn(struct worker *w, char **argv, struct err *e)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int number = posix_spawn_file_actions_init(&files);
    if (number)
        return err_errno(e, number, "a worker cannot be started");
    number = posix_spawnattr_init(&how);
    if (!number) {
        number = spawn_with(w, argv, &files, &how);
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&files);
    return number ? err_errno(e, number, "a worker cannot be started") : 0;
}

static int open_log(struct worker *w, const char *db_path, int64_t run, struct err *e)
{
    struct stat s;
    if (session_log_path(db_path, run, w->log, sizeof w->log, e))
        return -1;
    w->fd = open(w->log, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (w->fd < 0 || fstat(w->fd, &s))
        return err_errno(e, errno, "the log of a worker, %s, cannot be written", w->log);
    w->begun = s.st_size;
    return 0;
}

/* "combolab work --database PATH RUN ..." */
static int start(struct worker *w, const char *db_path, const int64_t *runs, size_t n,
                 struct err *e)
{
    enum { WORDS = 4, NUMBER_BYTES = 24 };
    char name[] = "combolab", work[] = "work", option[] = "--database", path[FILE_PATH_BYTES];
    char *before[WORDS] = {name, work, option, path};
    char **argv = mem_alloc(WORDS + n + 1, sizeof *argv);
    char *numbers = mem_alloc(n, NUMBER_BYTES);
    int result = -1;
    if (!argv || !numbers) {
        mem_error(e, "a worker's arguments", n * NUMBER_BYTES);
        goto out;
    }
    if (str_copy(path, sizeof path, db_path)) {
        err_set(e, ERR_USAGE, "the database's path is longer than %zu bytes", sizeof path - 1);
        goto out;
    }
    memcpy(argv, before, sizeof before);
    for (size_t i = 0; i < n; i++) {
        argv[WORDS + i] = numbers + i * NUMBER_BYTES;
        snprintf(argv[WORDS + i], NUMBER_BYTES, "%lld", (long long)runs[i]);
    }
    result = spawn(w, argv, e);
out:
    mem_free(numbers);
    mem_free(argv);
    return result;
}

/* --- looking whether it has begun --- */

/* The last message that this worker has written, or else its last line; "" when there is none. */
static void last_said(const struct worker *w, char *to, size_t room)
{
    static const char prefix[] = "combolab: ";
    char text[4096];
    struct stat s;
    bool message = false;
    to[0] = '\0';
    if (fstat(w->fd, &s) || s.st_size <= w->begun)
        return;
    off_t most = (off_t)sizeof text - 1, bytes = s.st_size - w->begun;
    ssize_t n = pread(w->fd, text, (size_t)most, bytes > most ? s.st_size - most : w->begun);
    text[n > 0 ? n : 0] = '\0';
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        bool is_message = !strncmp(line, prefix, strlen(prefix));
        if (line[0] && (is_message || !message))
            str_copy(to, room, is_message ? line + strlen(prefix) : line);
        message |= is_message;
    }
}

static int ended(const struct worker *w, int64_t run, struct err *e)
{
    char said[SAID_BYTES];
    last_said(w, said, sizeof said);
    return err_set(e, ERR_STATE,
                   "the worker ended before it began run %lld, which waits in the queue%s%s",
                   (long long)run, said[0] ? "; the last it said: " : " (it said nothing)", said);
}

/* The run is no longer in the queue: somebody has begun it. */
static bool has_begun(struct db *db, int64_t run)
{
    struct err e;
    struct run_row row;
    if (db_run(db, run, &row, &e))
        return e.code == ERR_NOT_FOUND;
    return run_state_of_name(row.state) != RUN_QUEUED;
}

static int await(const struct worker *w, struct db *db, int64_t run, struct err *e)
{
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    double begun_s = clock_s();
    for (;;) {
        bool gone = waitpid(w->pid, NULL, WNOHANG) == w->pid;
        if (has_begun(db, run))
            return 0;
        if (gone)
            return ended(w, run, e);
        if (clock_s() - begun_s > PATIENCE_S)
            return 0; /* it lives, and may wait for another process */
        nanosleep(&pause, NULL);
    }
}

/* --- */

/* With the database where it is not the one that commands take by themselves. */
static void tell(const struct worker *w, const char *db_path, const int64_t *runs, size_t n,
                 FILE *to)
{
    char more[48] = "", usual[FILE_PATH_BYTES];
    bool named = db_default_path(usual, sizeof usual, NULL) || strcmp(usual, db_path) != 0;
    if (n > 1)
        snprintf(more, sizeof more, " and then %zu more", n - 1);
    fprintf(
        to,
        "combolab: run %lld%s: trained by a worker of its own, process %lld; its log is %s\n"
        "combolab: follow it with `combolab attach %lld`, stop it with `combolab stop %lld`%s\n",
        (long long)runs[0], more, (long long)w->pid, w->log, (long long)runs[0], (long long)runs[0],
        named ? ", each with this --database" : "");
}

int detach_runs(const char *db_path, const int64_t *runs, size_t n, FILE *to, struct err *e)
{
    struct worker w = {.fd = -1};
    struct db *db = NULL;
    int result = db_open(&db, db_path, DB_READ, e);
    if (!result)
        result = open_log(&w, db_path, runs[0], e);
    if (!result)
        result = start(&w, db_path, runs, n, e);
    if (!result)
        result = await(&w, db, runs[0], e);
    if (!result && to)
        tell(&w, db_path, runs, n, to);
    if (w.fd >= 0)
        close(w.fd);
    db_close(db);
    return result;
}
