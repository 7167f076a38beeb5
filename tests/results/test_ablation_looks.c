/* test_ablation_looks.c - differences that are tested at looks: which level each has, which seeds
 * it takes, and what stands when more of them come. Numbers are worked out by hand; levels are
 * those of tests/golden/stats.txt.
 */
#include "base/philox.h"
#include "base/str.h"
#include "results/stats/distribution.h"
#include "results/stats/paired.h"
#include "tests/kit/tap.h"
#include "tests/results/ablation_kit.h"

#include <stdlib.h>

#define LEVEL_1 1.4727e-05 /* of 3, 5, 8 and 12 seeds by O'Brien and Fleming's type */
#define LEVEL_2 0.0010256

static bool is_about(double a, double b)
{
    return fabs(a / b - 1) < 1e-3;
}

static void is_refused(const char *text, const char *why)
{
    struct ablation_looks looks = {.n = 0};
    struct err e = {0};
    ok(ablation_looks_read(text, &looks, &e) && e.code == ERR_USAGE && strstr(e.text, why),
       "'%s' is refused: %s", text, e.text);
}

static void test_reading(void)
{
    struct ablation_looks looks = {.spending = STATS_POCOCK};
    char text[LOOKS_TEXT_BYTES];
    ok(!ablation_looks_read("3,5,8,12", &looks, NULL) && looks.n == 4 && looks.seeds[3] == 12 &&
           looks.spending == STATS_POCOCK,
       "four looks");
    ablation_looks_text(&looks, text);
    is_text(text, "3,5,8,12", "as they are written");
    is_int((long long)ablation_looks_reached(&looks, 7), 2, "7 seeds have come to two of them");
    ok(!ablation_looks_read("none", &looks, NULL) && !looks.n, "none");
    ablation_looks_text(&looks, text);
    is_text(text, "none", "as it is written");
    is_refused("", "no list of looks");
    is_refused("3,5,", "no list of looks");
    is_refused("3 5", "no list of looks");
    is_refused("3,1001", "no list of looks");
    is_refused("2,5", "training noise");
    is_refused("5,3", "more seeds than the one before");
    is_refused("3,994,999", "more seeds than the one before");
    is_refused("3,4,5,6,7,8,9,10,11,12,13", "more than 10");
}

/* Differences of 0.02 and this to the baseline, seeds 1 to n. */
static void add_pairs(const double *beyond, int n)
{
    for (int i = 0; i < n; i++) {
        kit_add("mse", 0, i + 1, 0.8);
        kit_add("combo", 0, i + 1, 0.82 + beyond[i]);
    }
}

static struct ablation *made_at(const struct ablation_looks *looks)
{
    return kit_made((struct ablation_choice){.looks = looks});
}

static void test_first_look(void)
{
    static const double beyond[] = {0.02, -0.01, -0.01, 0.4, 0.4};
    kit_begin();
    add_pairs(beyond, 3);
    struct ablation *a = made_at(&kit_looks);
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    double half = stats_t_within(1 - d->look_level, 2) * 0.01;
    ok(d->verdict == ABLATION_UNDECIDED && d->look == 1 && is_about(d->look_level, LEVEL_1) &&
           kit_is_at(d->p, 1 - 2 / sqrt(6)),
       "three seeds are the first look: level %g", d->look_level);
    ok(fabs(d->low - (0.02 - half)) < 1e-7 && fabs(d->high - (0.02 + half)) < 1e-7,
       "whose interval holds at all looks");
    ok(kit_says(a->sentences, a->n_sentences,
                "look 1 of 4: p 0.18 above its level of under 0.0001, 3 seeds; for this split "
                "only): no decision yet; 12 seeds in all would tell"),
       "said in words");
    ok(strstr(a->caption, "Tests are made at looks at 3, 5, 8 and 12 seeds, which share the level "
                          "of 0.05 by O'Brien-Fleming-type spending (Lan and DeMets)") &&
           strstr(a->caption, "(the usual looks; others, or none"),
       "and what it covers: %s", a->caption);
    ablation_free(a);
    kit_begin();
    add_pairs(beyond, 4);
    a = made_at(&kit_looks);
    d = ablation_difference(a, 1, 0);
    ok(d->verdict == ABLATION_BETWEEN && d->look == 1 && kit_is_at(d->p, 1 - 2 / sqrt(6)),
       "the fourth seed is between looks: p is that of the first three");
    ok(kit_says(a->sentences, a->n_sentences,
                "on 4 seeds, between looks at 3 and 5: no decision yet (look 1 of 4: p 0.18"),
       "said in words");
    ablation_free(a);
    kit_begin();
    add_pairs(beyond, 4);
    runs[6].ended = runs[7].ended = 100;
    a = made_at(&kit_looks);
    ok(!kit_is_at(ablation_difference(a, 1, 0)->p, 1 - 2 / sqrt(6)),
       "a seed that ended earlier is among the first three");
    ablation_free(a);
}

