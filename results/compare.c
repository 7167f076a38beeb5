/* compare.c - runs side by side as tables. */
#include "results/compare.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/rows_columns.h"
#include "results/rows_table.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* --- settings --- */

/* What a run was trained with: its columns of these names, below the options. */
static const char *const provenance[] = {
    "learning_rate", "program",      "library",    "device",      "precision", "data_hash",
    "init_hash",     "train_images", "val_images", "test_images", NULL};

/* "" where the run has none of that name. `at` is where the option stood in another run. */
static const char *option_of(const struct compare_run *run, const char *name, size_t at)
{
    if (at < run->n_options && !strcmp(run->options[at].name, name))
        return run->options[at].value;
    for (size_t i = 0; i < run->n_options; i++)
        if (!strcmp(run->options[i].name, name))
            return run->options[i].value;
    return "";
}

static void text_of(const struct row_column *c, const void *row, char to[ROW_TEXT_BYTES])
{
    double number = c->kind == ROW_TEXT ? (double)NAN : rows_number(c, row, (double)NAN);
    to[0] = '\0';
    if (c->kind == ROW_TEXT)
        str_copy(to, ROW_TEXT_BYTES, rows_text(c, row));
    else if (isfinite(number))
        str_exact(to, ROW_TEXT_BYTES, number);
}

/* An option has come up in a run before this one. */
static bool had_before(const struct compare *c, size_t run, const char *name, size_t at)
{
    for (size_t i = 0; i < run; i++)
        if (option_of(&c->runs[i], name, at)[0])
            return true;
    return false;
}

static bool option_differs(const struct compare *c, const char *name, size_t at)
{
    for (size_t i = 1; i < c->n; i++)
        if (strcmp(option_of(&c->runs[0], name, at), option_of(&c->runs[i], name, at)))
            return true;
    return false;
}

/* Names are the heads of columns already. */
static void add_option(struct table *t, const struct compare *c, size_t run, size_t at, bool all)
{
    const char *name = c->runs[run].options[at].name;
    bool skipped = !strcmp(name, "name") || (c->skipped && !strcmp(name, c->skipped));
    if (skipped || had_before(c, run, name, at) || (!all && !option_differs(c, name, at)))
        return;
    table_text(t, name);
    for (size_t i = 0; i < c->n; i++)
        table_text(t, option_of(&c->runs[i], name, at));
}

/* What it is trained with is known once it has started. */
static bool has_started(const struct compare *c, size_t i)
{
    const struct row_column *device = rows_column(c->columns, "device");
    return device && rows_text(device, c->runs[i].row)[0];
}

/* Runs that are not known to have something do not differ in it. */
static bool provenance_differs(const struct compare *c, const struct row_column *column)
{
    char known[ROW_TEXT_BYTES], text[ROW_TEXT_BYTES];
    bool any = false;
    for (size_t i = 0; i < c->n; i++) {
        if (!has_started(c, i))
            continue;
        text_of(column, c->runs[i].row, text);
        if (any && strcmp(known, text))
            return true;
        str_copy(known, sizeof known, text);
        any = true;
    }
    return false;
}

static void add_provenance(struct table *t, const struct compare *c, const char *name, bool all)
{
    const struct row_column *column = rows_column(c->columns, name);
    char text[ROW_TEXT_BYTES];
    if (!column || (!all && !provenance_differs(c, column)))
        return;
    /* What auto came to, where that is what was asked for. */
    if (!strcmp(name, "learning_rate") && option_differs(c, "learning-rate", 0))
        return;
    table_text(t, column->title);
    for (size_t i = 0; i < c->n; i++) {
        text_of(column, c->runs[i].row, text);
        table_text(t, text);
    }
}

struct names {
    char name[32], title[COMPARE_LABEL_BYTES + 32];
};

/* "run_12", "12 combo s1" */
static void name_column(const struct compare *c, size_t i, struct names *names)
{
    const struct row_column *id = rows_column(c->columns, "id");
    double number = rows_number(id, c->runs[i].row, (double)NAN);
    bool told = !strncmp(c->runs[i].label, "run ", 4);
    snprintf(names->name, sizeof names->name, "run_%.0f", number);
    if (told)
        str_copy(names->title, sizeof names->title, c->runs[i].label);
    else
        snprintf(names->title, sizeof names->title, "%.0f %s", number, c->runs[i].label);
}

