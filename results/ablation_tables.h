/* ablation_tables.h - an ablation as tables: for people a row a line, for programs a line for each
 * figure of each cell, with plain numbers. */
#ifndef COMBOLAB_RESULTS_ABLATION_TABLES_H
#define COMBOLAB_RESULTS_ABLATION_TABLES_H

#include "results/ablation.h"
#include "results/table.h"

/* What is shown of it. */
struct ablation_shown {
    int metrics[ABLATION_METRICS]; /* of enum ablation_figure; the first stands first */
    size_t n_metrics;
    bool ascii; /* "+-" for the sign of a deviation */
    bool stars; /* behind the best of a column, which is marked in any case */
};

/* "pc,mae": 0, or -1 with what there is. */
int ablation_metrics(const char *said, struct ablation_shown *to, struct err *e);

/* "0.8940 ± 0.0032 (3)", "0.8940 (1 of 3)": mean, deviation, how many, and of how many that should
 * be there. */
void ablation_value_text(const struct ablation_value *value, const struct ablation_cell *cell,
                         bool ascii, char *to, size_t room);

/* The cells. */
int ablation_table(struct table **out, const struct ablation *a, const struct ablation_shown *shown,
                   struct err *e);

/* What stands in one of that table's columns, which count from 1: behind the rows' names. */
struct ablation_part {
    size_t column; /* of the ablation */
    int figure;
    bool tested; /* at the epoch that is best on test */
};

struct ablation_part ablation_table_part(const struct ablation *a,
                                         const struct ablation_shown *shown, size_t table_column);

/* The rows against the baseline. */
int ablation_table_differences(struct table **out, const struct ablation *a, struct err *e);

/* How many seeds, and what time, each row wants to a decision. */
int ablation_table_needed(struct table **out, const struct ablation *a, struct err *e);

/* The runs that are not there for it, a line a cell. */
int ablation_table_missing(struct table **out, const struct ablation *a, struct err *e);

/* How long they take one after another; NaN where it is not known of one. */
double ablation_missing_s(const struct ablation *a);

/* All of both, a line a figure: for CSV and JSON. */
int ablation_table_figures(struct table **out, const struct ablation *a,
                           const struct ablation_shown *shown, struct err *e);

/* Sentences, warnings and the caption, with the kind of each. */
int ablation_table_notes(struct table **out, const struct ablation *a, struct err *e);

/* The word for a verdict. */
const char *ablation_verdict_name(enum ablation_verdict verdict);

#endif
