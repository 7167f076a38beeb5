/* jobs.c - see jobs.h. A worker is this program, begun anew, in a process group of its own: Ctrl-C
 * reaches it through us, once. What it would print goes to us by a pipe; the kernel tells it when
 * we are gone.
 */
#include "src/jobs.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "results/run_tables.h"
#include "src/detach.h"
#include "src/outcome.h"
#include "src/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_JOBS 64
#define LINE_BYTES 2048
#define MOST_WORDS 16

struct job {
    pid_t pid; /* 0 = not started */
    int fd;    /* what it prints, -1 = at its end */
    char line[LINE_BYTES];
    size_t length;
    int status; /* of its exit */
};

struct jobs {
    const struct invocation *in;
    struct job job[MOST_JOBS];
    int n;
    sigset_t before;
    double begun_s; /* date */
};

/* --- signals --- */

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
#define N_PASSED (sizeof passed_on / sizeof *passed_on)

/* How often each came and is not passed on yet. */
static volatile sig_atomic_t came[N_PASSED];

static void on_signal(int number)
{
    for (size_t i = 0; i < N_PASSED; i++)
        if (passed_on[i] == number)
            came[i]++;
}

/* One that the caller had ignored stays so, here and in the workers. */
static void catch_signals(struct jobs *j)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < N_PASSED; i++) {
        struct sigaction action;
        sigaction(passed_on[i], NULL, &action);
        if (action.sa_handler == SIG_IGN)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = on_signal;
        sigaction(passed_on[i], &action, NULL);
        sigaddset(&set, passed_on[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, &j->before);
}

static void pass_on(struct jobs *j)
{
    for (size_t i = 0; i < N_PASSED; i++)
        for (; came[i]; came[i]--)
            for (int k = 0; k < j->n; k++)
                if (j->job[k].pid)
                    kill(j->job[k].pid, passed_on[i]);
}

/* --- starting --- */

static int own_cores(void)
{
    cpu_set_t set;
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    if (!sched_getaffinity(0, sizeof set, &set))
        n = CPU_COUNT(&set);
    return n > 0 ? (int)n : 1;
}

/* In the child, where nothing may be allocated. */
static void become_worker(const struct jobs *j, const char *program, char *const *words, int out,
                          pid_t parent)
{
    int none = open("/dev/null", O_RDWR);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent || none < 0)
        _exit(EXIT_ERROR);
    dup2(none, STDIN_FILENO);
    dup2(none, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    for (size_t i = 0; i < N_PASSED; i++) {
        struct sigaction action;
        sigaction(passed_on[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            signal(passed_on[i], SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &j->before, NULL);
    execv(program, words);
    _exit(EXIT_ERROR);
}

static int start(struct jobs *j, struct job *job, const char *program, char *const *words,
                 struct err *e)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe(ends))
        return err_errno(e, errno, "a worker cannot be started");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (!pid)
        become_worker(j, program, words, ends[1], parent);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return err_errno(e, errno, "a worker cannot be started");
    }
    job->pid = pid;
    job->fd = ends[0];
    return 0;
}

/* "combolab work --database PATH --threads 4 ..." */
static int start_all(struct jobs *j, const struct jobs_options *o, struct err *e)
{
    char program[FILE_PATH_BYTES], threads[24],
        name[] = "combolab", work[] = "work", database[] = "--database", path[OPT_TEXT_BYTES],
        number[] = "--threads", device[] = "--device", which[OPT_TEXT_BYTES], once[] = "--once",
        wait[] = "--wait", quiet[] = "--quiet";
    char *words[MOST_WORDS] = {name, work, number, threads};
    int n = 4;
    int64_t each = o->threads ? o->threads : own_cores() / o->n;
    snprintf(threads, sizeof threads, "%lld", (long long)(each ? each : 1));
    str_copy(path, sizeof path, j->in->global.database);
    str_copy(which, sizeof which, o->device);
    if (path[0]) {
        words[n++] = database;
        words[n++] = path;
    }
    if (which[0]) {
        words[n++] = device;
        words[n++] = which;
    }
    if (o->once)
        words[n++] = once;
    if (o->waits)
        words[n++] = wait;
    if (j->in->global.quiet)
        words[n++] = quiet;
    words[n] = NULL;
    detach_program(program, sizeof program);
    for (; j->n < o->n; j->n++) {
        j->job[j->n].fd = -1;
        if (start(j, &j->job[j->n], program, words, e))
            return -1;
    }
    return 0;
}

/* --- what they print --- */

static void put_line(const struct jobs *j, struct job *job)
{
    fprintf(stderr, "[%d] %.*s\n", (int)(job - j->job) + 1, (int)job->length, job->line);
    job->length = 0;
}

static void take(const struct jobs *j, struct job *job)
{
    char bytes[4096];
    ssize_t n = read(job->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return;
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n' || job->length == sizeof job->line)
            put_line(j, job);
        if (bytes[i] != '\n')
            job->line[job->length++] = bytes[i];
    }
    if (n > 0)
        return;
    if (job->length)
        put_line(j, job);
    close(job->fd);
    job->fd = -1;
}

/* Until all have closed what they print to, which is when they end. */
static void attend(struct jobs *j)
{
    for (;;) {
        struct pollfd fds[MOST_JOBS];
        int open = 0;
        for (int i = 0; i < j->n; i++) {
            fds[i] = (struct pollfd){j->job[i].fd, POLLIN, 0};
            open += j->job[i].fd >= 0;
        }
        if (!open)
            return;
        int ready = ppoll(fds, (nfds_t)j->n, NULL, &j->before);
        pass_on(j);
        for (int i = 0; ready > 0 && i < j->n; i++)
            if (fds[i].revents)
                take(j, &j->job[i]);
    }
}

static void wait_for(struct job *job)
{
    int status = 0;
    if (!job->pid)
        return;
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    job->status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_ERROR;
}

/* --- the table --- */

static bool is_ours(const struct jobs *j, const struct run_row *run)
{
    for (int i = 0; i < j->n; i++)
        if (j->job[i].pid == run->pid && run->started >= j->begun_s - 1)
            return true;
    return false;
}

static int report(const struct jobs *j, struct err *e)
{
    struct db *db;
    struct run_row *runs;
    struct table *t = NULL;
    size_t n, ours = 0;
    if (output_open_db(j->in, &db, e))
        return -1;
    int result = db_runs(db, &runs, &n, e);
    db_close(db);
    if (result)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (is_ours(j, &runs[i]))
            runs[ours++] = runs[i];
    for (size_t i = 0; i < ours / 2; i++) { /* the oldest first */
        struct run_row other = runs[i];
        runs[i] = runs[ours - 1 - i];
        runs[ours - 1 - i] = other;
    }
    if (ours || j->in->global.format != FORMAT_TABLE)
        result = run_tables_report(&t, runs, ours, e) || output_tables(j->in, &t, 1, e) ? -1 : 0;
    table_free(t);
    mem_free(runs);
    return result;
}

int jobs_run(const struct invocation *in, const struct jobs_options *options)
{
    struct jobs *j = mem_alloc(1, sizeof *j);
    struct err e;
    int status = EXIT_GOOD;
    if (!j) {
        mem_error(&e, "the workers", sizeof *j);
        return command_fail(&e);
    }
    j->in = in;
    j->begun_s = clock_date_s();
    catch_signals(j);
    int failed = start_all(j, options, &e);
    for (int i = 0; failed && i < j->n; i++)
        kill(j->job[i].pid, SIGTERM);
    attend(j);
    for (int i = 0; i < j->n; i++) {
        wait_for(&j->job[i]);
        status = outcome_worse(status, j->job[i].status);
    }
    if (!failed)
        failed = report(j, &e);
    mem_free(j);
    return failed ? command_fail(&e) : status;
}