/* A table with a column a run after the first one, which go first where there is no room. */
static int run_columns(struct table **out, const char *name, struct table_column first,
                       struct table_column each, const struct compare *c, struct err *e)
{
    struct table_column *columns = mem_alloc(c->n + 1, sizeof *columns);
    struct names *names = mem_alloc(c->n, sizeof *names);
    int result = -1;
    *out = NULL;
    if (!columns || !names) {
        mem_error(e, "the columns of a comparison", c->n * sizeof *columns);
        goto out;
    }
    columns[0] = first;
    for (size_t i = 0; i < c->n; i++) {
        name_column(c, i, &names[i]);
        columns[i + 1] = each;
        columns[i + 1].name = names[i].name;
        columns[i + 1].title = names[i].title;
        columns[i + 1].spare = i > 0;
    }
    result = table_new(out, name, false, columns, c->n + 1, e);
out:
    mem_free(columns);
    mem_free(names);
    return result;
}

int compare_settings(struct table **out, const struct compare *c, bool all, struct err *e)
{
    const struct table_column setting = {"setting", "setting", TABLE_TEXT, 0, false};
    const struct table_column each = {.kind = TABLE_TEXT};
    if (run_columns(out, "settings", setting, each, c, e))
        return -1;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->runs[i].n_options; k++)
            add_option(*out, c, i, k, all);
    for (size_t k = 0; c->n && provenance[k]; k++)
        add_provenance(*out, c, provenance[k], all);
    return 0;
}

int compare_settings_turned(struct table **out, const struct table *t, struct err *e)
{
    size_t n = t->n_cells / t->n_columns;
    struct table_column *columns = mem_alloc(n + 1, sizeof *columns);
    if (!columns)
        return mem_error(e, "the settings of runs", n * sizeof *columns);
    columns[0] = (struct table_column){"run", "run", TABLE_TEXT, 0, false};
    for (size_t i = 0; i < n; i++) {
        const char *setting = t->cells[i * t->n_columns].text;
        columns[i + 1] = (struct table_column){setting, setting, TABLE_TEXT, 0, i > 0};
    }
    int result = table_new(out, t->name, false, columns, n + 1, e);
    for (size_t k = 1; !result && k < t->n_columns; k++) {
        table_text(*out, t->columns[k].title);
        for (size_t i = 0; i < n; i++)
            table_text(*out, t->cells[i * t->n_columns + k].text);
    }
    mem_free(columns);
    return result;
}

/* --- figures --- */

/* A run's column, and whether its distance from the baseline's stands beside it. */
static const struct {
    const char *column, *name, *title;
    bool delta, spare;
} figures[] = {
    {"id", "id", "run", false, false},
    {"state", "state", "state", false, true},
    {"best_pc", "best_pc", "best PC", true, false},
    {"best_epoch", "best_epoch", "at", false, false},
    {"select", "select", "chosen on", false, false},
    {"last_pc", "last_pc", "last PC", true, false},
    {"epochs_done", "last_epoch", "at", false, false},
    {"best_mae", "best_mae", "MAE@best", true, true},
    {"last_mae", "last_mae", "last MAE", true, true},
    {"best_rmse", "best_rmse", "RMSE@best", true, true},
    {"last_rmse", "last_rmse", "last RMSE", true, true},
};

#define FIGURES (sizeof figures / sizeof *figures)

int compare_figures(struct table **out, const struct compare *c, struct err *e)
{
    const struct row_column *from[FIGURES];
    struct table_column made[2 * FIGURES + 2];
    char names[FIGURES][32];
    size_t n = 0;
    for (size_t k = 0; k < FIGURES; k++) {
        from[k] = rows_column(c->columns, figures[k].column);
        if (!from[k])
            continue;
        made[n] = rows_table_column(from[k]);
        made[n].name = figures[k].name;
        made[n].title = figures[k].title;
        made[n++].spare = figures[k].spare;
        if (k == 0)
            made[n++] = (struct table_column){"label", "what differs", TABLE_TEXT, 0, false};
        if (!figures[k].delta)
            continue;
        snprintf(names[k], sizeof names[k], "%s_delta", figures[k].name);
        made[n++] = (struct table_column){names[k], "delta", TABLE_DELTA, from[k]->digits,
                                          figures[k].spare};
    }
    made[n++] = (struct table_column){"baseline", "baseline", TABLE_FLAG, 0, true};
    if (table_new(out, "figures", false, made, n, e))
        return -1;
    for (size_t i = 0; i < c->n; i++) {
        const void *row = c->runs[i].row, *base = c->runs[c->baseline].row;
        for (size_t k = 0; k < FIGURES; k++) {
            if (!from[k])
                continue;
            if (from[k]->kind == ROW_TEXT)
                table_text(*out, rows_text(from[k], row));
            else
                rows_table_cell(*out, from[k], row, (double)NAN);
            if (k == 0)
                table_text(*out, c->runs[i].label);
            if (figures[k].delta && i == c->baseline)
                table_missing(*out);
            else if (figures[k].delta)
                table_real(*out, rows_number(from[k], row, (double)NAN) -
                                     rows_number(from[k], base, (double)NAN));
        }
        table_flag(*out, i == c->baseline);
    }
    return 0;
}

