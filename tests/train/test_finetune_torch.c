/* test_finetune_torch.c - twenty steps of fine-tuning two whole nets from files of weights, on the
 * CPU, against PyTorch with the same weights, pixels and order: losses, what becomes of the
 * weights, and what they then say. tests/golden/make_finetune_golden.py says how. */
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/weights/init.h"
#include "engine/weights/weights.h"
#include "tests/kit/exactness.h"
#include "tests/kit/scratch.h"
#include "tests/kit/tap.h"
#include "tests/kit/torch_weights.h"
#include "tests/kit/trainer_rig.h"

#include <stdlib.h>
#include <string.h>

#define STEPS 20
#define EPOCHS 10
#define TEST 3
#define CLASSES 5
#define PER_TENSOR 6 /* values of each in the golden */

static struct rig rig;
static FILE *golden;

/* Writes the golden's files and their table. */
static void write_images(void)
{
    char name[32], path[48], score[16], split[16];
    static uint8_t bytes[8192];
    FILE *csv = fopen(scratch_path("data/tune.csv"), "w");
    fprintf(csv, "image,score,split\n");
    while (fscanf(golden, " image %31s %15s %15s ", name, score, split) == 3) {
        size_t n = 0;
        unsigned byte;
        while (n < sizeof bytes && fscanf(golden, "%2x", &byte) == 1)
            bytes[n++] = (uint8_t)byte;
        snprintf(path, sizeof path, "data/%s", name);
        scratch_write(path, bytes, n);
        fprintf(csv, "%s,%s,%s\n", name, score, split);
    }
    fclose(csv);
}

static double next_number(void)
{
    double number;
    return fscanf(golden, "%lf", &number) == 1 ? number : (double)NAN;
}

/* The trace has a line a step: epoch, step, images, rate, total and its terms. */
static double losses_apart(void)
{
    char line[512];
    double apart = 0, total;
    FILE *f = fopen(scratch_path("trace/steps.csv"), "r");
    bool good = f && fgets(line, sizeof line, f);
    for (int i = 0; i < STEPS; i++) {
        double wanted = next_number();
        good =
            good && fgets(line, sizeof line, f) && sscanf(line, "%*d,%*d,%*d,%*f,%lf", &total) == 1;
        apart = exact_worse(apart, good ? fabs(total - wanted) / wanted : (double)NAN);
    }
    if (f)
        fclose(f);
    return apart;
}

static double scores_apart(void)
{
    const struct event *saved = NULL, *next;
    double apart = 0;
    for (int i = 0; (next = rig_event(&rig, EVENT_CHECKPOINT, i)); i++)
        saved = next;
    bool good = saved && saved->checkpoint.n == TEST;
    for (int i = 0; i < TEST; i++) {
        double wanted = next_number();
        apart = exact_worse(apart, good ? fabs(saved->checkpoint.predictions[i].predicted - wanted)
                                        : (double)NAN);
    }
    return apart;
}

/* How far a tensor has moved, beside the golden's line of it: the sum of squares of PER_TENSOR + 1
 * relative differences. */
static double tensor_apart(const struct weights_tensor *before, const struct weights_tensor *after)
{
    double wanted = next_number(), norm = 0, sum;
    for (size_t i = 0; i < after->count; i++) {
        double moved = (double)after->data[i] - (double)before->data[i];
        norm += moved * moved;
    }
    double mean = wanted / sqrt((double)after->count);
    sum = pow((sqrt(norm) - wanted) / wanted, 2);
    for (size_t k = 0; k < PER_TENSOR; k++) {
        size_t i = k * (after->count - 1) / (PER_TENSOR - 1);
        double moved = (double)after->data[i] - (double)before->data[i];
        sum += pow((moved - next_number()) / mean, 2);
    }
    return sum;
}

static double weights_apart(void)
{
    struct weights *before = NULL, *after = NULL;
    double sum = 0;
    char name[96];
    if (weights_read(&before, scratch_path("trace/initial.safetensors"), NULL) ||
        weights_read(&after, scratch_path("weights/last.safetensors"), NULL)) {
        weights_free(before);
        return (double)NAN;
    }
    for (size_t i = 0; i < after->n; i++) {
        bool good = fscanf(golden, "%95s", name) == 1;
        const struct weights_tensor *from = good ? weights_find(before, name) : NULL;
        const struct weights_tensor *to = good ? weights_find(after, name) : NULL;
        sum += from && to ? tensor_apart(from, to) : (double)NAN;
        if (!from || !to)
            diag("tensor %zu of the golden is not ours", i + 1);
    }
    sum /= (double)after->n * (PER_TENSOR + 1);
    weights_free(before);
    weights_free(after);
    return sqrt(sum);
}

static void compare(const char *net, const char *what, double apart)
{
    char quantity[64];
    snprintf(quantity, sizeof quantity, "%s.%s", net, what);
    exact_ok("finetune", quantity, "cpu", apart);
}

static void test_net(const char *net, const char *keys, int features)
{
    struct run_config *c = &rig.job.config;
    char name[32];
    struct err e;
    if (!ok(fscanf(golden, " net %31s", name) == 1 && !strcmp(name, net), "the golden has %s", net))
        return;
    str_copy(c->init, sizeof c->init, torch_weights_write(keys, features, CLASSES));
    opt_set(&config_options, c, "backbone", net, NULL);
    c->stem_pool = STEM_POOL_AUTO;
    c->block_stride = BLOCK_STRIDE_AUTO;
    const struct event *end = init_settle(c, &e) ? NULL : rig_run(&rig);
    if (!ok(end && end->finished.state == RUN_FINISHED, "a run that begins with its file finishes"))
        diag("%s", end ? end->finished.text : e.text);
    compare(net, "losses", losses_apart());
    compare(net, "scores", scores_apart());
    compare(net, "weights", weights_apart());
}

int main(void)
{
    const char *top = getenv("TOP_SRCDIR");
    struct backend_module cpu = {NULL, ""};
    struct backend_device devices[BACKEND_MAX_DEVICES];
    char path[600], why[200];
    struct err e;
    snprintf(path, sizeof path, "%s/tests/golden/finetune_torch.txt", top ? top : ".");
    golden = fopen(path, "r");
    if (!ok(golden && !rig_init(&rig), "a golden, a data set and a trainer"))
        return tap_done();
    if (backend_load(&cpu, "cpu", &e) || !cpu.ops->open ||
        !cpu.ops->devices(devices, BACKEND_MAX_DEVICES, why, sizeof why)) {
        skip("no CPU backend here");
        rig_fini(&rig);
        return tap_done();
    }
    write_images();
    struct run_config *c = &rig.job.config;
    str_copy(c->data, sizeof c->data, scratch_path("data/tune.csv"));
    str_copy(c->trace, sizeof c->trace, scratch_path("trace"));
    c->image_size = 36;
    c->resize = 40;
    c->batch = 8;
    c->epochs = c->eval_every = c->save_every = EPOCHS;
    c->learning_rate = 1.0 / 65536;
    c->lr_step = 4;
    c->lr_factor = 0.5;
    c->flip = 0.5;
    c->rotate = 0;
    rig.job.backend = cpu.ops;
    test_net("resnet18", "torchvision_resnet18.txt", 512);
    test_net("se-resnext50", "cadene_se_resnext50_32x4d.txt", 2048);
    fclose(golden);
    rig_fini(&rig);
    return tap_done();
}
