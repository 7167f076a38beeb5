/* ablation_tables.c - the tables that people read: cells, and rows against the baseline. */
#include "results/ablation_tables.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS 4
#define TITLE_BYTES 1024
#define TEXT_BYTES 160

int ablation_metrics(const char *said, struct ablation_shown *to, struct err *e)
{
    to->n_metrics = 0;
    for (const char *at = said;; at++) {
        size_t length = strcspn(at, ",");
        int metric = 0;
        while (metric < ABLATION_METRICS &&
               (strlen(ablation_figures[metric].name) != length ||
                strncasecmp(at, ablation_figures[metric].name, length)))
            metric++;
        for (size_t i = 0; i < to->n_metrics; i++)
            if (to->metrics[i] == metric)
                metric = ABLATION_METRICS;
        if (metric == ABLATION_METRICS)
            return err_set(e, ERR_USAGE,
                           "'%.40s' is no list of metrics: name pc, mae and rmse, each once, "
                           "with commas between",
                           said);
        to->metrics[to->n_metrics++] = metric;
        at += length;
        if (!*at)
            return 0;
    }
}

/* How many there are, and of how many where some are not there. */
static void add_count(const struct ablation_value *value, const struct ablation_cell *cell,
                      char *to, size_t room)
{
    bool folds = cell->folds_wanted > 1, mixed = cell->mixed;
    if (folds && cell->complete < cell->wanted)
        snprintf(to, room, " (%zu, %zu of %zu%s)", value->n, cell->complete, cell->wanted,
                 mixed ? ", mixed" : "");
    else if (!folds && !mixed && value->n < cell->wanted)
        snprintf(to, room, " (%zu of %zu)", value->n, cell->wanted);
    else
        snprintf(to, room, " (%zu%s)", value->n, mixed ? ", mixed" : "");
}

void ablation_value_text(const struct ablation_value *value, const struct ablation_cell *cell,
                         bool ascii, char *to, size_t room)
{
    char mean[ABLATION_NUMBER_BYTES], deviation[ABLATION_NUMBER_BYTES];
    ablation_number(value->mean, mean);
    ablation_number(value->deviation, deviation);
    if (value->n < 2)
        str_copy(to, room, mean);
    else
        snprintf(to, room, "%s %s %s", mean, ascii ? "+-" : "±", deviation);
    if (cell->n_runs)
        add_count(value, cell, to + strlen(to), room - strlen(to));
}

/* --- cells --- */

/* A kind of column: it stands once for every column of the ablation. */
struct part {
    const char *before, *after; /* around the figure's title; NULL after: it has none */
    int figure;
    enum table_kind kind;
    bool spare;
    void (*add)(struct table *t, const struct ablation_cell *cell, int figure,
                const struct ablation_shown *shown);
};

static void add_value(struct table *t, const struct ablation_value *value,
                      const struct ablation_cell *cell, const struct ablation_shown *shown)
{
    char text[TEXT_BYTES];
    ablation_value_text(value, cell, shown->ascii, text, sizeof text);
    if (value->best && shown->stars)
        str_copy(text + strlen(text), sizeof text - strlen(text), " *");
    table_text(t, text);
    if (value->best)
        table_mark(t);
}

static void add_headline(struct table *t, const struct ablation_cell *cell, int figure,
                         const struct ablation_shown *shown)
{
    add_value(t, &cell->value[figure], cell, shown);
}

static void add_tested(struct table *t, const struct ablation_cell *cell, int figure,
                       const struct ablation_shown *shown)
{
    add_value(t, &cell->tested[figure], cell, shown);
}

static void add_runs(struct table *t, const struct ablation_cell *cell, int figure,
                     const struct ablation_shown *shown)
{
    char text[TEXT_BYTES];
    (void)figure;
    (void)shown;
    ablation_flags(cell, text, sizeof text);
    if (!text[0])
        snprintf(text, sizeof text, "%zu", cell->complete);
    table_text(t, text);
}

static void add_mean(struct table *t, const struct ablation_cell *cell, int figure,
                     const struct ablation_shown *shown)
{
    (void)shown;
    table_real(t, cell->value[figure].mean);
}

static void add_gap(struct table *t, const struct ablation_cell *cell, int figure,
                    const struct ablation_shown *shown)
{
    (void)shown;
    table_real(t, cell->tested[figure].mean - cell->value[figure].mean);
}

static void add_pooled(struct table *t, const struct ablation_cell *cell, int figure,
                       const struct ablation_shown *shown)
{
    (void)shown;
    table_real(t, cell->pooled[figure]);
}

static void add_published(struct table *t, const struct ablation_cell *cell, int figure,
                          const struct ablation_shown *shown)
{
    (void)shown;
    table_real(t, cell->published[figure]);
}

#define MOST_PARTS (3 * ABLATION_METRICS + 8)

struct parts {
    struct part list[MOST_PARTS];
    size_t n;
};

static void add_part(struct parts *to, struct part part)
{
    to->list[to->n++] = part;
}

static bool any_pooled(const struct ablation *a)
{
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        if (isfinite(a->cells[i].pooled[ABLATION_PC]))
            return true;
    return false;
}

