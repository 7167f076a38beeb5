/* test_trainer.c - what a run does when all goes well: events, figures, files, verbs, the same
 * bits. */
#include "base/mem.h"
#include "base/queue.h"
#include "base/str.h"
#include "engine/train/plan.h"
#include "engine/weights/weights.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct rig rig;

static void sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

/* --- plans --- */

static void test_plan(void)
{
    enum { N = 50 };
    uint32_t places[N], half[N / 2];
    struct image_place at[3 * N];
    struct image_set images = {.n = 3 * N, .place = at};
    struct augment_spec augment = {
        .height = 32, .width = 32, .random_crop = true, .flip_probability = 0.5};
    struct plan p, q, r, s;
    for (int i = 0; i < 3 * N; i++)
        at[i] = (struct image_place){.height = 48, .width = (uint16_t)(40 + i % 5)};
    for (uint32_t i = 0; i < N; i++)
        places[i] = 3 * i;
    for (uint32_t i = 0; i < N / 2; i++)
        half[i] = 6 * i;
    plan_init(&p, N, N, NULL);
    plan_init(&q, N, N, NULL);
    plan_init(&r, N, 48, NULL);
    plan_init(&s, N / 2, N / 2, NULL);
    plan_train(&p, places, &augment, &images, 5, 1);
    plan_train(&q, places, &augment, &images, 5, 1);
    ok(!memcmp(p.order, q.order, sizeof places) && !memcmp(p.draws, q.draws, N * sizeof *p.draws),
       "the same seed and epoch give the same plan");
    int seen[3 * N] = {0}, once = 1, moved = 0;
    for (int i = 0; i < N; i++) {
        once &= ++seen[p.order[i]] == 1 && p.order[i] % 3 == 0;
        moved += p.order[i] != places[i];
    }
    ok(once && moved > N / 2, "an order is a permutation of the training places, and shuffled");
    plan_train(&q, places, &augment, &images, 5, 2);
    ok(memcmp(p.order, q.order, sizeof places) != 0, "another epoch has another order");
    plan_train(&q, places, &augment, &images, 6, 1);
    ok(memcmp(p.order, q.order, sizeof places) != 0, "another seed too");
    plan_train(&r, places, &augment, &images, 5, 1);
    ok(r.n == 48 && !memcmp(p.order, r.order, 48 * sizeof *r.order),
       "a dropped last batch is the end of the same order");
    plan_train(&s, half, &augment, &images, 5, 1);
    int agree = 0, varied = 0;
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; k < p.n; k++)
            if (p.order[k] == s.order[i]) {
                agree += !memcmp(&p.draws[k], &s.draws[i], sizeof *p.draws);
                varied += p.draws[k].top != 8 || p.draws[k].flip;
            }
    ok(agree == N / 2 && varied > N / 4, "what is drawn for an image does not depend on the split");
    plan_test(&q, places, &augment, &images);
    int centred = !memcmp(q.order, places, sizeof places);
    for (size_t i = 0; i < q.n; i++)
        centred &= q.draws[i].top == 8 && !q.draws[i].flip;
    ok(centred, "an evaluation keeps the order and takes centre crops");
    plan_fini(&p);
    plan_fini(&q);
    plan_fini(&r);
    plan_fini(&s);
}

/* --- a run --- */

