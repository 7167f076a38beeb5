/* toy_backend.c - see toy_backend.h. */
#include "tests/kit/toy_backend.h"

#include "base/mem.h"
#include "engine/core/loss_math.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 64 /* images in a step */

struct toy toy;

struct step {
    struct backend_result result;
    float scores[MOST];
    float probabilities[MOST * LOSS_MAX_CLASSES];
};

struct backend {
    struct backend_spec spec;
    struct net net;
    struct net_params *params;
    float **values, **momenta;
    const struct image_set *images;
    float *labels;
    int *classes;
    int score_w, score_b, class_b; /* parameters */
    struct backend_plan plan;
    size_t next; /* sample */
    struct step ring[BACKEND_IN_FLIGHT], given;
    int in_flight;
    int plans; /* begun */
    char *algorithms;
    double gradient[2 + LOSS_MAX_CLASSES];
    bool frozen;
};

__attribute__((format(printf, 2, 3))) static void promise(bool kept, const char *format, ...)
{
    va_list args;
    if (kept)
        return;
    va_start(args, format);
    if (!toy.violations++)
        vsnprintf(toy.violation, sizeof toy.violation, format, args);
    va_end(args);
}

static const char *toy_library(void)
{
    return "toy 1";
}

static int toy_devices(struct backend_device *list, int room, char *why, size_t why_room)
{
    (void)why;
    (void)why_room;
    if (room > 0)
        list[0] = (struct backend_device){"toy", "abacus", "two beads", 0};
    return 1;
}

static void free_all(struct backend *b, float **all)
{
    for (int i = 0; all && i < b->params->n; i++)
        mem_free(all[i]);
    mem_free(all);
}

static float **alloc_all(struct backend *b)
{
    float **all = mem_alloc((size_t)b->params->n, sizeof *all);
    for (int i = 0; all && i < b->params->n; i++)
        if (!(all[i] = mem_alloc(b->params->at[i].count, sizeof(float)))) {
            free_all(b, all);
            return NULL;
        }
    return all;
}

static void toy_close(struct backend *b)
{
    if (!b)
        return;
    toy.closed++;
    free_all(b, b->values);
    free_all(b, b->momenta);
    mem_free(b->algorithms);
    mem_free(b->labels);
    mem_free(b->classes);
    mem_free((void *)b->plan.order);
    mem_free((void *)b->plan.draws);
    net_params_free(b->params);
    mem_free(b);
}

/* As it is told, or as it likes. */
static int choose(struct backend *b, struct err *e)
{
    const char *told = b->spec.algorithms, *text = told ? told : toy.algorithms;
    toy.told = told != NULL;
    if (told && toy.forgot)
        return err_set(e, ERR_VERSION, "the toy has lost \"%.*s\"", (int)strcspn(told, "\n"), told);
    b->algorithms = text ? mem_string(text) : NULL;
    return text && !b->algorithms ? mem_error(e, "a toy's algorithms", strlen(text)) : 0;
}

static const char *toy_algorithms(const struct backend *b)
{
    return b->algorithms;
}

static const char *toy_notes(const struct backend *b)
{
    (void)b;
    return toy.notes;
}

static const char *toy_remarks(const struct backend *b)
{
    (void)b;
    return toy.remarks;
}

static int toy_open(struct backend **out, const struct backend_spec *spec, struct err *e)
{
    *out = NULL;
    if (toy.fail_open)
        return err_set(e, ERR_DEVICE, "the toy is broken");
    struct backend *b = mem_alloc(1, sizeof *b);
    if (!b)
        return mem_error(e, "a toy", sizeof *b);
    toy.opened++;
    b->spec = *spec;
    b->net = *spec->net;
    b->spec.net = &b->net;
    if (net_params_new(&b->params, &b->net, e) || choose(b, e))
        goto failed;
    if (!(b->values = alloc_all(b)) || !(b->momenta = alloc_all(b)))
        goto memory;
    b->score_w = net_params_role(b->params, -1, NET_SCORE_W);
    b->score_b = net_params_role(b->params, -1, NET_SCORE_B);
    b->class_b = net_params_role(b->params, -1, NET_CLASS_B);
    promise(spec->deterministic && !spec->probe && !spec->memory_most, "the spec is odd");
    promise(spec->cache && !access(spec->cache, W_OK), "no cache to write to");
    *out = b;
    return 0;
memory:
    mem_error(e, "a toy's parameters", 0);
failed:
    toy_close(b);
    return -1;
}

