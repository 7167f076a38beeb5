/* test_writer.c - weights and checkpoints are written while training goes on. With the toy backend,
 * and a disk that stands still until it is told to go on. */
#include "base/mem.h"
#include "base/queue.h"
#include "engine/weights/weights.h"
#include "tests/kit/resume_kit.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct rig rig;

/* --- the disk --- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stands;
    int first; /* fsyncs that still pass */
    int error; /* of every other; 0 = none */
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* In place of the C library's: a file is written, but not yet under its name. */
int fsync(int fd)
{
    (void)fd;
    pthread_mutex_lock(&disk.lock);
    bool passes = disk.first > 0;
    disk.first -= passes;
    while (!passes && disk.stands)
        pthread_cond_wait(&disk.changed, &disk.lock);
    errno = passes ? 0 : disk.error;
    pthread_mutex_unlock(&disk.lock);
    return errno ? -1 : 0;
}

static void disk_is(bool stands, int error)
{
    pthread_mutex_lock(&disk.lock);
    disk.stands = stands;
    disk.error = error;
    pthread_cond_broadcast(&disk.changed);
    pthread_mutex_unlock(&disk.lock);
}

/* --- a backend whose every epoch is better than the one before --- */

#define STEPS 4 /* of training, in an epoch */
#define TESTS 2

static long allocations; /* before the first epoch */

static int better_epoch(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    if (!toy.trained && !toy.evaluated)
        allocations = mem_test_count();
    return toy_backend()->epoch(b, plan, e);
}

/* Test images' scores are as far off as the epoch is early, and what is lost is hidden. */
static int better_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    static float scores[RIG_TRAIN + RIG_TEST];
    int result = toy_backend()->collect(b, out, e);
    long epoch = (toy.evaluated + TESTS - 1) / TESTS;
    for (int i = 0; i < out->n; i++) {
        int at = (int)out->first + i, image = 3 * at + 1;
        scores[i] = (float)(1.4 + 0.16 * image + (at % 2 ? 1.0 : -1.0) / (double)(1 + epoch));
    }
    out->scores = scores;
    out->finite = true;
    out->total = out->term[0] = out->term[1] = out->term[2] = 1;
    return result;
}

static const struct backend_ops *better(void)
{
    static struct backend_ops ops;
    ops = *toy_backend();
    ops.epoch = better_epoch;
    ops.collect = better_collect;
    return &ops;
}

/* --- runs --- */

static long poison_train_step; /* of the next run: see toy_backend.h */

static void sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

#define FIRST_FILES 2 /* best weights and checkpoint of the first epoch */

/* Starts a run of so many epochs on a disk that stands once it has `files` of them, and waits for
 * `told` epochs. */
static void begin_with(int files, const char *folder, int epochs, int told)
{
    memset(&toy, 0, sizeof toy);
    toy.poison_train_step = poison_train_step;
    rig_weights(&rig, folder);
    rig.job.config.epochs = epochs;
    disk.first = 2 * files; /* the file, then its folder */
    disk_is(true, 0);
    rig_start(&rig);
    for (int i = 0; i < told; i++)
        rig_until(&rig, EVENT_EPOCH);
}

static void begin(const char *folder, int epochs, int told)
{
    begin_with(FIRST_FILES, folder, epochs, told);
}

/* Until the engine has nothing to do but to wait for the disk. */
static void until_saving(void)
{
    struct snapshot now;
    int same = 0;
    while (same < 10) {
        sleep_ms(5);
        trainer_snapshot(rig.trainer, &now);
        same = now.phase == SNAPSHOT_SAVING ? same + 1 : 0;
    }
}

/* What is said while the disk stands. */
static void collect_now(void)
{
    while (rig.n < RIG_EVENTS && queue_pop(trainer_events(rig.trainer), &rig.events[rig.n]) == 1)
        rig.n++;
}

