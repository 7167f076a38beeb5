/* prefetch.c - see prefetch.h. */
#include "cpu/prefetch.h"

#include "base/mem.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum { AT_ONCE = 16 }; /* rows that a thread takes at once */

struct prefetch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given, over;
    bool wanted; /* under lock: rows were given that the thread has not seen */
    bool busy;   /* under lock: it may be at work on some */
    bool ending; /* under lock */
    void (*row)(const void *context, int r);
    const void *context;
    int rows;
    atomic_int next;
};

/* Does rows until none is left to take. */
static void take_rows(struct prefetch *a)
{
    int first;
    while ((first = atomic_fetch_add(&a->next, AT_ONCE)) < a->rows)
        for (int r = first; r < first + AT_ONCE && r < a->rows; r++)
            a->row(a->context, r);
}

static void *prefetch_main(void *context)
{
    struct prefetch *a = context;
    pthread_mutex_lock(&a->lock);
    for (;;) {
        while (!a->wanted && !a->ending)
            pthread_cond_wait(&a->given, &a->lock);
        if (a->ending)
            break;
        a->wanted = false;
        pthread_mutex_unlock(&a->lock);
        take_rows(a);
        pthread_mutex_lock(&a->lock);
        a->busy = false;
        pthread_cond_signal(&a->over);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

int prefetch_open(struct prefetch **out, struct err *e)
{
    struct prefetch *a = *out = mem_alloc(1, sizeof *a);
    if (!a)
        return mem_error(e, "the thread that fetches images", sizeof *a);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->given, NULL);
    pthread_cond_init(&a->over, NULL);
    int number = thread_start(&a->thread, prefetch_main, a);
    if (!number)
        return 0;
    mem_free(a);
    *out = NULL;
    return err_set(e, ERR_MEMORY, "the thread that fetches images cannot be started: %s",
                   strerror(number));
}

void prefetch_close(struct prefetch *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->ending = true;
    pthread_cond_signal(&a->given);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->over);
    pthread_cond_destroy(&a->given);
    pthread_mutex_destroy(&a->lock);
    mem_free(a);
}

void prefetch_begin(struct prefetch *a, int rows, void (*row)(const void *context, int r),
                    const void *context)
{
    pthread_mutex_lock(&a->lock);
    a->row = row;
    a->context = context;
    a->rows = rows;
    atomic_store(&a->next, 0);
    a->wanted = a->busy = true;
    pthread_cond_signal(&a->given);
    pthread_mutex_unlock(&a->lock);
}

/* When nothing is left to take: waits for the thread, unless it has not even begun. */
static void wait_over(struct prefetch *a)
{
    pthread_mutex_lock(&a->lock);
    if (a->wanted)
        a->wanted = a->busy = false;
    while (a->busy)
        pthread_cond_wait(&a->over, &a->lock);
    pthread_mutex_unlock(&a->lock);
}

void prefetch_end(struct prefetch *a)
{
#pragma omp parallel
    take_rows(a);
    wait_over(a);
}

void prefetch_drop(struct prefetch *a)
{
    atomic_store(&a->next, a->rows);
    wait_over(a);
}
