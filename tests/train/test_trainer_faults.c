/* test_trainer_faults.c - runs that diverge, fail, are cut short, or lack memory: each ends with
 * one finished event that says why, and leaves former files as they were. */
#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig rig;

/* Runs, and checks state and text of the end. */
static const struct event *ends(enum run_state state, const char *part, const char *what)
{
    const struct event *end = rig_run(&rig);
    int good = end && end->kind == EVENT_FINISHED && end->finished.state == state &&
               strstr(end->finished.text, part) && rig_count(&rig, EVENT_FINISHED) == 1;
    if (!ok(good, "%s: %s, \"%s\"", what, run_state_name(state), part))
        diag("%s: %s", end ? run_state_name(end->finished.state) : "-",
             end ? end->finished.text : "");
    return end;
}

static void test_divergence(void)
{
    toy.nan_train_step = 6;
    const struct event *end = ends(RUN_DIVERGED, "epoch 2, step 2: expectation is nan", "NaN");
    is_int(end->finished.epochs, 1, "one epoch was completed");
    is_int(rig_count(&rig, EVENT_EPOCH), 1, "and only that is told");
    memset(&toy, 0, sizeof toy);
    toy.inf_test_step = 2;
    ends(RUN_DIVERGED, "epoch 1, test step 2: regression is inf", "infinity in the evaluation");
    memset(&toy, 0, sizeof toy);
    rig.job.config.loss = LOSS_MSE;
    rig.job.config.learning_rate = 10;
    rig.job.config.lr_factor = 1;
    rig.job.config.epochs = 100;
    ends(RUN_DIVERGED, "mse is ", "a learning rate far too large");
    rig.job.config.learning_rate = 0.02;
    rig.job.config.epochs = 1;
    ok(!toy.violations && toy.closed == 1, "the backend is closed (%s)", toy.violation);
}

static void test_backend(void)
{
    toy.fail_open = true;
    ends(RUN_FAILED, "the toy is broken", "a backend that does not open");
    toy.fail_open = false;
    memset(&toy, 0, sizeof toy);
    toy.fail_train_step = 3;
    ends(RUN_FAILED, "the toy fell off the table", "a step that fails");
    is_int(toy.closed, 1, "its backend is closed");
    memset(&toy, 0, sizeof toy);
    rig.job.backend = NULL;
    str_copy(rig.job.config.device, sizeof rig.job.config.device, "gpu");
    ends(RUN_FAILED, "'gpu' is not auto, cuda, cpu, or one of these", "a device that cannot be");
    rig.job.backend = toy_backend();
}

static void test_data(void)
{
    char data[sizeof rig.job.config.data];
    memcpy(data, rig.job.config.data, sizeof data);
    rig.job.config.data[0] = '\0';
    ends(RUN_FAILED, "option 'data' is missing", "no data set");
    str_copy(rig.job.config.data, sizeof data, scratch_path("nowhere"));
    ends(RUN_FAILED, "nowhere", "a data set that is not there");
    memcpy(rig.job.config.data, data, sizeof data);
}

/* p00 trains, p01 tests. */
static void test_damaged(void)
{
    char kept[2][700];
    const char *names[2] = {"data/p00.jpg", "data/p01.jpg"};
    for (int i = 0; i < 2; i++) {
        snprintf(kept[i], sizeof kept[i], "%s.kept", scratch_path(names[i]));
        rename(scratch_path(names[i]), kept[i]);
        scratch_text(names[i], "no image");
    }
    ends(RUN_FAILED, "p00.jpg", "a damaged image");
    rig.job.config.skip_bad_images = true;
    const struct event *end = ends(RUN_FINISHED, "", "damaged images left out on demand");
    const struct event *start = rig_event(&rig, EVENT_STARTED, 0);
    ok(start && start->started.skipped_images == 2 &&
           start->started.train_images == RIG_TRAIN - 1 &&
           start->started.test_images == RIG_TEST - 1,
       "they are counted, and in no split");
    const struct event *log = rig_event(&rig, EVENT_LOG, 1), *log2 = rig_event(&rig, EVENT_LOG, 2);
    ok(log && log->log.level == LOG_WARNING && strstr(log->log.text, "p00.jpg") &&
           strstr(log2->log.text, "p01.jpg"),
       "and named in warnings");
    const struct event *last = end ? &rig.events[rig.n - 2] : NULL;
    ok(last && last->kind == EVENT_CHECKPOINT && last->checkpoint.n == RIG_TEST - 1 &&
           !strcmp(rig_event(&rig, EVENT_STARTED, 0)->started.images[0].name, "p04.jpg"),
       "the first prediction is of the first image that can be read");
    rig.job.config.skip_bad_images = false;
    for (int i = 0; i < 2; i++)
        rename(kept[i], scratch_path(names[i]));
}

