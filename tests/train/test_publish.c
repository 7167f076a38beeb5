/* test_publish.c - what other processes see of a run in progress: losses by step, the file that
 * they stand in, whole, torn and hostile, and the pace that the time left is made of. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/queue.h"
#include "engine/snapshot_file.h"
#include "engine/train/pass_priv.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HASHED_FROM 32 /* of the file: after the mark and the hash */

static struct rig rig;
static struct steps steps;
static struct snapshot_steps got_steps;

static void sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

/* --- losses by step --- */

static void add(struct steps *s, int step)
{
    steps_add(s, step, step, (double[LOSS_MAX_TERMS]){2.0 * step, 3.0 * step, 4.0 * step});
}

static void test_steps(void)
{
    steps_begin(&steps, 7, 3);
    for (int i = 1; i <= SNAPSHOT_MOST_STEPS; i++)
        add(&steps, i);
    const struct snapshot_steps *s = &steps.shown;
    ok(s->run == 7 && s->epoch == 3 && s->n == SNAPSHOT_MOST_STEPS && s->each == 1,
       "every step is a point while there is room");
    ok(s->at[0].step == 1 && s->at[0].total == 1 && s->at[9].term[2] == 40, "with its losses");
    add(&steps, SNAPSHOT_MOST_STEPS + 1);
    ok(s->n == SNAPSHOT_MOST_STEPS / 2 + 1 && s->each == 2, "then two are one");
    ok(s->at[0].step == 2 && s->at[0].total == 1.5 && s->at[0].term[0] == 3, "which is their mean");
    ok(s->at[s->n - 1].step == SNAPSHOT_MOST_STEPS + 1 &&
           s->at[s->n - 1].total == SNAPSHOT_MOST_STEPS + 1,
       "and the newest is seen at once");
    const int many = 1000000;
    for (int i = SNAPSHOT_MOST_STEPS + 2; i <= many; i++)
        add(&steps, i);
    int even = 1, means = 1;
    for (int i = 0; i < s->n - 1; i++) {
        even &= s->at[i].step == (i + 1) * s->each;
        means &= fabs(s->at[i].total - (s->at[i].step - (s->each - 1) / 2.0)) < 1e-6;
    }
    ok(s->n > SNAPSHOT_MOST_STEPS / 2 && s->n <= SNAPSHOT_MOST_STEPS && s->each == 1024,
       "a million steps have %d points of %d steps", s->n, s->each);
    ok(even && means && s->at[s->n - 1].step == many, "at even distances, and none is left out");
    steps_begin(&steps, 7, 4);
    add(&steps, 1);
    ok(s->n == 1 && s->each == 1 && s->epoch == 4, "the next epoch begins anew");
}

static void test_pace(void)
{
    ok(isnan(pass_image_s(0, 0, 100, NAN)), "before the first image there is no pace");
    ok(pass_image_s(3, 10, 90, NAN) == 0.3, "in the first pass it is the mean so far");
    ok(pass_image_s(0, 0, 100, 0.5) == 0.5, "then a pass begins with that of the one before");
    ok(pass_image_s(20, 100, 0, 0.5) == 0.2, "and ends with its own");
    double slow = pass_image_s(10, 10, 990, 0.1);
    ok(slow > 0.1 && slow < 0.11, "a step that is ten times slower changes it little: %g", slow);
    ok(pass_image_s(0, 0, 0, 0.5) == 0.5, "a pass without images changes nothing");
}

/* --- the file --- */

static struct snapshot some_snapshot(int step)
{
    struct snapshot s = {.run = 7,
                         .phase = SNAPSHOT_TRAIN,
                         .paused = true,
                         .step = step,
                         .steps = 1000,
                         .epoch = 3,
                         .epochs = 200,
                         .terms = 3,
                         .total = step,
                         .term = {1, 2, step},
                         .images_per_s = 412.5,
                         .elapsed_s = 60,
                         .eta_s = NAN,
                         .device_bytes = UINT64_C(1) << 34,
                         .load = 0.5,
                         .temperature_c = -INFINITY,
                         .power_w = NAN};
    return s;
}

