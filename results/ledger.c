/* ledger.c - see ledger.h.
 *
 * All figures come of a few sums over images. For halves those of one half are taken, and those of
 * the other are what is left of all: so a split costs half a walk through the ledger.
 */
#include "results/ledger.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/philox.h"
#include "results/stats/describe.h"

#include <math.h>
#include <string.h>

/* t, p: truth and prediction from the means that they have over all images. */
struct sums {
    double n, t, tt, p, pp, tp, error, absolute, squared;
};

struct centre {
    double truth;
    double *predicted; /* an epoch each */
};

static double pc(const struct ledger_figures *f)
{
    return f->pc;
}

static double mae(const struct ledger_figures *f)
{
    return f->mae;
}

static double rmse(const struct ledger_figures *f)
{
    return f->rmse;
}

/* Of val images, to choose by: nothing to be halved, and no figure of the test images. */
static double val_pc(const struct ledger_figures *f)
{
    return f->val_pc;
}

#define RULE(name, figure, least, windowed, help) {name, figure, least, windowed, help},
const struct ledger_rule ledger_rules[LEDGER_N_RULES] = {LEDGER_RULES(RULE)};
#undef RULE

static void add(struct sums *s, double truth, double predicted, double truth_centre,
                double predicted_centre)
{
    double t = truth - truth_centre, p = predicted - predicted_centre, error = predicted - truth;
    s->n++;
    s->t += t;
    s->tt += t * t;
    s->p += p;
    s->pp += p * p;
    s->tp += t * p;
    s->error += error;
    s->absolute += fabs(error);
    s->squared += error * error;
}

static struct sums without(const struct sums *all, const struct sums *part)
{
    return (struct sums){all->n - part->n,
                         all->t - part->t,
                         all->tt - part->tt,
                         all->p - part->p,
                         all->pp - part->pp,
                         all->tp - part->tp,
                         all->error - part->error,
                         all->absolute - part->absolute,
                         all->squared - part->squared};
}

static struct ledger_figures figures(const struct sums *s)
{
    return (struct ledger_figures){
        .pc = stats_pearson_of_sums(s->t, s->p, s->tt, s->pp, s->tp, s->n),
        .mae = s->absolute / s->n,
        .rmse = sqrt(fmax(0, s->squared) / s->n),
        .bias = s->error / s->n,
        .val_pc = NAN,
    };
}

static const float *scores_of(const struct ledger_rows *rows, size_t epoch)
{
    return rows->scores + epoch * rows->n_images;
}

static double mean_of(const float *scores, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += scores[i];
    return sum / (double)n;
}

/* Sums of one epoch over the images `which`, NULL = the first n. */
static struct sums sums_of(const struct ledger_rows *rows, const double *truth,
                           const struct centre *centre, size_t epoch, const uint32_t *which,
                           size_t n)
{
    struct sums s = {0};
    const float *scores = scores_of(rows, epoch);
    double predicted = centre->predicted[epoch];
    for (size_t k = 0; k < n; k++) {
        size_t i = which ? which[k] : k;
        add(&s, truth[i], scores[i], centre->truth, predicted);
    }
    return s;
}

static int find_centre(const struct ledger_rows *rows, const double *truth, struct centre *centre,
                       struct err *e)
{
    centre->truth = stats_mean(truth, rows->n_images);
    centre->predicted = mem_alloc(rows->n_epochs, sizeof *centre->predicted);
    if (!centre->predicted)
        return mem_error(e, "means of epochs", rows->n_epochs * sizeof *centre->predicted);
    for (size_t i = 0; i < rows->n_epochs; i++)
        centre->predicted[i] = mean_of(scores_of(rows, i), rows->n_images);
    return 0;
}

int ledger_curve(const struct ledger_rows *rows, const double *truth, struct ledger_figures **out,
                 struct err *e)
{
    struct centre centre;
    *out = mem_alloc(rows->n_epochs, sizeof **out);
    if (!*out)
        return mem_error(e, "figures of epochs", rows->n_epochs * sizeof **out);
    if (find_centre(rows, truth, &centre, e)) {
        mem_free(*out);
        *out = NULL;
        return -1;
    }
    for (size_t i = 0; i < rows->n_epochs; i++) {
        struct sums s = sums_of(rows, truth, &centre, i, NULL, rows->n_images);
        (*out)[i] = figures(&s);
        (*out)[i].val_pc = rows->val_pc[i];
    }
    mem_free(centre.predicted);
    return 0;
}

/* The mean over the epochs around `at` that have one; NaN where `at` itself has none. */
static double smoothed(const struct ledger_rule *rule, const struct ledger_figures *curve, size_t n,
                       size_t at, int window)
{
    size_t half = rule->windowed ? (size_t)window / 2 : 0, known = 0;
    double sum = 0;
    for (size_t i = at > half ? at - half : 0; i <= at + half && i < n; i++) {
        double figure = rule->figure(&curve[i]);
        if (!isnan(figure)) {
            sum += figure;
            known++;
        }
    }
    return isnan(rule->figure(&curve[at])) ? NAN : sum / (double)known;
}

struct ledger_choice ledger_choose(const struct ledger_rule *rule,
                                   const struct ledger_figures *curve, size_t n, int window)
{
    struct ledger_choice choice = {0, 0};
    double best = rule->least ? INFINITY : -INFINITY;
    if (!rule->figure) {
        size_t last = rule->windowed ? (size_t)window : 1;
        choice.n = last < n ? last : n;
        choice.first = n - choice.n;
        return choice;
    }
    for (size_t i = 0; i < n; i++) {
        double figure = smoothed(rule, curve, n, i, window);
        if (rule->least ? figure < best : figure > best) {
            best = figure;
            choice = (struct ledger_choice){i, 1};
        }
    }
    return choice;
}

