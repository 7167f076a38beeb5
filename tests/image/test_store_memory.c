/* test_store_memory.c - images that may not all stay in memory: a store of four times the limit is
 * read, and trained on, with the same bits as without one, and stays within it. What is in memory
 * is read from /proc/self/smaps. */
#include "base/mem.h"
#include "base/philox.h"
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/dataset/dataset.h"
#include "engine/image/store.h"
#include "engine/image/store_window_priv.h"
#include "engine/synth/synth.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/statfs.h>

#include <linux/magic.h>

enum { IMAGES = 96, SIDE = 128, BATCH = 4 };
#define LIMIT ((uint64_t)1 << 20)

static struct rig rig;
static struct dataset *data;
static struct err e;

/* Bytes of mapped stores that are in this process's memory; -1 if the system doesn't say. */
static long resident(void)
{
    char line[1024];
    long bytes = 0, kib;
    bool ours = false, any = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strstr(line, ".images"))
            ours = true;
        else if (ours && sscanf(line, "Rss: %ld kB", &kib) == 1) {
            bytes += kib * 1024;
            ours = false;
            any = true;
        }
    }
    if (f)
        fclose(f);
    return any ? bytes : -1;
}

/* Whether what is in memory says anything: files of a tmpfs always are. */
static bool tells(long bytes)
{
    struct statfs fs;
    bool good = bytes >= 0 && !statfs(scratch, &fs) && fs.f_type != TMPFS_MAGIC;
    if (!good)
        skip("the system doesn't tell what is in memory, or has files nowhere else");
    return good;
}

static struct store *open_store(uint64_t limit)
{
    struct store *s = NULL;
    struct store_request r = {.data = data, .shorter_side = SIDE, .threads = 1};
    r.cache = scratch_path("cache");
    r.memory_bytes = limit;
    if (store_open(&s, &r, &e))
        diag("%s", e.text);
    return s;
}

static uint64_t sum_of(const struct image_set *set, uint32_t i)
{
    const struct image_place *p = &set->place[i];
    uint64_t sum = 0;
    for (int k = 0; k < p->height * p->width * 3; k++)
        sum = sum * 31 + set->pixels[p->offset + (uint64_t)k];
    return sum;
}

static void shuffle(uint32_t *order, uint32_t epoch)
{
    for (uint32_t i = 0; i < IMAGES; i++)
        order[i] = i;
    for (uint32_t i = IMAGES; i-- > 1;) {
        uint32_t k = philox_below(philox4x32(epoch, i, 0, 0, 0).v[0], i + 1), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
}

/* Reads every image in batches, one announced ahead. Returns the most that was in memory. */
static long read_all(const struct image_set *set, const uint32_t *order, const uint64_t *sums,
                     int *wrong)
{
    long most = 0;
    set->soon(set->context, order, BATCH);
    for (size_t at = 0; at < IMAGES; at += BATCH) {
        if (at + BATCH < IMAGES)
            set->soon(set->context, order + at + BATCH, BATCH);
        for (size_t i = at; i < at + BATCH; i++)
            *wrong += sum_of(set, order[i]) != sums[order[i]];
        long now = resident();
        most = now > most ? now : most;
        set->done(set->context, order + at, BATCH);
    }
    return most;
}

static void test_reading(void)
{
    uint64_t sums[IMAGES];
    uint32_t order[IMAGES];
    int wrong = 0;
    struct store *all = open_store(0);
    if (!ok(all && !store_images(all)->streamed && !store_images(all)->soon &&
                store_kept_bytes(all) == store_bytes(all),
            "a small store stays in memory as a whole"))
        return;
    ok(store_bytes(all) > 4 * LIMIT, "it is more than four times the limit of what follows");
    for (uint32_t i = 0; i < IMAGES; i++)
        sums[i] = sum_of(store_images(all), i);
    long whole = resident();
    store_close(all);
    struct store *part = open_store(LIMIT);
    if (!ok(part && store_images(part)->streamed && store_images(part)->soon &&
                store_images(part)->done && store_kept_bytes(part) == LIMIT,
            "with a limit, it has to be told what is read"))
        return;
    long most = 0;
    for (uint32_t epoch = 0; epoch < 4; epoch++) {
        shuffle(order, epoch);
        long now = read_all(store_images(part), order, sums, &wrong);
        most = now > most ? now : most;
    }
    is_int(wrong, 0, "four passes in other orders read the same pixels");
    if (tells(whole))
        ok(whole > 4 * (long)LIMIT && most > (long)LIMIT * 2 / 3 && most <= (long)LIMIT,
           "with %ld KiB in memory at most, limit %ld, store %ld", most / 1024, (long)LIMIT / 1024,
           whole / 1024);
    for (uint32_t i = 0; i < IMAGES; i++)
        wrong += sum_of(store_images(part), i) != sums[i];
    is_int(wrong, 0, "an image that nobody announced can be read");
    for (uint32_t i = 0; i < IMAGES; i++)
        store_images(part)->done(store_images(part)->context, &i, 1);
    ok(resident() <= (long)LIMIT, "and once that is said, the limit holds again");
    store_close(part);
}

/* A limit below one batch: what is held stays, whatever the limit. */
static void test_narrow(void)
{
    struct store *s = open_store(65536);
    uint32_t order[IMAGES];
    uint64_t sums[IMAGES];
    int wrong = 0;
    shuffle(order, 9);
    for (uint32_t i = 0; s && i < IMAGES; i++)
        sums[i] = sum_of(store_images(s), i);
    if (s)
        read_all(store_images(s), order, sums, &wrong);
    ok(s && !wrong, "a limit below one batch reads the same pixels");
    for (int i = 0; s && i < 3; i++) /* the same image three times at once */
        store_images(s)->soon(store_images(s)->context, order, 1);
    for (int i = 0; s && i < 3; i++)
        store_images(s)->done(store_images(s)->context, order, 1);
    ok(resident() <= 65536, "and keeps no more than the limit in between: %ld", resident());
    store_close(s);
}

static void test_allocations(void)
{
    bool clean = true;
    long n = 1;
    for (;; n++) {
        struct store_request r = {.data = data, .shorter_side = SIDE, .memory_bytes = LIMIT};
        struct store *s = NULL;
        r.cache = scratch_path("cache");
        mem_test_fail_at(n);
        int result = store_open(&s, &r, &e);
        mem_test_fail_at(0);
        store_close(s);
        if (!result)
            break;
        clean = clean && !s && e.code == ERR_MEMORY;
    }
    ok(clean && n > 5, "each of %ld allocations may fail", n - 1);
}

static void test_automatic(void)
{
    uint64_t bytes = store_memory();
    ok(bytes > 1 << 20 && bytes <= UINT64_MAX / 2,
       "by itself it takes half of what memory is left: %llu MiB", (unsigned long long)bytes >> 20);
}

/* --- training --- */

static struct backend_ops watched;
static int (*real_step)(struct backend *b, unsigned phases, struct err *e);
static long most_resident;

static int watched_step(struct backend *b, unsigned phases, struct err *error)
{
    int result = real_step(b, phases, error);
    long now = resident();
    most_resident = now > most_resident ? now : most_resident;
    return result;
}

static void train(const char *weights, int64_t image_memory)
{
    most_resident = 0;
    rig_weights(&rig, weights);
    rig.job.config.image_memory = image_memory;
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FINISHED, "a run with image-memory %lld finishes",
            (long long)image_memory))
        diag("%s", end ? end->finished.text : "no event");
}

