/* ablation.h - runs of an experiment as a table: rows and columns by what was chosen, cells of
 * means over seeds or folds, and what can be said of the differences to one of the rows.
 *
 * Order of calls: ablation_make, then ablation_table_* (ablation_tables.h) or the struct itself,
 * ablation_free. It keeps nothing of its source. Any thread; one thread at a time.
 *
 * Only finished runs are counted; of those that share fold, seed and settings the newest. Runs that
 * differ in a setting besides are averaged too, but said so, and nothing is tested then. With two
 * or more folds a cell's sample is the folds, seeds averaged within each; otherwise the seeds.
 *
 * Tests (results/stats): the unit is the pair of runs that share fold and seed. Fewer than 3 seeds
 * leave training noise unmeasured: no test. One split: paired t over its seeds, which covers that
 * split alone. Folds: the corrected resampled t over the folds. Holm over all tests of PC, which is
 * the primary figure; differences of others are descriptive. Figures of an epoch chosen on the test
 * images themselves are not tested.
 *
 * Looks (ablation_looks.h): where there are some, differences are tested when so many seeds have
 * ended, the earliest first, and at no other number. The level of a look is what its spending
 * leaves it; of m rows that are not decided yet each has that of level / m, which makes Holm's
 * procedure one over looks too (Maurer and Bretz, "Multiple testing in group sequential trials
 * using graphical approaches", Stat. Biopharm. Res. 5, 2013). What one look decides stands.
 * Intervals are of the level of their look, so that all of them hold at once (repeated confidence
 * intervals; Jennison and Turnbull, JRSS B 51, 1989). That bounds are those of sums of normal
 * increments and the tests are t tests is bridged by their p (significance level approach;
 * Jennison and Turnbull, "Group sequential methods", 2000, 11.2): with looks at 3, 5, 8 and 12
 * seeds, 0.05 becomes 0.053 by O'Brien and Fleming's type and 0.056 by Pocock's (a million drawn
 * experiments without a difference, by LOOKS_EXPERIMENTS=1000000 and test_ablation_looks). Folds
 * share more from look to look than the bounds count on, and so should err less often, which is not
 * measured.
 */
#ifndef COMBOLAB_RESULTS_ABLATION_H
#define COMBOLAB_RESULTS_ABLATION_H

#include "results/ablation_looks.h"
#include "results/rows_columns.h"

#include <stdatomic.h>

struct err;

/* In the order of enum stats_metric, then what predictions alone tell. */
enum ablation_figure { ABLATION_PC, ABLATION_MAE, ABLATION_RMSE, ABLATION_BIAS, ABLATION_SPEARMAN };

#define ABLATION_METRICS 3 /* of a run: the first ones */
#define ABLATION_FIGURES 5
#define ABLATION_LEAST_SEEDS 3  /* for a test */
#define ABLATION_MOST_LINES 500 /* rows, or columns */

struct ablation_figure_info {
    const char *name, *title; /* "pc", "PC" */
    double better;            /* 1: the greater the better; -1: the less; 0: the nearer to 0 */
};

extern const struct ablation_figure_info ablation_figures[ABLATION_FIGURES];

/* Which of a run's figures stand in the cells: of the last epoch, of its best one, or of that which
 * half of the test images choose, on the other half. */
enum ablation_at { ABLATION_LAST, ABLATION_BEST, ABLATION_HALF, ABLATION_ATS };

extern const char *const ablation_at_names[ABLATION_ATS + 1]; /* "last", ... NULL */
extern const char *const ablation_at_titles[ABLATION_ATS];    /* "last epoch", ... */

struct ablation_choice {
    const char *rows, *columns; /* columns of runs or options, separated by commas; NULL = loss,
                                   with its weights, and backbone */
    enum ablation_at at;
    const char *baseline; /* a row; NULL or "" = mse, else l1, where there is one */
    double level;         /* of intervals: 0.95 */
    bool spearman;        /* ranks as well */
    bool bootstrap;       /* intervals over the test images as well: half a second each */
    const struct ablation_looks *looks; /* NULL: none */
    const atomic_bool *cancel;          /* of the bootstrap; NULL = never */
};

/* What a run predicts of its test images, in their order, and what is true; NaN = not known. */
struct ablation_scores {
    double *predicted, *truth; /* owned by who asked: mem_free */
    size_t n;                  /* 0 = there is no ledger of that epoch */
};

struct ablation_source {
    const char *experiment;
    const struct rows_list *runs;
    const struct setting_row *settings; /* ascending by run, as db_settings gives them */
    size_t n_settings;
    const struct tested_row *tested; /* ascending by run; of runs selected on val images */
    size_t n_tested;
    const struct reference_row *references;
    size_t n_references;
    /* NULL: nothing is said that takes predictions. */
    int (*scores)(void *context, int64_t run, int epoch, struct ablation_scores *out,
                  struct err *e);
    void *context;
};

/* A sample of a cell. */
struct ablation_value {
    double mean, deviation; /* NaN: none; fewer than two */
    size_t n;               /* seeds, or folds */
    bool best;              /* of its column */
    const double *sample;   /* the n of them, the cell\'s */
};

