/* test_trainer_losses.c - runs of the trainer, with a toy in place of a backend, under every loss:
 * its options reach it, its classes are those of the data, and what is saved says which net it is.
 */
#include "base/str.h"
#include "engine/weights/weights.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/toy_backend.h"
#include "tests/kit/trainer_rig.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct rig rig;

static const struct event *finished(const char *what)
{
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FINISHED, "%s finishes", what))
        diag("%s", end ? end->finished.text : "no event");
    return end;
}

/* The loss of the test images, from their saved predictions. */
static double mean_over_predictions(double (*loss)(double error))
{
    const struct event *x =
        rig_event(&rig, EVENT_CHECKPOINT, rig_count(&rig, EVENT_CHECKPOINT) - 1);
    const struct event_image *images = rig_event(&rig, EVENT_STARTED, 0)->started.images;
    double sum = 0;
    for (size_t i = 0; x && i < x->checkpoint.n; i++)
        sum += loss(x->checkpoint.predictions[i].predicted - images[i].truth);
    return x ? sum / (double)x->checkpoint.n : NAN;
}

static double smooth_l1(double e)
{
    return fabs(e) < 2.5 ? e * e / 5 : fabs(e) - 1.25;
}

static double smooth_huber(double e)
{
    return fabs(e) < 0.5 ? log(cosh(e)) : fabs(e);
}

static void test_parameters(void)
{
    rig.job.config.smooth_beta = 2.5;
    rig.job.config.huber_delta = 0.5;
    rig.job.config.loss = LOSS_SMOOTH_L1;
    finished("smooth-l1");
    is_near(rig_event(&rig, EVENT_EPOCH, 0)->epoch.test.total, mean_over_predictions(smooth_l1),
            1e-6, "smooth-beta reaches smooth-l1");
    rig.job.config.loss = LOSS_SMOOTH_HUBER;
    finished("smooth-huber");
    is_near(rig_event(&rig, EVENT_EPOCH, 0)->epoch.test.total, mean_over_predictions(smooth_huber),
            1e-6, "huber-delta reaches smooth-huber");
}

static void test_terms(void)
{
    const struct run_config *c = &rig.job.config;
    const double weights[LOSS_MAX_TERMS] = {c->alpha, c->beta, c->gamma};
    for (int kind = 0; kind < LOSS_KINDS; kind++) {
        rig.job.config.loss = kind;
        finished(loss_names[kind]);
        const struct event_epoch *x = &rig_event(&rig, EVENT_EPOCH, 0)->epoch;
        double sum = 0;
        for (int t = 0; t < x->terms; t++)
            sum += (x->terms > 1 ? weights[t] : 1) * x->train.term[t];
        ok(x->terms == loss_info((enum loss_kind)kind)->terms && x->train.total > 0 &&
               fabs(sum - x->train.total) < 1e-9,
           "%s: the weighted terms are the total", loss_names[kind]);
    }
    ok(!toy.violations, "no promise was broken (%s)", toy.violation);
}

static double number_at(const json_t *list, size_t i)
{
    return json_number_value(json_array_get(list, i));
}

/* Every prediction's class lies between the edges that the trace has. */
static int misplaced(const json_t *edges)
{
    const struct event *x = rig_event(&rig, EVENT_CHECKPOINT, 0);
    const struct event_image *images = rig_event(&rig, EVENT_STARTED, 0)->started.images;
    int wrong = 0;
    for (size_t i = 0; i < x->checkpoint.n; i++) {
        const struct event_prediction *p = &x->checkpoint.predictions[i];
        int class = 1;
        for (size_t k = 0; k < json_array_size(edges); k++)
            class += images[i].truth >= number_at(edges, k);
        wrong += class != p->true_class;
    }
    return wrong;
}

static void test_trace(void)
{
    struct run_config *c = &rig.job.config;
    c->loss = LOSS_COMBO;
    c->rounding = ROUND_AUTO;
    c->classes = 4;
    str_copy(c->class_weights, sizeof c->class_weights, "4,3,2,1");
    str_copy(c->trace, sizeof c->trace, scratch_path("trace"));
    finished("combo with four classes");
    c->trace[0] = '\0';
    json_t *run = json_load_file(scratch_path("trace/run.json"), 0, NULL);
    const json_t *edges = json_object_get(run, "class_edges");
    const json_t *values = json_object_get(run, "class_values");
    const json_t *weights = json_object_get(run, "class_weights");
    is_text(json_string_value(json_object_get(run, "rounding")), "bins", "the trace says how");
    ok(json_array_size(edges) == 3 && json_array_size(values) == 4 && json_array_size(weights) == 4,
       "with edges, values and weights");
    ok(number_at(weights, 0) == 4 && number_at(weights, 3) == 1, "which are those given");
    is_int(misplaced(edges), 0, "and classes are divided there");
    ok(number_at(values, 0) < number_at(edges, 0) && number_at(values, 3) > number_at(edges, 2),
       "values lie in their classes");
    json_decref(run);
}

static void test_refused(void)
{
    struct run_config *c = &rig.job.config;
    str_copy(c->class_weights, sizeof c->class_weights, "auto");
    str_copy(c->class_values, sizeof c->class_values, "1,2,3");
    c->classes = 0;
    const struct event *end = rig_run(&rig);
    ok(end && end->finished.state == RUN_FAILED, "three values for five classes fail");
    has_text(end->finished.text, "'class-values': 3 numbers for 5 classes", "and it says why");
    str_copy(c->class_values, sizeof c->class_values, "auto");
}

static const char *meta(const struct weights *w, const char *key)
{
    for (size_t i = 0; w && i < w->n_meta; i++)
        if (!strcmp(w->meta[i][0], key))
            return w->meta[i][1];
    return "missing";
}

static void test_net_options(void)
{
    struct run_config *c = &rig.job.config;
    struct weights *w = NULL;
    c->loss = LOSS_MSE;
    c->stem_pool = STEM_POOL_CEIL;
    c->block_stride = BLOCK_STRIDE_1X1;
    for (int i = 0; net_names[i]; i++)
        if (!strcmp(net_names[i], "resnet50"))
            c->backbone = i;
    rig_weights(&rig, "resnet50");
    finished("resnet50 with other options");
    ok(!weights_read(&w, scratch_path("resnet50/last.safetensors"), NULL),
       "its weights can be read");
    is_text(meta(w, "backbone"), "resnet50", "they say the net");
    is_text(meta(w, "stem_pool"), "kernel 3 stride 2 pad 0 ceil", "its pool");
    is_text(meta(w, "block_stride"), "1x1", "and where its stride is");
    weights_free(w);
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    rig.job.config.epochs = 1;
    test_parameters();
    test_terms();
    test_trace();
    test_refused();
    test_net_options();
    rig_fini(&rig);
    return tap_done();
}
