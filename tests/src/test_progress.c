/* test_progress.c - the lines of training without the screen. */
#include "src/progress.h"

#include "base/err.h"
#include "tests/kit/tap.h"

#include <stdlib.h>
#include <unistd.h>

static char text[8192];

/* What is written between two calls. */
static FILE *begin(void)
{
    FILE *file = tmpfile();
    if (!file)
        diag("no temporary file");
    return file;
}

static void end(struct progress *p, FILE *file)
{
    progress_free(p);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
}

static void tell_run(struct progress *p)
{
    struct snapshot now = {.run = 7, .phase = SNAPSHOT_TRAIN, .step = 1, .steps = 2};
    struct event epoch = {.kind = EVENT_EPOCH, .run = 7};
    struct event log = {.kind = EVENT_LOG, .run = 7, .log = {LOG_WARNING, "odd \033[2J scores"}};
    struct event finished = {.kind = EVENT_FINISHED, .run = 7};
    epoch.epoch = (struct event_epoch){.epoch = 3, .epochs = 200, .tested = true, .best = true};
    epoch.epoch.train = (struct event_phase){.images = 100, .seconds = 2, .total = 1.5};
    epoch.epoch.test = (struct event_phase){.images = 10, .seconds = 0.5, .total = 2, .pc = NAN};
    finished.finished.state = RUN_STOPPED;
    strcpy(finished.finished.text, "stopped after 3 of 200 epochs");
    progress_begin(p, 7, "evil \033]0;name\007", 200);
    progress_tick(p, &now);
    progress_event(p, &epoch);
    progress_event(p, &log);
    progress_event(p, &finished);
}

static void test_lines(void)
{
    struct progress *p;
    FILE *file = begin();
    is_int(progress_new(&p, file, false, NULL), 0, "progress to a file");
    ok(!progress_moves(p), "nothing moves there");
    tell_run(p);
    end(p, file);
    has_text(text, "run 7: evil ^[]0;name^G, 200 epochs\n", "a name is shown, not obeyed");
    has_text(text, "epoch   3/200  train 1.5000  test 2.0000  MAE 0.0000", "an epoch is a line");
    has_text(text, "PC -  best  2.5s  50 img/s\n", "a correlation that does not exist is a dash");
    has_text(text, "combolab: warning: run 7: odd ^[[2J scores\n", "a warning is one");
    has_text(text, "run 7: stopped after 3 of 200 epochs\n", "how it ended is said once");
    ok(!strpbrk(text, "\r\033\007"), "no control character reaches the file");
}

static void test_evaluations(void)
{
    struct progress *p;
    struct event started = {.kind = EVENT_STARTED, .run = 7}, epoch = {.kind = EVENT_EPOCH};
    FILE *file = begin();
    progress_new(&p, file, false, NULL);
    started.started = (struct event_started){
        .train_images = 90, .val_images = 10, .test_images = 40, .resumed_epoch = 4};
    strcpy(started.started.device, "cpu");
    progress_event(p, &started);
    epoch.epoch = (struct event_epoch){.epoch = 5, .epochs = 9};
    epoch.epoch.train = (struct event_phase){.images = 100, .seconds = 2, .total = 1.5};
    epoch.epoch.val.seconds = epoch.epoch.test.seconds = 7; /* nothing, as nothing was evaluated */
    progress_event(p, &epoch);
    epoch.epoch.tested = epoch.epoch.validated = epoch.epoch.best = true;
    epoch.epoch.test = (struct event_phase){.seconds = 1, .total = 2, .pc = 0.5};
    epoch.epoch.val = (struct event_phase){.seconds = 1, .total = 2, .pc = 0.625};
    progress_event(p, &epoch);
    end(p, file);
    has_text(text, "run 7: 90 training, 10 val and 40 test images, on cpu\n",
             "val images are told");
    has_text(text, "run 7: goes on after epoch 4\n", "and where a resumed run goes on");
    has_text(text, "epoch 5/9  train 1.5000  2.0s  50 img/s\n", "an epoch without an evaluation");
    has_text(text, "PC 0.5000  val PC 0.6250  best  4.0s", "one with val images");
}

static void test_quiet(void)
{
    struct progress *p;
    FILE *file = begin();
    progress_new(&p, file, true, NULL);
    tell_run(p);
    end(p, file);
    is_text(text, "combolab: warning: run 7: odd ^[[2J scores\n", "quiet leaves warnings only");
}

static void test_moving(void)
{
    char line[256];
    struct snapshot now = {.run = 7,
                           .phase = SNAPSHOT_TRAIN,
                           .step = 1,
                           .steps = 2,
                           .epoch = 3,
                           .epochs = 200,
                           .total = 0.5,
                           .images_per_s = 512,
                           .eta_s = 125};
    progress_line(&now, 200, line, sizeof line);
    is_text(
        line,
        "run 7  train  epoch 3/200  [##########----------] 1/2  loss 0.5000  512 img/s  ETA 2m05s",
        "the moving line");
    progress_line(&now, 20, line, sizeof line);
    is_text(line, "run 7  train", "has whole items up to where the terminal ends");
    now.total = 1e25;
    progress_line(&now, 70, line, sizeof line);
    has_text(line, "1/2  loss 1e25", "figures beyond their room get an exponent");
    now = (struct snapshot){.run = 7, .phase = SNAPSHOT_DECODING, .step = 40, .steps = 40};
    now.eta_s = NAN;
    progress_line(&now, 80, line, sizeof line);
    is_text(line, "run 7  decoding  [####################] 40/40", "while images are decoded");
}

int main(void)
{
    test_lines();
    test_evaluations();
    test_quiet();
    test_moving();
    return tap_done();
}
