/* pool.c - a work counter shared by threads. The caller's thread works nothing itself: it reports
 * progress, so that callbacks need no locks. Threads live for one job: starting them costs
 * microseconds, jobs take seconds. */
#include "base/pool.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>

#define PROGRESS_EVERY_NS 100000000L
#define MOST_THREADS 1024

struct pool {
    const struct pool_job *job;
    atomic_size_t next, done;
    atomic_bool stop;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t ended; /* a thread ended */
    int running;
    bool failed;
    size_t failed_at;
    struct err error;
};

static bool cancelled(const struct pool_job *job)
{
    return job->cancel && atomic_load(job->cancel);
}

static void note_failure(struct pool *p, size_t i, const struct err *error)
{
    atomic_store(&p->stop, true);
    pthread_mutex_lock(&p->lock);
    if (!p->failed || i < p->failed_at) {
        p->failed = true;
        p->failed_at = i;
        p->error = *error;
    }
    pthread_mutex_unlock(&p->lock);
}

static void *work(void *argument)
{
    struct pool *p = argument;
    const struct pool_job *job = p->job;
    struct err error;
    err_clear(&error);
    while (!atomic_load(&p->stop) && !cancelled(job)) {
        size_t i = atomic_fetch_add(&p->next, 1);
        if (i >= job->n)
            break;
        if (job->work(job->context, i, &error))
            note_failure(p, i, &error);
        else
            atomic_fetch_add(&p->done, 1);
    }
    pthread_mutex_lock(&p->lock);
    p->running--;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static int usable_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}

static int wanted_threads(const struct pool_job *job)
{
    int n = job->threads > 0 ? job->threads : usable_cores();
    if (n > MOST_THREADS)
        n = MOST_THREADS;
    if ((size_t)n > job->n)
        n = job->n ? (int)job->n : 1;
    return n;
}

/* Fewer threads than wanted are good enough. */
static int start(struct pool *p, pthread_t *threads, int wanted, int *error)
{
    int started = 0;
    *error = 0;
    while (started < wanted) {
        pthread_mutex_lock(&p->lock);
        p->running++;
        pthread_mutex_unlock(&p->lock);
        *error = thread_start(&threads[started], work, p);
        if (*error) {
            pthread_mutex_lock(&p->lock);
            p->running--;
            pthread_mutex_unlock(&p->lock);
            break;
        }
        started++;
    }
    return started;
}

static void wait_for_end(struct pool *p)
{
    const struct pool_job *job = p->job;
    pthread_mutex_lock(&p->lock);
    while (p->running) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += PROGRESS_EVERY_NS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        int timed_out = pthread_cond_timedwait(&p->ended, &p->lock, &until) == ETIMEDOUT;
        if (!timed_out || !job->progress)
            continue;
        pthread_mutex_unlock(&p->lock);
        job->progress(job->progress_context, atomic_load(&p->done), job->n);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
}

static void locks_init(struct pool *p)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

int pool_run(const struct pool_job *job, struct err *e)
{
    if (cancelled(job))
        return 1;
    int wanted = wanted_threads(job);
    pthread_t *threads = mem_alloc((size_t)wanted, sizeof *threads);
    struct pool *p = mem_alloc(1, sizeof *p);
    int result = -1;
    if (!threads || !p) {
        mem_error(e, "worker threads", (size_t)wanted * sizeof *threads + sizeof *p);
        goto out;
    }
    p->job = job;
    locks_init(p);
    if (job->progress)
        job->progress(job->progress_context, 0, job->n);
    int error;
    int started = start(p, threads, wanted, &error);
    wait_for_end(p);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    size_t done = atomic_load(&p->done);
    if (job->progress)
        job->progress(job->progress_context, done, job->n);
    if (!started)
        result = err_errno(e, error, "starting a worker thread");
    else if (p->failed)
        result = err_set(e, p->error.code, "%s", p->error.text);
    else
        result = done < job->n ? 1 : 0;
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
out:
    mem_free(p);
    mem_free(threads);
    return result;
}
