/* test_classes.c - scores to classes: every rounding at its halves, edges and bins, what data sets
 * have by themselves, values and weights, and what is wrong with options. */
#include "base/err.h"
#include "engine/dataset/classes.h"
#include "engine/dataset/dataset.h"
#include "engine/dataset/dataset_format.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST 5600

/* A data set of scores, all of which train. */
static struct dataset_item items[MOST];
static uint32_t places[MOST];

static struct dataset set_of(const struct dataset_format *format, const double *scores, size_t n)
{
    struct dataset d = {.format = format,
                        .protocol = format->protocols[0].protocol,
                        .n = n,
                        .items = items,
                        .n_train = n,
                        .train = places};
    for (size_t i = 0; i < n; i++) {
        items[i] = (struct dataset_item){.score = scores[i], .train = true};
        places[i] = (uint32_t)i;
    }
    return d;
}

static struct run_config config_for(enum loss_kind loss)
{
    struct run_config c;
    config_defaults(&c);
    c.loss = loss;
    snprintf(c.data, sizeof c.data, "somewhere");
    return c;
}

static struct classes made(const struct run_config *c, const struct dataset *d)
{
    struct classes k;
    struct err e;
    if (classes_make(&k, c, d, d->train, d->n_train, &e)) {
        diag("%s", e.text);
        memset(&k, 0, sizeof k);
    }
    return k;
}

/* --- roundings --- */

static void test_halves(void)
{
    static const struct {
        double score;
        int down, up, even; /* 0-based, of 5 */
    } rows[] = {
        {1, 0, 0, 0},         {1.4999999999999998, 0, 0, 0},
        {1.5, 0, 1, 1},       {1.5000001, 1, 1, 1},
        {2, 1, 1, 1},         {2.5, 1, 2, 1},
        {2.51, 2, 2, 2},      {3.5, 2, 3, 3},
        {4.4999, 3, 3, 3},    {4.5, 3, 4, 3},
        {4.51, 4, 4, 4},      {5, 4, 4, 4},
        {5.5, 4, 4, 4},       {9, 4, 4, 4},
        {0.5, 0, 0, 0},       {0, 0, 0, 0},
        {-7, 0, 0, 0},        {1e300, 4, 4, 4},
        {-1e300, 0, 0, 0},    {INFINITY, 4, 4, 4},
        {-INFINITY, 0, 0, 0}, {NAN, 0, 0, 0},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct classes down = {.n = 5, .rounding = ROUND_HALF_DOWN};
        const struct classes up = {.n = 5, .rounding = ROUND_HALF_UP};
        const struct classes even = {.n = 5, .rounding = ROUND_HALF_EVEN};
        int got[3] = {classes_of_score(&down, rows[i].score), classes_of_score(&up, rows[i].score),
                      classes_of_score(&even, rows[i].score)};
        bool right = got[0] == rows[i].down && got[1] == rows[i].up && got[2] == rows[i].even;
        wrong += !right;
        if (!right)
            diag("%g: %d down, %d up, %d to even", rows[i].score, got[0], got[1], got[2]);
    }
    is_int(wrong, 0, "halves go down, up and to even; outside goes to the ends");
}

static void test_edges(void)
{
    static const double scores[] = {-2, -1.5, -1, 0, 0.5, 1, 2.5};
    static const int wanted[] = {0, 0, 1, 1, 1, 2, 2};
    struct dataset d = set_of(&dataset_csv, scores, 7);
    struct run_config c = config_for(LOSS_COMBO);
    snprintf(c.class_edges, sizeof c.class_edges, "-1, 1");
    struct classes k = made(&c, &d);
    int wrong = 0;
    for (int i = 0; i < 7; i++)
        wrong += classes_of_score(&k, scores[i]) != wanted[i];
    ok(k.n == 3 && k.rounding == ROUND_EDGES, "two edges make three classes");
    is_int(wrong, 0, "a score at an edge belongs to the next class");
    ok(k.count[0] == 2 && k.count[1] == 3 && k.count[2] == 2, "training images are counted");
    ok(k.value[0] == -1.75 && fabs(k.value[1] + 0.5 / 3) < 1e-15 && k.value[2] == 1.75,
       "values are mean scores");
    ok(k.weight[0] == 1.5 && k.weight[1] == 1 && k.weight[2] == 1.5, "weights are by size");
    ok(isinf(k.low) && isinf(k.high), "no score lies outside");
}

