/* gpu_fused.c - how long cuDNN's fused plans take for the dense convolutions of both nets, beside
 * the same convolution alone: what a next step of fusion could bring. They are timed, never used.
 *
 *     bench/gpu_fused [SECONDS]                                                             15
 *     bench/gpu_fused --offers CAPABILITY DEVICE.json
 *
 * A line for each plan: pattern, type, shape, engine, microseconds; largest maps first, bf16 and
 * fp16 in turn, until SECONDS are over. Plans compiled at run time take a second each to make. Ends
 * with FIGURE lines: for each pattern and type the microseconds of all shapes that were timed, and
 * of the convolution alone over the same. With --offers, and without a GPU, the plans that there
 * are for the device which the file describes; those of run time can't be made without a driver and
 * are listed as offered. Exits with 77 where there is no GPU.
 */
#include "bench/gpu_fused_graphs.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/core/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 64
#define PIXELS 224
#define MOST_SHAPES 64
#define MOST_PATTERNS 16
#define RUNS 5
#define FLUSH_BYTES ((size_t)256 << 20)

static const cudnnDataType_t types[] = {CUDNN_DATA_BFLOAT16, CUDNN_DATA_HALF};
static const char *const type_names[] = {"bf16", "fp16"};

struct survey {
    struct cudnn *cudnn;
    struct device *device; /* NULL: offers alone */
    void *flush;
    double end_s, best_s;
    /* Of a pattern and type, where it and the convolution alone were timed. */
    double fused_s[MOST_PATTERNS][2], alone_s[MOST_PATTERNS][2];
    int timed[MOST_PATTERNS][2];
    struct conv_shape shapes[MOST_SHAPES];
    int n_shapes;
    const char *pattern, *type;
    char shape[80];
};

/* --- shapes --- */

static double pixels_of(const struct conv_shape *s)
{
    return (double)s->in_h * s->in_w * s->in + (double)s->out_h * s->out_w * s->out;
}

static int by_size(const void *a, const void *b)
{
    double x = pixels_of(a), y = pixels_of(b);
    return (x < y) - (x > y);
}

/* Dense convolutions but the first, each shape once. */
static int add_shapes(struct survey *s, const char *name, struct err *e)
{
    struct net net;
    struct net_shape shapes[NET_MAX_UNITS + 1];
    if (net_build(&net, name, NULL, 0, e) || net_shapes(&net, PIXELS, PIXELS, shapes, e))
        return -1;
    for (int u = 1; u < net.n_units; u++) {
        const struct net_unit *unit = &net.units[u];
        struct net_shape in = shapes[unit->input], out = net_conv_shape(unit, in);
        const struct conv_shape shape = {BATCH,        in.c,         unit->out, unit->groups,
                                         unit->kernel, unit->stride, unit->pad, in.h,
                                         in.w,         out.h,        out.w,     in.c};
        int i = 0;
        while (i < s->n_shapes && memcmp(&s->shapes[i], &shape, sizeof shape) != 0)
            i++;
        if (unit->groups == 1 && i == s->n_shapes && i < MOST_SHAPES)
            s->shapes[s->n_shapes++] = shape;
    }
    return 0;
}

static void name_shape(struct survey *s, const struct conv_shape *c)
{
    snprintf(s->shape, sizeof s->shape, "%dx%dx%d %d>%d k%d s%d", c->n, c->in_h, c->in_w, c->in,
             c->out, c->kernel, c->stride);
}

/* --- time --- */

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The median of a few runs with nothing in the device's cache. */
static int time_plan(struct survey *s, struct fused *f, void *const data[], void *workspace,
                     double *seconds, struct err *e)
{
    double all[RUNS];
    for (int i = -1; i < RUNS; i++) {
        if (device_clear(s->device, s->flush, FLUSH_BYTES, e) || device_mark(s->device, 0, e) ||
            fused_execute(f, data, workspace, e) || device_mark(s->device, 1, e) ||
            device_wait(s->device, e))
            return -1;
        if (i >= 0)
            all[i] = device_seconds(s->device, 0, 1);
    }
    qsort(all, RUNS, sizeof *all, ascending);
    *seconds = all[RUNS / 2];
    return 0;
}

static int try_plan(struct survey *s, struct fused *f, double *seconds, struct err *e)
{
    void *data[FUSED_TENSORS + 1] = {NULL}, *workspace = NULL;
    int result = 0;
    for (int id = 1; id <= f->n_tensors && !result; id++)
        if (f->bytes[id])
            result = device_alloc(s->device, f->bytes[id], "a tensor", &data[id], e) ||
                     device_clear(s->device, data[id], f->bytes[id], e);
    if (!result && f->p.workspace)
        result = device_alloc(s->device, f->p.workspace, "workspace", &workspace, e);
    if (!result)
        result = time_plan(s, f, data, workspace, seconds, e);
    for (int id = 1; id <= f->n_tensors; id++)
        device_free(s->device, data[id]);
    device_free(s->device, workspace);
    return result ? -1 : 0;
}

static void look(void *context, struct fused *f, const struct fused_plan *plan)
{
    struct survey *s = context;
    struct err e;
    double seconds = 0;
    if (!s->device)
        return;
    if (try_plan(s, f, &seconds, &e)) {
        printf("%s %s %s: %s cannot run: %s\n", s->pattern, s->type, s->shape, plan->text, e.text);
        return;
    }
    printf("%s %s %s: %s%s, %.1f us, workspace %.1f MiB\n", s->pattern, s->type, s->shape,
           plan->text, plan->at_run_time ? " (compiled at run time)" : "", seconds * 1e6,
           (double)f->p.workspace / 1048576);
    if (s->best_s <= 0 || seconds < s->best_s)
        s->best_s = seconds;
}

