/* run.c - one run from its job to how it ended. Opens in order, closes in reverse. */
#include "engine/train/run_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/train/begin_priv.h"
#include "engine/train/epoch_priv.h"
#include "engine/train/head_start_priv.h"
#include "engine/train/notes_priv.h"
#include "engine/train/publish_priv.h"
#include "engine/train/resume_priv.h"
#include "engine/train/save_priv.h"
#include "engine/train/trace_priv.h"
#include "engine/train/warn_priv.h"
#include "engine/train/writer_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "cpu: AMD EPYC 7B13, avx2, 2 cores" */
static void device_text(const struct run *run, char *to, size_t room)
{
    struct backend_device d;
    door_device(run->door, &d);
    backend_device_text(&d, run->config->threads, to, room);
}

/* The test split's images by name. */
static int list_images(const struct run *run, struct event_started *s, struct err *e)
{
    const struct split *split = &run->test_split;
    s->images = mem_alloc(split->n, sizeof *s->images);
    if (!s->images)
        return mem_error(e, "the list of test images", split->n * sizeof *s->images);
    for (size_t i = 0; i < split->n; i++) {
        const struct dataset_item *item = &run->data->items[split->places[i]];
        s->images[i] = (struct event_image){mem_string(item->name), item->score};
        if (!s->images[i].name)
            return mem_error(e, "an image's name", strlen(item->name) + 1);
        s->n_images++;
    }
    return 0;
}

static int list_algorithms(const struct run *run, struct event_started *s, struct err *e)
{
    const char *text = door_algorithms(run->door);
    s->algorithms = text ? mem_string(text) : NULL;
    return text && !s->algorithms ? mem_error(e, "the list of algorithms", strlen(text) + 1) : 0;
}

static int say_started(struct run *run, struct err *e)
{
    struct event event = {.kind = EVENT_STARTED};
    struct event_started *s = &event.started;
    if (list_images(run, s, e) || list_algorithms(run, s, e)) {
        event_fini(&event);
        return -1;
    }
    str_copy(s->set, sizeof s->set, run->data->set);
    str_copy(s->protocol, sizeof s->protocol, config_protocol_names[run->data->protocol]);
    s->fold = run->data->fold;
    s->classes = run->division.n;
    device_text(run, s->device, sizeof s->device);
    str_copy(s->library, sizeof s->library, door_library(run->door));
    str_copy(s->precision, sizeof s->precision, door_precision(run->door));
    dataset_hash(run->data, store_pictures(run->store), s->data_hash);
    str_copy(s->init_hash, sizeof s->init_hash, run->init_hash);
    s->train_images = (int64_t)run->train_split.n;
    s->test_images = (int64_t)run->test_split.n;
    s->val_images = (int64_t)run->val_split.n;
    s->resumed = run->has_saved;
    s->resumed_epoch = run->resumed_epoch;
    s->parameters = (int64_t)run->params->trained;
    s->score_least = run->data->score_least;
    s->score_most = run->data->score_most;
    s->skipped_images = (int64_t)run->skipped;
    tell_event(run->tell, &event);
    run_log_data(run);
    run_log_net(run);
    warn_few_values(run);
    log_say(run->log, LOG_INFO, "%.1f MiB for copies of weights and momenta that are being saved",
            (double)writer_bytes(run->writer) / 1048576);
    notes_log(run);
    return 0;
}

static int prepare(struct run *run, struct err *e)
{
    size_t n_train = run->train_split.n, n_val = run->val_split.n, n_test = run->test_split.n;
    if (plan_init(&run->train_plan, n_train, run_epoch_images(run), e) ||
        plan_init(&run->val_plan, n_val, n_val, e) ||
        plan_init(&run->test_plan, n_test, n_test, e) ||
        tally_init(&run->train_tally, &run->loss, n_train, e) ||
        tally_init(&run->val_tally, &run->loss, n_val, e) ||
        tally_init(&run->test_tally, &run->loss, n_test, e))
        return -1;
    if (notes_new(run, e) || (run->job->resume && resume_run(run, e)) || begin_run(run, e) ||
        head_start(run, e))
        return -1;
    if (save_open(run, e))
        return -1;
    return run->config->trace[0] ? trace_new(&run->trace, run, e) : 0;
}

