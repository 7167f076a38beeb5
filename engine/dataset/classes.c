/* classes.c - see classes.h. What classes_make does, step by step: settle, divide, count, values,
 * weights. */
#include "engine/dataset/classes.h"

#include "engine/config_classes.h"
#include "engine/dataset/dataset.h"
#include "engine/dataset/dataset_format.h"

#include <math.h>
#include <string.h>

#define USUAL_CLASSES 5

/* --- settling --- */

/* What classes_make works with. */
struct making {
    bool released; /* for combo-released */
    const struct dataset *d;
    const uint32_t *train;
    size_t n;
    bool own; /* the classes are those of the set's format */
    struct class_options options;
    double least, most; /* training scores */
};

/* The classes are the format's own when neither another number nor bounds were asked for. */
static void settle(struct classes *k, struct making *m)
{
    const struct class_options *o = &m->options;
    const struct dataset_format *f = m->d->format;
    k->n = o->n ? o->n : f->classes ? f->classes : USUAL_CLASSES;
    bool left_open = o->rounding == ROUND_AUTO && !o->edges.n;
    bool numbers = f->classes && f->rounding != ROUND_EDGES;
    m->own = left_open && k->n == f->classes;
    if (!left_open)
        k->rounding = o->edges.n ? ROUND_EDGES : o->rounding;
    else if (m->own || numbers)
        k->rounding = m->released ? f->released_rounding : f->rounding;
    else
        k->rounding = ROUND_BINS;
}

static double score_of(const struct making *m, size_t i)
{
    return m->d->items[m->train[i]].score;
}

static void find_range(struct making *m)
{
    m->least = m->most = score_of(m, 0);
    for (size_t i = 1; i < m->n; i++) {
        m->least = fmin(m->least, score_of(m, i));
        m->most = fmax(m->most, score_of(m, i));
    }
    if (m->most > m->least)
        return;
    m->least -= 0.5; /* all the same: in the middle of a range of 1 */
    m->most += 0.5;
}

static void divide(struct classes *k, const struct making *m)
{
    k->low = -INFINITY;
    k->high = INFINITY;
    switch (k->rounding) {
    case ROUND_EDGES:
        memcpy(k->edge, m->own ? m->d->format->edge : m->options.edges.at,
               (size_t)(k->n - 1) * sizeof *k->edge);
        break;
    case ROUND_BINS:
    case ROUND_AUTO:
        for (int c = 1; c < k->n; c++)
            k->edge[c - 1] = m->least + (m->most - m->least) * c / k->n;
        break;
    case ROUND_HALF_DOWN:
    case ROUND_HALF_UP:
    case ROUND_HALF_EVEN:
        for (int c = 1; c < k->n; c++)
            k->edge[c - 1] = c + 0.5;
        k->low = 0.5;
        k->high = k->n + 0.5;
        break;
    }
}

int classes_of_score(const struct classes *k, double score)
{
    double number = 1;
    switch (k->rounding) {
    case ROUND_HALF_DOWN:
        number = ceil(score - 0.5);
        break;
    case ROUND_HALF_UP:
        number = floor(score + 0.5);
        break;
    case ROUND_HALF_EVEN:
        number = rint(score);
        break;
    case ROUND_EDGES:
    case ROUND_BINS:
    case ROUND_AUTO:
        for (int c = 0; c < k->n - 1; c++)
            number += score >= k->edge[c];
        break;
    }
    if (!(number > 1))
        return 0;
    return number >= k->n ? k->n - 1 : (int)number - 1;
}

/* Where no training image is, the middle of the class; the first and the last end where the
 * training scores do. */
static double middle(const struct classes *k, const struct making *m, int c)
{
    double from = c ? k->edge[c - 1] : fmin(m->least, k->edge[0]);
    double to = c < k->n - 1 ? k->edge[c] : fmax(m->most, k->edge[c - 1]);
    return (from + to) / 2;
}

static bool rounds_to_numbers(const struct classes *k, const struct making *m)
{
    return k->rounding == ROUND_HALF_DOWN || k->rounding == ROUND_HALF_UP ||
           k->rounding == ROUND_HALF_EVEN || (m->released && m->own);
}

static void count_and_value(struct classes *k, const struct making *m)
{
    double sum[LOSS_MAX_CLASSES] = {0};
    for (size_t i = 0; i < m->n; i++) {
        int c = classes_of_score(k, score_of(m, i));
        k->count[c]++;
        sum[c] += score_of(m, i);
    }
    for (int c = 0; c < k->n; c++) {
        if (m->options.values.n)
            k->value[c] = m->options.values.at[c];
        else if (rounds_to_numbers(k, m))
            k->value[c] = c + 1;
        else
            k->value[c] = k->count[c] ? sum[c] / (double)k->count[c] : middle(k, m, c);
    }
}

/* As the released code has them. */
static const double *typed_weights(const struct dataset *d)
{
    const struct dataset_protocol *p = dataset_protocol(d->format, d->protocol);
    return p->released ? p->released[d->fold ? d->fold - 1 : 0] : NULL;
}

static void weigh(struct classes *k, const struct making *m)
{
    size_t bytes = (size_t)k->n * sizeof *k->weight;
    const double *typed = m->released && m->own ? typed_weights(m->d) : NULL;
    if (m->options.weights.n) {
        memcpy(k->weight, m->options.weights.at, bytes);
    } else if (m->options.equal_weights) {
        for (int c = 0; c < k->n; c++)
            k->weight[c] = 1;
    } else if (typed) {
        k->typed = true;
        memcpy(k->weight, typed, bytes);
    } else {
        loss_balance(k->weight, k->count, k->n);
    }
}

int classes_make(struct classes *out, const struct run_config *c, const struct dataset *d,
                 const uint32_t *train, size_t n, struct err *e)
{
    struct making m = {.released = c->loss == LOSS_COMBO_RELEASED, .d = d, .train = train, .n = n};
    memset(out, 0, sizeof *out);
    if (class_options_read(&m.options, c, e))
        return -1;
    settle(out, &m);
    if (class_options_count(&m.options, out->n, e))
        return -1;
    find_range(&m);
    divide(out, &m);
    count_and_value(out, &m);
    weigh(out, &m);
    return 0;
}

void classes_apply(const struct classes *k, struct loss_spec *spec)
{
    spec->classes = k->n;
    memcpy(spec->value, k->value, sizeof spec->value);
    memcpy(spec->class_weight, k->weight, sizeof spec->class_weight);
}