static int toy_images(struct backend *b, const struct image_set *set, const float *scores,
                      const int *classes, struct err *e)
{
    promise((classes != NULL) == (b->spec.loss.classes > 0), "classes given without need");
    b->images = set;
    b->labels = mem_copy(scores, set->n * sizeof *scores);
    b->classes = classes ? mem_copy(classes, set->n * sizeof *classes) : NULL;
    if (!b->labels || (classes && !b->classes))
        return mem_error(e, "a toy's labels", set->n * sizeof *scores);
    return 0;
}

static float *place_of(struct backend *b, enum backend_kind kind, int index)
{
    promise(kind == BACKEND_PARAM || kind == BACKEND_MOMENTUM, "set or get of kind %d", (int)kind);
    return (kind == BACKEND_PARAM ? b->values : b->momenta)[index];
}

static int toy_set(struct backend *b, enum backend_kind kind, int index, const float *from,
                   size_t count, struct err *e)
{
    (void)e;
    memcpy(place_of(b, kind, index), from, count * sizeof *from);
    return 0;
}

static double grey_of(const struct backend *b, size_t i);

/* The net's last tensor: grey in its first channel, where the heads see it. */
static void get_last(const struct backend *b, float *to, size_t count)
{
    const struct backend_result *r = &b->given.result;
    size_t channels = (size_t)b->net.units[b->net.n_units - 1].out, one = count / (size_t)r->n;
    memset(to, 0, count * sizeof *to);
    for (size_t i = 0; i < count; i += channels)
        to[i] = (float)grey_of(b, r->first + i / one);
}

static int toy_get(struct backend *b, enum backend_kind kind, int index, float *to, size_t count,
                   struct err *e)
{
    (void)e;
    if (kind == BACKEND_TENSOR) {
        get_last(b, to, count);
        return 0;
    }
    memcpy(to, place_of(b, kind, index), count * sizeof *to);
    return 0;
}

static int toy_epoch(struct backend *b, const struct backend_plan *plan, struct err *e)
{
    promise(b->next == b->plan.n, "a plan begins before the last one is done");
    mem_free((void *)b->plan.order);
    mem_free((void *)b->plan.draws);
    b->plan = *plan;
    b->next = 0;
    b->plans++;
    b->plan.order = mem_copy(plan->order, plan->n * sizeof *plan->order);
    b->plan.draws = mem_copy(plan->draws, plan->n * sizeof *plan->draws);
    if (!b->plan.order || !b->plan.draws)
        return mem_error(e, "a toy's plan", plan->n);
    return 0;
}

/* Mean grey of the crop, 0..1. */
static double grey_of(const struct backend *b, size_t i)
{
    const struct image_place *p = &b->images->place[b->plan.order[i]];
    const struct augment_spec *a = &b->spec.augment;
    struct augment_draw draw = b->plan.draws[i];
    const struct augment_source source = {b->images->pixels + p->offset, p->width, a->height,
                                          a->width};
    uint64_t sum = 0;
    for (int y = 0; y < a->height; y++)
        for (int x = 0; x < a->width; x++) {
            uint8_t rgb[3];
            augment_pixel(&source, &draw, y, x, rgb);
            sum += rgb[0] + rgb[1] + rgb[2];
        }
    return (double)sum / (765.0 * a->height * a->width);
}

static void nap(int us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000L};
    if (us)
        nanosleep(&t, NULL);
}

static void update(struct backend *b, const double *gradient)
{
    int n = 2 + (b->class_b >= 0 ? b->spec.loss.classes : 0);
    for (int k = 0; k < n; k++) {
        int index = k == 0 ? b->score_w : k == 1 ? b->score_b : b->class_b;
        float *w = b->values[index] + (k < 2 ? 0 : k - 2);
        float *v = b->momenta[index] + (k < 2 ? 0 : k - 2);
        *v = (float)(b->spec.momentum * (double)*v + gradient[k] +
                     b->spec.weight_decay * (double)*w);
        *w = (float)((double)*w - b->plan.learning_rate * (double)*v);
    }
}

