/* describe.c - see describe.h. */
#include "results/stats/describe.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

double stats_mean(const double *x, size_t n)
{
    double sum = 0, rest = 0;
    if (!n)
        return NAN;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    double mean = sum / (double)n;
    if (!isfinite(mean))
        return mean;
    for (size_t i = 0; i < n; i++)
        rest += x[i] - mean; /* what rounding left over */
    return mean + rest / (double)n;
}

double stats_deviation(const double *x, size_t n)
{
    double mean = stats_mean(x, n), squares = 0;
    if (n < 2)
        return NAN;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return sqrt(squares / (double)(n - 1));
}

/* Looked at value by value: rounding of the mean would give constants a deviation. */
static bool constant(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

double stats_pearson(const double *x, const double *y, size_t n)
{
    double mx = stats_mean(x, n), my = stats_mean(y, n), xx = 0, yy = 0, xy = 0;
    if (constant(x, n) || constant(y, n))
        return NAN;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - mx, dy = y[i] - my;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    double r = xy / (sqrt(xx) * sqrt(yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

struct ranked {
    double value;
    size_t place;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;
    return (x > y) - (x < y);
}

/* Ranks from 1, equal values sharing their mean. `sorted` is room for n. */
static void rank(const double *x, size_t n, struct ranked *sorted, double *ranks)
{
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct ranked){x[i], i};
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && sorted[end].value == sorted[first].value;)
            end++;
        for (size_t i = first; i < end; i++)
            ranks[sorted[i].place] = (double)(first + 1 + end) / 2;
    }
}

static bool any_nan(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return true;
    return false;
}

int stats_spearman(const double *x, const double *y, size_t n, double *out, struct err *e)
{
    *out = NAN;
    if (any_nan(x, n) || any_nan(y, n))
        return 0;
    struct ranked *sorted = mem_alloc(n, sizeof *sorted);
    double *ranks = mem_alloc(2 * n, sizeof *ranks);
    if (sorted && ranks) {
        rank(x, n, sorted, ranks);
        rank(y, n, sorted, ranks + n);
        *out = stats_pearson(ranks, ranks + n, n);
    }
    int result = sorted && ranks ? 0 : mem_error(e, "ranks", n * (sizeof *sorted + 16));
    mem_free(ranks);
    mem_free(sorted);
    return result;
}

double stats_mae(const double *predicted, const double *truth, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(predicted[i] - truth[i]);
    return sum / (double)n;
}

double stats_rmse(const double *predicted, const double *truth, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (predicted[i] - truth[i]) * (predicted[i] - truth[i]);
    return sqrt(sum / (double)n);
}

double stats_bias(const double *predicted, const double *truth, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += predicted[i] - truth[i];
    return sum / (double)n;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void stats_sort(double *x, size_t n)
{
    qsort(x, n, sizeof *x, ascending);
}

double stats_quantile(const double *sorted, size_t n, double at)
{
    if (!n || !(at >= 0 && at <= 1))
        return NAN;
    double place = at * (double)(n - 1);
    size_t below = (size_t)place, above = below + 1 < n ? below + 1 : below;
    double share = place - (double)below;
    return sorted[below] + share * (sorted[above] - sorted[below]);
}

double stats_median(const double *sorted, size_t n)
{
    return stats_quantile(sorted, n, 0.5);
}
