/* ablation_table_needed.c - what is needed for a decision, as tables: by rows, and the runs that
 * are not there yet. */
#include "results/ablation_tables.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <math.h>

int ablation_table_needed(struct table **out, const struct ablation *a, struct err *e)
{
    static const struct table_column columns[] = {
        {"column", "column", TABLE_TEXT, 0, false},
        {"row", "row", TABLE_TEXT, 0, false},
        {"verdict", "verdict", TABLE_TEXT, 0, false},
        {"seeds", "seeds", TABLE_INT, 0, false},
        {"seeds_needed", "needed", TABLE_INT, 0, false},
        {"runs_needed", "runs", TABLE_INT, 0, false},
        {"needed_s", "takes", TABLE_DURATION, 0, false},
    };
    *out = NULL;
    if (table_new(out, "needed", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++) {
        const struct ablation_difference *d = &a->differences[i];
        if (d->verdict == ABLATION_BASELINE)
            continue;
        table_text(*out, a->columns[i % a->n_columns]);
        table_text(*out, a->rows[i / a->n_columns]);
        table_text(*out, ablation_verdict_name(d->verdict));
        table_int(*out, (int64_t)d->seeds);
        if (d->seeds_needed)
            table_int(*out, (int64_t)d->seeds_needed);
        else
            table_missing(*out);
        table_int(*out, (int64_t)d->runs_needed);
        table_real(*out, d->needed_s);
    }
    return 0;
}

/* --- the runs --- */

/* Rising numbers as "1-3,7". */
struct ranges {
    struct str text;
    int64_t first, last;
    bool some;
};

static void end_range(struct ranges *r)
{
    if (r->some && r->last > r->first)
        str_addf(&r->text, "-%lld", (long long)r->last);
}

static void add_number(struct ranges *r, int64_t number)
{
    if (r->some && number == r->last)
        return;
    if (!r->some || number != r->last + 1) {
        end_range(r);
        str_addf(&r->text, "%s%lld", r->some ? "," : "", (long long)number);
        r->first = number;
    }
    r->last = number;
    r->some = true;
}

/* Those of a cell: their seeds in `seeds`, how many they are and how long they take. */
static size_t gather(const struct ablation *a, size_t row, size_t column, struct ranges *seeds,
                     double *seconds)
{
    size_t n = 0;
    *seconds = 0;
    for (size_t i = 0; i < a->n_missing; i++) {
        const struct ablation_missing *missing = &a->missing[i];
        if (missing->row != row || missing->column != column)
            continue;
        add_number(seeds, missing->seed);
        *seconds += missing->seconds;
        n++;
    }
    end_range(seeds);
    return n;
}

static bool is_missing_in(const struct ablation *a, size_t row, size_t column, int fold)
{
    for (size_t i = 0; i < a->n_missing; i++)
        if (a->missing[i].row == row && a->missing[i].column == column &&
            a->missing[i].fold == fold)
            return true;
    return false;
}

static void name_folds(const struct ablation *a, size_t row, size_t column, struct ranges *folds)
{
    int most = 0;
    for (size_t i = 0; i < a->n_missing; i++)
        most = a->missing[i].fold > most ? a->missing[i].fold : most;
    for (int fold = 1; fold <= most; fold++)
        if (is_missing_in(a, row, column, fold))
            add_number(folds, fold);
    end_range(folds);
}

static int add_cell(struct table *t, const struct ablation *a, size_t row, size_t column,
                    bool has_folds, struct err *e)
{
    struct ranges seeds = {.some = false}, folds = {.some = false};
    double seconds;
    str_init(&seeds.text);
    str_init(&folds.text);
    size_t n = gather(a, row, column, &seeds, &seconds);
    name_folds(a, row, column, &folds);
    bool failed = seeds.text.failed || folds.text.failed;
    if (n && !failed) {
        table_text(t, a->rows[row]);
        if (a->n_columns > 1)
            table_text(t, a->columns[column]);
        table_text(t, seeds.text.text);
        if (has_folds)
            table_text(t, folds.text.text);
        table_int(t, (int64_t)n);
        table_real(t, seconds);
    }
    str_fini(&seeds.text);
    str_fini(&folds.text);
    return failed ? mem_error(e, "the runs that are needed", 0) : 0;
}

int ablation_table_missing(struct table **out, const struct ablation *a, struct err *e)
{
    struct table_column columns[6];
    bool folds = false;
    size_t n = 0;
    *out = NULL;
    for (size_t i = 0; i < a->n_missing; i++)
        folds |= a->missing[i].fold > 0;
    columns[n++] = (struct table_column){"row", a->rows_by, TABLE_TEXT, 0, false};
    if (a->n_columns > 1)
        columns[n++] = (struct table_column){"column", a->columns_by, TABLE_TEXT, 0, false};
    columns[n++] = (struct table_column){"seeds", "seeds", TABLE_TEXT, 0, false};
    if (folds)
        columns[n++] = (struct table_column){"folds", "folds", TABLE_TEXT, 0, false};
    columns[n++] = (struct table_column){"runs", "runs", TABLE_INT, 0, false};
    columns[n++] = (struct table_column){"seconds", "takes", TABLE_DURATION, 0, false};
    if (table_new(out, "needed", false, columns, n, e))
        return -1;
    int status = 0;
    for (size_t i = 0; !status && i < a->n_columns * a->n_rows; i++)
        status = add_cell(*out, a, i % a->n_rows, i / a->n_rows, folds, e);
    if (!status)
        return 0;
    table_free(*out);
    *out = NULL;
    return -1;
}

double ablation_missing_s(const struct ablation *a)
{
    double seconds = 0;
    for (size_t i = 0; i < a->n_missing; i++)
        seconds += a->missing[i].seconds;
    return seconds;
}
