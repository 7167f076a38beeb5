/* runs_table.c - the columns of the list of runs, one descriptor each, in the order of the screen.
 * Screen thread only.
 */
#include "ui/views/runs_table.h"

#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>

#define CELL_ARGUMENTS                                                                             \
    const struct pen *pen, const struct ui_model *m, const struct ui_run *r, struct grid_cell *cell

static void put(struct grid_cell *cell, enum role role, const char *text)
{
    cell->role = role;
    str_copy(cell->text, sizeof cell->text, text);
}

static void put_figure(const struct pen *pen, struct grid_cell *cell, enum role role, double value)
{
    pen_figure(pen, cell->text, sizeof cell->text, "%.4f", value);
    cell->role = isfinite(value) ? role : ROLE_DIM;
}

static void cell_state(CELL_ARGUMENTS)
{
    const char *state = facts_state(r, &m->live);
    cell->role = facts_state_role(state);
    snprintf(cell->text, sizeof cell->text, "%s %s", facts_state_sign(pen, state), state);
}

static void cell_name(CELL_ARGUMENTS)
{
    (void)pen;
    (void)m;
    put(cell, ROLE_TITLE, r->name);
}

static void cell_data(CELL_ARGUMENTS)
{
    (void)pen;
    (void)m;
    facts_data(r, cell->text, sizeof cell->text);
}

static void cell_backbone(CELL_ARGUMENTS)
{
    (void)pen;
    (void)m;
    put(cell, ROLE_TEXT, r->backbone);
}

static void cell_loss(CELL_ARGUMENTS)
{
    (void)pen;
    (void)m;
    facts_loss(r, cell->text, sizeof cell->text);
}

static void cell_epochs(CELL_ARGUMENTS)
{
    (void)pen;
    snprintf(cell->text, sizeof cell->text, "%d/%d", r->epochs_done, r->epochs);
    cell->fraction = facts_done(r, &m->live);
    cell->has_bar = cell->fraction < 1; /* full ones would be a wall without news */
    cell->bar_role = facts_state_role(facts_state(r, &m->live));
}

static void cell_pc(CELL_ARGUMENTS)
{
    (void)m;
    put_figure(pen, cell, ROLE_TITLE, r->best_pc);
}

static void cell_mae(CELL_ARGUMENTS)
{
    (void)m;
    put_figure(pen, cell, ROLE_TEXT, r->best_mae);
}

static void cell_rmse(CELL_ARGUMENTS)
{
    (void)m;
    put_figure(pen, cell, ROLE_TEXT, r->best_rmse);
}

static void cell_last_pc(CELL_ARGUMENTS)
{
    (void)m;
    put_figure(pen, cell, ROLE_TEXT, r->last_pc);
}

static void cell_speed(CELL_ARGUMENTS)
{
    facts_speed(pen, m->live.run == r->id ? m->live.images_per_s : r->images_per_s, cell->text,
                sizeof cell->text);
}

static void cell_eta(CELL_ARGUMENTS)
{
    (void)pen;
    if (m->live.run == r->id && isfinite(m->live.eta_s))
        str_duration(cell->text, sizeof cell->text, m->live.eta_s);
}

static void cell_age(CELL_ARGUMENTS)
{
    (void)pen;
    cell->role = ROLE_DIM;
    facts_age(m->now - r->created, cell->text, sizeof cell->text);
}

#define FIELD(field) offsetof(struct ui_run, field)

/* Title, cells at least and at most, priority, right; what sorts; cells. */
const struct runs_column runs_columns[RUNS_COLUMNS] = {
    {{"state", 10, 16, 0, false}, "state", RUNS_BY_TEXT, FIELD(state), cell_state},
    {{"name", 24, 60, 0, false}, "name", RUNS_BY_TEXT, FIELD(name), cell_name},
    {{"data", 24, 40, 6, false}, "data", RUNS_BY_TEXT, FIELD(data), cell_data},
    {{"backbone", 14, 20, 8, false}, "backbone", RUNS_BY_TEXT, FIELD(backbone), cell_backbone},
    {{"loss", 16, 24, 3, false}, "loss", RUNS_BY_TEXT, FIELD(loss), cell_loss},
    {{"epochs", 7, 24, 1, true}, "epochs", RUNS_BY_COUNT, FIELD(epochs_done), cell_epochs},
    {{"PC", 6, 8, 1, true}, "best PC", RUNS_MOST_FIRST, FIELD(best_pc), cell_pc},
    {{"MAE", 6, 8, 2, true}, "best MAE", RUNS_LEAST_FIRST, FIELD(best_mae), cell_mae},
    {{"RMSE", 6, 8, 4, true}, "best RMSE", RUNS_LEAST_FIRST, FIELD(best_rmse), cell_rmse},
    {{"last PC", 7, 8, 9, true}, "last PC", RUNS_MOST_FIRST, FIELD(last_pc), cell_last_pc},
    {{"img/s", 6, 8, 7, true}, "images/s", RUNS_MOST_FIRST, FIELD(images_per_s), cell_speed},
    {{"ETA", 6, 8, 11, true}, "", RUNS_NOT_SORTED, 0, cell_eta},
    {{"age", 4, 5, 5, true}, "age", RUNS_AS_THEY_ARE, 0, cell_age},
};
