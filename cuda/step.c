/* step.c - one step: forward, loss, backward, update, in that order, as launches on one stream.
 *
 * A training step and an evaluation are captured, each for its batch size, after they have run once
 * as they are, and replayed from then on. Other combinations of phases are queued one launch after
 * the other, to the same bits. A step's results are what its loss left of each sample in pinned
 * memory; collect waits for the step's mark and adds them up. */
#include "cuda/cuda_priv.h"

#include <math.h>
#include <string.h>

#define TRAIN (BACKEND_FORWARD | BACKEND_BACKWARD | BACKEND_UPDATE)

/* --- a look for values that are not finite --- */

static int look(struct backend *b, const char *pass, const void *values, size_t count,
                struct err *e)
{
    unsigned long long bad = 0;
    if (!b->looks)
        return 0;
    if (device_clear(b->device, b->bad, sizeof bad, e) ||
        QUEUE(b, e, count_bad, b->type, values, count, b->bad) ||
        device_download(b->device, &bad, b->bad, sizeof bad, e) || device_wait(b->device, e))
        return -1;
    if (!bad)
        return 0;
    return err_set(e, ERR_DEVICE, "%s made %llu values of %zu that are not finite", pass, bad,
                   count);
}

/* --- the phases --- */

static int forward(struct backend *b, bool training, struct err *e)
{
    if (cuda_batch_fetch(b, e))
        return -1;
    cuda_profile_lap(b, WORK_DATA, cuda_amount_fetch(b));
    for (int u = 0; u < b->depth; u++)
        if (cuda_unit_forward(b, u, training, e) ||
            look(b, "forward", b->tensor[u + 1], (size_t)b->n * cuda_count(b, u + 1), e))
            return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
    if (!b->spec.probe && cuda_heads_forward(b, e))
        return -1;
    cuda_profile_lap(b, WORK_HEADS, cuda_amount_heads(b));
    return 0;
}

static int backward(struct backend *b, struct err *e)
{
    size_t bytes = (size_t)b->n * cuda_count(b, b->depth) * element_bytes(b->type);
    if (b->spec.probe ? device_copy(b->device, b->gradient[b->depth], b->seed, bytes, e)
                      : cuda_heads_backward(b, e))
        return -1;
    cuda_profile_lap(b, WORK_HEADS, cuda_amount_heads(b));
    for (int u = b->depth - 1; u >= 0; u--)
        if (cuda_unit_backward(b, u, e) ||
            look(b, "backward", b->raw_gradient, map_count(cuda_map(b, u)), e))
            return err_prefix(e, "unit %d (%s)", u, b->net.units[u].conv);
    return 0;
}

static int update(struct backend *b, struct err *e)
{
    bool clips = b->spec.clip_norm > 0;
    if (clips &&
        QUEUE(b, e, clip, b->state, b->gradients, b->trained, b->spec.clip_norm, b->squares))
        return -1;
    if (QUEUE(b, e, sgd, b->state, b->gradients, b->values, b->momenta, b->trained,
              (float)b->spec.momentum, (float)b->spec.weight_decay, clips, b->copies))
        return -1;
    cuda_profile_lap(b, WORK_UPDATE, cuda_amount_update(b));
    return 0;
}

/* Between backward and update all gradients lie in one block, b->gradients, and nothing else is
 * under way: there several devices would add theirs up. */
static int launch(struct backend *b, unsigned phases, struct err *e)
{
    if (phases & (BACKEND_FORWARD | BACKEND_EVAL) && forward(b, phases & BACKEND_FORWARD, e))
        return -1;
    if (phases & BACKEND_BACKWARD && backward(b, e))
        return -1;
    return phases & BACKEND_UPDATE ? update(b, e) : 0;
}

/* --- captured steps --- */

static struct graph *graph_of(struct backend *b, unsigned phases)
{
    bool whole = phases == TRAIN || phases == BACKEND_EVAL;
    return b->captures && whole ? &b->graphs[b->batch][phases == BACKEND_EVAL] : NULL;
}

