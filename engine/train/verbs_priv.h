/* verbs_priv.h - what people ask of a run, passed from any thread to the engine thread.
 *
 * The engine looks at verbs_waiting before every step, which costs one atomic load, and only then,
 * with no step in flight, asks verbs_next what to do. A stop before training begins cancels the
 * decoding or planning in progress; afterwards it waits for the step, so that weights stay whole.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_VERBS_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_VERBS_PRIV_H

#include "engine/train/trainer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct verbs {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_bool waiting; /* something is to be attended to */
    atomic_bool cancel;  /* give up decoding or planning: given to store and backend */
    bool stop, pause, checkpoint;
    bool training;
};

enum wish { WISH_GO, WISH_PAUSE, WISH_CHECKPOINT, WISH_STOP };

void verbs_init(struct verbs *v);
void verbs_fini(struct verbs *v);

/* Forgets everything: for a new run. */
void verbs_reset(struct verbs *v);

/* Any thread. */
void verbs_give(struct verbs *v, enum verb verb);

/* Engine thread: from now on a stop waits for the step in progress. */
void verbs_begin_training(struct verbs *v);

static inline bool verbs_waiting(struct verbs *v)
{
    return atomic_load_explicit(&v->waiting, memory_order_acquire);
}

/* Engine thread: the next thing to do. Says WISH_PAUSE once; called again with `paused` it waits
 * until there is something else, so that stop and checkpoint work during a pause. */
enum wish verbs_next(struct verbs *v, bool paused);

#endif