struct ledger_figures ledger_chosen(const struct ledger_figures *curve, struct ledger_choice choice)
{
    struct ledger_figures sum = {0};
    double n = (double)choice.n;
    for (size_t i = choice.first; i < choice.first + choice.n; i++) {
        sum.pc += curve[i].pc;
        sum.mae += curve[i].mae;
        sum.rmse += curve[i].rmse;
        sum.bias += curve[i].bias;
        sum.val_pc += curve[i].val_pc;
    }
    return (struct ledger_figures){sum.pc / n, sum.mae / n, sum.rmse / n, sum.bias / n,
                                   sum.val_pc / n};
}

/* Everything that splits of one ledger need. */
struct halves {
    const struct ledger_rows *rows;
    const double *truth;
    const struct ledger_halving *halving;
    struct centre centre;
    struct sums *all;                /* an epoch each */
    struct ledger_figures *curve[2]; /* of either half */
    uint32_t *shuffled;              /* the images */
};

/* The first half of `shuffled` becomes a random half of all images (Fisher and Yates). */
static void shuffle(struct halves *h, uint32_t split)
{
    uint32_t n = (uint32_t)h->rows->n_images;
    for (uint32_t i = 0; i < n; i++)
        h->shuffled[i] = i;
    for (uint32_t i = 0; i < n / 2; i++) {
        struct philox bits = philox4x32(h->halving->seed, split, i, 0, PHILOX_HALVES);
        uint32_t other = i + philox_below(bits.v[0], n - i), kept = h->shuffled[i];
        h->shuffled[i] = h->shuffled[other];
        h->shuffled[other] = kept;
    }
}

static void add_split(struct halves *h, uint32_t split, double *sums, int *counts)
{
    size_t n = h->rows->n_epochs;
    shuffle(h, split);
    for (size_t i = 0; i < n; i++) {
        struct sums half =
            sums_of(h->rows, h->truth, &h->centre, i, h->shuffled, h->rows->n_images / 2);
        struct sums other = without(&h->all[i], &half);
        h->curve[0][i] = figures(&half);
        h->curve[1][i] = figures(&other);
    }
    for (int r = 0; r < LEDGER_N_RULES; r++)
        for (int side = 0; side < 2 && ledger_rules[r].figure; side++) {
            struct ledger_choice choice =
                ledger_choose(&ledger_rules[r], h->curve[side], n, h->halving->window);
            struct ledger_figures chosen = ledger_chosen(h->curve[!side], choice);
            double figure = ledger_rules[r].figure(&chosen);
            sums[r] += isnan(figure) ? 0 : figure;
            counts[r] += !isnan(figure);
        }
}

static int prepare(struct halves *h, struct err *e)
{
    size_t n = h->rows->n_epochs;
    h->all = mem_alloc(n, sizeof *h->all);
    h->curve[0] = mem_alloc(n, sizeof *h->curve[0]);
    h->curve[1] = mem_alloc(n, sizeof *h->curve[1]);
    h->shuffled = mem_alloc(h->rows->n_images, sizeof *h->shuffled);
    if (!h->all || !h->curve[0] || !h->curve[1] || !h->shuffled)
        return mem_error(e, "halves of the test images", n * sizeof *h->all);
    if (find_centre(h->rows, h->truth, &h->centre, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        h->all[i] = sums_of(h->rows, h->truth, &h->centre, i, NULL, h->rows->n_images);
    return 0;
}

int ledger_halves(const struct ledger_rows *rows, const double *truth,
                  const struct ledger_halving *halving, double out[LEDGER_N_RULES], struct err *e)
{
    struct halves h = {.rows = rows, .truth = truth, .halving = halving};
    double sums[LEDGER_N_RULES] = {0};
    int counts[LEDGER_N_RULES] = {0};
    int result = prepare(&h, e);
    for (int split = 0; !result && rows->n_images > 1 && split < halving->splits; split++)
        add_split(&h, (uint32_t)split, sums, counts);
    for (int r = 0; r < LEDGER_N_RULES; r++)
        out[r] = counts[r] ? sums[r] / counts[r] : NAN;
    mem_free(h.shuffled);
    mem_free(h.curve[1]);
    mem_free(h.curve[0]);
    mem_free(h.all);
    mem_free(h.centre.predicted);
    return result;
}

double ledger_predicted(const struct ledger_rows *rows, struct ledger_choice choice, size_t image)
{
    double sum = 0;
    for (size_t i = choice.first; i < choice.first + choice.n; i++)
        sum += scores_of(rows, i)[image];
    return sum / (double)choice.n;
}

struct ledger_trajectory ledger_trajectory(const struct ledger_rows *rows, const double *truth,
                                           struct ledger_choice choice, size_t image)
{
    const struct ledger_choice first = {0, 1}, last = {rows->n_epochs - 1, 1};
    double moved = 0;
    for (size_t i = 1; i < rows->n_epochs; i++)
        moved += fabs((double)scores_of(rows, i)[image] - scores_of(rows, i - 1)[image]);
    return (struct ledger_trajectory){
        .first_error = ledger_predicted(rows, first, image) - truth[image],
        .chosen_error = ledger_predicted(rows, choice, image) - truth[image],
        .last_error = ledger_predicted(rows, last, image) - truth[image],
        .volatility = moved / (double)(rows->n_epochs - 1),
    };
}