static void fill_steps(int n)
{
    steps_begin(&steps, 7, 3);
    for (int i = 1; i <= n; i++)
        add(&steps, i);
}

static bool reads(struct snapshot *now)
{
    return snapshot_file_read(scratch, 7, now, &got_steps);
}

static void test_whole(void)
{
    struct snapshot_file file;
    struct snapshot now, said = some_snapshot(34);
    struct err e;
    ok(!reads(&now), "before there is a file nothing is read");
    if (!ok(!snapshot_file_open(&file, scratch, &e), "a file is made"))
        return;
    ok(!reads(&now), "an empty one says nothing");
    fill_steps(34);
    snapshot_file_put(&file, &said, &steps.shown);
    ok(reads(&now), "what is written is read");
    ok(now.phase == SNAPSHOT_TRAIN && now.paused && now.step == 34 && now.steps == 1000 &&
           now.epoch == 3 && now.epochs == 200 && now.terms == 3 && now.term[2] == 34,
       "phase, steps, epochs and losses");
    ok(now.images_per_s == 412.5 && isnan(now.eta_s) && now.device_bytes == said.device_bytes &&
           now.temperature_c == -INFINITY,
       "speed and device, figures that are none too");
    ok(got_steps.n == 34 && got_steps.epoch == 3 && got_steps.each == 1 &&
           got_steps.at[33].step == 34 && got_steps.at[33].term[1] == 3 * 34,
       "and the losses by step");
    ok(snapshot_file_read(scratch, 7, &now, NULL), "which nobody has to want");
    ok(!snapshot_file_read(scratch, 8, &now, NULL), "another run's file is not that run's");
    fill_steps(SNAPSHOT_MOST_STEPS);
    snapshot_file_put(&file, &said, &steps.shown);
    fill_steps(2);
    snapshot_file_put(&file, &said, &steps.shown);
    ok(reads(&now) && got_steps.n == 2, "what stood there before is not read with it");
    ok(!truncate(scratch_path("progress"), 0) && !reads(&now), "somebody cuts it short");
    snapshot_file_put(&file, &said, &steps.shown);
    ok(reads(&now), "the next time it is whole again");
    snapshot_file_close(&file);
    ok(access(scratch_path("progress"), F_OK) && !reads(&now), "at the end it is gone");
    scratch_text("progress", "left behind");
    ok(!snapshot_file_open(&file, scratch, &e), "one that was left behind is replaced");
    snapshot_file_put(&file, &said, &steps.shown);
    ok(reads(&now), "by one that is read");
    snapshot_file_close(&file);
    ok(snapshot_file_open(&file, scratch_path("nowhere"), &e) == -1 && e.code == ERR_NOT_FOUND,
       "a folder that is not there: %s", e.text);
    snapshot_file_put(&file, &said, &steps.shown);
    snapshot_file_close(&file);
    ok(1, "and nothing is written then");
}

/* A whole file's bytes; freed with mem_free. */
static uint8_t *whole_file(size_t *n)
{
    struct snapshot_file file;
    struct snapshot said = some_snapshot(3);
    struct err e;
    if (snapshot_file_open(&file, scratch, &e))
        return NULL;
    fill_steps(3);
    snapshot_file_put(&file, &said, &steps.shown);
    uint8_t *bytes = (uint8_t *)rig_file(file.path, n);
    snapshot_file_close(&file);
    return bytes;
}

