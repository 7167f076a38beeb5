/* measure.c - a backend is given a net, images of noise and plans, and its steps are timed.
 *
 * Time is taken over whole plans, as the trainer uses them: what an epoch costs at its beginning is
 * in it, and one step is under way while another is collected. A plan has as many steps as fit in
 * PLAN_S, so that the clock is looked at often enough.
 *
 * Looking at the clock around every kind of work slows a step down, and keeps a GPU from running it
 * in one go: so speed is measured without, and where the time goes in a second, shorter pass, for
 * which the net is opened anew.
 */
#include "engine/train/measure.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/image/store.h"
#include "engine/train/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LEAST_IMAGES 32
#define CLASSES 5     /* where the data set would decide */
#define BORDER 8      /* pixels of stored images around the crop */
#define MOST_STEPS 64 /* of a plan */
#define LEAST_STEPS 3
#define WARM_STEPS 2
#define PLAN_S 0.25
#define PROFILED_SHARE 0.2 /* of the time asked for, once more, with a profile */
#define AHEAD 2            /* steps under way */
#define MOST_PLANS 4096    /* whose median is taken */

struct bench {
    const struct measure_request *request;
    const struct run_config *config;
    const struct backend_ops *ops;
    int device;
    char cache[FILE_PATH_BYTES]; /* where a backend keeps what it has measured; "" = nowhere */
    bool tells;                  /* where the time goes */
    struct door *door;
    struct net net;
    struct loss_spec loss;
    struct augment_spec augment;
    size_t n_images;
    uint8_t *pixels;
    struct image_place *place;
    struct image_set images;
    float *scores;
    int *classes;
    uint32_t *places;
    struct plan plan;
    double plan_s[MOST_PLANS]; /* what each plan of a phase has taken */
    double starting_s;         /* what the starts of its steps have taken */
    double all_s, done_s;      /* of all passes: seconds that they are to take, and that are over */
};

const char *const measure_what_names[] = {"both", "train", "eval", NULL};

const char *measure_phase_name(enum measure_phase phase)
{
    return measure_what_names[phase == MEASURE_TRAIN ? MEASURE_ONLY_TRAIN : MEASURE_ONLY_EVAL];
}

const char *measure_work_name(enum backend_work work)
{
    static const char *const names[WORK_KINDS] = {
        [WORK_CONV_FORWARD] = "convolution forward",
        [WORK_CONV_DATA] = "convolution data gradient",
        [WORK_CONV_WEIGHTS] = "convolution weight gradient",
        [WORK_NORM] = "norm, shortcut, ReLU",
        [WORK_GATE] = "gate",
        [WORK_POOL] = "pool",
        [WORK_HEADS] = "heads and loss",
        [WORK_UPDATE] = "update",
        [WORK_DATA] = "images",
    };
    return names[work];
}

/* --- what is measured --- */

static bool is_asked(const struct bench *b, enum measure_phase phase)
{
    enum measure_what only = phase == MEASURE_TRAIN ? MEASURE_ONLY_TRAIN : MEASURE_ONLY_EVAL;
    return b->request->what == MEASURE_BOTH || b->request->what == only;
}

static int make_net(struct bench *b, struct err *e)
{
    const struct run_config *c = b->config;
    const double weights[LOSS_MAX_TERMS] = {c->alpha, c->beta, c->gamma};
    int classes[CLASSES * 2], wanted = c->classes ? (int)c->classes : CLASSES;
    for (int i = 0; i < CLASSES * 2; i++)
        classes[i] = i % wanted;
    loss_spec_init(&b->loss, (enum loss_kind)c->loss, weights, wanted, classes, CLASSES * 2);
    plan_augment(&b->augment, c);
    return net_build(&b->net, net_names[c->backbone], NULL, b->loss.classes, e);
}

