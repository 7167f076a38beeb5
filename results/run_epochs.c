/* run_epochs.c - a run's epochs as a table: first the epoch's own columns, then those of each
 * phase, where the terms of the loss have their own names.
 */
#include "results/run_tables.h"

#include "results/rows_table.h"

#include <math.h>
#include <stdio.h>

#define MOST_COLUMNS ((1 + ROW_PHASES) * ROW_MOST_COLUMNS)
#define NAME_BYTES 96

struct epoch_columns {
    struct table_column columns[MOST_COLUMNS];
    char name[MOST_COLUMNS][NAME_BYTES], title[MOST_COLUMNS][NAME_BYTES];
    size_t n;
    const struct term_row *terms;
    size_t n_terms;
    bool with[ROW_PHASES]; /* val only where some epoch has it */
};

/* Of no phase: of an epoch. */
static bool is_shown(const struct epoch_columns *t, const struct row_phase *phase,
                     const struct row_column *c)
{
    return c->title && (size_t)c->term <= t->n_terms && (size_t)c->other <= t->n_terms &&
           (!(c->use & ROW_TRAIN_ALONE) || phase == &row_phases[ROW_TRAIN]);
}

/* "train_total", "train loss" - "train_regression_weighted", "train regression, weighted" -
 * "train_regression_expectation_cosine", "train regression, expectation cosine" */
static void add_phase_column(struct epoch_columns *t, const struct row_phase *phase,
                             const struct row_column *c)
{
    const char *term = c->term ? t->terms[c->term - 1].name : "";
    const char *other = c->other ? t->terms[c->other - 1].name : "";
    char *name = t->name[t->n], *title = t->title[t->n];
    snprintf(name, NAME_BYTES, "%s_%.31s%s%.31s%s", phase->name, term, c->other ? "_" : "", other,
             c->name);
    snprintf(title, NAME_BYTES, "%s %.31s%s%.31s%s", phase->name, term, c->other ? ", " : "", other,
             c->title);
    struct table_column *made = &t->columns[t->n++];
    *made = rows_table_column(c);
    made->name = name;
    made->title = title;
    made->spare = c->use & phase->spare;
}

static void add_columns(struct epoch_columns *t)
{
    for (const struct row_column *c = row_epoch_columns; c->name; c++)
        if (is_shown(t, NULL, c))
            t->columns[t->n++] = rows_table_column(c);
    for (int p = 0; p < ROW_PHASES; p++)
        for (const struct row_column *c = row_phase_columns; t->with[p] && c->name; c++)
            if (is_shown(t, &row_phases[p], c))
                add_phase_column(t, &row_phases[p], c);
}

/* A phase that was not made has no figures. */
static void add_phase(struct table *t, const struct epoch_columns *columns,
                      const struct epoch_row *row, const struct row_phase *phase)
{
    const struct phase_row *figures = row_phase(row, phase);
    for (const struct row_column *c = row_phase_columns; c->name; c++) {
        if (!is_shown(columns, phase, c))
            continue;
        if (figures)
            rows_table_cell(t, c, figures, (double)NAN);
        else
            table_missing(t);
    }
}

static void add_epoch(struct table *t, const struct epoch_columns *columns,
                      const struct epoch_row *row)
{
    rows_table_add(t, row_epoch_columns, 0, row, (double)NAN);
    for (int p = 0; p < ROW_PHASES; p++)
        if (columns->with[p])
            add_phase(t, columns, row, &row_phases[p]);
}

int run_tables_epochs(struct table **out, const struct term_row *terms, size_t n_terms,
                      const struct epoch_row *epochs, size_t n, struct err *e)
{
    struct epoch_columns columns = {
        .terms = terms, .n_terms = n_terms, .with = {[ROW_TRAIN] = true, [ROW_TEST] = true}};
    for (size_t i = 0; i < n; i++)
        columns.with[ROW_VAL] |= epochs[i].validated;
    add_columns(&columns);
    if (table_new(out, "epochs", false, columns.columns, columns.n, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        add_epoch(*out, &columns, &epochs[i]);
    return 0;
}
