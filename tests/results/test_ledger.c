/* test_ledger.c - rules of selection, halves, trajectories and suspected labels, on ledgers small
 * enough to be worked out by hand.
 */
#include "results/ledger.h"
#include "results/ledger_suspects.h"
#include "results/ledger_tables.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "base/str.h"
#include "results/table.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

/* Epoch 1 predicts a constant; 3 and 5 are equally good by MAE. */
static float scores[] = {2, 2, 2, 2, 1.5f, 2, 3, 3.5f, 1, 2, 3, 5};
static int epochs[] = {1, 3, 5};
static double val_pc[] = {NAN, 0.25, 0.5};
static const double truth[] = {1, 2, 3, 4};
static const struct ledger_rows rows = {epochs, scores, val_pc, 3, 4};

#define PC_3 (3.5 / sqrt(12.5))
#define PC_5 (6.5 / sqrt(43.75))

static const struct ledger_rule *rule(const char *name)
{
    int r = 0;
    while (r < LEDGER_N_RULES && strcmp(ledger_rules[r].name, name))
        r++;
    return &ledger_rules[r];
}

static void chooses(const struct ledger_figures *curve, const char *name, int window, size_t first,
                    size_t n)
{
    struct ledger_choice choice = ledger_choose(rule(name), curve, 3, window);
    ok(choice.first == first && choice.n == n, "%s, window %d", name, window);
}

static void test_rules(void)
{
    struct ledger_figures *curve;
    struct err e;
    if (!ok(!ledger_curve(&rows, truth, &curve, &e), "a curve"))
        return;
    ok(isnan(curve[0].pc), "a constant has no correlation");
    is_near(curve[0].mae, 1, 1e-15, "but an MAE");
    is_near(curve[0].rmse, sqrt(1.5), 1e-15, "an RMSE");
    is_near(curve[0].bias, -0.5, 1e-15, "and a mean error");
    is_near(curve[1].pc, PC_3, 1e-14, "a correlation");
    is_near(curve[2].pc, PC_5, 1e-14, "another");
    chooses(curve, "last", 5, 2, 1);
    chooses(curve, "best-val", 5, 2, 1);
    chooses(curve, "best-pc", 5, 1, 1);
    chooses(curve, "best-mae", 5, 1, 1);
    chooses(curve, "best-rmse", 5, 1, 1);
    chooses(curve, "smoothed-pc", 3, 1, 1);
    chooses(curve, "mean-last", 2, 1, 2);
    chooses(curve, "mean-last", 100, 0, 3);
    struct ledger_figures last =
        ledger_chosen(curve, ledger_choose(rule("mean-last"), curve, 3, 2));
    is_near(last.pc, (PC_3 + PC_5) / 2, 1e-14, "the last two, averaged: PC");
    is_near(last.bias, 0.125, 1e-15, "and mean error");
    struct ledger_choice none = ledger_choose(rule("best-pc"), curve, 1, 5);
    ok(none.n == 0 && isnan(ledger_chosen(curve, none).mae), "no epoch with a PC, none chosen");
    mem_free(curve);
}

/* Smoothing looks past a peak of one epoch. */
static void test_smoothing(void)
{
    struct ledger_figures curve[9] = {{0}};
    const double pc[] = {0.1, 0.9, 0.1, 0.2, 0.6, 0.7, 0.6, 0.2, NAN};
    for (int i = 0; i < 9; i++)
        curve[i].pc = pc[i];
    is_int((long long)ledger_choose(rule("best-pc"), curve, 9, 3).first, 1, "the highest PC");
    is_int((long long)ledger_choose(rule("smoothed-pc"), curve, 9, 3).first, 5,
           "the highest of a smoothed curve");
    is_int((long long)ledger_choose(rule("smoothed-pc"), curve, 9, 1).first, 1,
           "smoothed over one is not smoothed");
}

static double half_of(const double *halves, const char *name)
{
    return halves[rule(name) - ledger_rules];
}

