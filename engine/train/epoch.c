/* epoch.c - the epoch loop:
 *
 *   every epoch = a pass over the training images; where it is evaluated, a pass over the images
 *                 held out and one over the test images; event; best weights; checkpoint
 *
 * The order of samples and everything drawn is settled in plan.c before a pass, so that neither
 * timing nor a pause can change a bit of the result. What the loop knows from one step to the next
 * is in run->at, in the training tally and in the backend: a checkpoint keeps these three, and a
 * resumed run skips the epochs and steps that it holds.
 */
#include "engine/train/epoch_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "engine/train/pass_priv.h"
#include "engine/train/save_priv.h"
#include "engine/train/schedule.h"
#include "engine/train/trace_priv.h"
#include "engine/train/warn_priv.h"

#include <math.h>
#include <string.h>

/* --- the passes of an epoch --- */

/* A checkpoint in the middle of the epoch has the predictions, not what they are compared with. */
static void recall_truth(struct run *run)
{
    for (size_t i = 0; i < run->train_tally.n; i++)
        run->train_tally.truth[i] = run->data->items[run->train_plan.order[i]].score;
}

static int train_pass(struct run *run, struct event_phase *figures, struct err *e)
{
    bool evaluates = schedule_evaluates(run->config, run->epoch);
    struct pass pass = {
        .plan = &run->train_plan,
        .tally = &run->train_tally,
        .what = "",
        .trains = true,
        .learning_rate = schedule_learning_rate(run->config, run->epoch),
        .later_images = evaluates ? run->val_plan.n + run->test_plan.n : 0,
        .skip = run->at.step,
        .skipped_s = run->at.train_s,
    };
    plan_train(&run->train_plan, run->train_split.places, &run->augment, run->images,
               (uint64_t)run->config->seed, run->epoch);
    if (pass.skip)
        recall_truth(run);
    else if (run->trace && trace_order(run->trace, run, e))
        return -1;
    run->tested = false;
    return pass_run(run, &pass, figures, e);
}

static int val_pass(struct run *run, struct event_phase *figures, struct err *e)
{
    struct pass pass = {
        .plan = &run->val_plan,
        .tally = &run->val_tally,
        .what = "val ",
        .later_images = run->test_plan.n,
    };
    plan_test(&run->val_plan, run->val_split.places, &run->augment, run->images);
    return pass_run(run, &pass, figures, e);
}

static int test_pass(struct run *run, struct event_phase *figures, struct err *e)
{
    struct pass pass = {.plan = &run->test_plan, .tally = &run->test_tally, .what = "test "};
    plan_test(&run->test_plan, run->test_split.places, &run->augment, run->images);
    int result = pass_run(run, &pass, figures, e);
    run->tested = !result;
    return result;
}

static int evaluate(struct run *run, struct event_epoch *x, struct err *e)
{
    int result = run->val_split.n ? val_pass(run, &x->val, e) : 0;
    if (!result)
        result = test_pass(run, &x->test, e);
    x->tested = !result;
    x->validated = !result && run->val_split.n;
    return result;
}

/* --- an epoch --- */

/* The highest correlation so far; NaN is never best. */
static bool is_best(struct run *run, const struct event_epoch *x)
{
    double pc = x->validated ? x->val.pc : x->test.pc;
    if (!(pc > run->at.best_pc)) {
        run->at.worse++;
        return false;
    }
    run->at.best_pc = pc;
    run->at.best_epoch = x->epoch;
    run->at.worse = 0;
    return true;
}

static int say_epoch(struct run *run, struct event *event, struct err *e)
{
    const struct tally *t = &run->test_tally;
    if (event->epoch.tested) {
        event->epoch.test_scores = mem_copy(t->scores, t->n * sizeof *t->scores);
        if (!event->epoch.test_scores)
            return mem_error(e, "an epoch's predictions", t->n * sizeof *t->scores);
        event->epoch.n = t->n;
    }
    tell_event(run->tell, event);
    return 0;
}

/* The first epoch's is, so that no more epochs are ever on record than can be gone on from. The
 * last one's comes after the last weights: see run.c. */
static bool is_due(const struct run *run)
{
    int64_t every = run->config->save_every;
    bool is_turn = !run->has_saved || (every && run->epoch % every == 0) || save_is_late(run);
    return is_turn && run->epoch < run->config->epochs;
}

static int one_epoch(struct run *run, struct err *e)
{
    struct event event = {
        .kind = EVENT_EPOCH,
        .epoch = {.epoch = run->epoch,
                  .epochs = (int)run->config->epochs,
                  .learning_rate = schedule_learning_rate(run->config, run->epoch),
                  .terms = loss_info(run->loss.kind)->terms},
    };
    struct event_epoch *x = &event.epoch;
    tally_nothing(&x->val);
    tally_nothing(&x->test);
    run->tell->now.epoch = run->epoch;
    int result = train_pass(run, &x->train, e);
    if (!result && schedule_evaluates(run->config, run->epoch))
        result = evaluate(run, x, e);
    if (result)
        return result;
    run->at.epochs_done = run->epoch;
    run->at.step = 0;
    run->at.train_s = 0;
    bool best = x->best = x->tested && is_best(run, x);
    if (say_epoch(run, &event, e))
        return -1;
    warn_far_errors(run, x);
    bool due = is_due(run);
    if (!best && !due)
        return writer_check(run->writer, e);
    return save_run(run, best ? WRITER_BEST : 0, due, e);
}

static bool is_over(const struct run *run)
{
    return run->at.epochs_done >= run->config->epochs ||
           schedule_patience_over(run->config, run->at.worse);
}

int epoch_loop(struct run *run, struct err *e)
{
    int result = 0;
    run->train_image_s = run->test_image_s = NAN;
    run->saved_s = clock_s();
    run->epoch = run->at.epochs_done + 1;
    run->tell->now.epochs = (int)run->config->epochs;
    run->tell->now.terms = loss_info(run->loss.kind)->terms;
    if (is_over(run)) { /* resumed at its end: the last weights need their predictions again */
        struct event_phase unused;
        run->tell->now.epoch = run->epoch = run->at.epochs_done;
        return test_pass(run, &unused, e);
    }
    for (; !result && !is_over(run); run->epoch++)
        result = one_epoch(run, e);
    return result;
}