/* Noise, so that no two rows are alike; scores 1, 2 ... 5 in turn. */
static int make_images(struct bench *b, struct err *e)
{
    size_t n = b->config->batch > LEAST_IMAGES ? (size_t)b->config->batch : LEAST_IMAGES;
    size_t side = (size_t)b->config->image_size + BORDER, bytes = side * side * 3;
    b->n_images = n;
    b->pixels = mem_alloc(n, bytes);
    b->place = mem_alloc(n, sizeof *b->place);
    b->scores = mem_alloc(n, sizeof *b->scores);
    b->classes = mem_alloc(n, sizeof *b->classes);
    if (!b->pixels || !b->place || !b->scores || !b->classes)
        return mem_error(e, "images to measure with", n * bytes);
    uint32_t noise = 1;
    for (size_t i = 0; i < n * bytes; i++) {
        noise = noise * 1664525u + 1013904223u;
        b->pixels[i] = (uint8_t)(noise >> 24);
    }
    for (size_t i = 0; i < n; i++) {
        b->place[i] = (struct image_place){i * bytes, (uint16_t)side, (uint16_t)side, 128};
        b->scores[i] = (float)(1 + i % 5);
        b->classes[i] = b->loss.classes ? (int)i % b->loss.classes : 0;
    }
    b->images = (struct image_set){.n = n, .pixels = b->pixels, .place = b->place};
    return 0;
}

static int make_plan(struct bench *b, struct err *e)
{
    size_t n = MOST_STEPS * (size_t)b->config->batch;
    b->places = mem_alloc(n, sizeof *b->places);
    if (!b->places)
        return mem_error(e, "an epoch's order", n * sizeof *b->places);
    for (size_t i = 0; i < n; i++)
        b->places[i] = (uint32_t)(i % b->n_images);
    return plan_init(&b->plan, n, n, e);
}

static int open_door(struct bench *b, bool profile, struct err *e)
{
    const struct run_config *c = b->config;
    const struct backend_spec spec = {
        .net = &b->net,
        .loss = b->loss,
        .augment = b->augment,
        .batches = {{(int)c->batch, is_asked(b, MEASURE_TRAIN), is_asked(b, MEASURE_EVAL)}},
        .plan_most = MOST_STEPS * (size_t)c->batch,
        .momentum = c->momentum,
        .weight_decay = c->weight_decay,
        .clip_norm = c->clip,
        .precision = (enum backend_precision)c->precision,
        .profile = profile,
        .deterministic = true,
        .threads = (int)c->threads,
        .device = b->device,
        .cache = b->cache[0] ? b->cache : NULL,
        .cancel = b->request->cancel,
    };
    int result = door_open(&b->door, b->ops, &spec, e);
    if (!result)
        result =
            door_images(b->door, &b->images, b->scores, b->loss.classes ? b->classes : NULL, e);
    return result ? result : door_set_initial(b->door, (uint64_t)c->seed, e);
}

/* --- measuring --- */

static bool cancelled(const struct bench *b)
{
    return b->request->cancel && atomic_load(b->request->cancel);
}

/* One plan of so many steps. A learning rate of 0 does all the work of an update and keeps the
 * weights: noise has nothing to teach. */
static int run_plan(struct bench *b, enum measure_phase phase, int steps, struct err *e)
{
    unsigned phases =
        phase == MEASURE_TRAIN ? BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE : BACKEND_EVAL;
    b->plan.all = b->plan.n = (size_t)steps * (size_t)b->config->batch;
    if (phase == MEASURE_TRAIN)
        plan_train(&b->plan, b->places, &b->augment, &b->images, (uint64_t)b->config->seed, 1);
    else
        plan_test(&b->plan, b->places, &b->augment, &b->images);
    const struct backend_plan plan = {b->plan.n, b->plan.order, b->plan.draws,
                                      (int)b->config->batch, 0};
    struct backend_result r;
    int result = door_epoch(b->door, &plan, e), under_way = 0;
    for (int i = 0; !result && i < steps; i++) {
        double before_s = clock_s();
        result = door_step(b->door, phases, e);
        b->starting_s += clock_s() - before_s;
        under_way += !result;
        if (!result && under_way == AHEAD) {
            result = door_collect(b->door, &r, e);
            under_way--;
        }
    }
    while (!result && under_way-- > 0)
        result = door_collect(b->door, &r, e);
    return !result && cancelled(b) ? 1 : result;
}

static int steps_of_plan(double step_s)
{
    double fit = ceil(PLAN_S / fmax(step_s, 1e-6));
    return fit < MOST_STEPS ? (int)fit : MOST_STEPS;
}