static void test_events(void)
{
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FINISHED, "a run finishes"))
        diag("%s", end ? end->finished.text : "no event");
    is_int(end->finished.epochs, 3, "with all its epochs");
    is_text(end->finished.text, "", "and no more to say");
    is_int(rig.events[0].kind, EVENT_STARTED, "the first event is started");
    is_int(rig_count(&rig, EVENT_STARTED), 1, "once");
    is_int(rig_count(&rig, EVENT_EPOCH), 3, "three epochs");
    is_int(rig_count(&rig, EVENT_FINISHED), 1, "one finished, the last event");
    const struct event_started *s = &rig.events[0].started;
    is_text(s->device, "toy: abacus, two beads, 1 threads", "the device is named");
    is_text(s->library, "toy 1", "and its library");
    is_text(s->precision, "f32", "and what auto is on it");
    ok(s->train_images == RIG_TRAIN && s->test_images == RIG_TEST && !s->skipped_images,
       "images are counted");
    is_int(s->parameters, 11689512 - 513 * 1000 + 513 * 6, "parameters too, both heads");
    ok(strlen(s->data_hash) == 16 && s->score_least < 1.3 && s->score_most > 4.7,
       "data hash and range of scores");
    int runs = 1, rising = 1;
    for (int i = 0; i < rig.n; i++) {
        runs &= rig.events[i].run == 7;
        rising &= i == 0 || rig.events[i].time_s >= rig.events[i - 1].time_s;
    }
    ok(runs && rising, "every event has the run's number and its time");
    ok(rig_event(&rig, EVENT_LOG, 3) &&
           strstr(rig_event(&rig, EVENT_LOG, 2)->log.text, "5 classes by half-down") &&
           strstr(rig_event(&rig, EVENT_LOG, 3)->log.text, "class 1: "),
       "class sizes are logged");

    struct snapshot now;
    trainer_snapshot(rig.trainer, &now);
    ok(now.run == 0 && now.phase == SNAPSHOT_IDLE, "afterwards the snapshot is idle");
    ok(!toy.violations && toy.opened == 1 && toy.closed == 1, "the engine kept its promises (%s)",
       toy.violation);
    is_int(toy.trained, 3 * 4, "15 images in batches of 4 are 4 steps");
    is_int(toy.evaluated, 3 * 2, "8 are 2");
    is_int(toy.in_flight_most, BACKEND_IN_FLIGHT, "steps are started ahead");
}

static void test_epochs(void)
{
    int sums = 1, images = 1, rates = 1;
    double best = -2;
    int best_flags = 1;
    for (int i = 0; i < 3; i++) {
        const struct event_epoch *x = &rig_event(&rig, EVENT_EPOCH, i)->epoch;
        const struct event_phase *p[2] = {&x->train, &x->test};
        for (int k = 0; k < 2; k++)
            sums &= fabs(2 * p[k]->term[0] + p[k]->term[1] + p[k]->term[2] - p[k]->total) < 1e-12;
        /* The regression term of combo is L1 of the score, which is also the MAE. */
        sums &= fabs(x->test.term[0] - x->test.mae) < 1e-6;
        images &= x->train.images == RIG_TRAIN && x->test.images == RIG_TEST && x->n == RIG_TEST &&
                  x->train.seconds > 0 && x->test.rmse >= x->test.mae;
        rates &= x->epoch == i + 1 && x->epochs == 3 && x->terms == 3 &&
                 fabs(x->learning_rate - (i < 2 ? 0.02 : 0.002)) < 1e-15;
        best_flags &= x->best == (x->test.pc > best);
        best = x->test.pc > best ? x->test.pc : best;
    }
    ok(sums, "the weighted sum of the terms is the total, in every phase");
    ok(images, "phases count their images");
    ok(rates, "the learning rate steps down");
    ok(best_flags, "best is the highest test correlation so far");
    ok(best > 0.8, "the toy has learned that bright is beautiful (%.3f)", best);
    ok(rig_event(&rig, EVENT_EPOCH, 2)->epoch.train.total <
           rig_event(&rig, EVENT_EPOCH, 0)->epoch.train.total,
       "the training loss went down");
}