static void test_bins(void)
{
    static const double scores[] = {10, 11, 12.5, 15, 19, 20};
    struct dataset d = set_of(&dataset_csv, scores, 6);
    struct run_config c = config_for(LOSS_COMBO);
    struct classes k = made(&c, &d);
    ok(k.n == 5 && k.rounding == ROUND_BINS, "any other set is cut into 5 bins");
    ok(isinf(k.low) && isinf(k.high) && k.edge[0] == 12 && k.edge[3] == 18,
       "of equal width over the range");
    ok(k.count[0] == 2 && k.count[1] == 1 && k.count[2] == 1 && k.count[3] == 0 && k.count[4] == 2,
       "the highest score is in the last");
    ok(k.value[0] == 10.5 && k.value[1] == 12.5 && k.value[4] == 19.5,
       "values are the classes' means");
    ok(k.value[3] == 17 && k.weight[3] == 0, "an empty class has its middle, and weighs 0");
    c.classes = 2;
    k = made(&c, &d);
    ok(k.n == 2 && k.edge[0] == 15 && classes_of_score(&k, 15) == 1, "or into as many as asked");
    d.n_train = 1;
    k = made(&c, &d);
    ok(k.edge[0] == 10 && classes_of_score(&k, 10) == 1 && k.value[0] == 9.75,
       "one score lies in the middle of a range of 1");
}

static void test_open_ends(void)
{
    static const double scores[] = {1, 2};
    struct dataset d = set_of(&dataset_csv, scores, 2);
    struct run_config c = config_for(LOSS_COMBO);
    snprintf(c.class_edges, sizeof c.class_edges, "-5,0,1.5,7");
    struct classes k = made(&c, &d);
    ok(k.value[0] == -5 && k.value[1] == -2.5 && k.value[4] == 7,
       "empty classes without an end have their edge for a value, others their middle");
}

/* --- what sets have by themselves --- */

/* 5,500 scores with as many halves as SCUT-FBP5500 has, which give its class sizes. */
static void test_scut(void)
{
    static const struct {
        double score;
        int n;
    } groups[] = {{1.2, 28}, {1.5, 2},  {2, 1316}, {2.5, 53}, {3, 2668},
                  {3.5, 29}, {4, 1366}, {4.5, 11}, {4.6, 27}};
    static double scores[MOST];
    static const char *const names[] = {"half-down", "half-up", "half-even"};
    static const enum config_rounding roundings[] = {ROUND_HALF_DOWN, ROUND_HALF_UP,
                                                     ROUND_HALF_EVEN};
    size_t n = 0;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (int i = 0; i < groups[g].n; i++)
            scores[n++] = groups[g].score;
    static const size_t wanted[3][5] = {
        {30, 1369, 2697, 1377, 27}, {28, 1318, 2721, 1395, 38}, {28, 1371, 2668, 1406, 27}};
    struct dataset d = set_of(&dataset_scut, scores, n);
    struct run_config c = config_for(LOSS_COMBO);
    for (int r = 0; r < 3; r++) {
        c.rounding = (int)roundings[r];
        struct classes k = made(&c, &d);
        ok(!memcmp(k.count, wanted[r], sizeof wanted[r]), "%s: SCUT-FBP5500's sizes of classes",
           names[r]);
    }
    c.rounding = ROUND_AUTO;
    struct classes k = made(&c, &d);
    ok(k.n == 5 && k.rounding == ROUND_HALF_DOWN && k.value[0] == 1 && k.value[4] == 5 &&
           k.low == 0.5 && k.high == 5.5,
       "a SCUT set has 5 classes, halves down, values 1 to 5");
    ok(!k.typed && k.weight[0] == 2697.0 / 30, "with weights by size");
    d = set_of(&dataset_csv, scores, n);
    ok(made(&c, &d).rounding == ROUND_BINS, "the same scores in a CSV file are cut into bins");
}

