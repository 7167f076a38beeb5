/* pass.c - the steps of a pass: started a few ahead, collected in order, each added to the tally.
 *
 * What people ask for (pause, stop, checkpoint) is looked at before every step, and done once no
 * step is in flight; so a checkpoint always lies between two steps. So is a checkpoint for which it
 * is time.
 */
#include "engine/train/pass_priv.h"

#include "engine/train/save_priv.h"
#include "engine/train/schedule.h"
#include "engine/train/trace_priv.h"
#include "engine/train/warn_priv.h"

#include <math.h>

/* --- progress --- */

/* Before the first evaluation has been timed, its forward-only images are taken for a third of the
 * work of training ones. With patience this is the time until the run ends if nothing gets better.
 */
static double eta_s(const struct run *run, const struct pass *pass)
{
    double train_s = run->train_image_s;
    double test_s = isnan(run->test_image_s) ? train_s / 3 : run->test_image_s;
    double left = (double)(pass->plan->n - pass->tally->n);
    double rest = left * (pass->trains ? train_s : test_s) + (double)pass->later_images * test_s;
    int last = schedule_last(run->config, run->epoch, run->at.worse);
    int evaluations = schedule_evaluations(run->config, run->epoch, last);
    double evaluated = (double)(run->val_plan.n + run->test_plan.n);
    return rest + (double)(last - run->epoch) * (double)run->train_plan.n * train_s +
           evaluations * evaluated * test_s;
}

/* Where seconds an image are kept from pass to pass. */
static double *image_s(struct run *run, const struct pass *pass)
{
    return pass->trains ? &run->train_image_s : &run->test_image_s;
}

double pass_image_s(double spent_s, double images, double left, double before_s)
{
    if (isnan(before_s))
        return images > 0 ? spent_s / images : NAN;
    return images + left > 0 ? (spent_s + left * before_s) / (images + left) : before_s;
}

static double speed(double image_s)
{
    return image_s > 0 ? 1 / image_s : 0;
}

static void show_progress(struct run *run, const struct pass *pass)
{
    struct snapshot *now = &run->tell->now;
    const struct tally *t = pass->tally;
    double spent_s = tell_clock(run->tell) - pass->began_s;
    double images = (double)(t->n - pass->skip * (size_t)run_batch(run, pass->plan->n));
    double mean_s =
        pass_image_s(spent_s, images, (double)(pass->plan->n - t->n), pass->image_before_s);
    *image_s(run, pass) = mean_s;
    now->step = (int64_t)pass->done;
    now->images_per_s = speed(mean_s);
    now->eta_s = eta_s(run, pass);
    now->total = t->n ? t->total / (double)t->n : NAN;
    for (int k = 0; k < now->terms; k++)
        now->term[k] = t->n ? t->term[k] / (double)t->n : NAN;
    run_look_at_device(run);
    tell_show(run->tell, false);
}

/* --- what people ask for --- */

static void show_paused(struct run *run, bool paused)
{
    struct event event = {.kind = EVENT_STATE, .state = paused ? RUN_PAUSED : RUN_RUNNING};
    run->tell->now.paused = paused;
    tell_show(run->tell, true);
    tell_event(run->tell, &event);
}

/* Whoever asked from elsewhere, with a signal too, learns from the log that it is there. */
static int save_as_asked(struct run *run, struct err *e)
{
    int result = save_run(run, WRITER_LAST, true, e);
    if (!result)
        log_say(run->log, LOG_INFO, EVENT_SAVED ": %d epochs and %zu steps of the next are done",
                run->at.epochs_done, run->at.step);
    return result;
}

/* Something is to be done that no step may be in flight for. */
static bool halts(const struct run *run)
{
    return verbs_waiting(run->verbs) || save_is_late(run);
}

/* 0 to go on, 1 to stop, -1. No step is in flight; the time spent here is no training time. */
static int attend(struct run *run, struct err *e)
{
    bool paused = false, going = true;
    tell_rest(run->tell, true);
    int result = save_is_late(run) ? save_run(run, 0, !run->has_saved, e) : 0;
    while (going && !result) {
        switch (verbs_next(run->verbs, paused)) {
        case WISH_PAUSE:
            if (!paused)
                show_paused(run, paused = true);
            break;
        case WISH_CHECKPOINT:
            result = save_as_asked(run, e);
            break;
        case WISH_STOP:
            result = 1;
            break;
        case WISH_GO:
            going = false;
            break;
        }
    }
    tell_rest(run->tell, false);
    run->tell->now.paused = false;
    if (paused && !result)
        show_paused(run, false);
    return result;
}

/* --- a pass --- */

static const char *lost_number(double value)
{
    if (isnan(value))
        return "nan";
    return isinf(value) ? "inf" : "not finite";
}

/* "epoch 3, step 12: regression is nan", and frozen weights: the end of the run. */
static int diverged(struct run *run, const struct pass *pass, const struct backend_result *r,
                    struct err *e)
{
    const struct loss_info *info = loss_info(run->loss.kind);
    const char *name = "total";
    double value = r->total;
    for (int k = 0; k < info->terms; k++)
        if (!isfinite(r->term[k])) {
            name = info->term[k];
            value = r->term[k];
            break;
        }
    run->diverged = true;
    return err_set(e, ERR_STATE, "epoch %d, %sstep %zu: %s is %s", run->epoch, pass->what,
                   pass->done + 1, name, lost_number(value));
}

