/* gpu_kernels.c - each fast kernel at the sizes that both nets have, beside its plain twin: the
 * same values, and how near it comes to what memory can carry.
 *
 *     bench/gpu_kernels [BATCH [SIZE [TB_PER_S]]]                  64 224 and a copy's rate,
 * measured
 *
 * A line a kernel and shape: microseconds of it and of its twin, bytes that it must read and write
 * over its time, their share of the copy's rate, and "same" or how far the two are apart (root mean
 * square, over the twin's). Data are random; outputs begin as the same noise for both. Ends with
 * FIGURE lines; exits with 1 when a kernel is too far from its twin. Under the simulator the times
 * mean nothing.
 */
#include "bench/gpu_kernels.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "cuda/device.h"
#include "cuda/kernels/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REDUCTION 16 /* of gates */
#define REPEATS 10
#define TWIN_REPEATS 2
#define COPIED ((size_t)1 << 28)
#define RMS_BF16 4e-3 /* an element's rounding */
#define RMS_F32 1e-4  /* of long sums in two orders */

/* --- filling and comparing --- */

struct bench {
    struct device *device;
    double copy_rate; /* bytes read and written in a second */
    struct difference *shares;
    int lines, bad;
};

static int fill_winners(struct bench *b, void *to, size_t count, struct err *e)
{
    unsigned char *taps = mem_alloc(count, 1);
    if (!taps)
        return mem_error(e, "winners", count);
    for (size_t i = 0; i < count; i++)
        taps[i] = i % 11 == 10 ? POOL_CUT : (unsigned char)(i * 7 % 9);
    int result = device_upload(b->device, to, taps, count, e) || device_wait(b->device, e);
    mem_free(taps);
    return result ? -1 : 0;
}

static int fill_moments(struct bench *b, const struct trial *t, void *to, struct err *e)
{
    void *x, *stream = device_stream(b->device);
    size_t bytes = part_bytes(t, TENSOR);
    if (device_alloc(b->device, bytes, "a tensor", &x, e))
        return -1;
    int result =
        device_ran(b->device, kernel_random(t->t, x, map_count(t->m), 5, stream), "random", e) ||
        device_ran(b->device, kernel_moments(t->t, x, t->m, t->p, to, stream), "moments", e);
    device_free(b->device, x);
    return result ? -1 : 0;
}

/* A convolution's input and weights have zeros in the channels that are padding. */
static int fill_padding(struct bench *b, const struct trial *t, void *to, size_t count,
                        struct err *e)
{
    const struct conv_shape *s = &t->conv;
    if (!s->filled)
        return 0;
    return device_ran(
        b->device,
        kernel_pad(t->t, to, count / (size_t)s->in, s->in, s->filled, device_stream(b->device)),
        "pad", e);
}

static int fill_state(struct bench *b, void *to, struct err *e)
{
    const struct state state = {.rate = 0.01f, .clip = 1};
    return device_upload(b->device, to, &state, sizeof state, e) || device_wait(b->device, e) ? -1
                                                                                              : 0;
}

static int fill(struct bench *b, const struct trial *t, enum part part, void *to, int seed,
                struct err *e)
{
    size_t count = part_count(t, part);
    enum element type = part_type(t, part);
    if (part == WINNERS)
        return fill_winners(b, to, count, e);
    if (part == MOMENTS)
        return fill_moments(b, t, to, e);
    if (part == STATE)
        return fill_state(b, to, e);
    if (part == TICKETS)
        return device_clear(b->device, to, part_bytes(t, part), e);
    if (part_has_bytes(part)) {
        type = ELEMENT_F32;
        count = (count + 3) / 4;
    }
    if (device_ran(b->device,
                   kernel_random(type, to, count, (uint32_t)seed, device_stream(b->device)),
                   "random", e))
        return -1;
    return part == INPUT || part == WEIGHTS ? fill_padding(b, t, to, count, e) : 0;
}

static void free_parts(struct bench *b, void **at)
{
    for (int i = 0; i < TRIAL_PARTS; i++)
        device_free(b->device, at[i]);
}

/* Allocates and fills them; what is there is freed by free_parts in any case. */
static int make_parts(struct bench *b, const struct trial *t, const enum part *parts, void **at,
                      int seed, struct err *e)
{
    for (int i = 0; i < TRIAL_PARTS && parts[i]; i++)
        if (device_alloc(b->device, part_bytes(t, parts[i]) + 16, "a part", &at[i], e) ||
            fill(b, t, parts[i], at[i], seed + i, e))
            return -1;
    return 0;
}

/* Bytes that differ, as a share of them all. */
static int compare_bytes(struct bench *b, const void *got, const void *wanted, size_t bytes,
                         double *apart, struct err *e)
{
    unsigned char *host = mem_alloc(bytes, 2);
    size_t wrong = 0;
    if (!host)
        return mem_error(e, "bytes to compare", bytes * 2);
    int result = device_download(b->device, host, got, bytes, e) ||
                 device_download(b->device, host + bytes, wanted, bytes, e) ||
                 device_wait(b->device, e);
    for (size_t i = 0; !result && i < bytes; i++)
        wrong += host[i] != host[bytes + i];
    *apart = (double)wrong / (double)bytes;
    mem_free(host);
    return result ? -1 : 0;
}