static void test_released(void)
{
    static const double scores[] = {1, 2, 3, 3, 4, 4.5};
    struct dataset d = set_of(&dataset_scut, scores, 6);
    struct run_config c = config_for(LOSS_COMBO_RELEASED);
    struct classes k = made(&c, &d);
    ok(k.rounding == ROUND_HALF_EVEN && k.count[3] == 2, "combo-released rounds halves to even");
    ok(k.typed && k.weight[0] == 1.88 && k.weight[4] == 99.38, "with the typed weights of 60/40");
    d.protocol = PROTOCOL_5_FOLD;
    d.fold = 3;
    k = made(&c, &d);
    ok(k.typed && k.weight[0] == 97.64 && k.weight[4] == 89.5, "and of a fold");
    c.rounding = ROUND_HALF_UP;
    k = made(&c, &d);
    ok(!k.typed && k.weight[1] == 2, "but by size where the rounding is not the code's");
    c.rounding = ROUND_AUTO;
    c.classes = 4;
    ok(!made(&c, &d).typed, "or the number of classes");
    c.classes = 0;
    snprintf(c.class_weights, sizeof c.class_weights, "none");
    ok(made(&c, &d).weight[0] == 1 && made(&c, &d).weight[3] == 1, "none means 1 each");
    snprintf(c.class_weights, sizeof c.class_weights, "5,4,3,2,0");
    k = made(&c, &d);
    ok(k.weight[0] == 5 && k.weight[4] == 0 && !k.typed, "numbers are taken as given");
}

/* A format with edges of its own: HotOrNot as the paper and the released code divide it. */
static const double hot_weights[][LOSS_MAX_CLASSES] = {{3.35, 1, 3.34}};
static const struct dataset_format hot_or_not = {
    .kind = "HotOrNot",
    .protocols = {{.protocol = PROTOCOL_SPLIT, .released = hot_weights}},
    .classes = 3,
    .rounding = ROUND_EDGES,
    .released_rounding = ROUND_EDGES,
    .edge = {-1, 1},
};

static void test_hot_or_not(void)
{
    static const double scores[] = {-3, -2, 0, 0.5, 1, 2.5};
    struct dataset d = set_of(&hot_or_not, scores, 6);
    struct run_config c = config_for(LOSS_COMBO);
    struct classes k = made(&c, &d);
    ok(k.n == 3 && k.rounding == ROUND_EDGES && k.edge[0] == -1 && k.edge[1] == 1,
       "HotOrNot has 3 classes, divided at -1 and 1");
    ok(k.value[0] == -2.5 && k.value[1] == 0.25 && k.value[2] == 1.75, "whose values are means");
    c.loss = LOSS_COMBO_RELEASED;
    k = made(&c, &d);
    ok(k.value[0] == 1 && k.value[2] == 3 && k.typed && k.weight[0] == 3.35,
       "the released code has the values 1 to 3, and its weights");
    c.classes = 4;
    ok(made(&c, &d).rounding == ROUND_BINS, "another number of classes makes bins");
}

static void test_given_values(void)
{
    static const double scores[] = {1, 2, 3};
    struct dataset d = set_of(&dataset_csv, scores, 3);
    struct run_config c = config_for(LOSS_COMBO);
    struct loss_spec spec;
    const double weights[LOSS_MAX_TERMS] = {2, 1, 1};
    c.classes = 3;
    snprintf(c.class_values, sizeof c.class_values, "-1,0.5,1e2");
    struct classes k = made(&c, &d);
    ok(k.value[0] == -1 && k.value[1] == 0.5 && k.value[2] == 100, "values are taken as given");
    loss_spec_init(&spec, LOSS_COMBO, weights, 0, NULL, 0);
    classes_apply(&k, &spec);
    ok(spec.classes == 3 && spec.value[2] == 100 && spec.class_weight[0] == 1,
       "and get into the loss");
    c.rounding = ROUND_HALF_DOWN;
    c.classes = 0;
    snprintf(c.class_values, sizeof c.class_values, "auto");
    k = made(&c, &d);
    ok(k.n == 5 && k.value[4] == 5 && k.weight[4] == 0, "rounding any set makes classes 1 to 5");
}

/* --- what is refused --- */

struct refusal {
    int classes;
    enum config_rounding rounding;
    const char *edges, *values, *weights, *says;
};

