/* classes.c - see classes.h. What data sets have by themselves comes first, then what classes_make
 * does step by step: settle, divide, count, values, weights. */
#include "engine/dataset/classes.h"

#include "engine/dataset/dataset.h"
#include "engine/config_classes.h"

#include <math.h>
#include <string.h>

/* --- what data sets have --- */

/* Classes of the sets that the paper trains on. */
static const struct known_set {
    const char *kind;
    int classes;
    enum config_rounding rounding, released;
    double edge[2]; /* of ROUND_EDGES */
} known_sets[] = {
    {"SCUT-FBP5500", 5, ROUND_HALF_DOWN, ROUND_HALF_EVEN, {0, 0}},
    {"SCUT-FBP", 5, ROUND_HALF_DOWN, ROUND_HALF_EVEN, {0, 0}},
    {"HotOrNot", 3, ROUND_EDGES, ROUND_EDGES, {-1, 1}},
};

#define USUAL_CLASSES 5

static const struct known_set *known_set(const struct dataset *d)
{
    for (size_t i = 0; i < sizeof known_sets / sizeof *known_sets; i++)
        if (!strcmp(known_sets[i].kind, d->kind))
            return &known_sets[i];
    return NULL;
}

/* Class weights as the released code has them; fold 0 means any protocol and fold. */
static const struct typed_weights {
    const char *kind;
    enum config_protocol protocol;
    int fold;
    double weight[5];
} typed_weights[] = {
    {"SCUT-FBP5500", PROTOCOL_60_40, 0, {1.88, 1, 1.91, 99.38, 99.38}},
    {"SCUT-FBP5500", PROTOCOL_5_FOLD, 1, {93.3, 1.98, 1, 1.91, 102.19}},
    {"SCUT-FBP5500", PROTOCOL_5_FOLD, 2, {105.9, 1.92, 1, 1.86, 92.09}},
    {"SCUT-FBP5500", PROTOCOL_5_FOLD, 3, {97.64, 1.97, 1, 1.92, 89.5}},
    {"SCUT-FBP5500", PROTOCOL_5_FOLD, 4, {96.68, 1.92, 1, 1.9, 106.35}},
    {"SCUT-FBP5500", PROTOCOL_5_FOLD, 5, {85.32, 1.94, 1, 1.9, 106.65}},
    {"SCUT-FBP", PROTOCOL_AUTO, 0, {91.5, 1, 1.06, 5.72, 18.3}},
    {"HotOrNot", PROTOCOL_AUTO, 0, {3.35, 1, 3.34}},
};

static const double *typed_for(const struct dataset *d)
{
    for (size_t i = 0; i < sizeof typed_weights / sizeof *typed_weights; i++) {
        const struct typed_weights *t = &typed_weights[i];
        if (!strcmp(t->kind, d->kind) &&
            (t->protocol == PROTOCOL_AUTO || t->protocol == d->protocol) &&
            (!t->fold || t->fold == d->fold))
            return t->weight;
    }
    return NULL;
}

/* --- settling --- */

/* What classes_make works with. */
struct making {
    bool released; /* for combo-released */
    const struct dataset *d;
    const uint32_t *train;
    size_t n;
    const struct known_set *known; /* NULL when the classes are not such a set's own */
    struct class_options options;
    double least, most; /* training scores */
};

/* A known set's classes are its own when neither their number nor their bounds were asked for. */
static void settle(struct classes *k, struct making *m)
{
    const struct class_options *o = &m->options;
    const struct known_set *set = known_set(m->d);
    k->n = o->n ? o->n : set ? set->classes : USUAL_CLASSES;
    bool left_open = o->rounding == ROUND_AUTO && !o->edges.n;
    bool numbers = set && set->rounding != ROUND_EDGES;
    if (!left_open)
        k->rounding = o->edges.n ? ROUND_EDGES : o->rounding;
    else if (set && (numbers || k->n == set->classes))
        k->rounding = m->released ? set->released : set->rounding;
    else
        k->rounding = ROUND_BINS;
    if (set && left_open && k->n == set->classes)
        m->known = set;
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
        memcpy(k->edge, m->known ? m->known->edge : m->options.edges.at,
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
           k->rounding == ROUND_HALF_EVEN || (m->released && m->known);
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

static void weigh(struct classes *k, const struct making *m)
{
    size_t bytes = (size_t)k->n * sizeof *k->weight;
    const double *typed = m->released && m->known ? typed_for(m->d) : NULL;
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
