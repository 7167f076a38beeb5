/* ablation_words.c - an ablation in sentences: what each row says against the baseline, and the
 * caption, which tells what the figures are of.
 */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 1024
#define MOST_RANGES 12

void ablation_add_name(struct str *to, const char *name)
{
    char text[NAME_BYTES];
    str_visible(text, sizeof text, name);
    str_add(to, text);
}

static void add_count(struct str *to, size_t n, const char *one, const char *many)
{
    str_addf(to, "%zu %s", n, n == 1 ? one : many);
}

static void add_number(struct str *to, double value)
{
    char text[ABLATION_NUMBER_BYTES];
    ablation_number(value, text);
    str_add(to, text);
}

static void add_level(struct str *to, double level)
{
    char text[32];
    str_shortest(text, sizeof text, 100 * level, 6);
    str_addf(to, "%s %%", text);
}

/* "0.0040 to 0.0200"; turned round for who is worse by as much. */
static void add_interval(struct str *to, double low, double high, bool worse)
{
    add_number(to, worse ? -high : low);
    str_add(to, " to ");
    add_number(to, worse ? -low : high);
}

static void add_p(struct str *to, double p)
{
    if (p < 0.001)
        str_add(to, "p < 0.001");
    else
        str_addf(to, "p %.3f", p);
}

/* --- a row's sentence --- */

/* What is said of the cell's runs that are not there: " (1 running)". */
static void add_flags(struct str *to, const struct ablation_cell *cell)
{
    char flags[160];
    ablation_flags(cell, flags, sizeof flags);
    if (flags[0])
        str_addf(to, " (%s)", flags);
}

/* "5 seeds; for this split only", "3 seeds in each of 5 folds" */
static void add_scope(struct str *to, const struct ablation_difference *d)
{
    add_count(to, d->seeds, "seed", "seeds");
    if (d->folds > 1)
        str_addf(to, " in each of %zu folds", d->folds);
    else
        str_add(to, "; for this split only");
}

/* "(95 % 0.0040 to 0.0200, p 0.010 after Holm, 5 seeds; for this split only)" */
static void add_test(struct str *to, const struct ablation *a, const struct ablation_difference *d)
{
    str_add(to, " (");
    add_level(to, a->level);
    str_add(to, " ");
    add_interval(to, d->low, d->high, d->verdict == ABLATION_WORSE);
    str_add(to, ", ");
    add_p(to, d->p_holm);
    str_add(to, " after Holm, ");
    add_scope(to, d);
    str_add(to, ")");
}

/* "; 12 seeds in all would tell a difference of this size 8 times in 10: 3h05m more" */
static void add_needed(struct str *to, const struct ablation_difference *d)
{
    char time[32];
    if (!d->seeds_needed || d->seeds_needed <= d->seeds)
        return;
    str_addf(to, "; %zu seeds in all %s", d->seeds_needed,
             d->verdict == ABLATION_UNDECIDED ? "would tell a difference of this size 8 times in 10"
                                              : "can be tested");
    if (!isfinite(d->needed_s))
        return;
    str_duration(time, sizeof time, d->needed_s);
    str_addf(to, ": %s more", time);
}

/* "0.0010 PC above" */
static void add_distance(struct str *to, double difference)
{
    add_number(to, fabs(difference));
    str_addf(to, " PC %s ", difference < 0 ? "below" : "above");
}

/* The sentence for a row that is not tested, after its name. */
static void add_untested(struct str *to, const struct ablation *a,
                         const struct ablation_difference *d, const struct ablation_cell *cell)
{
    const char *base = a->rows[a->baseline];
    double difference = d->mean[ABLATION_PC];
    if (d->verdict == ABLATION_NO_PAIRS || !isfinite(difference)) {
        str_add(to, " has no finished run that shares fold, seed and data with ");
        ablation_add_name(to, base);
        add_flags(to, cell);
        return;
    }
    str_add(to, " is ");
    add_distance(to, difference);
    ablation_add_name(to, base);
    switch (d->verdict) {
    case ABLATION_MIXED:
        str_add(to, " as the cells stand, which mix settings: not tested");
        return;
    case ABLATION_OPTIMISTIC:
        str_add(to, " at epochs chosen on the test images themselves: not tested");
        return;
    case ABLATION_FEW_FOLDS:
        str_addf(to, " in %zu of %zu folds: not tested before all are there", d->folds,
                 cell->folds_wanted);
        return;
    default:
        str_add(to, " on ");
        add_count(to, d->seeds, "seed", "seeds");
        str_add(to, ": training noise not measured, not tested");
    }
}

