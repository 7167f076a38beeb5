/* test_beginning.c - what a run begins with where nobody says: learning rate, heads, presets; and
 * the warning of a rate that is too high for the features. Runs with a toy in place of a backend.
 */
#include "base/err.h"
#include "base/str.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"

#include <math.h>
#include <string.h>

static struct rig rig;

static void set(struct run_config *c, const char *name, const char *value)
{
    struct err e;
    if (opt_set(&config_options, c, name, value, &e))
        ok(false, "%s %s: %s", name, value, e.text);
}

static void shows(const struct run_config *c, const char *name, const char *wanted)
{
    char text[OPT_TEXT_BYTES];
    opt_format(opt_find(&config_options, name), c, text, sizeof text);
    is_text(text, wanted, name);
}

static void test_auto(void)
{
    struct run_config c;
    struct err e;
    config_defaults(&c);
    shows(&c, "learning-rate", "auto");
    set(&c, "loss", "l1");
    double l1 = config_learning_rate(&c);
    set(&c, "loss", "combo");
    ok(config_learning_rate(&c) < l1, "auto is lower for combo than for l1");
    set(&c, "batch", "128");
    set(&c, "loss", "l1");
    ok(config_learning_rate(&c) == l1, "no higher for a larger batch");
    set(&c, "batch", "16");
    is_near(config_learning_rate(&c), l1 / 4, 1e-12, "lower for a smaller one");
    set(&c, "batch", "64");
    set(&c, "backbone", "se-resnext50");
    is_near(config_learning_rate(&c), l1 / 4, 1e-12, "and for a wide net");
    set(&c, "init", "weights.safetensors");
    ok(config_learning_rate(&c) > l1, "higher with weights, under l1");
    set(&c, "loss", "mse");
    ok(config_learning_rate(&c) < l1, "lower under mse");
    c.auto_rate = 0.125;
    ok(config_learning_rate(&c) == 0.125, "what it was when the run was queued, it stays");
    set(&c, "learning-rate", "0");
    ok(config_learning_rate(&c) == 0, "a rate that is given counts, if it is 0");
    shows(&c, "learning-rate", "0");
    set(&c, "learning-rate", "auto");
    shows(&c, "learning-rate", "auto");
    ok(opt_set(&config_options, &c, "momentum", "auto", &e) < 0, "no other number is auto");
    ok(opt_set(&config_options, &c, "learning-rate", "-1", &e) < 0 &&
           strstr(e.text, "allowed: 0..10 or auto"),
       "the range says so");
}

static void test_preset(void)
{
    const struct opt *given[] = {opt_find(&config_options, "epochs"),
                                 opt_find(&config_options, "learning-rate")};
    struct run_config c;
    config_defaults(&c);
    set(&c, "preset", "paper");
    set(&c, "init", "weights.safetensors");
    set(&c, "epochs", "3");
    set(&c, "learning-rate", "auto");
    config_apply_preset(&c, given, 2);
    shows(&c, "epochs", "3");
    shows(&c, "learning-rate", "auto");
    shows(&c, "head-start", "torch");
    shows(&c, "rotate-filter", "nearest");
    config_apply_preset(&c, NULL, 0);
    shows(&c, "epochs", "200");
    shows(&c, "learning-rate", "0.01");
    set(&c, "init", ""); /* from scratch that rate diverges */
    set(&c, "head-start", "mean");
    config_preset_follow_init(&c);
    shows(&c, "learning-rate", "auto");
    shows(&c, "head-start", "mean");
    set(&c, "learning-rate", "0.0050");
    set(&c, "init", "weights.safetensors");
    config_preset_follow_init(&c);
    shows(&c, "learning-rate", "0.005");
    shows(&c, "head-start", "torch");
    set(&c, "preset", "quick");
    config_apply_preset(&c, NULL, 0);
    shows(&c, "epochs", "10");
    shows(&c, "rotate", "0");
    shows(&c, "rotate-filter", "bilinear");
    set(&c, "preset", "none");
    config_apply_preset(&c, NULL, 0);
    shows(&c, "learning-rate", "auto");
    shows(&c, "head-start", "mean");
    config_of_old(&c);
    shows(&c, "head-start", "torch");
}

static const char *log_with(const char *text)
{
    for (int i = 0; i < rig.n; i++)
        if (rig.events[i].kind == EVENT_LOG && strstr(rig.events[i].log.text, text))
            return rig.events[i].log.text;
    return NULL;
}

static void logs(const char *text)
{
    ok(log_with(text) != NULL, "the log says: %s", text);
}

static double mean_of_training(void)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < RIG_TRAIN + RIG_TEST; i++)
        if (i % 3 != 1) {
            sum += 1.2 + 0.16 * i + 0.2 * (i % 3);
            n++;
        }
    return sum / n;
}

/* At rate 0 the beginning is what is predicted. */
static void test_heads(void)
{
    struct run_config *c = &rig.job.config;
    c->learning_rate = 0;
    c->epochs = 1;
    c->head_start = HEAD_START_MEAN;
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FINISHED, "a run at rate 0 finishes");
    logs("the score head begins at ");
    logs("the class head begins at ");
    const struct event *x = rig_event(&rig, EVENT_CHECKPOINT, 0);
    double mean = mean_of_training();
    int apart = 0;
    for (size_t i = 0; x && i < x->checkpoint.n; i++) {
        const struct event_prediction *p = &x->checkpoint.predictions[i];
        apart += !(fabs(p->predicted - mean) < 1e-3) || !(p->expectation > 1 && p->expectation < 5);
    }
    ok(x && x->checkpoint.n && !apart, "every prediction is the mean training score, %g", mean);
    c->head_start = HEAD_START_TORCH;
    rig_run(&rig);
    ok(!log_with("head begins at "), "heads as PyTorch makes them are nothing to talk of");
}

static void test_warning(void)
{
    struct run_config *c = &rig.job.config;
    c->learning_rate = NAN;
    c->loss = LOSS_MSE;
    rig_run(&rig);
    logs("auto for mse, from scratch");
    ok(!log_with("unstable"), "auto is no reason to warn");
    c->learning_rate = 5;
    rig_run(&rig);
    logs("learning-rate 5: under mse with momentum 0.9, training is unstable above 1.");
    c->clip = 1;
    rig_run(&rig);
    ok(!log_with("unstable"), "nor is a rate whose gradients are clipped");
    c->clip = 0;
    c->loss = LOSS_L1;
    rig_run(&rig);
    ok(!log_with("unstable"), "nor a loss whose slope has a bound");
    ok(!toy.violations, "no promise was broken (%s)", toy.violation);
}

int main(void)
{
    test_auto();
    test_preset();
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    test_heads();
    test_warning();
    rig_fini(&rig);
    return tap_done();
}
