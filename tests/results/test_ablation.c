/* test_ablation.c - runs as a table of means: which runs count, what a cell says of the others, and
 * how it is said. Numbers are worked out by hand.
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

static void test_incomplete(void)
{
    static const char *const states[] = {"running", "failed", "queued"};
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add("mse", 0, 4, 0.83);
    kit_add("l1", 0, 1, 0.5);
    for (int i = 0; i < 3; i++)
        str_copy(kit_add("l1", 0, 2 + i, 0.9)->state, sizeof runs->state, states[i]);
    kit_add("l1", 0, 1, 0.6);                                              /* again */
    str_copy(kit_add("l1", 0, 1, 0.9)->state, sizeof runs->state, "lost"); /* and again */
    str_copy(kit_add("huber", 0, 1, 0.9)->state, sizeof runs->state, "diverged");
    kit_add("nothing", 0, 1, NAN);
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    const struct ablation_cell *cell = ablation_cell(a, 1, 0);
    ok(cell->value[0].n == 1 && kit_is_at(cell->value[0].mean, 0.6) &&
           isnan(cell->value[0].deviation),
       "the newest finished run alone");
    is_flagged(cell, "1 of 4; 1 running, 1 failed, 1 queued", "others are told");
    is_flagged(ablation_cell(a, 2, 0), "0 of 4; 1 diverged, 3 not there", "and what is not there");
    ok(isnan(ablation_cell(a, 2, 0)->value[0].mean) && !ablation_cell(a, 2, 0)->value[0].n,
       "a cell without a finished run has no figure");
    ok(!ablation_cell(a, 3, 0)->value[0].n && ablation_cell(a, 3, 0)->value[1].n == 0,
       "constant predictions have no PC");
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_FEW_SEEDS &&
           isnan(ablation_difference(a, 1, 0)->p) &&
           kit_is_at(ablation_difference(a, 1, 0)->mean[0], -0.2) &&
           ablation_difference(a, 1, 0)->seeds_needed == 3,
       "one seed: a difference, no test");
    ok(ablation_difference(a, 2, 0)->verdict == ABLATION_NO_PAIRS, "no pair");
    ok(kit_says(
           a->sentences, a->n_sentences,
           "l1 is 0.2000 PC below mse on 1 seed: training noise not measured, not tested; 3 seeds "
           "in all can be tested: 2m00s more."),
       "in words");
    ok(kit_says(a->sentences, a->n_sentences,
                "huber has no finished run that shares fold, seed and data with mse (0 of 4; 1 "
                "diverged, 3 not there)"),
       "and without a pair");
    ok(cell->n_runs == 6 && cell->runs[0] == 10 && cell->runs[5] == 5, "a cell knows its runs");
    ablation_free(a);
}

static void test_mixed(void)
{
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("l1", 0.70, 0.71, 0.72);
    kit_add("l1", 0, 1, 0.9)->image_size = 112;
    for (int i = 3; i < 6; i++)
        runs[i].learning_rate = 0.001;
    runs[6].learning_rate = 0.001;
    str_copy(runs[0].device, sizeof runs->device, "cuda:0");
    str_copy(runs[1].device, sizeof runs->device, "cpu");
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(ablation_cell(a, 1, 0)->mixed && ablation_cell(a, 1, 0)->value[0].n == 4 &&
           !ablation_cell(a, 0, 0)->mixed,
       "runs of two sizes are averaged");
    ok(kit_says(a->warnings, a->n_warnings,
                "1 of 2 cells mix image size 112 and 64: nothing is tested there; --rows "
                "loss,image_size parts them"),
       "but it is said");
    ok(kit_says(a->warnings, a->n_warnings, "1 of 2 cells mix device cuda:0, cpu and none"),
       "and so are devices");
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_MIXED &&
           isnan(ablation_difference(a, 1, 0)->p),
       "and nothing is tested");
    ok(strstr(a->caption, "Rows differ in learning rate too: mse 0.01; l1 0.001.") != NULL,
       "each loss's learning rate is told");
    ablation_free(a);
    a = kit_made((struct ablation_choice){.rows = "loss,image-size", .columns = "learning_rate"});
    ok(a->n_rows == 3 && a->n_columns == 2 && !strcmp(a->rows[2], "l1, 112") &&
           !ablation_cell(a, 1, 1)->mixed,
       "two settings make rows, a number columns");
    ablation_free(a);
}

