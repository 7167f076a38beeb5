/* test_ablation_needed.c - which runs a decision still wants: of the row and of the baseline, each
 * once, and none that is there or under way.
 */
#include "base/mem.h"
#include "base/str.h"
#include "results/table.h"
#include "tests/kit/tap.h"
#include "tests/results/ablation_kit.h"

static struct ablation *usual(void)
{
    return kit_made((struct ablation_choice){.looks = &kit_looks});
}

static size_t count_missing(const struct ablation *a, size_t row)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_missing; i++)
        n += a->missing[i].row == row;
    return n;
}

/* Differences of 0.04, 0.01 and 0.01: 12 seeds are likely to tell, 8 are not. */
static void begin_three(void)
{
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("combo", 0.84, 0.82, 0.83);
}

static void test_seeds(void)
{
    begin_three();
    struct ablation *a = usual();
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->seeds_needed == 12 && d->runs_needed == 18 && kit_is_at(d->needed_s, 18 * 60.0),
       "12 seeds: 18 runs of both");
    ok(a->n_missing == 18 && count_missing(a, 0) == 9 && a->missing[0].seed == 4 &&
           a->missing[0].row == 0 && a->missing[1].seed == 4 && a->missing[1].row == 1 &&
           a->missing[17].seed == 12,
       "seed by seed, so that pairs come together");
    ok(a->missing[0].like == 3 && a->missing[1].like == 6 && kit_is_at(ablation_missing_s(a), 1080),
       "with the settings of the newest run of their cells");
    struct table *t;
    char text[64];
    ok(!ablation_table_missing(&t, a, NULL) && t->n_columns == 4, "as a table");
    table_show(&t->columns[1], &t->cells[t->n_columns + 1], text, sizeof text);
    is_text(text, "4-12", "with ranges of seeds");
    table_free(t);
    ablation_free(a);
}

/* What was queued is there; asked again, only what has gone wrong is made up for. */
static void test_again(void)
{
    begin_three();
    for (int seed = 4; seed <= 12; seed++)
        for (int i = 0; i < 2; i++) {
            struct run_row *r = kit_add(i ? "combo" : "mse", 0, seed, 0.8);
            str_copy(r->state, sizeof r->state, seed % 2 ? "queued" : "running");
        }
    struct ablation *a = usual();
    ok(!a->n_missing && ablation_difference(a, 1, 0)->runs_needed == 18,
       "all of them are under way");
    ablation_free(a);
    str_copy(runs[6].state, sizeof runs->state, "diverged"); /* seed 4 of mse */
    runs[9].seed = 77;                                       /* seed 5 of combo is another */
    a = usual();
    ok(a->n_missing == 2 && a->missing[0].seed == 5 && a->missing[0].row == 1 &&
           a->missing[1].seed == 77 && a->missing[1].row == 0,
       "a seed without an end is replaced, one that is half there made whole: %zu", a->n_missing);
    ablation_free(a);
}

static void test_shared(void)
{
    begin_three();
    kit_add_seeds("l1", 0.86, 0.84, 0.85);
    kit_add("huber", 0, 1, 0.8);
    str_copy(kit_add("huber", 0, 2, 0.8)->state, sizeof runs->state, "failed");
    str_copy(kit_add("never", 0, 1, 0.8)->state, sizeof runs->state, "diverged");
    struct ablation *a = usual();
    ok(ablation_difference(a, 1, 0)->seeds_needed == 12 && count_missing(a, 0) == 9,
       "rows share the baseline's: %zu", count_missing(a, 0));
    const struct ablation_difference *huber = ablation_difference(a, 3, 0);
    ok(huber->seeds_needed == 3 && count_missing(a, 3) == 1 && huber->runs_needed == 2 &&
           a->to_retry,
       "a seed that failed is waited for, which retry does");
    ok(ablation_difference(a, 4, 0)->seeds_needed == 3 && !count_missing(a, 4),
       "what never came to an end is not begun again and again");
    ablation_free(a);
}

static void test_hopeless(void)
{
    kit_begin();
    kit_add_seeds("mse", 0.80, 0.81, 0.82);
    kit_add_seeds("combo", 0.84, 0.77, 0.83);
    struct ablation *a = usual();
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(!d->seeds_needed && !a->n_missing && d->last_power < 0.8 &&
           kit_says(
               a->sentences, a->n_sentences,
               "even the 12 seeds of the last look would tell a difference of this size only "),
       "a difference that the last look would hardly tell is not run after");
    ablation_free(a);
}

static void test_folds(void)
{
    kit_begin();
    for (int fold = 1; fold <= 5; fold++)
        for (int seed = 1; seed <= 3; seed++) {
            kit_add("mse", fold, seed, 0.8);
            if (fold < 4 || seed < 3)
                kit_add("combo", fold, seed, 0.81);
        }
    struct ablation *a = usual();
    ok(a->n_missing == 2 && a->missing[0].fold == 4 && a->missing[1].fold == 5 &&
           a->missing[0].seed == 3 && a->missing[0].row == 1 &&
           ablation_difference(a, 1, 0)->runs_needed == 2,
       "the folds that lack a seed get it: %zu", a->n_missing);
    struct table *t;
    char text[64];
    ok(!ablation_table_missing(&t, a, NULL) && t->n_columns == 5, "with a column for them");
    table_show(&t->columns[2], &t->cells[2], text, sizeof text);
    is_text(text, "4-5", "which names them");
    table_free(t);
    ablation_free(a);
}

/* A run's time is that on the device that was used last. */
static void test_device(void)
{
    begin_three();
    str_copy(runs[0].device, sizeof runs->device, "slow");
    runs[0].ended = 6000;
    struct ablation *a = usual();
    ok(kit_is_at(ablation_cell(a, 0, 0)->run_s, 60), "not on one that was slow: %g s",
       ablation_cell(a, 0, 0)->run_s);
    ablation_free(a);
}

static void test_memory(void)
{
    begin_three();
    kit_add_seeds("l1", 0.86, 0.84, 0.85);
    for (long n = 1; n < 2000; n++) {
        struct ablation *a = NULL;
        struct err e = {0};
        mem_test_fail_at(n);
        int failed = kit_make(&a, (struct ablation_choice){.looks = &kit_looks}, &e);
        long used = mem_test_count();
        mem_test_fail_at(0);
        ablation_free(a);
        if (failed && e.code == ERR_MEMORY)
            continue;
        ok(!failed && used < n, "each of %ld allocations may fail", n - 1);
        return;
    }
    ok(0, "it ends");
}

int main(void)
{
    test_seeds();
    test_again();
    test_shared();
    test_hopeless();
    test_folds();
    test_device();
    test_memory();
    return tap_done();
}
