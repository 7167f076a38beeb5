/* gpu_train.c - how fast the nets of the targets train and evaluate on a GPU, and what a step costs
 * the host.
 *
 *     bench/gpu_train [SECONDS [PRECISION [DEVICE [SIZE [BATCH...]]]]]      1 bf16 cuda 224 64 16
 * 256
 *
 * For each batch and net: images per second of both phases, the host's time to start a step, and
 * where the time goes: for each kind of work the microseconds of a step, the bytes that it must
 * carry and what it computes, and how much of the time the device's limit explains, which is the
 * larger of bytes at a copy's rate and sums at a product's. The two rates, in TB/s and TFLOP/s, are
 * those of gpu_facts, in GPU_COPY_RATE and GPU_PRODUCT_RATE; without them there are no shares. At
 * the first batch also without captured steps, and what gates cost: the same net without them. What
 * fails is said and left out. Ends with FIGURE lines; exits with 1 when nothing could be measured.
 */
#include "base/err.h"
#include "base/str.h"
#include "engine/core/net.h"
#include "engine/train/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asked {
    double seconds;
    int precision;
    const char *device;
    int64_t size;
    int64_t batches[8];
    int n_batches;
    double copy_rate, product_rate; /* bytes and FLOP a second; 0 = not known */
};

#define MOST_FIGURES 128
struct figures {
    char line[MOST_FIGURES][96];
    int n;
};

static void add(struct figures *f, const char *net, const struct asked *a, int64_t batch,
                const char *what, double value, const char *unit)
{
    char name[64];
    if (f->n == MOST_FIGURES)
        return;
    snprintf(name, sizeof name, "%s", net);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c;
    snprintf(f->line[f->n++], sizeof f->line[0], "FIGURE %.30s_%lld_b%lld_%.20s %.*f %.10s -", name,
             (long long)a->size, (long long)batch, what, value < 100 ? 2 : 0, value, unit);
}

