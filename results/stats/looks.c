/* looks.c - see looks.h.
 *
 * The sum of standardised differences is a random walk, looked at when its variance is each share.
 * Its density among those not decided yet is kept at Gauss and Legendre's points within the bounds;
 * one step of the walk folds it with a normal density.
 */
#include "results/stats/looks.h"

#include "base/err.h"
#include "results/stats/distribution.h"

#include <math.h>

#define POINTS 256          /* at most */
#define FEWEST 48           /* and for each time that a deviation goes into the bound: */
#define POINTS_A_STEP 12
#define LEAST_STEP 0.01     /* of the runs, between looks: finer steps would want more points */
#define LEAST_CHANCE 1e-300 /* less is as good as none: no double has the bound's */
#define MOST_Z 38
#define MOST_SHIFT 1000 /* more says no more, and would only take longer */
#define PI 3.14159265358979323846
#define SQRT_2PI 2.50662827463100050242

/* The walk at a look, for |sum| < bound: density[i] at points[i] * bound. */
struct walk {
    int n;                                  /* points, an even number */
    double points[POINTS], weights[POINTS]; /* for -1..1 */
    double density[POINTS];
    double bound, share;
};

double stats_spent(enum stats_spending kind, double alpha, double share)
{
    if (!(share > 0))
        return share == 0 ? 0 : NAN;
    if (kind == STATS_POCOCK)
        return alpha * log1p((exp(1) - 1) * share);
    return 4 * stats_normal_cdf(stats_normal_quantile(alpha / 4) / sqrt(share));
}

/* The bound, had nothing been decided before: the real one is below. */
static double bound_alone(double share, double chance)
{
    double z = chance < LEAST_CHANCE ? MOST_Z : -stats_normal_quantile(chance / 2);
    return z * sqrt(share);
}

/* The narrower a density or the next step beside its bound, the more points it wants. */
static int points_for(const struct stats_look *looks, const double *shares, size_t n)
{
    double most = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double chance = looks[i].spent - (i ? looks[i - 1].spent : 0);
        double narrow = sqrt(fmin(shares[i], shares[i + 1] - shares[i]));
        most = fmax(most, bound_alone(shares[i], chance) / narrow);
    }
    double points = FEWEST + POINTS_A_STEP * most;
    return points < POINTS ? (int)points / 2 * 2 : POINTS;
}

/* Roots of the Legendre polynomial by Newton's method, and their weights: the same on both sides.
 */
static void points_of(struct walk *w)
{
    const int n = w->n;
    for (int i = 0; i < n / 2; i++) {
        double x = cos(PI * (i + 0.75) / (n + 0.5)), slope = 1, step = 1;
        for (int round = 0; round < 4 && fabs(step) > 1e-15; round++) {
            double before = 1, p = x;
            for (int k = 2; k <= n; k++) {
                double next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
                before = p;
                p = next;
            }
            slope = n * (x * p - before) / (x * x - 1);
            x -= step = p / slope;
        }
        w->points[i] = x;
        w->points[n - 1 - i] = -x;
        w->weights[i] = w->weights[n - 1 - i] = 2 / ((1 - x * x) * slope * slope);
    }
}

static double normal_density(double x, double deviation)
{
    return exp(-x * x / (2 * deviation * deviation)) / (deviation * SQRT_2PI);
}

/* Chance to be undecided so far and beyond +-bound at `share`. *slope: its derivative by bound. */
static double leaves(const struct walk *w, double share, double bound, double *slope)
{
    double deviation = sqrt(share - w->share), sum = 0;
    *slope = 0;
    if (w->share == 0) {
        *slope = -2 * normal_density(bound, deviation);
        return 2 * stats_normal_cdf(-bound / deviation);
    }
    for (int i = 0; i < w->n; i++) { /* both sides are alike */
        double mass = 2 * w->weights[i] * w->bound * w->density[i];
        double beyond = bound - w->points[i] * w->bound;
        sum += mass * stats_normal_cdf(-beyond / deviation);
        *slope -= mass * normal_density(beyond, deviation);
    }
    return sum;
}

