/* test_run_curves.c - curves of runs and what they are as a table; predictions as tables. */
#include "base/err.h"
#include "base/mem.h"
#include "results/prediction_tables.h"
#include "results/run_curves.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

#define EPOCHS 4

/* Epochs of a run whose figures are `base` and some more; of two terms. */
static void fill(struct epoch_row *epochs, double base)
{
    memset(epochs, 0, EPOCHS * sizeof *epochs);
    for (int i = 0; i < EPOCHS; i++) {
        struct phase_row phase = {.images = 10,
                                  .seconds = 2,
                                  .total = base + 10 * (i + 1),
                                  .term = {base + 100, base + 200},
                                  .weighted = {base + 300, base + 400},
                                  .gradient = {base + 500, base + 600},
                                  .cosine = {base + 700},
                                  .mae = base + i,
                                  .pc = base / 10};
        epochs[i] =
            (struct epoch_row){.epoch = i + 1, .tested = i % 2, .train = phase, .test = phase};
        epochs[i].train.mae += 1000;
    }
}

static const struct term_row terms[] = {{"regression", 1}, {"classification", 2}};

static struct run_curves_run run_of(const char *label, const struct epoch_row *epochs, size_t n,
                                    size_t group)
{
    return (struct run_curves_run){.label = label,
                                   .terms = terms,
                                   .n_terms = 2,
                                   .epochs = epochs,
                                   .n_epochs = n,
                                   .group = group};
}

/* The table as CSV, or the message; freed with free. */
static char *csv_of(const struct run_curves_choice *choice, const struct run_curves_run *runs,
                    size_t n)
{
    struct err e = {0};
    struct plot curves;
    struct table *t = NULL;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (run_curves(&curves, choice, runs, n, &e)) {
        fputs(e.text, out);
    } else {
        if (plot_table(&t, &curves, &e) || tables_print(&t, 1, FORMAT_CSV, 0, false, out, &e))
            fputs(e.text, out);
        plot_fini(&curves);
    }
    table_free(t);
    fclose(out);
    return text;
}

static void is_csv(const struct run_curves_choice *choice, const struct run_curves_run *runs,
                   size_t n, const char *wanted, const char *what)
{
    char *text = csv_of(choice, runs, n);
    is_text(text, wanted, what);
    free(text);
}

static void test_curves(void)
{
    struct epoch_row a[EPOCHS], b[EPOCHS];
    fill(a, 1);
    fill(b, 3);
    const struct run_curves_run runs[] = {run_of("a", a, EPOCHS, 0), run_of("b", b, 3, 1)};
    is_csv(&(struct run_curves_choice){"mae", "", false, 1}, runs, 1,
           "epoch,train MAE,test MAE\r\n1,1001,\r\n2,1002,2\r\n3,1003,\r\n4,1004,4\r\n",
           "a run alone has all its phases; epochs without an evaluation have none");
    is_csv(&(struct run_curves_choice){"mae", "", false, 2}, runs, 2,
           "epoch,a test MAE,b test MAE\r\n2,2,4\r\n4,4,\r\n", "several have the test images");
    is_csv(
        &(struct run_curves_choice){"total,Classification_weighted,regression", "train", false, 1},
        runs, 1,
        "epoch,a train loss,\"a train Classification, weighted\",a train regression\r\n"
        "1,11,401,101\r\n2,21,401,101\r\n3,31,401,101\r\n4,41,401,101\r\n",
        "terms by their names, weighted and not");
    is_csv(&(struct run_curves_choice){"classification_Gradient,classification_regression_cosine",
                                       "test", false, 1},
           runs, 1,
           "epoch,a train classification gradient,\"a train classification, regression cosine\"\r\n"
           "1,601,701\r\n2,601,701\r\n3,601,701\r\n4,601,701\r\n",
           "gradients and cosines are those of training, whatever was asked for");
    is_csv(&(struct run_curves_choice){"mae,regression_gradient", "", false, 1}, runs, 1,
           "epoch,train MAE,test MAE,train regression gradient\r\n1,1001,,501\r\n2,1002,2,501\r\n"
           "3,1003,,501\r\n4,1004,4,501\r\n",
           "beside others of all phases");
    is_csv(&(struct run_curves_choice){"images_per_s", "train,test", false, 2}, runs, 2,
           "epoch,\"a, train images/s\",\"a, test images/s\",\"b, train images/s\","
           "\"b, test images/s\"\r\n1,5,,5,\r\n2,5,5,5,5\r\n3,5,,5,\r\n4,5,5,,\r\n",
           "figures that are derived, phases of several runs");
}

