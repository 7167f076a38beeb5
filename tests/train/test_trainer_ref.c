/* test_trainer_ref.c - a whole run on the reference backend: a real ResNet18, real gradients, which
 * also refuses every breach of the rules of engine/core/backend.h. Two runs must give the same
 * bits; a run's weights must be those that made its predictions. */
#include "base/mem.h"
#include "base/str.h"
#include "engine/weights/weights.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/trainer_rig.h"
#include "tests/ref/ref.h"

#include <stdio.h>

static struct rig rig;

/* Five training images in batches of three, two test images: naive loops take their time. */
static void use_few_images(void)
{
    FILE *f = fopen(scratch_path("data/few.csv"), "w");
    fprintf(f, "image,score,split\n");
    for (int i = 0; i < 7; i++)
        fprintf(f, "p%02d.jpg,%.2f,%s\n", 3 * i, 1.5 + 0.4 * i, i % 3 == 1 ? "test" : "train");
    fclose(f);
    struct run_config *c = &rig.job.config;
    str_copy(c->data, sizeof c->data, scratch_path("data/few.csv"));
    c->batch = 3;
    c->epochs = 1;
    c->flip = 0.5;
    rig.job.backend = ref_backend();
}

static void test_run(void)
{
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FINISHED, "a run on the reference backend finishes"))
        diag("%s", end ? end->finished.text : "no event");
    const struct event *x = rig_event(&rig, EVENT_EPOCH, 0);
    if (!ok(x && x->epoch.train.images == 5 && x->epoch.test.images == 2, "with all its images"))
        return;
    const double *t = x->epoch.train.term;
    is_near(2 * t[0] + t[1] + t[2], x->epoch.train.total, 1e-9,
            "the terms' weighted sum is the total");
    ok(t[0] > 0 && t[1] > 0 && t[2] > 0, "no term is idle");
    is_near(x->epoch.test.mae, x->epoch.test.term[0], 1e-6, "the L1 term is the MAE");
}

/* The saved statistics and weights are not the initial ones. */
static void test_weights(void)
{
    struct weights *w, *before;
    if (!ok(!weights_read(&w, scratch_path("weights/last.safetensors"), NULL) &&
                !weights_read(&before, scratch_path("trace/initial.safetensors"), NULL),
            "weights before and after"))
        return;
    int changed = 0;
    for (size_t i = 0; i < w->n; i++)
        changed += memcmp(w->at[i].data, before->at[i].data, w->at[i].count * sizeof(float)) != 0;
    is_int(changed, (long long)w->n, "every tensor has changed");
    weights_free(w);
    weights_free(before);
}

int main(void)
{
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    use_few_images();
    struct run_config *c = &rig.job.config;
    str_copy(c->trace, sizeof c->trace, scratch_path("trace"));
    test_run();
    test_weights();
    c->trace[0] = '\0';
    rig_weights(&rig, "again");
    test_run();
    ok(rig_same_file(scratch_path("weights/last.safetensors"),
                     scratch_path("again/last.safetensors")),
       "two runs give the same bits");
    rig_fini(&rig);
    return tap_done();
}
