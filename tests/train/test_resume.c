/* test_resume.c - a run that is stopped or killed, and resumed, is the run that never was: the same
 * events, predictions and weights, bit for bit. With the toy backend. */
#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "tests/kit/resume_kit.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct rig rig;
static struct whole whole; /* 5 epochs of 4 steps, each evaluated in 2 */

static void sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

/* --- stops --- */

static void test_stop(long train_step, long test_step, int resumed_epoch, const char *file)
{
    char folder[40], path[100];
    snprintf(folder, sizeof folder, "stop-%ld-%ld", train_step, test_step);
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int stopped = kit_stopped(&rig, folder, train_step, test_step);
    long before = kit_steps();
    ok(stopped && !access(scratch_path(path), F_OK), "stopped at %s step %ld: %s",
       train_step ? "training" : "test", train_step + test_step, file);
    int same = kit_resume(&rig, &whole, folder);
    ok(same, "resumed, it ends as a run that never stopped");
    is_int(rig.events[0].started.resumed_epoch, resumed_epoch, "epochs done are told");
    is_int(kit_steps(), whole.steps, "no step is done twice");
    ok(kit_log(&rig, file) != NULL && before < whole.steps, "the log names the checkpoint");
}

static void test_stops(void)
{
    test_stop(1, 0, 0, "checkpoint-0-1.safetensors");
    test_stop(7, 0, 1, "checkpoint-1-3.safetensors");
    test_stop(0, 1, 0, "checkpoint-0-4.safetensors"); /* in a test pass: all steps are done */
    test_stop(0, 6, 3, "checkpoint-3.safetensors");   /* an evaluation's last: after the epoch */
}

/* Two stops, then to the end. */
static void test_twice(void)
{
    ok(kit_stopped(&rig, "twice", 3, 0), "stopped once");
    rig.job.resume = true;
    kit_stop_at(&rig, 8, 0); /* that is step 11 */
    const struct event *end = rig_run(&rig);
    kit_stop_at(&rig, 0, 0);
    ok(end && end->finished.state == RUN_STOPPED && end->finished.epochs == 2 &&
           !access(scratch_path("twice/checkpoint-2-3.safetensors"), F_OK),
       "resumed, and stopped again in the third epoch");
    ok(kit_resume(&rig, &whole, "twice"), "after two resumes still the same run");
}

/* A run that is done has nothing to do: but its last weights and predictions are told. */
static void test_done(void)
{
    kit_link("whole", "done");
    kit_stop_at(&rig, 0, 0);
    ok(kit_resume(&rig, &whole, "done"), "a finished run resumed says its end again");
    is_int(kit_steps(), 0, "without training");
    is_int(rig_count(&rig, EVENT_EPOCH), 0, "or another epoch");
    rig.job.config.epochs = 2;
    ok(kit_stopped(&rig, "more", 3, 0), "a run of two epochs, stopped");
    rig.job.config.epochs = whole.epochs;
    ok(kit_resume(&rig, &whole, "more") && !kit_log(&rig, "may differ"),
       "resumed with more epochs it is the longer run");
}

/* A resumed run's trace is that of one that never stopped. */
static void test_trace(void)
{
    static const char *const names[] = {"steps.csv", "order.csv", "initial.safetensors"};
    struct run_config before = rig.job.config, *c = &rig.job.config;
    struct whole unused;
    str_copy(c->trace, sizeof c->trace, scratch_path("trace-whole"));
    kit_whole(&rig, &unused, "traced-whole");
    kit_free(&unused);
    str_copy(c->trace, sizeof c->trace, scratch_path("trace"));
    ok(kit_stopped(&rig, "traced", 6, 0) && kit_resume(&rig, &whole, "traced"),
       "a traced run stops and goes on");
    for (int i = 0; i < 3; i++) {
        char a[60], b[60];
        snprintf(a, sizeof a, "trace-whole/%s", names[i]);
        snprintf(b, sizeof b, "trace/%s", names[i]);
        ok(rig_same_file(scratch_path(a), scratch_path(b)), "%s says the same", names[i]);
    }
    rig.job.config = before;
}

