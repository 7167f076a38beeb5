/* run_tables.h - what is said of runs: a list of them, one alone, those that a command trained; and
 * of one its epochs, its ledger and how it is computed. `now_s` is the time (seconds since 1970)
 * for what goes on yet.
 */
#ifndef COMBOLAB_RESULTS_RUN_TABLES_H
#define COMBOLAB_RESULTS_RUN_TABLES_H

#include "db/rows.h"
#include "results/rows_filter.h"
#include "results/rows_sort.h"
#include "results/table.h"

/* What a list has; zeroed: the usual columns of all runs, as they come. */
struct run_tables_choice {
    const struct row_column *const *columns; /* n_columns of row_run_columns; 0 = the usual ones */
    size_t n_columns;
    struct rows_filter *filter;  /* NULL = all */
    const struct row_column *by; /* of row_run_columns, to sort by; NULL = as they come */
    bool reverse;
    size_t most; /* of the first; 0 = all */
};

/* The runs, and below them published results in the same columns, in the state "published"; where
 * one was published stands for the experiment. */
int run_tables_list(struct table **out, const struct run_tables_choice *choice,
                    const struct run_row *runs, size_t n, const struct reference_row *references,
                    size_t n_references, double now_s, struct err *e);

/* Everything of one run, as a record. */
int run_tables_one(struct table **out, const struct run_row *run, double now_s, struct err *e);

/* What came of runs that have ended. */
int run_tables_report(struct table **out, const struct run_row *runs, size_t n, struct err *e);

/* A row an epoch, its phases side by side, with columns that the loss's terms name; without val
 * where no epoch has it. n_terms: ROW_MAX_TERMS at most. */
int run_tables_epochs(struct table **out, const struct term_row *terms, size_t n_terms,
                      const struct epoch_row *epochs, size_t n, struct err *e);

/* How many jobs are computed by each method, in the order in which these first occur. */
int run_tables_methods(struct table **out, const struct algorithm_row *rows, size_t n,
                       struct err *e);

/* The scores predicted for places 0, 1, 2 ..., beside what the split has there, which is in
 * ascending order of places; nothing where it is not known. */
int run_tables_ledger(struct table **out, const struct split_row *split, size_t n_split,
                      const float *scores, size_t n, struct err *e);

#endif
