/* writer.c - see writer_priv.h. Which copy waits and which is written is under one mutex; the
 * copies themselves belong to one thread at a time and are read and filled in without it. */
#include "engine/train/writer_priv.h"

#include "base/mem.h"
#include "base/thread.h"
#include "engine/train/checkpoint_priv.h"
#include "engine/weights/weights.h"

#include <limits.h>
#include <string.h>

#define COPIES 2

struct writer {
    pthread_t thread;
    const char *folder;
    int64_t keep;
    const atomic_int *stored; /* epochs on record, or NULL: see struct trainer_job */
    struct tell *tell;
    size_t count; /* values in a copy */
    struct writer_copy copies[COPIES];
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct writer_copy *waiting, *writing; /* NULL = none */
    struct err err;                        /* the first */
    bool told;                             /* the engine thread has been given it */
    bool ends;
};

/* --- the writer's thread --- */

static int write_copy(struct writer *w, struct writer_copy *c, struct err *e)
{
    if (c->weights) {
        if (weights_write(c->weights, c->event.checkpoint.path, e))
            return -1;
        tell_event(w->tell, &c->event);
        memset(&c->event, 0, sizeof c->event); /* what it owned has passed on */
    }
    return c->checkpoint
               ? checkpoint_write(c->checkpoint, w->folder, &c->at, w->keep,
                                  w->stored ? atomic_load(w->stored) : INT_MAX, &w->tell->log, e)
               : 0;
}

/* Waits for the next copy; false at the end. */
static bool take(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->waiting && !w->ends)
        pthread_cond_wait(&w->changed, &w->lock);
    struct writer_copy *c = w->writing = w->waiting;
    w->waiting = NULL;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return c;
}

static void settle(struct writer *w, const struct err *e)
{
    pthread_mutex_lock(&w->lock);
    w->writing = NULL;
    if (e->code) {
        w->err = *e;
        w->waiting = NULL;
    }
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void *writer_thread(void *context)
{
    struct writer *w = context;
    while (take(w)) {
        struct err e;
        err_clear(&e);
        write_copy(w, w->writing, &e);
        settle(w, &e);
    }
    return NULL;
}

/* --- the engine thread --- */

static void free_all(struct writer *w)
{
    for (int i = 0; i < COPIES; i++) {
        writer_copy_clear(&w->copies[i]);
        mem_free_aligned(w->copies[i].values);
    }
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

int writer_new(struct writer **out, const struct run *run, size_t count, struct err *e)
{
    struct writer *w = mem_alloc(1, sizeof *w);
    if (!w)
        return mem_error(e, "the writer of weights", sizeof *w);
    w->folder = run->job->weights_dir;
    w->keep = run->config->keep;
    w->stored = run->job->stored_epochs;
    w->tell = run->tell;
    w->count = count;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    for (int i = 0; i < COPIES; i++)
        if (!(w->copies[i].values = mem_alloc_aligned(count * sizeof(float)))) {
            free_all(w);
            return mem_error(e, "a copy of weights and momenta, to be saved from",
                             count * sizeof(float));
        }
    int number = thread_start(&w->thread, writer_thread, w);
    if (number) {
        free_all(w);
        return err_errno(e, number, "the thread that writes weights cannot be started");
    }
    *out = w;
    return 0;
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ends = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    if (w->err.code && !w->told)
        log_say(&w->tell->log, LOG_WARNING, "%s", w->err.text);
    free_all(w);
}

uint64_t writer_bytes(const struct writer *w)
{
    return (uint64_t)COPIES * w->count * sizeof(float);
}

/* With the lock held. */
static int give_error(struct writer *w, struct err *e)
{
    if (!w->err.code)
        return 0;
    w->told = true;
    return err_set(e, w->err.code, "%s", w->err.text);
}

/* With the lock held: what waits may be given up for a copy of these files. */
static bool gives_way(const struct writer *w, unsigned files)
{
    unsigned waiting = w->waiting ? w->waiting->files : 0;
    return !(waiting & ~files) && !(waiting && w->waiting->firm);
}

/* With the lock held: a copy that nobody uses, or else the one that gives way. */
static struct writer_copy *usable(struct writer *w, unsigned files)
{
    for (int i = 0; i < COPIES; i++)
        if (&w->copies[i] != w->waiting && &w->copies[i] != w->writing)
            return &w->copies[i];
    return gives_way(w, files) ? w->waiting : NULL;
}

int writer_claim(struct writer *w, unsigned files, struct writer_copy **out, struct err *e)
{
    struct writer_copy *c = NULL;
    pthread_mutex_lock(&w->lock);
    while (!w->err.code && !(c = usable(w, files)))
        pthread_cond_wait(&w->changed, &w->lock);
    int result = give_error(w, e);
    if (!result && c == w->waiting)
        w->waiting = NULL;
    pthread_mutex_unlock(&w->lock);
    if (result)
        return result;
    writer_copy_clear(c);
    c->files = files;
    *out = c;
    return 0;
}

void writer_copy_clear(struct writer_copy *c)
{
    weights_free(c->weights);
    weights_free(c->checkpoint);
    event_fini(&c->event);
    *c = (struct writer_copy){.values = c->values};
}

void writer_hand_over(struct writer *w, struct writer_copy *c)
{
    pthread_mutex_lock(&w->lock);
    while (!w->err.code && !gives_way(w, c->files))
        pthread_cond_wait(&w->changed, &w->lock);
    w->waiting = w->err.code ? NULL : c;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

bool writer_is_behind(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool behind = w->waiting;
    pthread_mutex_unlock(&w->lock);
    return behind;
}

int writer_check(struct writer *w, struct err *e)
{
    pthread_mutex_lock(&w->lock);
    int result = give_error(w, e);
    pthread_mutex_unlock(&w->lock);
    return result;
}

int writer_wait(struct writer *w, struct err *e)
{
    pthread_mutex_lock(&w->lock);
    while (w->waiting || w->writing)
        pthread_cond_wait(&w->changed, &w->lock);
    int result = give_error(w, e);
    pthread_mutex_unlock(&w->lock);
    return result;
}