/* With one test image there is no correlation, so no epoch is the best. */
static void test_no_correlation(void)
{
    char data[sizeof rig.job.config.data];
    memcpy(data, rig.job.config.data, sizeof data);
    scratch_text("data/one.csv", "image,score,split\np00.jpg,2,train\n"
                                 "p01.jpg,1.5,train\np02.jpg,9,test\n");
    str_copy(rig.job.config.data, sizeof data, scratch_path("data/one.csv"));
    rig_weights(&rig, "none");
    rig.job.config.loss = LOSS_COMBO;
    ends(RUN_FINISHED, "", "a single test image");
    ok(access(scratch_path("none/best.safetensors"), F_OK) != 0 &&
           !access(scratch_path("none/last.safetensors"), F_OK),
       "there is a last, but no best");
    int said = 0, outside = 0;
    for (int i = 0; rig_event(&rig, EVENT_LOG, i); i++) {
        const char *text = rig_event(&rig, EVENT_LOG, i)->log.text;
        said |= strstr(text, "no best.safetensors") != NULL;
        outside |= strstr(text, "1 of 3 scores lie outside 0.5..5.5") != NULL;
    }
    ok(said, "which is said");
    ok(outside, "a score that no class stands for is warned of");
    ok(isnan(rig_event(&rig, EVENT_EPOCH, 0)->epoch.test.pc), "the correlation is NaN, not 0");
    memcpy(rig.job.config.data, data, sizeof data);
}

static void test_saving(void)
{
    struct rlimit before, limit;
    rig_weights(&rig, "kept");
    ends(RUN_FINISHED, "", "a run to be kept");
    rename(scratch_path("kept/last.safetensors"), scratch_path("kept.last"));
    link(scratch_path("kept/checkpoint-1.safetensors"), scratch_path("kept.checkpoint"));
    link(scratch_path("kept/best.safetensors"), scratch_path("kept.best"));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    const struct event *end = ends(RUN_FAILED, "kept/best.safetensors", "a disk that is full");
    setrlimit(RLIMIT_FSIZE, &before);
    is_int(end->finished.epochs, 1, "the epoch itself was completed");
    ok(rig_same_file(scratch_path("kept/best.safetensors"), scratch_path("kept.best")),
       "the former best stays");
    ok(rig_same_file(scratch_path("kept/checkpoint-1.safetensors"),
                     scratch_path("kept.checkpoint")),
       "and so does the checkpoint");
    is_int(scratch_entries(scratch_path("kept")), 2, "no last, no temporary file is written");
    is_int(rig_count(&rig, EVENT_CHECKPOINT), 0, "and no checkpoint is told");

    scratch_text("file", "");
    rig_weights(&rig, "file/weights");
    ends(RUN_FAILED, "file", "a folder of weights that cannot be made");
    ok(rig_event(&rig, EVENT_STARTED, 0) == NULL, "is noticed before any work");
    rig_weights(&rig, "deep/er/weights");
    ends(RUN_FINISHED, "", "one that can be made, with those above it");
}

static void test_stop_at_once(void)
{
    struct err e;
    ok(!trainer_start(rig.trainer, &rig.job, &e), "a run is started");
    trainer_verb(rig.trainer, VERB_STOP);
    rig_forget(&rig);
    const struct event *end = rig_until(&rig, EVENT_FINISHED);
    ok(end && end->finished.state == RUN_STOPPED && end->finished.epochs == 0,
       "and stopped before its first epoch");
}

/* Memory fails at each of the first allocations of a run, then at ever rarer ones. */
static void test_memory(void)
{
    int good = 1, failed = 0;
    long at = 1;
    rig_weights(&rig, "memory");
    for (; at < 5000; at += at < 40 ? 1 : at / 2) {
        mem_test_fail_at(at);
        const struct event *end = rig_run(&rig);
        mem_test_fail_at(0);
        if (!end || end->finished.state == RUN_FINISHED)
            break;
        failed++;
        good &= end->finished.state == RUN_FAILED && strstr(end->finished.text, "memory") != NULL;
        if (!good)
            break;
    }
    ok(good && failed > 40, "a run survives failing allocations: %d of them, up to number %ld",
       failed, at);
    is_int(toy.opened - toy.closed, 0, "every backend was closed");
    mem_test_fail_at(1);
    struct trainer *none;
    struct err e;
    ok(trainer_new(&none, &e) == -1 && e.code == ERR_MEMORY && !none, "so does making a trainer");
    mem_test_fail_at(2);
    ok(trainer_new(&none, &e) == -1, "and its queue");
    mem_test_fail_at(0);
}

/* Nobody drains the queue: the engine thread waits in a push when the trainer is freed. */
static void test_free_while_running(void)
{
    struct err e;
    struct snapshot now = {0};
    rig.job.config.epochs = 100000;
    rig.job.config.learning_rate = 0;
    rig_weights(&rig, "left");
    trainer_start(rig.trainer, &rig.job, &e);
    int stuck_epoch = -1;
    for (int same = 0; same < 20;) {
        usleep(5000);
        trainer_snapshot(rig.trainer, &now);
        same = now.epoch > 200 && now.epoch == stuck_epoch ? same + 1 : 0;
        stuck_epoch = now.epoch;
    }
    ok(now.epoch < 300, "an engine whose queue is full waits, and loses nothing");
    trainer_free(rig.trainer);
    ok(1, "and is freed all the same");
    trainer_new(&rig.trainer, &e);
    rig.job.config.epochs = 1;
    trainer_start(rig.trainer, &rig.job, &e);
    trainer_free(rig.trainer);
    rig.trainer = NULL;
    ok(1, "a trainer can be freed right after a start");
    trainer_free(NULL);
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    test_divergence();
    test_backend();
    test_data();
    test_damaged();
    test_no_correlation();
    test_saving();
    test_stop_at_once();
    test_memory();
    test_free_while_running();
    rig_fini(&rig);
    return tap_done();
}
