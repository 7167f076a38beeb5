/* conv_trial.c - ways of a convolution run on random data (conv_trial.h). */
#include "cuda/conv_trial.h"

#include "cuda/kernels/compare.h"
#include "cuda/kernels/norm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 256
#define TIMED_RUNS 5
#define FLUSH_MOST_BYTES ((size_t)128 << 20) /* more than any device's cache */

/* Marks that a step doesn't use (cuda_priv.h). */
enum { MARK_FROM = DEVICE_MARKS - 2, MARK_TO };

/* How far a way may be off: on the average, and one value, both as a share of the average value.
 * Products of random data in tf32 are off by 3e-4, bf16 results by 1e-3, one of them by 3e-2 when
 * it is rounded the other way. cuDNN 9's weight gradients of bf16 are float32 in name: it rounds
 * them to bf16 once (1.7e-3; PyTorch's autocast does so too), which is allowed; some engines round
 * parts of their sums (5.5e-3), which is not. */
struct limit {
    double usual, most;
};

#define MOMENTS_OFF 1e-3 /* of a way's moments, all together */

static struct limit limit_of(const struct conv_job *job)
{
    if (job->type == ELEMENT_BF16 && job->kind == CONV_WEIGHTS)
        return (struct limit){2.5e-3, 3e-2};
    if (job->type == ELEMENT_BF16)
        return (struct limit){5e-3, 5e-2};
    if (job->tensor_cores)
        return (struct limit){2e-3, 2e-2};
    return (struct limit){1e-4, 2e-3};
}

static size_t count_of(const struct conv_shape *s, enum trial_piece p)
{
    size_t n = (size_t)s->n, in = (size_t)s->in, out = (size_t)s->out, k = (size_t)s->kernel;
    if (p == TRIAL_X)
        return n * (size_t)s->in_h * (size_t)s->in_w * in;
    if (p == TRIAL_W)
        return out * k * k * (in / (size_t)s->groups);
    return n * (size_t)s->out_h * (size_t)s->out_w * out;
}

static struct map map_of(const struct conv_shape *s)
{
    return (struct map){s->n, s->out_h, s->out_w, s->out};
}

