#!/usr/bin/python3
"""Writes stats.txt: what results/stats must give, by NumPy, SciPy and mpmath.

Run in this folder: ./make_stats_golden.py > stats.txt (two minutes). A line: a name, the tolerance relative
and absolute, how many arguments and they, how many results and they. Distributions are computed by mpmath
in 40 digits, as SciPy's are not sure to 1e-12 everywhere, and must agree with SciPy's; bounds of looks by
Simpson's rule on a fine grid, and must agree with those that the R package ldbounds prints. The bootstrap
draws the same images, by philox.py, and computes every figure from the images drawn.
"""

import math

import mpmath as mp
import numpy as np
from scipy import optimize, stats

from philox import BOOTSTRAP, philox

mp.mp.dps = 40


def line(name, arguments, results, relative=1e-12, absolute=0.0):
    def numbers(values):
        values = np.atleast_1d(np.asarray(values, dtype=float)).ravel()
        return f"{len(values)} " + " ".join(f"{v:.17g}" for v in values)

    print(name, f"{relative:g} {absolute:g}", numbers(arguments), numbers(results))


def near(ours, other, relative):
    assert abs(float(ours) - float(other)) <= relative * abs(float(ours)), (ours, other)


# --- samples ---


def exact_mean(x):
    return math.fsum(x) / len(x)


def exact_deviation(x):
    mean = mp.fsum(x) / len(x)
    return float(mp.sqrt(mp.fsum([(mp.mpf(v) - mean) ** 2 for v in x]) / (len(x) - 1)))


def exact_pearson(x, y):
    x, y = [mp.mpf(v) for v in x], [mp.mpf(v) for v in y]
    mx, my = mp.fsum(x) / len(x), mp.fsum(y) / len(y)
    xy = mp.fsum([(a - mx) * (b - my) for a, b in zip(x, y)])
    xx, yy = mp.fsum([(a - mx) ** 2 for a in x]), mp.fsum([(b - my) ** 2 for b in y])
    return float(xy / mp.sqrt(xx * yy))


def samples(random):
    for n, offset, spread in ((2, 0, 1), (3, 3, 0.5), (17, -2, 4), (60, 1e6, 1e-2)):
        x = np.round((offset + spread * random.standard_normal(n)) * 1024) / 1024
        y = np.round((x + 0.7 * spread * random.standard_normal(n)) * 1024) / 1024
        line("mean", x, exact_mean(x))
        line("deviation", x, exact_deviation(x))
        pc = exact_pearson(x, y)
        near(pc, stats.pearsonr(x, y)[0], 1e-5)
        line("pearson", [*x, *y], pc)
        coarse = np.round(x), np.round(y * 2)
        if n == 17:
            line("spearman", [*coarse[0], *coarse[1]], stats.spearmanr(*coarse)[0])
        error = y - x
        line("mae", [*y, *x], np.abs(error).mean())
        line("rmse", [*y, *x], np.sqrt((error**2).mean()))
        line("bias", [*y, *x], math.fsum(error) / n)
        for at in (0, 0.025, 0.25, 0.5, 0.9, 1):
            line("quantile", [at, *x], np.quantile(x, at))


# --- distributions ---


def t_upper(t, df):
    """P(T > t) for t > 0."""
    t, df = mp.mpf(t), mp.mpf(df)
    if mp.isinf(df):
        return mp.erfc(t / mp.sqrt(2)) / 2
    return mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2


def t_cdf(t, df):
    return 1 - t_upper(t, df) if t > 0 else t_upper(-t, df) if t < 0 else mp.mpf(1) / 2


def t_quantile(p, df):
    p = mp.mpf(p)
    if p == mp.mpf(1) / 2:
        return mp.mpf(0)
    guess = stats.norm.ppf(float(p)) if mp.isinf(df) else stats.t.ppf(float(p), df)
    found = mp.findroot(lambda t: mp.log(t_cdf(t, df) / p), (guess, guess * (1 + 1e-6)))
    assert abs(t_cdf(found, df) / p - 1) < 1e-25
    if p > 1e-100:  # beyond, SciPy's is off
        near(found, guess, 1e-7)
    return found