static int ascending(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* Two steps that are not counted; returns how many steps a plan has in *steps. */
static int warm_up(struct bench *b, enum measure_phase phase, int *steps, struct err *e)
{
    double start = 0;
    int result = 0;
    for (int i = 0; !result && i < WARM_STEPS; i++) {
        start = clock_s();
        result = run_plan(b, phase, 1, e);
    }
    *steps = steps_of_plan(clock_s() - start);
    return result;
}

static void show(struct bench *b, double seconds)
{
    if (b->request->progress)
        b->request->progress(b->request->context, fmin((b->done_s + seconds) / b->all_s, 1));
}

static int measure_one(struct bench *b, enum measure_phase phase, double wanted_s,
                       struct measure_phase_result *out, struct err *e)
{
    int steps, done = 0, plans = 0;
    int result = warm_up(b, phase, &steps, e);
    door_profile(b->door, &out->profile); /* forgotten */
    b->starting_s = 0;
    double start = clock_s();
    while (!result && (done < LEAST_STEPS || out->seconds < wanted_s)) {
        double before_s = out->seconds;
        result = run_plan(b, phase, steps, e);
        done += steps;
        out->seconds = clock_s() - start;
        if (plans < MOST_PLANS)
            b->plan_s[plans++] = out->seconds - before_s;
        show(b, fmin(out->seconds, wanted_s));
    }
    b->done_s += wanted_s;
    door_profile(b->door, &out->profile);
    out->images = (int64_t)done * b->config->batch;
    out->host_s = done ? b->starting_s / done : 0;
    qsort(b->plan_s, (size_t)plans, sizeof *b->plan_s, ascending);
    out->median_images_per_s = plans ? steps * b->config->batch / b->plan_s[plans / 2] : 0;
    return result;
}

/* All phases that are asked for, with the net opened anew. */
static int measure_phases(struct bench *b, bool profile, double wanted_s,
                          struct measure_phase_result *out, struct err *e)
{
    door_close(b->door);
    b->door = NULL;
    int status = open_door(b, profile, e);
    for (int p = 0; !status && p < MEASURE_PHASES; p++)
        if (is_asked(b, (enum measure_phase)p))
            status = measure_one(b, (enum measure_phase)p, wanted_s, &out[p], e);
    return status;
}

static bool is_profiled(const struct measure_result *result)
{
    for (int p = 0; p < MEASURE_PHASES; p++)
        for (int w = 0; w < WORK_KINDS; w++)
            if (result->work[p].profile.seconds[w] > 0)
                return true;
    return false;
}

static void describe(const struct bench *b, struct measure_result *result)
{
    struct backend_device device;
    struct rusage usage;
    door_device(b->door, &device);
    str_copy(result->device, sizeof result->device, device.name);
    str_copy(result->library, sizeof result->library, door_library(b->door));
    str_copy(result->precision, sizeof result->precision, door_precision(b->door));
    door_usage(b->door, &result->usage);
    if (!getrusage(RUSAGE_SELF, &usage))
        result->process_bytes = (uint64_t)usage.ru_maxrss * 1024;
    result->threads =
        b->config->threads ? (int)b->config->threads : (int)sysconf(_SC_NPROCESSORS_ONLN);
}

static int prepare(struct bench *b, struct err *e)
{
    int phases = is_asked(b, MEASURE_TRAIN) + is_asked(b, MEASURE_EVAL);
    b->ops = b->request->backend;
    if (backend_choose(b->config->device, &b->ops, &b->device, NULL, e))
        return -1;
    if (store_folder(b->config->cache, b->cache, NULL))
        b->cache[0] = '\0';
    b->tells = b->ops->profile != NULL;
    b->all_s = phases * b->request->seconds * (1 + b->tells * PROFILED_SHARE);
    return make_net(b, e) || make_images(b, e) || make_plan(b, e) ? -1 : 0;
}

static void close_all(struct bench *b)
{
    door_close(b->door);
    plan_fini(&b->plan);
    mem_free(b->pixels);
    mem_free(b->place);
    mem_free(b->scores);
    mem_free(b->classes);
    mem_free(b->places);
}

int measure(const struct measure_request *request, struct measure_result *result, struct err *e)
{
    struct bench *b = mem_alloc(1, sizeof *b);
    memset(result, 0, sizeof *result);
    if (!b)
        return mem_error(e, "a measurement", sizeof *b);
    b->request = request;
    b->config = request->config;
    int status = prepare(b, e);
    if (!status)
        status = measure_phases(b, false, request->seconds, result->phase, e);
    if (!status)
        describe(b, result);
    if (!status && b->tells)
        status = measure_phases(b, true, PROFILED_SHARE * request->seconds, result->work, e);
    result->profiled = is_profiled(result);
    close_all(b);
    mem_free(b);
    return status;
}
