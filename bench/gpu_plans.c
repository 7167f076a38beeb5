/* gpu_plans.c - every way in which the nets of the targets can compute their convolutions, checked
 * against our plain one on a GPU, and timed.
 *
 *     bench/gpu_plans [SECONDS [BATCH...]]                                          40 64 16 7
 *
 * A line for each way: the job, the way, whether it is right, milliseconds. After SECONDS no
 * further job is begun, so that jobs come in the order of batches. Ends with FIGURE lines: ways
 * that are wrong, jobs that only our own methods can do, and for each batch the milliseconds of the
 * best ways of a training step's convolutions. A wrong way of a library is never used, and said;
 * exits with 1 when one of our own is wrong.
 */
#include "base/clock.h"
#include "base/str.h"
#include "cuda/conv_trial.h"
#include "engine/core/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WAYS 24
#define MOST_JOBS 512
#define PIXELS 224

struct survey {
    struct conv_tools tools;
    double end_s;
    char seen[MOST_JOBS][CONV_JOB_BYTES];
    double best_s[MOST_JOBS];
    int jobs, ways, wrong, own_wrong, own_only, left_out;
};

static bool is_own(const struct conv_way *way)
{
    return !strncmp(way->method->name, "plain", 5) || !strncmp(way->method->name, "grouped", 7) ||
           !strncmp(way->method->name, "stem", 4);
}

/* All ways of a job; the reference is the last. */
static int offer_all(struct survey *s, const struct conv_job *job, struct conv_way *list)
{
    int n = 0;
    for (int reference = 0; reference < 2; reference++)
        for (int i = 0; conv_methods[i]; i++)
            if (conv_methods[i]->reference == reference)
                n += conv_methods[i]->offer(&s->tools, job, list + n, MOST_WAYS - n);
    return n;
}

static int try_way(struct survey *s, struct conv_trial *trial, const struct conv_way *way,
                   const char *job, double *best_s, struct err *e)
{
    bool good;
    double seconds = 0;
    if (conv_trial_check(trial, way, &good, e) ||
        (good && conv_trial_time(trial, way, 1e-2, &seconds, e)))
        return -1;
    printf("%s: %s # %s %.4f ms, workspace %.1f MiB\n", job, way->text, good ? "right" : "WRONG",
           seconds * 1e3, (double)way->workspace / 1048576);
    s->ways++;
    s->wrong += !good;
    s->own_wrong += !good && is_own(way);
    if (good && (*best_s <= 0 || seconds < *best_s))
        *best_s = seconds;
    return 0;
}

/* Returns the seconds of the best way in *best_s. */
static int try_job(struct survey *s, const struct conv_job *job, const char *text, double *best_s,
                   struct err *e)
{
    struct conv_way list[MOST_WAYS] = {{0}};
    struct conv_trial trial = {0};
    bool foreign = false;
    int n = offer_all(s, job, list);
    int result = n ? conv_trial_open(&trial, &s->tools, &list[n - 1], list, n, e) : -1;
    for (int i = 0; i < n && !result; i++) {
        foreign |= !is_own(&list[i]);
        result = try_way(s, &trial, &list[i], text, best_s, e);
    }
    s->own_only += !foreign;
    conv_trial_close(&trial);
    for (int i = 0; i < n; i++)
        conv_way_close(&list[i]);
    return result;
}

/* As try_job, of a job that was tried before too. */
static int seconds_of(struct survey *s, const struct conv_job *job, double *seconds, struct err *e)
{
    char text[CONV_JOB_BYTES];
    conv_job_text(job, text);
    int at = 0;
    while (at < s->jobs && strcmp(s->seen[at], text) != 0)
        at++;
    if (at == s->jobs && (at == MOST_JOBS || clock_s() > s->end_s)) {
        s->left_out++;
        return 0;
    }
    if (at == s->jobs) {
        str_copy(s->seen[s->jobs++], CONV_JOB_BYTES, text);
        if (try_job(s, job, text, &s->best_s[at], e))
            return -1;
    }
    *seconds += s->best_s[at];
    return 0;
}

/* The convolutions of a training step, as ways.c has them open. */
static int survey_net(struct survey *s, const char *name, int batch, enum element type,
                      struct err *e)
{
    struct net net;
    struct net_shape shapes[NET_MAX_UNITS + 1];
    double seconds = 0;
    int before = s->left_out;
    if (net_build(&net, name, NULL, 0, e) || net_shapes(&net, PIXELS, PIXELS, shapes, e))
        return -1;
    shapes[0].c = 8;
    for (int u = 0; u < net.n_units; u++) {
        const struct net_unit *unit = &net.units[u];
        struct net_shape in = shapes[unit->input], out = net_conv_shape(unit, in);
        for (int kind = 0; kind < CONV_KINDS; kind++) {
            const struct conv_job job = {
                .kind = (enum conv_kind)kind,
                .shape = {batch, in.c, unit->out, unit->groups, unit->kernel, unit->stride,
                          unit->pad, in.h, in.w, out.h, out.w, unit->in},
                .type = type,
                .tensor_cores = type == ELEMENT_BF16,
            };
            if ((kind != CONV_DATA || unit->input) && seconds_of(s, &job, &seconds, e))
                return -1;
        }
    }
    if (s->left_out == before)
        printf("FIGURE %s_b%d_%s_convolutions %.3f ms -\n", name, batch,
               type == ELEMENT_BF16 ? "bf16" : "f32", seconds * 1e3);
    fflush(stdout);
    return 0;
}

static int survey_all(struct survey *s, const int *batches, int n, struct err *e)
{
    static const char *const nets[] = {"se-resnext50", "resnet18"};
    static const enum element types[] = {ELEMENT_BF16, ELEMENT_F32};
    for (int t = 0; t < 2; t++)
        for (int b = 0; b < n; b++)
            for (int i = 0; i < 2; i++)
                if (survey_net(s, nets[i], batches[b], types[t], e))
                    return -1;
    return 0;
}

int main(int argc, char **argv)
{
    int batches[8] = {64, 16, 7}, n = 3;
    static struct survey s;
    struct device *d;
    struct err e;
    s.end_s = clock_s() + (argc > 1 ? atof(argv[1]) : 40);
    for (int i = 2; i < argc && i < 10; i++)
        batches[i - 2] = atoi(argv[i]), n = i - 1;
    if (device_open(&d, 0, &e)) {
        printf("gpu_plans: %s\n", e.text);
        return 2;
    }
    int result = conv_tools_open(&s.tools, d, NULL, NULL, &e);
    if (!result)
        result = survey_all(&s, batches, n, &e);
    if (result)
        printf("gpu_plans: %s\n", e.text);
    printf("%s%s", s.tools.notes.text, s.tools.dropped.text);
    printf("%d jobs, %d ways, %s\n", s.jobs, s.ways, s.tools.libraries);
    printf("FIGURE ways_wrong %d ways -\nFIGURE own_ways_wrong %d ways 0\n", s.wrong, s.own_wrong);
    printf("FIGURE jobs_by_own_methods_alone %d jobs -\n", s.own_only);
    printf("FIGURE jobs_left_out %d jobs 0\n", s.left_out);
    conv_tools_close(&s.tools);
    device_close(d);
    return result || s.own_wrong;
}
