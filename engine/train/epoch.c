/* epoch.c - the epoch loop:
 *
 *   every epoch = a pass over the training images, then a pass over the test images
 *   a pass      = start steps, a few ahead; collect them in order; add each to the pass's tally
 *
 * What people ask for (pause, stop, checkpoint) is looked at before every step, and done once no
 * step is in flight. The order of samples and everything drawn is settled in plan.c before a pass,
 * so that neither timing nor a pause can change a bit of the result.
 */
#include "engine/train/epoch.h"

#include "base/mem.h"
#include "engine/train/keep.h"
#include "engine/train/trace.h"

#include <math.h>
#include <string.h>

/* One pass over a plan. */
struct pass {
    const struct plan *plan;
    struct tally *tally;
    bool trains; /* else evaluates */
    double learning_rate;
    double began_s; /* on the run's clock */
    size_t steps, begun, done;
};

/* --- progress --- */

/* Before the first evaluation has been timed, its forward-only images are taken for a third of the
 * work of training ones. */
static double eta_s(const struct run *run, const struct pass *pass)
{
    double train_s = run->train_image_s;
    double test_s = isnan(run->test_image_s) ? train_s / 3 : run->test_image_s;
    double n_train = (double)run->train_plan.n, n_test = (double)run->test_plan.n;
    double left = (double)(pass->plan->n - pass->tally->n);
    double rest = pass->trains ? left * train_s + n_test * test_s : left * test_s;
    double later = (double)(run->config->epochs - run->epoch);
    return rest + later * (n_train * train_s + n_test * test_s);
}

static void show_progress(struct run *run, const struct pass *pass)
{
    struct snapshot *now = &run->report->now;
    const struct tally *t = pass->tally;
    double spent_s = report_clock(run->report) - pass->began_s;
    if (t->n)
        *(pass->trains ? &run->train_image_s : &run->test_image_s) = spent_s / (double)t->n;
    now->step = (int64_t)pass->done;
    now->images_per_s = spent_s > 0 ? (double)t->n / spent_s : 0;
    now->eta_s = eta_s(run, pass);
    now->total = t->n ? t->total / (double)t->n : NAN;
    for (int k = 0; k < now->terms; k++)
        now->term[k] = t->n ? t->term[k] / (double)t->n : NAN;
    report_show(run->report, false);
}

/* --- what people ask for --- */

static void show_paused(struct run *run, bool paused)
{
    struct event event = {.kind = EVENT_STATE, .state = paused ? RUN_PAUSED : RUN_RUNNING};
    run->report->now.paused = paused;
    report_show(run->report, true);
    report_event(run->report, &event);
}

/* 0 to go on, 1 to stop, -1. No step is in flight; the time spent here is no training time. */
static int attend(struct run *run, struct err *e)
{
    int result = 0;
    bool paused = false, going = true;
    report_rest(run->report, true);
    while (going && !result) {
        switch (verbs_next(run->verbs, paused)) {
        case WISH_PAUSE:
            if (!paused)
                show_paused(run, paused = true);
            break;
        case WISH_CHECKPOINT:
            result = keep_weights(run, false, e);
            break;
        case WISH_STOP:
            result = 1;
            break;
        case WISH_GO:
            going = false;
            break;
        }
    }
    report_rest(run->report, false);
    run->report->now.paused = false;
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
    return err_set(e, ERR_STATE, "epoch %d, %sstep %zu: %s is %s", run->epoch,
                   pass->trains ? "" : "test ", pass->done + 1, name, lost_number(value));
}

static int begin_step(struct run *run, struct pass *pass, struct err *e)
{
    unsigned phases =
        pass->trains ? BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE : BACKEND_EVAL;
    int result = run->ops->step(run->backend, phases, e);
    if (!result)
        pass->begun++;
    return result;
}

static int collect_step(struct run *run, struct pass *pass, struct err *e)
{
    struct backend_result r;
    int result = run->ops->collect(run->backend, &r, e);
    if (result)
        return result;
    if (!r.finite || !isfinite(r.total))
        return diverged(run, pass, &r, e);
    for (int i = 0; i < r.n; i++)
        run->truth[i] = run->data->items[pass->plan->order[r.first + (size_t)i]].score;
    tally_add(pass->tally, &r, run->truth);
    pass->done++;
    if (run->trace && pass->trains)
        result = trace_step(run->trace, run, pass->done, &r, pass->learning_rate, e);
    show_progress(run, pass);
    return result;
}

