/* ablation_export.c - an ablation for programs: a line for each figure of each cell. */
#include "results/ablation_tables.h"

#include "base/err.h"

#include <math.h>

static const struct table_column columns[] = {
    {"row", "row", TABLE_TEXT, 0, false},
    {"column", "column", TABLE_TEXT, 0, false},
    {"figure", "figure", TABLE_TEXT, 0, false},
    {"mean", "mean", TABLE_REAL, 4, false},
    {"sd", "deviation", TABLE_REAL, 4, false},
    {"n", "n", TABLE_INT, 0, false},
    {"best", "best", TABLE_FLAG, 0, false},
    {"runs", "runs", TABLE_INT, 0, true},
    {"runs_wanted", "of", TABLE_INT, 0, true},
    {"incomplete", "incomplete", TABLE_TEXT, 0, true},
    {"mixed", "mixed", TABLE_FLAG, 0, true},
    {"pooled", "pooled", TABLE_REAL, 4, true},
    {"best_on_test", "best on test", TABLE_REAL, 4, true},
    {"best_on_test_sd", "deviation", TABLE_REAL, 4, true},
    {"gap", "gap", TABLE_REAL, 4, true},
    {"published", "published", TABLE_REAL, 4, true},
    {"published_by", "where", TABLE_TEXT, 0, true},
    {"baseline", "baseline", TABLE_TEXT, 0, true},
    {"verdict", "verdict", TABLE_TEXT, 0, true},
    {"pairs", "pairs", TABLE_INT, 0, true},
    {"diff", "difference", TABLE_REAL, 4, true},
    {"low", "low", TABLE_REAL, 4, true},
    {"high", "high", TABLE_REAL, 4, true},
    {"t", "t", TABLE_REAL, 4, true},
    {"df", "df", TABLE_REAL, 1, true},
    {"p", "p", TABLE_REAL, 4, true},
    {"p_holm", "p, Holm", TABLE_REAL, 4, true},
    {"look", "look", TABLE_INT, 0, true},
    {"looks", "looks", TABLE_INT, 0, true},
    {"look_level", "level", TABLE_REAL, 4, true},
    {"images_low", "images low", TABLE_REAL, 4, true},
    {"images_high", "images high", TABLE_REAL, 4, true},
    {"seeds_needed", "seeds needed", TABLE_INT, 0, true},
    {"runs_needed", "runs needed", TABLE_INT, 0, true},
    {"needed_s", "takes", TABLE_DURATION, 0, true},
};

static void add_optional(struct table *t, size_t value)
{
    if (value)
        table_int(t, (int64_t)value);
    else
        table_missing(t);
}

static void add_cell(struct table *t, const struct ablation_cell *cell, int figure)
{
    char flags[160];
    const struct ablation_value *value = &cell->value[figure];
    bool metric = figure < ABLATION_METRICS;
    double tested = metric ? cell->tested[figure].mean : (double)NAN;
    ablation_flags(cell, flags, sizeof flags);
    table_text(t, ablation_figures[figure].name);
    table_real(t, value->mean);
    table_real(t, value->deviation);
    table_int(t, (int64_t)value->n);
    table_flag(t, value->best);
    table_int(t, (int64_t)cell->complete);
    table_int(t, (int64_t)cell->wanted);
    table_text(t, flags);
    table_flag(t, cell->mixed);
    table_real(t, metric ? cell->pooled[figure] : (double)NAN);
    table_real(t, tested);
    table_real(t, metric ? cell->tested[figure].deviation : (double)NAN);
    table_real(t, tested - value->mean);
    table_real(t, metric ? cell->published[figure] : (double)NAN);
    table_text(t, cell->published_by);
}

/* Only PC is tested. */
static void add_difference(struct table *t, const struct ablation *a,
                           const struct ablation_difference *d, int figure)
{
    bool primary = figure == ABLATION_PC, metric = figure < ABLATION_METRICS;
    table_text(t, a->rows[a->baseline]);
    table_text(t, ablation_verdict_name(d->verdict));
    table_int(t, (int64_t)d->pairs);
    table_real(t, d->verdict == ABLATION_BASELINE ? (double)NAN : d->mean[figure]);
    const double tested[] = {d->low, d->high, d->t, d->df, d->p, d->p_holm};
    for (int i = 0; i < 6; i++)
        table_real(t, primary ? tested[i] : (double)NAN);
    add_optional(t, primary ? d->look : 0);
    add_optional(t, primary ? a->looks.n : 0);
    table_real(t, primary ? d->look_level : (double)NAN);
    table_real(t, metric ? d->image_low[figure] : (double)NAN);
    table_real(t, metric ? d->image_high[figure] : (double)NAN);
    add_optional(t, primary ? d->seeds_needed : 0);
    add_optional(t, primary ? d->runs_needed : 0);
    table_real(t, primary ? d->needed_s : (double)NAN);
}

static void add_line(struct table *t, const struct ablation *a, size_t row, size_t column,
                     int figure)
{
    table_text(t, a->rows[row]);
    table_text(t, a->columns[column]);
    add_cell(t, ablation_cell(a, row, column), figure);
    add_difference(t, a, ablation_difference(a, row, column), figure);
}

int ablation_table_figures(struct table **out, const struct ablation *a,
                           const struct ablation_shown *shown, struct err *e)
{
    *out = NULL;
    if (table_new(out, "ablation", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t row = 0; row < a->n_rows; row++) {
        for (size_t column = 0; column < a->n_columns; column++) {
            for (size_t i = 0; i < shown->n_metrics; i++)
                add_line(*out, a, row, column, shown->metrics[i]);
            if (a->predictions)
                add_line(*out, a, row, column, ABLATION_BIAS);
            if (a->predictions && a->spearman)
                add_line(*out, a, row, column, ABLATION_SPEARMAN);
        }
    }
    return 0;
}

int ablation_table_notes(struct table **out, const struct ablation *a, struct err *e)
{
    static const struct table_column heads[] = {
        {"kind", "kind", TABLE_TEXT, 0, false},
        {"text", "text", TABLE_TEXT, 0, false},
    };
    *out = NULL;
    if (table_new(out, "notes", false, heads, 2, e))
        return -1;
    for (size_t i = 0; i < a->n_sentences; i++) {
        table_text(*out, "sentence");
        table_text(*out, a->sentences[i]);
    }
    for (size_t i = 0; i < a->n_warnings; i++) {
        table_text(*out, "warning");
        table_text(*out, a->warnings[i]);
    }
    table_text(*out, "caption");
    table_text(*out, a->caption);
    return 0;
}
