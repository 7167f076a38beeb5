/* bench.c - `combolab bench`: how fast this machine trains, and where the time goes. */
#include "src/command.h"

#include "base/err.h"
#include "base/str.h"
#include "engine/core/loss.h"
#include "engine/core/net.h"
#include "engine/train/measure.h"
#include "src/meter.h"
#include "src/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    double seconds;
    int phase; /* enum measure_what */
    bool work, memory;
};

static const struct opt options[] = {
    {"seconds", 0, OPT_REAL, offsetof(struct options, seconds), 0.01, 3600, "5", NULL, "seconds",
     "Bench", "how long training is measured, and then evaluation"},
    {"phase", 0, OPT_CHOICE, offsetof(struct options, phase), 0, 0, "both", measure_what_names, "",
     "Bench", "what is measured; the net is opened for that alone, which shows in its memory"},
    {"work", 'w', OPT_FLAG, offsetof(struct options, work), 0, 0, "no", NULL, "", "Bench",
     "only the time by kind of work, which CSV leaves out otherwise"},
    {"memory", 0, OPT_FLAG, offsetof(struct options, memory), 0, 0, "no", NULL, "", "Bench",
     "only the memory by purpose, which CSV leaves out otherwise"},
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

static const char *const config_names[] = {"backbone", "image-size", "batch",     "loss",
                                           "threads",  "device",     "precision", NULL};

/* --- the tables --- */

static const struct table_column figure_columns[] = {
    {"backbone", "backbone", TABLE_TEXT, 0, false},
    {"loss", "loss", TABLE_TEXT, 0, false},
    {"image_size", "size", TABLE_INT, 0, false},
    {"batch", "batch", TABLE_INT, 0, false},
    {"threads", "threads", TABLE_INT, 0, false},
    {"precision", "precision", TABLE_TEXT, 0, false},
    {"train_images_per_s", "train images/s", TABLE_REAL, 1, false},
    {"train_median_images_per_s", "train median", TABLE_REAL, 1, true},
    {"eval_images_per_s", "eval images/s", TABLE_REAL, 1, false},
    {"eval_median_images_per_s", "eval median", TABLE_REAL, 1, true},
    {"train_gflop_per_s", "train GFLOP/s", TABLE_REAL, 1, false},
    {"memory_bytes", "memory", TABLE_BYTES, 0, false},
    {"process_bytes", "process", TABLE_BYTES, 0, true},
    {"device", "device", TABLE_TEXT, 0, true},
    {"library", "library", TABLE_TEXT, 0, true},
    {"detail", "detail", TABLE_TEXT, 0, true},
};

static const struct table_column work_columns[] = {
    {"backbone", "backbone", TABLE_TEXT, 0, false},     {"loss", "loss", TABLE_TEXT, 0, false},
    {"image_size", "size", TABLE_INT, 0, true},         {"batch", "batch", TABLE_INT, 0, true},
    {"phase", "phase", TABLE_TEXT, 0, false},           {"work", "work", TABLE_TEXT, 0, false},
    {"ms_per_image", "ms/image", TABLE_REAL, 3, false}, {"share", "share %", TABLE_REAL, 1, false},
    {"gflop_per_s", "GFLOP/s", TABLE_REAL, 1, false},
};

static const struct table_column memory_columns[] = {
    {"backbone", "backbone", TABLE_TEXT, 0, false}, {"loss", "loss", TABLE_TEXT, 0, false},
    {"image_size", "size", TABLE_INT, 0, true},     {"batch", "batch", TABLE_INT, 0, true},
    {"memory", "memory", TABLE_TEXT, 0, false},     {"bytes", "bytes", TABLE_BYTES, 0, false},
    {"share", "share %", TABLE_REAL, 1, false},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* NaN where there is no time, or no sum. */
static double rate(double amount, double seconds)
{
    return amount > 0 && seconds > 0 ? amount / seconds : NAN;
}

/* A training step costs three forward passes, but for what flows back into the images. */
static double train_flop(const struct run_config *c)
{
    struct net net;
    if (net_build(&net, net_names[c->backbone], NULL, 0, NULL))
        return 0;
    return 3 * net_forward_flop(&net, (int)c->image_size, (int)c->image_size);
}

/* What every table begins with. */
static void add_case(struct table *t, const struct run_config *c)
{
    table_text(t, net_names[c->backbone]);
    table_text(t, loss_names[c->loss]);
    table_int(t, c->image_size);
    table_int(t, c->batch);
}

static void add_phase(struct table *t, const struct measure_phase_result *p)
{
    table_real(t, rate((double)p->images, p->seconds));
    table_real(t, rate(p->median_images_per_s, 1));
}

static void add_figures(struct table *t, const struct run_config *c, const struct measure_result *r)
{
    const struct measure_phase_result *train = &r->phase[MEASURE_TRAIN];
    add_case(t, c);
    table_int(t, r->threads);
    table_text(t, r->precision);
    add_phase(t, train);
    add_phase(t, &r->phase[MEASURE_EVAL]);
    table_real(t, rate((double)train->images, train->seconds) * train_flop(c) * 1e-9);
    table_real(t, (double)door_bytes(&r->usage));
    table_real(t, (double)r->process_bytes);
    table_text(t, r->device);
    table_text(t, r->library);
    table_text(t, r->usage.detail);
}

static void add_work(struct table *t, const struct run_config *c, enum measure_phase phase,
                     const struct measure_phase_result *p, const char *work, double seconds,
                     double flop)
{
    add_case(t, c);
    table_text(t, measure_phase_name(phase));
    table_text(t, work);
    table_real(t, 1e3 * seconds / (double)p->images);
    table_real(t, 100 * seconds / p->seconds);
    table_real(t, rate(flop, seconds) * 1e-9);
}

/* Kinds that took no time are left out; what no kind accounts for is the last row. */
static void add_works(struct table *t, const struct run_config *c, const struct measure_result *r)
{
    for (int p = 0; r->profiled && p < MEASURE_PHASES; p++) {
        const struct measure_phase_result *phase = &r->work[p];
        if (!phase->images)
            continue;
        double left_s = phase->seconds;
        for (int w = 0; w < WORK_KINDS; w++) {
            double seconds = phase->profile.seconds[w];
            left_s -= seconds;
            if (seconds > 0)
                add_work(t, c, (enum measure_phase)p, phase,
                         measure_work_name((enum backend_work)w), seconds, phase->profile.flop[w]);
        }
        add_work(t, c, (enum measure_phase)p, phase, "all else", fmax(left_s, 0), 0);
    }
}

static void add_memory(struct table *t, const struct run_config *c, const struct measure_result *r)
{
    for (int i = 0; i < MEMORY_KINDS; i++) {
        double bytes = (double)r->usage.bytes[i];
        add_case(t, c);
        table_text(t, door_memory_name((enum backend_memory)i));
        table_real(t, bytes);
        table_real(t, 100 * bytes / (double)door_bytes(&r->usage));
    }
}

/* --- measuring --- */

/* What is printed, in this order; a backend that doesn't tell has no work. */
enum { FIGURES, MEMORY, WORK, TABLES };

struct counter {
    struct meter meter;
    char what[96];
};

static void show(void *context, double fraction)
{
    struct counter *counter = context;
    meter_progress(&counter->meter, (size_t)(100 * fraction), 100);
}

/* 0, -1, or 1 when interrupted. */
static int measure_all(const struct invocation *in, struct table *const *tables, struct err *e)
{
    const struct options *own = in->own;
    const atomic_bool *cancel = meter_cancel();
    for (size_t i = 0; i < in->n_configs; i++) {
        const struct run_config *c = &in->configs[i];
        struct measure_result r;
        struct counter counter;
        snprintf(counter.what, sizeof counter.what, "measuring %s %s, percent",
                 net_names[c->backbone], loss_names[c->loss]);
        meter_start(&counter.meter, counter.what, in->global.quiet);
        struct measure_request request = {.config = c,
                                          .what = (enum measure_what)own->phase,
                                          .seconds = own->seconds,
                                          .cancel = cancel,
                                          .progress = show,
                                          .context = &counter};
        int result = measure(&request, &r, e);
        meter_end(&counter.meter);
        if (result)
            return result;
        add_figures(tables[FIGURES], c, &r);
        add_memory(tables[MEMORY], c, &r);
        add_works(tables[WORK], c, &r);
    }
    return 0;
}

/* All that there is, what was asked for alone, or as CSV the figures. */
static int print(const struct invocation *in, struct table *const *tables, struct err *e)
{
    const struct options *own = in->own;
    struct table *alone[2];
    size_t n = 0;
    bool told = tables[WORK]->n_cells > 0;
    if (!told && !in->global.quiet)
        fputs("combolab: this backend does not tell where its time goes\n", stderr);
    if (own->memory)
        alone[n++] = tables[MEMORY];
    if (own->work)
        alone[n++] = tables[WORK];
    if (n)
        return output_tables(in, alone, n, e);
    if (in->global.format == FORMAT_CSV)
        return output_tables(in, tables, 1, e);
    return output_tables(in, tables, told || in->global.format == FORMAT_JSON ? TABLES : WORK, e);
}

static int run(const struct invocation *in)
{
    struct table *tables[TABLES] = {NULL};
    struct err e;
    int result = -1, status = EXIT_GOOD;
    if (!table_new(&tables[FIGURES], "bench", false, figure_columns, COUNT(figure_columns), &e) &&
        !table_new(&tables[MEMORY], "memory", false, memory_columns, COUNT(memory_columns), &e) &&
        !table_new(&tables[WORK], "work", false, work_columns, COUNT(work_columns), &e))
        result = measure_all(in, tables, &e);
    if (result > 0) {
        fputs("combolab: stopped; nothing is measured\n", stderr);
        status = EXIT_STOPPED;
    } else if (result || print(in, tables, &e)) {
        status = command_fail(&e);
    }
    for (int i = 0; i < TABLES; i++)
        table_free(tables[i]);
    return status;
}

const struct command command_bench = {
    .name = "bench",
    .arguments = "",
    .summary = "measure how fast this machine trains, and where the time goes",
    .details =
        "Trains and evaluates on images of noise, without a data set and without storing anything, "
        "and prints images a second, memory by purpose, and the time and GFLOP/s of each kind of "
        "work, where the backend tells them. A comma list, as in --backbone resnet18,se-resnext50, "
        "measures one after the other. Other programs running meanwhile falsify what is measured.\n"
        "Speed is measured first, and where the time goes in a second pass of a fifth of the time, "
        "since looking at the clock that often slows a step down. "
        "Medians are over quarters of a second, or over steps where one takes longer. Memory is "
        "the net's; that of the process is the most that it has had until then.\n"
        "GFLOP/s count a multiplication and an addition as two; those of training as a whole take "
        "a step for three forward passes.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .takes_config = true,
    .sweeps = true,
    .config_names = config_names,
    .run = run,
};
