/* progress_table.h - what a run does at present, and the losses by step of its epoch in progress,
 * as tables. */
#ifndef COMBOLAB_RESULTS_PROGRESS_TABLE_H
#define COMBOLAB_RESULTS_PROGRESS_TABLE_H

#include "db/rows.h"
#include "results/table.h"

/* Doubles: NaN = unknown. */
struct progress_row {
    const char *phase; /* "train" */
    int64_t epoch, epochs;
    int64_t step, steps; /* of the phase: images when decoding */
    double loss;         /* mean of the phase so far */
    double images_per_s;
    double elapsed_s, eta_s; /* of the whole run */
    double device_bytes;
};

/* One row, as a record. */
int progress_table(struct table **out, const struct progress_row *now, struct err *e);

/* Ends of steps, from 1, and the losses from the one before to it: the total and the loss's terms,
 * unweighted. */
struct progress_step {
    int64_t step;
    double total, term[ROW_MAX_TERMS];
};

int progress_table_steps(struct table **out, const struct term_row *terms, size_t n_terms,
                         const struct progress_step *steps, size_t n, struct err *e);

#endif
