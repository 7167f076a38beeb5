/* test_ablation_tests.c - what may be said of differences, of one split and of folds, at a number
 * of seeds that was fixed beforehand. Numbers are worked out by hand.
 */
#include "base/mem.h"
#include "base/str.h"
#include "tests/kit/tap.h"
#include "tests/results/ablation_kit.h"

static void is_flagged(const struct ablation_cell *cell, const char *wanted, const char *what)
{
    char text[160];
    ablation_flags(cell, text, sizeof text);
    is_text(text, wanted, what);
}

static void test_seeds(void)
{
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("combo", 0.84, 0.82, 0.83);
    for (int i = 3; i < 6; i++) {
        runs[i].alpha = runs[i].gamma = 1;
        runs[i].beta = 2;
    }
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(a->n_rows == 2 && a->n_columns == 1 && a->baseline == 0, "two rows, one column");
    is_text(a->rows[1], "combo 1,2,1", "a loss with its weights");
    const struct ablation_cell *cell = ablation_cell(a, 1, 0);
    ok(kit_is_at(cell->value[0].mean, 0.83) && kit_is_at(cell->value[0].deviation, 0.01) &&
           cell->value[0].n == 3 && cell->value[0].best && !ablation_cell(a, 0, 0)->value[0].best,
       "mean, deviation, how many, and the best PC");
    ok(cell->value[ABLATION_MAE].best && kit_is_at(cell->value[ABLATION_MAE].mean, 0.17),
       "the least MAE is the best");
    ok(kit_is_at(cell->tested[0].mean, 0.84), "best on test stands apart");
    ok(kit_is_at(cell->value[ABLATION_BIAS].mean, 0.5), "the mean error, of known images alone");
    ok(kit_is_at(cell->published[0], 0.9041) &&
           kit_is_at(ablation_cell(a, 0, 0)->published[1], 0.2313),
       "published figures of the same data, protocol, net and loss");
    is_flagged(cell, "", "all is there");
    /* d = 0.04, 0.01, 0.01: mean 0.02, error 0.01, t = 2, p = 1 - 2 / sqrt(6) */
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->pairs == 3 && d->seeds == 3 && kit_is_at(d->mean[0], 0.02) && kit_is_at(d->t, 2) &&
           kit_is_at(d->df, 2) && kit_is_at(d->p, 1 - 2 / sqrt(6)) && kit_is_at(d->p_holm, d->p),
       "a paired t test over seeds: t %.12g p %.12g", d->t, d->p);
    ok(fabs(d->low - (0.02 - 0.04302652729911)) < 1e-9 &&
           fabs(d->high - (0.02 + 0.04302652729911)) < 1e-9,
       "and its interval");
    ok(d->verdict == ABLATION_UNDECIDED && d->seeds_needed > 3 &&
           kit_is_at(d->needed_s, 2 * 60.0 * (double)(d->seeds_needed - 3)),
       "undecided: %zu seeds of 60 s a run are needed", d->seeds_needed);
    ok(kit_says(
           a->sentences, a->n_sentences,
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
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("l1", 0.70, 0.711, 0.719);
    kit_add_seeds("smooth-l1", 0.80, 0.81, 0.82);
    kit_add_seeds("combo", 0.8010, 0.8205, 0.8195);
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    const struct ablation_difference *worse = ablation_difference(a, 1, 0),
                                     *alike = ablation_difference(a, 2, 0),
                                     *open = ablation_difference(a, 3, 0);
    ok(worse->verdict == ABLATION_WORSE && open->verdict == ABLATION_UNDECIDED && a->family == 2,
       "one is worse, one undecided");
    ok(kit_is_at(worse->p_holm, 2 * worse->p) && kit_is_at(open->p_holm, open->p),
       "Holm: the smaller p twice, the other once");
    ok(alike->verdict == ABLATION_ALIKE && isnan(alike->p_holm), "one does not differ at all");
    ok(kit_says(a->sentences, a->n_sentences, "l1 is worse than mse by 0.1000 PC (95 % 0.0"),
       "in words, the interval turned round");
    ok(kit_says(a->sentences, a->n_sentences, "smooth-l1 does not differ from mse at all"),
       "alike");
    ok(worse->seeds_needed == 3 && worse->needed_s == 0, "what is decided needs no more");
    ablation_free(a);
}

static void add_folds(const char *loss, const double *pc, int folds)
{
    for (int fold = 1; fold <= folds; fold++)
        for (int seed = 1; seed <= 3; seed++)
            kit_add(loss, fold, seed, pc[fold - 1] + 0.001 * (seed - 2));
}

static void test_folds(void)
{
    static const double base[] = {0.80, 0.82, 0.81, 0.83, 0.84};
    static const double more[] = {0.81, 0.84, 0.84, 0.87, 0.89};
    kit_begin();
    add_folds("mse", base, 5);
    add_folds("combo", more, 5);
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST, .spearman = true});
    const struct ablation_cell *cell = ablation_cell(a, 0, 0);
    ok(cell->value[0].n == 5 && kit_is_at(cell->value[0].mean, 0.82) &&
           kit_is_at(cell->value[0].deviation, sqrt(0.00025)),
       "the folds are the sample, seeds averaged within each");
    /* d = 0.01 ... 0.05: error = sqrt(0.00025) sqrt(1/5 + 20/80), t = sqrt(8), 4 degrees */
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->pairs == 15 && d->seeds == 3 && d->folds == 5 && kit_is_at(d->mean[0], 0.03) &&
           kit_is_at(d->t, sqrt(8)) && kit_is_at(d->df, 4),
       "the corrected resampled t test: t %.12g", d->t);
    ok(d->verdict == ABLATION_BETTER &&
           kit_says(a->sentences, a->n_sentences,
                    "combo is better than mse by 0.0300 PC (95 % 0.0006 to 0.0594, p 0.047 after "
                    "Holm, 3 seeds in each of 5 folds)."),
       "decided, for more than this split");
    /* Errors: 0.5, but 1 in fold 2. Squares: (4 x 0.25 + 1) / 5. */
    ok(kit_is_at(cell->pooled[ABLATION_MAE], 0.6) &&
           kit_is_at(cell->pooled[ABLATION_RMSE], sqrt(0.4)) && cell->pooled[ABLATION_PC] > 0.999,
       "pooled over the test images of all folds: MAE %.12g", cell->pooled[ABLATION_MAE]);
    ok(kit_is_at(cell->value[ABLATION_BIAS].mean, 0.6) &&
           kit_is_at(cell->value[ABLATION_SPEARMAN].mean, 1),
       "mean error and ranks of each fold");
    ablation_free(a);
    str_copy(runs[29].state, sizeof runs->state, "running");
    a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_FEW_SEEDS, "a fold with two seeds");
    is_flagged(ablation_cell(a, 1, 0), "14 of 15; 1 running", "and it is flagged");
    ablation_free(a);
    n_runs = 15 + 12;
    a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_FEW_FOLDS &&
           kit_says(a->sentences, a->n_sentences,
                    "in 4 of 5 folds: not tested before all are there"),
       "a fold that is not there");
    ok(isnan(ablation_cell(a, 1, 0)->pooled[0]) && isfinite(ablation_cell(a, 0, 0)->pooled[0]),
       "pools nothing");
    ablation_free(a);
}

