/* test_compare.c - runs side by side: what they are called, what differs, distances from the
 * baseline, epochs that not every run has.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/compare.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

#define RUNS 3

static struct run_row rows[RUNS];
static struct compare_run runs[RUNS];

static void is_csv(struct table *t, int failed, struct err *e, const char *wanted, const char *what)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!failed)
        failed = tables_print(&t, 1, FORMAT_CSV, 0, false, out, e);
    fclose(out);
    table_free(t);
    is_text(failed ? e->text : text, wanted, what);
    free(text);
}

/* Three runs that differ in nothing but their numbers. */
static struct compare plain(void)
{
    memset(rows, 0, sizeof rows);
    memset(runs, 0, sizeof runs);
    for (int i = 0; i < RUNS; i++) {
        struct run_row *r = &rows[i];
        r->id = 10 + i;
        r->alpha = r->beta = r->gamma = NAN;
        r->best_mae = r->best_rmse = r->last_mae = r->last_rmse = r->last_pc = NAN;
        r->seed = 1;
        r->image_size = 32;
        str_copy(r->loss, sizeof r->loss, "combo");
        str_copy(r->state, sizeof r->state, "finished");
        str_copy(r->select, sizeof r->select, "val");
        runs[i].row = r;
    }
    return (struct compare){.columns = row_run_columns, .runs = runs, .n = RUNS};
}

static void are_called(struct compare *c, const char *a, const char *b, const char *third,
                       const char *what)
{
    const char *const wanted[RUNS] = {a, b, third};
    struct err e;
    err_clear(&e);
    int failed = compare_label(c, &e);
    for (int i = 0; i < RUNS; i++)
        is_text(failed ? e.text : runs[i].label, wanted[i], what);
}

static void test_labels(void)
{
    struct compare c = plain();
    are_called(&c, "run 10", "run 11", "run 12", "what nothing differs in is its number");
    rows[1].seed = 2;
    are_called(&c, "s1 run 10", "s2", "s1 run 12", "equal ones have their numbers too");
    rows[2].seed = 3;
    are_called(&c, "s1", "s2", "s3", "seeds");
    str_copy(rows[1].loss, sizeof rows[1].loss, "l1");
    for (int i = 0; i < RUNS; i += 2)
        rows[i].alpha = 2, rows[i].beta = rows[i].gamma = 1;
    are_called(&c, "combo s1", "l1 s2", "combo s3",
               "weights that a loss has the same of go unsaid");
    rows[2].gamma = 0.5;
    are_called(&c, "combo 2,1,1 s1", "l1 s2", "combo 2,1,0.5 s3", "others are said");
    rows[0].fold = 1, rows[1].fold = 2;
    are_called(&c, "combo 2,1,1 f1 s1", "l1 f2 s2", "combo 2,1,0.5 s3",
               "a missing fold is left out");
    c = plain();
    str_copy(rows[0].data, sizeof rows[0].data, "/data/faces");
    str_copy(rows[1].data, sizeof rows[1].data, "faces");
    str_copy(rows[2].data, sizeof rows[2].data, "/other/faces");
    are_called(&c, "run 10", "run 11", "run 12", "a data set is no other where it lies");
    memset(rows[0].experiment, 'x', 200);
    memset(rows[1].experiment, 'x', 200);
    struct err e;
    compare_label(&c, &e);
    ok(str_ends_in(runs[0].label, " run 10") && str_ends_in(runs[1].label, " run 11"),
       "names that are cut can be told apart: '%s'", runs[0].label);
}

static void test_settings(void)
{
    static const struct compare_option a[] = {{"name", "x"}, {"loss", "l1"}, {"flip", "0.5"}};
    static const struct compare_option b[] = {
        {"name", "y"}, {"flip", "0.5"}, {"huber-delta", "1"}, {"loss", "mse"}};
    struct compare c = plain();
    struct table *t = NULL;
    struct err e;
    err_clear(&e);
    runs[0].options = runs[2].options = a;
    runs[0].n_options = runs[2].n_options = 3;
    runs[1].options = b;
    runs[1].n_options = 4;
    str_copy(rows[1].device, sizeof rows[1].device, "cpu, \"b\"");
    str_copy(rows[2].device, sizeof rows[2].device, "cuda");
    str_copy(rows[2].init_hash, sizeof rows[2].init_hash, "1f");
    rows[2].val_images = 5;
    int failed = compare_settings(&t, &c, false, &e);
    is_csv(
        t, failed, &e,
        "setting,run_10,run_11,run_12\r\n"
        "loss,l1,mse,l1\r\n"
        "huber-delta,,1,\r\n"
        "device,,\"cpu, \"\"b\"\"\",cuda\r\n"
        "init hash,,,1f\r\n"
        "val images,,,5\r\n",
        "what differs, options of one run alone among it, but no names, nor what has not started");
    failed = compare_settings(&t, &c, false, &e);
    struct table *turned = NULL;
    int turning = failed || compare_settings_turned(&turned, t, &e);
    is_csv(turned, turning, &e,
           "run,loss,huber-delta,device,init hash,val images\r\n"
           "10 ,l1,,,,\r\n"
           "11 ,mse,1,\"cpu, \"\"b\"\"\",,\r\n"
           "12 ,l1,,cuda,1f,5\r\n",
           "turned round");
    table_free(t);
    failed = compare_settings(&t, &c, true, &e);
    ok(!failed && t->n_cells / t->n_columns == 3 + 10, "with those that are the same");
    table_free(t);
}

