/* report.h - how the engine thread says what it does: events into the queue, progress into the
 * snapshot, and the run's clock. Internal to engine/train; all calls from the engine thread, but
 * report_read (any thread) and report_log's sink (any thread).
 *
 * The clock counts what is spent on training: time in a pause does not count.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_REPORT_H
#define COMBOLAB_ENGINE_TRAIN_REPORT_H

#include "base/log.h"
#include "engine/event.h"

#include <pthread.h>
#include <stdbool.h>

struct queue;

struct report {
    struct queue *events;
    struct log log; /* lines become EVENT_LOG */
    int64_t run;
    struct snapshot now; /* the engine's own, published by report_show */
    double shown_s;      /* when it was published last */
    double began_s, rested_s, rest_began_s;
    pthread_mutex_t lock;
    struct snapshot shown;
};

void report_init(struct report *r, struct queue *events);
void report_fini(struct report *r);

/* A run begins and ends: sets the clock to 0, and the snapshot to idle. */
void report_begin(struct report *r, int64_t run);
void report_end(struct report *r);

/* Hands the event over, waiting while the queue is full; what it owns is freed when the queue is
 * closed. Fills in run and time. */
void report_event(struct report *r, struct event *event);

/* Seconds since report_begin, rests left out. */
double report_clock(const struct report *r);
void report_rest(struct report *r, bool resting);

/* A new phase of `steps` steps; shown at once. */
void report_phase(struct report *r, enum snapshot_phase phase, int64_t steps);

/* Publishes r->now: at once, or at most 20 times a second. */
void report_show(struct report *r, bool at_once);

void report_read(struct report *r, struct snapshot *out);

#endif
