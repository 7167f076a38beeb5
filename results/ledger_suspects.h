/* ledger_suspects.h - images that runs get wrong alike: whose label may be wrong. One thread.
 *
 * Order of calls: ledger_suspects_new, then ledger_suspects_add once a run, which keeps one entry
 * an image however many runs there are, then ledger_suspects_table, ledger_suspects_free.
 *
 * Images are ranked by |mean error| / sqrt(deviation^2 + typical^2) over runs, where `typical` is
 * the root mean square of all images' deviations: without it a few runs that happen to agree would
 * lead the list by tiny errors. Images are the same when name and true score are. What is wrong
 * alike may as well be hard, or rare: nets draw extreme scores towards the mean.
 */
#ifndef COMBOLAB_RESULTS_LEDGER_SUSPECTS_H
#define COMBOLAB_RESULTS_LEDGER_SUSPECTS_H

#include "db/rows.h"

struct err;
struct ledger_suspects;
struct table;

int ledger_suspects_new(struct ledger_suspects **out, struct err *e);
void ledger_suspects_free(struct ledger_suspects *s); /* NULL is allowed */

/* What a run predicts of the n images of its split. Those without a true score are passed over. */
int ledger_suspects_add(struct ledger_suspects *s, const struct split_row *split,
                        const double *predicted, size_t n, struct err *e);

/* The first `most` of them (0 = all) that two runs or more have predicted; ERR_NOT_FOUND where
 * there are none such. */
int ledger_suspects_table(struct table **out, struct ledger_suspects *s, size_t most,
                          struct err *e);

#endif