static void test_halves(void)
{
    float two[] = {1, 3, 2, 2}; /* errors 0 and 1; 1 and 0 */
    const struct ledger_rows small = {epochs, two, val_pc, 2, 2};
    const struct ledger_halving halving = {10, 1, 5};
    double halves[LEDGER_N_RULES];
    struct err e;
    ok(!ledger_halves(&small, truth, &halving, halves, &e), "two images, halved");
    is_near(half_of(halves, "best-mae"), 1, 1e-15, "what one chooses is wrong for the other");
    ok(isnan(half_of(halves, "best-pc")), "one image has no correlation");
    ok(isnan(half_of(halves, "best-val")), "val images have no halves here");
    ok(isnan(half_of(halves, "last")), "the last epoch is not chosen by a figure");
    const struct ledger_rows one = {epochs, two, val_pc, 2, 1};
    ok(!ledger_halves(&one, truth, &halving, halves, &e) && isnan(half_of(halves, "best-mae")),
       "one image has no halves");
    for (int i = 0; i < 4; i++)
        scores[i] = scores[4 + i] = scores[8 + i];
    ok(!ledger_halves(&rows, truth, &halving, halves, &e), "epochs all alike");
    is_near(half_of(halves, "best-mae"), 0.25, 1e-15, "have nothing to choose");
}

/* Predictions of nothing but noise: the best of many epochs is flattered, and halves say so. */
static void test_optimism(void)
{
    enum { EPOCHS = 30, IMAGES = 200 };
    static float noise[EPOCHS * IMAGES];
    static double scored[IMAGES];
    int numbers[EPOCHS] = {0};
    double none[EPOCHS] = {0};
    for (uint32_t i = 0; i < IMAGES; i++)
        scored[i] = philox_unit(philox4x32(5, i, 0, 0, 0).v[0]);
    for (uint32_t i = 0; i < EPOCHS * IMAGES; i++)
        noise[i] = philox_unit(philox4x32(6, i, 0, 0, 0).v[0]);
    const struct ledger_rows all = {numbers, noise, none, EPOCHS, IMAGES};
    const struct ledger_halving halving = {100, 1, 5}, other = {100, 2, 5};
    double halves[LEDGER_N_RULES], again[LEDGER_N_RULES];
    struct ledger_figures *curve;
    struct err e;
    if (!ok(!ledger_curve(&all, scored, &curve, &e) &&
                !ledger_halves(&all, scored, &halving, halves, &e),
            "noise"))
        return;
    double best = ledger_chosen(curve, ledger_choose(rule("best-pc"), curve, EPOCHS, 5)).pc;
    ok(best > 0.1, "the best of 30 correlations of noise looks like something (%.3f)", best);
    ok(fabs(half_of(halves, "best-pc")) < 0.06, "and is nothing on the other half (%.3f)",
       half_of(halves, "best-pc"));
    ok(!ledger_halves(&all, scored, &halving, again, &e) &&
           half_of(halves, "best-pc") == half_of(again, "best-pc"),
       "the same seed, the same halves");
    ok(!ledger_halves(&all, scored, &other, again, &e) &&
           half_of(halves, "best-pc") != half_of(again, "best-pc"),
       "another seed, others");
    mem_free(curve);
}

static void test_trajectory(void)
{
    float moving[] = {2, 3.5f, 5};
    const struct ledger_rows one = {epochs, moving, val_pc, 3, 1};
    const double four = 4;
    struct ledger_trajectory t = ledger_trajectory(&one, &four, (struct ledger_choice){1, 1}, 0);
    ok(t.first_error == -2 && t.chosen_error == -0.5 && t.last_error == 1 && t.volatility == 1.5,
       "errors at first, chosen and last, and by how much it moves");
    const struct ledger_rows still = {epochs, moving, val_pc, 1, 1};
    t = ledger_trajectory(&still, &four, (struct ledger_choice){0, 0}, 0);
    ok(t.last_error == -2 && isnan(t.chosen_error) && isnan(t.volatility),
       "one epoch does not move, and none was chosen");
}

/* The table as CSV, which is freed with free; the table is freed here. */
static char *csv_of(struct table *t)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    tables_print(&t, 1, FORMAT_CSV, 0, false, out, NULL);
    fclose(out);
    table_free(t);
    return text;
}

