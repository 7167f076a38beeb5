/* metrics.c - errors and Pearson correlation, in double and two passes, so that neither the size of
 * the set nor a large common offset costs digits. */
#include "engine/train/metrics.h"

#include <math.h>
#include <stdbool.h>

/* Constants are recognised by comparing, not by a variance of 0: rounding of the mean could leave a
 * variance of 1e-32 and a correlation that is noise. */
static bool varies(const float *predicted, const double *truth, size_t n)
{
    bool predictions = false, truths = false;
    for (size_t i = 1; i < n; i++) {
        predictions |= predicted[i] != predicted[0];
        truths |= truth[i] != truth[0];
    }
    return predictions && truths;
}

static double correlation(const float *predicted, const double *truth, size_t n, double mean_p,
                          double mean_t)
{
    double pp = 0, tt = 0, pt = 0;
    for (size_t i = 0; i < n; i++) {
        double p = (double)predicted[i] - mean_p, t = truth[i] - mean_t;
        pp += p * p;
        tt += t * t;
        pt += p * t;
    }
    double r = pt / (sqrt(pp) * sqrt(tt));
    /* Rounding may step outside by an ulp. */
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

void metrics_of(const float *predicted, const double *truth, size_t n, struct metrics *out)
{
    double sum_p = 0, sum_t = 0, absolute = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double e = (double)predicted[i] - truth[i];
        sum_p += (double)predicted[i];
        sum_t += truth[i];
        absolute += fabs(e);
        squares += e * e;
    }
    double count = (double)n;
    out->mae = n ? absolute / count : NAN;
    out->rmse = n ? sqrt(squares / count) : NAN;
    out->pc = varies(predicted, truth, n)
                  ? correlation(predicted, truth, n, sum_p / count, sum_t / count)
                  : NAN;
}
