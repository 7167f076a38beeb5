/* paired.c - see paired.h. */
#include "results/stats/paired.h"

#include "base/err.h"
#include "base/mem.h"
#include "results/stats/describe.h"
#include "results/stats/distribution.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Both tests: `variance_factor` makes of the differences' variance that of their mean. */
static void t_test(const double *differences, size_t n, double variance_factor, double level,
                   struct stats_test *out)
{
    out->n = n;
    out->mean = stats_mean(differences, n);
    out->deviation = stats_deviation(differences, n);
    out->error = out->deviation * sqrt(variance_factor);
    out->t = out->mean / out->error;
    out->df = n < 2 ? NAN : (double)(n - 1);
    out->p = stats_t_two_sided(out->t, out->df);
    double half = stats_t_within(level, out->df) * out->error;
    out->low = out->mean - half;
    out->high = out->mean + half;
}

void stats_paired_t(const double *differences, size_t n, double level, struct stats_test *out)
{
    t_test(differences, n, 1 / (double)n, level, out);
}

void stats_resampled_t(const double *differences, size_t n_folds, double n_train, double n_test,
                       double level, struct stats_test *out)
{
    t_test(differences, n_folds, 1 / (double)n_folds + n_test / n_train, level, out);
}

struct ordered {
    double p;
    size_t place;
};

static int ascending(const void *a, const void *b)
{
    double x = ((const struct ordered *)a)->p, y = ((const struct ordered *)b)->p;
    return (x > y) - (x < y);
}

int stats_holm(const double *p, size_t n, double *adjusted, struct err *e)
{
    struct ordered *family = mem_alloc(n, sizeof *family);
    size_t m = 0;
    double most = 0;
    if (!family)
        return mem_error(e, "a family of tests", n * sizeof *family);
    for (size_t i = 0; i < n; i++) {
        adjusted[i] = p[i];
        if (!isnan(p[i]))
            family[m++] = (struct ordered){p[i], i};
    }
    qsort(family, m, sizeof *family, ascending);
    for (size_t i = 0; i < m; i++) {
        most = fmax(most, fmin(1, (double)(m - i) * family[i].p));
        adjusted[family[i].place] = most;
    }
    mem_free(family);
    return 0;
}
