/* ablation_kit.h - for tests of ablations: runs one after another, and what is made of them. */
#ifndef COMBOLAB_TESTS_RESULTS_ABLATION_KIT_H
#define COMBOLAB_TESTS_RESULTS_ABLATION_KIT_H

#include "base/err.h"
#include "results/ablation_tables.h"

#include <math.h>
#include <string.h>

#define KIT_MOST_RUNS 96

extern struct run_row runs[KIT_MOST_RUNS];
extern size_t n_runs;
extern struct ablation_source source; /* its list and references are filled in by kit_make */
extern bool other_images;             /* predictions of odd runs are of others */

/* No runs; predictions of 4 images each, whose truth depends on the fold. */
void kit_begin(void);

/* A finished run of 60 s, alike but for these. */
struct run_row *kit_add(const char *loss, int fold, int64_t seed, double pc);

/* Seeds 1 to 3 of no fold. */
void kit_add_seeds(const char *loss, double one, double two, double three);

/* 3, 5, 8 and 12 seeds by O'Brien and Fleming's type. */
extern const struct ablation_looks kit_looks;

/* Of all runs so far; a level of 0 is 0.95. kit_made ends the test where it fails. */
int kit_make(struct ablation **a, struct ablation_choice choice, struct err *e);
struct ablation *kit_made(struct ablation_choice choice);

bool kit_is_at(double a, double b); /* to 1e-9 */
bool kit_says(const char *const *lines, size_t n, const char *text);

#endif