/* --- epochs --- */

int compare_figure_meant(struct compare_figure *figure, const char *said, struct err *e)
{
    struct row_column figures_of_phase[ROW_MOST_COLUMNS];
    const struct row_column *found;
    size_t n = 0;
    struct err none;
    for (const struct row_column *c = row_phase_columns; c->name; c++)
        if (!c->term)
            figures_of_phase[n++] = *c;
    figures_of_phase[n] = (struct row_column)ROW_END;
    figure->of_epoch = false;
    if ((found = rows_column_meant(row_epoch_columns, said, &none)) && found->kind == ROW_REAL &&
        !(found->use & ROW_TIME)) {
        figure->of_epoch = true;
        figure->column = found;
        return 0;
    }
    if (!(found = rows_column_meant(figures_of_phase, said, e)))
        return -1;
    figure->column = rows_column(row_phase_columns, found->name);
    return 0;
}

static double value_of(const struct compare_run *run, const struct epoch_row *epoch,
                       const struct compare_figure *f)
{
    const struct phase_row *phase = row_phase(epoch, &row_phases[f->phase]);
    if (!f->term)
        return f->of_epoch ? rows_number(f->column, epoch, (double)NAN)
               : phase     ? rows_number(f->column, phase, (double)NAN)
                           : (double)NAN;
    for (size_t i = 0; phase && i < run->n_terms && i < ROW_MAX_TERMS; i++)
        if (!strcmp(run->terms[i].name, f->term))
            return phase->term[i];
    return NAN;
}

/* The least epoch among those that the runs are at; INT_MAX after the last. */
static int next_epoch(const struct compare *c, const size_t *at)
{
    int next = INT_MAX;
    for (size_t i = 0; i < c->n; i++)
        if (at[i] < c->runs[i].n_epochs && c->runs[i].epochs[at[i]].epoch < next)
            next = c->runs[i].epochs[at[i]].epoch;
    return next;
}

static void add_epoch(struct table *t, const struct compare *c, const struct compare_figure *f,
                      size_t *at, int epoch)
{
    table_int(t, epoch);
    for (size_t i = 0; i < c->n; i++) {
        const struct compare_run *run = &c->runs[i];
        bool has = at[i] < run->n_epochs && run->epochs[at[i]].epoch == epoch;
        table_real(t, has ? value_of(run, &run->epochs[at[i]++], f) : (double)NAN);
    }
}

int compare_epochs(struct table **out, const struct compare *c, const struct compare_figure *f,
                   struct err *e)
{
    const struct table_column first = {"epoch", "epoch", TABLE_INT, 0, false};
    const struct table_column each = {.kind = TABLE_REAL,
                                      .digits = f->term ? 4 : f->column->digits};
    size_t *at = mem_alloc(c->n, sizeof *at);
    char name[64];
    snprintf(name, sizeof name, "%s %s",
             f->of_epoch && !f->term ? "epochs:" : row_phases[f->phase].name,
             f->term ? f->term : f->column->name);
    if (!at)
        return mem_error(e, "the epochs of a comparison", c->n * sizeof *at);
    int result = run_columns(out, name, first, each, c, e);
    for (int epoch; !result && (epoch = next_epoch(c, at)) != INT_MAX;)
        add_epoch(*out, c, f, at, epoch);
    mem_free(at);
    return result;
}

/* --- warnings --- */

/* Known values that are not the same. */
static bool disagree(const struct compare *c, const char *name)
{
    const struct row_column *column = rows_column(c->columns, name);
    char known[ROW_TEXT_BYTES] = "", text[ROW_TEXT_BYTES];
    for (size_t i = 0; column && i < c->n; i++) {
        text_of(column, c->runs[i].row, text);
        if (known[0] && text[0] && strcmp(known, text))
            return true;
        if (text[0])
            str_copy(known, sizeof known, text);
    }
    return false;
}

void compare_warn(const struct compare *c, struct str *out)
{
    if (disagree(c, "protocol") || disagree(c, "fold"))
        str_add(out, "The runs are tested on other images (protocol or fold): their figures are "
                     "not comparable one by one.");
    else if (disagree(c, "data_hash") || disagree(c, "test_images"))
        str_add(out, "The runs have other data (data hash): their figures are not comparable.");
}
