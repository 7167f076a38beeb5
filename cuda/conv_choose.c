/* conv_choose.c - which way a convolution is computed: the first that is offered. */
#include "cuda/conv.h"

#include <stdio.h>
#include <string.h>

void conv_job_text(const struct conv_job *job, char *to, size_t room)
{
    static const char *const kinds[] = {"forward", "data", "weights"};
    const struct conv_shape *s = &job->shape;
    snprintf(to, room, "%s%s %s %dx%dx%d %d>%d k%d s%d p%d g%d", kinds[job->kind],
             job->add ? "+" : "",
             job->type == ELEMENT_BF16 ? "bf16"
             : job->tensor_cores       ? "tf32"
                                       : "f32",
             s->n, s->in_h, s->in_w, s->in, s->out, s->kernel, s->stride, s->pad, s->groups);
}

int conv_tools_open(struct conv_tools *t, struct device *d, const char *cache, const char *chosen,
                    struct err *e)
{
    (void)e;
    *t = (struct conv_tools){.device = d, .cache = cache, .chosen = chosen};
    return 0;
}

void conv_tools_close(struct conv_tools *t)
{
    memset(t, 0, sizeof *t);
}

int conv_choose(struct conv_tools *t, const struct conv_job *job, struct conv_way *out,
                struct err *e)
{
    char text[120];
    for (int i = 0; conv_methods[i]; i++)
        if (conv_methods[i]->offer(t, job, out, 1))
            return 0;
    conv_job_text(job, text, sizeof text);
    return err_set(e, ERR_INTERNAL, "there is no way to compute the convolution %s", text);
}