static void test_damaged(void)
{
    struct snapshot now;
    size_t n = 0;
    int believed = 0;
    uint8_t *bytes = whole_file(&n);
    if (!ok(bytes && n > HASHED_FROM, "a file of %zu bytes", n))
        return;
    for (size_t length = 0; length < n; length++) {
        scratch_write("progress", bytes, length);
        believed += reads(&now);
    }
    is_int(believed, 0, "cut short anywhere, it is not believed");
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 0x10;
        scratch_write("progress", bytes, n);
        believed += reads(&now);
        bytes[i] ^= 0x10;
    }
    is_int(believed, 0, "nor with a bit turned anywhere");
    scratch_write("progress", bytes, n);
    ok(reads(&now), "but it is as it was");
    mem_free(bytes);
}

/* Somebody who knows how the hash is made writes any number anywhere: what is read keeps within
 * what a snapshot may hold. */
static void test_forged(void)
{
    static const int64_t numbers[] = {-1, INT64_MIN, INT64_MAX, 1025, 1 << 20, INT64_C(1) << 31};
    struct snapshot now;
    size_t n = 0;
    int strange = 0, refused = 0;
    uint8_t *bytes = whole_file(&n);
    for (size_t at = HASHED_FROM; bytes && at + 8 <= n; at += 8)
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            uint8_t forged[4096];
            memcpy(forged, bytes, n);
            memcpy(forged + at, &numbers[k], 8);
            uint64_t hash = hash_bytes(HASH_START, forged + HASHED_FROM, n - HASHED_FROM);
            memcpy(forged + HASHED_FROM - 8, &hash, 8);
            scratch_write("progress", forged, n);
            if (!reads(&now)) {
                refused++;
                continue;
            }
            strange += now.phase > SNAPSHOT_SAVING || now.terms < 0 || now.terms > LOSS_MAX_TERMS ||
                       now.epoch < 0 || now.epochs < 0 || now.step < 0 || now.steps < 0 ||
                       got_steps.n < 0 || got_steps.n > SNAPSHOT_MOST_STEPS;
            for (int i = 1; i < got_steps.n; i++)
                strange += got_steps.at[i].step <= got_steps.at[i - 1].step;
        }
    ok(refused > 30, "numbers that can't be are refused: %d times", refused);
    is_int(strange, 0, "and what is read is what can be");
    mem_free(bytes);
}

static void test_no_files(void)
{
    struct snapshot now;
    const char *path = scratch_path("progress");
    size_t n = 0;
    uint8_t *bytes = whole_file(&n);
    ok(!mkfifo(path, 0600) && !reads(&now), "a pipe is not waited for");
    unlink(path);
    ok(!mkdir(path, 0700) && !reads(&now), "a folder is no file");
    rmdir(path);
    scratch_write("elsewhere", bytes, n);
    ok(!symlink(scratch_path("elsewhere"), path) && !reads(&now), "a link is not followed");
    struct snapshot_file file;
    struct snapshot said = some_snapshot(1);
    struct err e;
    ok(!snapshot_file_open(&file, scratch, &e), "nor by who writes");
    snapshot_file_put(&file, &said, &steps.shown);
    size_t same = 0;
    char *other = rig_file(scratch_path("elsewhere"), &same);
    ok(other && same == n && !memcmp(other, bytes, n), "what it led to is as it was");
    snapshot_file_close(&file);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ok(!ftruncate(fd, (off_t)1 << 40) && !reads(&now), "a terabyte of nothing is not read");
    close(fd);
    snapshot_file_remove(scratch);
    ok(access(path, F_OK) && errno == ENOENT, "and what is left behind can be removed");
    mem_free(other);
    mem_free(bytes);
}

/* --- one writes while another reads --- */

struct writer_of {
    struct snapshot_file file;
    atomic_bool ends;
};

static void *write_on(void *context)
{
    struct writer_of *w = context;
    static struct steps s;
    for (int i = 1; !atomic_load(&w->ends); i = i % 900 + 1) {
        struct snapshot said = some_snapshot(i);
        steps_begin(&s, 7, 3);
        for (int k = 1; k <= i; k++)
            steps_add(&s, k, i, (double[LOSS_MAX_TERMS]){i, i, i});
        snapshot_file_put(&w->file, &said, &s.shown);
    }
    return NULL;
}

