/* queue.h - a bounded, lossless queue between two threads, with a pipe that wakes a poll loop.
 *
 * Order of calls: queue_new; then any thread queue_push, any thread queue_pop; queue_close (either
 * side, wakes everybody); queue_free once no thread uses it. Items are copied in and out by value;
 * what an item owns passes to whoever pops it. After queue_close pushes are refused and pops drain
 * what is left.
 */
#ifndef COMBOLAB_BASE_QUEUE_H
#define COMBOLAB_BASE_QUEUE_H

#include <stddef.h>

struct err;
struct queue;

/* At most `capacity` items of `item_bytes` each. Returns 0 or -1. */
int queue_new(struct queue **out, size_t capacity, size_t item_bytes, struct err *e);
void queue_free(struct queue *q);

/* Copies *item in; waits while the queue is full. Returns 0, or 1 when the queue is closed. */
int queue_push(struct queue *q, const void *item);

/* Copies the oldest item out without waiting. Returns 1 with an item, 0 when empty now, -1 when
 * closed and empty. */
int queue_pop(struct queue *q, void *item);

/* As queue_pop but waits for an item or the close: 1 or -1. */
int queue_wait(struct queue *q, void *item);

/* A descriptor that polls readable while items (or the close) wait. queue_pop clears it when it
 * empties the queue. Never read from it. */
int queue_fd(const struct queue *q);

void queue_close(struct queue *q);

#endif
