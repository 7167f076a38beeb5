/* distribution.c - see distribution.h.
 *
 * Student's t is the incomplete beta function I_y(1/2, df/2) with y = t^2 / (df + t^2): near 0 by
 * its power series, whose terms are all positive; in the tail by the even part of its continued
 * fraction, of I_x(df/2, 1/2) with x = 1 - y, as Didonato and Morris have it (ACM TOMS 18, 1992),
 * which needs y and never 1 - x. Quantiles are found by Newton's method on the middle or on the
 * logarithm of the tail: both are concave, so that it cannot run away.
 */
#include "results/stats/distribution.h"

#include <math.h>

#define MOST_TERMS 10000
#define NEGLIGIBLE 1e-17
#define MIDDLE 1.75 /* up to this |t| the series, above it the fraction */
#define PI 3.14159265358979323846
#define SQRT_2PI 2.50662827463100050242

/* What lnGamma(a) has beyond (a - 1/2) ln a - a + ln sqrt(2 pi), for a >= 15. */
static double stirling_rest(double a)
{
    double s = 1 / (a * a);
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / a;
}

/* Gamma(a + 1/2) / Gamma(a), without the cancellation of two large logarithms. */
static double gamma_ratio(double a)
{
    double lifted = 1;
    for (; a < 15; a++)
        lifted *= a / (a + 0.5);
    return lifted * sqrt(a) *
           exp(a * log1p(0.5 / a) - 0.5 + stirling_rest(a + 0.5) - stirling_rest(a));
}

static double density(double t, double df)
{
    if (isinf(df))
        return exp(-t * t / 2) / SQRT_2PI;
    return gamma_ratio(df / 2) / sqrt(df * PI) * exp(-(df + 1) / 2 * log1p(t / df * t));
}

/* P(0 < T < t) by the series, for t of 0 to MIDDLE. */
static double middle(double t, double df)
{
    double y = t * t / (df + t * t), term = 1, sum = 1;
    if (isinf(df))
        return erf(t * sqrt(0.5)) / 2;
    for (int i = 0; i < MOST_TERMS && term > NEGLIGIBLE * sum; i++)
        sum += term *= ((df + 1) / 2 + i) / (1.5 + i) * y;
    return t * density(t, df) * sum;
}

/* P(T > t) by the fraction b0 + a1 / (b1 + a2 / (b2 + ...)), evaluated as Lentz does, for t above
 * MIDDLE. */
static double tail(double t, double df)
{
    if (isinf(df))
        return erfc(t * sqrt(0.5)) / 2;
    const double a = df / 2, b = 0.5;
    double w = t / sqrt(df), x = 1 / (1 + w * w), y = w > 1 ? 1 / (1 + 1 / w / w) : w * w * x;
    double lambda = a * y - b * x + 1, value = a * lambda / (a + 1), c = value, d = 0, change = 0;
    for (int m = 1; m < MOST_TERMS && fabs(change - 1) > 1e-16; m++) {
        double s = a + 2 * m - 1;
        double above = (a + m - 1) * (a + b + m - 1) * m * (b - m) * x * x / (s * s);
        double below = m + m * (b - m) * x / s + (a + m) * (lambda + m * (2 - x)) / (s + 2);
        d = 1 / (below + above * d);
        c = below + above / c;
        value *= change = c * d;
    }
    return t * density(t, df) / value / 2;
}

static double above(double t, double df)
{
    return t > MIDDLE ? tail(t, df) : 0.5 - middle(t, df);
}

double stats_t_cdf(double t, double df)
{
    if (isnan(t) || !(df > 0))
        return NAN;
    double size = fabs(t);
    if (isinf(t))
        return t > 0;
    if (size <= MIDDLE)
        return 0.5 + copysign(middle(size, df), t);
    return t > 0 ? 1 - tail(size, df) : tail(size, df);
}

double stats_t_two_sided(double t, double df)
{
    if (isnan(t) || !(df > 0))
        return NAN;
    return isinf(t) ? 0 : 2 * above(fabs(t), df);
}

/* The t below MIDDLE with P(0 < T < t) = p: from the left, where the curve's start points. */
static double solve_middle(double p, double df)
{
    double t = p / density(0, df), step = t;
    for (int i = 0; i < 100 && fabs(step) > 1e-16 * t; i++)
        t += step = (p - middle(t, df)) / density(t, df);
    return t;
}

/* The t above MIDDLE with P(T > t) = p, in logarithms of both. Begins where a bound of the tail,
 * (1 + t^2 / df)^(-df / 2), is p, which is to the right of it. */
static double solve_tail(double p, double df)
{
    double z = -2 * log(p) / df, step = 1;
    double u = isinf(df) ? log(-2 * log(p)) / 2 : (log(df) + (z > 700 ? z : log(expm1(z)))) / 2;
    for (int i = 0; i < 100 && fabs(step) > 1e-16; i++) {
        double t = exp(u), q = tail(t, df);
        u += step = log(q / p) * q / (t * density(t, df));
    }
    return exp(u);
}

/* The t > 0 with P(0 < T < t) = inside and P(T > t) = outside: both given, as each is exact only on
 * its side. */
static double solve(double inside, double outside, double df)
{
    return outside > 0.5 - middle(MIDDLE, df) ? solve_middle(inside, df) : solve_tail(outside, df);
}

double stats_t_quantile(double p, double df)
{
    if (!(p >= 0 && p <= 1) || !(df > 0))
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    return p < 0.5 ? -solve(0.5 - p, p, df) : solve(p - 0.5, 1 - p, df);
}

double stats_t_within(double level, double df)
{
    if (!(level >= 0 && level < 1) || !(df > 0))
        return NAN;
    return solve(level / 2, (1 - level) / 2, df);
}

double stats_normal_cdf(double z)
{
    return erfc(-z * sqrt(0.5)) / 2;
}

double stats_normal_quantile(double p)
{
    return stats_t_quantile(p, INFINITY);
}

/* One side of the integral below: from v = from in steps of h while there is any weight. */
static void add_side(double from, double h, double t, double df, double shift, double *sum,
                     double *weights)
{
    double weight = 1;
    for (double v = from; weight > 1e-18; v += h) {
        weight = exp(df * (v - expm1(2 * v) / 2));
        *weights += weight;
        *sum += weight * stats_normal_cdf(t * exp(v) - shift);
    }
}

/* The mean of Phi(t s - shift) over s = sqrt(chi2(df) / df), integrated over v = ln s by equal
 * steps, which for such bells that end at both sides is exact but for about exp(-40). */
double stats_noncentral_t_cdf(double t, double df, double shift)
{
    if (isnan(t) || isnan(shift) || !(df > 0) || isinf(df))
        return NAN;
    if (isinf(shift) || isinf(t))
        return isinf(shift) ? shift < 0 : t > 0;
    double h = 0.5 / sqrt(16 + df + shift * shift), sum = 0, weights = 0;
    add_side(0, h, t, df, shift, &sum, &weights);
    add_side(-h, -h, t, df, shift, &sum, &weights);
    return sum / weights;
}