static void test_verb(void)
{
    toy.step_us = 3000;
    rig_weights(&rig, "verb");
    rig_start(&rig);
    trainer_verb(rig.trainer, VERB_PAUSE);
    trainer_verb(rig.trainer, VERB_CHECKPOINT);
    rig_until(&rig, EVENT_CHECKPOINT);
    const struct event *event = rig_until(&rig, EVENT_STATE);
    ok(event && event->kind == EVENT_STATE && event->state == RUN_PAUSED, "a run paused");
    kit_link("verb", "verbatim");
    trainer_verb(rig.trainer, VERB_STOP);
    rig_until(&rig, EVENT_FINISHED);
    toy.step_us = 0;
    is_int(kit_files("verbatim", "checkpoint-"), 1, "the verb saves a checkpoint");
    ok(kit_resume(&rig, &whole, "verbatim"), "from which the run goes on");
}

/* --- kills --- */

/* Before the first checkpoint there is no more than an epoch on record. */
static int goes_on(const char *folder)
{
    rig.job.known_epochs = trainer_has_checkpoint(scratch_path(folder)) ? INT_MAX : 1;
    int same = kit_resume(&rig, &whole, folder);
    rig.job.known_epochs = INT_MAX;
    return same;
}

/* A folder as it was at some moment, with what a kill leaves half written. */
static void test_earlier_folder(void)
{
    char copy[40];
    int copies = 0, moments = 0, same = 1;
    rig_weights(&rig, "earlier");
    rig.job.config.save_every = 1;
    toy.step_us = 2000;
    for (const struct event *event = rig_start(&rig); event && event->kind != EVENT_FINISHED;
         event = rig_until(&rig, moments % 4 < 2 ? EVENT_EPOCH : EVENT_CHECKPOINT)) {
        if (moments++, copies == 4)
            continue;
        snprintf(copy, sizeof copy, "earlier-%d", copies++);
        kit_link("earlier", copy);
    }
    toy.step_us = 0;
    for (int i = 0; i < copies; i++) {
        char left[80];
        snprintf(copy, sizeof copy, "earlier-%d", i);
        snprintf(left, sizeof left, "%s/checkpoint-2.safetensors.99-0.tmp", copy);
        FILE *f = fopen(scratch_path(left), "w");
        fputs("half", f);
        fclose(f);
        same &= goes_on(copy);
        if (!access(scratch_path(left), F_OK)) {
            diag("%s is still there", left);
            same = 0;
        }
    }
    ok(same && copies > 1, "from the folder at each of %d moments the run goes on the same",
       copies);
    rig.job.config.save_every = 10;
}

/* Begins in a process of its own, which writes a byte to `told` for each of its epochs and weights
 * (or of its weights alone). */
static pid_t run_apart(const char *folder, bool weights, int step_us, const int told[2])
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct trainer *t;
        struct event event;
        rig_weights(&rig, folder);
        toy.step_us = step_us;
        if (trainer_new(&t, NULL) || trainer_start(t, &rig.job, NULL))
            _exit(1);
        while (queue_wait(trainer_events(t), &event) == 1) {
            bool counts = event.kind == EVENT_CHECKPOINT || (event.kind == EVENT_EPOCH && !weights);
            event_fini(&event);
            if (counts && write(told[1], "", 1) != 1)
                break;
        }
        _exit(1);
    }
    close(told[1]);
    return child;
}

/* So, and killed some time after the n-th has been told. When it is weights, their checkpoint is
 * being written just then, and those before it are there. */
static void run_until(const char *folder, bool weights, int n, int ms)
{
    int told[2];
    char byte;
    if (pipe(told))
        return;
    pid_t child = run_apart(folder, weights, 1000, told);
    while (n-- && read(told[0], &byte, 1) == 1)
        ;
    sleep_ms(ms);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(told[0]);
}

