/* test_stats_golden.c - results/stats against stats.txt, which tests/golden/make_stats_golden.py
 * writes with NumPy, SciPy and mpmath.
 */
#include "results/stats/bootstrap.h"
#include "results/stats/describe.h"
#include "results/stats/distribution.h"
#include "results/stats/looks.h"
#include "results/stats/paired.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "tests/kit/tap.h"

#include <stdbool.h>
#include <stdlib.h>

#define MOST 256 /* numbers of a line */

/* Each reads n arguments and writes results; returns how many. */

static size_t mean(const double *x, size_t n, double *out)
{
    *out = stats_mean(x, n);
    return 1;
}

static size_t deviation(const double *x, size_t n, double *out)
{
    *out = stats_deviation(x, n);
    return 1;
}

static size_t pearson(const double *x, size_t n, double *out)
{
    *out = stats_pearson(x, x + n / 2, n / 2);
    return 1;
}

static size_t spearman(const double *x, size_t n, double *out)
{
    return stats_spearman(x, x + n / 2, n / 2, out, NULL) ? 0 : 1;
}

static size_t mae(const double *x, size_t n, double *out)
{
    *out = stats_mae(x, x + n / 2, n / 2);
    return 1;
}

static size_t rmse(const double *x, size_t n, double *out)
{
    *out = stats_rmse(x, x + n / 2, n / 2);
    return 1;
}

static size_t bias(const double *x, size_t n, double *out)
{
    *out = stats_bias(x, x + n / 2, n / 2);
    return 1;
}

static size_t quantile(const double *x, size_t n, double *out)
{
    double sorted[MOST];
    memcpy(sorted, x + 1, (n - 1) * sizeof *x);
    stats_sort(sorted, n - 1);
    *out = stats_quantile(sorted, n - 1, x[0]);
    return 1;
}

static size_t t_cdf(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_t_cdf(x[0], x[1]);
    return 1;
}

static size_t t_two_sided(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_t_two_sided(x[0], x[1]);
    return 1;
}

static size_t t_quantile(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_t_quantile(x[0], x[1]);
    return 1;
}

static size_t t_within(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_t_within(x[0], x[1]);
    return 1;
}

static size_t normal_cdf(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_normal_cdf(x[0]);
    return 1;
}

static size_t noncentral_t_cdf(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_noncentral_t_cdf(x[0], x[1], x[2]);
    return 1;
}

static size_t write_test(const struct stats_test *t, double *out)
{
    const double values[] = {(double)t->n, t->mean, t->deviation, t->error, t->t,
                             t->df,        t->p,    t->low,       t->high};
    memcpy(out, values, sizeof values);
    return sizeof values / sizeof *values;
}

static size_t paired_t(const double *x, size_t n, double *out)
{
    struct stats_test t;
    stats_paired_t(x + 1, n - 1, x[0], &t);
    return write_test(&t, out);
}

static size_t resampled_t(const double *x, size_t n, double *out)
{
    struct stats_test t;
    stats_resampled_t(x + 3, n - 3, x[1], x[2], x[0], &t);
    return write_test(&t, out);
}

static size_t holm(const double *x, size_t n, double *out)
{
    return stats_holm(x, n, out, NULL) ? 0 : n;
}

static size_t looks(const double *x, size_t n, double *out)
{
    struct stats_look found[STATS_MOST_LOOKS];
    if (stats_looks((enum stats_spending)x[0], x[1], x + 2, n - 2, found, NULL))
        return 0;
    for (size_t i = 0; i < n - 2; i++) {
        *out++ = found[i].spent;
        *out++ = found[i].z;
        *out++ = found[i].level;
    }
    return 3 * (n - 2);
}

static size_t power(const double *x, size_t n, double *out)
{
    (void)n;
    *out = stats_power(x[0], x[1], x[2], x[3]);
    return 1;
}

static size_t pairs_needed(const double *x, size_t n, double *out)
{
    (void)n;
    *out = (double)stats_pairs_needed(x[0], x[1], x[2], x[3], 1000000);
    return 1;
}

/* Images as the script's drawn_images makes them; the fewest are rounded, so that some resamples
 * are constant. */
static void draw_images(size_t n, uint64_t seed, double folds, double *truth, double *first,
                        double *second, int *fold)
{
    for (size_t i = 0; i < n; i++) {
        struct philox bits = philox4x32(seed, (uint32_t)i, 0, 0, 0);
        truth[i] = 1 + 4 * (bits.v[0] / 4294967296.0);
        first[i] = truth[i] + (bits.v[1] / 4294967296.0 - 0.5);
        second[i] = truth[i] + 1.1 * (bits.v[2] / 4294967296.0 - 0.5);
        fold[i] = (int)(folds * (bits.v[3] / 4294967296.0));
        if (n == 6) {
            truth[i] = nearbyint(truth[i] * 2);
            first[i] = nearbyint(first[i] * 2);
            second[i] = nearbyint(second[i] * 2);
        }
    }
}

