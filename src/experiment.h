/* experiment.h - what is said of the runs of an experiment, read from the database: the ablation
 * table, for the command and for the screen's reader. Any thread, with a connection of its own. */
#ifndef COMBOLAB_SRC_EXPERIMENT_H
#define COMBOLAB_SRC_EXPERIMENT_H

#include "base/opt.h"
#include "results/ablation.h"

struct db;
struct err;

/* The experiment of the newest run; "" while there are no runs. */
int experiment_newest(struct db *db, char to[OPT_TEXT_BYTES], struct err *e);

/* When it is tested: what was laid down, or else what is usual. */
int experiment_looks(struct db *db, const char *experiment, struct ablation_looks *to,
                     struct err *e);

/* As they are laid down. */
struct looks_row experiment_looks_row(const struct ablation_looks *looks);

/* Reads the runs a page at a time, and predictions a run at a time. *known says what the last one
 * was made from, 0 = there was none: when it is the same, *out is NULL. NULL: it is made in any
 * case. 1 = cancelled. */
int experiment_ablation(struct db *db, const char *experiment, const struct ablation_choice *choice,
                        uint64_t *known, struct ablation **out, struct err *e);

#endif