static void test_options(void)
{
    static const struct setting_row settings[] = {
        {0, "warmup", "0"}, {0, "threads", "1"}, {2, "threads", "2"}, {3, "warmup", "5"}};
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    source.settings = settings;
    source.n_settings = 4;
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(a->n_warnings == 1 && kit_says(a->warnings, 1, "cells mix warmup 0 and 5"),
       "an option that changes figures is told, threads are not");
    ablation_free(a);
    a = kit_made((struct ablation_choice){.rows = "warmup"});
    ok(a->n_rows == 2 && !strcmp(a->rows[1], "5") && ablation_cell(a, 0, 0)->value[0].n == 2,
       "rows by an option");
    ablation_free(a);
}

static void test_selection(void)
{
    static const struct tested_row tested[] = {{4, 0.95, 0.1, 0.2}};
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("l1", 0.70, 0.71, 0.72);
    struct ablation *a = kit_made((struct ablation_choice){.at = ABLATION_BEST});
    ok(kit_is_at(ablation_cell(a, 0, 0)->value[0].mean, 0.82), "figures of the best epoch");
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_OPTIMISTIC &&
           isnan(ablation_difference(a, 1, 0)->p),
       "chosen on test images: not tested");
    ok(strstr(a->caption, "optimistic") != NULL, "and said in the caption");
    ablation_free(a);
    for (size_t i = 0; i < n_runs; i++)
        str_copy(runs[i].select, sizeof runs->select, "val");
    source.tested = tested;
    source.n_tested = 1;
    a = kit_made((struct ablation_choice){.at = ABLATION_BEST});
    ok(isfinite(ablation_difference(a, 1, 0)->p) && strstr(a->caption, "held out of training"),
       "chosen on val images: tested");
    ok(kit_is_at(ablation_cell(a, 1, 0)->tested[0].mean, 0.95) &&
           ablation_cell(a, 1, 0)->tested[0].n == 1 && !ablation_cell(a, 0, 0)->tested[0].n,
       "best on test is then another epoch's");
    ablation_free(a);
}

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
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("l1", 0.70, 0.71, 0.72);
    source.scores = half_scores;
    struct ablation *a =
        kit_made((struct ablation_choice){.at = ABLATION_HALF, .bootstrap = true, .level = 0.95});
    const struct ablation_value *v = ablation_cell(a, 0, 0)->value;
    ok(v[ABLATION_PC].n == 3 && kit_is_at(v[ABLATION_PC].mean, -1) &&
           kit_is_at(v[ABLATION_MAE].mean, 2) && kit_is_at(v[ABLATION_BIAS].mean, 0),
       "half of the images choose, the others judge: PC %g", v[ABLATION_PC].mean);
    ok(ablation_difference(a, 1, 0)->verdict == ABLATION_ALIKE &&
           !ablation_difference(a, 1, 0)->images && strstr(a->caption, "both ways averaged"),
       "it may be tested, and has no checkpoint");
    ablation_free(a);
    source.scores = NULL;
    a = kit_made((struct ablation_choice){.at = ABLATION_HALF});
    ok(!ablation_cell(a, 0, 0)->value[0].n, "without predictions there is none");
    ablation_free(a);
}

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
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    for (int i = 1; i < 3; i++)
        str_copy(runs[i].data, sizeof runs->data, name);
    struct ablation *a = kit_made((struct ablation_choice){.rows = "data", .columns = "data,loss"});
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
    kit_begin();
    a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(!a->n_rows && kit_says(a->sentences, a->n_sentences, "There are no runs yet"), "no runs");
    ablation_free(a);
    kit_add("mse", 0, 1, 0.8);
    a = kit_made((struct ablation_choice){.at = ABLATION_LAST});
    ok(kit_says(a->sentences, a->n_sentences, "There is one row, so nothing to compare it with"),
       "one run");
    ablation_free(a);
    ok(kit_make(&a, (struct ablation_choice){.rows = "loss,colour"}, &e) &&
           strstr(e.text, "no column or option 'colour'"),
       "rows by nothing: %s", e.text);
    ok(kit_make(&a, (struct ablation_choice){.rows = "loss,loss,loss,loss,loss"}, &e) &&
           strstr(e.text, "more than 4 names"),
       "too many names: %s", e.text);
    ok(kit_make(&a, (struct ablation_choice){.baseline = "l1"}, &e) &&
           strstr(e.text, "there is no row 'l1' to compare with; there are: mse"),
       "a baseline that is no row: %s", e.text);
}

static void test_memory(void)
{
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("l1", 0.70, 0.71, 0.72);
    for (long n = 1; n < 2000; n++) {
        struct ablation *a = NULL;
        struct err e = {0};
        mem_test_fail_at(n);
        int failed =
            kit_make(&a, (struct ablation_choice){.bootstrap = true, .spearman = true}, &e);
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
    test_incomplete();
    test_mixed();
    test_options();
    test_selection();
    test_halves();
    test_texts();
    test_values();
    test_refusals();
    test_memory();
    return tap_done();
}
