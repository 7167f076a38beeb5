/* compare.h - runs side by side: what differs in their settings, their figures beside those of a
 * baseline, a figure by epoch. Pure; any thread.
 *
 * Rows come with the list of their columns, so that runs as the screen has them are compared as
 * those of the database are.
 */
#ifndef COMBOLAB_RESULTS_COMPARE_H
#define COMBOLAB_RESULTS_COMPARE_H

#include "db/rows.h"
#include "results/table.h"

#define COMPARE_LABEL_BYTES 96

struct err;
struct str;

struct compare_option {
    const char *name, *value;
};

/* A run; everything is borrowed. What is not known of it is left zeroed. */
struct compare_run {
    const void *row;
    const struct compare_option *options;
    size_t n_options;
    const struct term_row *terms;
    size_t n_terms;
    const struct epoch_row *epochs; /* for compare_epochs: in their order */
    size_t n_epochs;
    char label[COMPARE_LABEL_BYTES]; /* compare_label makes it */
};

struct compare {
    const struct row_column *columns; /* of the runs' rows: row_run_columns, or some of them */
    struct compare_run *runs;
    const char *skipped; /* a setting whose differences are not told: "seed"; NULL = none */
    size_t n, baseline;  /* the place of the run that the others' figures are compared with */
};

/* Names the runs by what differs among them alone, each by another text: "combo 2,1,1 s1". With
 * equal ones and where nothing differs comes the run's number. -1 when out of memory. */
int compare_label(const struct compare *c, struct err *e);

/* A row a setting, a column a run: options, then what it was trained with. `all`: those that are
 * the same, too. */
int compare_settings(struct table **out, const struct compare *c, bool all, struct err *e);

/* The same turned round, a row a run, which is narrower when there are more runs than settings. */
int compare_settings_turned(struct table **out, const struct table *settings, struct err *e);

/* A row a run: best and last figures of the test images, and each one's distance from the
 * baseline's. */
int compare_figures(struct table **out, const struct compare *c, struct err *e);

/* A figure by epoch. */
struct compare_figure {
    const struct row_column *column; /* of row_phase_columns, or row_epoch_columns */
    bool of_epoch;                   /* the latter */
    int phase;                       /* ROW_TRAIN ... */
    const char *term; /* the name of a loss's term, unweighted; then the rest does not matter */
};

/* The figure that is meant by a name: pc, mae, rmse, total, learning_rate ... ERR_USAGE says which
 * there are. */
int compare_figure_meant(struct compare_figure *figure, const char *said, struct err *e);

/* A row an epoch that one of the runs has, a column a run. */
int compare_epochs(struct table **out, const struct compare *c, const struct compare_figure *figure,
                   struct err *e);

/* Adds a sentence for each reason why the figures cannot be compared: other data, another split.
 * Nothing where there is none. */
void compare_warn(const struct compare *c, struct str *out);

#endif
