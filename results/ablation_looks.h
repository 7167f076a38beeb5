/* ablation_looks.h - at how many seeds an experiment's differences are tested, and how much of the
 * level each of these looks may spend: so that adding seeds until something is decided costs what
 * it must. Any thread.
 */
#ifndef COMBOLAB_RESULTS_ABLATION_LOOKS_H
#define COMBOLAB_RESULTS_ABLATION_LOOKS_H

#include "results/stats/looks.h"

struct err;

#define LOOKS_MOST_SEEDS 1000
#define LOOKS_TEXT_BYTES 96

/* n = 0: no looks; the number of seeds was fixed beforehand, and p is tested as it is. */
struct ablation_looks {
    size_t n;
    int seeds[STATS_MOST_LOOKS]; /* rising; in each fold */
    enum stats_spending spending;
    enum { LOOKS_USUAL, LOOKS_ASKED_FOR, LOOKS_LAID_DOWN } origin;
    long long finished; /* runs of the experiment, when they were laid down with it */
};

/* Where nothing was laid down: 3, 5, 8 and 12 seeds, Pocock's type: three seeds can tell
 * a large difference. By O'Brien and Fleming's they would have a level of 0.00001. */
extern const struct ablation_looks ablation_usual_looks;

extern const char *const ablation_spending_names[];  /* "obrien-fleming", "pocock", NULL */
extern const char *const ablation_spending_titles[]; /* "O'Brien-Fleming", "Pocock" */

/* "3,5,8,12" or "none". ERR_USAGE: fewer than 3 seeds, numbers that do not rise, too many looks or
 * looks that lie too close together. Where they come from and how they spend stays. */
int ablation_looks_read(const char *text, struct ablation_looks *to, struct err *e);

/* As it is read. */
void ablation_looks_text(const struct ablation_looks *looks, char to[LOOKS_TEXT_BYTES]);

/* How many looks so many seeds have come to. */
size_t ablation_looks_reached(const struct ablation_looks *looks, size_t seeds);

/* The level of the first `n` looks, when all of them together may err with a chance of `alpha`. */
int ablation_looks_levels(const struct ablation_looks *looks, size_t n, double alpha,
                          double levels[STATS_MOST_LOOKS], struct err *e);

#endif
