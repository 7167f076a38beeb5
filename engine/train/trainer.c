/* trainer.c - the engine thread, and how other threads reach it.
 *
 * The thread lives as long as the trainer, since OpenMP keeps a pool of workers for each thread
 * that ever computed. A job is handed over under the mutex; verbs and snapshot have locks of their
 * own, held for a copy only, so no caller ever waits for computing. A run counts as over before its
 * EVENT_FINISHED is in the queue: who pops it can start the next at once.
 */
#include "engine/train/trainer.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/thread.h"
#include "engine/train/run_priv.h"
#include "engine/train/tell_priv.h"
#include "engine/train/verbs_priv.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>

#define QUEUE_EVENTS 256

struct trainer {
    pthread_t thread;
    struct queue *events;
    struct tell tell;
    struct verbs verbs;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool busy;   /* a job waits or runs */
    bool handed; /* a job waits */
    bool quit;
    struct trainer_job job;
};

/* Waits for a job; false when the trainer is being freed. */
static bool take_job(struct trainer *t, struct trainer_job *job)
{
    pthread_mutex_lock(&t->lock);
    while (!t->handed && !t->quit)
        pthread_cond_wait(&t->changed, &t->lock);
    bool taken = !t->quit;
    if (taken)
        *job = t->job;
    t->handed = false;
    pthread_mutex_unlock(&t->lock);
    return taken;
}

static void end_job(struct trainer *t)
{
    pthread_mutex_lock(&t->lock);
    t->busy = false;
    pthread_mutex_unlock(&t->lock);
}

static void *engine_thread(void *context)
{
    struct trainer *t = context;
    struct trainer_job job;
    /* Traces and messages have points in their numbers, whatever the user's language. */
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", duplocale(LC_GLOBAL_LOCALE));
    if (plain)
        uselocale(plain);
    while (take_job(t, &job)) {
        struct event event = {.kind = EVENT_FINISHED};
        tell_begin(&t->tell, job.run);
        run_job(&job, &t->tell, &t->verbs, &event.finished);
        tell_end(&t->tell);
        end_job(t);
        tell_event(&t->tell, &event);
    }
    if (plain) {
        uselocale(LC_GLOBAL_LOCALE);
        freelocale(plain);
    }
    return NULL;
}

static void free_all(struct trainer *t)
{
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    verbs_fini(&t->verbs);
    tell_fini(&t->tell);
    queue_free(t->events);
    mem_free(t);
}

int trainer_new(struct trainer **out, struct err *e)
{
    *out = NULL;
    struct trainer *t = mem_alloc(1, sizeof *t);
    if (!t)
        return mem_error(e, "the trainer", sizeof *t);
    if (queue_new(&t->events, QUEUE_EVENTS, sizeof(struct event), e)) {
        mem_free(t);
        return -1;
    }
    tell_init(&t->tell, t->events);
    verbs_init(&t->verbs);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    int number = thread_start(&t->thread, engine_thread, t);
    if (number) {
        free_all(t);
        return err_errno(e, number, "the engine thread cannot be started");
    }
    *out = t;
    return 0;
}

void trainer_free(struct trainer *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->quit = true;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    verbs_give(&t->verbs, VERB_STOP);
    /* Nobody may be left to drain the queue: a full one must not hold the thread. */
    queue_close(t->events);
    pthread_join(t->thread, NULL);
    struct event event;
    while (queue_pop(t->events, &event) > 0)
        event_fini(&event);
    free_all(t);
}

struct queue *trainer_events(struct trainer *t)
{
    return t->events;
}

int trainer_start(struct trainer *t, const struct trainer_job *job, struct err *e)
{
    pthread_mutex_lock(&t->lock);
    bool busy = t->busy;
    if (!busy) {
        t->busy = t->handed = true;
        t->job = *job;
        verbs_reset(&t->verbs);
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return busy ? err_set(e, ERR_STATE,
                          "a run is going on; stop it, or wait for its end, before the "
                          "next starts")
                : 0;
}

void trainer_verb(struct trainer *t, enum verb verb)
{
    verbs_give(&t->verbs, verb);
}

void trainer_snapshot(struct trainer *t, struct snapshot *out)
{
    tell_read(&t->tell, out);
}
