/* test_begin_torch.c - runs that begin with files of other programs' names against PyTorch with the
 * same weights: tests/golden/make_init_golden.py says how. On the reference backend, with a
 * learning rate of 0, so that training moves the running statistics alone. */
#include "base/str.h"
#include "engine/image/image.h"
#include "engine/weights/init.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/trainer_rig.h"
#include "tests/kit/weights_kit.h"
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

/* Under a wrapper, without heads and counters. */
static int wrapped(const char *name, char to[200])
{
    snprintf(to, 200, "module.backbone.%s", name);
    return !strstr(name, "num_batches_tracked") && strncmp(name, "fc.", 3) &&
           strncmp(name, "last_linear.", 12);
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), n = strlen(ending);
    return length >= n && !strcmp(name + length - n, ending);
}

/* As values() of the golden's script, in bfloat16. */
static void write_values(FILE *f, size_t k, const struct weights_tensor *t)
{
    const char *name = t->name;
    bool norm = ends_in(name, "running_var") || ends_in(name, "downsample.1.weight") ||
                (ends_in(name, ".weight") && t->rank == 1);
    float scale = t->rank == 4 ? 4 : 1.0f / 16, offset = norm ? 1 : 0;
    size_t fan = t->rank > 1 ? t->count / (size_t)t->dims[0] : 0;
    for (; fan >= 4; fan /= 4)
        scale /= 2;
    for (size_t i = 0; i < t->count; i++) {
        int64_t n = (int64_t)i, raw = n * n * 31 + n * 7919 + (int64_t)k * 104729 + 12;
        float value = (float)(raw % 129 - 64) / 128 * (t->rank > 1 ? scale : 1) + offset;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        const uint16_t upper = (uint16_t)(bits >> 16);
        fwrite(&upper, sizeof upper, 1, f);
    }
}

static const char *write_weights(const char *keys, int features)
{
    struct weights_kit k;
    struct weights_file *in;
    const struct weights *listed;
    uint64_t at;
    const char *path = scratch_path("init.safetensors");
    weights_kit_begin(&k);
    k.reals = "BF16";
    weights_kit_list(&k, keys, wrapped);
    weights_kit_add(&k, "module.regression_branch.weight", "BF16", 2, (int[]){1, features});
    weights_kit_add(&k, "module.regression_branch.bias", "BF16", 1, (int[]){1});
    weights_kit_add(&k, "module.classification_branch.weight", "BF16", 2,
                    (int[]){CLASSES, features});
    weights_kit_add(&k, "module.classification_branch.bias", "BF16", 1, (int[]){CLASSES});
    FILE *f = weights_kit_end(&k, path, &at);
    if (!weights_open(&in, &listed, path, NULL)) {
        fseek(f, (long)at, SEEK_SET);
        for (size_t i = 0; i < listed->n; i++)
            write_values(f, i, &listed->at[i]);
        weights_close(in);
    }
    fclose(f);
    return path;
}

static void test_net(FILE *golden, const char *net, const char *keys, int features)
{
    struct run_config *c = &rig.job.config;
    char name[32];
    double tolerance, score, expectation;
    struct err e;
    if (!ok(fscanf(golden, "%31s tolerance %lf", name, &tolerance) == 2 && !strcmp(name, net),
            "the golden has %s", net))
        return;
    str_copy(c->init, sizeof c->init, write_weights(keys, features));
    opt_set(&config_options, c, "backbone", net, NULL);
    c->stem_pool = STEM_POOL_AUTO;
    c->block_stride = BLOCK_STRIDE_AUTO;
    if (!ok(!init_settle(c, &e), "its file can be begun with"))
        diag("%s", e.text);
    rig_weights(&rig, net);
    const struct event *end = rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FINISHED, "a run that begins with it finishes"))
        diag("%s", end ? end->finished.text : "no event");
    const struct event *saved = NULL, *next;
    for (int i = 0; (next = rig_event(&rig, EVENT_CHECKPOINT, i)); i++)
        saved = next;
    if (!ok(saved && saved->checkpoint.n == IMAGES - TRAIN, "with predictions"))
        return;
    for (int i = 0; i < IMAGES - TRAIN; i++) {
        const struct event_prediction *p = &saved->checkpoint.predictions[i];
        ok(fscanf(golden, "%lf %lf", &score, &expectation) == 2, "image %d", i + 1);
        is_near(p->predicted, score, tolerance, "its score is PyTorch's");
        is_near(p->expectation, expectation, tolerance, "its expectation too");
    }
}

int main(void)
{
    const char *top = getenv("TOP_SRCDIR");
    char path[600];
    snprintf(path, sizeof path, "%s/tests/golden/init_torch.txt", top ? top : ".");
    FILE *golden = fopen(path, "r");
    if (!ok(golden && !rig_init(&rig), "a golden, a data set and a trainer"))
        return tap_done();
    write_images();
    struct run_config *c = &rig.job.config;
    str_copy(c->data, sizeof c->data, scratch_path("data/grey.csv"));
    c->batch = TRAIN;
    c->epochs = 1;
    c->learning_rate = c->weight_decay = c->rotate = 0;
    rig.job.backend = ref_backend();
    test_net(golden, "resnet18", "torchvision_resnet18.txt", 512);
    test_net(golden, "se-resnext50", "cadene_se_resnext50_32x4d.txt", 2048);
    fclose(golden);
    rig_fini(&rig);
    return tap_done();
}