static void test_kill(void)
{
    static const int ms[] = {0, 30, 0, 70};
    char folder[40];
    int same = 1, resumed = 0, half = 0;
    rig.job.config.save_every = 1;
    for (int i = 0; i < 4; i++) {
        snprintf(folder, sizeof folder, "killed-%d", i);
        run_until(folder, i >= 2, i % 2 + 1, ms[i]);
        half += kit_files(folder, ".tmp") > 0;
        same &= goes_on(folder);
        resumed += rig.events[0].started.resumed_epoch > 0;
    }
    diag("%d of 4 began with a checkpoint, %d with a file half written", resumed, half);
    ok(same, "killed at any of 4 moments, the run goes on the same");
    ok(resumed > 0, "and not from its beginning");
    rig.job.config.save_every = 10;
}

/* However long an epoch takes, no more than so many seconds of it are lost. */
static void test_by_time(void)
{
    int told[2];
    if (pipe(told))
        return;
    rig.job.save_after_s = 0.1;
    pid_t child = run_apart("timed", false, 60000, told);
    for (int i = 0; i < 5000 && kit_files("timed", "checkpoint-0-") <= kit_files("timed", ".tmp");
         i++)
        sleep_ms(2);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(told[0]);
    rig.job.save_after_s = 0;
    rig.job.known_epochs = 0;
    ok(kit_resume(&rig, &whole, "timed") && kit_log(&rig, "resumed after epoch 0, step"),
       "killed in its first epoch, it goes on from the step that was saved when it was time");
    rig.job.known_epochs = INT_MAX;
}

/* --- what is kept --- */

static void test_keep(void)
{
    struct whole unused;
    rig.job.config.save_every = 1;
    rig.job.config.keep = 2;
    kit_whole(&rig, &unused, "keep-2");
    kit_free(&unused);
    ok(kit_files("keep-2", "checkpoint-") == 2 &&
           !access(scratch_path("keep-2/checkpoint-4.safetensors"), F_OK) &&
           !access(scratch_path("keep-2/checkpoint-5.safetensors"), F_OK),
       "--keep 2 keeps the two newest");
    rig.job.config.keep = 0;
    kit_whole(&rig, &unused, "keep-all");
    kit_free(&unused);
    is_int(kit_files("keep-all", "checkpoint-"), 5, "--keep 0 keeps one an epoch");
    /* As while another process holds the database: two epochs are on record, five are trained. */
    const atomic_int stored = 2;
    rig.job.config.keep = 1;
    rig.job.stored_epochs = &stored;
    kit_whole(&rig, &unused, "behind");
    kit_free(&unused);
    rig.job.stored_epochs = NULL;
    ok(kit_files("behind", "checkpoint-") == 2 &&
           !access(scratch_path("behind/checkpoint-2.safetensors"), F_OK) &&
           !access(scratch_path("behind/checkpoint-5.safetensors"), F_OK),
       "and that of the last epoch on record, whatever is kept");
    rig.job.config.keep = 2;
    rig.job.config.save_every = 2;
    rig.job.config.learning_rate = 0; /* then only the first epoch is the best */
    kit_whole(&rig, &unused, "save-2");
    kit_free(&unused);
    ok(!access(scratch_path("save-2/checkpoint-4.safetensors"), F_OK) &&
           !access(scratch_path("save-2/checkpoint-5.safetensors"), F_OK),
       "--save-every 2 saves after the fourth epoch, and at the end");
    rig.job.config.learning_rate = 0.02;
    rig.job.config.save_every = 10;
}

/* --- evaluations apart, patience, images held out --- */

