/* meter.c - progress on standard error, a few times a second; standard output stays for results. No
 * escape sequences, which some terminals do not know: the line is overwritten with blanks. */
#include "src/meter.h"

#include "base/clock.h"
#include "base/str.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define REDRAW_S 0.1

/* A signal handler can reach nothing else. */
static atomic_bool cancelled;

void meter_start(struct meter *m, const char *what, bool quiet)
{
    *m =
        (struct meter){.what = what, .on = !quiet && isatty(STDERR_FILENO), .started_s = clock_s()};
}

void meter_progress(void *context, size_t done, size_t all)
{
    struct meter *m = context;
    double now = clock_s();
    if (!m->on || now - m->drawn_s < REDRAW_S || !all)
        return;
    char left[32];
    double elapsed_s = now - m->started_s;
    str_duration(left, sizeof left, done ? elapsed_s * (double)(all - done) / (double)done : -1);
    int length = snprintf(NULL, 0, "%s: %zu of %zu, %s left", m->what, done, all, left);
    fprintf(stderr, "\r%s: %zu of %zu, %s left%*s", m->what, done, all, left,
            m->drawn > length ? m->drawn - length : 0, "");
    fflush(stderr);
    m->drawn = length;
    m->drawn_s = now;
}

void meter_end(struct meter *m)
{
    if (m->drawn)
        fprintf(stderr, "\r%*s\r", m->drawn, "");
    m->drawn = 0;
}

static void on_signal(int number)
{
    (void)number;
    atomic_store(&cancelled, true);
}

const atomic_bool *meter_cancel(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL); /* a second Ctrl-C ends the process at once */
    sigaction(SIGTERM, &action, NULL);
    return &cancelled;
}
