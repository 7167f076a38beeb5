/* test_ablation.c - runs as a table of means: which runs count, what a cell says of the others, and
 * what may be said of differences. Numbers are worked out by hand.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/ablation_tables.h"
#include "tests/kit/tap.h"

#include <math.h>
#include <string.h>

#define MOST 64

static struct run_row runs[MOST];
static size_t n_runs;

/* --- runs --- */

static struct run_row *add(const char *loss, int fold, int64_t seed, double pc)
{
    struct run_row *r = &runs[n_runs++];
    *r = (struct run_row){.id = (int64_t)n_runs,
                          .fold = fold,
                          .seed = seed,
                          .alpha = NAN,
                          .beta = NAN,
                          .gamma = NAN,
                          .image_size = 64,
                          .batch = 16,
                          .epochs = 2,
                          .epochs_done = 2,
                          .best_epoch = 1,
                          .learning_rate = 0.01,
                          .started = 100,
                          .ended = 160,
                          .train_images = 80,
                          .test_images = 20,
                          .last_pc = pc,
                          .last_mae = 1 - pc,
                          .last_rmse = 2 - pc,
                          .best_pc = pc + 0.01,
                          .best_mae = 0.9 - pc,
                          .best_rmse = 1.9 - pc};
    str_copy(r->loss, sizeof r->loss, loss);
    str_copy(r->state, sizeof r->state, "finished");
    str_copy(r->backbone, sizeof r->backbone, "resnet18");
    str_copy(r->data, sizeof r->data, "SCUT-FBP5500");
    str_copy(r->protocol, sizeof r->protocol, fold ? "5-fold" : "60-40");
    str_copy(r->select, sizeof r->select, "test");
    str_copy(r->data_hash, sizeof r->data_hash, "same");
    return r;
}

static void add_seeds(const char *loss, double one, double two, double three)
{
    const double pc[] = {one, two, three};
    for (int i = 0; i < 3; i++)
        add(loss, 0, i + 1, pc[i]);
}

/* --- predictions: 4 images a run; what is true of them depends on the fold --- */

static bool other_images; /* of odd runs */

static int read_scores(void *context, int64_t run, int epoch, struct ablation_scores *to,
                       struct err *e)
{
    const struct run_row *r = &runs[run - 1];
    (void)context;
    if (epoch != 1 && epoch != 2)
        return 0;
    to->predicted = mem_alloc(4, sizeof *to->predicted);
    to->truth = mem_alloc(4, sizeof *to->truth);
    if (!to->predicted || !to->truth)
        return mem_error(e, "scores", 32);
    for (to->n = 0; to->n < 4; to->n++) {
        double i = (double)to->n;
        to->truth[to->n] = to->n == 3 ? (double)NAN : i + 10 * r->fold + (other_images && run % 2);
        to->predicted[to->n] = i + 10 * r->fold + (r->fold == 2 ? 1 : 0.5);
    }
    return 0;
}

/* --- making --- */

static struct ablation_source source;
static struct rows_list list;

static int make(struct ablation **a, struct ablation_choice choice, struct err *e)
{
    static const struct reference_row references[] = {
        {"authors log", "SCUT-FBP5500", "60/40", "ResNet18", "mse", NAN, NAN, NAN, 1, 1, 1,
         "fold 1"},
        {"table 5", "SCUT-FBP5500", "60/40", "ResNet-18", "mse", NAN, NAN, NAN, 0.2313, 0.3054,
         0.8946, ""},
        {"table 5", "SCUT-FBP5500", "60/40", "ResNet18", "combo", 1, 2, 1, 0.2202, 0.2907, 0.9041,
         ""},
    };
    list = (struct rows_list){row_run_columns, runs, n_runs, sizeof *runs, 1000};
    source.experiment = "losses";
    source.runs = &list;
    source.references = references;
    source.n_references = 3;
    if (choice.level == 0)
        choice.level = 0.95;
    return ablation_make(a, &source, &choice, e);
}

static struct ablation *made(struct ablation_choice choice)
{
    struct ablation *a = NULL;
    struct err e = {0};
    if (make(&a, choice, &e))
        printf("Bail out! %s\n", e.text);
    return a;
}

static void begin(void)
{
    n_runs = 0;
    other_images = false;
    source = (struct ablation_source){.scores = read_scores};
}

