/* conv_grouped.c - our convolutions of narrow groups on tensor cores (kernels/conv.h), which also
 * make the moments of their output. */
#include "cuda/conv.h"

#include <stdio.h>

const struct conv_method conv_grouped;

static int offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room)
{
    if (room < 1 || t->grouped_cudnn || !kernel_grouped_can(job->type, &job->shape))
        return 0;
    *list = (struct conv_way){.method = &conv_grouped, .job = *job};
    if (job->kind == CONV_FORWARD)
        list->parts = kernel_grouped_parts(&job->shape);
    if (job->kind == CONV_WEIGHTS)
        list->workspace = kernel_grouped_scratch(&job->shape);
    snprintf(list->text, sizeof list->text, "%s", conv_grouped.name);
    return 1;
}

static int again(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e)
{
    (void)text;
    if (offer(t, job, out, 1))
        return 0;
    return err_set(e, ERR_NOT_FOUND,
                   t->grouped_cudnn ? "COMBOLAB_CUDA_GROUPED=cudnn forbids it"
                                    : "it is for other convolutions");
}

static int run(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e)
{
    const struct conv_job *j = &way->job;
    void *stream = device_stream(t->device);
    switch (j->kind) {
    case CONV_FORWARD:
        return device_ran(t->device,
                          kernel_grouped_forward(&j->shape, o->x, o->w, o->y, o->moments, stream),
                          "grouped_forward", e);
    case CONV_DATA:
        return device_ran(t->device,
                          kernel_grouped_data(&j->shape, o->w, o->y, o->x, j->add, stream),
                          "grouped_data", e);
    default:
        return device_ran(
            t->device, kernel_grouped_weights(&j->shape, o->x, o->y, o->dw, o->workspace, stream),
            "grouped_weights", e);
    }
}

const struct conv_method conv_grouped = {
    .name = "grouped", .offer = offer, .again = again, .run = run};
