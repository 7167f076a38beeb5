/* pool.h - the same work on each of n things, on several threads. */
#ifndef COMBOLAB_BASE_POOL_H
#define COMBOLAB_BASE_POOL_H

#include <stdatomic.h>
#include <stddef.h>

struct err;

struct pool_job {
    size_t n;
    int threads; /* 0 = one a core that this process may use */
    /* Does thing i; called from the pool's threads, each i once. -1 ends the job. */
    int (*work)(void *context, size_t i, struct err *e);
    void *context;
    const atomic_bool *cancel; /* may be NULL */
    void (*progress)(void *context, size_t done,
                     size_t all); /* from the caller's thread; may be NULL */
    void *progress_context;
};

/* Returns when all threads have ended: 0; -1 with the error of the lowest-numbered thing that
 * failed; 1 when cancelled before all was done. */
int pool_run(const struct pool_job *job, struct err *e);

#endif