static int all_steps(struct run *run, struct pass *pass, struct err *e)
{
    while (pass->done < pass->steps) {
        int result = 0;
        while (!result && pass->begun < pass->steps && !verbs_waiting(run->verbs) &&
               pass->begun - pass->done < BACKEND_IN_FLIGHT)
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

static int run_pass(struct run *run, struct pass *pass, struct event_phase *figures, struct err *e)
{
    int batch = run_batch(run, pass->plan->n);
    const struct backend_plan plan = {
        .n = pass->plan->n,
        .order = pass->plan->order,
        .draws = pass->plan->draws,
        .batch = batch,
        .learning_rate = pass->learning_rate,
    };
    pass->steps = (plan.n + (size_t)batch - 1) / (size_t)batch;
    tally_clear(pass->tally);
    report_phase(run->report, pass->trains ? SNAPSHOT_TRAIN : SNAPSHOT_TEST, (int64_t)pass->steps);
    pass->began_s = report_clock(run->report);
    int result = run->ops->epoch(run->backend, &plan, e);
    if (!result)
        result = all_steps(run, pass, e);
    if (!result)
        tally_phase(pass->tally, report_clock(run->report) - pass->began_s, figures);
    return result;
}

static int train_pass(struct run *run, struct event_phase *figures, struct err *e)
{
    struct pass pass = {
        .plan = &run->train_plan,
        .tally = &run->train_tally,
        .trains = true,
        .learning_rate = config_learning_rate(run->config, run->epoch),
    };
    plan_train(&run->train_plan, run->train_split.places, &run->augment, run->images,
               (uint64_t)run->config->seed, run->epoch);
    if (run->trace && trace_order(run->trace, run, e))
        return -1;
    run->tested = false;
    return run_pass(run, &pass, figures, e);
}

static int test_pass(struct run *run, struct event_phase *figures, struct err *e)
{
    struct pass pass = {.plan = &run->test_plan, .tally = &run->test_tally};
    plan_test(&run->test_plan, run->test_split.places, &run->augment, run->images);
    int result = run_pass(run, &pass, figures, e);
    run->tested = !result;
    return result;
}

/* --- an epoch --- */

/* The highest test correlation so far; NaN is never best. */
static bool is_best(struct run *run, double pc)
{
    if (isnan(pc) || pc <= run->best_pc)
        return false;
    run->best_pc = pc;
    return true;
}

static int report_epoch(struct run *run, struct event *event, struct err *e)
{
    const struct tally *t = &run->test_tally;
    event->epoch.test_scores = mem_copy(t->scores, t->n * sizeof *t->scores);
    if (!event->epoch.test_scores)
        return mem_error(e, "an epoch's predictions", t->n * sizeof *t->scores);
    event->epoch.n = t->n;
    report_event(run->report, event);
    return 0;
}

static int one_epoch(struct run *run, struct err *e)
{
    struct event event = {
        .kind = EVENT_EPOCH,
        .epoch = {.epoch = run->epoch,
                  .epochs = (int)run->config->epochs,
                  .learning_rate = config_learning_rate(run->config, run->epoch),
                  .terms = loss_info(run->loss.kind)->terms},
    };
    run->report->now.epoch = run->epoch;
    int result = train_pass(run, &event.epoch.train, e);
    if (!result)
        result = test_pass(run, &event.epoch.test, e);
    if (result)
        return result;
    run->epochs_done = run->epoch;
    bool best = event.epoch.best = is_best(run, event.epoch.test.pc);
    if (report_epoch(run, &event, e))
        return -1;
    return best ? keep_weights(run, true, e) : 0;
}

int epoch_loop(struct run *run, struct err *e)
{
    int result = 0;
    run->best_pc = -INFINITY;
    run->train_image_s = run->test_image_s = NAN;
    run->report->now.epochs = (int)run->config->epochs;
    run->report->now.terms = loss_info(run->loss.kind)->terms;
    for (run->epoch = 1; !result && run->epoch <= run->config->epochs; run->epoch++)
        result = one_epoch(run, e);
    return result;
}
