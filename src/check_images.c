/* check_images.c - decoding on all cores: each thread takes the next image until none is left. An
 * image's reason is written by the one thread that took it, and read after all have been joined. */
#include "src/check_images.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/data/image.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 256
#define LOOK_MS 50

struct work {
    const struct check_request *request;
    char **reasons;
    atomic_size_t next, done;
    atomic_bool no_memory;
};

static bool over(const struct work *w)
{
    const atomic_bool *cancel = w->request->cancel;
    return atomic_load(&w->no_memory) || (cancel && atomic_load(cancel));
}

static void check_one(struct work *w, size_t i)
{
    const struct dataset *data = w->request->data;
    char path[2 * OPT_TEXT_BYTES];
    struct image image = {0};
    struct err e;
    int bad = str_path(path, sizeof path, data->root, data->items[i].name);
    if (bad)
        err_set(&e, ERR_FORMAT, "the path is too long");
    else
        bad = image_read(&image, path, &e);
    image_fini(&image);
    if (!bad)
        return;
    w->reasons[i] = mem_string(e.text);
    if (e.code == ERR_MEMORY || !w->reasons[i])
        atomic_store(&w->no_memory, true);
}

static void *worker(void *context)
{
    struct work *w = context;
    while (!over(w)) {
        size_t i = atomic_fetch_add(&w->next, 1);
        if (i >= w->request->data->n)
            break;
        check_one(w, i);
        atomic_fetch_add(&w->done, 1);
    }
    return NULL;
}

static int thread_count(const struct check_request *request)
{
    long n = request->threads ? request->threads : sysconf(_SC_NPROCESSORS_ONLN);
    if (n > (long)request->data->n)
        n = (long)request->data->n;
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (int)n;
}

int check_images(const struct check_request *request, char **reasons, struct err *e)
{
    struct work w = {.request = request, .reasons = reasons};
    pthread_t threads[MOST_THREADS];
    int n = thread_count(request), started = 0;
    const size_t all = request->data->n;
    while (started < n && !pthread_create(&threads[started], NULL, worker, &w))
        started++;
    if (!started)
        return err_set(e, ERR_IO, "no thread can be started to decode images");
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
    while (atomic_load(&w.done) < all && !over(&w)) {
        if (request->progress)
            request->progress(request->context, atomic_load(&w.done), all);
        nanosleep(&look, NULL);
    }
    while (started > 0)
        pthread_join(threads[--started], NULL);
    if (atomic_load(&w.no_memory))
        return mem_error(e, "decoding images", 0);
    return atomic_load(&w.done) < all ? 1 : 0;
}
