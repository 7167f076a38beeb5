/* publish.c - see publish_priv.h. */
#include "engine/train/publish_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/snapshot_file.h"
#include "engine/train/tell_priv.h"

#include <time.h>

#define EVERY_NS 100000000L

struct publisher {
    struct tell *tell;
    struct snapshot_file file;
    pthread_t thread;
    pthread_mutex_t lock; /* of `ending` */
    pthread_cond_t ends;
    bool ending;
    /* the thread's */
    unsigned seen;
    struct snapshot now;
    struct snapshot_steps steps;
};

/* False when it is time to end. */
static bool wait_a_little(struct publisher *p)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += EVERY_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&p->lock);
    while (!p->ending && !pthread_cond_timedwait(&p->ends, &p->lock, &until))
        ;
    bool goes_on = !p->ending;
    pthread_mutex_unlock(&p->lock);
    return goes_on;
}

static void *publish_thread(void *context)
{
    struct publisher *p = context;
    do {
        if (tell_read_news(p->tell, &p->seen, &p->now, &p->steps))
            snapshot_file_put(&p->file, &p->now, &p->steps);
    } while (wait_a_little(p));
    return NULL;
}

static void free_all(struct publisher *p)
{
    snapshot_file_close(&p->file);
    pthread_cond_destroy(&p->ends);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

static void init_locks(struct publisher *p)
{
    pthread_condattr_t evenly; /* whatever happens to the date */
    pthread_condattr_init(&evenly);
    pthread_condattr_setclock(&evenly, CLOCK_MONOTONIC);
    pthread_cond_init(&p->ends, &evenly);
    pthread_condattr_destroy(&evenly);
    pthread_mutex_init(&p->lock, NULL);
}

int publish_begin(struct publisher **out, struct tell *tell, const char *folder, struct err *e)
{
    struct err why;
    *out = NULL;
    struct publisher *p = mem_alloc(1, sizeof *p);
    if (!p)
        return mem_error(e, "a run's progress", sizeof *p);
    p->tell = tell;
    init_locks(p);
    if (snapshot_file_open(&p->file, folder, &why)) {
        log_say(&tell->log, LOG_WARNING, "its progress is not seen from other processes: %s",
                why.text);
        free_all(p);
        return 0;
    }
    int number = thread_start(&p->thread, publish_thread, p);
    if (number) {
        free_all(p);
        return err_errno(e, number, "the thread that shows a run's progress cannot be started");
    }
    *out = p;
    return 0;
}

void publish_end(struct publisher *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_signal(&p->ends);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    free_all(p);
}