/* --- */

static void list_offers(const struct survey *s, const struct fused_plan *list, int n)
{
    for (int i = 0; i < n; i++)
        if (list[i].there || list[i].at_run_time)
            printf("%s %s %s: %s%s%s\n", s->pattern, s->type, s->shape, list[i].text,
                   list[i].at_run_time ? " (compiled at run time)" : "",
                   list[i].there ? "" : ", not made here");
    if (!n)
        printf("%s %s %s: none\n", s->pattern, s->type, s->shape);
}

/* Seconds of the pattern's best plan; 0 where there is none. */
static double survey_pattern(struct survey *s, const struct fused_pattern *pattern,
                             const struct conv_shape *shape, int type)
{
    struct fused f;
    struct fused_plan list[FUSED_PLANS];
    struct err e;
    s->pattern = pattern->name;
    s->type = type_names[type];
    s->best_s = 0;
    name_shape(s, shape);
    if (fused_begin(&f, s->cudnn, pattern, shape, types[type], &e))
        printf("%s %s %s: no graph: %s\n", s->pattern, s->type, s->shape, e.text);
    else {
        int n = fused_offers(&f, list, look, s);
        if (!s->device)
            list_offers(s, list, n);
    }
    fused_end(&f);
    return s->best_s;
}

/* A pattern's name without what is fused to it is that of the convolution alone. */
static bool is_alone(const char *name)
{
    return !strchr(name, '+');
}

static void survey_shape(struct survey *s, const struct conv_shape *shape, int type)
{
    double alone[CONV_KINDS] = {0};
    static const char *const kinds[CONV_KINDS] = {"forward", "data", "weights"};
    for (int pass = 0; pass < 2; pass++) /* alone, then fused */
        for (int i = 0; fused_patterns[i].name && i < MOST_PATTERNS; i++) {
            const char *name = fused_patterns[i].name;
            int kind = strstr(name, kinds[1]) ? 1 : strstr(name, kinds[2]) ? 2 : 0;
            if (is_alone(name) == pass || (s->device && clock_s() > s->end_s))
                continue;
            double seconds = survey_pattern(s, &fused_patterns[i], shape, type);
            if (!pass)
                alone[kind] = seconds;
            if (seconds <= 0 || alone[kind] <= 0 || !pass)
                continue;
            s->fused_s[i][type] += seconds;
            s->alone_s[i][type] += alone[kind];
            s->timed[i][type]++;
        }
    fflush(stdout);
}

static void print_figures(const struct survey *s)
{
    for (int i = 0; fused_patterns[i].name; i++)
        for (int type = 0; type < 2; type++)
            if (s->timed[i][type])
                printf("FIGURE fused_%s_%s_%d_shapes %.1f us %.1f\n", fused_patterns[i].name,
                       type_names[type], s->timed[i][type], s->fused_s[i][type] * 1e6,
                       s->alone_s[i][type] * 1e6);
}

static int survey_all(struct survey *s, struct err *e)
{
    if (add_shapes(s, "se-resnext50", e) || add_shapes(s, "resnet18", e))
        return -1;
    qsort(s->shapes, (size_t)s->n_shapes, sizeof *s->shapes, by_size);
    for (int i = 0; i < s->n_shapes; i++)
        for (int type = 0; type < 2; type++)
            survey_shape(s, &s->shapes[i], type);
    print_figures(s);
    return 0;
}

static int open_described(struct survey *s, const char *capability, const char *path, struct err *e)
{
    uint8_t *json = NULL;
    size_t count;
    if (file_read(&json, &count, NULL, path, 1 << 16, e))
        return -1;
    int result = cuda_cudnn_open(&s->cudnn, atoi(capability), NULL, (const char *)json, e);
    mem_free(json);
    return result;
}

static int open_here(struct survey *s, double seconds, struct err *e)
{
    const struct device_facts *f = device_facts(s->device);
    s->end_s = clock_s() + seconds;
    return device_alloc(s->device, FLUSH_BYTES, "a flush", &s->flush, e) ||
                   cuda_cudnn_open(&s->cudnn, 10 * f->major + f->minor, device_stream(s->device),
                                   NULL, e)
               ? -1
               : 0;
}

int main(int argc, char **argv)
{
    static struct survey s;
    struct err e;
    bool offers = argc == 4 && !strcmp(argv[1], "--offers");
    if (argc > 2 && !offers) {
        fputs("usage: gpu_fused [SECONDS | --offers CAPABILITY DEVICE.json]\n", stderr);
        return 2;
    }
    if (!offers && device_open(&s.device, 0, &e)) {
        printf("gpu_fused: SKIP, nothing to time fused plans on: %s\n", e.text);
        return 77;
    }
    int result = offers ? open_described(&s, argv[2], argv[3], &e)
                        : open_here(&s, argc > 1 ? atof(argv[1]) : 15, &e);
    if (!result)
        result = survey_all(&s, &e);
    if (result)
        printf("gpu_fused: %s\n", e.text);
    cuda_cudnn_close(s.cudnn);
    if (s.device)
        device_free(s.device, s.flush);
    if (s.device)
        device_close(s.device);
    return result ? 1 : 0;
}