static size_t bootstrap(const double *x, size_t n_arguments, double *out)
{
    (void)n_arguments;
    size_t n = (size_t)x[0];
    double *room = mem_alloc(3 * n, sizeof *room);
    int *fold = mem_alloc(n, sizeof *fold);
    struct stats_interval found[STATS_METRICS];
    draw_images(n, (uint64_t)x[2], x[4], room, room + n, room + 2 * n, fold);
    const struct stats_bootstrap wanted = {.truth = room,
                                           .first = room + n,
                                           .second = room + 2 * n,
                                           .fold = x[4] > 1 ? fold : NULL,
                                           .n = n,
                                           .resamples = (size_t)x[1],
                                           .seed = (uint64_t)x[2],
                                           .level = x[3]};
    int failed = stats_bootstrap(&wanted, found, NULL);
    for (int m = 0; m < STATS_METRICS; m++) {
        const double values[] = {found[m].difference,   found[m].low,
                                 found[m].high,         found[m].z0,
                                 found[m].acceleration, (double)found[m].undefined};
        memcpy(out + 6 * m, values, sizeof values);
    }
    mem_free(fold);
    mem_free(room);
    return failed ? 0 : 6 * STATS_METRICS;
}

static struct subject {
    const char *name;
    size_t (*compute)(const double *x, size_t n, double *out);
    int lines;
    double worst; /* error in tolerances */
} subjects[] = {
    {"mean", mean, 0, 0},
    {"deviation", deviation, 0, 0},
    {"pearson", pearson, 0, 0},
    {"spearman", spearman, 0, 0},
    {"mae", mae, 0, 0},
    {"rmse", rmse, 0, 0},
    {"bias", bias, 0, 0},
    {"quantile", quantile, 0, 0},
    {"t_cdf", t_cdf, 0, 0},
    {"t_two_sided", t_two_sided, 0, 0},
    {"t_quantile", t_quantile, 0, 0},
    {"t_within", t_within, 0, 0},
    {"normal_cdf", normal_cdf, 0, 0},
    {"noncentral_t_cdf", noncentral_t_cdf, 0, 0},
    {"paired_t", paired_t, 0, 0},
    {"resampled_t", resampled_t, 0, 0},
    {"holm", holm, 0, 0},
    {"looks", looks, 0, 0},
    {"power", power, 0, 0},
    {"pairs_needed", pairs_needed, 0, 0},
    {"bootstrap", bootstrap, 0, 0},
};

#define SUBJECTS (sizeof subjects / sizeof *subjects)

struct line {
    char name[32];
    double relative, absolute;
    size_t n_arguments, n_results;
    double arguments[MOST], results[MOST];
};

static bool read_numbers(FILE *in, double *to, size_t *n)
{
    if (fscanf(in, "%zu", n) != 1 || *n > MOST)
        return false;
    for (size_t i = 0; i < *n; i++)
        if (fscanf(in, "%lf", &to[i]) != 1)
            return false;
    return true;
}

static bool read_line(FILE *in, struct line *l)
{
    return fscanf(in, "%31s %lf %lf", l->name, &l->relative, &l->absolute) == 3 &&
           read_numbers(in, l->arguments, &l->n_arguments) &&
           read_numbers(in, l->results, &l->n_results);
}

/* In tolerances; a number beside a NaN is infinitely far. */
static double distance(double got, double wanted, const struct line *l)
{
    if ((isnan(got) && isnan(wanted)) || got == wanted)
        return 0;
    double far = fabs(got - wanted) / (l->absolute + l->relative * fabs(wanted));
    return isnan(far) ? INFINITY : far;
}

static void compare(const struct line *l)
{
    double got[MOST];
    size_t s = 0;
    while (s < SUBJECTS && strcmp(subjects[s].name, l->name))
        s++;
    if (s == SUBJECTS) {
        ok(0, "%s is known", l->name);
        return;
    }
    subjects[s].lines++;
    if (subjects[s].compute(l->arguments, l->n_arguments, got) != l->n_results)
        subjects[s].worst = INFINITY;
    for (size_t i = 0; i < l->n_results && isfinite(subjects[s].worst); i++) {
        double far = distance(got[i], l->results[i], l);
        subjects[s].worst = fmax(subjects[s].worst, far);
        if (far > 1)
            diag("%s %g %g ...: [%zu] %.17g, wanted %.17g", l->name, l->arguments[0],
                 l->n_arguments > 1 ? l->arguments[1] : NAN, i, got[i], l->results[i]);
    }
}

int main(void)
{
    const char *top = getenv("TOP_SRCDIR");
    char path[1024];
    struct line line;
    snprintf(path, sizeof path, "%s/tests/golden/stats.txt", top ? top : ".");
    FILE *in = fopen(path, "r");
    if (!ok(in != NULL, "%s opens", path))
        return tap_done();
    while (read_line(in, &line))
        compare(&line);
    ok(feof(in) != 0, "all of it is read");
    for (size_t s = 0; s < SUBJECTS; s++)
        ok(subjects[s].lines > 0 && subjects[s].worst <= 1,
           "%s: %d lines within their tolerance (at most %.2g of it)", subjects[s].name,
           subjects[s].lines, subjects[s].worst);
    fclose(in);
    return tap_done();
}