static const struct event_checkpoint *weights_told(int i)
{
    const struct event *x = rig_event(&rig, EVENT_CHECKPOINT, i);
    return x ? &x->checkpoint : NULL;
}

static int is_told(int i, bool best, int epoch)
{
    const struct event_checkpoint *x = weights_told(i);
    return x && x->best == best && x->epoch == epoch && x->n == RIG_TEST;
}

/* The epoch that a weight file says, or -1. */
static int epoch_of(const char *path)
{
    struct weights *w;
    if (weights_read(&w, scratch_path(path), NULL))
        return -1;
    const char *text = weights_meta_of(w, "epoch");
    int epoch = text ? atoi(text) : -1;
    weights_free(w);
    return epoch;
}

static bool ended(const struct event *end, enum run_state state, const char *part)
{
    bool good = end && end->kind == EVENT_FINISHED && end->finished.state == state &&
                strstr(end->finished.text, part);
    if (!good)
        diag("%s: %s", end ? run_state_name(end->finished.state) : "-",
             end ? end->finished.text : "no event");
    return good;
}

/* --- */

/* So that no more than one epoch is ever on record without a checkpoint. */
static void test_first_waits(void)
{
    begin_with(0, "first", 6, 1);
    until_saving();
    collect_now();
    is_int(rig_count(&rig, EVENT_EPOCH), 1, "the second epoch waits for the first's checkpoint");
    disk_is(false, 0);
    ok(ended(rig_until(&rig, EVENT_FINISHED), RUN_FINISHED, ""), "then the run goes on");
}

static void test_goes_on(void)
{
    begin("on", 6, 6);
    until_saving();
    collect_now();
    int best = 0;
    for (int i = 0; i < 6; i++)
        best += rig_event(&rig, EVENT_EPOCH, i)->epoch.best;
    is_int(best, 6, "six epochs, each the best so far, are trained while the disk stands");
    is_int(rig_count(&rig, EVENT_CHECKPOINT) + rig_count(&rig, EVENT_FINISHED), 1,
           "no weights but the first's are told, and no end");
    is_int(kit_files("on", ".safetensors") - kit_files("on", ".tmp"), FIRST_FILES,
           "no others are there");
    is_int(kit_files("on", ".tmp"), 1, "one file is being written");
    disk_is(false, 0);
    ok(ended(rig_until(&rig, EVENT_FINISHED), RUN_FINISHED, ""), "then the run finishes");
    ok(rig_count(&rig, EVENT_CHECKPOINT) == 4 && is_told(0, true, 1) && is_told(1, true, 2) &&
           is_told(2, true, 6) && is_told(3, false, 6),
       "the second best and the newest were written, those that waited between were not");
    const struct event_epoch *x = &rig_event(&rig, EVENT_EPOCH, 5)->epoch;
    int same = 1;
    for (size_t i = 0; i < RIG_TEST; i++)
        same &= weights_told(2)->predictions[i].predicted == (double)x->test_scores[i];
    ok(same, "with the predictions of their own epoch");
    ok(epoch_of("on/best.safetensors") == 6 && epoch_of("on/last.safetensors") == 6,
       "the files are the newest");
    ok(epoch_of("on/checkpoint-2.safetensors") == 2 &&
           epoch_of("on/checkpoint-6.safetensors") == 6 && kit_files("on", "") == 4,
       "so are the checkpoints, and nothing else is left");
    ok(!toy.violations, "no promise to the backend was broken (%s)", toy.violation);
}

static void test_stop_waits(void)
{
    begin("stop", 1000, 3);
    trainer_verb(rig.trainer, VERB_STOP);
    until_saving();
    collect_now();
    is_int(rig_count(&rig, EVENT_FINISHED), 0, "a stop waits for the disk");
    disk_is(false, 0);
    ok(ended(rig_until(&rig, EVENT_FINISHED), RUN_STOPPED, "of 1000 epochs"), "then it stops");
    int told = rig_count(&rig, EVENT_CHECKPOINT), epochs = rig_count(&rig, EVENT_EPOCH);
    ok(told == 4 && is_told(1, true, 2) && is_told(2, true, epochs) && !weights_told(3)->best,
       "with all that waited told before");
    ok(epoch_of("stop/best.safetensors") == epochs && epoch_of("stop/last.safetensors") == epochs,
       "and on disk");
}

