/* plan_jobs.c - the convolutions of a net as jobs. */
#include "tests/cuda/plan_jobs.h"

#include "engine/core/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 224

const struct plan_type plan_types[] = {{"f32", ELEMENT_F32, false},
                                       {"tf32", ELEMENT_F32, true},
                                       {"bf16", ELEMENT_BF16, true},
                                       {NULL, ELEMENT_F32, false}};

static void bail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void add(struct plan_jobs *jobs, const struct conv_job *job)
{
    char text[CONV_JOB_BYTES], other[CONV_JOB_BYTES];
    conv_job_text(job, text);
    for (int i = 0; i < jobs->n; i++) {
        conv_job_text(&jobs->at[i], other);
        if (!strcmp(text, other))
            return;
    }
    if (jobs->n == PLAN_MOST_JOBS)
        bail("more jobs than plan_jobs.h has room for");
    jobs->at[jobs->n++] = *job;
}

static int readers_of(const struct net *net, int tensor)
{
    int n = 0;
    for (int u = 0; u < net->n_units; u++)
        n += (net->units[u].input == tensor) + (net->units[u].shortcut == tensor);
    return n;
}

static struct conv_shape shape_of(const struct net_unit *u, struct net_shape in, int batch)
{
    struct net_shape out = net_conv_shape(u, in);
    int padded = (u->in + 7) / 8 * 8;
    return (struct conv_shape){.n = batch,
                               .in = u->input ? u->in : padded,
                               .out = u->out,
                               .groups = u->groups,
                               .kernel = u->kernel,
                               .stride = u->stride,
                               .pad = u->pad,
                               .in_h = in.h,
                               .in_w = in.w,
                               .out_h = out.h,
                               .out_w = out.w,
                               .filled = u->in};
}

void plan_jobs_add(struct plan_jobs *jobs, const char *name, int batch,
                   const struct plan_type *type)
{
    struct net net;
    struct net_options options = {0};
    struct net_shape shapes[NET_MAX_UNITS + 1];
    struct err e;
    if (net_build(&net, name, &options, 0, &e) || net_shapes(&net, SIDE, SIDE, shapes, &e))
        bail(e.text);
    for (int i = 0; i < net.n_units; i++) {
        const struct net_unit *u = &net.units[i];
        struct conv_job job = {.shape = shape_of(u, shapes[u->input], batch),
                               .type = type->element,
                               .tensor_cores = type->tensor_cores};
        for (int kind = 0; kind < CONV_KINDS; kind++) {
            job.kind = (enum conv_kind)kind;
            if (kind != CONV_DATA || u->input)
                add(jobs, &job);
            job.add = true;
            if (kind == CONV_DATA && u->input && readers_of(&net, u->input) > 1)
                add(jobs, &job);
            job.add = false;
        }
    }
}