static void test_options(void)
{
    struct whole w;
    struct run_config before = rig.job.config, *c = &rig.job.config;
    c->epochs = 7;
    c->eval_every = 2;
    c->select = SELECT_VAL;
    c->val_share = 0.3;
    c->schedule = SCHEDULE_COSINE;
    c->warmup = 2;
    if (!ok(!kit_whole(&rig, &w, "options"), "a run that holds out images"))
        return;
    const struct event_started *s = &rig.events[0].started;
    ok(s->val_images > 0 && s->train_images + s->val_images == RIG_TRAIN,
       "says how many (%d of %d)", (int)s->val_images, RIG_TRAIN);
    int due = 0, right = 1;
    double best = -2;
    for (int i = 0; i < w.epochs; i++) {
        const struct event_epoch *x = &w.epoch[i];
        bool better = x->tested && x->val.pc > best;
        due |= x->tested << i;
        right &=
            x->validated == x->tested && x->best == better && x->train.images == s->train_images;
        right &= x->tested ? x->val.images == s->val_images && x->test.images == RIG_TEST
                           : !x->val.images && !x->test.images && isnan(x->test.mae) && !x->n;
        best = better ? x->val.pc : best;
        right &= fabs(x->train.weighted[0] + x->train.weighted[1] + x->train.weighted[2] -
                      x->train.total) < 1e-12 &&
                 x->train.weighted[0] == 2 * x->train.term[0];
    }
    is_int(due, 1 << 1 | 1 << 3 | 1 << 5 | 1 << 6, "evaluated every second epoch, and the last");
    ok(right, "figures are there where they should be, and the best is the held out images'");
    ok(kit_stopped(&rig, "options-1", 5, 0) && kit_resume(&rig, &w, "options-1"),
       "resumed before the first evaluation");
    ok(kit_stopped(&rig, "options-2", 0, 1) && kit_resume(&rig, &w, "options-2"),
       "resumed within the pass over images held out");
    ok(kit_stopped(&rig, "options-3", 14, 0) && kit_resume(&rig, &w, "options-3"), "resumed later");
    c->epochs = 8;
    rig.job.resume = true;
    const struct event *end = rig_run(&rig);
    rig.job.resume = false;
    ok(end && end->finished.epochs == 8 &&
           kit_log(&rig, "epochs 7 is now 8; what follows may differ") != NULL,
       "more epochs under a cosine are warned of");
    kit_free(&w);
    rig.job.config = before;
}

static void test_patience(void)
{
    struct whole w;
    struct run_config before = rig.job.config, *c = &rig.job.config;
    c->epochs = 12;
    c->eval_every = 2;
    c->patience = 2;
    c->learning_rate = 0; /* nothing gets better after the first evaluation */
    if (!ok(!kit_whole(&rig, &w, "patient"), "a run with patience"))
        return;
    is_int(w.epochs, 6, "ends after two evaluations that were not better");
    ok(w.epoch[5].tested, "the last of which is its last epoch");
    has_text(w.finished.text, "ended after 6 of 12 epochs", "it says when");
    has_text(w.finished.text, "epoch 2 (PC", "and which was the best");
    ok(kit_stopped(&rig, "patient-1", 19, 0) && kit_resume(&rig, &w, "patient-1"),
       "a run resumed remembers what it has waited for");
    kit_link("patient", "patient-2");
    ok(kit_resume(&rig, &w, "patient-2"), "one whose patience is out doesn't go on");
    c->patience = 3;
    rig_weights(&rig, "patient-2");
    rig.job.resume = true;
    const struct event *end = rig_run(&rig);
    rig.job.resume = false;
    ok(end && end->finished.state == RUN_FINISHED && end->finished.epochs == 8,
       "but it does with more patience");
    kit_free(&w);
    rig.job.config = before;
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    rig.job.backend = kit_counted(toy_backend());
    rig.job.config.epochs = 5;
    if (ok(!kit_whole(&rig, &whole, "whole"), "a run that never stops")) {
        test_stops();
        test_twice();
        test_done();
        test_trace();
        test_verb();
        test_earlier_folder();
        test_kill();
        test_by_time();
        test_keep();
        test_options();
        test_patience();
    }
    ok(!toy.violations, "no promise to the backend was broken (%s)", toy.violation);
    kit_free(&whole);
    rig_fini(&rig);
    return tap_done();
}