static void test_refusals(void)
{
    static const struct refusal rows[] = {
        {1, ROUND_AUTO, "", "auto", "auto", "a single class says nothing"},
        {0, ROUND_AUTO, "1,x", "auto", "auto", "number 2 of '1,x'"},
        {0, ROUND_AUTO, "1,,2", "auto", "auto", "'class-edges': number 2"},
        {0, ROUND_AUTO, "1,2,", "auto", "auto", "'class-edges': number 3"},
        {0, ROUND_AUTO, "1,1", "auto", "auto", "1 does not ascend after 1"},
        {0, ROUND_AUTO, "2,-1", "auto", "auto", "-1 does not ascend after 2"},
        {0, ROUND_AUTO, "inf", "auto", "auto", "'class-edges': number 1"},
        {0, ROUND_AUTO, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "auto", "auto", "16 edges"},
        {0, ROUND_AUTO, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "auto", "auto", "more than"},
        {3, ROUND_AUTO, "1,2,3", "auto", "auto", "into 4 classes, not 3"},
        {0, ROUND_HALF_UP, "1,2", "auto", "auto", "edges or auto, not half-up"},
        {0, ROUND_EDGES, "", "auto", "auto", "--class-edges"},
        {5, ROUND_AUTO, "", "1,2,3", "auto", "'class-values': 3 numbers for 5 classes"},
        {0, ROUND_AUTO, "0", "1,2,3", "auto", "'class-values': 3 numbers for 2 classes"},
        {0, ROUND_AUTO, "", "mean", "auto", "'class-values': number 1 of 'mean'"},
        {0, ROUND_AUTO, "", "", "auto", "'class-values': number 1"},
        {4, ROUND_AUTO, "", "auto", "1,2", "'class-weights': 2 numbers for 4 classes"},
        {2, ROUND_AUTO, "", "auto", "1,-2", "-2 is negative"},
        {2, ROUND_AUTO, "", "auto", "0,0", "--gamma 0"},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct refusal *r = &rows[i];
        struct run_config c = config_for(LOSS_COMBO);
        struct err e = {.code = ERR_NONE};
        c.classes = r->classes;
        c.rounding = (int)r->rounding;
        snprintf(c.class_edges, sizeof c.class_edges, "%s", r->edges);
        snprintf(c.class_values, sizeof c.class_values, "%s", r->values);
        snprintf(c.class_weights, sizeof c.class_weights, "%s", r->weights);
        bool right = config_check(&c, &e) == -1 && e.code == ERR_USAGE && strstr(e.text, r->says);
        wrong += !right;
        if (!right)
            diag("row %zu: wanted '%s', got '%s'", i, r->says, e.text);
    }
    is_int(wrong, 0, "options that cannot be are refused before any data is looked at");
}

/* How many classes there are is known only with the data. */
static void test_late_refusals(void)
{
    static const double scores[] = {1, 2, 3};
    struct dataset d = set_of(&dataset_csv, scores, 3);
    struct run_config c = config_for(LOSS_COMBO);
    struct classes k;
    struct err e;
    snprintf(c.class_values, sizeof c.class_values, "1,2,3");
    ok(!config_check(&c, &e), "three values may be right");
    ok(classes_make(&k, &c, &d, d.train, 3, &e) == -1 && e.code == ERR_USAGE, "but not for 5 bins");
    has_text(e.text, "'class-values': 3 numbers for 5 classes", "which is said");
    d = set_of(&hot_or_not, scores, 3);
    ok(!classes_make(&k, &c, &d, d.train, 3, &e), "HotOrNot has 3 classes");
    snprintf(c.class_values, sizeof c.class_values, "auto");
    snprintf(c.class_weights, sizeof c.class_weights, "1,2");
    ok(classes_make(&k, &c, &d, d.train, 3, &e) == -1, "nor two weights for 3 classes");
    has_text(e.text, "'class-weights': 2 numbers for 3 classes", "which is said");
}

int main(void)
{
    test_halves();
    test_edges();
    test_bins();
    test_open_ends();
    test_scut();
    test_released();
    test_hot_or_not();
    test_given_values();
    test_refusals();
    test_late_refusals();
    return tap_done();
}
