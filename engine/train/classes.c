/* classes.c - see classes.h. Order of the parts: lists of numbers, checks of the options, then what
 * classes_make does step by step: settle, divide, count, values, weights. */
#include "engine/train/classes.h"

#include "base/err.h"
#include "base/str.h"
#include "engine/data/dataset.h"

#include <math.h>
#include <string.h>

/* --- lists of numbers in options --- */

struct numbers {
    int n;
    double at[LOSS_MAX_CLASSES];
};

/* "-1, 1": the text between two commas, without blanks. */
static int one_number(double *to, const char *from, size_t length)
{
    char text[64];
    while (length && *from == ' ') {
        from++;
        length--;
    }
    while (length && from[length - 1] == ' ')
        length--;
    if (!length || length >= sizeof text)
        return -1;
    memcpy(text, from, length);
    text[length] = '\0';
    return str_to_real(text, to);
}

static int read_numbers(struct numbers *out, const char *option, const char *text, struct err *e)
{
    char shown[160];
    out->n = 0;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (out->n == LOSS_MAX_CLASSES)
            return err_set(e, ERR_USAGE, "option '%s': more than %d numbers", option,
                           LOSS_MAX_CLASSES);
        if (one_number(&out->at[out->n++], at, length)) {
            str_visible(shown, sizeof shown, text);
            return err_set(
                e, ERR_USAGE,
                "option '%s': number %d of '%s' is none; allowed are numbers with commas "
                "between them, as in 1,2.5,4",
                option, out->n, shown);
        }
        at += length;
        if (!*at)
            return 0;
    }
}

/* As many numbers as classes, where these are known (n > 0). */
static int check_count(const struct numbers *list, const char *option, int n, struct err *e)
{
    if (!n || list->n == n)
        return 0;
    return err_set(e, ERR_USAGE, "option '%s': %d numbers for %d classes", option, list->n, n);
}

/* --- the options apart from data --- */

static int read_edges(struct numbers *out, const struct run_config *c, struct err *e)
{
    out->n = 0;
    if (!c->class_edges[0])
        return 0;
    if (read_numbers(out, "class-edges", c->class_edges, e))
        return -1;
    if (out->n == LOSS_MAX_CLASSES)
        return err_set(e, ERR_USAGE, "option 'class-edges': %d edges make more than %d classes",
                       out->n, LOSS_MAX_CLASSES);
    for (int i = 1; i < out->n; i++)
        if (!(out->at[i] > out->at[i - 1]))
            return err_set(e, ERR_USAGE, "option 'class-edges': %g does not ascend after %g",
                           out->at[i], out->at[i - 1]);
    return 0;
}

static int read_values(struct numbers *out, const struct run_config *c, int n, struct err *e)
{
    out->n = 0;
    if (!strcmp(c->class_values, "auto"))
        return 0;
    if (read_numbers(out, "class-values", c->class_values, e))
        return -1;
    return check_count(out, "class-values", n, e);
}

static bool weights_by_size(const struct run_config *c)
{
    return !strcmp(c->class_weights, "auto");
}

static bool weights_none(const struct run_config *c)
{
    return !strcmp(c->class_weights, "none");
}

static int read_weights(struct numbers *out, const struct run_config *c, int n, struct err *e)
{
    double sum = 0;
    out->n = 0;
    if (weights_by_size(c) || weights_none(c))
        return 0;
    if (read_numbers(out, "class-weights", c->class_weights, e))
        return -1;
    for (int i = 0; i < out->n; i++) {
        if (out->at[i] < 0)
            return err_set(e, ERR_USAGE, "option 'class-weights': %g is negative", out->at[i]);
        sum += out->at[i];
    }
    if (!(sum > 0))
        return err_set(e, ERR_USAGE,
                       "option 'class-weights': all are 0; to train without the classification "
                       "term give --gamma 0");
    return check_count(out, "class-weights", n, e);
}

static int check_edges(const struct run_config *c, const struct numbers *edges, struct err *e)
{
    if (edges->n && c->rounding != ROUND_AUTO && c->rounding != ROUND_EDGES)
        return err_set(e, ERR_USAGE,
                       "option 'class-edges' goes with the rounding edges or auto, not %s",
                       config_rounding_names[c->rounding]);
    if (!edges->n && c->rounding == ROUND_EDGES)
        return err_set(e, ERR_USAGE,
                       "option 'rounding': edges needs the edges, such as --class-edges -1,1");
    if (edges->n && c->classes && c->classes != edges->n + 1)
        return err_set(e, ERR_USAGE,
                       "option 'class-edges' divides scores into %d classes, not %lld",
                       edges->n + 1, (long long)c->classes);
    return 0;
}