/* Nothing that comes later takes a decision back. */
static void test_decision_stands(void)
{
    static const double beyond[] = {0.001, -0.001, 0, 0.0005, -0.0005, -0.3, -0.3, -0.3};
    kit_begin();
    add_pairs(beyond, 5);
    struct ablation *a = made_at(&kit_looks);
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    double p = d->p;
    ok(d->verdict == ABLATION_BETTER && d->look == 2 && is_about(d->look_level, LEVEL_2) &&
           p <= LEVEL_2,
       "five seeds decide: p %g", p);
    ok(kit_says(a->sentences, a->n_sentences, "combo is better than mse by 0.0200 PC (95 % 0.0"),
       "said in words");
    ablation_free(a);
    kit_begin();
    add_pairs(beyond, 8);
    a = made_at(&kit_looks);
    d = ablation_difference(a, 1, 0);
    ok(d->verdict == ABLATION_BETTER && d->look == 2 && kit_is_at(d->p, p),
       "and it stands at eight");
    ok(kit_says(a->sentences, a->n_sentences, "combo is better than mse by 0.0200 PC") &&
           kit_says(a->sentences, a->n_sentences, "look 2 of 4: p under 0.0001 within its level"),
       "by what the look said");
    ablation_free(a);
}

/* Two rows: each has the looks of 0.025, until one of them is decided. */
static void test_family(void)
{
    static const double sure[] = {0.1001, 0.0999, 0.1, 0.10005, 0.09995};
    static const double unsure[] = {0.01, -0.01, 0.02, 0.01, -0.01};
    double levels[STATS_MOST_LOOKS], halves[STATS_MOST_LOOKS];
    struct ablation_looks pocock = kit_looks;
    pocock.spending = STATS_POCOCK;
    ok(!ablation_looks_levels(&pocock, 4, 0.05, levels, NULL) &&
           !ablation_looks_levels(&pocock, 4, 0.025, halves, NULL),
       "levels");
    ok(halves[0] < levels[0] * 0.51 && halves[3] < levels[3] / 2,
       "those of half of it are less than half of them: %g, %g", halves[3], levels[3]);
    kit_begin();
    add_pairs(unsure, 5);
    for (int i = 0; i < 5; i++)
        kit_add("l1", 0, i + 1, 0.8 - sure[i]);
    kit_add("huber", 0, 9, 0.8); /* without a pair: it may be tested yet */
    struct ablation *a = made_at(&pocock);
    const struct ablation_difference *l1 = ablation_difference(a, 2, 0),
                                     *combo = ablation_difference(a, 1, 0);
    ok(a->family == 3 && strstr(a->caption, "Holm over 3 tests of PC"),
       "the family is settled: %zu", a->family);
    ok(l1->verdict == ABLATION_WORSE && l1->look == 1 && l1->look_level < halves[0],
       "one row is decided at the level of a third");
    ok(combo->verdict == ABLATION_UNDECIDED && kit_is_at(combo->look_level, halves[1]),
       "which leaves halves to the others: %g", combo->look_level);
    ablation_free(a);
}