static void add_verdict(struct str *to, const struct ablation *a,
                        const struct ablation_difference *d, const struct ablation_cell *cell)
{
    const char *base = a->rows[a->baseline];
    switch (d->verdict) {
    case ABLATION_BETTER:
    case ABLATION_WORSE:
        str_addf(to, " is %s than ", d->verdict == ABLATION_BETTER ? "better" : "worse");
        ablation_add_name(to, base);
        str_add(to, " by ");
        add_number(to, fabs(d->mean[ABLATION_PC]));
        str_add(to, " PC");
        add_test(to, a, d);
        return;
    case ABLATION_UNDECIDED:
        str_add(to, " is ");
        add_distance(to, d->mean[ABLATION_PC]);
        ablation_add_name(to, base);
        str_add(to, ", which may be chance");
        add_test(to, a, d);
        return;
    case ABLATION_ALIKE:
        str_add(to, " does not differ from ");
        ablation_add_name(to, base);
        str_add(to, " at all: ");
        add_scope(to, d);
        return;
    default:
        add_untested(to, a, d, cell);
    }
}

static void add_sentence(struct making *m, size_t row, size_t column)
{
    const struct ablation *a = m->a;
    const struct ablation_difference *d = ablation_difference(a, row, column);
    struct str *to = &m->sentences;
    if (a->n_columns > 1) {
        ablation_add_name(to, a->columns[column]);
        str_add(to, ": ");
    }
    ablation_add_name(to, a->rows[row]);
    add_verdict(to, a, d, ablation_cell(a, row, column));
    add_needed(to, d);
    if (d->images && isfinite(d->image_low[ABLATION_PC])) {
        str_add(to, "; test images only, which compares two checkpoints, not two losses: ");
        add_level(to, a->level);
        str_add(to, " ");
        add_interval(to, d->image_low[ABLATION_PC], d->image_high[ABLATION_PC], false);
    }
    str_add(to, ".\n");
}

static void add_sentences(struct making *m)
{
    const struct ablation *a = m->a;
    size_t said = 0;
    for (size_t column = 0; column < a->n_columns; column++)
        for (size_t row = 0; row < a->n_rows; row++) {
            if (row == a->baseline || !ablation_cell(a, row, column)->n_runs)
                continue;
            add_sentence(m, row, column);
            ablation_difference(a, row, column)->sentence = ++said;
        }
    if (!a->n_runs)
        str_add(&m->sentences, "There are no runs yet: combolab train --loss l1,mse,combo "
                               "--seed 1-3 makes nine.\n");
    else if (a->n_rows == 1)
        str_addf(&m->sentences,
                 "There is one row, so nothing to compare it with: --rows makes rows by another "
                 "setting than %s.\n",
                 a->rows_by);
}

/* --- the caption --- */

static int by_seed(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* "1-3, 7" */
static void add_ranges(struct str *to, const int64_t *seeds, size_t n)
{
    size_t ranges = 0;
    for (size_t i = 0, end; i < n; i = end + 1) {
        end = i;
        while (end + 1 < n && seeds[end + 1] <= seeds[end] + 1)
            end++;
        if (ranges++ == MOST_RANGES) {
            str_add(to, " ...");
            return;
        }
        str_addf(to, "%s %lld", i ? "," : "", (long long)seeds[i]);
        if (seeds[end] > seeds[i])
            str_addf(to, "-%lld", (long long)seeds[end]);
    }
}

static int add_seeds(struct making *m, struct err *e)
{
    int64_t *seeds = mem_alloc(m->n, sizeof *seeds);
    size_t n = 0;
    if (!seeds)
        return mem_error(e, "the seeds of an ablation", m->n * sizeof *seeds);
    for (size_t i = 0; i < m->n; i++)
        if (m->members[i].counts)
            seeds[n++] = m->members[i].seed;
    qsort(seeds, n, sizeof *seeds, by_seed);
    str_add(&m->caption, n && seeds[0] != seeds[n - 1] ? ", seeds" : ", seed");
    add_ranges(&m->caption, seeds, n);
    mem_free(seeds);
    return 0;
}

/* The first that counts; NULL. */
static const struct member *first_counted(const struct making *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->members[i].counts)
            return &m->members[i];
    return NULL;
}

static const char *text_at(const struct making *m, const struct member *member, const char *name)
{
    const struct row_column *c = rows_column(m->source->runs->columns, name);
    return c ? rows_text(c, rows_at(m->source->runs, member->place)) : "";
}