static bool any_published(const struct ablation *a, int figure)
{
    for (size_t i = 0; i < a->n_rows * a->n_columns; i++)
        if (isfinite(a->cells[i].published[figure]))
            return true;
    return false;
}

/* Figures, the first one with how many runs there are; then what is optimistic. */
static void choose_parts(const struct ablation *a, const struct ablation_shown *shown,
                         struct parts *to)
{
    to->n = 0;
    for (size_t i = 0; i < shown->n_metrics; i++) {
        add_part(to, (struct part){"", "", shown->metrics[i], TABLE_TEXT, i > 0, add_headline});
    }
    add_part(to, (struct part){"runs", NULL, 0, TABLE_TEXT, true, add_runs});
    if (any_pooled(a))
        for (size_t i = 0; i < shown->n_metrics; i++)
            add_part(to,
                     (struct part){"pooled ", "", shown->metrics[i], TABLE_REAL, true, add_pooled});
    if (a->predictions)
        add_part(to, (struct part){"", "", ABLATION_BIAS, TABLE_REAL, true, add_mean});
    if (a->predictions && a->spearman)
        add_part(to, (struct part){"", "", ABLATION_SPEARMAN, TABLE_REAL, true, add_mean});
    for (size_t i = 0; i < shown->n_metrics; i++) {
        int figure = shown->metrics[i];
        add_part(to, (struct part){"best on test ", "", figure, TABLE_TEXT, true, add_tested});
        add_part(to, (struct part){"", " gap", figure, TABLE_REAL, true, add_gap});
        if (any_published(a, figure))
            add_part(to, (struct part){"published ", "", figure, TABLE_REAL, true, add_published});
    }
}

static void title_of(const struct ablation *a, const struct part *part, size_t column,
                     char to[TITLE_BYTES])
{
    snprintf(to, TITLE_BYTES, "%.768s%s%s%s%s", a->n_columns > 1 ? a->columns[column] : "",
             a->n_columns > 1 ? " " : "", part->before,
             part->after ? ablation_figures[part->figure].title : "",
             part->after ? part->after : "");
}

/* The heads: each part for every column. */
static int new_table(struct table **out, const struct ablation *a, const struct parts *parts,
                     struct err *e)
{
    size_t n = 1 + parts->n * a->n_columns;
    struct table_column *columns = mem_alloc(n, sizeof *columns);
    char(*titles)[TITLE_BYTES] = mem_alloc(n, TITLE_BYTES);
    int status = columns && titles ? 0 : mem_error(e, "a table's columns", n * TITLE_BYTES);
    for (size_t i = 0; !status && i + 1 < n; i++) {
        const struct part *part = &parts->list[i / a->n_columns];
        title_of(a, part, i % a->n_columns, titles[i]);
        columns[i + 1] =
            (struct table_column){titles[i], titles[i], part->kind, DIGITS, part->spare};
    }
    if (!status) {
        columns[0] = (struct table_column){"row", a->rows_by, TABLE_TEXT, 0, false};
        char name[TITLE_BYTES];
        bool one = a->n_columns == 1;
        snprintf(name, sizeof name, "%s%s%.768s", ablation_at_titles[a->at], one ? ", " : "",
                 one ? a->columns[0] : "");
        status = table_new(out, name, false, columns, n, e);
    }
    mem_free(columns);
    mem_free(titles);
    return status;
}

int ablation_table(struct table **out, const struct ablation *a, const struct ablation_shown *shown,
                   struct err *e)
{
    struct parts parts;
    *out = NULL;
    choose_parts(a, shown, &parts);
    if (new_table(out, a, &parts, e))
        return -1;
    for (size_t row = 0; row < a->n_rows; row++) {
        table_text(*out, a->rows[row]);
        for (size_t i = 0; i < parts.n; i++)
            for (size_t column = 0; column < a->n_columns; column++)
                parts.list[i].add(*out, ablation_cell(a, row, column), parts.list[i].figure, shown);
    }
    return 0;
}

struct ablation_part ablation_table_part(const struct ablation *a,
                                         const struct ablation_shown *shown, size_t table_column)
{
    struct parts parts;
    choose_parts(a, shown, &parts);
    size_t i = table_column ? table_column - 1 : 0;
    const struct part *part = &parts.list[i / a->n_columns];
    return (struct ablation_part){.column = i % a->n_columns,
                                  .figure = part->after ? part->figure : shown->metrics[0],
                                  .tested = part->add == add_tested};
}

/* --- differences --- */

const char *ablation_verdict_name(enum ablation_verdict verdict)
{
    static const char *const names[] = {
        [ABLATION_BASELINE] = "baseline",
        [ABLATION_NO_PAIRS] = "no pairs",
        [ABLATION_MIXED] = "mixed settings",
        [ABLATION_OPTIMISTIC] = "chosen on test",
        [ABLATION_FEW_SEEDS] = "training noise not measured",
        [ABLATION_FEW_FOLDS] = "folds missing",
        [ABLATION_ALIKE] = "alike",
        [ABLATION_BETWEEN] = "between looks",
        [ABLATION_UNDECIDED] = "undecided",
        [ABLATION_BETTER] = "better",
        [ABLATION_WORSE] = "worse",
    };
    return names[verdict];
}

