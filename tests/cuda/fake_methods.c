/* fake_methods.c - two ways of convolution that compute as the plain one does, or not. */
#include "tests/cuda/fake_methods.h"

#include "cuda/conv.h"
#include "cuda/kernels/norm.h"

#include <stdio.h>
#include <string.h>

extern const struct conv_method conv_plain;

struct fake fake_first, fake_second;

void fake_reset(bool first, bool second)
{
    fake_first = (struct fake){.there = first, .version = 1};
    fake_second = (struct fake){.there = second, .version = 1};
}

static struct map map_of(const struct conv_shape *s)
{
    return (struct map){s->n, s->out_h, s->out_w, s->out};
}

static int offer(struct fake *f, const struct conv_method *m, const struct conv_job *job,
                 struct conv_way *list, int room)
{
    f->offered++;
    if (!f->there || !room)
        return 0;
    *list = (struct conv_way){.method = m, .job = *job, .workspace = 64, .own = f};
    if (f->moments && job->kind == CONV_FORWARD)
        list->parts = parts_of(map_of(&job->shape));
    snprintf(list->text, sizeof list->text, "%s %d", m->name, f->version);
    f->open++;
    return 1;
}

static int again(struct fake *f, const struct conv_method *m, const struct conv_job *job,
                 const char *text, struct conv_way *out, struct err *e)
{
    char version[16];
    snprintf(version, sizeof version, "%d", f->version);
    f->made_again++;
    if (strcmp(text, version) != 0)
        return err_set(e, ERR_NOT_FOUND, "this is version %d", f->version);
    f->offered--;
    return offer(f, m, job, out, 1) == 1 ? 0 : -1;
}

static void *output_of(const struct conv_job *job, const struct conv_operands *o)
{
    return job->kind == CONV_FORWARD ? o->y : job->kind == CONV_DATA ? o->x : (void *)o->dw;
}

/* Puts zeros into the workspace and from there into the output's first bytes. One byte is the end
 * of its first value. */
static int spoil(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
                 size_t at, size_t bytes, struct err *e)
{
    char *output = output_of(&way->job, o);
    if (device_clear(t->device, o->workspace, way->workspace, e))
        return -1;
    return device_copy(t->device, output + at, o->workspace, bytes, e);
}

static int run(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e)
{
    struct fake *f = way->own;
    struct conv_way plain = *way;
    f->run++;
    if (f->fault == FAKE_FAILS)
        return err_set(e, ERR_DEVICE, "it has no mind to");
    if (f->fault == FAKE_UNFINISHED)
        plain.job.shape.n--;
    if (conv_plain.run(t, &plain, o, e))
        return -1;
    if (way->parts.n && f->fault != FAKE_FORGETS &&
        kernel_moments(way->job.type, o->y, map_of(&way->job.shape), way->parts, o->moments,
                       device_stream(t->device)))
        return -1;
    if (f->fault == FAKE_WRONG)
        return spoil(t, way, o, 0, 8, e);
    if (f->fault == FAKE_VARIES && f->run % 2)
        return spoil(t, way, o, 4, 1, e); /* the end of the second float */
    return 0;
}

static void close(struct conv_way *way)
{
    struct fake *f = way->own;
    f->open--;
}

static int first_offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list,
                       int room);
static int first_again(struct conv_tools *t, const struct conv_job *job, const char *text,
                       struct conv_way *out, struct err *e);
static int second_offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list,
                        int room);
static int second_again(struct conv_tools *t, const struct conv_job *job, const char *text,
                        struct conv_way *out, struct err *e);

static void find(struct conv_tools *t)
{
    conv_found(t, "fake 1");
}

static const struct conv_method first = {.name = "first",
                                         .find = find,
                                         .offer = first_offer,
                                         .again = first_again,
                                         .run = run,
                                         .close = close};
static const struct conv_method second = {
    .name = "second", .offer = second_offer, .again = second_again, .run = run, .close = close};

static int first_offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list,
                       int room)
{
    (void)t;
    return offer(&fake_first, &first, job, list, room);
}

static int first_again(struct conv_tools *t, const struct conv_job *job, const char *text,
                       struct conv_way *out, struct err *e)
{
    (void)t;
    return again(&fake_first, &first, job, text, out, e);
}

static int second_offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list,
                        int room)
{
    (void)t;
    return offer(&fake_second, &second, job, list, room);
}

static int second_again(struct conv_tools *t, const struct conv_job *job, const char *text,
                        struct conv_way *out, struct err *e)
{
    (void)t;
    return again(&fake_second, &second, job, text, out, e);
}

const struct conv_method *const conv_methods[] = {&first, &second, &conv_plain, NULL};