static bool is_at(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void is_flagged(const struct ablation_cell *cell, const char *wanted, const char *what)
{
    char text[160];
    ablation_flags(cell, text, sizeof text);
    is_text(text, wanted, what);
}

static bool says(const char *const *lines, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(lines[i], text))
            return true;
    for (size_t i = 0; i < n; i++)
        diag("%s", lines[i]);
    return false;
}

/* --- one split --- */

static void test_seeds(void)
{
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("combo", 0.84, 0.82, 0.83);
    for (int i = 3; i < 6; i++) {
        runs[i].alpha = runs[i].gamma = 1;
        runs[i].beta = 2;
    }
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(a->n_rows == 2 && a->n_columns == 1 && a->baseline == 0, "two rows, one column");
    is_text(a->rows[1], "combo 1,2,1", "a loss with its weights");
    const struct ablation_cell *cell = ablation_cell(a, 1, 0);
    ok(is_at(cell->value[0].mean, 0.83) && is_at(cell->value[0].deviation, 0.01) &&
           cell->value[0].n == 3 && cell->value[0].best && !ablation_cell(a, 0, 0)->value[0].best,
       "mean, deviation, how many, and the best PC");
    ok(cell->value[ABLATION_MAE].best && is_at(cell->value[ABLATION_MAE].mean, 0.17),
       "the least MAE is the best");
    ok(is_at(cell->tested[0].mean, 0.84), "best on test stands apart");
    ok(is_at(cell->value[ABLATION_BIAS].mean, 0.5), "the mean error, of known images alone");
    ok(is_at(cell->published[0], 0.9041) && is_at(ablation_cell(a, 0, 0)->published[1], 0.2313),
       "published figures of the same data, protocol, net and loss");
    is_flagged(cell, "", "all is there");
    /* d = 0.04, 0.01, 0.01: mean 0.02, error 0.01, t = 2, p = 1 - 2 / sqrt(6) */
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->pairs == 3 && d->seeds == 3 && is_at(d->mean[0], 0.02) && is_at(d->t, 2) &&
           is_at(d->df, 2) && is_at(d->p, 1 - 2 / sqrt(6)) && is_at(d->p_holm, d->p),
       "a paired t test over seeds: t %.12g p %.12g", d->t, d->p);
    ok(fabs(d->low - (0.02 - 0.04302652729911)) < 1e-9 &&
           fabs(d->high - (0.02 + 0.04302652729911)) < 1e-9,
       "and its interval");
    ok(d->verdict == ABLATION_UNDECIDED && d->seeds_needed > 3 &&
           is_at(d->needed_s, 2 * 60.0 * (double)(d->seeds_needed - 3)),
       "undecided: %zu seeds of 60 s a run are needed", d->seeds_needed);
    ok(says(a->sentences, a->n_sentences,
            "combo 1,2,1 is 0.0200 PC above mse, which may be chance (95 % -0.0230 to 0.0630, p "
            "0.184 after Holm, 3 seeds; for this split only); "),
       "said in words");
    ok(strstr(a->caption, "6 of 6 runs finished, seeds 1-3") &&
           strstr(a->caption, "the last epoch, on the 20 test images of SCUT-FBP5500") &&
           strstr(a->caption, "Holm over 1 test of PC"),
       "the caption: %s", a->caption);
    ablation_free(a);
}

static void test_decided(void)
{
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("l1", 0.70, 0.711, 0.719);
    add_seeds("smooth-l1", 0.80, 0.81, 0.82);
    add_seeds("combo", 0.8010, 0.8205, 0.8195);
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST});
    const struct ablation_difference *worse = ablation_difference(a, 1, 0),
                                     *alike = ablation_difference(a, 2, 0),
                                     *open = ablation_difference(a, 3, 0);
    ok(worse->verdict == ABLATION_WORSE && open->verdict == ABLATION_UNDECIDED && a->family == 2,
       "one is worse, one undecided");
    ok(is_at(worse->p_holm, 2 * worse->p) && is_at(open->p_holm, open->p),
       "Holm: the smaller p twice, the other once");
    ok(alike->verdict == ABLATION_ALIKE && isnan(alike->p_holm), "one does not differ at all");
    ok(says(a->sentences, a->n_sentences, "l1 is worse than mse by 0.1000 PC (95 % 0.0"),
       "in words, the interval turned round");
    ok(says(a->sentences, a->n_sentences, "smooth-l1 does not differ from mse at all"), "alike");
    ok(worse->seeds_needed == 3 && worse->needed_s == 0, "what is decided needs no more");
    ablation_free(a);
}

