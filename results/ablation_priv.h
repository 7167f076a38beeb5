/* ablation_priv.h - an ablation while it is made: its runs as members of cells.
 *
 * The steps, in order, each in a file of that name: group, settings, scores, cells, tests, needed,
 * images, words.
 */
#ifndef COMBOLAB_RESULTS_ABLATION_PRIV_H
#define COMBOLAB_RESULTS_ABLATION_PRIV_H

#include "base/str.h"
#include "db/rows.h"
#include "results/ablation.h"

/* A run, as far as cells are concerned. */
struct member {
    size_t place; /* in the source's list */
    int64_t id, seed;
    size_t row, column;
    int fold;  /* 0 = none */
    int epoch; /* of its figures */
    const char *state;
    bool finished;
    bool counts;       /* finished, and the newest of its fold, seed and settings */
    bool optimistic;   /* the epoch was chosen on test images */
    uint64_t settings; /* a hash of what was chosen besides row, column, fold and seed */
    uint64_t data;     /* a hash of what data it had */
    double figure[ABLATION_FIGURES], tested[ABLATION_METRICS];
    double seconds, ended, train_images, test_images;
    const char *device;
};

/* The columns that members are made from. */
struct member_columns {
    const struct row_column *id, *state, *fold, *seed, *epochs_done, *best_epoch, *select, *seconds,
        *ended, *device, *train_images, *test_images, *data_hash;
    const struct row_column *weights[3]; /* of combo */
    const struct row_column *last[ABLATION_METRICS], *best[ABLATION_METRICS];
};

struct making {
    struct ablation *a;
    const struct ablation_source *source;
    const struct ablation_choice *choice;
    struct member_columns columns;
    struct member *members; /* by cell, then fold, seed, finished ones first, newest first */
    size_t n;
    size_t *begin; /* of each cell in members, and the end; a->n_rows * a->n_columns + 1 */
    double levels[STATS_MOST_LOOKS]; /* of looks, for rows that are not decided yet */
    struct str parted; /* names of what rows and columns differ in by themselves, a comma each */
    struct str warnings, sentences; /* lines */
    struct str remarks, caption;    /* remarks: the end of the caption */
};

/* Two runs of one fold and seed, on the same data. */
struct pair {
    const struct member *of, *base;
};

struct pairs {
    struct pair *list; /* by folds */
    size_t n;
    double *values; /* room for as many */
};

int ablation_pairs_init(const struct making *m, struct pairs *p, struct err *e);
void ablation_pairs_fini(struct pairs *p);
void ablation_pairs_find(const struct making *m, size_t of_cell, size_t base_cell,
                         struct pairs *to);

/* How many folds they have, and seeds in the fold that has fewest. */
void ablation_pairs_count(const struct pairs *p, struct ablation_difference *d);

/* Keeps of each fold those alone that were there first, in that order. */
void ablation_pairs_first(struct pairs *p, size_t seeds);

/* Differences in one figure, into values: of each seed, or the means of each fold. */
size_t ablation_pairs_differences(const struct pairs *p, bool by_fold, int figure);

/* The text, kept with the ablation; NULL with an error. */
const char *ablation_text(struct making *m, const char *text, struct err *e);

/* A run's value of an option; "" when it is not known. */
const char *ablation_option(const struct ablation_source *source, int64_t run, const char *name);

/* What a text says, with nothing in it that a terminal obeys. */
void ablation_add_name(struct str *to, const char *name);

/* Are rows or columns made by that column or option? */
bool ablation_parts(const struct making *m, const char *name);

/* Cuts lines into texts. */
int ablation_lines(struct making *m, const struct str *lines, const char ***to, size_t *n,
                   struct err *e);

int ablation_group(struct making *m, struct err *e);
void ablation_settings(struct making *m);
int ablation_wanted(struct making *m, struct err *e);
int ablation_scores(struct making *m, struct err *e);
int ablation_halve(struct making *m, struct member *member, struct err *e);
int ablation_cells(struct making *m, struct err *e);
int ablation_tests(struct making *m, struct pairs *p, struct err *e);
int ablation_needed(struct making *m, struct pairs *p, struct err *e);
int ablation_images(struct making *m, struct pairs *p, struct err *e);
int ablation_words(struct making *m, struct err *e);
int ablation_caption(struct making *m, struct err *e);

/* What a member predicts, of images whose true score is known; n = 0 where there is no ledger. 1 =
 * cancelled. */
int ablation_read_scores(struct making *m, const struct member *member, struct ablation_scores *to,
                         struct err *e);
void ablation_drop_scores(struct ablation_scores *s);

/* Seeds (or fold's means) of a cell's members in one figure, into values, which has room for all
 * of them; returns how many. `tested`: that of the epoch that is best on test. */
size_t ablation_sample(const struct member *members, size_t n, int figure, bool tested,
                       double *values);

#endif