static void test_figures(void)
{
    struct compare c = plain();
    struct table *t = NULL;
    struct err e;
    err_clear(&e);
    for (int i = 0; i < RUNS; i++) {
        rows[i].best_epoch = 2 + i;
        rows[i].epochs_done = 5;
        rows[i].best_pc = i == 2 ? NAN : 0.5 + 0.25 * i;
        rows[i].last_pc = 0.5;
    }
    c.baseline = 1;
    int failed = compare_figures(&t, &c, &e);
    char text[32];
    table_show(&t->columns[4], &t->cells[4], text, sizeof text);
    is_text(text, "-0.2500", "a distance has its sign");
    t->cells[4].real = 0.125;
    table_show(&t->columns[4], &t->cells[4], text, sizeof text);
    is_text(text, "+0.1250", "above 0, too");
    t->cells[4].real = -0.25;
    is_csv(
        t, failed, &e,
        "id,label,state,best_pc,best_pc_delta,best_epoch,select,last_pc,last_pc_delta,last_epoch,"
        "best_mae,best_mae_delta,last_mae,last_mae_delta,best_rmse,best_rmse_delta,last_rmse,"
        "last_rmse_delta,baseline\r\n"
        "10,,finished,0.5,-0.25,2,val,0.5,0,5,,,,,,,,,false\r\n"
        "11,,finished,0.75,,3,val,0.5,,5,,,,,,,,,true\r\n"
        "12,,finished,,,4,val,0.5,0,5,,,,,,,,,false\r\n",
        "figures beside the second run's");
}

static void test_epochs(void)
{
    struct compare c = plain();
    static const struct term_row one[] = {{"expectation", 1}},
                                 two[] = {{"other", 1}, {"expectation", 2}};
    struct epoch_row a[2] = {{.epoch = 1, .tested = true}, {.epoch = 3, .tested = true}};
    struct epoch_row b[2] = {{.epoch = 2, .tested = true}, {.epoch = 3}};
    struct compare_figure f = {.phase = ROW_TEST};
    struct table *t = NULL;
    struct err e;
    err_clear(&e);
    a[0].test.pc = 0.1, a[1].test.pc = NAN, b[0].test.pc = 0.3, b[1].test.pc = 0.4;
    a[0].test.term[0] = 7, a[1].test.term[0] = 8, b[0].test.term[1] = 9;
    a[0].learning_rate = 0.5;
    runs[0].epochs = a, runs[1].epochs = b;
    runs[0].n_epochs = runs[1].n_epochs = 2;
    runs[0].terms = one, runs[1].terms = two;
    runs[0].n_terms = 1, runs[1].n_terms = 2;
    int failed = compare_figure_meant(&f, "PC", &e) || compare_epochs(&t, &c, &f, &e);
    is_csv(t, failed, &e, "epoch,run_10,run_11,run_12\r\n1,0.1,,\r\n2,,0.3,\r\n3,,,\r\n",
           "epochs of any run; one that was not tested has no figure");
    f.term = "expectation";
    failed = compare_epochs(&t, &c, &f, &e);
    is_csv(t, failed, &e, "epoch,run_10,run_11,run_12\r\n1,7,,\r\n2,,9,\r\n3,8,,\r\n",
           "a term is found by its name, wherever it stands");
    f.term = NULL;
    ok(!compare_figure_meant(&f, "learning_rate", &e) && f.of_epoch, "the learning rate is known");
    failed = compare_epochs(&t, &c, &f, &e);
    is_csv(t, failed, &e, "epoch,run_10,run_11,run_12\r\n1,0.5,,\r\n2,,0,\r\n3,0,0,\r\n",
           "it is of no phase");
    ok(compare_figure_meant(&f, "term_1", &e) && strstr(e.text, " pc"), "no figure: %s", e.text);
}

static void test_warnings(void)
{
    struct compare c = plain();
    struct str text;
    str_init(&text);
    str_copy(rows[0].data_hash, sizeof rows[0].data_hash, "a");
    compare_warn(&c, &text);
    is_text(text.text, "", "what is not known yet is no difference");
    str_copy(rows[2].data_hash, sizeof rows[2].data_hash, "b");
    compare_warn(&c, &text);
    ok(strstr(text.text, "other data") != NULL, "other data: %s", text.text);
    str_clear(&text);
    rows[0].fold = 1, rows[1].fold = 2;
    compare_warn(&c, &text);
    ok(strstr(text.text, "other images") != NULL, "other folds: %s", text.text);
    str_fini(&text);
}

static void test_memory(void)
{
    struct compare c = plain();
    FILE *nowhere = fopen("/dev/null", "w");
    struct err e;
    long n = 1;
    for (int failed = -1; failed && n < 1000; n++) {
        struct table *t = NULL;
        mem_test_fail_at(n);
        failed = compare_label(&c, &e) || compare_settings(&t, &c, true, &e) ||
                 tables_print(&t, 1, FORMAT_CSV, 0, false, nowhere, &e);
        mem_test_fail_at(0);
        table_free(t);
        if (failed && e.code != ERR_MEMORY)
            break;
    }
    fclose(nowhere);
    ok(n > 10 && n < 1000, "every allocation may fail: %ld", n);
}

int main(void)
{
    test_labels();
    test_settings();
    test_figures();
    test_epochs();
    test_warnings();
    test_memory();
    return tap_done();
}
