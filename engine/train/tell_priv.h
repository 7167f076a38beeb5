/* tell_priv.h - how the engine thread says what it does: events into the queue, progress into the
 * snapshot and the losses by step, and the run's clock. All calls from the engine thread, but
 * tell_read, tell_read_news, tell_event and the log's sink (any thread).
 *
 * The clock counts what is spent on training: time in a pause does not count.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_TELL_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_TELL_PRIV_H

#include "base/log.h"
#include "engine/event.h"
#include "engine/train/steps_priv.h"

#include <pthread.h>
#include <stdbool.h>

struct queue;

struct tell {
    struct queue *events;
    struct log log; /* lines become EVENT_LOG */
    int64_t run;
    pthread_mutex_t order; /* events come in the order of their times */
    struct snapshot now;   /* the engine's own, published by tell_show */
    double shown_s;        /* when it was published last */
    double began_s, rested_s, rest_began_s;
    pthread_mutex_t lock; /* of what follows; never held for long */
    struct snapshot shown;
    struct steps steps;
    unsigned news; /* another number whenever `shown` is another */
};

void tell_init(struct tell *r, struct queue *events);
void tell_fini(struct tell *r);

/* A run begins and ends: sets the clock to 0, and the snapshot to idle. */
void tell_begin(struct tell *r, int64_t run);
void tell_end(struct tell *r);

/* Hands the event over, waiting while the queue is full; what it owns is freed when the queue is
 * closed. Fills in run and time. */
void tell_event(struct tell *r, struct event *event);

/* Seconds since tell_begin, rests left out. */
double tell_clock(const struct tell *r);
void tell_rest(struct tell *r, bool resting);

/* A new phase of `steps` steps, at what speed such a phase went before (0 = not known); shown at
 * once. With SNAPSHOT_TRAIN the losses by step begin anew. */
void tell_phase(struct tell *r, enum snapshot_phase phase, int64_t steps, double images_per_s);

/* A training step is done, with that total and LOSS_MAX_TERMS terms. */
void tell_step(struct tell *r, size_t step, double total, const double *term);

/* Publishes r->now: at once, or at most 20 times a second. */
void tell_show(struct tell *r, bool at_once);

void tell_read(struct tell *r, struct snapshot *out);

/* The same with the losses by step, unless nothing was published since *seen, which becomes the
 * mark of now (0 at first). True when there was. */
bool tell_read_news(struct tell *r, unsigned *seen, struct snapshot *now,
                    struct snapshot_steps *steps);

#endif
