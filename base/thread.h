/* thread.h - starting a thread as all of ours are: it takes no signals, those are the business of
 * the program's main thread. But a fault is a thread's own: were it blocked, the system would end
 * the process without asking the handler that gives the terminal back. */
#ifndef COMBOLAB_BASE_THREAD_H
#define COMBOLAB_BASE_THREAD_H

#include <pthread.h>
#include <signal.h>

/* As pthread_create: 0, or the error number. */
static inline int thread_start(pthread_t *thread, void *(*main)(void *), void *context)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGABRT};
    sigset_t others, before;
    sigfillset(&others);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&others, faults[i]);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    int number = pthread_create(thread, NULL, main, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

#endif
