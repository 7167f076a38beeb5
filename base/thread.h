/* thread.h - starting a thread as all of ours are: it takes no signals, those are the business of
 * the program's main thread. */
#ifndef COMBOLAB_BASE_THREAD_H
#define COMBOLAB_BASE_THREAD_H

#include <pthread.h>
#include <signal.h>

/* As pthread_create: 0, or the error number. */
static inline int thread_start(pthread_t *thread, void *(*main)(void *), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(thread, NULL, main, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

#endif
