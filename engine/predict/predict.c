/* predict.c - images through an open net, a chunk at a time: while one is computed, the next is
 * decoded.
 *
 * Every step is a whole batch, so that the backend needs to be ready for one size alone: the last
 * one of a chunk is filled up with its first image.
 */
#include "engine/predict/predict_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/image/image_crop.h"

#include <math.h>
#include <string.h>

#define AHEAD 2 /* steps under way */

struct chunk {
    size_t first, n; /* of all images */
    uint8_t *pixels;
    char **reasons;
    struct image_crop_job job;
    pthread_t thread;
    bool decoding;
    int result;
    struct err err;
};

static int chunk_init(struct chunk *c, const struct predict *p, struct err *e)
{
    size_t bytes = (size_t)p->facts.image_size * (size_t)p->facts.image_size * 3;
    memset(c, 0, sizeof *c);
    c->pixels = mem_alloc(p->room, bytes);
    c->reasons = mem_alloc(p->room, sizeof *c->reasons);
    if (!c->pixels || !c->reasons)
        return mem_error(e, "decoded images", p->room * bytes);
    return 0;
}

static void forget(struct chunk *c)
{
    for (size_t i = 0; c->reasons && i < c->n; i++)
        mem_free(c->reasons[i]);
    c->n = 0;
}

static void chunk_fini(struct chunk *c)
{
    if (c->decoding)
        pthread_join(c->thread, NULL);
    forget(c);
    mem_free(c->pixels);
    mem_free(c->reasons);
}

/* --- decoding --- */

static void *decode(void *context)
{
    struct chunk *c = context;
    c->result = image_crop_all(&c->job, c->pixels, c->reasons, &c->err);
    return NULL;
}

static int decode_begin(struct chunk *c, const struct predict *p, const char *const *paths,
                        size_t first, size_t all, struct err *e)
{
    forget(c);
    c->first = first;
    c->n = all - first < p->room ? all - first : p->room;
    memset(c->reasons, 0, p->room * sizeof *c->reasons);
    c->job = (struct image_crop_job){
        .paths = paths + first,
        .n = c->n,
        .shorter_side = p->facts.resize,
        .side = p->facts.image_size,
        .threads = p->options.threads,
        .cancel = p->options.cancel,
    };
    int number = c->n ? thread_start(&c->thread, decode, c) : 0;
    if (number)
        return err_errno(e, number, "a thread that decodes could not be started");
    c->decoding = c->n > 0;
    c->result = 0;
    return 0;
}

static int decode_end(struct chunk *c, struct err *e)
{
    if (c->decoding)
        pthread_join(c->thread, NULL);
    c->decoding = false;
    if (c->result < 0)
        *e = c->err;
    return c->result;
}

/* --- computing --- */

/* Good images in order, then their mirror images; filled up to whole batches. Returns how long that
 * is; *good: how many images. */
static size_t lay_out(struct predict *p, const struct chunk *c, size_t *good)
{
    const struct augment_draw straight =
        augment_centre(&p->augment, p->facts.image_size, p->facts.image_size);
    size_t n = 0, batch = (size_t)p->batch;
    for (size_t i = 0; i < c->n; i++)
        if (!c->reasons[i])
            p->order[n++] = (uint32_t)i;
    *good = n;
    if (!n)
        return 0;
    if (p->options.flip) {
        memcpy(p->order + n, p->order, n * sizeof *p->order);
        n *= 2;
    }
    for (; n % batch; n++)
        p->order[n] = p->order[0];
    for (size_t i = 0; i < n; i++) {
        p->draws[i] = straight;
        p->draws[i].flip = p->options.flip && i >= *good;
    }
    return n;
}

/* Adds what was said of a place of the plan to its image, with a weight. */
static void add(struct predict *p, size_t at, const struct backend_result *r, int k, size_t good)
{
    double weight = p->options.flip ? 0.5 : 1;
    int classes = p->facts.classes;
    if (at >= good * (p->options.flip ? 2 : 1))
        return;
    struct prediction *x = &p->found[at % good];
    x->score += weight * (double)r->scores[k];
    for (int c = 0; c < classes; c++)
        x->probability[c] += weight * (double)r->probabilities[k * classes + c];
}

static void conclude(const struct predict *p, struct prediction *x)
{
    const struct predict_facts *facts = &p->facts;
    x->expectation = facts->classes ? 0 : (double)NAN;
    x->most = facts->classes ? 1 : 0;
    for (int c = 0; c < facts->classes; c++) {
        x->expectation += x->probability[c] * facts->class_value[c];
        if (x->probability[c] > x->probability[x->most - 1])
            x->most = c + 1;
    }
}

static int run_steps(struct predict *p, size_t n, size_t good, struct err *e)
{
    size_t steps = n / (size_t)p->batch, started = 0;
    for (size_t done = 0; done < steps; done++) {
        struct backend_result r;
        int result = 0;
        while (!result && started < steps && started < done + AHEAD) {
            result = door_step(p->door, BACKEND_EVAL, e);
            started++;
        }
        if (!result)
            result = door_collect(p->door, &r, e);
        if (result)
            return result;
        for (int k = 0; k < r.n; k++)
            add(p, r.first + (size_t)k, &r, k, good);
    }
    return 0;
}

/* Into p->found, one after another of the good images. */
static int compute(struct predict *p, const struct chunk *c, struct err *e)
{
    size_t good, n = lay_out(p, c, &good);
    const struct image_set set = {.n = p->room, .pixels = c->pixels, .place = p->place};
    const struct backend_plan plan = {
        .n = n, .order = p->order, .draws = p->draws, .batch = p->batch};
    if (!n)
        return 0;
    memset(p->found, 0, good * sizeof *p->found);
    int result = door_images(p->door, &set, p->scores, p->facts.classes ? p->classes : NULL, e);
    if (!result)
        result = door_epoch(p->door, &plan, e);
    if (!result)
        result = run_steps(p, n, good, e);
    for (size_t i = 0; !result && i < good; i++)
        conclude(p, &p->found[i]);
    return result;
}

static int hand_out(const struct predict *p, const struct chunk *c, predict_taker take,
                    void *context, struct err *e)
{
    const struct prediction *next = p->found;
    for (size_t i = 0; i < c->n; i++) {
        const struct prediction *x = c->reasons[i] ? NULL : next++;
        if (take(context, c->first + i, x, c->reasons[i], e))
            return -1;
    }
    return 0;
}

static int go_through(struct predict *p, struct chunk chunks[2], const char *const *paths, size_t n,
                      predict_taker take, void *context, struct err *e)
{
    int result = decode_begin(&chunks[0], p, paths, 0, n, e);
    for (size_t k = 0; !result && k * p->room < n; k++) {
        struct chunk *now = &chunks[k % 2], *next = &chunks[(k + 1) % 2];
        result = decode_end(now, e);
        if (!result && (k + 1) * p->room < n)
            result = decode_begin(next, p, paths, (k + 1) * p->room, n, e);
        if (!result)
            result = compute(p, now, e);
        if (!result)
            result = hand_out(p, now, take, context, e);
    }
    return result;
}

int predict_images(struct predict *p, const char *const *paths, size_t n, predict_taker take,
                   void *context, struct err *e)
{
    struct chunk chunks[2];
    memset(chunks, 0, sizeof chunks);
    int result = chunk_init(&chunks[0], p, e);
    if (!result && n > p->room)
        result = chunk_init(&chunks[1], p, e);
    if (!result)
        result = go_through(p, chunks, paths, n, take, context, e);
    chunk_fini(&chunks[0]);
    chunk_fini(&chunks[1]);
    return result;
}