static void add_interval(struct table *t, double low, double high)
{
    char text[TEXT_BYTES] = "", from[ABLATION_NUMBER_BYTES], to[ABLATION_NUMBER_BYTES];
    ablation_number(low, from);
    ablation_number(high, to);
    if (isfinite(low) && isfinite(high))
        snprintf(text, sizeof text, "%s to %s", from, to);
    table_text(t, text);
}

static void add_chance(struct table *t, double chance)
{
    char text[32];
    str_shortest(text, sizeof text, chance, 2);
    if (isfinite(chance))
        table_text(t, chance < 1e-4 ? "<0.0001" : text);
    else
        table_missing(t);
}

/* "2 of 4", and what its p is held against. */
static void add_look(struct table *t, const struct ablation *a, const struct ablation_difference *d)
{
    char text[32];
    add_chance(t, d->p);
    add_chance(t, d->look_level);
    snprintf(text, sizeof text, "%zu of %zu", d->look, a->looks.n);
    if (d->look)
        table_text(t, text);
    else
        table_missing(t);
}

static void add_difference(struct table *t, const struct ablation *a, size_t row, size_t column)
{
    const struct ablation_difference *d = ablation_difference(a, row, column);
    if (a->n_columns > 1)
        table_text(t, a->columns[column]);
    table_text(t, a->rows[row]);
    table_real(t, d->mean[ABLATION_PC]);
    add_interval(t, d->low, d->high);
    if (a->looks.n) {
        add_look(t, a, d);
    } else {
        table_real(t, d->p);
        table_real(t, d->p_holm);
    }
    table_int(t, (int64_t)d->pairs);
    table_text(t, ablation_verdict_name(d->verdict));
    if (a->bootstrap)
        add_interval(t, d->image_low[ABLATION_PC], d->image_high[ABLATION_PC]);
    if (d->seeds_needed)
        table_int(t, (int64_t)d->seeds_needed);
    else
        table_missing(t);
    table_real(t, d->needed_s);
    table_real(t, d->mean[ABLATION_MAE]);
    table_real(t, d->mean[ABLATION_RMSE]);
}

static void level_title(const struct ablation *a, const char *before, char *to, size_t room)
{
    char level[32];
    str_shortest(level, sizeof level, 100 * a->level, 6);
    snprintf(to, room, "%s%s %%", before, level);
}

int ablation_table_differences(struct table **out, const struct ablation *a, struct err *e)
{
    struct table_column columns[14];
    char name[TITLE_BYTES], by[64], level[64], images[64];
    size_t n = 0;
    *out = NULL;
    snprintf(name, sizeof name, "differences to %.768s", a->n_rows ? a->rows[a->baseline] : "");
    str_copy(by, sizeof by, a->columns_by);
    level_title(a, "", level, sizeof level);
    level_title(a, "images alone ", images, sizeof images);
    if (a->n_columns > 1)
        columns[n++] = (struct table_column){"column", by, TABLE_TEXT, 0, false};
    columns[n++] = (struct table_column){"row", a->rows_by, TABLE_TEXT, 0, false};
    columns[n++] = (struct table_column){"pc", "PC", TABLE_REAL, DIGITS, false};
    columns[n++] = (struct table_column){"interval", level, TABLE_TEXT, 0, false};
    if (a->looks.n) {
        columns[n++] = (struct table_column){"p", "p", TABLE_TEXT, 0, false};
        columns[n++] = (struct table_column){"level", "level", TABLE_TEXT, 0, false};
        columns[n++] = (struct table_column){"look", "look", TABLE_TEXT, 0, false};
    } else {
        columns[n++] = (struct table_column){"p", "p", TABLE_REAL, 3, true};
        columns[n++] = (struct table_column){"p_holm", "p, Holm", TABLE_REAL, 3, false};
    }
    columns[n++] = (struct table_column){"pairs", "pairs", TABLE_INT, 0, false};
    columns[n++] = (struct table_column){"verdict", "verdict", TABLE_TEXT, 0, false};
    if (a->bootstrap)
        columns[n++] = (struct table_column){"images", images, TABLE_TEXT, 0, true};
    columns[n++] = (struct table_column){"seeds_needed", "seeds needed", TABLE_INT, 0, true};
    columns[n++] = (struct table_column){"needed_s", "takes", TABLE_DURATION, 0, true};
    columns[n++] = (struct table_column){"mae", "MAE", TABLE_REAL, DIGITS, true};
    columns[n++] = (struct table_column){"rmse", "RMSE", TABLE_REAL, DIGITS, true};
    if (table_new(out, name, false, columns, n, e))
        return -1;
    for (size_t column = 0; column < a->n_columns; column++)
        for (size_t row = 0; row < a->n_rows; row++)
            if (row != a->baseline)
                add_difference(*out, a, row, column);
    return 0;
}
