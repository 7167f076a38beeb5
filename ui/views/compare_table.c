/* compare_table.c - values, figures and settings of runs side by side. Screen thread only. */
#include "ui/views/compare_table.h"

#include "base/str.h"
#include "results/rows_columns.h"
#include "results/table.h"
#include "ui/facts.h"
#include "ui/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TITLE_BYTES 64

/* Columns beside those that stand for a figure of the run's row. */
enum { BY_ROW, RUN, LABEL, VALUE, VALUE_DELTA, STATE };

static const struct shown {
    struct column head;
    int what;
    const char *figure; /* BY_ROW: the run's column; a delta's is that of the one before */
    bool delta;
    int decimals;
} shown[] = {
    {{"run", 1, 8, 0, true}, RUN, NULL, false, -1},
    {{"what differs", 20, 48, 2, false}, LABEL, NULL, false, -1},
    {{"", 10, 32, 1, true}, VALUE, NULL, false, 4},
    {{"delta", 8, 9, 1, true}, VALUE_DELTA, NULL, true, 4},
    {{"best PC", 7, 8, 2, true}, BY_ROW, "best_pc", false, 4},
    {{"delta", 7, 9, 3, true}, BY_ROW, "best_pc", true, 4},
    {{"at", 2, 6, 4, true}, BY_ROW, "best_epoch", false, -1},
    {{"last PC", 7, 8, 5, true}, BY_ROW, "last_pc", false, 4},
    {{"delta", 7, 9, 6, true}, BY_ROW, "last_pc", true, 4},
    {{"at", 2, 6, 7, true}, BY_ROW, "epochs_done", false, -1},
    {{"MAE@best", 8, 8, 8, true}, BY_ROW, "best_mae", false, 4},
    {{"delta", 7, 9, 9, true}, BY_ROW, "best_mae", true, 4},
    {{"RMSE@best", 9, 9, 11, true}, BY_ROW, "best_rmse", false, 4},
    {{"delta", 7, 9, 12, true}, BY_ROW, "best_rmse", true, 4},
    {{"state", 10, 12, 10, false}, STATE, NULL, false, -1},
};

#define SHOWN (int)(sizeof shown / sizeof *shown)

/* What is the same for all cells of a column, found once a frame. */
struct columns {
    const struct compare_told *told;
    const struct row_column *of[SHOWN]; /* the runs', or NULL */
    double best[SHOWN], base[SHOWN];    /* NaN = there is none; of the baseline */
};

static double number_of(const struct columns *all, int k, size_t line)
{
    const struct compare_told *t = all->told;
    if (shown[k].what == VALUE || shown[k].what == VALUE_DELTA)
        return compare_read(t->axes, t->set, t->model, t->curve, line);
    const struct row_column *c = all->of[k];
    struct groups_mean mean = {.n = 0};
    for (size_t i = 0; c && i < t->set->lines[line].n; i++)
        if (compare_set_counts(t->set, t->model, line, i))
            groups_add(&mean,
                       rows_number(c, compare_set_row(t->set, t->model, line, i), t->model->now));
    return groups_mean_of(&mean);
}

/* 1 = the greater is better, -1 = the less, 0 = neither. */
static int better_of(const struct columns *all, int k)
{
    const struct row_column *c = all->of[k];
    if (shown[k].what == VALUE || shown[k].what == VALUE_DELTA)
        return all->told->curve->better;
    return !c || !(c->use & ROW_BEST) ? 0 : c->use & ROW_RISING ? -1 : 1;
}

/* The best of a column's values, where some are worse than it. */
static double best_of(const struct columns *all, int k)
{
    int better = better_of(all, k);
    double best = NAN, worst = NAN;
    for (size_t i = 0; better && !shown[k].delta && i < all->told->set->n; i++) {
        double value = better * number_of(all, k, i);
        best = fmax(best, value);
        worst = fmin(worst, value);
    }
    return best > worst ? better * best : (double)NAN;
}