/* Root mean square of the difference over that of what is wanted; infinite where one isn't finite.
 */
static int compare_values(struct bench *b, enum element t, const void *got, const void *wanted,
                          size_t count, double *apart, struct err *e)
{
    struct difference shares[DIFFERENCE_MOST_PARTS];
    int n = kernel_difference_parts(count);
    double off = 0, all = 0;
    int code = kernel_difference(t, got, wanted, count, b->shares, device_stream(b->device));
    if (device_ran(b->device, code, "difference", e) ||
        device_download(b->device, shares, b->shares, (size_t)n * sizeof *shares, e) ||
        device_wait(b->device, e))
        return -1;
    for (int i = 0; i < n; i++) {
        off += shares[i].bad ? INFINITY : shares[i].off;
        all += shares[i].wanted;
    }
    *apart = off == 0 ? 0 : sqrt(off / all);
    return 0;
}

/* The worst of the outputs; *right unless one is further away than rounding goes. */
static int compare(struct bench *b, const struct trial *t, const struct kernel *k,
                   void *const (*out)[TRIAL_PARTS], double *worst, bool *right, struct err *e)
{
    int n = 0;
    while (n < TRIAL_PARTS && k->out[n])
        n++;
    *worst = 0;
    *right = true;
    for (int i = 0; i < n - k->scratch; i++) {
        enum part part = k->out[i];
        enum element type = part_type(t, part);
        double apart = 0, most = type == ELEMENT_BF16 ? RMS_BF16 : RMS_F32;
        int result =
            part_has_bytes(part)
                ? compare_bytes(b, out[1][i], out[0][i], part_count(t, part), &apart, e)
                : compare_values(b, type, out[1][i], out[0][i], part_count(t, part), &apart, e);
        if (result)
            return -1;
        if (!(apart <= (part_has_bytes(part) ? 0 : most)))
            *right = false;
        if (!(apart <= *worst))
            *worst = apart;
    }
    return 0;
}

/* --- one kernel at one shape --- */

static int launch(struct bench *b, const struct trial *t, const struct kernel *k, void *const *in,
                  void *const *out, int times, struct err *e)
{
    for (int i = 0; i < times; i++)
        if (device_ran(b->device, k->launch(t, in, out, device_stream(b->device)), k->name, e))
            return -1;
    return 0;
}

/* Launches replayed from a capture, as steps are, so that the host's time to launch isn't timed. */
static int time_launches(struct bench *b, const struct trial *t, const struct kernel *k,
                         void *const *in, void *const *out, int times, double *s, struct err *e)
{
    struct device *d = b->device;
    struct device_graph *g = NULL;
    if (device_capture(d, e))
        return -1;
    if (launch(b, t, k, in, out, times, e)) {
        device_capture_drop(d);
        return -1;
    }
    if (device_captured(d, &g, e))
        return -1;
    int result = device_replay(d, g, e) || device_mark(d, 0, e) || device_replay(d, g, e) ||
                 device_mark(d, 1, e) || device_wait(d, e);
    device_graph_free(g);
    *s = result ? 0 : device_seconds(d, 0, 1) / times;
    return result ? -1 : 0;
}

/* By the twin (0) or the fast kernel (1): once into its outputs as they were filled, and then timed
 * into those of `timed`, so that the first stay. */
static int run_way(struct bench *b, const struct trial *t, const struct kernel *k, int fast,
                   void *const *in, void *const *out, void *const *timed, double *s, struct err *e)
{
    int times = fast ? REPEATS : TWIN_REPEATS;
    if (fast)
        unsetenv("COMBOLAB_CUDA_PLAIN");
    else
        setenv("COMBOLAB_CUDA_PLAIN", "all", 1);
    return launch(b, t, k, in, out, 1, e) || time_launches(b, t, k, in, timed, times, s, e) ? -1
                                                                                            : 0;
}

static double bytes_of(const struct trial *t, const struct kernel *k)
{
    double bytes = 0;
    for (int i = 0; i < TRIAL_PARTS; i++)
        bytes += (double)part_bytes(t, k->in[i]) + (double)part_bytes(t, k->out[i]);
    return bytes;
}

static void print(struct bench *b, const struct trial *t, const struct kernel *k, const double *s,
                  double worst, bool right)
{
    double rate = s[1] > 0 ? bytes_of(t, k) / s[1] : 0;
    char apart[32] = "same";
    if (!(worst == 0))
        snprintf(apart, sizeof apart, "%.1e apart", worst);
    printf("%-17s %3dx%3dx%3dx%4d /%d %8.1f us, twin %9.1f us %7.0f GB/s %5.1f %%  %s%s\n", k->name,
           t->m.n, t->m.h, t->m.w, t->m.c, t->stride, s[1] * 1e6, s[0] * 1e6, rate * 1e-9,
           100 * rate / b->copy_rate, apart, right ? "" : "  WRONG");
    fflush(stdout);
    b->lines++;
    b->bad += !right;
}