/* How many runs are in a state that does not count. */
struct ablation_state {
    const char *name;
    size_t n;
};

#define ABLATION_MOST_STATES 8

struct ablation_cell {
    struct ablation_value value[ABLATION_FIGURES];
    struct ablation_value tested[ABLATION_METRICS]; /* best on test: optimistic */
    double pooled[ABLATION_METRICS]; /* over the test images of all folds; NaN with one */
    double published[ABLATION_METRICS];
    const char *published_by; /* "table 4"; "" = nothing is published of it */
    size_t folds_wanted;      /* that some cell of its column has; 0 = there are none */
    size_t wanted, complete;  /* so of folds and seeds together; those with a finished run */
    struct ablation_state states[ABLATION_MOST_STATES]; /* of those that are not finished */
    size_t n_states, absent;                            /* absent: there is no such run */
    bool mixed;      /* finished runs differ in a setting besides */
    double run_s;    /* mean seconds of a finished run */
    double *samples; /* that values are of */
    int64_t *runs;   /* all, newest first; n_runs */
    size_t n_runs;
};

enum ablation_verdict {
    ABLATION_BASELINE,
    ABLATION_NO_PAIRS,   /* no finished runs that share fold and seed */
    ABLATION_MIXED,      /* one of the cells is */
    ABLATION_OPTIMISTIC, /* the epochs were chosen on the test images */
    ABLATION_FEW_SEEDS,  /* training noise is not measured */
    ABLATION_FEW_FOLDS,  /* not all folds are there */
    ABLATION_ALIKE,      /* all differences are 0 */
    ABLATION_BETWEEN,    /* there is no look at so many seeds; the last one decided nothing */
    ABLATION_UNDECIDED,
    ABLATION_BETTER,
    ABLATION_WORSE,
};

/* A row's cell less the baseline's in the same column. */
struct ablation_difference {
    enum ablation_verdict verdict;
    size_t pairs, seeds, folds; /* that both have */
    double mean[ABLATION_FIGURES];
    double low, high, t, df, p, p_holm; /* of PC; NaN = not tested. With looks: those of the look */
    size_t look;                        /* that decided, or the last one, from 1; 0 = none yet */
    double look_level;                  /* that its p is held against, Holm included; NaN */
    double last_power; /* chance that the last look decides, at this spread; NaN = cannot be said */
    double image_low[ABLATION_METRICS], image_high[ABLATION_METRICS]; /* bootstrap; NaN = none */
    size_t images; /* that it drew from, of the runs with image_seed; 0 = there is no bootstrap */
    int64_t image_seed;
    size_t seeds_needed; /* in all, for a decision at this spread; 0 = cannot be said */
    double needed_s;     /* of the runs that are not there yet; NaN = cannot be said */
    size_t runs_needed;  /* how many these are */
    size_t sentence;     /* place of what is said of it, from 1; 0 = nothing */
};

/* A run that is not there yet, and wanted for a decision. */
struct ablation_missing {
    size_t row, column;
    int fold; /* 0 = none */
    int64_t seed;
    int64_t like;   /* a run of its cell: all other settings are those */
    double seconds; /* NaN = no run tells */
};

struct ablation {
    const char *experiment;
    const char *rows_by, *columns_by; /* "loss", "backbone" */
    const char **rows, **columns;     /* what stands there */
    size_t n_rows, n_columns;
    size_t baseline;                         /* n_rows = none */
    bool baseline_chosen;                    /* by who asked */
    struct ablation_cell *cells;             /* row by row */
    struct ablation_difference *differences; /* as cells */
    enum ablation_at at;
    double level;
    bool spearman, bootstrap, predictions; /* what was asked for, what there is */
    struct ablation_looks looks;
    size_t family;                    /* tests that Holm corrects for */
    struct ablation_missing *missing; /* by column, row, fold and seed; each once, though several
                                         rows may want it */
    size_t n_missing;
    bool to_retry; /* runs that ended early are waited for as well */
    size_t n_runs, n_finished;
    const char **warnings, **sentences; /* a line each */
    size_t n_warnings, n_sentences;
    const char *caption;
    struct intern *texts; /* owns all texts */
};

/* ERR_USAGE: rows or columns that there are not, too many, a baseline that is no row. 1 =
 * cancelled. */
int ablation_make(struct ablation **out, const struct ablation_source *source,
                  const struct ablation_choice *choice, struct err *e);
void ablation_free(struct ablation *a); /* NULL is allowed */

struct ablation_cell *ablation_cell(const struct ablation *a, size_t row, size_t column);
struct ablation_difference *ablation_difference(const struct ablation *a, size_t row,
                                                size_t column);

/* A figure in four decimals, or in fewer where it is large, with an exponent where it is tiny. */
#define ABLATION_NUMBER_BYTES 16
void ablation_number(double value, char to[ABLATION_NUMBER_BYTES]);

/* "2 of 3; 1 running, 1 failed", "" when the cell has all it can have. */
void ablation_flags(const struct ablation_cell *cell, char *to, size_t room);

#endif
