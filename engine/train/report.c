/* report.c - events, snapshot and clock of the run in progress. */
#include "engine/train/report.h"

#include "base/queue.h"
#include "base/str.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define SHOW_EVERY_S 0.05

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void write_log(void *context, enum log_level level, const char *text)
{
    struct event event = {.kind = EVENT_LOG, .log = {.level = level}};
    str_copy(event.log.text, sizeof event.log.text, text);
    report_event(context, &event);
}

void report_init(struct report *r, struct queue *events)
{
    memset(r, 0, sizeof *r);
    r->events = events;
    r->log = (struct log){.least = LOG_INFO, .write = write_log, .context = r};
    pthread_mutex_init(&r->lock, NULL);
    report_end(r);
}

void report_fini(struct report *r)
{
    pthread_mutex_destroy(&r->lock);
}

static void clear(struct report *r, int64_t run)
{
    memset(&r->now, 0, sizeof r->now);
    r->run = r->now.run = run;
    r->now.eta_s = r->now.total = NAN;
    r->began_s = seconds(CLOCK_MONOTONIC);
    r->rested_s = 0;
    report_show(r, true);
}

void report_begin(struct report *r, int64_t run)
{
    clear(r, run);
}

void report_end(struct report *r)
{
    int64_t run = r->run;
    clear(r, 0);
    r->run = run; /* the finished event comes after this */
}

void report_event(struct report *r, struct event *event)
{
    event->run = r->run;
    event->time_s = seconds(CLOCK_REALTIME);
    if (queue_push(r->events, event))
        event_fini(event);
}

double report_clock(const struct report *r)
{
    return seconds(CLOCK_MONOTONIC) - r->began_s - r->rested_s;
}

void report_rest(struct report *r, bool resting)
{
    if (resting)
        r->rest_began_s = seconds(CLOCK_MONOTONIC);
    else
        r->rested_s += seconds(CLOCK_MONOTONIC) - r->rest_began_s;
}

void report_phase(struct report *r, enum snapshot_phase phase, int64_t steps)
{
    r->now.phase = phase;
    r->now.step = 0;
    r->now.steps = steps;
    r->now.images_per_s = 0;
    report_show(r, true);
}

void report_show(struct report *r, bool at_once)
{
    double now_s = seconds(CLOCK_MONOTONIC);
    if (!at_once && now_s - r->shown_s < SHOW_EVERY_S)
        return;
    r->shown_s = now_s;
    r->now.elapsed_s = r->now.run ? report_clock(r) : 0;
    pthread_mutex_lock(&r->lock);
    r->shown = r->now;
    pthread_mutex_unlock(&r->lock);
}

void report_read(struct report *r, struct snapshot *out)
{
    pthread_mutex_lock(&r->lock);
    *out = r->shown;
    pthread_mutex_unlock(&r->lock);
}
