/* gate.c - a counter, a lock and a condition. */
#include "base/gate.h"

void gate_init(struct gate *g, uint64_t room)
{
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->given_back, NULL);
    g->room = room;
    g->used = 0;
}

void gate_fini(struct gate *g)
{
    pthread_cond_destroy(&g->given_back);
    pthread_mutex_destroy(&g->lock);
}

void gate_enter(struct gate *g, uint64_t n)
{
    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    while (g->used && (g->used > g->room || n > g->room - g->used))
        pthread_cond_wait(&g->given_back, &g->lock);
    g->used += n;
    pthread_mutex_unlock(&g->lock);
}

void gate_leave(struct gate *g, uint64_t n)
{
    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    g->used -= n;
    pthread_cond_broadcast(&g->given_back);
    pthread_mutex_unlock(&g->lock);
}