static void forward(struct backend *b, struct step *s, double *gradient)
{
    const struct loss_spec *l = &b->spec.loss;
    const float *logits = b->class_b >= 0 ? b->values[b->class_b] : NULL;
    struct backend_result *r = &s->result;
    double weights = 0;
    for (int i = 0; i < r->n && b->classes; i++)
        weights += l->class_weight[b->classes[b->plan.order[r->first + (size_t)i]]];
    for (int i = 0; i < r->n; i++) {
        uint32_t image = b->plan.order[r->first + (size_t)i];
        double grey = grey_of(b, r->first + (size_t)i);
        struct loss_sample one;
        s->scores[i] = toy.constant ? 3 + (float)b->plans / 8
                                    : (float)((double)b->values[b->score_w][0] * grey) +
                                          b->values[b->score_b][0];
        loss_of_sample(l, s->scores[i], logits, b->labels[image],
                       b->classes ? b->classes[image] : 0, loss_class_scale(l, weights, r->n),
                       &one);
        gradient[0] += one.score_gradient * grey / r->n;
        gradient[1] += one.score_gradient / r->n;
        for (int t = 0; t < LOSS_MAX_TERMS; t++)
            r->term[t] += one.term[t] / r->n;
        for (int c = 0; c < l->classes; c++) {
            gradient[2 + c] += one.logit_gradient[c] / r->n;
            s->probabilities[i * l->classes + c] = (float)one.probability[c];
        }
    }
}

/* Numbers lost on demand. */
static void spoil(struct backend *b, struct backend_result *r, bool trains)
{
    if (trains && toy.trained == toy.nan_train_step)
        r->term[b->spec.loss.classes ? 1 : 0] = NAN;
    if (!trains && toy.evaluated == toy.inf_test_step)
        r->term[0] = INFINITY;
    r->total = 0;
    for (int t = 0; t < LOSS_MAX_TERMS; t++)
        r->total += b->spec.loss.weight[t] * r->term[t];
    r->finite = isfinite(r->total);
    b->frozen |= !r->finite;
}

/* What a step begins with: the next batch, or the last one again where it goes on with that. */
static void take_batch(struct backend *b, struct step *s, bool trains)
{
    size_t left = b->plan.n - b->next;
    memset(s, 0, sizeof *s);
    memset(b->gradient, 0, sizeof b->gradient);
    s->result.first = b->next;
    s->result.n = left < (size_t)b->plan.batch ? (int)left : b->plan.batch;
    b->next += (size_t)s->result.n;
    nap(toy.step_us);
    forward(b, s, b->gradient);
    spoil(b, &s->result, trains);
}

static int toy_step(struct backend *b, unsigned phases, struct err *e)
{
    const unsigned back = BACKEND_BACKWARD | BACKEND_UPDATE;
    bool fresh = phases & (BACKEND_FORWARD | BACKEND_EVAL), trains = phases != BACKEND_EVAL;
    promise(!trains || phases == BACKEND_FORWARD || (phases & back) == back, "phases %u", phases);
    if (trains && fresh && toy.trained + 1 == toy.fail_train_step)
        return err_set(e, toy.dies ? ERR_DEAD : ERR_DEVICE, "the toy fell off the table");
    *(trains ? &toy.trained : &toy.evaluated) += fresh;
    struct step *s = &b->ring[b->in_flight++];
    if (fresh)
        take_batch(b, s, trains);
    else
        *s = b->given;
    if (phases & BACKEND_UPDATE && !b->frozen)
        update(b, b->gradient);
    if (phases & BACKEND_UPDATE && toy.trained == toy.poison_train_step)
        b->values[b->score_w][0] = NAN;
    if (b->in_flight > toy.in_flight_most)
        toy.in_flight_most = b->in_flight;
    if (s->result.n > toy.images_most)
        toy.images_most = s->result.n;
    return 0;
}

static int toy_collect(struct backend *b, struct backend_result *out, struct err *e)
{
    (void)e;
    b->given = b->ring[0];
    memmove(b->ring, b->ring + 1, (size_t)--b->in_flight * sizeof *b->ring);
    *out = b->given.result;
    out->scores = b->given.scores;
    out->probabilities = b->spec.loss.classes ? b->given.probabilities : NULL;
    return 0;
}

static void toy_usage(const struct backend *b, struct backend_usage *out)
{
    (void)b;
    *out = (struct backend_usage){.bytes = {[MEMORY_PARAMETERS] = 1000, [MEMORY_WORKSPACE] = 24},
                                  .detail = "beads",
                                  .load = 0.5,
                                  .temperature_c = 36.6,
                                  .power_w = NAN};
}

const struct backend_ops *toy_backend(void)
{
    static const struct backend_ops ops = {
        .version = BACKEND_VERSION,
        .name = "toy",
        .usual = BACKEND_F32,
        .library = toy_library,
        .devices = toy_devices,
        .open = toy_open,
        .images = toy_images,
        .set = toy_set,
        .get = toy_get,
        .epoch = toy_epoch,
        .step = toy_step,
        .collect = toy_collect,
        .usage = toy_usage,
        .close = toy_close,
        .algorithms = toy_algorithms,
        .notes = toy_notes,
        .remarks = toy_remarks,
    };
    return &ops;
}
