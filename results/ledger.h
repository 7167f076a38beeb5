/* ledger.h - what a run's ledger, every epoch's predictions of its test images, says afterwards:
 * the figures that any rule of selection would have given, how much choosing on the test images
 * flatters them, and how each image fared.
 *
 * Numbers in, numbers out, any thread. A ledger's split is the truth of each image, n_images.
 */
#ifndef COMBOLAB_RESULTS_LEDGER_H
#define COMBOLAB_RESULTS_LEDGER_H

#include "db/rows.h"

struct err;

/* Of predictions against truths; pc is NaN for constants, bias the mean of predicted - true. val_pc
 * is on record, not computed: NaN without val images. */
struct ledger_figures {
    double pc, mae, rmse, bias, val_pc;
};

/* A way to choose an epoch, or some whose figures are averaged. */
struct ledger_rule {
    const char *name; /* "best-pc" */
    /* Of which the chosen epoch has the most, or the least; NULL = the figures are not looked at.
     */
    double (*figure)(const struct ledger_figures *figures);
    bool least;
    bool windowed; /* over several epochs: the curve's mean around each, or the mean of the last */
    const char *help;
};

/* Name, figure, least, windowed, help. */
#define LEDGER_RULES(X)                                                                            \
    X("last", NULL, false, false, "the last epoch")                                                \
    X("best-val", val_pc, false, false,                                                            \
      "that of the highest PC on val images held out of training")                                 \
    X("best-pc", pc, false, false, "that of the highest PC on the test images")                    \
    X("best-mae", mae, true, false, "of the lowest MAE")                                           \
    X("best-rmse", rmse, true, false, "of the lowest RMSE")                                        \
    X("smoothed-pc", pc, false, true, "of the highest mean PC of the epochs around it")            \
    X("mean-last", NULL, false, true, "the last ones, their figures averaged")

#define LEDGER_COUNT(name, figure, least, windowed, help) +1
enum { LEDGER_N_RULES = 0 LEDGER_RULES(LEDGER_COUNT) };
#undef LEDGER_COUNT
extern const struct ledger_rule ledger_rules[LEDGER_N_RULES];

/* Epochs that a rule chose: n of them, from the index `first`; n = 0 where no epoch has what it
 * looks at. */
struct ledger_choice {
    size_t first, n;
};

/* Figures of every epoch: n_epochs, freed with mem_free. */
int ledger_curve(const struct ledger_rows *rows, const double *truth, struct ledger_figures **out,
                 struct err *e);

/* Of n epochs' figures, the earliest of equal ones. `window`: evaluated epochs that a curve is
 * averaged over, fewer at its ends, and how many last ones are; at least 1. */
struct ledger_choice ledger_choose(const struct ledger_rule *rule,
                                   const struct ledger_figures *curve, size_t n, int window);

/* Their mean; all NaN for none. */
struct ledger_figures ledger_chosen(const struct ledger_figures *curve,
                                    struct ledger_choice choice);

/* How halves of the test images are drawn. */
struct ledger_halving {
    int splits;    /* 100; each half of a split chooses for the other one */
    uint64_t seed; /* Philox, stream PHILOX_HALVES: the same halves for all ledgers of a size */
    int window;
};

/* For every rule with a figure of the test images: that of the epochs it chooses by half the test
 * images, on the other half, averaged; NaN for rules without, and where there are too few images.
 * By what the same rule's figure on all images looks better, choosing on what one reports flatters:
 * its optimism. */
int ledger_halves(const struct ledger_rows *rows, const double *truth,
                  const struct ledger_halving *halving, double out[LEDGER_N_RULES], struct err *e);

/* How one image fared. */
struct ledger_trajectory {
    double first_error, chosen_error, last_error; /* predicted - true, after these epochs */
    double volatility; /* mean step of its prediction from one evaluated epoch to the next */
};

/* `image`: its index in the split. */
struct ledger_trajectory ledger_trajectory(const struct ledger_rows *rows, const double *truth,
                                           struct ledger_choice choice, size_t image);

/* What the chosen epochs predict of an image, on average. */
double ledger_predicted(const struct ledger_rows *rows, struct ledger_choice choice, size_t image);

#endif
