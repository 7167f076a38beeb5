/* ablation_words.c - an ablation in sentences: what each row says against the baseline. */
#include "results/ablation_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

#define NAME_BYTES 1024

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

/* A p or a level of looks, which may be far below what is worth telling apart. */
static void add_chance(struct str *to, double chance)
{
    char text[32];
    str_shortest(text, sizeof text, chance, 2);
    str_add(to, chance < 1e-4 ? "under 0.0001" : text);
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
static void add_scope(struct str *to, const struct ablation_difference *d, size_t seeds)
{
    add_count(to, seeds, "seed", "seeds");
    if (d->folds > 1)
        str_addf(to, " in each of %zu folds", d->folds);
    else
        str_add(to, "; for this split only");
}

/* "look 2 of 4: p 0.02 above its level of 0.012" */
static void add_look(struct str *to, const struct ablation *a, const struct ablation_difference *d)
{
    str_addf(to, "look %zu of %zu: p ", d->look, a->looks.n);
    add_chance(to, d->p);
    str_addf(to, " %s its level of ", d->p <= d->look_level ? "within" : "above");
    add_chance(to, d->look_level);
}

/* "(95 % 0.0040 to 0.0200, p 0.010 after Holm, 5 seeds; for this split only)" */
static void add_test(struct str *to, const struct ablation *a, const struct ablation_difference *d)
{
    size_t seeds = d->look ? (size_t)a->looks.seeds[d->look - 1] : d->seeds;
    str_add(to, " (");
    if (isfinite(d->low)) {
        add_level(to, a->level);
        str_add(to, " ");
        add_interval(to, d->low, d->high, d->verdict == ABLATION_WORSE);
        str_add(to, ", ");
    }
    if (d->look) {
        add_look(to, a, d);
    } else {
        add_p(to, d->p_holm);
        str_add(to, " after Holm");
    }
    str_add(to, ", ");
    add_scope(to, d, seeds);
    str_add(to, ")");
}

static bool is_open(const struct ablation_difference *d)
{
    return d->verdict == ABLATION_UNDECIDED || d->verdict == ABLATION_BETWEEN;
}

/* "; 12 seeds in all would tell a difference of this size 8 times in 10: 3h05m more" */
static void add_needed(struct str *to, const struct ablation *a,
                       const struct ablation_difference *d)
{
    char time[32];
    if (is_open(d) && !d->seeds_needed && isfinite(d->last_power))
        str_addf(to,
                 "; even the %d seeds of the last look would tell a difference of this size only "
                 "%.0f times in 10",
                 a->looks.seeds[a->looks.n - 1], floor(10 * d->last_power));
    if (!d->seeds_needed || d->seeds_needed <= d->seeds)
        return;
    str_addf(to, "; %zu seeds in all %s", d->seeds_needed,
             is_open(d) ? "would tell a difference of this size 8 times in 10" : "can be tested");
    if (!isfinite(d->needed_s) || !d->runs_needed)
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
    case ABLATION_BETWEEN:
        str_addf(to, " on %zu seeds, between looks at %d and %d: no decision yet (", d->seeds,
                 a->looks.seeds[d->look - 1], a->looks.seeds[d->look]);
        add_look(to, a, d);
        str_add(to, ")");
        return;
    case ABLATION_FEW_FOLDS:
        str_addf(to, " in %zu of %zu folds: not tested before all are there", d->folds,
                 cell->folds_wanted);
        return;
    default:
        str_add(to, " on ");
        add_count(to, d->seeds, "seed", "seeds");
        if (d->seeds < ABLATION_LEAST_SEEDS)
            str_add(to, ": training noise not measured, not tested");
        else
            str_addf(to, ": not tested before the first look, at %d", a->looks.seeds[0]);
    }
}

static void add_verdict(struct str *to, const struct ablation *a,
                        const struct ablation_difference *d, const struct ablation_cell *cell)
{
    const char *base = a->rows[a->baseline];
    /* Of the look that decided, if one did. */
    double difference = d->look && isfinite(d->low) ? (d->low + d->high) / 2 : d->mean[ABLATION_PC];
    switch (d->verdict) {
    case ABLATION_BETTER:
    case ABLATION_WORSE:
        str_addf(to, " is %s than ", d->verdict == ABLATION_BETTER ? "better" : "worse");
        ablation_add_name(to, base);
        str_add(to, " by ");
        add_number(to, fabs(difference));
        str_add(to, " PC");
        add_test(to, a, d);
        return;
    case ABLATION_UNDECIDED:
        str_add(to, " is ");
        add_distance(to, difference);
        ablation_add_name(to, base);
        str_add(to, ", which may be chance");
        add_test(to, a, d);
        if (d->look)
            str_add(to, d->look < a->looks.n ? ": no decision yet"
                                             : ": no decision, and no look is left");
        return;
    case ABLATION_ALIKE:
        str_add(to, " does not differ from ");
        ablation_add_name(to, base);
        str_add(to, " at all: ");
        add_scope(to, d, d->seeds);
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
    add_needed(to, a, d);
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

int ablation_words(struct making *m, struct err *e)
{
    struct ablation *a = m->a;
    add_sentences(m);
    if (ablation_caption(m, e))
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