static void is_csv(struct table *t, const char *wanted, const char *what)
{
    char *text = csv_of(t);
    is_text(text, wanted, what);
    free(text);
}

static void test_tables(void)
{
    struct run_row run = {.id = 7, .name = "plain"};
    const struct split_row split[] = {{0, "a", 1}, {1, "b", 2}};
    float two[] = {1, 3, 2, 2, 1.5f, 2.5f};
    const struct ledger_rows small = {epochs, two, val_pc, 3, 2};
    const struct ledger_halving halving = {10, 1, 5};
    struct table *t;
    struct err e;
    ok(!ledger_table_selection_new(&t, &e) &&
           !ledger_table_selection_add(t, &run, &small, truth, rule("best-mae"), &halving, &e),
       "a table of one rule");
    is_csv(t,
           "run,name,rule,epoch,epochs,pc,mae,rmse,bias,other_half,optimism\r\n"
           "7,plain,best-mae,1,1,1,0.5,0.7071067811865476,0.5,1,0.5\r\n",
           "chosen on all, better by 0.5 than chosen on the other half");
    ok(!ledger_table_trajectories_new(&t, &e) &&
           !ledger_table_trajectories_add(t, &run, &small, split, truth,
                                          (struct ledger_choice){1, 1}, 1, &e),
       "a table of one trajectory");
    is_csv(t,
           "run,image,truth,first_error,chosen_error,last_error,volatility\r\n"
           "7,a,1,0,1,0.5,0.75\r\n",
           "of the first of those that are equally wrong");
}

static void test_suspects(void)
{
    const struct split_row first[] = {
        {0, "a", 1}, {1, "b", 2}, {2, "c", 3}, {3, "d", 1}, {4, "e", NAN}};
    const struct split_row later[] = {{0, "c", 3}, {1, "a", 1}, {2, "b", 2}, {3, "d", 2}};
    const double one[] = {2, 3, 3.5, 9, 1}, two[] = {3.5, 2, 1, 9}, three[] = {3.5, 2, 2, 9};
    struct ledger_suspects *s;
    struct table *t;
    struct err e;
    if (!ok(!ledger_suspects_new(&s, &e) && !ledger_suspects_add(s, first, one, 5, &e), "one run"))
        return;
    ok(ledger_suspects_table(&t, s, 0, &e) == -1 && e.code == ERR_NOT_FOUND && !t,
       "is no ground to suspect anything");
    ok(!ledger_suspects_add(s, later, two, 4, &e) && !ledger_suspects_add(s, later, three, 3, &e) &&
           !ledger_suspects_table(&t, s, 0, &e),
       "two more, in another order");
    /* Variances 0, 1, 0 of a, b, c: typical^2 is 1/3. Two images are called d. */
    is_csv(t,
           "rank,image,truth,predicted,error,deviation,runs,strength\r\n"
           "1,a,1,2,1,0,3,1.7320508075688774\r\n"
           "2,c,3,3.5,0.5,0,3,0.8660254037844387\r\n"
           "3,b,2,2,0,1,3,0\r\n",
           "wrong alike first; names with other labels are other images");
    ok(!ledger_suspects_table(&t, s, 1, &e) && t->n_cells == t->n_columns, "the first alone");
    table_free(t);
    ledger_suspects_free(s);
}

static void test_memory(void)
{
    const struct ledger_halving halving = {2, 1, 5};
    double halves[LEDGER_N_RULES];
    struct ledger_figures *curve;
    struct err e;
    int refused = 0;
    for (long n = 1; n <= 2; n++) {
        mem_test_fail_at(n);
        refused += ledger_curve(&rows, truth, &curve, &e) == -1 && e.code == ERR_MEMORY && !curve;
    }
    for (long n = 1; n <= 5; n++) {
        mem_test_fail_at(n);
        refused += ledger_halves(&rows, truth, &halving, halves, &e) == -1 && e.code == ERR_MEMORY;
    }
    mem_test_fail_at(0);
    is_int(refused, 7, "each allocation may fail");
}

int main(void)
{
    test_rules();
    test_smoothing();
    test_halves();
    test_optimism();
    test_trajectory();
    test_tables();
    test_suspects();
    test_memory();
    return tap_done();
}