static void test_checkpoints(void)
{
    const struct event *last = NULL;
    int n = rig_count(&rig, EVENT_CHECKPOINT), n_best = 0;
    for (int i = 0; i < n; i++) {
        last = rig_event(&rig, EVENT_CHECKPOINT, i);
        n_best += last->checkpoint.best;
    }
    ok(n >= 2 && n_best == n - 1 && !last->checkpoint.best,
       "best whenever improved, last at the end");
    const struct event_checkpoint *c = &last->checkpoint;
    const struct event_epoch *x = &rig_event(&rig, EVENT_EPOCH, 2)->epoch;
    is_text(c->path, scratch_path("weights/last.safetensors"), "with its path");
    const struct event_started *started = &rig_event(&rig, EVENT_STARTED, 0)->started;
    ok(!strcmp(started->set, "data") && !strcmp(started->protocol, "split") &&
           started->fold == 0 && started->classes == 5,
       "the start says set, protocol, fold and classes");
    int same = c->n == RIG_TEST && started->n_images == c->n && c->epoch == 3, classes = 1;
    for (size_t i = 0; i < c->n; i++) {
        const struct event_prediction *p = &c->predictions[i];
        const struct event_image *image = &started->images[i];
        char name[32];
        snprintf(name, sizeof name, "p%02d.jpg", (int)(3 * i + 1));
        same &= p->predicted == (double)x->test_scores[i] && p->place == (int64_t)i &&
                !strcmp(image->name, name);
        classes &= p->true_class == (int)ceil(image->truth - 0.5) && p->predicted_class >= 1 &&
                   p->predicted_class <= 5 && p->expectation > 1 && p->expectation < 5;
    }
    ok(same, "its predictions are the epoch's, in the split's order");
    ok(classes, "with classes and expectation");

    struct weights *w;
    struct err e;
    ok(!weights_read(&w, c->path, &e), "the weights can be read");
    ok(w && w->n == 104 && weights_find(w, "fc_cls.weight")->dims[0] == 5, "all tensors are there");
    int described = 0;
    for (size_t i = 0; w && i < w->n_meta; i++)
        described += !strcmp(w->meta[i][0], "stem_pool") &&
                     !strcmp(w->meta[i][1], "kernel 3 stride 2 pad 1 floor");
    ok(described, "and the pool's geometry");
    weights_free(w);
}

/* Same seed, config and threads: same bits. A pause and a checkpoint change nothing, nor does a
 * trace. */
static void test_same_bits(void)
{
    float scores[RIG_TEST];
    double total = rig_event(&rig, EVENT_EPOCH, 2)->epoch.train.total;
    memcpy(scores, rig_event(&rig, EVENT_EPOCH, 2)->epoch.test_scores, sizeof scores);
    rig_weights(&rig, "again");
    toy.step_us = 3000;
    snprintf(rig.job.config.trace, sizeof rig.job.config.trace, "%s", scratch_path("trace"));
    rig_start(&rig);
    trainer_verb(rig.trainer, VERB_PAUSE);
    trainer_verb(rig.trainer, VERB_CHECKPOINT);
    const struct event *event = rig_until(&rig, EVENT_STATE);
    ok(event && event->kind == EVENT_STATE && event->state == RUN_PAUSED, "a pause is an event");
    struct snapshot now, later;
    trainer_snapshot(rig.trainer, &now);
    long trained = toy.trained + toy.evaluated;
    sleep_ms(60);
    trainer_snapshot(rig.trainer, &later);
    ok(now.paused && later.paused && later.step == now.step &&
           trained == toy.trained + toy.evaluated && now.run == 7,
       "nothing moves while paused");
    trainer_verb(rig.trainer, VERB_CHECKPOINT);
    event = rig_until(&rig, EVENT_CHECKPOINT);
    ok(event && event->kind == EVENT_CHECKPOINT && !event->checkpoint.best &&
           event->checkpoint.n == 0 && event->checkpoint.epoch == 0,
       "a checkpoint works while paused; untested weights come without predictions");
    trainer_verb(rig.trainer, VERB_RESUME);
    event = rig_until(&rig, EVENT_STATE);
    ok(event && event->kind == EVENT_STATE && event->state == RUN_RUNNING, "running again");
    event = rig_until(&rig, EVENT_FINISHED);
    ok(event && event->finished.state == RUN_FINISHED, "and finished");
    const struct event_epoch *x = &rig_event(&rig, EVENT_EPOCH, 2)->epoch;
    ok(x->train.total == total && !memcmp(x->test_scores, scores, sizeof scores),
       "losses and predictions have the same bits");
    ok(rig_same_file(scratch_path("weights/last.safetensors"),
                     scratch_path("again/last.safetensors")) &&
           rig_same_file(scratch_path("weights/best.safetensors"),
                         scratch_path("again/best.safetensors")),
       "so have the weight files");
    ok(!toy.violations, "no promise was broken (%s)", toy.violation);
    toy.step_us = 0;
}