/* Only finished runs count, and of two alike the newer. */
static void test_incomplete(void)
{
    static const char *const states[] = {"running", "failed", "queued"};
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add("mse", 0, 4, 0.83);
    add("l1", 0, 1, 0.5);
    for (int i = 0; i < 3; i++)
        str_copy(add("l1", 0, 2 + i, 0.9)->state, sizeof runs->state, states[i]);
    add("l1", 0, 1, 0.6);                                              /* again */
    str_copy(add("l1", 0, 1, 0.9)->state, sizeof runs->state, "lost"); /* and again */
    str_copy(add("huber", 0, 1, 0.9)->state, sizeof runs->state, "diverged");
    add("nothing", 0, 1, NAN);
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST});
    const struct ablation_cell *cell = ablation_cell(a, 1, 0);
    ok(cell->value[0].n == 1 && is_at(cell->value[0].mean, 0.6) && isnan(cell->value[0].deviation),
       "the newest finished run alone");
    is_flagged(cell, "1 of 4; 1 running, 1 failed, 1 queued", "others are told");
    is_flagged(ablation_cell(a, 2, 0), "0 of 4; 1 diverged, 3 not there", "and what is not there");
    ok(isnan(ablation_cell(a, 2, 0)->value[0].mean) && !ablation_cell(a, 2, 0)->value[0].n,
       "a cell without a finished run has no figure");
    ok(!ablation_cell(a, 3, 0)->value[0].n && ablation_cell(a, 3, 0)->value[1].n == 0,
       "constant predictions have no PC");
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_FEW_SEEDS &&
           isnan(ablation_difference(a, 1, 0)->p) &&
           is_at(ablation_difference(a, 1, 0)->mean[0], -0.2) &&
           ablation_difference(a, 1, 0)->seeds_needed == 3,
       "one seed: a difference, no test");
    ok(ablation_difference(a, 2, 0)->verdict == ABLATION_NO_PAIRS, "no pair");
    ok(says(a->sentences, a->n_sentences,
            "l1 is 0.2000 PC below mse on 1 seed: training noise not measured, not tested; 3 seeds "
            "in all can be tested: 2m00s more."),
       "in words");
    ok(says(a->sentences, a->n_sentences,
            "huber has no finished run that shares fold, seed and data with mse (0 of 4; 1 "
            "diverged, 3 not there)"),
       "and without a pair");
    ok(cell->n_runs == 6 && cell->runs[0] == 10 && cell->runs[5] == 5, "a cell knows its runs");
    ablation_free(a);
}

static void test_mixed(void)
{
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("l1", 0.70, 0.71, 0.72);
    add("l1", 0, 1, 0.9)->image_size = 112;
    for (int i = 3; i < 6; i++)
        runs[i].learning_rate = 0.001;
    runs[6].learning_rate = 0.001;
    str_copy(runs[0].device, sizeof runs->device, "cuda:0");
    str_copy(runs[1].device, sizeof runs->device, "cpu");
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_cell(a, 1, 0)->mixed && ablation_cell(a, 1, 0)->value[0].n == 4 &&
           !ablation_cell(a, 0, 0)->mixed,
       "runs of two sizes are averaged");
    ok(says(a->warnings, a->n_warnings,
            "1 of 2 cells mix image size 112 and 64: nothing is tested there; --rows "
            "loss,image_size parts them"),
       "but it is said");
    ok(says(a->warnings, a->n_warnings, "1 of 2 cells mix device cuda:0, cpu and none"),
       "and so are devices");
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_MIXED &&
           isnan(ablation_difference(a, 1, 0)->p),
       "and nothing is tested");
    ok(strstr(a->caption, "Rows differ in learning rate too: mse 0.01; l1 0.001.") != NULL,
       "each loss's learning rate is told");
    ablation_free(a);
    a = made((struct ablation_choice){.rows = "loss,image-size", .columns = "learning_rate"});
    ok(a->n_rows == 3 && a->n_columns == 2 && !strcmp(a->rows[2], "l1, 112") &&
           !ablation_cell(a, 1, 1)->mixed,
       "two settings make rows, a number columns");
    ablation_free(a);
}

