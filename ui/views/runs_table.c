/* runs_table.c - the columns of the list of runs, one descriptor each, in the order of the screen.
 * Screen thread only.
 */
#include "ui/views/runs_table.h"

#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>

#define UNUSED __attribute__((unused))
#define CELL(name)                                                                                 \
    static void cell_##name(UNUSED const struct pen *pen, UNUSED const struct ui_model *m,         \
                            const struct ui_run *r, UNUSED const struct runs_column *by,           \
                            struct grid_cell *cell)

static const void *field_of(const struct ui_run *r, const struct runs_column *by)
{
    return (const char *)r + by->offset;
}

CELL(text)
{
    str_copy(cell->text, sizeof cell->text, *(const char *const *)field_of(r, by));
}

CELL(figure)
{
    cell->figure = *(const double *)field_of(r, by);
    cell->decimals = 4;
    if (!isfinite(cell->figure))
        cell->role = ROLE_DIM;
}

CELL(state)
{
    const char *state = facts_state(r, &m->live);
    cell->role = facts_state_role(state);
    snprintf(cell->text, sizeof cell->text, "%s %s", facts_state_sign(pen, state), state);
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
    snprintf(cell->text, sizeof cell->text, "%d/%d", r->epochs_done, r->epochs);
    cell->fraction = facts_done(r, &m->live);
    cell->has_bar = cell->fraction < 1; /* full ones would be a wall without news */
    cell->bar_role = facts_state_role(facts_state(r, &m->live));
}

CELL(speed)
{
    facts_speed(pen, m->live.run == r->id ? m->live.images_per_s : r->images_per_s, cell->text,
                sizeof cell->text);
}

CELL(eta)
{
    if (m->live.run == r->id && isfinite(m->live.eta_s))
        str_duration(cell->text, sizeof cell->text, m->live.eta_s);
}

CELL(age)
{
    facts_age(m->now - r->created, cell->text, sizeof cell->text);
}

#define COLUMN(title, least, most, priority, right, role, sorted_by, sort, field, cell)            \
    {                                                                                              \
        {title, least, most, priority, right}, ROLE_##role, sorted_by, RUNS_##sort,                \
            offsetof(struct ui_run, field), cell_##cell                                            \
    }

/* Title, cells at least and at most, priority, at the right; role; what sorting by it is called,
 * its kind and field; the cell. */
const struct runs_column runs_columns[RUNS_COLUMNS] = {
    COLUMN("state", 10, 16, 0, false, TEXT, "state", BY_TEXT, state, state),
    COLUMN("name", 24, 60, 0, false, TITLE, "name", BY_TEXT, name, text),
    COLUMN("data", 24, 40, 6, false, TEXT, "data", BY_TEXT, data, data),
    COLUMN("backbone", 14, 20, 8, false, TEXT, "backbone", BY_TEXT, backbone, text),
    COLUMN("loss", 16, 24, 3, false, TEXT, "loss", BY_TEXT, loss, loss),
    COLUMN("epochs", 7, 24, 1, true, TEXT, "epochs", BY_COUNT, epochs_done, epochs),
    COLUMN("PC", 6, 8, 1, true, TITLE, "best PC", MOST_FIRST, best_pc, figure),
    COLUMN("MAE", 6, 8, 2, true, TEXT, "best MAE", LEAST_FIRST, best_mae, figure),
    COLUMN("RMSE", 6, 8, 4, true, TEXT, "best RMSE", LEAST_FIRST, best_rmse, figure),
    COLUMN("last PC", 7, 8, 9, true, TEXT, "last PC", MOST_FIRST, last_pc, figure),
    COLUMN("img/s", 6, 8, 7, true, TEXT, "images/s", MOST_FIRST, images_per_s, speed),
    COLUMN("ETA", 6, 8, 11, true, TEXT, "", NOT_SORTED, id, eta),
    COLUMN("age", 4, 7, 5, true, DIM, "age", AS_THEY_ARE, id, age),
};