static void test_one_fold(void)
{
    kit_begin();
    for (int i = 0; i < 6; i++)
        kit_add(i < 3 ? "mse" : "l1", 2, i % 3, 0.8 + 0.01 * i * i);
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->df == 2 && ablation_difference(a, 1, 0)->folds == 1 &&
           kit_says(a->sentences, a->n_sentences, "3 seeds; for this split only"),
       "one fold is one split");
    ablation_free(a);
    str_copy(runs[4].data_hash, sizeof runs->data_hash, "other");
    a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_difference(a, 1, 0)->pairs == 2, "runs on other data are no pair");
    ablation_free(a);
}

static void test_bootstrap(void)
{
    atomic_bool cancel = true;
    struct err e = {0};
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("l1", 0.70, 0.71, 0.72);
    struct ablation *a = kit_made((struct ablation_choice){.bootstrap = true});
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->images == 3 && d->image_seed == 1 && d->image_low[ABLATION_MAE] == 0 &&
           d->image_high[ABLATION_MAE] == 0,
       "equal predictions differ nowhere: %g to %g", d->image_low[1], d->image_high[1]);
    ok(ablation_difference(a, 0, 0)->images == 0, "the baseline is not drawn against itself");
    ablation_free(a);
    other_images = true;
    a = kit_made((struct ablation_choice){.bootstrap = true});
    ok(ablation_difference(a, 1, 0)->images == 0, "other images are not compared");
    ablation_free(a);
    a = NULL;
    ok(kit_make(&a, (struct ablation_choice){.cancel = &cancel}, &e) == 1 && !a,
       "it can be cancelled");
}

int main(void)
{
    test_seeds();
    test_decided();
    test_folds();
    test_one_fold();
    test_bootstrap();
    return tap_done();
}
