/* paired.h - tests of paired differences, and Holm's correction for a family of them.
 *
 * Pure, any thread. What cannot be said is NaN: everything but the mean for fewer than two
 * differences; t and p where all differences are 0.
 */
#ifndef COMBOLAB_RESULTS_STATS_PAIRED_H
#define COMBOLAB_RESULTS_STATS_PAIRED_H

#include <stddef.h>

struct err;

struct stats_test {
    size_t n; /* differences */
    double mean, deviation;
    double error;     /* standard error of the mean, as the test has it */
    double t, df, p;  /* p is two-sided; differences all alike but not 0: t infinite, p 0 */
    double low, high; /* interval of the mean at the level asked for */
};

/* Student's paired t test: t = mean / (deviation / sqrt(n)), n - 1 degrees of freedom. `level` of
 * the interval: 0.95. */
void stats_paired_t(const double *differences, size_t n, double level, struct stats_test *out);

/* The corrected resampled t test for the folds of a cross validation, whose training images
 * overlap: error = deviation * sqrt(1/k + n_test/n_train), k - 1 degrees of freedom, for k =
 * n_folds differences, one a fold. `n_train`, `n_test`: images of a fold, their mean where folds
 * differ. Source: Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52,
 * 2003. */
void stats_resampled_t(const double *differences, size_t n_folds, double n_train, double n_test,
                       double level, struct stats_test *out);

/* Holm's step-down p: sorted ascending, the i-th of m (from 1) becomes the largest (m - j + 1) p_j
 * with j <= i, at most 1. A NaN stays NaN and does not count in m. `adjusted` may be `p`. Source:
 * Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statistics 6, 1979. -1
 * without memory. */
int stats_holm(const double *p, size_t n, double *adjusted, struct err *e);

#endif