static void test_means(void)
{
    struct epoch_row a[EPOCHS], b[EPOCHS], c[EPOCHS];
    fill(a, 1);
    fill(b, 3);
    fill(c, 8);
    const struct run_curves_run runs[] = {run_of("a", a, EPOCHS, 0), run_of("b", b, 3, 0),
                                          run_of("c", c, EPOCHS, 1), run_of("d", c, 0, 1)};
    is_csv(&(struct run_curves_choice){"mae", "train", true, 2}, runs, 4,
           "epoch,a (n = 2) train MAE,a (n = 2) train MAE \xc2\xb1,c (n = 1) train MAE\r\n"
           "1,1002,1.4142135623730951,1008\r\n2,1003,1.4142135623730951,1009\r\n"
           "3,1004,1.4142135623730951,1010\r\n4,,,1011\r\n",
           "a mean is of all runs of its group, as long as all are there; of one there is no band");
    b[1].train.mae = (double)NAN;
    char *text = csv_of(&(struct run_curves_choice){"mae", "train", true, 2}, runs, 4);
    has_text(text, "\r\n2,,,1009\r\n", "what is no number in one is none in the mean");
    free(text);
}

static void test_refused(void)
{
    struct epoch_row a[EPOCHS];
    fill(a, 1);
    const struct run_curves_run runs[] = {run_of("a", a, EPOCHS, 0)};
    static const struct {
        const char *metrics, *phases, *part;
    } cases[] = {
        {"speed", "", "no figure 'speed' of an epoch; there are: total mae rmse pc"},
        {"mae,", "", "no figure ''"},
        {"_weighted", "", "no figure '_weighted'"},
        {"images", "", "no figure 'images'"},
        {"regression_cosine", "", "regression_weighted regression_gradient classification"},
        {"regression_regression_cosine", "", "gradient regression_classification_cosine"},
        {"mae", "dream", "no phase 'dream'; there are train, val and test"},
        {"mae", "test,test", "'test' is asked for twice"},
        {"mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae,mae", "", "more than 16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = csv_of(
            &(struct run_curves_choice){cases[i].metrics, cases[i].phases, false, 1}, runs, 1);
        has_text(text, cases[i].part, "refused");
        free(text);
    }
}

/* Colours and lines: of one run the phases' as on the screen, of several the runs'. */
static void test_styles(void)
{
    struct epoch_row a[EPOCHS];
    struct err e;
    struct plot curves;
    struct run_curves_run runs[9];
    fill(a, 1);
    uint32_t taken[PALETTE_N] = {0};
    for (size_t i = 0; i < 9; i++) {
        runs[i] = run_of("a", a, EPOCHS, i);
        runs[i].look = palette_look_of(taken, (int64_t)(3 + i));
        palette_take(taken, runs[i].look);
    }
    if (!run_curves(&curves, &(struct run_curves_choice){"mae", "train,test", false, 1}, runs, 1,
                    &e)) {
        const struct plot_curve *c = curves.panels[0].curves;
        ok(c[0].colour == 0 && c[0].line == 0 && c[1].colour == 1 && c[1].line == 1,
           "train and test differ in colour and line");
        is_text(c[1].name, "test", "and are called so");
        plot_fini(&curves);
    }
    if (!run_curves(&curves, &(struct run_curves_choice){"mae", "test", false, 9}, runs, 9, &e)) {
        const struct plot_curve *c = curves.panels[0].curves;
        ok(c[0].colour == 2 && c[7].colour == 1 && c[7].line == 0,
           "runs have the colours of their numbers");
        ok(c[8].colour == 2 && c[8].line == 1, "after the last colour comes another line");
        plot_fini(&curves);
    }
    struct palette_look third = palette_look_of(taken, 4);
    ok(third.colour == 3 && third.turn == 1, "a colour that is taken less often comes first");
    third = palette_look_of(taken, 11);
    ok(third.colour == 3, "also for one of another number: %d", third.colour);
}