static void test_options(void)
{
    static const struct setting_row settings[] = {
        {0, "warmup", "0"}, {0, "threads", "1"}, {2, "threads", "2"}, {3, "warmup", "5"}};
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    source.settings = settings;
    source.n_settings = 4;
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(a->n_warnings == 1 && says(a->warnings, 1, "cells mix warmup 0 and 5"),
       "an option that changes figures is told, threads are not");
    ablation_free(a);
    a = made((struct ablation_choice){.rows = "warmup"});
    ok(a->n_rows == 2 && !strcmp(a->rows[1], "5") && ablation_cell(a, 0, 0)->value[0].n == 2,
       "rows by an option");
    ablation_free(a);
}

/* --- which epoch --- */

static void test_selection(void)
{
    static const struct tested_row tested[] = {{4, 0.95, 0.1, 0.2}};
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("l1", 0.70, 0.71, 0.72);
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_BEST});
    ok(is_at(ablation_cell(a, 0, 0)->value[0].mean, 0.82), "figures of the best epoch");
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_OPTIMISTIC &&
           isnan(ablation_difference(a, 1, 0)->p),
       "chosen on test images: not tested");
    ok(strstr(a->caption, "optimistic") != NULL, "and said in the caption");
    ablation_free(a);
    for (size_t i = 0; i < n_runs; i++)
        str_copy(runs[i].select, sizeof runs->select, "val");
    source.tested = tested;
    source.n_tested = 1;
    a = made((struct ablation_choice){.at = ABLATION_BEST});
    ok(isfinite(ablation_difference(a, 1, 0)->p) && strstr(a->caption, "held out of training"),
       "chosen on val images: tested");
    ok(is_at(ablation_cell(a, 1, 0)->tested[0].mean, 0.95) &&
           ablation_cell(a, 1, 0)->tested[0].n == 1 && !ablation_cell(a, 0, 0)->tested[0].n,
       "best on test is then another epoch's");
    ablation_free(a);
}

/* Epoch 1 is right on even places and wrong on odd ones, epoch 2 the other way round: what one
 * half chooses is bad on the other. */
static int half_scores(void *context, int64_t run, int epoch, struct ablation_scores *to,
                       struct err *e)
{
    (void)context;
    (void)run;
    to->predicted = mem_alloc(8, sizeof *to->predicted);
    to->truth = mem_alloc(8, sizeof *to->truth);
    if (!to->predicted || !to->truth)
        return mem_error(e, "scores", 64);
    for (to->n = 0; to->n < 8; to->n++) {
        bool right = (to->n % 2 == 0) == (epoch == 1);
        to->truth[to->n] = (double)(to->n / 2);
        to->predicted[to->n] = right ? (double)(to->n / 2) : 3 - (double)(to->n / 2);
    }
    return 0;
}

static void test_halves(void)
{
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("l1", 0.70, 0.71, 0.72);
    source.scores = half_scores;
    struct ablation *a =
        made((struct ablation_choice){.at = ABLATION_HALF, .bootstrap = true, .level = 0.95});
    const struct ablation_value *v = ablation_cell(a, 0, 0)->value;
    ok(v[ABLATION_PC].n == 3 && is_at(v[ABLATION_PC].mean, -1) && is_at(v[ABLATION_MAE].mean, 2) &&
           is_at(v[ABLATION_BIAS].mean, 0),
       "half of the images choose, the others judge: PC %g", v[ABLATION_PC].mean);
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_ALIKE &&
           !ablation_difference(a, 1, 0)->images && strstr(a->caption, "both ways averaged"),
       "it may be tested, and has no checkpoint");
    ablation_free(a);
    source.scores = NULL;
    a = made((struct ablation_choice){.at = ABLATION_HALF});
    ok(!ablation_cell(a, 0, 0)->value[0].n, "without predictions there is none");
    ablation_free(a);
}

/* --- folds --- */

static void add_folds(const char *loss, const double *pc, int folds)
{
    for (int fold = 1; fold <= folds; fold++)
        for (int seed = 1; seed <= 3; seed++)
            add(loss, fold, seed, pc[fold - 1] + 0.001 * (seed - 2));
}

