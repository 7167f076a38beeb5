/* tell.c - events, snapshot, losses by step and clock of the run in progress. */
#include "engine/train/tell_priv.h"

#include "base/clock.h"
#include "base/queue.h"
#include "base/str.h"

#include <math.h>
#include <string.h>

#define SHOW_EVERY_S 0.05

static void write_log(void *context, enum log_level level, const char *text)
{
    struct event event = {.kind = EVENT_LOG, .log = {.level = level}};
    str_copy(event.log.text, sizeof event.log.text, text);
    tell_event(context, &event);
}

void tell_init(struct tell *r, struct queue *events)
{
    memset(r, 0, sizeof *r);
    r->events = events;
    r->log = (struct log){.least = LOG_INFO, .write = write_log, .context = r};
    pthread_mutex_init(&r->order, NULL);
    pthread_mutex_init(&r->lock, NULL);
    tell_end(r);
}

void tell_fini(struct tell *r)
{
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->order);
}

static void clear(struct tell *r, int64_t run)
{
    memset(&r->now, 0, sizeof r->now);
    r->run = r->now.run = run;
    pthread_mutex_lock(&r->lock);
    steps_begin(&r->steps, run, 0);
    pthread_mutex_unlock(&r->lock);
    r->now.eta_s = r->now.total = NAN;
    r->now.load = r->now.temperature_c = r->now.power_w = NAN;
    r->began_s = clock_s();
    r->rested_s = 0;
    tell_show(r, true);
}

void tell_begin(struct tell *r, int64_t run)
{
    clear(r, run);
}

void tell_end(struct tell *r)
{
    int64_t run = r->run;
    clear(r, 0);
    r->run = run; /* the finished event comes after this */
}

void tell_event(struct tell *r, struct event *event)
{
    event->run = r->run;
    pthread_mutex_lock(&r->order);
    event->time_s = clock_date_s();
    int refused = queue_push(r->events, event);
    pthread_mutex_unlock(&r->order);
    if (refused)
        event_fini(event);
}

double tell_clock(const struct tell *r)
{
    return clock_s() - r->began_s - r->rested_s;
}

void tell_rest(struct tell *r, bool resting)
{
    if (resting)
        r->rest_began_s = clock_s();
    else
        r->rested_s += clock_s() - r->rest_began_s;
}

void tell_phase(struct tell *r, enum snapshot_phase phase, int64_t steps, double images_per_s)
{
    r->now.phase = phase;
    r->now.step = 0;
    r->now.steps = steps;
    r->now.images_per_s = images_per_s;
    if (phase == SNAPSHOT_TRAIN) {
        pthread_mutex_lock(&r->lock);
        steps_begin(&r->steps, r->run, r->now.epoch);
        pthread_mutex_unlock(&r->lock);
    }
    tell_show(r, true);
}

void tell_step(struct tell *r, size_t step, double total, const double *term)
{
    pthread_mutex_lock(&r->lock);
    steps_add(&r->steps, (int)step, total, term);
    pthread_mutex_unlock(&r->lock);
}

void tell_show(struct tell *r, bool at_once)
{
    double now_s = clock_s();
    if (!at_once && now_s - r->shown_s < SHOW_EVERY_S)
        return;
    r->shown_s = now_s;
    r->now.elapsed_s = r->now.run ? tell_clock(r) : 0;
    pthread_mutex_lock(&r->lock);
    r->shown = r->now;
    r->news++;
    pthread_mutex_unlock(&r->lock);
}

void tell_read(struct tell *r, struct snapshot *out)
{
    pthread_mutex_lock(&r->lock);
    *out = r->shown;
    pthread_mutex_unlock(&r->lock);
}

bool tell_read_news(struct tell *r, unsigned *seen, struct snapshot *now,
                    struct snapshot_steps *steps)
{
    pthread_mutex_lock(&r->lock);
    const struct snapshot_steps *from = &r->steps.shown;
    bool any = r->news != *seen;
    if (any) {
        *seen = r->news;
        *now = r->shown;
        memcpy(steps, from,
               offsetof(struct snapshot_steps, at) + (size_t)from->n * sizeof *from->at);
    }
    pthread_mutex_unlock(&r->lock);
    return any;
}