static void find_columns(struct columns *all, const struct compare_told *told)
{
    all->told = told;
    for (int k = 0; k < SHOWN; k++)
        all->of[k] = shown[k].figure ? rows_column(told->set->columns, shown[k].figure) : NULL;
    for (int k = 0; k < SHOWN; k++) {
        all->best[k] = best_of(all, k);
        all->base[k] = number_of(all, k, told->set->baseline);
    }
}

static void fill_delta(const struct columns *all, const struct pen *pen, int k, size_t line,
                       struct grid_cell *cell)
{
    const struct compare_told *t = all->told;
    const struct shown *s = &shown[k];
    double delta = number_of(all, k, line) - all->base[k];
    int better = better_of(all, k);
    cell->role = ROLE_DIM;
    if (line == t->set->baseline) {
        str_copy(cell->text, sizeof cell->text, s->what == VALUE_DELTA ? "baseline" : "");
        return;
    }
    if (!isfinite(delta)) {
        str_copy(cell->text, sizeof cell->text, pen->glyphs->none);
        return;
    }
    cell->text[0] = '+';
    str_figure(cell->text + (delta > 0), sizeof cell->text - 1, delta, s->decimals, 8);
    if (better && delta != 0)
        cell->role = better * delta > 0 ? ROLE_GOOD : ROLE_TEXT;
}

static void fill_figure(const struct columns *all, int k, size_t line, struct grid_cell *cell)
{
    const struct shown *s = &shown[k];
    double value = number_of(all, k, line);
    if (s->decimals < 0) {
        cell->role = ROLE_DIM;
        if (isfinite(value) && value > 0) /* before the first epoch there is no figure at one */
            snprintf(cell->text, sizeof cell->text, "%.0f", value);
        return;
    }
    cell->figure = value;
    cell->decimals = s->decimals;
    cell->role = !isfinite(value)        ? ROLE_DIM
                 : value == all->best[k] ? ROLE_BEST
                 : s->what == VALUE      ? ROLE_TITLE
                                         : ROLE_TEXT;
}

/* How many runs of a group there are, and how many of them the figures are of. */
static void fill_count(const struct compare_told *t, size_t line, struct grid_cell *cell)
{
    size_t n = t->set->lines[line].n, counted = t->set->lines[line].finished;
    if (counted == n)
        snprintf(cell->text, sizeof cell->text, "%zu runs", n);
    else
        snprintf(cell->text, sizeof cell->text, "%zu of %zu", counted, n);
    if (counted < n)
        cell->role = ROLE_WARN;
}

static void fill(const void *context, const struct pen *pen, size_t line, int column,
                 struct grid_cell *cell)
{
    const struct columns *all = context;
    const struct compare_told *t = all->told;
    const struct ui_run *run = compare_set_row(t->set, t->model, line, 0);
    const char *state = facts_state(run, ui_run_now(t->model, run->id));
    switch (shown[column].what) {
    case RUN:
        cell->role = ROLE_DIM;
        snprintf(cell->text, sizeof cell->text, "%lld", (long long)run->id);
        return;
    case LABEL:
        cell->role = ROLE_TITLE;
        str_copy(cell->text, sizeof cell->text, t->set->lines[line].label);
        return;
    case STATE:
        if (t->set->lines[line].n > 1) {
            fill_count(t, line, cell);
            return;
        }
        cell->role = facts_state_role(state);
        snprintf(cell->text, sizeof cell->text, "%s %s", facts_state_sign(pen, state), state);
        return;
    default:
        if (shown[column].delta)
            fill_delta(all, pen, column, line, cell);
        else
            fill_figure(all, column, line, cell);
    }
}

/* Lines that no chart has room for have none. */
static wchar_t sign(const void *context, const struct pen *pen, size_t line, enum role *role)
{
    const struct compare_told *t = ((const struct columns *)context)->told;
    const struct mark *look = &t->set->lines[line].look;
    if (!compare_set_drawn(t->set, line, compare_set_line(t->set, t->axes->selected)))
        return 0;
    *role = marks_role(look);
    return marks_sign(look, pen->glyphs);
}