static int find(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

/* --- one measurement --- */

static int measure_net(const struct asked *a, const char *net, int64_t batch,
                       struct measure_result *r)
{
    struct run_config c;
    struct err e;
    config_defaults(&c);
    c.backbone = find(net_names, net);
    c.image_size = a->size;
    c.batch = batch;
    c.precision = a->precision;
    str_copy(c.device, sizeof c.device, a->device);
    const struct measure_request request = {
        .config = &c, .what = MEASURE_BOTH, .seconds = a->seconds};
    if (!measure(&request, r, &e))
        return 0;
    printf("%s, batch %lld: %s\n", net, (long long)batch, e.text);
    return -1;
}

static double rate(const struct measure_result *r, enum measure_phase phase)
{
    return r->phase[phase].median_images_per_s;
}

/* Seconds that the work takes at the device's limit; 0 where that is not known. */
static double limit_s(const struct asked *a, double bytes, double flop)
{
    double copied = a->copy_rate > 0 ? bytes / a->copy_rate : 0;
    double multiplied = a->product_rate > 0 ? flop / a->product_rate : 0;
    return copied > multiplied ? copied : multiplied;
}

static void print_line(const struct asked *a, const char *phase, const char *work, double s,
                       double all_s, double bytes, double flop)
{
    double limit = limit_s(a, bytes, flop);
    char share[16] = "-";
    if (limit > 0)
        snprintf(share, sizeof share, "%.0f %%", 100 * limit / s);
    printf("    %-6s %-28s %10.1f %5.1f %% %10.1f %7.2f %8.1f %8s\n", phase, work, s * 1e6,
           100 * s / all_s, bytes * 1e-6, bytes / s * 1e-12, flop / s * 1e-12, share);
}

static void print_work(const struct asked *a, const struct measure_result *r, int64_t batch,
                       enum measure_phase phase)
{
    const struct measure_phase_result *p = &r->work[phase];
    const struct backend_profile *w = &p->profile;
    double all_s = 0, bytes = 0, limit = 0, steps = (double)p->images / (double)batch;
    for (int i = 0; i < WORK_KINDS; i++)
        all_s += w->seconds[i];
    if (!(all_s > 0))
        return;
    printf("    %-6s %-28s %10s %7s %10s %7s %8s %8s\n", "phase", "work", "us a step", "time", "MB",
           "TB/s", "TFLOP/s", "of limit");
    for (int i = 0; i < WORK_KINDS; i++) {
        if (!(w->seconds[i] > 0))
            continue;
        print_line(a, measure_phase_name(phase), measure_work_name((enum backend_work)i),
                   w->seconds[i] / steps, all_s / steps, w->bytes[i] / steps, w->flop[i] / steps);
        bytes += w->bytes[i];
        limit += limit_s(a, w->bytes[i], w->flop[i]);
    }
    printf("    %-6s %-28s %10.1f %7s %10.1f %7.2f %8s %7.0f%%\n", measure_phase_name(phase), "all",
           all_s / steps * 1e6, "", bytes / steps * 1e-6, bytes / all_s * 1e-12, "",
           100 * limit / all_s);
}

static void print_one(const struct asked *a, const char *net, int64_t batch,
                      const struct measure_result *r)
{
    printf("%s, batch %lld, %s: training %.0f img/s, evaluation %.0f img/s, %.1f us of the host a "
           "step; %.0f MiB; %s, %s\n",
           net, (long long)batch, r->precision, rate(r, MEASURE_TRAIN), rate(r, MEASURE_EVAL),
           r->phase[MEASURE_TRAIN].host_s * 1e6, (double)door_bytes(&r->usage) / 1048576, r->device,
           r->usage.detail);
    for (int p = 0; p < MEASURE_PHASES; p++)
        print_work(a, r, batch, (enum measure_phase)p);
    fflush(stdout);
}

/* What of a training step's time its kinds of work fill, each timed by itself: what is left is a
 * GPU that waits. */
static double filled(const struct measure_result *r)
{
    const struct measure_phase_result *p = &r->work[MEASURE_TRAIN];
    double all = 0;
    for (int w = 0; w < WORK_KINDS; w++)
        all += p->profile.seconds[w];
    return p->images ? all / (double)p->images * rate(r, MEASURE_TRAIN) : 0;
}

/* Training's images per second, 0 where it can't be measured. */
static double one(const struct asked *a, const char *net, int64_t batch, struct figures *f)
{
    struct measure_result r;
    if (measure_net(a, net, batch, &r))
        return 0;
    print_one(a, net, batch, &r);
    add(f, net, a, batch, "train", rate(&r, MEASURE_TRAIN), "img/s");
    add(f, net, a, batch, "eval", rate(&r, MEASURE_EVAL), "img/s");
    add(f, net, a, batch, "host", r.phase[MEASURE_TRAIN].host_s * 1e6, "us");
    add(f, net, a, batch, "filled", 100 * filled(&r), "%");
    return rate(&r, MEASURE_TRAIN);
}

/* The same steps, launch by launch. */
static void uncaptured(const struct asked *a, const char *net, struct figures *f)
{
    struct measure_result r;
    int64_t batch = a->batches[0];
    setenv("COMBOLAB_CUDA_GRAPH", "0", 1);
    if (!measure_net(a, net, batch, &r)) {
        add(f, net, a, batch, "train_uncaptured", rate(&r, MEASURE_TRAIN), "img/s");
        add(f, net, a, batch, "host_uncaptured", r.phase[MEASURE_TRAIN].host_s * 1e6, "us");
    }
    unsetenv("COMBOLAB_CUDA_GRAPH");
}

static void gate_tax(const struct asked *a, double gated, struct figures *f)
{
    struct measure_result r;
    int64_t batch = a->batches[0];
    if (gated > 0 && !measure_net(a, "resnext50", batch, &r))
        add(f, "se-resnext50", a, batch, "gate_tax", 100 * (rate(&r, MEASURE_TRAIN) / gated - 1),
            "%");
}

/* --- the command line --- */

static double rate_of(const char *variable, double unit)
{
    double value;
    const char *text = getenv(variable);
    return text && !str_to_real(text, &value) ? value * unit : 0;
}

static int read_asked(int argc, char **argv, struct asked *a)
{
    static const int64_t usual[] = {64, 16, 256};
    *a = (struct asked){.seconds = 1,
                        .device = "cuda",
                        .size = 224,
                        .copy_rate = rate_of("GPU_COPY_RATE", 1e12),
                        .product_rate = rate_of("GPU_PRODUCT_RATE", 1e12)};
    a->precision = find(door_precision_names, argc > 2 ? argv[2] : "bf16");
    if ((argc > 1 && str_to_real(argv[1], &a->seconds)) || a->precision < 0 ||
        (argc > 4 && str_to_int(argv[4], &a->size)))
        return -1;
    if (argc > 3)
        a->device = argv[3];
    for (int i = 5; i < argc && a->n_batches < 8; i++)
        if (str_to_int(argv[i], &a->batches[a->n_batches++]))
            return -1;
    for (int i = 0; argc < 6 && i < 3; i++)
        a->batches[a->n_batches++] = usual[i];
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const nets[] = {"se-resnext50", "resnet18"};
    struct figures f = {.n = 0};
    struct asked a;
    if (read_asked(argc, argv, &a)) {
        fputs("usage: gpu_train [SECONDS [PRECISION [DEVICE [SIZE [BATCH...]]]]]\n", stderr);
        return 2;
    }
    for (int b = 0; b < a.n_batches; b++)
        for (int n = 0; n < 2; n++) {
            double trained = one(&a, nets[n], a.batches[b], &f);
            if (!b && trained > 0)
                uncaptured(&a, nets[n], &f);
            if (!b && !n)
                gate_tax(&a, trained, &f);
        }
    for (int i = 0; i < f.n; i++)
        puts(f.line[i]);
    return f.n == 0;
}