static int try_kernel(struct bench *b, const struct trial *t, const struct kernel *k, struct err *e)
{
    void *in[TRIAL_PARTS] = {NULL}, *out[3][TRIAL_PARTS] = {{NULL}};
    double s[2] = {0, 0}, worst = 0;
    bool right = false;
    int result = make_parts(b, t, k->in, in, 1, e);
    for (int i = 0; !result && i < 3; i++)
        result = make_parts(b, t, k->out, out[i], 50, e);
    for (int fast = 0; !result && fast < 2; fast++)
        result = run_way(b, t, k, fast, in, out[fast], out[2], &s[fast], e);
    if (!result)
        result = compare(b, t, k, (void *const(*)[TRIAL_PARTS])out, &worst, &right, e);
    if (!result)
        print(b, t, k, s, worst, right);
    free_parts(b, in);
    for (int i = 0; i < 3; i++)
        free_parts(b, out[i]);
    return result;
}

/* --- the shapes of both nets --- */

static struct trial trial_of(int batch, int side, int channels, int stride)
{
    struct trial t = {.t = ELEMENT_BF16,
                      .m = {batch, side, side, channels},
                      .stride = stride,
                      .r = channels / REDUCTION,
                      .pool = {3, 2, 1, (side - 1) / 2 + 1, (side - 1) / 2 + 1},
                      .conv = {batch, channels, channels, TRIAL_GROUPS, 3, stride, 1, side * stride,
                               side * stride, side, side, 0}};
    t.p = parts_of(t.m);
    return t;
}

/* A net's first convolution, and the pool behind it. */
static struct trial stem_of(int batch, int size)
{
    int side = size / 2;
    struct trial t = trial_of(batch, side, 64, 1);
    t.conv = (struct conv_shape){batch, 8, 64, 1, 7, 2, 3, side * 2, side * 2, side, side, 3};
    return t;
}

static int try_all(struct bench *b, const struct kernel *k, struct trial t, struct err *e)
{
    for (; k->name; k++)
        if (try_kernel(b, &t, k, e))
            return -1;
    return 0;
}

static int try_shapes(struct bench *b, int batch, int size, struct err *e)
{
    if (try_all(b, kernels_of_stems, stem_of(batch, size), e))
        return -1;
    for (int stage = 0; stage < 4; stage++) {
        int side = size / 4 >> stage, narrow = 128 << stage;
        if (try_all(b, kernels_of_groups, trial_of(batch, side, narrow, 1), e) ||
            (stage && try_all(b, kernels_of_groups, trial_of(batch, side, narrow, 2), e)) ||
            try_all(b, kernels_of_norms, trial_of(batch, side, narrow / 2, 1), e) ||
            try_all(b, kernels_of_norms, trial_of(batch, side, narrow * 2, 1), e) ||
            try_all(b, kernels_of_gates, trial_of(batch, side, narrow * 2, 1), e))
            return -1;
    }
    /* About as many values as SE-ResNeXt50 has, at batch 64. */
    return try_all(b, kernels_of_updates, trial_of(batch, size / 4, 128, 1), e);
}

static int measure_copy(struct bench *b, struct err *e)
{
    struct device *d = b->device;
    void *from = NULL, *to = NULL;
    int result = device_alloc(d, COPIED, "from", &from, e) || device_alloc(d, COPIED, "to", &to, e);
    for (int i = -1; !result && i < REPEATS; i++)
        result = (!i && device_mark(d, 0, e)) || device_copy(d, to, from, COPIED, e);
    result = result || device_mark(d, 1, e) || device_wait(d, e);
    if (!result)
        b->copy_rate = 2.0 * REPEATS * (double)COPIED / device_seconds(d, 0, 1);
    device_free(d, to);
    device_free(d, from);
    return result ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct bench b = {.copy_rate = 0};
    struct err e;
    int64_t batch = 64, size = 224;
    double tb_per_s = 0;
    void *shares = NULL;
    if ((argc > 1 && str_to_int(argv[1], &batch)) || (argc > 2 && str_to_int(argv[2], &size)) ||
        (argc > 3 && str_to_real(argv[3], &tb_per_s)) || batch < 1 || size < 32) {
        fputs("usage: gpu_kernels [BATCH [SIZE [TB_PER_S]]], a SIZE of at least 32\n", stderr);
        return 2;
    }
    b.copy_rate = tb_per_s * 1e12;
    int result =
        device_open(&b.device, 0, &e) ||
        device_alloc(b.device, DIFFERENCE_MOST_PARTS * sizeof *b.shares, "shares", &shares, &e);
    b.shares = shares;
    if (!result && tb_per_s <= 0)
        result = measure_copy(&b, &e);
    if (!result)
        result = try_shapes(&b, (int)batch, (int)size, &e);
    if (result)
        printf("gpu_kernels: %s\n", e.text);
    printf("FIGURE kernels_tried %d kernels -\nFIGURE kernels_wrong %d kernels -\n", b.lines,
           b.bad);
    if (b.device)
        device_free(b.device, shares);
    device_close(b.device);
    return result || b.bad;
}