/* "PC at epoch 41", "PC at 12.5 min", "last PC" */
static void name_value(const struct compare_told *t, char to[TITLE_BYTES])
{
    struct compare_span span = compare_span_of(t->axes, t->model);
    char at[32];
    str_shortest(at, sizeof at, t->axes->at / span.unit, 4);
    if (!t->axes->reading)
        snprintf(to, TITLE_BYTES, "%.20s at end", t->curve->title);
    else if (t->axes->by_time)
        snprintf(to, TITLE_BYTES, "%.20s at %s %s", t->curve->title, at, span.name);
    else
        snprintf(to, TITLE_BYTES, "%.20s at %s", t->curve->title, at);
}

void compare_table_draw(const struct compare_told *told, struct pen *pen, struct rect head,
                        struct rect rows, struct grid_place *place)
{
    struct column columns[SHOWN];
    char title[TITLE_BYTES];
    struct columns all;
    find_columns(&all, told);
    name_value(told, title);
    for (int i = 0; i < SHOWN; i++) {
        columns[i] = shown[i].head;
        if (shown[i].what == VALUE)
            columns[i].title = title;
    }
    struct grid grid = {.columns = columns,
                        .n_columns = SHOWN,
                        .n = told->set->n,
                        .cell = fill,
                        .sign = sign,
                        .context = &all,
                        .sorted = -1};
    memset(place->before, 0, sizeof place->before); /* another figure is as wide as it is */
    memset(place->after, 0, sizeof place->after);
    grid_draw(pen, head, rows, &grid, place);
}

/* --- settings --- */

size_t compare_settings_count(const struct compare_set *set)
{
    return set->settings ? set->settings->n_cells / set->settings->n_columns : 0;
}

static void fill_setting(const void *context, const struct pen *pen, size_t line, int column,
                         struct grid_cell *cell)
{
    const struct compare_told *t = context;
    const struct table *table = t->set->settings;
    const struct table_cell *from = &table->cells[line * table->n_columns + (size_t)column];
    const struct table_cell *base = &table->cells[line * table->n_columns + 1 + t->set->baseline];
    str_copy(cell->text, sizeof cell->text, from->text[0] ? from->text : pen->glyphs->none);
    if (!column)
        cell->role = ROLE_DIM;
    else if (strcmp(from->text, base->text))
        cell->role = ROLE_TITLE; /* what is other than the baseline's is brightest */
}

void compare_settings_draw(const struct compare_told *t, struct pen *pen, struct rect at,
                           struct grid_place *place, bool active)
{
    static const struct column first = {"what differs", 14, 20, 0, false};
    struct column columns[GRID_MOST_COLUMNS];
    char titles[GRID_MOST_COLUMNS][32], sign_text[8];
    struct rect head = {at.y, at.x, 1, at.columns};
    struct rect rows = {at.y + 1, at.x, at.rows - 1, at.columns};
    size_t n = compare_settings_count(t->set);
    if (!n) {
        pen_text(pen, at.y + 1, at.x + 2, at.columns - 2, ROLE_DIM,
                 t->set->n < 2          ? "Space in the list of runs marks what is compared here."
                 : t->model->n_compared ? "Their settings are the same."
                                        : "Reading the settings ...");
        return;
    }
    int runs = t->set->n < GRID_MOST_COLUMNS - 1 ? (int)t->set->n : GRID_MOST_COLUMNS - 1;
    columns[0] = first;
    for (int i = 0; i < runs; i++) {
        sign_text[text_encode(marks_sign(&t->set->lines[i].look, pen->glyphs), sign_text)] = '\0';
        snprintf(titles[i], sizeof titles[i], "%s %lld", sign_text,
                 (long long)t->set->lines[i].run);
        columns[1 + i] = (struct column){titles[i], 8, 24, 1 + i, false};
    }
    struct grid grid = {.columns = columns,
                        .n_columns = 1 + runs,
                        .n = n,
                        .cell = fill_setting,
                        .context = t,
                        .sorted = -1};
    struct grid_place shown_at = *place;
    if (!active)
        shown_at.at = -1;
    grid_draw(pen, head, rows, &grid, active ? place : &shown_at);
}