int classes_check(const struct run_config *c, struct err *e)
{
    struct numbers edges, values, weights;
    if (c->classes == 1)
        return err_set(e, ERR_USAGE,
                       "option 'classes': 1 class says nothing; give 0, for as many as the data "
                       "set has, or 2 and more");
    if (read_edges(&edges, c, e) || check_edges(c, &edges, e))
        return -1;
    int n = edges.n ? edges.n + 1 : (int)c->classes;
    if (read_values(&values, c, n, e))
        return -1;
    return read_weights(&weights, c, n, e);
}

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
    const struct run_config *c;
    const struct dataset *d;
    const uint32_t *train;
    size_t n;
    const struct known_set *known; /* NULL when the classes are not such a set's own */
    struct numbers edges, values, weights;
};

static bool is_released(const struct making *m)
{
    return m->c->loss == LOSS_COMBO_RELEASED;
}

/* A known set's classes are its own when neither their number nor their bounds were asked for. */
static void settle(struct classes *k, struct making *m)
{
    const struct run_config *c = m->c;
    const struct known_set *set = known_set(m->d);
    k->n = m->edges.n ? m->edges.n + 1 : (int)c->classes;
    if (!k->n)
        k->n = set ? set->classes : USUAL_CLASSES;
    bool halves = set && set->rounding != ROUND_EDGES;
    if (c->rounding != ROUND_AUTO)
        k->rounding = c->rounding;
    else if (m->edges.n)
        k->rounding = ROUND_EDGES;
    else if (set && (halves || k->n == set->classes))
        k->rounding = is_released(m) ? set->released : set->rounding;
    else
        k->rounding = ROUND_BINS;
    if (set && c->rounding == ROUND_AUTO && !m->edges.n && k->n == set->classes)
        m->known = set;
}

static double score_of(const struct making *m, size_t i)
{
    return m->d->items[m->train[i]].score;
}

static void training_range(const struct making *m, double *least, double *most)
{
    *least = *most = score_of(m, 0);
    for (size_t i = 1; i < m->n; i++) {
        *least = fmin(*least, score_of(m, i));
        *most = fmax(*most, score_of(m, i));
    }
}

/* Equal bins; training scores that are all the same lie in the middle of a range of 1. */
static void divide_range(struct classes *k, const struct making *m)
{
    training_range(m, &k->low, &k->high);
    if (!(k->high > k->low)) {
        k->low -= 0.5;
        k->high += 0.5;
    }
    for (int c = 1; c < k->n; c++)
        k->edge[c - 1] = k->low + (k->high - k->low) * c / k->n;
}

static void divide(struct classes *k, const struct making *m)
{
    switch (k->rounding) {
    case ROUND_EDGES:
        memcpy(k->edge, m->known ? m->known->edge : m->edges.at,
               (size_t)(k->n - 1) * sizeof *k->edge);
        k->low = -INFINITY;
        k->high = INFINITY;
        break;
    case ROUND_BINS:
    case ROUND_AUTO:
        divide_range(k, m);
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

/* Where no training image is, the middle of the class. A first or last class without an end of its
 * own ends where the training scores do. */
static double middle(const struct classes *k, const struct making *m, int c)
{
    double least, most;
    training_range(m, &least, &most);
    double first = isfinite(k->low) ? k->low : fmin(least, k->edge[0]);
    double last = isfinite(k->high) ? k->high : fmax(most, k->edge[k->n - 2]);
    double from = c ? k->edge[c - 1] : first;
    double to = c < k->n - 1 ? k->edge[c] : last;
    return (from + to) / 2;
}

static bool rounds_to_numbers(const struct classes *k, const struct making *m)
{
    return k->rounding == ROUND_HALF_DOWN || k->rounding == ROUND_HALF_UP ||
           k->rounding == ROUND_HALF_EVEN || (is_released(m) && m->known);
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
        if (m->values.n)
            k->value[c] = m->values.at[c];
        else if (rounds_to_numbers(k, m))
            k->value[c] = c + 1;
        else
            k->value[c] = k->count[c] ? sum[c] / (double)k->count[c] : middle(k, m, c);
    }
}

static void weigh(struct classes *k, const struct making *m)
{
    size_t bytes = (size_t)k->n * sizeof *k->weight;
    const double *typed = is_released(m) && m->known ? typed_for(m->d) : NULL;
    if (m->weights.n) {
        memcpy(k->weight, m->weights.at, bytes);
    } else if (weights_none(m->c)) {
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
    struct making m = {.c = c, .d = d, .train = train, .n = n};
    memset(out, 0, sizeof *out);
    if (classes_check(c, e) || read_edges(&m.edges, c, e))
        return -1;
    settle(out, &m);
    if (read_values(&m.values, c, out->n, e) || read_weights(&m.weights, c, out->n, e))
        return -1;
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