static void test_folds(void)
{
    static const double base[] = {0.80, 0.82, 0.81, 0.83, 0.84};
    static const double more[] = {0.81, 0.84, 0.84, 0.87, 0.89};
    begin();
    add_folds("mse", base, 5);
    add_folds("combo", more, 5);
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST, .spearman = true});
    const struct ablation_cell *cell = ablation_cell(a, 0, 0);
    ok(cell->value[0].n == 5 && is_at(cell->value[0].mean, 0.82) &&
           is_at(cell->value[0].deviation, sqrt(0.00025)),
       "the folds are the sample, seeds averaged within each");
    /* d = 0.01 ... 0.05: error = sqrt(0.00025) sqrt(1/5 + 20/80), t = sqrt(8), 4 degrees */
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->pairs == 15 && d->seeds == 3 && d->folds == 5 && is_at(d->mean[0], 0.03) &&
           is_at(d->t, sqrt(8)) && is_at(d->df, 4),
       "the corrected resampled t test: t %.12g", d->t);
    ok(d->verdict == ABLATION_BETTER &&
           says(a->sentences, a->n_sentences,
                "combo is better than mse by 0.0300 PC (95 % 0.0006 to 0.0594, p 0.047 after "
                "Holm, 3 seeds in each of 5 folds)."),
       "decided, for more than this split");
    /* Errors: 0.5, but 1 in fold 2. Squares: (4 x 0.25 + 1) / 5. */
    ok(is_at(cell->pooled[ABLATION_MAE], 0.6) && is_at(cell->pooled[ABLATION_RMSE], sqrt(0.4)) &&
           cell->pooled[ABLATION_PC] > 0.999,
       "pooled over the test images of all folds: MAE %.12g", cell->pooled[ABLATION_MAE]);
    ok(is_at(cell->value[ABLATION_BIAS].mean, 0.6) && is_at(cell->value[ABLATION_SPEARMAN].mean, 1),
       "mean error and ranks of each fold");
    ablation_free(a);
    str_copy(runs[29].state, sizeof runs->state, "running");
    a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_FEW_SEEDS, "a fold with two seeds");
    is_flagged(ablation_cell(a, 1, 0), "14 of 15; 1 running", "and it is flagged");
    ablation_free(a);
    n_runs = 15 + 12;
    a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_FEW_FOLDS &&
           says(a->sentences, a->n_sentences, "in 4 of 5 folds: not tested before all are there"),
       "a fold that is not there");
    ok(isnan(ablation_cell(a, 1, 0)->pooled[0]) && isfinite(ablation_cell(a, 0, 0)->pooled[0]),
       "pools nothing");
    ablation_free(a);
}

static void test_one_fold(void)
{
    begin();
    for (int i = 0; i < 6; i++)
        add(i < 3 ? "mse" : "l1", 2, i % 3, 0.8 + 0.01 * i * i);
    struct ablation *a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->df == 2 && ablation_difference(a, 1, 0)->folds == 1 &&
           says(a->sentences, a->n_sentences, "3 seeds; for this split only"),
       "one fold is one split");
    ablation_free(a);
    str_copy(runs[4].data_hash, sizeof runs->data_hash, "other");
    a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->pairs == 2, "runs on other data are no pair");
    ablation_free(a);
}

/* --- test images --- */

static void test_bootstrap(void)
{
    atomic_bool cancel = true;
    struct err e = {0};
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("l1", 0.70, 0.71, 0.72);
    struct ablation *a = made((struct ablation_choice){.bootstrap = true});
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->images == 3 && d->image_seed == 1 && d->image_low[ABLATION_MAE] == 0 &&
           d->image_high[ABLATION_MAE] == 0,
       "equal predictions differ nowhere: %g to %g", d->image_low[1], d->image_high[1]);
    ok(ablation_difference(a, 0, 0)->images == 0, "the baseline is not drawn against itself");
    ablation_free(a);
    other_images = true;
    a = made((struct ablation_choice){.bootstrap = true});
    ok(ablation_difference(a, 1, 0)->images == 0, "other images are not compared");
    ablation_free(a);
    a = NULL;
    ok(make(&a, (struct ablation_choice){.cancel = &cancel}, &e) == 1 && !a, "it can be cancelled");
}

/* --- texts --- */

