/* bootstrap.h - how sure a difference between two lists of predictions is, as far as the choice of
 * test images goes: a paired bootstrap with BCa intervals.
 *
 * It compares two checkpoints on images like these, not two losses: training noise is not in it.
 * Images are drawn with replacement within their fold (stratum), the same ones for both lists, and
 * figures are of all images drawn together. Draws are Philox by seed, resample and place, in the
 * stream PHILOX_BOOTSTRAP: neither threads nor order matter. Any thread; it computes on the
 * caller's.
 *
 * Interval: bias-corrected and accelerated. z0 from the share of resampled differences below the
 * observed one, ties counting half; acceleration from the jackknife, for several strata by Davison
 * and Hinkley's (5.24) with influence values (n_s - 1)(mean - left-out), as SciPy does for several
 * samples; ends are type 7 quantiles of the resampled differences. Sources: Efron, "Better
 * bootstrap confidence intervals", JASA 82, 1987; Davison and Hinkley, "Bootstrap Methods and their
 * Application", 1997.
 */
#ifndef COMBOLAB_RESULTS_STATS_BOOTSTRAP_H
#define COMBOLAB_RESULTS_STATS_BOOTSTRAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum stats_metric { STATS_PC, STATS_MAE, STATS_RMSE, STATS_METRICS };

#define STATS_RESAMPLES 10000 /* the usual number */

struct stats_bootstrap {
    const double *truth, *first, *second; /* n: an image's score, and what two checkpoints say */
    const int *fold;                      /* n, any numbers; NULL = all images are one stratum */
    size_t n;
    size_t resamples; /* 0 = STATS_RESAMPLES */
    uint64_t seed;
    double level;              /* 0.95 */
    const atomic_bool *cancel; /* looked at every few milliseconds; NULL = never */
};

/* first - second, in one metric. NaN: the metric does not exist. */
struct stats_interval {
    double difference, low, high;
    double z0, acceleration; /* the corrections for bias and skewness */
    size_t undefined;        /* resamples without the metric (constant scores), left out */
};

/* All metrics from the same resamples, by enum stats_metric. 1 = cancelled. */
int stats_bootstrap(const struct stats_bootstrap *wanted, struct stats_interval out[STATS_METRICS],
                    struct err *e);

#endif
