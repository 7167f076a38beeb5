/* bootstrap.c - see bootstrap.h.
 *
 * All metrics come of eleven sums over the images drawn, so that a resample is a walk over draws
 * that adds one row each, and leaving an image out is a subtraction. Scores are taken from their
 * mean first: what is summed is small, and nothing is lost where squares of sums are subtracted.
 */
#include "results/stats/bootstrap.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "results/stats/describe.h"
#include "results/stats/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* t, a, b: truth, first and second from their means. The last only fills the row. */
enum sum { T, A, B, TT, AA, BB, TA, TB, MORE_ABSOLUTE, SQUARED_A, SQUARED_B, FILL, SUMS };

#define CONSTANT 1e-12 /* a variance below this share of the squares is rounding */
#define TIED 1e-12     /* so near, relative to the figures, is the same */

struct row {
    double sum[SUMS];
};

struct stratum {
    size_t first, end; /* rows */
};

struct bootstrap {
    const struct stats_bootstrap *wanted;
    size_t resamples;
    struct row *rows; /* an image each, stratum by stratum, in their order within */
    struct stratum *strata;
    size_t n_strata;
    struct philox *bits;                /* a draw an image, of one resample */
    double *differences[STATS_METRICS]; /* resamples each */
    double *left_out[STATS_METRICS];    /* without the row's image */
    struct row total;
};

struct place {
    int fold;
    size_t image;
};

static int by_fold(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->fold != y->fold)
        return x->fold < y->fold ? -1 : 1;
    return x->image < y->image ? -1 : 1;
}

static struct row row_of(double truth, double first, double second, const double means[3])
{
    double t = truth - means[0], a = first - means[1], b = second - means[2];
    double more_a = first - truth, more_b = second - truth;
    struct row row = {{[T] = t,
                       [A] = a,
                       [B] = b,
                       [TT] = t * t,
                       [AA] = a * a,
                       [BB] = b * b,
                       [TA] = t * a,
                       [TB] = t * b,
                       [MORE_ABSOLUTE] = fabs(more_a) - fabs(more_b),
                       [SQUARED_A] = more_a * more_a,
                       [SQUARED_B] = more_b * more_b}};
    return row;
}

static void add(struct row *to, const struct row *row, double times)
{
    for (int i = 0; i < SUMS; i++)
        to->sum[i] += times * row->sum[i];
}

static void fill_rows(struct bootstrap *b, struct place *places)
{
    const struct stats_bootstrap *w = b->wanted;
    const double means[] = {stats_mean(w->truth, w->n), stats_mean(w->first, w->n),
                            stats_mean(w->second, w->n)};
    for (size_t i = 0; i < w->n; i++)
        places[i] = (struct place){w->fold ? w->fold[i] : 0, i};
    qsort(places, w->n, sizeof *places, by_fold);
    for (size_t i = 0; i < w->n; i++) {
        size_t image = places[i].image;
        b->rows[i] = row_of(w->truth[image], w->first[image], w->second[image], means);
        add(&b->total, &b->rows[i], 1);
        if (!i || places[i].fold != places[i - 1].fold)
            b->strata[b->n_strata++].first = i;
        b->strata[b->n_strata - 1].end = i + 1;
    }
}

/* NaN where one of the variances is 0. */
static double correlation(double x, double y, double xx, double yy, double xy, double n)
{
    double vx = xx - x * x / n, vy = yy - y * y / n;
    if (!(vx > CONSTANT * xx && vy > CONSTANT * yy))
        return NAN;
    return (xy - x * y / n) / (sqrt(vx) * sqrt(vy));
}

/* What two figures differ by, and their size. */
struct pair {
    double difference, size;
};

static void figures(const struct row *row, double n, struct pair out[STATS_METRICS])
{
    const double *s = row->sum;
    double pc_a = correlation(s[T], s[A], s[TT], s[AA], s[TA], n);
    double pc_b = correlation(s[T], s[B], s[TT], s[BB], s[TB], n);
    double rmse_a = sqrt(fmax(0, s[SQUARED_A]) / n), rmse_b = sqrt(fmax(0, s[SQUARED_B]) / n);
    out[STATS_PC] = (struct pair){pc_a - pc_b, fabs(pc_a) + fabs(pc_b)};
    out[STATS_MAE] = (struct pair){s[MORE_ABSOLUTE] / n, rmse_a + rmse_b};
    out[STATS_RMSE] = (struct pair){rmse_a - rmse_b, rmse_a + rmse_b};
}

static void jackknife(struct bootstrap *b)
{
    size_t n = b->wanted->n;
    for (size_t i = 0; i < n; i++) {
        struct row rest = b->total;
        struct pair out[STATS_METRICS];
        add(&rest, &b->rows[i], -1);
        figures(&rest, (double)n - 1, out);
        for (int m = 0; m < STATS_METRICS; m++)
            b->left_out[m][i] = out[m].difference;
    }
}