static void test_kinds(void)
{
    static const double beyond[] = {0.02, -0.01, -0.01, 0.01};
    struct ablation_looks one = {.n = 1, .seeds = {3}, .origin = LOOKS_ASKED_FOR},
                          late = {.n = 2, .seeds = {5, 8}, .origin = LOOKS_LAID_DOWN};
    kit_begin();
    add_pairs(beyond, 3);
    struct ablation *a = made_at(&one);
    const struct ablation_difference *d = ablation_difference(a, 1, 0);
    ok(d->look == 1 && is_about(d->look_level, 0.05) && fabs(d->low - (0.02 - 0.0430265)) < 1e-6 &&
           kit_says(a->sentences, a->n_sentences, "): no decision, and no look is left") &&
           strstr(a->caption, "Tests are made at 3 seeds alone, at the level of 0.05 (as asked"),
       "one look has the whole level");
    ablation_free(a);
    late.finished = 4;
    a = made_at(&late);
    d = ablation_difference(a, 1, 0);
    ok(d->verdict == ABLATION_FEW_SEEDS && !d->look && isnan(d->p) &&
           kit_says(a->sentences, a->n_sentences,
                    "on 3 seeds: not tested before the first look, at 5; 5 seeds in all can be "
                    "tested: 4m00s more.") &&
           strstr(a->caption, "(laid down when 4 of its runs had finished)"),
       "before the first look nothing is tested");
    ablation_free(a);
    a = made_at(NULL);
    ok(isnan(ablation_difference(a, 1, 0)->look_level) &&
           strstr(a->caption, "This holds if the number of seeds was fixed beforehand"),
       "without looks p is what it is, and what that takes is said");
    ablation_free(a);
    kit_begin();
    for (int fold = 1; fold <= 5; fold++)
        for (int seed = 1; seed <= 4; seed++) {
            kit_add("mse", fold, seed, 0.8);
            kit_add("combo", fold, seed, 0.8 + 0.01 * fold + (seed == 4 ? 0.5 : 0));
        }
    a = made_at(&kit_looks);
    d = ablation_difference(a, 1, 0);
    ok(d->verdict == ABLATION_BETWEEN && d->look == 1 && kit_is_at(d->t, sqrt(8)),
       "in each fold the first three seeds: t %.12g", d->t);
    ablation_free(a);
}

/* --- what looks are for: how often they find a difference where there is none --- */

#define EXPERIMENTS 10000 /* LOOKS_EXPERIMENTS in the environment draws as many others */

/* p of an experiment's looks; its differences are drawn by Box and Muller's rule. */
static void draw(uint32_t experiment, const struct ablation_looks *l, double *p)
{
    double differences[16];
    struct stats_test t;
    for (int i = 0; i < l->seeds[l->n - 1]; i++) {
        struct philox bits = philox4x32(7, experiment, (uint32_t)i, 0, 0);
        double u = (bits.v[0] + 0.5) / 4294967296.0, v = bits.v[1] / 4294967296.0;
        differences[i] = sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
    }
    for (size_t i = 0; i < l->n; i++) {
        stats_paired_t(differences, (size_t)l->seeds[i], 0.95, &t);
        p[i] = t.p;
    }
}

static bool is_decided(const double *p, const double *levels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] <= levels[i])
            return true;
    return false;
}

static void test_honesty(void)
{
    static const double plain[] = {0.05, 0.05, 0.05, 0.05};
    struct ablation_looks looks = kit_looks;
    double first[STATS_MOST_LOOKS], even[STATS_MOST_LOOKS], p[STATS_MOST_LOOKS];
    double share[3], found[3] = {0, 0, 0};
    const char *asked = getenv("LOOKS_EXPERIMENTS");
    uint32_t n = asked ? (uint32_t)strtoul(asked, NULL, 10) : EXPERIMENTS;
    ablation_looks_levels(&looks, 4, 0.05, first, NULL);
    looks.spending = STATS_POCOCK;
    ablation_looks_levels(&looks, 4, 0.05, even, NULL);
    for (uint32_t i = 0; i < n; i++) {
        draw(i, &looks, p);
        found[0] += is_decided(p, first, 4);
        found[1] += is_decided(p, even, 4);
        found[2] += is_decided(p, plain, 4);
    }
    for (int i = 0; i < 3; i++)
        share[i] = found[i] / n;
    ok(share[0] > 0.045 && share[0] < 0.059, "of nothing, looks find something in %.2f %%",
       100 * share[0]);
    ok(share[1] > 0.049 && share[1] < 0.064, "by Pocock's type in %.2f %%", 100 * share[1]);
    ok(share[2] > 0.11 && share[2] < 0.15, "and a plain p, looked at as often, in %.2f %%",
       100 * share[2]);
}

int main(void)
{
    test_reading();
    test_first_look();
    test_decision_stands();
    test_family();
    test_kinds();
    test_honesty();
    return tap_done();
}