/* The trace of the run before: its steps must add up to the epochs' figures. */
static void test_trace(void)
{
    double sum[4] = {0}, images[4] = {0};
    char line[400];
    int steps = 0, samples = 0, order = 1;
    FILE *f = fopen(scratch_path("trace/steps.csv"), "r");
    ok(f && fgets(line, sizeof line, f) &&
           !strcmp(line, "epoch,step,images,learning_rate,total,regression,expectation,"
                         "classification\n"),
       "the trace names its columns");
    while (f && fgets(line, sizeof line, f)) {
        int epoch, step, n;
        double rate, total;
        if (sscanf(line, "%d,%d,%d,%lf,%lf", &epoch, &step, &n, &rate, &total) != 5)
            break;
        order &= step == steps++ % 4 + 1;
        sum[epoch] += total * n;
        images[epoch] += n;
    }
    if (f)
        fclose(f);
    ok(steps == 12 && order, "every step in order");
    double off = 0;
    for (int i = 0; i < 3; i++)
        off = fmax(off, fabs(rig_event(&rig, EVENT_EPOCH, i)->epoch.train.total -
                             sum[i + 1] / images[i + 1]));
    is_near(off, 0, 1e-12, "an epoch's total is the mean over its images");
    f = fopen(scratch_path("trace/order.csv"), "r");
    while (f && fgets(line, sizeof line, f))
        samples++;
    if (f)
        fclose(f);
    is_int(samples, 1 + 3 * RIG_TRAIN, "every sample of every step");
    struct weights *w;
    ok(!weights_read(&w, scratch_path("trace/initial.safetensors"), NULL) && w->n == 104,
       "the initial weights");
    weights_free(w);
    ok(access(scratch_path("trace/run.json"), R_OK) == 0, "and what the run was");
    rig.job.config.trace[0] = '\0';
}

/* The options' augmentation, as the trace tells it: all of it is drawn within its range, and the
 * same whatever the loss and the threads. */
static void test_augmentation(void)
{
    struct run_config *c = &rig.job.config, before = *c;
    char path[2][OPT_TEXT_BYTES + 20], line[1000];
    c->rotate = 20;
    c->rotate_filter = FILTER_NEAREST;
    c->brightness = 0.1;
    c->contrast = 0.2;
    c->saturation = 0.3;
    c->hue = 0.05;
    c->epochs = 1;
    for (int i = 0; i < 2; i++) {
        str_copy(c->trace, sizeof c->trace, scratch_path(i ? "drawn-2" : "drawn-1"));
        c->loss = i ? LOSS_MSE : LOSS_COMBO;
        c->threads = 1 + i;
        rig_run(&rig);
        snprintf(path[i], sizeof path[i], "%s/order.csv", c->trace);
    }
    ok(rig_same_file(path[0], path[1]), "what is drawn depends on neither loss nor threads");
    int turn, cosine, sine, jitter[4], good = 0, drawn = 0;
    FILE *f = fopen(path[0], "r");
    while (f && fgets(line, sizeof line, f)) {
        const char *image_end = strrchr(line, '"');
        if (!image_end ||
            sscanf(image_end, "\",%*f,%*d,%*d,%*d,%d,%d,%d,%*d,%*d,%*d,%d,%d,%d,%d,", &turn,
                   &cosine, &sine, &jitter[0], &jitter[1], &jitter[2], &jitter[3]) != 7)
            continue;
        good += turn == AUGMENT_NEAREST && cosine >= 61583 && abs(sine) <= 22415 &&
                abs(jitter[0]) <= 1638 && abs(jitter[1]) <= 3277 && abs(jitter[2]) <= 4915 &&
                abs(jitter[3]) <= 1638;
        drawn += sine && jitter[0] && jitter[1] && jitter[2] && jitter[3];
    }
    if (f)
        fclose(f);
    ok(good == RIG_TRAIN && drawn > RIG_TRAIN - 3,
       "every sample is rotated and jittered as the options say (%d of %d)", good, RIG_TRAIN);
    *c = before;
}

