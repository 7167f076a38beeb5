/* conv_plain.c - our simple convolutions (kernels/conv.h): for any shape, and the last resort. */
#include "cuda/conv.h"

#include <stdio.h>

static int offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room);

static int run(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e)
{
    const struct conv_job *j = &way->job;
    void *stream = device_stream(t->device);
    switch (j->kind) {
    case CONV_FORWARD:
        return device_ran(t->device,
                          kernel_conv_forward(j->type, &j->shape, o->x, o->w, o->y, stream),
                          "conv_forward", e);
    case CONV_DATA:
        return device_ran(t->device,
                          kernel_conv_data(j->type, &j->shape, o->w, o->y, o->x, j->add, stream),
                          "conv_data", e);
    default:
        return device_ran(t->device,
                          kernel_conv_weights(j->type, &j->shape, o->x, o->y, o->dw, stream),
                          "conv_weights", e);
    }
}

static int again(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e)
{
    (void)text;
    (void)e;
    return offer(t, job, out, 1) == 1 ? 0 : -1;
}

const struct conv_method conv_plain = {
    .name = "plain", .reference = true, .offer = offer, .again = again, .run = run};

static int offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room)
{
    (void)t;
    if (room < 1)
        return 0;
    *list = (struct conv_way){.method = &conv_plain, .job = *job};
    snprintf(list->text, sizeof list->text, "%s", conv_plain.name);
    return 1;
}
