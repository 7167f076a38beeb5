/* conv_stem.c - our convolution of a net's first unit on tensor cores (kernels/conv.h), which also
 * makes the moments of its output. Nobody asks for its data gradient. */
#include "cuda/conv.h"

#include <stdio.h>

const struct conv_method conv_stem;

static int offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room)
{
    (void)t;
    if (room < 1 || job->kind == CONV_DATA || !kernel_stem_can(job->type, &job->shape))
        return 0;
    *list = (struct conv_way){.method = &conv_stem, .job = *job};
    if (job->kind == CONV_FORWARD)
        list->parts = kernel_stem_parts(&job->shape);
    else
        list->workspace = kernel_stem_scratch(&job->shape);
    snprintf(list->text, sizeof list->text, "%s", conv_stem.name);
    return 1;
}

static int again(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e)
{
    (void)text;
    if (offer(t, job, out, 1))
        return 0;
    return err_set(e, ERR_NOT_FOUND, "it is for other convolutions");
}

static int run(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e)
{
    const struct conv_shape *s = &way->job.shape;
    void *stream = device_stream(t->device);
    if (way->job.kind == CONV_FORWARD)
        return device_ran(t->device, kernel_stem_forward(s, o->x, o->w, o->y, o->moments, stream),
                          "stem_forward", e);
    return device_ran(t->device, kernel_stem_weights(s, o->x, o->y, o->dw, o->workspace, stream),
                      "stem_weights", e);
}

const struct conv_method conv_stem = {.name = "stem", .offer = offer, .again = again, .run = run};