static void test_together(void)
{
    struct writer_of w = {.ends = false};
    struct snapshot now;
    struct err e;
    pthread_t thread;
    int mixed = 0, whole = 0, torn = 0;
    snapshot_file_open(&w.file, scratch, &e);
    if (!ok(!pthread_create(&thread, NULL, write_on, &w), "one writes without a pause"))
        return;
    for (double end = clock_s() + 0.5; clock_s() < end;) {
        if (!reads(&now)) {
            torn++;
            continue;
        }
        whole++;
        mixed += got_steps.n != now.step || now.total != (double)now.step;
        for (int i = 0; i < got_steps.n; i++)
            mixed += got_steps.at[i].total != now.total;
    }
    atomic_store(&w.ends, true);
    pthread_join(thread, NULL);
    snapshot_file_close(&w.file);
    ok(whole > 0, "the other reads it whole %d times, and sees %d times that it cannot", whole,
       torn);
    is_int(mixed, 0, "and never half of one and half of another");
}

/* --- a run --- */

static bool run_reads(struct snapshot *now)
{
    return snapshot_file_read(rig.job.weights_dir, 7, now, &got_steps);
}

static void test_run(void)
{
    struct snapshot now = {0};
    toy.step_us = 20000;
    rig.job.config.epochs = 1000;
    const struct event *event = rig_start(&rig);
    bool seen = event && event->kind == EVENT_STARTED;
    for (double end = clock_s() + 60; seen && clock_s() < end;) {
        if (run_reads(&now) && now.epoch > 1 && got_steps.n == 4)
            break;
        sleep_ms(2);
    }
    ok(now.run == 7 && now.epoch > 1 && now.epochs == 1000 && now.terms == 3,
       "another process sees a run, in epoch %d", now.epoch);
    ok(got_steps.n == 4 && got_steps.at[0].step == 1 && got_steps.at[3].step == 4 &&
           got_steps.epoch <= now.epoch && isfinite(got_steps.at[0].total),
       "and the loss of each of an epoch's 4 steps");
    ok(now.images_per_s > 0 && isfinite(now.eta_s) && now.eta_s > 0, "with its pace");
    trainer_verb(rig.trainer, VERB_PAUSE);
    for (double end = clock_s() + 60; clock_s() < end && !(run_reads(&now) && now.paused);)
        sleep_ms(2);
    ok(now.paused, "that it is paused too");
    trainer_verb(rig.trainer, VERB_STOP);
    event = rig_until(&rig, EVENT_FINISHED);
    ok(event && event->finished.state == RUN_STOPPED && !run_reads(&now), "until it ends");
    is_int(access(rig.job.weights_dir, F_OK), 0, "whose folder stays");
    toy.step_us = 0;
    rig.job.config.epochs = 2;
}

/* The folder may be written, but that name in it not. */
static void test_no_room(void)
{
    char path[1100];
    rig_weights(&rig, "taken");
    snprintf(path, sizeof path, "%s/progress/full", rig.job.weights_dir);
    ok(!file_make_folders(path, NULL), "where the file's name is taken");
    const struct event *event = rig_run(&rig);
    ok(event && event->finished.state == RUN_FINISHED, "a run goes its way");
    bool told = false;
    for (int i = 0; i < rig_count(&rig, EVENT_LOG); i++)
        told |= strstr(rig_event(&rig, EVENT_LOG, i)->log.text, "not seen from other") != NULL;
    ok(told, "and its log says that its progress is not seen");
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    test_steps();
    test_pace();
    test_whole();
    test_damaged();
    test_forged();
    test_no_files();
    test_together();
    test_run();
    test_no_room();
    rig_fini(&rig);
    return tap_done();
}
