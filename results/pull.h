/* pull.h - what the terms of a loss pull at in training: whose gradient steers, which terms fight.
 * Numbers are those of phases in rows.h.
 */
#ifndef COMBOLAB_RESULTS_PULL_H
#define COMBOLAB_RESULTS_PULL_H

#include "db/rows.h"
#include "results/table.h"

/* Which cosine is that of two terms, from 0. */
#define PULL_PAIR(a, b) ((a) + (b)-1)

/* A term's name, or the names of two with a stroke between, short enough for legends: "reg/exp". */
#define PULL_SHORT_BYTES 72
void pull_short(const struct term_row *terms, size_t n_terms, size_t term,
                char to[PULL_SHORT_BYTES]);
void pull_short_pair(const struct term_row *terms, size_t n_terms, size_t a, size_t b,
                     char to[PULL_SHORT_BYTES]);

/* It was measured, and there is more than one term. */
bool pull_is_known(const struct phase_row *train, size_t n_terms);

/* The part of each term in the gradient of all together: they add up to 1, and a term that the
 * others overrule has one below 0. NaN where all is 0 or unknown. */
void pull_shares(const struct phase_row *train, size_t n_terms, double share[ROW_MAX_TERMS]);

/* The term of the greatest share; -1 where there is none. */
int pull_steers(const struct phase_row *train, size_t n_terms);

/* The least cosine, of terms *a and *b; NaN where there is none. Below PULL_FIGHT they fight. */
#define PULL_FIGHT (-0.1)
double pull_least(const struct phase_row *train, size_t n_terms, size_t *a, size_t *b);

/* "regression steers: 0.62 of the gradient; it and classification fight: cosine -0.31"; "" where it
 * is not known. */
void pull_words(const struct term_row *terms, size_t n_terms, const struct phase_row *train,
                char *to, size_t room);

/* Those words of the last epoch that has gradients, as a record; *out is NULL where none has. */
int pull_said(struct table **out, const struct term_row *terms, size_t n_terms,
              const struct epoch_row *epochs, size_t n, struct err *e);

/* A row for every epoch that has gradients: norm and share of each term, cosines of pairs. */
int pull_table(struct table **out, const struct term_row *terms, size_t n_terms,
               const struct epoch_row *epochs, size_t n, struct err *e);

#endif
