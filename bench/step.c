/* step.c - times steps of one net on the CPU backend with made-up images.
 *
 *     bench/step NET SIZE BATCH THREADS SECONDS [train|eval|profile [LOSS]]
 *
 * Prints images per second of the median step (forward, loss, backward, update; or evaluation
 * alone), and the process's peak memory in MiB. Two steps aren't counted; then steps go on until
 * SECONDS are over, at least three. `profile` trains and prints where the time goes instead.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "engine/backend_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES 256
#define CLASSES 5 /* of a loss that has some */
#define BORDER 8  /* of stored images around the crop */
#define MOST_STEPS 10000

struct bench {
    const struct backend_ops *ops;
    struct backend *backend;
    struct net net;
    int size, batch, threads;
    bool eval, profile;
    int steps; /* that were timed */
    int loss;
    uint8_t *pixels;
    struct image_place place[IMAGES];
    float scores[IMAGES];
    int classes[IMAGES];
    uint32_t order[MOST_STEPS];
    struct augment_draw draws[MOST_STEPS];
};

static int open_net(struct bench *b, const char *name, struct err *e)
{
    struct backend_module module;
    bool classed = loss_info((enum loss_kind)b->loss)->classes;
    if (net_build(&b->net, name, NULL, classed ? CLASSES : 0, e) || backend_load(&module, "cpu", e))
        return -1;
    b->ops = module.ops;
    struct backend_spec spec = {
        .net = &b->net,
        .augment = {.height = b->size,
                    .width = b->size,
                    .random_crop = true,
                    .flip_probability = 0.5,
                    .mean = {0.485f, 0.456f, 0.406f},
                    .deviation = {0.229f, 0.224f, 0.225f}},
        .batches = {b->batch},
        .momentum = 0.9,
        .weight_decay = 1e-4,
        .deterministic = true,
        .evaluates_only = b->eval,
        .profile = b->profile,
        .threads = b->threads,
        .ranks = 1,
    };
    const double weights[LOSS_MAX_TERMS] = {1, 1, 1};
    loss_spec_init(&spec.loss, (enum loss_kind)b->loss, weights, b->net.classes, NULL, 0);
    return b->ops->open(&b->backend, &spec, e);
}

static int set_weights(struct bench *b, struct err *e)
{
    struct net_params *params;
    int result = net_params_new(&params, &b->net, e);
    for (int i = 0; !result && i < params->n; i++) {
        float *values = mem_alloc(params->at[i].count, sizeof *values);
        if (!values) {
            result = mem_error(e, "weights", params->at[i].count * sizeof *values);
            break;
        }
        net_init_param(params, i, 1, values);
        result = b->ops->set(b->backend, BACKEND_PARAM, i, values, params->at[i].count, e);
        mem_free(values);
    }
    net_params_free(result < 0 ? NULL : params);
    return result;
}

static int make_images(struct bench *b, struct err *e)
{
    int side = b->size + BORDER;
    size_t bytes = (size_t)side * (size_t)side * 3;
    b->pixels = mem_alloc(IMAGES, bytes);
    if (!b->pixels)
        return mem_error(e, "images", IMAGES * bytes);
    for (size_t i = 0; i < IMAGES * bytes; i++)
        b->pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    for (int i = 0; i < IMAGES; i++) {
        b->place[i] =
            (struct image_place){(uint64_t)i * bytes, (uint16_t)side, (uint16_t)side, 128};
        b->classes[i] = i % CLASSES;
        b->scores[i] = (float)(1 + i % CLASSES);
    }
    for (int i = 0; i < MOST_STEPS; i++) {
        b->order[i] = (uint32_t)i % IMAGES;
        b->draws[i] = (struct augment_draw){
            .top = (uint16_t)(i % BORDER), .left = (uint16_t)(i / 8 % BORDER), .flip = i % 2};
    }
    const struct image_set set = {.n = IMAGES, .pixels = b->pixels, .place = b->place};
    return b->ops->images(b->backend, &set, b->scores, b->classes, e);
}

