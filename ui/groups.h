/* groups.h - runs in groups: those of an experiment, or those that differ in nothing but the seed
 * or the fold. Pure; any thread.
 */
#ifndef COMBOLAB_UI_GROUPS_H
#define COMBOLAB_UI_GROUPS_H

#include "ui/ui.h"

enum groups_by { GROUPS_NONE, GROUPS_EXPERIMENT, GROUPS_BUT_SEED, GROUPS_BUT_FOLD, GROUPS_KINDS };

/* "experiment", "all but the seed" ...; "" for none. */
const char *groups_name(enum groups_by by);

/* As words that are typed: "none", "experiment", "seed", "fold", NULL; and what such a word is,
 * GROUPS_KINDS for others. */
extern const char *const groups_words[GROUPS_KINDS + 1];
enum groups_by groups_of_word(const char *word);

/* The same for runs of one group, and for no others. A run whose settings have not been read is on
 * its own. */
uint64_t groups_key(const struct ui_model *model, const struct ui_run *run, enum groups_by by);

/* What the runs of a group are, by one of them. */
void groups_title(const struct ui_run *run, enum groups_by by, char *to, size_t room);

/* Values, one by one; and their mean and sample deviation, NaN where there are too few. */
struct groups_mean {
    size_t n;
    double sum, squares; /* of distances from the first one */
    double first, least, most;
};

void groups_add(struct groups_mean *m, double value); /* not finite ones are left out */
double groups_mean_of(const struct groups_mean *m);
double groups_deviation_of(const struct groups_mean *m);

#endif
