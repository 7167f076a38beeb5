/* conv_cudnn.c - convolutions by cuDNN's plans. A way's text is cuDNN's version, the device's
 * compute capability, the number of an engine and its knobs: "cudnn 9.19.0 sm90 engine 62 1=2
 * 14=0". Candidates come from cuDNN's heuristics and are made by their texts, so that what is
 * offered can be made again. */
#include "base/mem.h"
#include "cuda/conv_cudnn_priv.h"
#include "cuda/kernels/step.h"

#include <stdio.h>
#include <string.h>

extern const struct conv_method conv_cudnn;

#define MOST_RESULTS 64 /* of one heuristic */
#define MOST_OFFERED 8  /* they come best first, and the rest are seldom it */
#define ALIGNMENT 256

/* A workspace about as large as a tensor means that tensors are copied into another layout: such
 * plans are offered where there is no other. No plan may take more than the second. */
#define USUAL_WORKSPACE ((size_t)32 << 20)
#define MOST_WORKSPACE ((size_t)512 << 20)

static void find(struct conv_tools *t)
{
    struct err e;
    char name[80];
    const struct device_facts *f = device_facts(t->device);
    if (cuda_cudnn_open(&t->cudnn, 10 * f->major + f->minor, device_stream(t->device), NULL, &e)) {
        conv_note(t, "convolutions go without cuDNN, which is slower: %s", e.text);
        return;
    }
    snprintf(name, sizeof name, "cudnn %s", t->cudnn->version);
    conv_found(t, name);
}

static void leave(struct conv_tools *t)
{
    cuda_cudnn_close(t->cudnn);
    t->cudnn = NULL;
}

/* --- ways --- */

static size_t weights_of(const struct conv_shape *s)
{
    return (size_t)s->out * (size_t)s->kernel * (size_t)s->kernel * (size_t)(s->in / s->groups);
}

/* Weight gradients in bf16 are made behind the plan's own workspace and then widened. */
static bool widens(const struct conv_job *job)
{
    return job->kind == CONV_WEIGHTS && job->type == ELEMENT_BF16;
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* "9.19.0 sm90 ": what a plan's text is valid for. */
static void version_of(const struct cudnn *c, char *to, size_t room)
{
    snprintf(to, room, "%s sm%d ", c->version, c->capability);
}

/* `text`: "engine ...". */
static int make(struct conv_tools *t, const struct conv_job *job, const char *text,
                struct conv_way *out, struct err *e)
{
    struct conv_cudnn *p = mem_alloc(1, sizeof *p);
    if (!p)
        return mem_error(e, "a plan of cuDNN's", sizeof *p);
    char version[80];
    version_of(t->cudnn, version, sizeof version);
    *out = (struct conv_way){.method = &conv_cudnn, .job = *job, .own = p};
    int n = snprintf(out->text, sizeof out->text, "cudnn %s%s", version, text);
    if (conv_cudnn_begin(p, t->cudnn, job, e) || conv_cudnn_plan(p, job, text, e) ||
        n >= (int)sizeof out->text) {
        conv_way_close(out);
        return -1;
    }
    out->workspace = p->workspace;
    if (widens(job))
        out->workspace = aligned(p->workspace) + 2 * weights_of(&job->shape);
    return 0;
}

static int again(struct conv_tools *t, const struct conv_job *job, const char *text,
                 struct conv_way *out, struct err *e)
{
    char version[80];
    if (!t->cudnn)
        return err_set(e, ERR_NOT_FOUND, "cuDNN is not there");
    version_of(t->cudnn, version, sizeof version);
    if (strncmp(text, version, strlen(version)) != 0)
        return err_set(e, ERR_VERSION, "this is cuDNN %s on a device of compute capability %d.%d",
                       t->cudnn->version, t->cudnn->capability / 10, t->cudnn->capability % 10);
    return make(t, job, text + strlen(version), out, e);
}

static void close(struct conv_way *way)
{
    conv_cudnn_end(way->own);
    mem_free(way->own);
}

static int run(struct conv_tools *t, const struct conv_way *way, const struct conv_operands *o,
               struct err *e)
{
    struct conv_cudnn *p = way->own;
    void *w = o->w;
    if (way->job.kind == CONV_WEIGHTS)
        w = widens(&way->job) ? (char *)o->workspace + aligned(p->workspace) : (void *)o->dw;
    if (conv_cudnn_execute(p, o->x, w, o->y, o->workspace, e))
        return -1;
    if (!widens(&way->job))
        return 0;
    return device_ran(
        t->device, kernel_to_float(w, weights_of(&way->job.shape), o->dw, device_stream(t->device)),
        "to_float", e);
}

/* --- candidates --- */

static bool is_large(const struct conv_way *way)
{
    const struct conv_shape *s = &way->job.shape;
    size_t x = (size_t)s->n * (size_t)s->in_h * (size_t)s->in_w * (size_t)s->in;
    size_t y = (size_t)s->n * (size_t)s->out_h * (size_t)s->out_w * (size_t)s->out;
    size_t tensor = (x < y ? x : y) * element_bytes(way->job.type);
    const struct conv_cudnn *p = way->own;
    return p->workspace > USUAL_WORKSPACE && p->workspace > tensor / 2;
}

/* Makes what is proposed, as far as it may be used. Returns how many ways there are now. */
static int take(struct conv_tools *t, const struct conv_job *job, struct conv_cudnn *p,
                cudnnBackendHeurMode_t mode, bool large, struct conv_way *list, int room)
{
    cudnnBackendDescriptor_t proposed[MOST_RESULTS];
    char text[CONV_TEXT_BYTES];
    struct err e;
    int n = 0, made = 0;
    while (made < MOST_RESULTS && !t->cudnn->cudnnBackendCreateDescriptor(
                                      CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, &proposed[made]))
        made++;
    int found = made == MOST_RESULTS ? conv_cudnn_propose(p, mode, proposed, MOST_RESULTS) : 0;
    for (int i = 0; i < found && n < room; i++) {
        if (conv_cudnn_text(p, proposed[i], text, sizeof text) || make(t, job, text, &list[n], &e))
            continue;
        if (is_large(&list[n]) == large && list[n].workspace <= MOST_WORKSPACE)
            n++;
        else
            conv_way_close(&list[n]);
    }
    while (made)
        t->cudnn->cudnnBackendDestroyDescriptor(proposed[--made]);
    return n;
}

static int offer(struct conv_tools *t, const struct conv_job *job, struct conv_way *list, int room)
{
    static const cudnnBackendHeurMode_t modes[] = {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B,
                                                   CUDNN_HEUR_MODE_FALLBACK};
    struct conv_cudnn p;
    struct err e;
    int n = 0;
    if (!t->cudnn)
        return 0;
    if (!conv_cudnn_begin(&p, t->cudnn, job, &e))
        for (int i = 0; i < 6 && !n; i++)
            n = take(t, job, &p, modes[i % 3], i >= 3, list,
                     room < MOST_OFFERED ? room : MOST_OFFERED);
    conv_cudnn_end(&p);
    return n;
}

const struct conv_method conv_cudnn = {.name = "cudnn",
                                       .find = find,
                                       .leave = leave,
                                       .offer = offer,
                                       .again = again,
                                       .run = run,
                                       .close = close};
