/* prediction_tables.h - what a run predicts of its test images: image by image, and how well all
 * together. Any thread. */
#ifndef COMBOLAB_RESULTS_PREDICTION_TABLES_H
#define COMBOLAB_RESULTS_PREDICTION_TABLES_H

#include "db/rows.h"
#include "results/table.h"

struct err;

/* The predictions of a run; its rows are borrowed. */
struct prediction_run {
    int64_t id;
    const char *label;
    struct prediction_row *rows; /* ascending by place */
    size_t n;
};

/* Of those images whose true score is known; NaN where there is none. */
struct prediction_figures {
    size_t n;
    double pc, mae, rmse, bias; /* bias: the mean of predicted less true */
};

int prediction_figures(struct prediction_figures *out, const struct prediction_row *rows, size_t n,
                       struct err *e);

/* A row a run. */
int prediction_table_figures(struct table **out, const struct prediction_run *runs, size_t n,
                             struct err *e);

/* A row an image of each run, in the order of the split. */
int prediction_table_images(struct table **out, const struct prediction_run *runs, size_t n,
                            struct err *e);

/* Places among a run's rows, by how far predicted and true score are apart: the least first. Those
 * without a true score are left out; *n is how many there are. */
int prediction_order(size_t **out, size_t *n, const struct prediction_run *run, struct err *e);

/* The first `best` and, worst first, the last `worst` of that order. */
int prediction_table_samples(struct table **out, const struct prediction_run *run,
                             const size_t *order, size_t n, size_t best, size_t worst,
                             struct err *e);

#endif
