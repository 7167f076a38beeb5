/* keeper.c - a thread that writes one preference after the other; started for the first one. */
#include "src/keeper.h"

#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "base/thread.h"
#include "src/preferences_file.h"

#define MOST_WAITING 8

struct order {
    const char *name; /* of the table */
    char value[OPT_TEXT_BYTES];
};

struct keeper {
    struct queue *orders, *answers;
    size_t waiting; /* the screen thread's: asked for and not taken */
    pthread_t thread;
    bool started;
};

static void *work(void *context)
{
    struct keeper *k = context;
    struct order order;
    while (queue_wait(k->orders, &order) == 1) {
        struct keeper_answer a = {.path = ""};
        if (!preferences_file_path(a.path, sizeof a.path, &a.err) &&
            !preferences_file_write(a.path, order.name, order.value, &a.err))
            err_clear(&a.err);
        queue_push(k->answers, &a);
    }
    return NULL;
}

int keeper_open(struct keeper **out, struct err *e)
{
    struct keeper *k = mem_alloc(1, sizeof *k);
    *out = k;
    if (!k)
        return mem_error(e, "preferences", sizeof *k);
    return queue_new(&k->orders, MOST_WAITING, sizeof(struct order), e) ||
                   queue_new(&k->answers, MOST_WAITING, sizeof(struct keeper_answer), e)
               ? -1
               : 0;
}

void keeper_close(struct keeper *k)
{
    if (!k)
        return;
    if (k->started) {
        queue_close(k->orders); /* what is in it is written yet */
        pthread_join(k->thread, NULL);
    }
    queue_free(k->orders);
    queue_free(k->answers);
    mem_free(k);
}

int keeper_write(struct keeper *k, const char *name, const char *value, struct err *e)
{
    const struct opt *o = opt_find(&ui_preferences, name);
    struct order order = {.name = o ? o->name : ""};
    if (k->waiting == MOST_WAITING)
        return err_set(e, ERR_BUSY, "%d preferences are being written already", MOST_WAITING);
    if (!o || str_copy(order.value, sizeof order.value, value))
        return err_set(e, ERR_USAGE, "there is no such preference");
    int number = k->started ? 0 : thread_start(&k->thread, work, k);
    if (number)
        return err_errno(e, number, "cannot start the thread that writes preferences");
    k->started = true;
    k->waiting++;
    queue_push(k->orders, &order);
    return 0;
}

int keeper_fd(const struct keeper *k)
{
    return queue_fd(k->answers);
}

bool keeper_take(struct keeper *k, struct keeper_answer *out)
{
    bool got = queue_pop(k->answers, out) == 1;
    k->waiting -= got;
    return got;
}