/* 0 where leaving images out changes nothing. */
static double acceleration(const struct bootstrap *b, int metric)
{
    double cubes = 0, squares = 0;
    for (size_t s = 0; s < b->n_strata; s++) {
        size_t first = b->strata[s].first, n = b->strata[s].end - first;
        const double *left_out = b->left_out[metric] + first;
        double mean = stats_mean(left_out, n);
        for (size_t i = 0; i < n; i++) {
            double influence = (mean - left_out[i]) * (double)(n - 1) / (double)n;
            squares += influence * influence;
            cubes += influence * influence * influence;
        }
    }
    return squares == 0 ? 0 : cubes / (6 * squares * sqrt(squares));
}

/* The images drawn into one resample, summed. */
static void draw(const struct bootstrap *b, uint32_t resample, struct row *sums)
{
    size_t n = b->wanted->n;
    for (size_t block = 0; block < (n + 3) / 4; block++)
        b->bits[block] =
            philox4x32(b->wanted->seed, resample, (uint32_t)block, 0, PHILOX_BOOTSTRAP);
    *sums = (struct row){{0}};
    for (size_t s = 0; s < b->n_strata; s++) {
        size_t first = b->strata[s].first, end = b->strata[s].end;
        for (size_t i = first; i < end; i++) {
            uint32_t place = philox_below(b->bits[i / 4].v[i % 4], (uint32_t)(end - first));
            add(sums, &b->rows[first + place], 1);
        }
    }
}

static int resample(struct bootstrap *b)
{
    for (size_t r = 0; r < b->resamples; r++) {
        struct row sums;
        struct pair out[STATS_METRICS];
        if (b->wanted->cancel && atomic_load(b->wanted->cancel))
            return 1;
        draw(b, (uint32_t)r, &sums);
        figures(&sums, (double)b->wanted->n, out);
        for (int m = 0; m < STATS_METRICS; m++)
            b->differences[m][r] = out[m].difference;
    }
    return 0;
}

/* Puts those that exist first; returns how many. */
static size_t defined(double *x, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            x[kept++] = x[i];
    return kept;
}

/* Normal quantile of the share of `sorted` below the observed figure, at most half a resample from
 * either end. */
static double bias(const double *sorted, size_t n, struct pair observed)
{
    double below = 0, half = 0.5 / (double)n;
    for (size_t i = 0; i < n; i++) {
        double more = sorted[i] - observed.difference;
        below += fabs(more) <= TIED * observed.size ? 0.5 : more < 0;
    }
    return stats_normal_quantile(fmin(fmax(below / (double)n, half), 1 - half));
}

static double bca_end(const struct stats_interval *of, double z, const double *sorted, size_t n)
{
    double moved = of->z0 + z;
    double at = stats_normal_cdf(of->z0 + moved / (1 - of->acceleration * moved));
    return stats_quantile(sorted, n, at);
}

static struct stats_interval interval(struct bootstrap *b, int metric, struct pair observed)
{
    struct stats_interval out = {observed.difference, NAN, NAN, NAN, NAN, b->resamples};
    double *differences = b->differences[metric], z = stats_t_within(b->wanted->level, INFINITY);
    size_t n = defined(differences, b->resamples);
    out.undefined = b->resamples - n;
    if (isnan(observed.difference) || !n)
        return out;
    stats_sort(differences, n);
    out.z0 = bias(differences, n, observed);
    out.acceleration = acceleration(b, metric);
    out.low = bca_end(&out, -z, differences, n);
    out.high = bca_end(&out, z, differences, n);
    return out;
}

static int compute(struct bootstrap *b, struct place *places,
                   struct stats_interval out[STATS_METRICS])
{
    struct pair observed[STATS_METRICS];
    fill_rows(b, places);
    figures(&b->total, (double)b->wanted->n, observed);
    jackknife(b);
    if (resample(b))
        return 1;
    for (int m = 0; m < STATS_METRICS; m++)
        out[m] = interval(b, m, observed[m]);
    return 0;
}

int stats_bootstrap(const struct stats_bootstrap *wanted, struct stats_interval out[STATS_METRICS],
                    struct err *e)
{
    size_t n = wanted->n, resamples = wanted->resamples ? wanted->resamples : STATS_RESAMPLES;
    size_t reals = STATS_METRICS * (n + resamples);
    struct bootstrap b = {.wanted = wanted, .resamples = resamples};
    b.rows = mem_alloc(n, sizeof *b.rows);
    b.strata = mem_alloc(n, sizeof *b.strata);
    b.bits = mem_alloc(n / 4 + 1, sizeof *b.bits);
    struct place *places = mem_alloc(n, sizeof *places);
    double *room = mem_alloc(reals, sizeof *room);
    int result = -1;
    if (!b.rows || !b.strata || !b.bits || !places || !room) {
        mem_error(e, "a bootstrap", n * sizeof *b.rows + reals * sizeof *room);
        goto out;
    }
    for (int m = 0; m < STATS_METRICS; m++) {
        b.differences[m] = room + (size_t)m * (n + resamples);
        b.left_out[m] = b.differences[m] + resamples;
    }
    result = compute(&b, places, out);
out:
    mem_free(room);
    mem_free(places);
    mem_free(b.bits);
    mem_free(b.strata);
    mem_free(b.rows);
    return result;
}