/* The bound that this chance leaves by. Chances fall ever faster with the bound, so that Newton's
 * method on their logarithm, begun where they are too small, stays there. */
static double bound_for(const struct walk *w, double share, double chance)
{
    double bound = bound_alone(share, chance), step = bound, slope;
    if (chance < LEAST_CHANCE)
        return bound;
    for (int i = 0; i < 100 && fabs(step) > 1e-15 * bound; i++) {
        double left = leaves(w, share, bound, &slope);
        bound -= step = log(left / chance) * left / slope;
    }
    return bound;
}

static void walk_on(struct walk *w, double share, double bound)
{
    double deviation = sqrt(share - w->share), density[POINTS / 2];
    for (int i = 0; i < w->n / 2; i++) { /* both sides are alike */
        double at = w->points[i] * bound;
        density[i] = 0;
        for (int k = 0; w->share > 0 && k < w->n; k++)
            density[i] += w->weights[k] * w->bound * w->density[k] *
                          normal_density(at - w->points[k] * w->bound, deviation);
        if (w->share == 0)
            density[i] = normal_density(at, deviation);
    }
    for (int i = 0; i < w->n / 2; i++)
        w->density[i] = w->density[w->n - 1 - i] = density[i];
    w->share = share;
    w->bound = bound;
}

static int check(double alpha, const double *shares, size_t n, struct err *e)
{
    if (!(alpha > 0 && alpha < 1))
        return err_set(e, ERR_USAGE, "a level of %g is not between 0 and 1", alpha);
    if (n < 1 || n > STATS_MOST_LOOKS)
        return err_set(e, ERR_USAGE, "%zu looks are not within 1 to %d", n, STATS_MOST_LOOKS);
    for (size_t i = 0; i < n; i++)
        if (!(shares[i] - (i ? shares[i - 1] : 0) >= LEAST_STEP * (1 - 1e-9) && shares[i] <= 1))
            return err_set(e, ERR_USAGE,
                           "look %zu at %g of the runs: looks go up to 1, by %g or more each",
                           i + 1, shares[i], LEAST_STEP);
    return 0;
}

int stats_looks(enum stats_spending kind, double alpha, const double *shares, size_t n,
                struct stats_look *out, struct err *e)
{
    struct walk w = {.share = 0};
    if (check(alpha, shares, n, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        out[i].spent = stats_spent(kind, alpha, shares[i]);
    w.n = points_for(out, shares, n);
    points_of(&w);
    for (size_t i = 0; i < n; i++) {
        double bound = bound_for(&w, shares[i], out[i].spent - (i ? out[i - 1].spent : 0));
        out[i].z = bound / sqrt(shares[i]);
        out[i].level = 2 * stats_normal_cdf(-out[i].z);
        if (i + 1 < n)
            walk_on(&w, shares[i], bound);
    }
    return 0;
}

double stats_power(double mean, double deviation, double n, double alpha)
{
    double df = n - 1, shift = fabs(mean) / deviation * sqrt(n);
    double t = stats_t_within(1 - alpha, df);
    if (shift > MOST_SHIFT)
        shift = MOST_SHIFT;
    return 1 - stats_noncentral_t_cdf(t, df, shift) + stats_noncentral_t_cdf(-t, df, shift);
}

size_t stats_pairs_needed(double mean, double deviation, double alpha, double power, size_t most)
{
    size_t few = 1, enough = 2; /* too few; perhaps enough */
    if (isnan(deviation) || !(fabs(mean) > 0) || !(power < 1))
        return 0;
    while (enough <= most && !(stats_power(mean, deviation, (double)enough, alpha) >= power)) {
        few = enough;
        enough *= 2;
    }
    while (enough - few > 1 && few < most) {
        size_t half = few + (enough - few) / 2;
        if (stats_power(mean, deviation, (double)half, alpha) >= power)
            enough = half;
        else
            few = half;
    }
    return enough <= most ? enough : 0;
}
