/* distribution.h - Student's t and the normal distribution.
 *
 * Pure, any thread. `df` is any positive number of degrees of freedom, INFINITY for the normal
 * distribution. Relative error below 1e-12 for df 1 to 1e6.
 */
#ifndef COMBOLAB_RESULTS_STATS_DISTRIBUTION_H
#define COMBOLAB_RESULTS_STATS_DISTRIBUTION_H

/* P(T <= t). */
double stats_t_cdf(double t, double df);

/* P(|T| >= |t|): the two-sided p of a t test. */
double stats_t_two_sided(double t, double df);

/* The t with P(T <= t) = p; -INFINITY at 0, INFINITY at 1, NaN outside. */
double stats_t_quantile(double p, double df);

/* The t with P(|T| < t) = level: half the width of an interval in standard errors. */
double stats_t_within(double level, double df);

/* P(T <= t) where T = (Z + shift) / sqrt(chi2(df) / df), the noncentral t; df finite. To 1e-12
 * absolute for |shift| up to 37. */
double stats_noncentral_t_cdf(double t, double df, double shift);

double stats_normal_cdf(double z);
double stats_normal_quantile(double p);

#endif
