/* runs_table.c - the columns of the list of runs, one descriptor each, in the order of the screen.
 * Screen thread only.
 */
#include "ui/views/runs_table.h"

#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define UNUSED __attribute__((unused))
#define CELL(name)                                                                                 \
    static void cell_##name(UNUSED const struct pen *pen, UNUSED const struct ui_model *m,         \
                            const struct ui_run *r, struct grid_cell *cell)
#define TEXT_CELL(field)                                                                           \
    CELL(field)                                                                                    \
    {                                                                                              \
        str_copy(cell->text, sizeof cell->text, r->field);                                         \
    }
#define FIGURE_CELL(field)                                                                         \
    CELL(field)                                                                                    \
    {                                                                                              \
        figure(cell, r->field);                                                                    \
    }

static void figure(struct grid_cell *cell, double value)
{
    cell->figure = value;
    cell->decimals = 4;
    if (!isfinite(value))
        cell->role = ROLE_DIM;
}

TEXT_CELL(experiment)
TEXT_CELL(name)
TEXT_CELL(backbone)
TEXT_CELL(tags)
FIGURE_CELL(best_pc)
FIGURE_CELL(best_mae)
FIGURE_CELL(best_rmse)
FIGURE_CELL(last_pc)

CELL(id)
{
    snprintf(cell->text, sizeof cell->text, "%lld", (long long)r->id);
}

CELL(state)
{
    const struct snapshot *now = ui_run_now(m, r->id);
    const char *state = facts_state(r, now);
    bool prepares = now && (now->phase == SNAPSHOT_DECODING || now->phase == SNAPSHOT_PLANNING);
    cell->role = facts_state_role(state);
    snprintf(cell->text, sizeof cell->text, "%s %s", facts_state_sign(pen, state),
             prepares ? snapshot_phase_name(now->phase) : state);
}

CELL(data)
{
    facts_data(r, cell->text, sizeof cell->text);
}

CELL(loss)
{
    facts_loss(r, cell->text, sizeof cell->text);
}

CELL(epochs)
{
    const struct snapshot *now = ui_run_now(m, r->id);
    cell->fraction = facts_done(r, now);
    /* Tenths, so that it moves within a long epoch; none is called done before it is. */
    if (now)
        snprintf(cell->text, sizeof cell->text, "%.1f/%d",
                 floor(cell->fraction * r->epochs * 10 + 1e-6) / 10, r->epochs);
    else
        snprintf(cell->text, sizeof cell->text, "%d/%d", r->epochs_done, r->epochs);
    cell->has_bar = cell->fraction < 1; /* full ones would be a wall without news */
    cell->bar_role = facts_state_role(facts_state(r, now));
}

CELL(curve)
{
    facts_curve(pen, &r->curve, cell->text, sizeof cell->text);
}

CELL(speed)
{
    const struct snapshot *now = ui_run_now(m, r->id);
    facts_speed(pen, now ? now->images_per_s : r->images_per_s, cell->text, sizeof cell->text);
}

CELL(eta)
{
    const struct snapshot *now = ui_run_now(m, r->id);
    if (now && isfinite(now->eta_s))
        str_duration(cell->text, sizeof cell->text, now->eta_s);
}

CELL(age)
{
    facts_age(m->now - r->created, cell->text, sizeof cell->text);
}

CELL(disk)
{
    if (r->disk_bytes > 0)
        str_bytes(cell->text, sizeof cell->text, (double)r->disk_bytes);
}

/* Title, cells at least and at most, priority, at the right; key and column that sort; role; cell.
 */
