/* queue.c - a ring under one mutex. The pipe holds one byte exactly while the ring is not empty or
 * is closed, so poll() is level-triggered and a wake-up cannot be lost. */
#include "base/queue.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_full;
    pthread_cond_t not_empty;
    unsigned char *items;
    size_t item_bytes;
    size_t capacity;
    size_t head; /* oldest */
    size_t count;
    bool closed;
    bool signalled; /* the byte is in the pipe */
    int pipe[2];
};

int queue_new(struct queue **out, size_t capacity, size_t item_bytes, struct err *e)
{
    *out = NULL;
    struct queue *q = mem_alloc(1, sizeof *q);
    if (!q)
        return mem_error(e, "a queue", sizeof *q);
    q->items = mem_alloc(capacity, item_bytes);
    if (!q->items) {
        mem_free(q);
        return mem_error(e, "a queue", capacity * item_bytes);
    }
    if (pipe2(q->pipe, O_CLOEXEC | O_NONBLOCK)) {
        mem_free(q->items);
        mem_free(q);
        return err_errno(e, errno, "cannot make a pipe for a queue");
    }
    q->capacity = capacity;
    q->item_bytes = item_bytes;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->not_full, NULL);
    pthread_cond_init(&q->not_empty, NULL);
    *out = q;
    return 0;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    close(q->pipe[0]);
    close(q->pipe[1]);
    pthread_cond_destroy(&q->not_empty);
    pthread_cond_destroy(&q->not_full);
    pthread_mutex_destroy(&q->lock);
    mem_free(q->items);
    mem_free(q);
}

/* With the lock held: makes the pipe agree with the ring. */
static void settle_pipe(struct queue *q)
{
    bool wanted = q->count || q->closed;
    char byte = 0;
    if (wanted && !q->signalled)
        q->signalled = write(q->pipe[1], &byte, 1) == 1;
    else if (!wanted && q->signalled)
        q->signalled = read(q->pipe[0], &byte, 1) != 1;
}

int queue_push(struct queue *q, const void *item)
{
    pthread_mutex_lock(&q->lock);
    while (q->count == q->capacity && !q->closed)
        pthread_cond_wait(&q->not_full, &q->lock);
    bool closed = q->closed;
    if (!closed) {
        size_t at = (q->head + q->count) % q->capacity;
        memcpy(q->items + at * q->item_bytes, item, q->item_bytes);
        q->count++;
        settle_pipe(q);
        pthread_cond_signal(&q->not_empty);
    }
    pthread_mutex_unlock(&q->lock);
    return closed;
}

/* With the lock held. */
static int take(struct queue *q, void *item)
{
    if (!q->count)
        return q->closed ? -1 : 0;
    memcpy(item, q->items + q->head * q->item_bytes, q->item_bytes);
    q->head = (q->head + 1) % q->capacity;
    q->count--;
    settle_pipe(q);
    pthread_cond_signal(&q->not_full);
    return 1;
}

int queue_pop(struct queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    int got = take(q, item);
    pthread_mutex_unlock(&q->lock);
    return got;
}

int queue_wait(struct queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    while (!q->count && !q->closed)
        pthread_cond_wait(&q->not_empty, &q->lock);
    int got = take(q, item);
    pthread_mutex_unlock(&q->lock);
    return got;
}

int queue_fd(const struct queue *q)
{
    return q->pipe[0];
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    settle_pipe(q);
    pthread_cond_broadcast(&q->not_full);
    pthread_cond_broadcast(&q->not_empty);
    pthread_mutex_unlock(&q->lock);
}