def noncentral_t_cdf(t, df, shift):
    """The mean of Phi(t s - shift) over s = sqrt(chi2 / df)."""
    t, df, shift = mp.mpf(t), mp.mpf(df), mp.mpf(shift)
    log_scale = mp.log(2) + df / 2 * mp.log(df / 2) - mp.loggamma(df / 2)

    def integrand(s):
        return mp.exp(log_scale + (df - 1) * mp.log(s) - df * s * s / 2) * mp.ncdf(t * s - shift)

    width = 1 / mp.sqrt(2 * df)
    ends = [1 + k * width for k in range(-24, 25, 3)]
    if t > 0:  # where Phi rises
        ends += [(shift + k) / t for k in range(-24, 25, 3)]
    return mp.quad(integrand, [0] + sorted(s for s in ends if s > 0) + [mp.inf])


FREEDOMS = (1, 1.5, 2, 3, 4, 7.3, 10, 29.9, 30, 100, 1234.5, 1e4, 1e6, math.inf)


def distributions():
    for df in FREEDOMS:
        for t in (-40, -3.1, -1.75, -0.4, 1e-9, 0.3, 1, 1.7320508, 1.8, 2.5, 5, 12, 37):
            cdf, p = t_cdf(t, df), 2 * t_upper(abs(t), df)
            if p < 1e-280:
                continue
            near(p, 2 * stats.t.sf(abs(t), df), 1e-8)
            line("t_cdf", [t, df], cdf)
            line("t_two_sided", [t, df], p)
        for p in (1e-200, 1e-12, 0.0005, 0.025, 0.04, 0.3, 0.499, 0.5, 0.50001, 0.7, 0.95, 0.975, 0.9999):
            if p < 1e-100 and df < 4:
                continue
            line("t_quantile", [p, df], t_quantile(p, df))
        for level in (0.5, 0.9, 0.95, 0.999):
            line("t_within", [level, df], t_quantile((1 + mp.mpf(level)) / 2, df))
    for z in (-38, -8, -1, 0, 0.5, 6):
        line("normal_cdf", [z], mp.ncdf(z))
    for df, t, shift in ((1, 12.7, 3), (2, 4.3, 0), (2, -4.3, 2), (4, 2.776, 2.5), (9, 2.26, 10), (30, 2.04, 1.2),
                         (3.5, 0, -1), (500, 1.96, 3.2), (1e5, 1.96, 2.8), (4, 30, 37), (1, 700, 300)):
        cdf = noncentral_t_cdf(t, df, shift)
        if shift < 37 and df < 1e5 and t > 0:
            near(cdf, stats.nct.cdf(t, df, shift), 1e-6)
        line("noncentral_t_cdf", [t, df, shift], cdf, 0, 1e-12)


# --- tests ---


def t_test(x, factor, level):
    n, mean, deviation = len(x), exact_mean(x), exact_deviation(x)
    error = deviation * math.sqrt(factor)
    t = mean / error
    half = float(t_quantile((1 + mp.mpf(level)) / 2, n - 1)) * error
    return [n, mean, deviation, error, t, n - 1, 2 * t_upper(abs(t), n - 1), mean - half, mean + half]


def tests(random):
    for n in (2, 3, 5, 15):
        x = np.round((0.004 + 0.006 * random.standard_normal(n)) * 2**20) / 2**20
        paired = t_test(x, 1 / n, 0.95)
        near(paired[6], stats.ttest_1samp(x, 0).pvalue, 1e-9)
        line("paired_t", [0.95, *x], paired)
        line("resampled_t", [0.9, 4400, 1100, *x], t_test(x, 1 / n + 1100 / 4400, 0.9))
    families = ([0.01], [0.04, 0.01, 0.03, 0.005], [0.5, 0.5, 0.9, 0.001], [0.2, math.nan, 0.02, 0.02])
    for p in families:
        order = [i for i in np.argsort(p, kind="stable") if not math.isnan(p[i])]
        adjusted, most = [math.nan] * len(p), 0
        for k, i in enumerate(order):
            most = max(most, min(1, (len(order) - k) * p[i]))
            adjusted[i] = most
        line("holm", p, adjusted)