static double pass_seconds(const struct run *run, const struct pass *pass)
{
    return pass->skipped_s + tell_clock(run->tell) - pass->began_s;
}

/* Pixels are compared with what was decoded before they are first used. */
static int check_images(struct run *run, const struct pass *pass, struct err *e)
{
    size_t batch = (size_t)run_batch(run, pass->plan->n), first = pass->begun * batch;
    size_t left = pass->plan->n - first;
    return store_check(run->store, pass->plan->order + first, left < batch ? left : batch, e);
}

/* The very first step halts between its two halves, to the same bits, for a look at the features.
 */
static int look_at_features(struct run *run, struct err *e)
{
    struct backend_result r;
    int result = door_step(run->door, BACKEND_FORWARD, e);
    if (!result)
        result = door_collect(run->door, &r, e);
    return result ? result : warn_unstable(run, r.n, e);
}

/* The next step is one whose gradients are told. */
static bool measures(const struct run *run, const struct pass *pass)
{
    size_t batch = (size_t)run_batch(run, pass->plan->n);
    return pass->trains && gradients_due(pass->begun, pass->steps, batch);
}

/* It takes the weights that it begins with, so none is in flight then. */
static bool may_begin(const struct run *run, const struct pass *pass)
{
    size_t ahead = pass->begun - pass->done;
    return pass->begun < pass->steps && ahead < BACKEND_IN_FLIGHT && !halts(run) &&
           !(ahead && measures(run, pass));
}

static int read_heads(struct run *run, struct pass *pass, struct err *e)
{
    pass->measured = pass->begun + 1;
    return gradients_read(&run->heads, run->door, e);
}

static int begin_step(struct run *run, struct pass *pass, struct err *e)
{
    unsigned phases =
        pass->trains ? BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE : BACKEND_EVAL;
    int result = check_images(run, pass, e);
    if (!result && measures(run, pass))
        result = read_heads(run, pass, e);
    if (!result && pass->trains && run->epoch == 1 && !pass->begun && warn_may_be_unstable(run)) {
        result = look_at_features(run, e);
        phases &= ~BACKEND_FORWARD;
    }
    if (!result)
        result = door_step(run->door, phases, e);
    if (!result)
        pass->begun++;
    return result;
}

/* Of the images at these places. */
static void gather_labels(struct run *run, const uint32_t *places, int n)
{
    for (int i = 0; i < n; i++) {
        run->truth[i] = run->data->items[places[i]].score;
        if (run->classes)
            run->batch_classes[i] = run->classes[places[i]];
    }
}

static int collect_step(struct run *run, struct pass *pass, struct err *e)
{
    struct backend_result r;
    int result = door_collect(run->door, &r, e);
    if (result)
        return result;
    /* The backend's plan begins after the steps skipped. */
    r.first += pass->skip * (size_t)run_batch(run, pass->plan->n);
    if (!r.finite || !isfinite(r.total))
        return diverged(run, pass, &r, e);
    gather_labels(run, pass->plan->order + r.first, r.n);
    tally_add(pass->tally, &r, run->truth);
    pass->done++;
    if (pass->measured == pass->done)
        gradients_add(&pass->tally->gradients, &run->heads, &run->loss, &r, run->truth,
                      run->batch_classes);
    if (pass->trains) {
        run->at.step = pass->done;
        run->at.train_s = pass_seconds(run, pass);
        tell_step(run->tell, pass->done, r.total, r.term);
    }
    if (run->trace && pass->trains)
        result = trace_step(run->trace, run, pass->done, &r, pass->learning_rate, e);
    show_progress(run, pass);
    return result;
}

static int all_steps(struct run *run, struct pass *pass, struct err *e)
{
    while (pass->done < pass->steps) {
        int result = 0;
        while (!result && may_begin(run, pass))
            result = begin_step(run, pass, e);
        if (!result && pass->begun > pass->done)
            result = collect_step(run, pass, e);
        else if (!result)
            result = attend(run, e);
        if (result)
            return result;
    }
    return 0;
}

/* The rest of the plan, after the steps skipped. */
static int begin_plan(struct run *run, const struct pass *pass, size_t batch, struct err *e)
{
    size_t first = pass->skip * batch;
    const struct backend_plan plan = {
        .n = pass->plan->n - first,
        .order = pass->plan->order + first,
        .draws = pass->plan->draws + first,
        .batch = (int)batch,
        .learning_rate = pass->learning_rate,
    };
    return door_epoch(run->door, &plan, e);
}

int pass_run(struct run *run, struct pass *pass, struct event_phase *figures, struct err *e)
{
    size_t batch = (size_t)run_batch(run, pass->plan->n);
    pass->steps = (pass->plan->n + batch - 1) / batch;
    pass->begun = pass->done = pass->skip;
    if (!pass->skip)
        tally_clear(pass->tally);
    pass->image_before_s = *image_s(run, pass);
    tell_phase(run->tell, pass->trains ? SNAPSHOT_TRAIN : SNAPSHOT_TEST, (int64_t)pass->steps,
               speed(pass->image_before_s));
    pass->began_s = tell_clock(run->tell);
    int result = pass->done < pass->steps ? begin_plan(run, pass, batch, e) : 0;
    if (!result)
        result = all_steps(run, pass, e);
    if (!result)
        tally_phase(pass->tally, pass_seconds(run, pass), figures);
    return result;
}