/* All that count have the same text there. */
static bool is_one(const struct making *m, const char *name, const char *text)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->members[i].counts && strcmp(text_at(m, &m->members[i], name), text))
            return false;
    return true;
}

/* "the 2200 test images of SCUT-FBP5500, 60-40" */
static void add_images(struct making *m, const struct member *first)
{
    static const char *const names[] = {"data", "protocol"};
    struct str *to = &m->caption;
    if (m->a->cells[0].folds_wanted < 2 && first->test_images > 0)
        str_addf(to, "the %.0f test images", first->test_images);
    else
        str_add(to, "the test images");
    for (int i = 0; i < 2; i++) {
        const char *text = text_at(m, first, names[i]);
        if (!text[0] || !is_one(m, names[i], text))
            continue;
        str_add(to, i ? ", protocol " : " of ");
        ablation_add_name(to, text);
    }
}

static const char *selection(const struct making *m, const struct member *first)
{
    if (m->a->at == ABLATION_LAST)
        return "the last epoch";
    if (m->a->at == ABLATION_HALF)
        return "the epoch that one half of the test images chooses, on the other half, both ways "
               "averaged";
    const char *text = text_at(m, first, "select");
    if (!is_one(m, "select", text))
        return "each run's best epoch, chosen in several ways";
    return strcmp(text, "val") ? "the best epoch on the test images themselves (the paper's "
                                 "protocol, optimistic)"
                               : "the best epoch on val images held out of training";
}

static bool has_folds(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_columns; i++)
        if (ablation_cell(a, 0, i)->folds_wanted > 1)
            return true;
    return false;
}

static bool has_pooled(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        if (isfinite(a->cells[i].pooled[ABLATION_PC]))
            return true;
    return false;
}

static void add_cells(struct making *m)
{
    const struct ablation *a = m->a;
    str_addf(&m->caption, " Cells are mean and sample deviation over %s (how many)",
             has_folds(a) ? "folds, each the mean of its seeds" : "seeds");
    if (has_pooled(a))
        str_add(&m->caption, "; pooled is over the test images of all folds together");
    str_add(&m->caption, ".");
}

static void add_tests(struct making *m)
{
    const struct ablation *a = m->a;
    struct str *to = &m->caption;
    if (a->n_rows < 2)
        return;
    str_add(to, " Rows are compared with ");
    ablation_add_name(to, a->rows[a->baseline]);
    str_addf(to, " (%s) by pairs of runs that share fold and seed; ",
             a->baseline_chosen ? "as asked for" : "by default");
    if (a->family)
        str_addf(to, "%s, Holm over %zu %s of PC",
                 has_folds(a) ? "corrected resampled t test over folds"
                              : "paired t test over seeds, for this split only",
                 a->family, a->family == 1 ? "test" : "tests");
    else
        str_addf(to, "nothing %s", m->a->at == ABLATION_BEST ? "is tested" : "can be tested yet");
    str_add(to, "; other figures are descriptive.");
}

static int add_caption(struct making *m, struct err *e)
{
    const struct member *first = first_counted(m);
    struct str *to = &m->caption;
    str_addf(to, "Experiment ");
    ablation_add_name(to, m->source->experiment);
    str_addf(to, ": %zu of %zu runs finished", m->a->n_finished, m->a->n_runs);
    if (!first) {
        str_add(to, ".");
        return 0;
    }
    if (add_seeds(m, e))
        return -1;
    str_addf(to, ". Figures are of %s, %s", selection(m, first),
             m->a->at == ABLATION_HALF ? "of " : "on ");
    add_images(m, first);
    str_add(to, ".");
    add_cells(m);
    add_tests(m);
    str_add(to, m->remarks.text);
    to->failed |= m->remarks.failed;
    return 0;
}

int ablation_words(struct making *m, struct err *e)
{
    struct ablation *a = m->a;
    add_sentences(m);
    if (add_caption(m, e))
        return -1;
    if (m->caption.failed)
        return mem_error(e, "the caption of an ablation", m->caption.length);
    a->caption = ablation_text(m, m->caption.text, e);
    a->experiment = ablation_text(m, m->source->experiment, e);
    if (!a->caption || !a->experiment)
        return -1;
    return ablation_lines(m, &m->sentences, &a->sentences, &a->n_sentences, e) ||
                   ablation_lines(m, &m->warnings, &a->warnings, &a->n_warnings, e)
               ? -1
               : 0;
}
