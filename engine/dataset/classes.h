/* classes.h - how scores become classes: where one class ends and the next begins, the score that
 * each stands for, and its weight in the cross entropy. No state, any thread.
 *
 * What the options leave open (0 classes, auto) is settled by the format of the data set. One with
 * classes of its own has those that the paper has, or, for combo-released, the released code.
 * Any other has 5 bins of equal width over the range of the training scores, whatever that is: only
 * the set's layout makes it a SCUT set, not scores that look like its own.
 * Class values are 1..n where scores are rounded to those numbers, else the mean training score of
 * each class. Weights are the largest class's count of training images over each class's own;
 * combo-released has the numbers that the released code has, for the sets and folds it knows.
 * Sources: ComboLoss, arXiv:2010.10721, and the code published with it.
 */
#ifndef COMBOLAB_ENGINE_DATASET_CLASSES_H
#define COMBOLAB_ENGINE_DATASET_CLASSES_H

#include "engine/config.h"
#include "engine/core/loss.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dataset;
struct err;

struct classes {
    int n;
    enum config_rounding rounding;     /* settled, never ROUND_AUTO */
    double edge[LOSS_MAX_CLASSES - 1]; /* n - 1, ascending. A score at an edge belongs to the next
                                        * class, unless the rounding says otherwise */
    double low, high; /* the scores that the classes stand for, both included: a bound on
                       * scores that are rounded, else infinite */
    double value[LOSS_MAX_CLASSES];
    double weight[LOSS_MAX_CLASSES];
    size_t count[LOSS_MAX_CLASSES]; /* training images */
    bool typed;                     /* the weights are the numbers of the released code */
};

/* Settles everything for `n` >= 1 training images, given by their places in `d`. ERR_USAGE when
 * there are more or fewer values or weights than classes. */
int classes_make(struct classes *out, const struct run_config *c, const struct dataset *d,
                 const uint32_t *train, size_t n, struct err *e);

/* Class 0..n-1 of a score; scores beyond the ends belong to the first and the last. */
int classes_of_score(const struct classes *k, double score);

/* Puts number of classes, values and weights into the spec of a loss that has classes. */
void classes_apply(const struct classes *k, struct loss_spec *spec);

#endif
