/* run_data.c - the data side of a run: which images train and test, their labels, and the decoded
 * images. Damaged images, when they are to be skipped, are in neither split. */
#include "engine/train/run_priv.h"

#include "base/mem.h"
#include "engine/dataset/dataset_format.h"
#include "engine/train/holdout_priv.h"

#include <string.h>
#include <unistd.h>

#define NAMED_DAMAGED 20 /* that many are named in the log */

static void show_decoding(void *context, size_t done, size_t all)
{
    struct tell *tell = context;
    tell->now.step = (int64_t)done;
    tell->now.steps = (int64_t)all;
    double spent_s = tell_clock(tell);
    tell->now.images_per_s = spent_s > 0 ? (double)done / spent_s : 0;
    tell_show(tell, done == all);
}

static int open_store(struct run *run, struct err *e)
{
    const struct run_config *c = run->config;
    struct store_request request = {
        .data = run->data,
        .cache = c->cache,
        .shorter_side = (int)(c->resize ? c->resize : c->image_size),
        .threads = (int)c->threads,
        .skip_bad = c->skip_bad_images,
        .memory_bytes = (uint64_t)c->image_memory << 20,
        .cancel = &run->verbs->cancel,
        .progress = show_decoding,
        .context = run->tell,
    };
    tell_phase(run->tell, SNAPSHOT_DECODING, (int64_t)run->data->n, 0);
    int result = store_open(&run->store, &request, e);
    if (!result)
        run->images = store_images(run->store);
    return result;
}

/* `all` without the damaged places; both ascend. */
static int without_damaged(struct run *run, const uint32_t *all, size_t n, const char *what,
                           struct split *out, struct err *e)
{
    const uint32_t *bad;
    size_t n_bad = store_bad(run->store, &bad), next = 0;
    out->places = mem_alloc(n, sizeof *out->places);
    if (!out->places)
        return mem_error(e, "a split's images", n * sizeof *out->places);
    for (size_t i = 0; i < n; i++) {
        while (next < n_bad && bad[next] < all[i])
            next++;
        if (next == n_bad || bad[next] != all[i])
            out->places[out->n++] = all[i];
    }
    if (!out->n)
        return err_set(e, ERR_FORMAT, "%s: all %zu %s images are damaged; nothing is left",
                       run->data->name, n, what);
    return 0;
}

/* Classes of all images, divided by what the training split has. */
static int classify(struct run *run, struct err *e)
{
    const struct dataset *d = run->data;
    if (!loss_info((enum loss_kind)run->config->loss)->classes)
        return 0;
    if (classes_make(&run->division, run->config, d, run->train_split.places, run->train_split.n,
                     e))
        return -1;
    run->classes = mem_alloc(d->n, sizeof *run->classes);
    run->batch_classes = mem_alloc((size_t)run->config->batch, sizeof *run->batch_classes);
    if (!run->classes || !run->batch_classes)
        return mem_error(e, "classes", d->n * sizeof *run->classes);
    for (size_t i = 0; i < d->n; i++)
        run->classes[i] = classes_of_score(&run->division, d->items[i].score);
    return 0;
}

static int label(struct run *run, struct err *e)
{
    const struct dataset *d = run->data;
    run->scores = mem_alloc(d->n, sizeof *run->scores);
    run->truth = mem_alloc((size_t)run->config->batch, sizeof *run->truth);
    if (!run->scores || !run->truth)
        return mem_error(e, "labels", d->n * sizeof *run->scores);
    for (size_t i = 0; i < d->n; i++)
        run->scores[i] = (float)d->items[i].score;
    return classify(run, e);
}

static int find_leak(struct run *run, struct err *e)
{
    size_t n = run->data->n;
    uint32_t *first = mem_alloc(n, 2 * sizeof *first);
    if (!first)
        return mem_error(e, "the list of pictures", n * 2 * sizeof *first);
    int result = dataset_alike(first, run->data, store_pictures(run->store), e);
    if (!result)
        run->leak.n = dataset_leaks(run->data, first, first + n, &run->leak.test, &run->leak.train);
    mem_free(first);
    return result;
}

int run_open_data(struct run *run, struct err *e)
{
    const struct run_config *c = run->config;
    const struct dataset_request request = dataset_request_of(c);
    if (dataset_open(&run->data, &request, e))
        return run->job->resume && access(c->data, F_OK)
                   ? err_prefix(e, "if the data set was moved, name its new place with `combolab "
                                   "resume --data`")
                   : -1;
    const struct dataset *d = run->data;
    int result = open_store(run, e);
    if (result)
        return result;
    const uint32_t *bad;
    run->skipped = store_bad(run->store, &bad);
    if (without_damaged(run, d->train, d->n_train, "training", &run->train_split, e) ||
        without_damaged(run, d->test, d->n_test, "test", &run->test_split, e) ||
        find_leak(run, e) || holdout_choose(run, e))
        return -1;
    return label(run, e);
}

void run_log_data(struct run *run)
{
    log_say(run->log, LOG_INFO, "the data set is read as %s", run->data->format->kind);
    if (run->data->note[0])
        log_say(run->log, LOG_INFO, "%s", run->data->note);
    for (size_t i = 0; i < run->skipped && i < NAMED_DAMAGED; i++)
        log_say(run->log, LOG_WARNING, "left out: %s", store_bad_reason(run->store, i));
    if (run->skipped > NAMED_DAMAGED)
        log_say(run->log, LOG_WARNING, "left out: %zu more damaged images",
                run->skipped - NAMED_DAMAGED);
    if (store_warning(run->store)[0])
        log_say(run->log, LOG_WARNING, "%s", store_warning(run->store));
    const struct leak *leak = &run->leak;
    if (leak->n)
        log_say(run->log, LOG_WARNING,
                "%zu of %zu test images show a picture that trains too, so that the test says too "
                "much; the first: '%s' is the same picture as '%s'",
                leak->n, run->data->n_test, run->data->items[leak->test].name,
                run->data->items[leak->train].name);
    uint64_t all = store_bytes(run->store), kept = store_kept_bytes(run->store);
    if (kept < all)
        log_say(run->log, LOG_INFO,
                "decoded images take %.1f MiB, of which %.1f MiB stay in memory; the others are "
                "read from %s as they are needed",
                (double)all / 1048576, (double)kept / 1048576, store_path(run->store));
}

void run_close_data(struct run *run)
{
    mem_free(run->batch_classes);
    mem_free(run->truth);
    mem_free(run->classes);
    mem_free(run->scores);
    mem_free(run->test_split.places);
    mem_free(run->val_split.places);
    mem_free(run->train_split.places);
    store_close(run->store);
    dataset_free(run->data);
}
