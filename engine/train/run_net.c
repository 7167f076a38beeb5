/* run_net.c - the computing side of a run: loss, net and backend, and the weights it begins with.
 */
#include "engine/train/run_priv.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/backend_load.h"
#include "engine/train/algorithms_priv.h"

#include <math.h>
#include <string.h>

#define LOOK_EVERY_S 1
#define MOST_NOTES 20 /* lines of what a backend says */

size_t run_epoch_images(const struct run *run)
{
    const struct run_config *c = run->config;
    size_t n = run->train_split.n, batch = (size_t)c->batch;
    bool drop =
        c->drop_last == DROP_YES || (c->drop_last == DROP_AUTO && run->data->folds_drop_last);
    /* Dropping the only batch would leave nothing to train on. */
    return drop && n > batch ? n - n % batch : n;
}

int run_batch(const struct run *run, size_t images)
{
    return images < (size_t)run->config->batch ? (int)images : (int)run->config->batch;
}

/* --- the loss --- */

static void log_classes(struct run *run)
{
    const struct classes *k = &run->division;
    log_say(run->log, LOG_INFO, "%d classes by %s%s", k->n, config_rounding_names[k->rounding],
            k->typed ? ", with the weights of the released code" : "");
    for (int c = 0; c < k->n; c++) {
        char value[32], weight[32];
        str_shortest(value, sizeof value, k->value[c], 4);
        str_shortest(weight, sizeof weight, k->weight[c], 4);
        log_say(run->log, LOG_INFO, "class %d: %zu training images, value %s, weight %s", c + 1,
                k->count[c], value, weight);
    }
}

static void warn_scores_outside(struct run *run)
{
    const struct classes *k = &run->division;
    size_t outside = 0;
    for (size_t i = 0; i < run->data->n; i++)
        outside += !(run->data->items[i].score >= k->low && run->data->items[i].score <= k->high);
    if (outside)
        log_say(run->log, LOG_WARNING,
                "%zu of %zu scores lie outside %g..%g, which %d classes stand for: they count as "
                "the first or last class, and the expectation cannot reach them",
                outside, run->data->n, k->low, k->high, k->n);
}

static void make_loss(struct run *run)
{
    const struct run_config *c = run->config;
    const double weights[LOSS_MAX_TERMS] = {c->alpha, c->beta, c->gamma};
    loss_spec_init(&run->loss, (enum loss_kind)c->loss, weights, 0, NULL, 0);
    run->loss.smooth_beta = c->smooth_beta;
    run->loss.huber_delta = c->huber_delta;
    if (run->division.n)
        classes_apply(&run->division, &run->loss);
}

/* --- the backend --- */

static void add_batch(struct backend_batch *batches, size_t size, bool trains)
{
    int i = 0;
    while (batches[i].size && batches[i].size != (int)size)
        i++;
    batches[i].size = (int)size;
    *(trains ? &batches[i].trains : &batches[i].evaluates) = true;
}

/* Whole batches and remainders of all splits, and the largest split. */
static void list_batches(const struct run *run, struct backend_spec *spec)
{
    const size_t images[] = {run_epoch_images(run), run->val_split.n, run->test_split.n};
    for (int i = 0; i < 3; i++) {
        if (!images[i])
            continue;
        size_t batch = (size_t)run_batch(run, images[i]);
        add_batch(spec->batches, batch, i == 0);
        if (images[i] % batch)
            add_batch(spec->batches, images[i] % batch, i == 0);
        if (images[i] > spec->plan_most)
            spec->plan_most = images[i];
    }
}

static void show_planning(void *context, const char *what, double fraction)
{
    struct tell *tell = context;
    (void)what;
    tell->now.step = (int64_t)(fraction * 100);
    tell->now.steps = 100;
    tell_show(tell, false);
}

/* Device auto of a run that goes on is what it was begun on, as long as that is there. */
static int choose_backend(struct run *run, const struct backend_ops **ops, int *device,
                          struct err *e)
{
    const char *asked = run->config->device, *before = run->recalled.backend;
    *ops = run->job->backend;
    if (*ops || strcmp(asked, "auto") != 0 || !before[0] ||
        backend_choose(before, ops, device, NULL, e))
        return backend_choose(asked, ops, device, &run->passed, e);
    err_set(&run->passed, ERR_STATE, "the run was begun with it");
    return 0;
}

/* What the backend has to go on with, where it is the one that the run was begun with. */
static void go_on(const struct run *run, const struct backend_ops *ops, struct backend_spec *spec)
{
    const struct recalled *r = &run->recalled;
    if (strcmp(r->backend, ops->name) != 0)
        return;
    spec->algorithms = r->algorithms;
    for (int i = 0; spec->precision == BACKEND_AUTO && door_precision_names[i]; i++)
        if (!strcmp(door_precision_names[i], r->precision))
            spec->precision = (enum backend_precision)i;
}