static size_t moments_count(const struct conv_shape *s, struct parts parts)
{
    return 2 * (size_t)s->n * (size_t)parts.n * (size_t)s->out;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void set_sizes(struct conv_trial *r, const struct conv_way *reference,
                      const struct conv_way *list, int n)
{
    size_t flush = (size_t)(device_facts(r->tools->device)->memory_bytes / 256);
    for (enum trial_piece p = TRIAL_X; p <= TRIAL_Y; p++)
        r->bytes[p] =
            count_of(&r->job.shape, p) * element_bytes(p == r->output ? r->type : r->job.type);
    r->bytes[TRIAL_OUT] = r->bytes[r->output];
    r->bytes[TRIAL_WORKSPACE] = reference->workspace;
    size_t made = 0, usual = moments_count(&r->job.shape, parts_of(map_of(&r->job.shape)));
    for (int i = 0; i < n; i++) {
        r->bytes[TRIAL_WORKSPACE] = larger(r->bytes[TRIAL_WORKSPACE], list[i].workspace);
        made = larger(made, moments_count(&r->job.shape, list[i].parts));
    }
    r->moments = made > 0;
    if (r->moments)
        r->bytes[TRIAL_MOMENTS] = r->bytes[TRIAL_WANTED_MOMENTS] =
            sizeof(float) * larger(made, usual);
    r->bytes[TRIAL_DIFFERENCE] = DIFFERENCE_MOST_PARTS * sizeof(struct difference);
    r->bytes[TRIAL_FLUSH] = flush < FLUSH_MOST_BYTES ? flush : FLUSH_MOST_BYTES;
}

static int take_memory(struct conv_trial *r, struct err *e)
{
    size_t at[TRIAL_PIECES], all = 0;
    for (int p = 0; p < TRIAL_PIECES; p++) {
        at[p] = all;
        all += (r->bytes[p] + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    if (device_alloc(r->tools->device, all, "operands to try convolutions on", &r->block, e))
        return -1;
    for (int p = 0; p < TRIAL_PIECES; p++)
        r->piece[p] = (char *)r->block + at[p];
    return 0;
}

/* What a run gets to work on, its output in `to`. */
static struct conv_operands operands(const struct conv_trial *r, void *to)
{
    struct conv_operands o = {.x = r->piece[TRIAL_X],
                              .w = r->piece[TRIAL_W],
                              .y = r->piece[TRIAL_Y],
                              .moments = r->piece[TRIAL_MOMENTS],
                              .workspace = r->piece[TRIAL_WORKSPACE]};
    if (r->output == TRIAL_X)
        o.x = to;
    else if (r->output == TRIAL_Y)
        o.y = to;
    else
        o.dw = to;
    return o;
}

static int fill(const struct conv_trial *r, enum trial_piece what, void *to, struct err *e)
{
    const struct conv_shape *s = &r->job.shape;
    enum element type = what == r->output ? r->type : r->job.type;
    void *stream = device_stream(r->tools->device);
    size_t count = count_of(s, what);
    if (device_ran(r->tools->device, kernel_random(type, to, count, (uint32_t)what, stream),
                   "random", e))
        return -1;
    if (what == TRIAL_Y || s->groups > 1 || !s->filled || s->filled == s->in)
        return 0;
    return device_ran(r->tools->device,
                      kernel_pad(type, to, count / (size_t)s->in, s->in, s->filled, stream), "pad",
                      e);
}

/* An output before it is made: what is added to, or NaN, so that what isn't written is seen. */
static int prepare(const struct conv_trial *r, void *to, struct err *e)
{
    struct device *d = r->tools->device;
    void *moments = r->piece[TRIAL_MOMENTS], *stream = device_stream(d);
    size_t n = r->bytes[TRIAL_MOMENTS] / sizeof(float);
    if (n && device_ran(d, kernel_spoil(ELEMENT_F32, moments, n, stream), "spoil", e))
        return -1;
    if (r->job.add)
        return fill(r, r->output, to, e);
    return device_ran(d, kernel_spoil(r->type, to, r->count, stream), "spoil", e);
}

static int run_reference(const struct conv_trial *r, const struct conv_way *reference,
                         struct err *e)
{
    struct conv_operands o = operands(r, r->piece[r->output]);
    for (enum trial_piece p = TRIAL_X; p <= TRIAL_Y; p++)
        if (p != r->output && fill(r, p, r->piece[p], e))
            return -1;
    if (prepare(r, r->piece[r->output], e) || conv_run(r->tools, reference, &o, e))
        return -1;
    return device_wait(r->tools->device, e);
}

int conv_trial_open(struct conv_trial *r, struct conv_tools *t, const struct conv_way *reference,
                    const struct conv_way *list, int n, struct err *e)
{
    static const enum trial_piece output[] = {TRIAL_Y, TRIAL_X, TRIAL_W};
    const struct conv_job *job = &reference->job;
    *r = (struct conv_trial){.tools = t, .job = *job, .output = output[job->kind]};
    r->type = job->kind == CONV_WEIGHTS ? ELEMENT_F32 : job->type;
    r->count = count_of(&job->shape, r->output);
    set_sizes(r, reference, list, n);
    if (!take_memory(r, e) && !run_reference(r, reference, e))
        return 0;
    conv_trial_close(r);
    return -1;
}

void conv_trial_close(struct conv_trial *r)
{
    device_free(r->tools->device, r->block);
    r->block = NULL;
}

static int compare(const struct conv_trial *r, enum element type, const void *got,
                   const void *wanted, size_t count, struct difference *all, struct err *e)
{
    struct device *d = r->tools->device;
    struct difference parts[DIFFERENCE_MOST_PARTS];
    int n = kernel_difference_parts(count);
    int code =
        kernel_difference(type, got, wanted, count, r->piece[TRIAL_DIFFERENCE], device_stream(d));
    if (device_ran(d, code, "difference", e) ||
        device_download(d, parts, r->piece[TRIAL_DIFFERENCE], (size_t)n * sizeof *parts, e) ||
        device_wait(d, e))
        return -1;
    *all = (struct difference){0};
    for (int i = 0; i < n; i++) {
        all->off += parts[i].off;
        all->wanted += parts[i].wanted;
        all->most = parts[i].most > all->most ? parts[i].most : all->most;
        all->bad += parts[i].bad;
    }
    return 0;
}

/* The differences of two runs: what one has, and that the other has the same. */
static bool within(const struct conv_trial *r, const struct conv_way *way,
                   const struct difference d[2])
{
    struct limit limit = limit_of(&r->job);
    double average = sqrt(d->wanted / (double)r->count);
    double usual = sqrt(d->off / (double)r->count) / average, most = d->most / average;
    if (d->bad)
        conv_drop(r->tools, way, "%llu of its %zu values are no numbers", d->bad, r->count);
    else if (!(usual <= limit.usual) || !(most <= limit.most))
        conv_drop(r->tools, way,
                  "its values are off by %.2g on the average, one by %.2g, where %.2g and %.2g are "
                  "allowed",
                  usual, most, limit.usual, limit.most);
    else if (d[1].bad || d[0].off != d[1].off || d[0].most != d[1].most)
        conv_drop(r->tools, way, "its values differ from run to run");
    else
        return true;
    return false;
}

static int queue_moments(const struct conv_trial *r, struct parts parts, enum trial_piece to,
                         struct err *e)
{
    struct device *d = r->tools->device;
    int code = kernel_moments(r->type, r->piece[TRIAL_OUT], map_of(&r->job.shape), parts,
                              r->piece[to], device_stream(d));
    return device_ran(d, code, "moments", e);
}

/* Of a way that makes moments: whether they are those of what it made. */
static int check_moments(const struct conv_trial *r, const struct conv_way *way, bool *good,
                         struct err *e)
{
    struct difference d;
    if (!way->parts.n)
        return 0;
    if (queue_moments(r, way->parts, TRIAL_WANTED_MOMENTS, e) ||
        compare(r, ELEMENT_F32, r->piece[TRIAL_MOMENTS], r->piece[TRIAL_WANTED_MOMENTS],
                moments_count(&r->job.shape, way->parts), &d, e))
        return -1;
    double off = sqrt(d.off / d.wanted);
    *good = !d.bad && off <= MOMENTS_OFF;
    if (!*good)
        conv_drop(r->tools, way,
                  "its moments are off by %.2g, where %.2g is allowed, and %llu are no numbers",
                  off, MOMENTS_OFF, d.bad);
    return 0;
}

int conv_trial_check(struct conv_trial *r, const struct conv_way *way, bool *good, struct err *e)
{
    struct difference d[2];
    struct err why;
    struct conv_operands o = operands(r, r->piece[TRIAL_OUT]);
    *good = false;
    r->tools->tried++;
    for (int i = 0; i < 2; i++) {
        if (prepare(r, r->piece[TRIAL_OUT], e))
            return -1;
        if (conv_run(r->tools, way, &o, &why)) {
            conv_drop(r->tools, way, "%s", why.text);
            return device_wait(r->tools->device, e);
        }
        if (compare(r, r->type, r->piece[TRIAL_OUT], r->piece[r->output], r->count, &d[i], e))
            return -1;
    }
    *good = within(r, way, d);
    return *good ? check_moments(r, way, good, e) : 0;
}

static int time_once(struct conv_trial *r, const struct conv_way *way, double *seconds,
                     struct err *e)
{
    struct device *d = r->tools->device;
    struct conv_operands o = operands(r, r->piece[TRIAL_OUT]);
    struct parts usual = parts_of(map_of(&r->job.shape));
    bool more = r->moments && !way->parts.n;
    if (device_clear(d, r->piece[TRIAL_FLUSH], r->bytes[TRIAL_FLUSH], e) ||
        device_mark(d, MARK_FROM, e) || conv_run(r->tools, way, &o, e) ||
        (more && queue_moments(r, usual, TRIAL_MOMENTS, e)) || device_mark(d, MARK_TO, e) ||
        device_wait_mark(d, MARK_FROM, e) || device_wait_mark(d, MARK_TO, e))
        return -1;
    *seconds = device_seconds(d, MARK_FROM, MARK_TO);
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int conv_trial_time(struct conv_trial *r, const struct conv_way *way, double enough_s,
                    double *seconds, struct err *e)
{
    double all[TIMED_RUNS];
    if (time_once(r, way, seconds, e))
        return -1;
    all[0] = *seconds;
    if (!(all[0] > 0 && all[0] <= 2 * enough_s))
        return 0;
    for (int i = 1; i < TIMED_RUNS; i++)
        if (time_once(r, way, &all[i], e))
            return -1;
    qsort(all, TIMED_RUNS, sizeof *all, ascending);
    *seconds = all[TIMED_RUNS / 2];
    return 0;
}
