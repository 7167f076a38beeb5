/* describe.h - what a sample says of itself, and predictions of the truth.
 *
 * Pure: no memory is kept, any thread. A figure that does not exist (the deviation of one value,
 * the correlation of constants, anything of nothing, or of a NaN) is NaN. Sums are of differences
 * from the mean in a second pass (Chan, Golub, LeVeque, "Algorithms for computing the sample
 * variance", 1983), so that scores far from 0 lose nothing.
 */
#ifndef COMBOLAB_RESULTS_STATS_DESCRIBE_H
#define COMBOLAB_RESULTS_STATS_DESCRIBE_H

#include <stddef.h>

struct err;

double stats_mean(const double *x, size_t n);

/* Sample deviation: sqrt(sum (x - mean)^2 / (n - 1)); NaN for n < 2. */
double stats_deviation(const double *x, size_t n);

/* Pearson: sum (x - mx)(y - my) / sqrt(sum (x - mx)^2 sum (y - my)^2), within -1..1; NaN where x
 * or y is constant. */
double stats_pearson(const double *x, const double *y, size_t n);

/* Spearman: Pearson of the ranks, equal values sharing the mean of theirs. Allocates: -1 without
 * memory. */
int stats_spearman(const double *x, const double *y, size_t n, double *out, struct err *e);

/* Of n predictions against their truths: mean |p - t|, sqrt(mean (p - t)^2), mean (p - t). */
double stats_mae(const double *predicted, const double *truth, size_t n);
double stats_rmse(const double *predicted, const double *truth, size_t n);
double stats_bias(const double *predicted, const double *truth, size_t n);

/* Ascending, in place; no NaN among them. */
void stats_sort(double *x, size_t n);

/* Of sorted values, at 0..1, linear between neighbours (Hyndman and Fan's type 7, as NumPy does
 * it). */
double stats_quantile(const double *sorted, size_t n, double at);
double stats_median(const double *sorted, size_t n);

#endif