static int open_door(struct run *run, struct err *e)
{
    const struct run_config *c = run->config;
    const struct backend_ops *ops;
    struct backend_spec spec = {
        .net = &run->net,
        .loss = run->loss,
        .augment = run->augment,
        .momentum = c->momentum,
        .weight_decay = c->weight_decay,
        .clip_norm = c->clip,
        .precision = (enum backend_precision)c->precision,
        .deterministic = true,
        .threads = (int)c->threads,
        .cancel = &run->verbs->cancel,
        .progress = show_planning,
        .progress_context = run->tell,
    };
    list_batches(run, &spec);
    if (algorithms_recall(run, e) || choose_backend(run, &ops, &spec.device, e))
        return -1;
    go_on(run, ops, &spec);
    /* Without a cache nothing is remembered: the store has said why. */
    if (!store_folder(c->cache, run->cache, NULL))
        spec.cache = run->cache;
    int result = door_open(&run->door, ops, &spec, e);
    if (result)
        return result < 0 ? algorithms_refused(run, e) : result;
    run->params = door_params(run->door);
    return door_images(run->door, run->images, run->scores, run->loss.classes ? run->classes : NULL,
                       e);
}

/* A run that goes on needs its file no more, so what the file settles has to be in the config. */
static int check_settled(const struct run_config *c, struct err *e)
{
    bool open = c->stem_pool == STEM_POOL_AUTO || c->block_stride == BLOCK_STRIDE_AUTO;
    return open && config_has_init(c)
               ? err_set(e, ERR_INTERNAL, "options stem-pool and block-stride are not settled")
               : 0;
}

int run_open_net(struct run *run, struct err *e)
{
    const struct run_config *c = run->config;
    if (check_settled(c, e))
        return -1;
    tell_phase(run->tell, SNAPSHOT_PLANNING, 0, 0);
    const struct net_options options = {.ceil_pool = c->stem_pool == STEM_POOL_CEIL,
                                        .stride_first = c->block_stride == BLOCK_STRIDE_1X1};
    make_loss(run);
    if (net_build(&run->net, net_names[c->backbone], &options, run->loss.classes, e))
        return -1;
    plan_augment(&run->augment, c);
    int result = open_door(run, e);
    if (!result)
        result = gradients_open(&run->heads, run->door, e);
    return result ? result : door_set_initial(run->door, (uint64_t)c->seed, e);
}

static void show_usage(struct run *run, struct backend_usage *usage)
{
    struct snapshot *now = &run->tell->now;
    door_usage(run->door, usage);
    now->device_bytes = door_bytes(usage);
    now->load = usage->load;
    now->temperature_c = usage->temperature_c;
    now->power_w = usage->power_w;
    run->usage_s = clock_s();
}

void run_look_at_device(struct run *run)
{
    struct backend_usage usage;
    if (clock_s() - run->usage_s >= LOOK_EVERY_S)
        show_usage(run, &usage);
}

/* The first lines of what the backend has to say. */
static void say_lines(const struct run *run, enum log_level level, const char *line)
{
    for (int i = 0; *line; i++) {
        int length = (int)strcspn(line, "\n");
        if (i == MOST_NOTES)
            log_say(run->log, level, "backend %s: and more", door_name(run->door));
        else if (i < MOST_NOTES)
            log_say(run->log, level, "backend %s: %.*s", door_name(run->door), length, line);
        line += length + (line[length] == '\n');
    }
}

static void log_rate(const struct run *run)
{
    const struct run_config *c = run->config;
    if (isnan(c->learning_rate))
        log_say(run->log, LOG_INFO, "learning rate %g: auto for %s, %s", config_learning_rate(c),
                loss_names[c->loss],
                config_has_init(c) ? "beginning with weights of a file" : "from scratch");
}

void run_log_net(struct run *run)
{
    struct backend_usage usage;
    show_usage(run, &usage);
    if (run->passed.text[0])
        log_say(run->log, LOG_INFO, "device auto is %s, since %s", door_name(run->door),
                run->passed.text);
    log_say(run->log, LOG_INFO, "backend %s: %s, %.1f MiB for the net", door_name(run->door),
            usage.detail, (double)run->tell->now.device_bytes / 1048576);
    say_lines(run, LOG_WARNING, door_notes(run->door));
    say_lines(run, LOG_INFO, door_remarks(run->door));
    if (run->config->drop_last == DROP_YES && run->train_split.n < (size_t)run->config->batch)
        log_say(run->log, LOG_WARNING,
                "the only batch has %zu images, fewer than %lld; it is not "
                "dropped, since nothing would be left",
                run->train_split.n, (long long)run->config->batch);
    log_rate(run);
    if (!run->loss.classes)
        return;
    log_classes(run);
    warn_scores_outside(run);
}

void run_close_net(struct run *run)
{
    gradients_close(&run->heads);
    door_close(run->door);
    mem_free(run->recalled.algorithms);
}