static void test_memory(void)
{
    struct epoch_row a[EPOCHS];
    fill(a, 1);
    const struct run_curves_run runs[] = {run_of("a", a, EPOCHS, 0), run_of("b", a, EPOCHS, 0)};
    for (long n = 1; n < 500; n++) {
        mem_test_fail_at(n);
        char *text = csv_of(&(struct run_curves_choice){"mae,pc", "", true, 1}, runs, 2);
        long used = mem_test_count();
        mem_test_fail_at(0);
        bool told = strstr(text, "out of memory");
        free(text);
        if (told)
            continue;
        ok(used < n, "each of %ld allocations may fail", n - 1);
        return;
    }
    ok(0, "it ends");
}

/* --- predictions --- */

static void test_predictions(void)
{
    static struct prediction_row rows[] = {
        {.place = 0, .image = "a", .truth = 1, .predicted = 1.5},
        {.place = 1, .image = "b", .truth = 2, .predicted = 1.75},
        {.place = 2, .image = "c", .truth = 3, .predicted = 4},
        {.place = 4, .image = "", .predicted = 4},
        {.place = 5, .image = "e", .truth = 5, .predicted = 5.25}};
    rows[3].truth = (double)NAN;
    const struct prediction_run run = {7, "one", rows, 5};
    struct prediction_figures f;
    struct table *t[3] = {NULL, NULL, NULL};
    struct err e = {0};
    size_t *order = NULL, n = 0, length;
    char *text = NULL;
    ok(!prediction_figures(&f, rows, 5, &e) && f.n == 4, "images with a score count");
    is_near(f.mae, 0.5, 1e-15, "their MAE");
    is_near(f.bias, 0.375, 1e-15, "and bias: predicted less true");
    is_near(f.rmse, sqrt((0.25 + 0.0625 + 1 + 0.0625) / 4), 1e-15, "and RMSE");
    ok(!prediction_order(&order, &n, &run, &e) && n == 4 && order[0] == 1 && order[1] == 4 &&
           order[2] == 0 && order[3] == 2,
       "from the least error to the greatest, equal ones in the split's order");
    FILE *out = open_memstream(&text, &length);
    int bad = prediction_table_figures(&t[0], &run, 1, &e) ||
              prediction_table_images(&t[1], &run, 1, &e) ||
              prediction_table_samples(&t[2], &run, order, n, 1, 2, &e);
    for (int i = 0; !bad && i < 3; i++)
        bad = tables_print(&t[i], 1, FORMAT_CSV, 0, false, out, &e);
    fclose(out);
    has_text(bad ? e.text : text, "7,one,4,0.957799", "figures of a run");
    has_text(bad ? e.text : text, "7,a,1,1.5,0.5\r\n", "images of a run");
    has_text(bad ? e.text : text, "7,,,4,\r\n", "one that is not known");
    has_text(bad ? e.text : text,
             "best,1,b,2,1.75,-0.25\r\nworst,1,c,3,4,1\r\nworst,2,a,1,1.5,0.5\r\n",
             "the best one, and the worst ones first");
    free(text);
    mem_free(order);
    for (int i = 0; i < 3; i++)
        table_free(t[i]);
}

int main(void)
{
    test_curves();
    test_means();
    test_refused();
    test_styles();
    test_memory();
    test_predictions();
    return tap_done();
}