/* What was asked for is written, however long that takes. */
static void test_all_asked_for(void)
{
    rig.job.config.save_every = 1;
    rig.job.config.keep = 0;
    begin("asked", 6, 4);
    until_saving();
    collect_now();
    is_int(rig_count(&rig, EVENT_EPOCH), 4,
           "with a checkpoint written and one waiting, a third that was asked for waits");
    disk_is(false, 0);
    ok(ended(rig_until(&rig, EVENT_FINISHED), RUN_FINISHED, ""), "then the run goes on");
    is_int(kit_files("asked", "checkpoint-"), 6, "all checkpoints are there");
    rig.job.config.save_every = 10;
    rig.job.config.keep = 2;
}

static void test_error(void)
{
    begin("error", 1000, 3);
    disk_is(false, EIO);
    const struct event *end = rig_until(&rig, EVENT_FINISHED);
    ok(ended(end, RUN_FAILED, "error/best.safetensors cannot be written: Input/output error"),
       "an error of the disk fails the run and names the file");
    ok(end->finished.epochs < 1000 && end->finished.epochs == rig_count(&rig, EVENT_EPOCH),
       "at the end of an epoch");
    is_int(rig_count(&rig, EVENT_CHECKPOINT) + kit_files("error", ""), 1 + FIRST_FILES,
           "nothing more is told, and nothing is left half written");
}

/* In the fourth epoch a weight is lost, while the third epoch's best waits. */
static void lose_a_weight(const char *folder, int error)
{
    poison_train_step = 4 * STEPS;
    begin(folder, 1000, 4);
    poison_train_step = 0;
    sleep_ms(20);
    collect_now();
    is_int(rig_count(&rig, EVENT_FINISHED), 0, "a run that diverged waits for the disk too");
    disk_is(false, error);
    ok(ended(rig_until(&rig, EVENT_FINISHED), RUN_DIVERGED,
             "after epoch 4, step 0: fc.weight has a value that is nan"),
       "weights that are no longer numbers end the run");
}

static void test_diverged(void)
{
    lose_a_weight("lost", 0);
    ok(rig_count(&rig, EVENT_CHECKPOINT) == 3 && is_told(2, true, 3) &&
           epoch_of("lost/best.safetensors") == 3,
       "what waited is not given up for them");
    lose_a_weight("lost-too", ENOSPC);
    ok(rig_count(&rig, EVENT_CHECKPOINT) == 1 &&
           kit_log(&rig, "lost-too/best.safetensors cannot be written: No space left"),
       "that it could not be written either is in the log");
}

static void test_memory(void)
{
    const struct event *end = NULL;
    int found = 0, begun = 0;
    memset(&toy, 0, sizeof toy);
    rig_weights(&rig, "memory");
    rig.job.config.epochs = 1;
    mem_test_fail_at(0);
    rig_run(&rig);
    for (long at = allocations; at > 0 && !found; at--) {
        mem_test_fail_at(at);
        end = rig_run(&rig);
        mem_test_fail_at(0);
        found = ended(end, RUN_FAILED, "out of memory for a copy of weights and momenta");
        begun = rig_count(&rig, EVENT_STARTED);
    }
    ok(found && !begun, "without memory for the copies no run starts, and it says so");
    is_int(toy.opened - toy.closed, 0, "every backend was closed");
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    alarm(300); /* never for ever */
    rig.job.backend = better();
    rig_run(&rig); /* decodes the images */
    test_first_waits();
    test_goes_on();
    test_stop_waits();
    test_all_asked_for();
    test_error();
    test_diverged();
    test_memory();
    rig_fini(&rig);
    return tap_done();
}
