/* test_begin_torch.c - runs that begin with files of other programs' names against PyTorch with the
 * same weights: tests/golden/make_init_golden.py says how. On the reference backend and the CPU's,
 * with a learning rate of 0, so that training moves the running statistics alone. */
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/image/image.h"
#include "engine/weights/init.h"
#include "tests/kit/exactness.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/torch_weights.h"
#include "tests/kit/trainer_rig.h"
#include "tests/ref/ref.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 32
#define IMAGES 6
#define TRAIN 4
#define CLASSES 5

static struct rig rig;

static void write_images(void)
{
    char name[40];
    FILE *csv = fopen(scratch_path("data/grey.csv"), "w");
    fprintf(csv, "image,score,split\n");
    for (int i = 0; i < IMAGES; i++) {
        uint8_t rgb[SIZE * SIZE * 3];
        for (int at = 0; at < SIZE * SIZE; at++) {
            int y = at / SIZE / 8, x = at % SIZE / 8;
            memset(rgb + 3 * at, (i * 37 + y * 29 + x * 53 + y * x * 11) % 256, 3);
        }
        const struct image image = {SIZE, SIZE, rgb};
        snprintf(name, sizeof name, "data/g%d.jpg", i);
        image_write_jpeg(&image, scratch_path(name), 95, NULL);
        fprintf(csv, "g%d.jpg,%d,%s\n", i, 1 + i % 5, i < TRAIN ? "train" : "test");
    }
    fclose(csv);
}

/* Compares what the last event of a checkpoint predicts with the golden's next lines. */
static void compare(FILE *golden, const char *net)
{
    const struct event *saved = NULL, *next;
    double score, expectation, apart[2] = {0, 0};
    char quantity[64];
    for (int i = 0; (next = rig_event(&rig, EVENT_CHECKPOINT, i)); i++)
        saved = next;
    if (!ok(saved && saved->checkpoint.n == IMAGES - TRAIN, "with predictions"))
        return;
    for (int i = 0; i < IMAGES - TRAIN; i++) {
        const struct event_prediction *p = &saved->checkpoint.predictions[i];
        ok(fscanf(golden, "%lf %lf", &score, &expectation) == 2, "image %d", i + 1);
        apart[0] = exact_worse(apart[0], fabs(p->predicted - score));
        apart[1] = exact_worse(apart[1], fabs(p->expectation - expectation));
    }
    snprintf(quantity, sizeof quantity, "%s.score", net);
    exact_ok("init", quantity, rig.job.backend->name, apart[0]);
    snprintf(quantity, sizeof quantity, "%s.expectation", net);
    exact_ok("init", quantity, rig.job.backend->name, apart[1]);
}

static void test_net(FILE *golden, const char *net, const char *keys, int features,
                     const struct backend_ops *cpu)
{
    const struct backend_ops *const backends[] = {ref_backend(), cpu};
    struct run_config *c = &rig.job.config;
    char name[32];
    struct err e;
    if (!ok(fscanf(golden, "%31s", name) == 1 && !strcmp(name, net), "the golden has %s", net))
        return;
    str_copy(c->init, sizeof c->init, torch_weights_write(keys, features, CLASSES));
    opt_set(&config_options, c, "backbone", net, NULL);
    c->stem_pool = STEM_POOL_AUTO;
    c->block_stride = BLOCK_STRIDE_AUTO;
    if (!ok(!init_settle(c, &e), "its file can be begun with"))
        diag("%s", e.text);
    long at = ftell(golden);
    for (int b = 0; b < (cpu ? 2 : 1); b++) {
        rig.job.backend = backends[b];
        rig_weights(&rig, net);
        const struct event *end = rig_run(&rig);
        if (!ok(end && end->finished.state == RUN_FINISHED, "a run that begins with it finishes"))
            diag("%s", end ? end->finished.text : "no event");
        fseek(golden, at, SEEK_SET);
        compare(golden, net);
    }
}

int main(void)
{
    const char *top = getenv("TOP_SRCDIR");
    struct backend_module cpu = {NULL, ""};
    struct backend_device devices[BACKEND_MAX_DEVICES];
    char path[600], why[200];
    struct err e;
    snprintf(path, sizeof path, "%s/tests/golden/init_torch.txt", top ? top : ".");
    FILE *golden = fopen(path, "r");
    if (!ok(golden && !rig_init(&rig), "a golden, a data set and a trainer"))
        return tap_done();
    if (backend_load(&cpu, "cpu", &e) || !cpu.ops->open ||
        !cpu.ops->devices(devices, BACKEND_MAX_DEVICES, why, sizeof why))
        cpu.ops = NULL;
    write_images();
    struct run_config *c = &rig.job.config;
    str_copy(c->data, sizeof c->data, scratch_path("data/grey.csv"));
    c->batch = TRAIN;
    c->epochs = 1;
    c->learning_rate = c->weight_decay = c->rotate = 0;
    test_net(golden, "resnet18", "torchvision_resnet18.txt", 512, cpu.ops);
    test_net(golden, "se-resnext50", "cadene_se_resnext50_32x4d.txt", 2048, cpu.ops);
    fclose(golden);
    rig_fini(&rig);
    return tap_done();
}