static void test_texts(void)
{
    char name[256];
    struct err e = {0};
    struct table *tables[3] = {NULL};
    struct ablation_shown shown = {0};
    FILE *null = fopen("/dev/null", "w");
    memset(name, 'x', sizeof name);
    memcpy(name, "\033[31m\n\r\"", 8);
    name[sizeof name - 1] = '\0';
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    for (int i = 1; i < 3; i++)
        str_copy(runs[i].data, sizeof runs->data, name);
    struct ablation *a = made((struct ablation_choice){.rows = "data", .columns = "data,loss"});
    bool clean = a->n_sentences > 0;
    for (size_t i = 0; i < a->n_sentences; i++)
        clean &= !strpbrk(a->sentences[i], "\033\n\r");
    ok(clean && !strpbrk(a->caption, "\033\n\r"), "sentences hold nothing that a terminal obeys");
    ok(!ablation_metrics("mae,pc", &shown, &e) && shown.n_metrics == 2 &&
           shown.metrics[0] == ABLATION_MAE,
       "metrics in the order asked for");
    ok(ablation_metrics("pc,pc", &shown, &e) && ablation_metrics("spearman", &shown, &e) &&
           ablation_metrics("", &shown, &e),
       "no metric twice, and none that is not a run's: %s", e.text);
    ablation_metrics("pc", &shown, &e);
    ok(!ablation_table(&tables[0], a, &shown, &e) &&
           !ablation_table_differences(&tables[1], a, &e) &&
           !ablation_table_figures(&tables[2], a, &shown, &e) &&
           !tables_print(tables, 3, FORMAT_TABLE, 80, true, null, &e) &&
           !tables_print(tables, 3, FORMAT_JSON, 0, false, null, &e),
       "tables of long names: %s", e.text);
    for (int i = 0; i < 3; i++)
        table_free(tables[i]);
    fclose(null);
    ablation_free(a);
}

static void test_values(void)
{
    char text[64];
    const struct ablation_value value = {.mean = 0.894, .deviation = 0.003, .n = 3},
                                one = {.mean = 0.894, .n = 1};
    struct ablation_cell cell = {.n_runs = 3, .complete = 3, .wanted = 3};
    ablation_value_text(&value, &cell, false, text, sizeof text);
    is_text(text, "0.8940 ± 0.0030 (3)", "mean, deviation, how many");
    ablation_value_text(&value, &cell, true, text, sizeof text);
    is_text(text, "0.8940 +- 0.0030 (3)", "in ASCII");
    cell.wanted = 4;
    ablation_value_text(&value, &cell, true, text, sizeof text);
    is_text(text, "0.8940 +- 0.0030 (3 of 4)", "and of how many");
    cell.complete = cell.wanted = 1;
    cell.mixed = true;
    ablation_value_text(&one, &cell, false, text, sizeof text);
    is_text(text, "0.8940 (1, mixed)", "of one");
}

static void test_refusals(void)
{
    struct ablation *a;
    struct err e = {0};
    begin();
    a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(!a->n_rows && says(a->sentences, a->n_sentences, "There are no runs yet"), "no runs");
    ablation_free(a);
    add("mse", 0, 1, 0.8);
    a = made((struct ablation_choice){.at = ABLATION_LAST});
    ok(says(a->sentences, a->n_sentences, "There is one row, so nothing to compare it with"),
       "one run");
    ablation_free(a);
    ok(make(&a, (struct ablation_choice){.rows = "loss,colour"}, &e) &&
           strstr(e.text, "no column or option 'colour'"),
       "rows by nothing: %s", e.text);
    ok(make(&a, (struct ablation_choice){.rows = "loss,loss,loss,loss,loss"}, &e) &&
           strstr(e.text, "more than 4 names"),
       "too many names: %s", e.text);
    ok(make(&a, (struct ablation_choice){.baseline = "l1"}, &e) &&
           strstr(e.text, "there is no row 'l1' to compare with; there are: mse"),
       "a baseline that is no row: %s", e.text);
}

static void test_memory(void)
{
    begin();
    add_seeds("mse", 0.80, 0.81, 0.82);
    add_seeds("l1", 0.70, 0.71, 0.72);
    for (long n = 1; n < 2000; n++) {
        struct ablation *a = NULL;
        struct err e = {0};
        mem_test_fail_at(n);
        int failed = make(&a, (struct ablation_choice){.bootstrap = true, .spearman = true}, &e);
        long used = mem_test_count();
        mem_test_fail_at(0);
        if (failed && e.code == ERR_MEMORY && !a)
            continue;
        ok(!failed && used < n, "each of %ld allocations may fail", n - 1);
        ablation_free(a);
        return;
    }
    ok(0, "it ends");
}

int main(void)
{
    test_seeds();
    test_decided();
    test_incomplete();
    test_mixed();
    test_options();
    test_selection();
    test_halves();
    test_folds();
    test_one_fold();
    test_bootstrap();
    test_texts();
    test_values();
    test_refusals();
    test_memory();
    return tap_done();
}
