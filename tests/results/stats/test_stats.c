/* test_stats.c - the edges of results/stats: what does not exist, what is refused, and what a
 * bootstrap promises. Figures are test_stats_golden's.
 */
#include "results/stats/bootstrap.h"
#include "results/stats/describe.h"
#include "results/stats/distribution.h"
#include "results/stats/looks.h"
#include "results/stats/paired.h"

#include "base/err.h"
#include "base/mem.h"
#include "tests/kit/tap.h"

#include <stdlib.h>

#define IMAGES 40

static void test_describe(void)
{
    const double x[] = {0.1, 0.1, 0.1}, y[] = {1, 2, 4}, broken[] = {1, NAN, 3};
    double rho;
    ok(isnan(stats_mean(x, 0)) && isnan(stats_mae(x, y, 0)) && isnan(stats_bias(x, y, 0)),
       "nothing has no mean, nor errors");
    ok(isnan(stats_deviation(x, 1)), "one value has no deviation");
    is_near(stats_deviation(x, 3), 0, 0, "constants have none to speak of");
    ok(isnan(stats_pearson(x, y, 3)) && isnan(stats_pearson(y, x, 3)) &&
           isnan(stats_pearson(x, y, 0)),
       "constants, and nothing, have no correlation");
    is_near(stats_pearson(y, y, 3), 1, 0, "a list is correlated with itself by 1, not a bit more");
    ok(isnan(stats_pearson(y, broken, 3)), "a NaN makes the correlation NaN");
    ok(!stats_spearman(y, broken, 3, &rho, NULL) && isnan(rho), "and that of ranks");
    ok(!stats_spearman(x, y, 3, &rho, NULL) && isnan(rho), "constants have no rank correlation");
    ok(isnan(stats_median(y, 0)) && isnan(stats_quantile(y, 3, 1.5)),
       "no median of nothing, no quantile beyond 1");
    is_near(stats_median(y, 3), 2, 0, "the median of three is the second");
}

static void test_distribution(void)
{
    ok(isnan(stats_t_quantile(-0.1, 3)) && isnan(stats_t_quantile(0.5, 0)) &&
           isnan(stats_t_cdf(NAN, 3)) && isnan(stats_t_two_sided(1, NAN)) &&
           isnan(stats_t_within(1, 5)),
       "what is no probability, or no degrees of freedom, is NaN");
    ok(stats_t_quantile(0, 3) == -INFINITY && stats_t_quantile(1, 3) == INFINITY,
       "certainty is infinitely far");
    ok(stats_t_two_sided(INFINITY, 4) == 0 && stats_t_cdf(-INFINITY, 4) == 0 &&
           stats_t_cdf(INFINITY, 4) == 1,
       "and infinitely far is certain");
    is_near(stats_t_two_sided(1e100, 1) * 1e100, 0.63661977236758134, 1e-12, "a tail far out");
    is_near(stats_t_cdf(1e200, 1), 1, 0, "a t whose square is no double");
    is_near(stats_noncentral_t_cdf(2, 5, INFINITY), 0, 0, "a shift without end leaves nothing");
}

static void test_paired(void)
{
    const double same[] = {0.25, 0.25, 0.25}, none[] = {0, 0, 0}, one[] = {0.5};
    struct stats_test t;
    stats_paired_t(one, 1, 0.95, &t);
    ok(t.n == 1 && t.mean == 0.5 && isnan(t.deviation) && isnan(t.p) && isnan(t.low),
       "one difference has a mean and nothing else");
    stats_paired_t(one, 0, 0.95, &t);
    ok(t.n == 0 && isnan(t.mean) && isnan(t.p), "none has not even that");
    stats_paired_t(same, 3, 0.95, &t);
    ok(isinf(t.t) && t.p == 0 && t.low == 0.25 && t.high == 0.25, "three alike leave no doubt");
    stats_paired_t(none, 3, 0.95, &t);
    ok(isnan(t.t) && isnan(t.p) && t.mean == 0, "three of 0 are no test");
    mem_test_fail_at(1);
    struct err e;
    double p[] = {0.1};
    ok(stats_holm(p, 1, p, &e) == -1 && e.code == ERR_MEMORY, "Holm's correction without memory");
    mem_test_fail_at(0);
    ok(!stats_holm(NULL, 0, NULL, &e), "a family of none");
}

static void refuses_looks(double alpha, const double *shares, size_t n, const char *text)
{
    struct stats_look out[STATS_MOST_LOOKS + 1];
    struct err e = {0};
    ok(stats_looks(STATS_POCOCK, alpha, shares, n, out, &e) == -1, "refused: %s", text);
    has_text(e.text, text, "and said");
}

static void test_looks(void)
{
    const double fine[] = {0.5, 1}, back[] = {0.5, 0.4}, beyond[] = {0.5, 1.1},
                 tight[] = {0.5, 0.505};
    const double many[STATS_MOST_LOOKS + 1] = {0}, early[] = {0.01, 1};
    struct stats_look out[2];
    refuses_looks(0, fine, 2, "a level of 0");
    refuses_looks(0.05, fine, 0, "0 looks");
    refuses_looks(0.05, many, STATS_MOST_LOOKS + 1, "11 looks");
    refuses_looks(0.05, back, 2, "look 2 at 0.4");
    refuses_looks(0.05, beyond, 2, "look 2 at 1.1");
    refuses_looks(0.05, tight, 2, "look 2 at 0.505");
    ok(!stats_looks(STATS_OBRIEN_FLEMING, 1e-7, early, 2, out, NULL) && out[0].z >= 38 &&
           fabs(out[1].level / 1e-7 - 1) < 1e-9,
       "a look that may spend nothing decides nothing, and takes nothing from the last");
    ok(stats_spent(STATS_POCOCK, 0.05, 0) == 0 && isnan(stats_spent(STATS_POCOCK, 0.05, NAN)),
       "nothing is spent before the first look");
}