# --- looks ---


def spent(kind, alpha, share):
    if kind == 1:
        return alpha * math.log(1 + (math.e - 1) * share)
    return 4 * stats.norm.sf(stats.norm.isf(alpha / 4) / math.sqrt(share))


def simpson_weights(n, width):
    weights = np.ones(n)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return weights * width / (n - 1) / 3


def looks(kind, alpha, shares, points=3001):
    """For every look: alpha spent, bound of z, its level."""
    out, before, at, density, last = [], 0.0, None, None, 0.0
    for share in shares:
        deviation, now = math.sqrt(share - last), spent(kind, alpha, share)

        def leaves(bound):
            if at is None:
                return 2 * stats.norm.sf(bound / deviation)
            return 2 * np.sum(density * stats.norm.sf((bound - at) / deviation))

        bound = optimize.brentq(lambda c: math.log(max(leaves(c), 1e-300) / (now - before)), 0.01, 8, xtol=1e-14, rtol=1e-14)
        grid = np.linspace(-bound, bound, points)
        if at is None:
            values = stats.norm.pdf(grid, scale=deviation)
        else:
            values = np.array([np.sum(density * stats.norm.pdf(x - at, scale=deviation)) for x in grid])
        at, density, last, before = grid, values * simpson_weights(points, 2 * bound), share, now
        z = bound / math.sqrt(share)
        out.append((now, z, 2 * stats.norm.sf(z)))
    return out


def all_looks():
    fifths = [0.2, 0.4, 0.6, 0.8, 1]
    printed = ((4.8769, 3.3569, 2.6803, 2.2898, 2.0310), (2.4380, 2.4268, 2.4101, 2.3966, 2.3859))
    for kind in (0, 1):
        for row, z in zip(looks(kind, 0.05, fifths), printed[kind]):
            assert abs(row[1] - z) < 2e-4, (row, z)
        for alpha, shares in ((0.05, [1]), (0.05, [0.3, 1]), (0.05, fifths), (0.01, [0.1, 0.11, 0.5, 0.8]),
                              (0.05, [k / 10 for k in range(1, 11)]), (0.05, [0.25, 5 / 12, 8 / 12, 1]),
                              (0.0125, [0.25, 5 / 12, 8 / 12, 1])):
            line("looks", [kind, alpha, *shares], looks(kind, alpha, shares), 1e-9)


def power(mean, deviation, n, alpha):
    t = t_quantile(1 - mp.mpf(alpha) / 2, n - 1)
    shift = mean / deviation * mp.sqrt(n)
    return 1 - noncentral_t_cdf(t, n - 1, shift) + noncentral_t_cdf(-t, n - 1, shift)


def pairs_needed(mean, deviation, alpha, wanted):
    for n in range(2, 100000):
        t, shift = stats.t.isf(alpha / 2, n - 1), mean / deviation * math.sqrt(n)
        if stats.nct.sf(t, n - 1, shift) + stats.nct.cdf(-t, n - 1, shift) >= wanted:
            return n
    return 0


def all_powers():
    for mean, deviation, n, alpha in ((0.5, 1, 34, 0.05), (0.005, 0.004, 5, 0.05), (0.1, 1, 3, 0.01), (2, 1, 2, 0.05)):
        line("power", [mean, deviation, n, alpha], power(mean, deviation, n, alpha), 0, 1e-12)
    for mean, deviation, alpha, wanted in ((0.5, 1, 0.05, 0.8), (0.005, 0.005, 0.05, 0.8), (0.005, 0.004, 0.05, 0.9),
                                           (0.1, 1, 0.01, 0.9), (3, 1, 0.05, 0.8), (0.02, 1, 0.05, 0.8)):
        line("pairs_needed", [mean, deviation, alpha, wanted], pairs_needed(mean, deviation, alpha, wanted), 0)


