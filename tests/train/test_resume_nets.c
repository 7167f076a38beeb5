/* test_resume_nets.c - a real ResNet18, stopped within an epoch and resumed, on the reference and
 * on the CPU module: all that lives in a backend between two steps is in a checkpoint. */
#include "base/mem.h"
#include "base/str.h"
#include "engine/backend_load.h"
#include "tests/kit/resume_kit.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/ref/ref.h"

#include <stdio.h>

static struct rig rig;

/* Seven training images in batches of three, the last of one; three test images. */
static void use_few_images(void)
{
    FILE *f = fopen(scratch_path("data/few.csv"), "w");
    fprintf(f, "image,score,split\n");
    for (int i = 0; i < 10; i++)
        fprintf(f, "p%02d.jpg,%.2f,%s\n", 2 * i, 1.5 + 0.3 * ((i * 3) % 10),
                i % 3 == 1 ? "test" : "train");
    fclose(f);
    struct run_config *c = &rig.job.config;
    str_copy(c->data, sizeof c->data, scratch_path("data/few.csv"));
    c->batch = 2;
    c->epochs = 3;
    c->drop_last = DROP_YES; /* batch norm needs more than one image on a 1x1 map */
    c->flip = 0.5;
    c->clip = 20;
    c->schedule = SCHEDULE_COSINE;
    c->warmup = 1;
}

static void test_backend(const struct backend_ops *ops)
{
    struct whole w;
    char name[40], folder[64];
    rig.job.backend = kit_counted(ops);
    str_copy(name, sizeof name, ops->name);
    if (!ok(!kit_whole(&rig, &w, name), "%s: a run that never stops", name))
        return;
    for (long step = 2; step <= 7; step += 5) {
        snprintf(folder, sizeof folder, "%s-%ld", name, step);
        ok(kit_stopped(&rig, folder, step, 0) && kit_steps() == step, "%s: stopped after step %ld",
           name, step);
        ok(kit_resume(&rig, &w, folder) && kit_steps() == w.steps,
           "%s: resumed, it has the same losses, predictions and weights to the bit", name);
    }
    kit_free(&w);
}

int main(void)
{
    struct backend_module module;
    struct err e;
    if (!ok(!rig_init(&rig), "a data set and a trainer are made"))
        return tap_done();
    use_few_images();
    test_backend(ref_backend());
    if (backend_load(&module, "cpu", &e))
        skip("%s", e.text);
    else
        test_backend(module.ops);
    rig_fini(&rig);
    return tap_done();
}