static int capture(struct backend *b, struct graph *g, unsigned phases, struct err *e)
{
    if (device_capture(b->device, e))
        return -1;
    if (launch(b, phases, e)) {
        device_capture_drop(b->device);
        return -1;
    }
    return device_captured(b->device, &g->captured, e);
}

/* The first time as it is: libraries prepare what they need. */
static int run(struct backend *b, unsigned phases, struct err *e)
{
    struct graph *g = graph_of(b, phases);
    if (!g || !g->ran) {
        if (g)
            g->ran = true;
        return launch(b, phases, e);
    }
    if (!g->captured && capture(b, g, phases, e))
        return -1;
    return device_replay(b->device, g->captured, e);
}

void cuda_step_forget(struct backend *b)
{
    struct err ignored;
    if (b->device)
        device_wait(b->device, &ignored);
    for (int i = 0; i < BACKEND_MAX_BATCHES; i++)
        for (int k = 0; k < 2; k++) {
            device_graph_free(b->graphs[i][k].captured);
            b->graphs[i][k] = (struct graph){NULL, false};
        }
}

/* --- steps --- */

/* The weights as products read them, where the host has changed them. */
static int refresh_copies(struct backend *b, struct err *e)
{
    bool due = b->copies && b->stale;
    b->stale = false;
    return due ? QUEUE(b, e, to_bf16, b->values, b->trained, b->copies) : 0;
}

int cuda_step_run(struct backend *b, unsigned phases, struct err *e)
{
    int at = (int)(b->started % CUDA_SLOTS);
    struct slot *s = &b->slots[at];
    s->fresh = phases & (BACKEND_FORWARD | BACKEND_EVAL);
    cuda_profile_start(b);
    if (s->fresh) {
        cuda_batch_next(b);
        s->result = (struct backend_result){.first = b->first, .n = b->n};
    }
    if ((s->fresh && cuda_batch_stage(b, e)) || refresh_copies(b, e) || run(b, phases, e) ||
        device_mark(b->device, MARK_STEP + at, e))
        return -1;
    b->started++;
    return 0;
}

/* --- results --- */

static void add_up(const struct backend *b, struct slot *s)
{
    struct backend_result *r = &s->result;
    const struct loss_spec *l = &b->spec.loss;
    const struct sample_result *seen = b->seen + r->first;
    for (int n = 0; n < r->n; n++) {
        s->scores[n] = seen[n].score;
        for (int t = 0; t < LOSS_MAX_TERMS; t++)
            r->term[t] += seen[n].term[t];
        memcpy(s->probabilities + n * l->classes, seen[n].probability,
               (size_t)l->classes * sizeof *s->probabilities);
    }
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        r->term[t] /= r->n;
    for (int t = 0; t < loss_info(l->kind)->terms; t++)
        r->total += l->weight[t] * r->term[t];
    r->scores = s->scores;
    r->probabilities = l->classes ? s->probabilities : NULL;
    r->finite = isfinite(r->total);
}

/* A step that went on with the last batch reports that batch's results again. */
static void copy_last(const struct backend *b, struct slot *s)
{
    const struct slot *last = &b->slots[(b->collected + CUDA_SLOTS - 1) % CUDA_SLOTS];
    size_t n = (size_t)last->result.n;
    s->result = last->result;
    if (!last->result.scores)
        return;
    s->result.scores = memcpy(s->scores, last->scores, n * sizeof *s->scores);
    if (last->result.probabilities)
        s->result.probabilities = memcpy(s->probabilities, last->probabilities,
                                         n * (size_t)b->net.classes * sizeof *s->probabilities);
}

int cuda_step_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    int at = (int)(b->collected % CUDA_SLOTS);
    struct slot *s = &b->slots[at];
    if (device_wait_mark(b->device, MARK_STEP + at, e))
        return -1;
    if (!s->fresh)
        copy_last(b, s);
    else if (b->spec.probe)
        s->result.finite = true;
    else
        add_up(b, s);
    *out = s->result;
    b->collected++;
    return 0;
}