static void test_stop(void)
{
    rig_weights(&rig, "stopped");
    rig.job.config.epochs = 1000;
    toy.step_us = 2000;
    rig_start(&rig);
    rig_until(&rig, EVENT_EPOCH);
    struct err e;
    ok(trainer_start(rig.trainer, &rig.job, &e) == -1 && e.code == ERR_STATE,
       "a second run is refused while one goes on");
    struct snapshot now;
    do {
        sleep_ms(5);
        trainer_snapshot(rig.trainer, &now);
    } while (now.phase != SNAPSHOT_TRAIN && now.phase != SNAPSHOT_TEST);
    ok(now.run == 7 && now.epochs == 1000 && now.terms == 3 && now.steps > 0, "the snapshot tells");
    ok(now.load == 0.5 && now.temperature_c == 36.6 && isnan(now.power_w),
       "what the device tells of itself, as far as it is known");
    ok(now.eta_s > 1 && now.eta_s < 600, "the time left is estimated (%.1f s)", now.eta_s);
    trainer_verb(rig.trainer, VERB_PAUSE);
    do {
        sleep_ms(5);
        trainer_snapshot(rig.trainer, &now);
    } while (!now.paused);
    trainer_verb(rig.trainer, VERB_STOP);
    const struct event *end = rig_until(&rig, EVENT_FINISHED);
    ok(end && end->finished.state == RUN_STOPPED, "a stop works during a pause");
    ok(end && end->finished.epochs >= 1 && end->finished.epochs == rig_count(&rig, EVENT_EPOCH),
       "with the epochs that were completed");
    has_text(end->finished.text, "of 1000 epochs", "and says so");
    ok(rig.n > 1 && rig.events[rig.n - 2].kind == EVENT_CHECKPOINT &&
           !rig.events[rig.n - 2].checkpoint.best,
       "the last weights are saved before");
    ok(!toy.violations, "no promise was broken (%s)", toy.violation);
    toy.step_us = 0;
    rig.job.config.epochs = 3;
}

/* Verbs without a run, and a loss without classes whose data set is smaller than a batch. */
static void test_small(void)
{
    trainer_verb(rig.trainer, VERB_PAUSE);
    trainer_verb(rig.trainer, VERB_STOP);
    rig_weights(&rig, "small");
    rig.job.config.loss = LOSS_MSE;
    rig.job.config.batch = 50;
    rig.job.config.epochs = 1;
    rig.job.config.drop_last = DROP_YES;
    toy.images_most = 0;
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FINISHED, "verbs without a run do nothing to the next");
    is_int(toy.images_most, RIG_TRAIN, "a batch larger than the split takes it whole");
    const struct event_epoch *x = &rig_event(&rig, EVENT_EPOCH, 0)->epoch;
    ok(x->terms == 1 && fabs(x->train.total - x->train.rmse * x->train.rmse) < 1e-6,
       "MSE is the square of RMSE");
    const struct event *last = rig_event(&rig, EVENT_CHECKPOINT, 0);
    ok(last && isnan(last->checkpoint.predictions[0].expectation) &&
           !last->checkpoint.predictions[0].true_class,
       "no classes, no expectation");
    rig.job.config.batch = 4;
    toy.trained = 0;
    end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FINISHED && toy.trained == 3, "drop-last drops 3 of 15");
    is_int(rig_event(&rig, EVENT_EPOCH, 0)->epoch.train.images, 12, "which are not counted");
    ok(!toy.violations, "no promise was broken (%s)", toy.violation);
}

int main(void)
{
    test_plan();
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    test_events();
    test_epochs();
    test_checkpoints();
    test_same_bits();
    test_trace();
    test_augmentation();
    test_stop();
    test_small();
    rig_fini(&rig);
    ok(access(scratch, F_OK) != 0, "nothing is left");
    return tap_done();
}