# --- bootstrap ---


def drawn(seed, resample, sizes):
    """Images of one resample, as places in the list that is in order of strata."""
    n = sum(sizes)
    bits = np.stack(philox(seed, resample, np.arange((n + 3) // 4), BOOTSTRAP), axis=1).ravel()[:n]
    size, start = np.repeat(sizes, sizes), np.repeat(np.cumsum(sizes) - sizes, sizes)
    return start + ((bits * size.astype(np.uint64)) >> np.uint64(32)).astype(int)


def pearson(x, y):
    if (x == x[0]).all() or (y == y[0]).all():
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / math.sqrt((x * x).sum() * (y * y).sum())


def differences(truth, first, second):
    a, b = first - truth, second - truth
    return np.array([pearson(first, truth) - pearson(second, truth), np.abs(a).mean() - np.abs(b).mean(),
                     math.sqrt((a * a).mean()) - math.sqrt((b * b).mean())])


def bootstrap(truth, first, second, fold, resamples, seed, level):
    """For PC, MAE and RMSE: difference, ends, z0, acceleration, resamples without the metric."""
    order = np.argsort(fold, kind="stable")
    truth, first, second, fold = truth[order], first[order], second[order], fold[order]
    sizes = np.unique(fold, return_counts=True)[1]
    observed = differences(truth, first, second)
    values = np.empty((resamples, 3))
    for r in range(resamples):
        i = drawn(seed, r, sizes)
        values[r] = differences(truth[i], first[i], second[i])
    keep = ~np.eye(len(truth), dtype=bool)
    left_out = np.array([differences(truth[k], first[k], second[k]) for k in keep])
    z = stats.norm.ppf((1 + level) / 2)
    out = []
    for m in range(3):
        x = values[~np.isnan(values[:, m]), m]
        same = np.abs(x - observed[m]) < 1e-11
        share = ((x < observed[m])[~same].sum() + same.sum() / 2) / len(x)
        z0 = stats.norm.ppf(share)
        cubes = squares = 0.0
        for f in np.unique(fold):
            jack = left_out[fold == f, m]
            u = (len(jack) - 1) * (jack.mean() - jack)
            cubes += (u**3).sum() / len(jack) ** 3
            squares += (u**2).sum() / len(jack) ** 2
        a = cubes / (6 * squares**1.5)
        ends = [np.quantile(x, stats.norm.cdf(z0 + (z0 + s) / (1 - a * (z0 + s)))) for s in (-z, z)]
        out.append([observed[m], *ends, z0, a, resamples - len(x)])
    return out


def drawn_images(n, seed, folds):
    """Truth, two predictions and folds that the test makes alike."""
    u = [v / 2.0**32 for v in philox(seed, np.arange(n), 0, 0)]
    truth = 1 + 4 * u[0]
    return truth, truth + (u[1] - 0.5), truth + 1.1 * (u[2] - 0.5), (folds * u[3]).astype(int)


def bootstraps():
    for n, resamples, seed, level, folds in ((6, 500, 3, 0.95, 1), (60, 2000, 2**40 + 7, 0.9, 3),
                                             (2200, 10000, 1, 0.95, 1), (1001, 1000, 5, 0.95, 5)):
        truth, first, second, fold = drawn_images(n, seed, folds)
        if n == 6:
            truth, first, second = (np.round(v * 2) for v in (truth, first, second))
        line("bootstrap", [n, resamples, seed, level, folds],
             bootstrap(truth, first, second, fold, resamples, seed, level), 1e-9, 1e-12)


def main():
    random = np.random.default_rng(2010)
    samples(random)
    distributions()
    tests(random)
    all_looks()
    all_powers()
    bootstraps()


main()
