/* session_kit.h - for tests of the session: a backend that computes nothing (its predictions are
 * simple sums, so that rows can be checked to the bit), small data, and waiting with a bound. */
#ifndef COMBOLAB_TESTS_KIT_SESSION_KIT_H
#define COMBOLAB_TESTS_KIT_SESSION_KIT_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "engine/core/backend.h"
#include "engine/image/image.h"
#include "src/session/session.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- the backend --- */

struct backend {
    size_t n;
    float *scores;
    struct backend_plan plan;
    uint32_t *order;
    int epochs;
    size_t begun, collected;
    float *predicted, *probabilities;
    int classes, most;
};

static atomic_int kit_step_us; /* how long a step takes */

static const char *kit_library(void)
{
    return "arithmetic 1.0";
}

static int kit_devices(struct backend_device *list, int room, char *why, size_t why_room)
{
    (void)why;
    (void)why_room;
    if (room < 1)
        return 0;
    memset(list, 0, sizeof *list);
    strcpy(list->id, "none");
    strcpy(list->name, "no computer");
    return 1;
}

static int kit_open(struct backend **out, const struct backend_spec *spec, struct err *e)
{
    struct backend *b = *out = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "a backend", sizeof *b);
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        if (spec->batches[i] > b->most)
            b->most = spec->batches[i];
    b->classes = spec->loss.classes;
    b->predicted = mem_alloc((size_t)b->most, sizeof *b->predicted);
    b->probabilities = mem_alloc((size_t)(b->most * (b->classes ? b->classes : 1)), sizeof(float));
    return 0;
}

static int kit_images(struct backend *b, const struct image_set *set, const float *scores,
                      const int *classes, struct err *e)
{
    (void)classes;
    (void)e;
    b->n = set->n;
    b->scores = mem_copy(scores, set->n * sizeof *scores);
    return 0;
}

static int kit_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                   size_t count, struct err *e)
{
    (void)b, (void)kind, (void)index, (void)from, (void)count, (void)e;
    return 0;
}

static int kit_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                   struct err *e)
{
    (void)b, (void)kind, (void)index, (void)e;
    memset(to, 0, count * sizeof *to);
    return 0;
}

static int kit_epoch(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    (void)e;
    b->plan = *plan;
    mem_free(b->order);
    b->order = mem_copy(plan->order, plan->n * sizeof *plan->order);
    b->begun = b->collected = 0;
    b->epochs++;
    return 0;
}

static int kit_step(struct backend *b, unsigned phases, struct err *e)
{
    (void)phases, (void)e;
    struct timespec wait = {0, atomic_load(&kit_step_us) * 1000L};
    nanosleep(&wait, NULL);
    b->begun++;
    return 0;
}

/* Every image is predicted as 3 plus a little of the pass's number: a constant, so that there is no
 * correlation, no best epoch and only one weight file to write. */
static int kit_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    (void)e;
    memset(out, 0, sizeof *out);
    out->first = b->collected++ * (size_t)b->plan.batch;
    size_t left = b->plan.n - out->first;
    out->n = left < (size_t)b->plan.batch ? (int)left : b->plan.batch;
    for (int i = 0; i < out->n; i++) {
        b->predicted[i] = 3 + 0.125f * (float)b->epochs;
        for (int c = 0; c < b->classes; c++)
            b->probabilities[i * b->classes + c] = 1.0f / (float)b->classes;
        float error = b->predicted[i] - b->scores[b->order[out->first + (size_t)i]];
        out->total += fabs((double)error) / out->n;
    }
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        out->term[t] = out->total + t;
    out->scores = b->predicted;
    out->probabilities = b->classes ? b->probabilities : NULL;
    out->finite = true;
    return 0;
}

static void kit_usage(const struct backend *b, struct backend_usage *out)
{
    (void)b;
    memset(out, 0, sizeof *out);
}

static void kit_close(struct backend *b)
{
    if (!b)
        return;
    mem_free(b->scores);
    mem_free(b->order);
    mem_free(b->predicted);
    mem_free(b->probabilities);
    mem_free(b);
}

static const struct backend_ops kit_backend = {
    .version = BACKEND_VERSION,
    .name = "arithmetic",
    .library = kit_library,
    .devices = kit_devices,
    .open = kit_open,
    .images = kit_images,
    .set = kit_set,
    .get = kit_get,
    .epoch = kit_epoch,
    .step = kit_step,
    .collect = kit_collect,
    .usage = kit_usage,
    .close = kit_close,
};

/* --- a folder with a data set and a database --- */

static const char *kit_data, *kit_db;

/* Ten grey pictures, six to train on. */
static int kit_pictures(struct err *e)
{
    static uint8_t rgb[40 * 40 * 3];
    char path[700];
    mkdir(kit_data, 0777);
    snprintf(path, sizeof path, "%s/labels.csv", kit_data);
    FILE *csv = fopen(path, "w");
    if (!csv)
        return err_set(e, ERR_IO, "%s cannot be written", path);
    fprintf(csv, "image,score,split\n");
    int result = 0;
    for (int i = 0; i < 10 && !result; i++) {
        memset(rgb, 20 * i, sizeof rgb);
        const struct image image = {40, 40, rgb};
        snprintf(path, sizeof path, "%s/p%d.jpg", kit_data, i);
        result = image_write_jpeg(&image, path, 90, e);
        fprintf(csv, "p%d.jpg,%.1f,%s\n", i, 1 + 0.4 * i, i % 5 < 3 ? "train" : "test");
    }
    return fclose(csv) ? err_set(e, ERR_IO, "labels.csv cannot be written") : result;
}

__attribute__((unused)) static int kit_init(struct err *e)
{
    scratch_make();
    kit_data = scratch_path("set");
    kit_db = scratch_path("runs.db");
    return kit_pictures(e);
}

static void kit_config(struct run_config *config)
{
    config_defaults(config);
    str_copy(config->data, sizeof config->data, kit_data);
    str_copy(config->cache, sizeof config->cache, scratch_path("cache"));
    config->image_size = 32;
    config->epochs = 2;
    config->batch = 4;
    config->threads = 1;
}

/* --- waiting, at most ten seconds --- */

static double kit_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Until the session has nothing to do. */
__attribute__((unused)) static bool kit_wait_idle(struct session *s)
{
    double end = kit_now() + 10;
    struct session_changes changes;
    while (kit_now() < end) {
        session_changes(s, &changes);
        if (changes.idle)
            return true;
        struct pollfd fd = {session_wake_fd(s), POLLIN, 0};
        poll(&fd, 1, 1000);
    }
    diag("the session did not become idle");
    return false;
}

/* Until the run is in that state in the database. */
__attribute__((unused)) static bool kit_wait_state(struct db *db, int64_t run, const char *state)
{
    double end = kit_now() + 10;
    struct run_row row = {0};
    while (kit_now() < end) {
        if (!db_run(db, run, &row, NULL) && !strcmp(row.state, state))
            return true;
        struct timespec wait = {0, 2000000};
        nanosleep(&wait, NULL);
    }
    diag("run %lld is %s (%s), not %s", (long long)run, row.state, row.state_text, state);
    return false;
}

#endif