static int one_step(struct bench *b, double *seconds, struct err *e)
{
    const struct backend_plan plan = {(size_t)b->batch, b->order, b->draws, b->batch, 1e-3};
    const unsigned train = BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE;
    struct backend_result r;
    double start = clock_s();
    if (b->ops->epoch(b->backend, &plan, e) ||
        b->ops->step(b->backend, b->eval ? BACKEND_EVAL : train, e) ||
        b->ops->collect(b->backend, &r, e))
        return -1;
    *seconds = clock_s() - start;
    return r.finite ? 0 : err_set(e, ERR_INTERNAL, "the loss is not finite");
}

static int ascending(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static int measure(struct bench *b, double limit_s, double *median_s, struct err *e)
{
    double times[1000], unused;
    int n = 0;
    struct backend_profile forgotten;
    if (one_step(b, &unused, e) || one_step(b, &unused, e))
        return -1;
    b->ops->profile(b->backend, &forgotten);
    for (double end = clock_s() + limit_s; n < 1000 && (n < 3 || clock_s() < end); n++)
        if (one_step(b, &times[n], e))
            return -1;
    qsort(times, (size_t)n, sizeof *times, ascending);
    *median_s = times[n / 2];
    b->steps = n;
    return 0;
}

/* Peak resident memory of this process in MiB, 0 where the system doesn't say. */
static double peak_mib(void)
{
    char line[128];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "VmHWM:", 6))
            kib = atof(line + 6);
    if (f)
        fclose(f);
    return kib / 1024;
}

static void print_profile(const struct bench *b)
{
    static const char *const names[WORK_KINDS] = {"conv forward", "conv data", "conv weights",
                                                  "norm",         "gate",      "pool",
                                                  "heads, loss",  "update",    "images"};
    struct backend_profile p;
    double all = 0;
    b->ops->profile(b->backend, &p);
    for (int k = 0; k < WORK_KINDS; k++)
        all += p.seconds[k];
    for (int k = 0; k < WORK_KINDS; k++)
        printf("%-13s %9.3f ms a step  %5.1f %%  %7.1f GFLOP/s\n", names[k],
               1e3 * p.seconds[k] / b->steps, 100 * p.seconds[k] / all,
               p.seconds[k] > 0 ? 1e-9 * p.flop[k] / p.seconds[k] : 0);
}

/* What is to be timed, and under which loss. */
static int take_words(struct bench *b, int n, char **words, struct err *e)
{
    b->eval = n > 0 && !strcmp(words[0], "eval");
    b->profile = n > 0 && !strcmp(words[0], "profile");
    if (n > 0 && !b->eval && !b->profile && strcmp(words[0], "train"))
        return err_set(e, ERR_USAGE, "%s: use train, eval or profile", words[0]);
    while (n > 1 && loss_names[b->loss] && strcmp(words[1], loss_names[b->loss]))
        b->loss++;
    return loss_names[b->loss] ? 0 : err_set(e, ERR_USAGE, "%s is no loss", words[1]);
}

int main(int argc, char **argv)
{
    struct err e;
    struct bench *b = mem_alloc(1, sizeof *b);
    if (argc < 6 || argc > 8 || !b) {
        fprintf(stderr, "usage: bench/step NET SIZE BATCH THREADS SECONDS [train|eval|profile "
                        "[LOSS]]\n");
        return 2;
    }
    b->size = atoi(argv[2]);
    b->batch = atoi(argv[3]);
    b->threads = atoi(argv[4]);
    double median_s = 0;
    int failed = take_words(b, argc - 6, argv + 6, &e) || open_net(b, argv[1], &e) ||
                 set_weights(b, &e) || make_images(b, &e) ||
                 measure(b, atof(argv[5]), &median_s, &e);
    if (failed)
        fprintf(stderr, "bench/step: %s\n", e.text);
    else if (b->profile)
        print_profile(b);
    else
        printf("%.3f %.0f\n", b->batch / median_s, peak_mib());
    if (b->ops)
        b->ops->close(b->backend);
    mem_free(b->pixels);
    mem_free(b);
    return failed;
}
