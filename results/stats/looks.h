/* looks.h - how many runs a decision wants, and how to look at it several times on the way without
 * fooling oneself.
 *
 * Pure, any thread. `alpha` is the two-sided level: 0.05.
 */
#ifndef COMBOLAB_RESULTS_STATS_LOOKS_H
#define COMBOLAB_RESULTS_STATS_LOOKS_H

#include <stddef.h>

struct err;

#define STATS_MOST_LOOKS 10

/* Spending functions: O'Brien-Fleming type, little at first; Pocock type, nearly even. */
enum stats_spending { STATS_OBRIEN_FLEMING, STATS_POCOCK };

struct stats_look {
    double spent; /* of alpha, up to and with this look */
    double z;     /* decided where |z| >= this */
    double level; /* the same as a p: decided where the test's two-sided p <= this */
};

/* How much of alpha may be spent at `share` (0..1) of the runs planned, in two symmetric halves:
 * O'Brien-Fleming type 4 (1 - Phi(q / sqrt(share))), q the normal quantile of 1 - alpha/4; Pocock
 * type alpha log(1 + (e - 1) share). Source: Lan and DeMets, "Discrete sequential boundaries for
 * clinical trials", Biometrika 70, 1983. */
double stats_spent(enum stats_spending kind, double alpha, double share);

/* Bounds for looks at the ascending shares of all runs, the last one 1 in the usual plan. By the
 * recursive integration of Armitage, McPherson and Rowe ("Repeated significance tests on
 * accumulating data", JRSS A 132, 1969), to 1e-9 in z. -1: no looks or more than STATS_MOST_LOOKS,
 * shares that do not ascend within 0..1, or an alpha outside 0..1. */
int stats_looks(enum stats_spending kind, double alpha, const double *shares, size_t n,
                struct stats_look *out, struct err *e);

/* Chance that a paired t test of n differences of this mean and deviation finds p < alpha, by the
 * noncentral t distribution; n may be fractional, at least 2. */
double stats_power(double mean, double deviation, double n, double alpha);

/* The least number of differences (pairs of runs), all told, with stats_power >= power: at least 2;
 * 0 = not within `most`, nor ever where mean is 0; NaN in, 0 out. */
size_t stats_pairs_needed(double mean, double deviation, double alpha, double power, size_t most);

#endif