/* 0 finished, 1 stopped, -1 diverged or failed. The last checkpoint comes last, so that a run
 * resumed from it finds everything else done. */
static int open_and_train(struct run *run, struct err *e)
{
    const char *folder = run->job->weights_dir;
    if (config_check(run->config, e) || save_folder(folder, e) ||
        publish_begin(&run->publisher, run->tell, folder, e))
        return -1;
    int result = run_open_data(run, e);
    if (!result)
        result = run_open_net(run, e);
    if (!result)
        result = prepare(run, e);
    if (!result)
        result = say_started(run, e);
    if (result)
        return result;
    verbs_begin_training(run->verbs);
    result = epoch_loop(run, e);
    if (result < 0)
        return -1;
    return save_run(run, WRITER_LAST, true, e) ? -1 : result;
}

static void close_all(struct run *run)
{
    writer_free(run->writer);
    trace_free(run->trace);
    notes_free(run);
    tally_fini(&run->test_tally);
    tally_fini(&run->val_tally);
    tally_fini(&run->train_tally);
    plan_fini(&run->test_plan);
    plan_fini(&run->val_plan);
    plan_fini(&run->train_plan);
    run_close_net(run);
    run_close_data(run);
    publish_end(run->publisher);
}

/* "ended after 30 of 200 epochs: ..."; "" for a run that did all that were planned. */
static void say_why_early(const struct run *run, char *to, size_t room)
{
    const struct progress *at = &run->at;
    if (at->epochs_done >= run->config->epochs)
        return;
    int n = snprintf(to, room, "ended after %d of %lld epochs: patience ran out, since ",
                     at->epochs_done, (long long)run->config->epochs);
    if (at->best_epoch)
        snprintf(to + n, room - (size_t)n,
                 "epoch %d (PC %.4f on the %s images) was better than the %d evaluations after it",
                 at->best_epoch, at->best_pc, run->val_split.n ? "held out" : "test", at->worse);
    else
        snprintf(to + n, room - (size_t)n, "none of %d evaluations had a correlation", at->worse);
}

static void say_how_it_ended(const struct run *run, int result, const struct err *e,
                             struct event_finished *out)
{
    memset(out, 0, sizeof *out);
    out->epochs = run->at.epochs_done;
    if (result < 0) {
        out->state = run->diverged ? RUN_DIVERGED : RUN_FAILED;
        out->dead = e->code == ERR_DEAD;
        str_copy(out->text, sizeof out->text, e->text);
    } else if (result) {
        out->state = RUN_STOPPED;
        if (run->epoch)
            snprintf(out->text, sizeof out->text, "stopped after %d of %lld epochs",
                     run->at.epochs_done, (long long)run->config->epochs);
        else
            str_copy(out->text, sizeof out->text, "stopped before training began");
    } else {
        out->state = RUN_FINISHED;
        say_why_early(run, out->text, sizeof out->text);
    }
}

void run_job(const struct trainer_job *job, struct tell *tell, struct verbs *verbs,
             struct event_finished *finished)
{
    struct err e;
    struct run run = {
        .job = job,
        .config = &job->config,
        .tell = tell,
        .verbs = verbs,
        .log = &tell->log,
        .at = {.best_pc = -INFINITY},
    };
    err_clear(&e);
    int result = open_and_train(&run, &e);
    if (!result && !run.at.best_epoch)
        log_say(run.log, LOG_WARNING,
                "no epoch had a correlation of the %s predictions, so there "
                "is no best.safetensors",
                run.val_split.n ? "held out images'" : "test");
    say_how_it_ended(&run, result, &e, finished);
    close_all(&run);
}
