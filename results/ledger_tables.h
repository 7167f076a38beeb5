/* ledger_tables.h - ledgers as tables, run by run: what rules of selection would have given, and
 * how each image fared. A table is made by _new, a run's rows are added as long as its ledger is at
 * hand. `truth`: of each image of the ledger.
 */
#ifndef COMBOLAB_RESULTS_LEDGER_TABLES_H
#define COMBOLAB_RESULTS_LEDGER_TABLES_H

#include "results/ledger.h"

struct table;

int ledger_table_selection_new(struct table **out, struct err *e);

/* `only`: this rule; NULL = a row for each that finds an epoch. */
int ledger_table_selection_add(struct table *t, const struct run_row *run,
                               const struct ledger_rows *rows, const double *truth,
                               const struct ledger_rule *only, const struct ledger_halving *halving,
                               struct err *e);

int ledger_table_trajectories_new(struct table **out, struct err *e);

/* The `most` images (0 = all) that the last epoch predicts worst, worst first. `choice`: what the
 * chosen error is of. */
int ledger_table_trajectories_add(struct table *t, const struct run_row *run,
                                  const struct ledger_rows *rows, const struct split_row *split,
                                  const double *truth, struct ledger_choice choice, size_t most,
                                  struct err *e);

#endif