const struct runs_column runs_columns[RUNS_COLUMNS] = {
    {{"run", 1, 8, 0, true}, 'r', "id", ROLE_DIM, cell_id},
    {{"state", 10, 16, 0, false}, 's', "state", ROLE_TEXT, cell_state},
    {{"experiment", 10, 24, 4, false}, 'x', "experiment", ROLE_TEXT, cell_experiment},
    {{"name", 24, 60, 0, false}, 'n', "name", ROLE_TITLE, cell_name},
    {{"data", 20, 40, 9, false}, 'd', "data", ROLE_TEXT, cell_data},
    {{"backbone", 12, 20, 10, false}, 'b', "backbone", ROLE_TEXT, cell_backbone},
    {{"loss", 14, 24, 5, false}, 'l', "loss", ROLE_TEXT, cell_loss},
    {{"epochs", 7, 24, 1, true}, 'e', "epochs_done", ROLE_TEXT, cell_epochs},
    {{"PC curve", 8, 8, 3, false}, 0, "", ROLE_BAR, cell_curve},
    {{"best PC", 8, 8, 1, true}, 'p', "best_pc", ROLE_TITLE, cell_best_pc},
    {{"MAE", 6, 8, 2, true}, 'm', "best_mae", ROLE_TEXT, cell_best_mae},
    {{"RMSE", 6, 8, 6, true}, 'R', "best_rmse", ROLE_TEXT, cell_best_rmse},
    {{"last PC", 7, 8, 8, true}, 'P', "last_pc", ROLE_TEXT, cell_last_pc},
    {{"img/s", 6, 8, 11, true}, 'i', "images_per_s", ROLE_TEXT, cell_speed},
    {{"ETA", 6, 8, 12, true}, 0, "", ROLE_TEXT, cell_eta},
    {{"disk", 5, 10, 13, true}, 'D', "disk_bytes", ROLE_DIM, cell_disk},
    {{"tags", 4, 20, 14, false}, 't', "tag", ROLE_TEXT, cell_tags},
    {{"age", 4, 7, 7, true}, 'a', "age_s", ROLE_DIM, cell_age},
};

int runs_column_of_key(wchar_t key)
{
    for (int i = 0; i < RUNS_COLUMNS; i++)
        if (key && runs_columns[i].key == (char)key && key < 128)
            return i;
    return -1;
}

/* "sort by  r run  s state ..." from column `from` on; the first that did not fit. */
static int draw_sort_line(struct pen *pen, struct rect at, int from)
{
    int x = at.x + pen_text(pen, at.y, at.x, at.columns, ROLE_TITLE, from ? "" : "sort by  ");
    for (; from < RUNS_COLUMNS; from++) {
        const struct runs_column *c = &runs_columns[from];
        char key[2] = {c->key, '\0'};
        if (!c->key)
            continue;
        if (x + 2 + (int)strlen(c->head.title) > at.x + at.columns)
            break;
        x += pen_text(pen, at.y, x, 1, ROLE_KEY, key) + 1;
        x += pen_text(pen, at.y, x, 16, ROLE_TEXT, c->head.title) + 2;
    }
    return from;
}

void runs_table_draw_keys(struct pen *pen, struct rect *rows)
{
    struct rect at = {rows->y, rows->x + 2, 1, rows->columns - 4};
    int cells = 9, from = 0; /* "sort by  " */
    for (int i = 0; i < RUNS_COLUMNS; i++)
        cells += runs_columns[i].key ? 4 + (int)strlen(runs_columns[i].head.title) : 0;
    int lines = 1 + cells / (at.columns - 12); /* a line's end may be too short for the next */
    rows->rows -= lines;
    at.y += rows->rows;
    for (int i = 0; i < lines; i++, at.y++)
        from = draw_sort_line(pen, at, from);
}

void ui_mdoc_columns(struct str *out)
{
    str_add(out, ".Bl -column \"experiment\" \"key\" \"experiment\"\n"
                 ".It Sy column Ta Sy key Ta Sy in filters\n");
    for (int i = 0; i < RUNS_COLUMNS; i++) {
        const struct runs_column *c = &runs_columns[i];
        if (c->key)
            str_addf(out, ".It %s Ta Ic %c Ta %s\n", c->head.title, c->key, c->name);
    }
    str_add(out, ".El\n");
}
