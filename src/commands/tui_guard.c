/* tui_guard.c - see tui_guard_priv.h. A signal handler reaches nothing but what is static. */
#include "src/commands/tui_guard_priv.h"

#include "base/file.h"
#include "src/session/session.h"
#include "ui/ui.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* --- signals --- */

static volatile sig_atomic_t ends, interrupts, checkpoints, stopped;

static void on_end(int number)
{
    (void)number;
    ends = 1;
}

static void on_interrupt(int number)
{
    (void)number;
    interrupts = 1;
}

static void on_checkpoint(int number)
{
    (void)number;
    checkpoints = 1;
}

struct tui_signals tui_guard_came(void)
{
    struct tui_signals came = {ends, interrupts, checkpoints, stopped};
    interrupts = checkpoints = stopped = 0;
    return came;
}

/* The screen that a deadly signal leaves behind; NULL when there is none. */
static struct ui *volatile shown;

/* What curses does when it is stopped: it gives the terminal back, and takes it when it goes on. */
static void (*curses_stops)(int);

static void on_stop(int number)
{
    if (shown)
        ui_stopping(shown, true);
    curses_stops(number);
    if (shown)
        ui_stopping(shown, false);
    stopped = 1;
}

static void catch_stops(void)
{
    struct sigaction action;
    if (sigaction(SIGTSTP, NULL, &action) || action.sa_handler == SIG_DFL ||
        action.sa_handler == SIG_IGN || action.sa_handler == on_stop)
        return;
    curses_stops = action.sa_handler;
    action.sa_handler = on_stop;
    sigaction(SIGTSTP, &action, NULL);
}

void tui_guard_screen(struct ui *ui)
{
    shown = ui;
    if (ui)
        catch_stops();
}

static void on_death(int number)
{
    if (shown)
        ui_abandon(shown);
    raise(number); /* again, and now as if it had never been caught: with its core, if any */
}

static void catch_deaths(void)
{
    static const int deadly[] = {SIGQUIT, SIGABRT,   SIGSEGV, SIGBUS,  SIGILL,  SIGFPE, SIGSYS,
                                 SIGALRM, SIGVTALRM, SIGPROF, SIGUSR2, SIGPIPE, SIGXCPU};
    struct sigaction action = {.sa_flags = (int)SA_RESETHAND};
    action.sa_handler = on_death;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        sigaction(deadly[i], &action, NULL);
}

void tui_guard_signals(sigset_t *awake)
{
    static const int blocked[] = {SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGWINCH, SIGTSTP};
    struct sigaction action = {0};
    sigset_t set;
    catch_deaths();
    signal(SIGXFSZ, SIG_IGN); /* an error of a write, no reason to lose a run */
    action.sa_handler = on_end;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = on_checkpoint;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
        sigaddset(&set, blocked[i]);
    pthread_sigmask(SIG_BLOCK, &set, awake);
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
        sigdelset(awake, blocked[i]);
}

/* --- standard error --- */

int tui_guard_divert(const char *db_path)
{
    char path[FILE_PATH_BYTES];
    int file = -1;
    if (!session_log_path(db_path, 0, path, sizeof path, NULL))
        file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    fflush(stderr);
    int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (file >= 0)
        dup2(file, STDERR_FILENO);
    if (file >= 0)
        close(file);
    return kept;
}

void tui_guard_restore(int kept)
{
    if (kept < 0)
        return;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
}