static void test_pairs_needed(void)
{
    is_int((long long)stats_pairs_needed(0, 1, 0.05, 0.8, 1000), 0, "no difference is never found");
    is_int((long long)stats_pairs_needed(NAN, 1, 0.05, 0.8, 1000), 0, "nor one that is not known");
    is_int((long long)stats_pairs_needed(1, NAN, 0.05, 0.8, 1000), 0, "nor without a deviation");
    is_int((long long)stats_pairs_needed(1, 0, 0.05, 0.8, 1000), 2, "without noise two are enough");
    is_int((long long)stats_pairs_needed(1, 1e-9, 0.05, 0.8, 1000), 2, "and with next to none");
    is_int((long long)stats_pairs_needed(0.5, 1, 0.05, 0.8, 33), 0, "34 are not within 33");
    is_int((long long)stats_pairs_needed(0.5, 1, 0.05, 0.8, 34), 34, "but within 34");
    is_int((long long)stats_pairs_needed(-0.5, 1, 0.05, 0.8, 1000), 34, "the sign does not matter");
}

struct images {
    double truth[IMAGES], first[IMAGES], second[IMAGES];
    int fold[IMAGES];
};

static struct images images(void)
{
    struct images m;
    for (int i = 0; i < IMAGES; i++) {
        m.truth[i] = i % 7;
        m.first[i] = m.truth[i] + (i * 5 % 11) / 11.0 - 0.4;
        m.second[i] = m.truth[i] + (i * 3 % 13) / 9.0 - 0.7;
        m.fold[i] = i % 3;
    }
    return m;
}

static struct stats_bootstrap bootstrap_of(const struct images *m)
{
    return (struct stats_bootstrap){.truth = m->truth,
                                    .first = m->first,
                                    .second = m->second,
                                    .fold = m->fold,
                                    .n = IMAGES,
                                    .resamples = 300,
                                    .seed = 9,
                                    .level = 0.95};
}

static int same(const struct stats_interval *a, const struct stats_interval *b)
{
    return !memcmp(a, b, STATS_METRICS * sizeof *a);
}

static void test_bootstrap(void)
{
    struct images m = images();
    struct stats_bootstrap w = bootstrap_of(&m);
    struct stats_interval first[STATS_METRICS], again[STATS_METRICS];
    ok(!stats_bootstrap(&w, first, NULL) && !stats_bootstrap(&w, again, NULL) && same(first, again),
       "the same seed, the same interval");
    for (int i = 0; i < IMAGES; i++)
        m.fold[i] = 100 - m.fold[i] * 7;
    w.seed++;
    ok(!stats_bootstrap(&w, again, NULL) && !same(first, again), "another seed, another one");
    ok(again[STATS_MAE].difference == first[STATS_MAE].difference ||
           fabs(again[STATS_MAE].difference - first[STATS_MAE].difference) < 1e-15,
       "of the same difference");
    ok(first[STATS_MAE].low < first[STATS_MAE].difference &&
           first[STATS_MAE].difference < first[STATS_MAE].high,
       "which lies within");
    w.second = m.first;
    ok(!stats_bootstrap(&w, again, NULL) && again[STATS_PC].difference == 0 &&
           again[STATS_PC].low == 0 && again[STATS_PC].high == 0 && again[STATS_PC].z0 == 0,
       "a list differs from itself by nothing, and surely");
}

static void test_bootstrap_edges(void)
{
    struct images m = images();
    struct stats_bootstrap w = bootstrap_of(&m);
    struct stats_interval out[STATS_METRICS];
    atomic_bool cancel = true;
    w.cancel = &cancel;
    is_int(stats_bootstrap(&w, out, NULL), 1, "a bootstrap can be cancelled");
    w.cancel = NULL;
    for (int i = 0; i < IMAGES; i++)
        m.second[i] = 3.3;
    ok(!stats_bootstrap(&w, out, NULL) && isnan(out[STATS_PC].difference) &&
           isnan(out[STATS_PC].low) && out[STATS_PC].undefined == 300,
       "constant predictions have no correlation to compare");
    ok(isfinite(out[STATS_MAE].low) && out[STATS_MAE].undefined == 0, "but errors");
    m.second[4] = NAN;
    ok(!stats_bootstrap(&w, out, NULL) && isnan(out[STATS_MAE].difference) &&
           isnan(out[STATS_MAE].high),
       "a NaN among the predictions is no figure");
    w.n = 0;
    ok(!stats_bootstrap(&w, out, NULL) && isnan(out[STATS_MAE].difference), "nor is no image");
    w.n = IMAGES;
    struct err e;
    int failures = 0;
    for (long n = 1; n < 20; n++) {
        mem_test_fail_at(n);
        failures += stats_bootstrap(&w, out, &e) == -1 && e.code == ERR_MEMORY;
    }
    mem_test_fail_at(0);
    is_int(failures, 5, "each of its allocations may fail");
}

int main(void)
{
    test_describe();
    test_distribution();
    test_paired();
    test_looks();
    test_pairs_needed();
    test_bootstrap();
    test_bootstrap_edges();
    return tap_done();
}