static int says_that_it_reads(void)
{
    int found = 0;
    for (int i = 0; i < rig_count(&rig, EVENT_LOG); i++)
        found += strstr(rig_event(&rig, EVENT_LOG, i)->log.text, "of which 1.0 MiB") != NULL;
    return found;
}

static void test_training(void)
{
    struct backend_module module;
    if (backend_load(&module, "cpu", &e)) {
        skip("%s", e.text);
        return;
    }
    watched = *module.ops;
    real_step = watched.step;
    watched.step = watched_step;
    rig.job.backend = &watched;
    struct run_config *c = &rig.job.config;
    str_copy(c->data, sizeof c->data, scratch_path("portraits"));
    c->resize = SIDE;
    c->batch = BATCH;
    c->drop_last = DROP_YES;
    c->learning_rate = 0.001;
    c->loss = LOSS_L1;
    c->epochs = 2;
    c->brightness = c->contrast = 0.1;
    train("whole", 0);
    long whole = most_resident;
    is_int(says_that_it_reads(), 0, "all images stay in memory");
    train("part", 1);
    is_int(says_that_it_reads(), 1, "a quarter of them stays in memory, which the log says");
    if (tells(whole))
        ok(whole > 4 * (long)LIMIT && most_resident <= (long)LIMIT,
           "%ld KiB in memory at most, limit %ld, whole %ld", most_resident / 1024,
           (long)LIMIT / 1024, whole / 1024);
    ok(rig_same_file(scratch_path("whole/last.safetensors"), scratch_path("part/last.safetensors")),
       "and the weights are the same, to the bit");
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a folder and a trainer are made"))
        return tap_done();
    const struct synth_request request = {
        .dir = scratch_path("portraits"), .count = IMAGES, .size = SIDE, .seed = 1, .threads = 1};
    if (ok(!synth_write(&request, &e) &&
               !dataset_open(&data,
                             &(struct dataset_request){
                                 .path = request.dir, .protocol = PROTOCOL_AUTO, .fold = 1},
                             &e),
           "portraits are drawn")) {
        test_reading();
        test_narrow();
        test_allocations();
        test_automatic();
        test_training();
    }
    dataset_free(data);
    rig_fini(&rig);
    return tap_done();
}
