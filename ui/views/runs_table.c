/* runs_table.c - the columns of the list of runs: what is in a cell, and which columns there is
 * room for. Screen thread only.
 */
#include "ui/views/runs_table.h"

#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARGIN 2 /* for the mark of the selected line */

enum {
    COL_STATE,
    COL_NAME,
    COL_DATA,
    COL_BACKBONE,
    COL_LOSS,
    COL_EPOCHS,
    COL_PC,
    COL_MAE,
    COL_RMSE,
    COL_LAST_PC,
    COL_SPEED,
    COL_ETA,
    COL_AGE,
};

static const struct column columns[RUNS_TABLE_COLUMNS] = {
    [COL_STATE] = {"state", 10, 10, 0, false}, [COL_NAME] = {"name", 24, 40, 0, false},
    [COL_DATA] = {"data", 18, 24, 6, false},   [COL_BACKBONE] = {"backbone", 10, 14, 8, false},
    [COL_LOSS] = {"loss", 11, 13, 3, false},   [COL_EPOCHS] = {"epochs", 7, 18, 1, true},
    [COL_PC] = {"PC", 6, 6, 1, true},          [COL_MAE] = {"MAE", 6, 6, 2, true},
    [COL_RMSE] = {"RMSE", 6, 6, 4, true},      [COL_LAST_PC] = {"last PC", 7, 7, 9, true},
    [COL_SPEED] = {"img/s", 6, 6, 7, true},    [COL_ETA] = {"ETA", 6, 6, 11, true},
    [COL_AGE] = {"age", 4, 4, 5, true},
};

/* The column that a key sorts, to mark it in the head. */
static const int column_of_key[RUNS_KEYS] = {COL_AGE,      COL_STATE, COL_NAME,    COL_DATA,
                                             COL_BACKBONE, COL_LOSS,  COL_EPOCHS,  COL_PC,
                                             COL_MAE,      COL_RMSE,  COL_LAST_PC, COL_SPEED};

void runs_table_layout(struct runs_table *t, int cells)
{
    layout_columns(columns, RUNS_TABLE_COLUMNS, cells - MARGIN - 1, t->places);
}

static void cell_epochs(struct pen *pen, int y, int x, int cells, const struct run_row *r,
                        const struct snapshot *live)
{
    char count[32];
    int digits = snprintf(count, sizeof count, "%d/%d", r->epochs_done, r->epochs);
    /* Counts of up to 200 epochs line up; longer ones take from the bar. */
    int bar = cells - (digits > 8 ? digits : 8);
    if (bar >= 4)
        pen_bar(pen, y, x, bar, facts_state_role(facts_state(r, live)), facts_done(r, live));
    pen_right(pen, y, bar >= 4 ? x + bar : x, bar >= 4 ? cells - bar : cells, ROLE_TEXT, count);
}

static void cell_eta(struct pen *pen, int y, int x, int cells, const struct run_row *r,
                     const struct snapshot *live)
{
    char text[32] = "";
    if (live->run == r->id && isfinite(live->eta_s))
        str_duration(text, sizeof text, live->eta_s);
    pen_right(pen, y, x, cells, ROLE_TEXT, text);
}

static void cell_figure(struct pen *pen, int y, int x, int cells, enum role role, double value)
{
    char text[32];
    pen_figure(pen, text, sizeof text, "%.4f", value);
    pen_right(pen, y, x, cells, isfinite(value) ? role : ROLE_DIM, text);
}

static void draw_cell(struct pen *pen, int y, int x, int cells, int which, const struct run_row *r,
                      const struct ui_model *m)
{
    char text[256];
    const char *state = facts_state(r, &m->live);
    switch (which) {
    case COL_STATE:
        pen_format(pen, y, x, cells, facts_state_role(state), "%s %s", facts_state_sign(pen, state),
                   state);
        return;
    case COL_NAME:
        pen_text(pen, y, x, cells, ROLE_TITLE, r->name);
        return;
    case COL_DATA:
        facts_data(r, text, sizeof text);
        pen_text(pen, y, x, cells, ROLE_TEXT, text);
        return;
    case COL_BACKBONE:
        pen_text(pen, y, x, cells, ROLE_TEXT, r->backbone);
        return;
    case COL_LOSS:
        facts_loss(r, text, sizeof text);
        pen_text(pen, y, x, cells, ROLE_TEXT, text);
        return;
    case COL_EPOCHS:
        cell_epochs(pen, y, x, cells, r, &m->live);
        return;
    case COL_PC:
        cell_figure(pen, y, x, cells, ROLE_TITLE, r->best_pc);
        return;
    case COL_MAE:
        cell_figure(pen, y, x, cells, ROLE_TEXT, r->best_mae);
        return;
    case COL_RMSE:
        cell_figure(pen, y, x, cells, ROLE_TEXT, r->best_rmse);
        return;
    case COL_LAST_PC:
        cell_figure(pen, y, x, cells, ROLE_TEXT, r->last_pc);
        return;
    case COL_SPEED:
        facts_speed(pen, m->live.run == r->id ? m->live.images_per_s : r->images_per_s, text,
                    sizeof text);
        pen_right(pen, y, x, cells, ROLE_TEXT, text);
        return;
    case COL_ETA:
        cell_eta(pen, y, x, cells, r, &m->live);
        return;
    case COL_AGE:
        facts_age(m->now - r->created, text, sizeof text);
        pen_right(pen, y, x, cells, ROLE_DIM, text);
        return;
    }
}

void runs_table_row(struct pen *pen, int y, int x, const struct runs_table *t,
                    const struct run_row *r, const struct ui_model *m)
{
    for (int c = 0; c < RUNS_TABLE_COLUMNS; c++)
        if (t->places[c].cells)
            draw_cell(pen, y, x + MARGIN + t->places[c].x, t->places[c].cells, c, r, m);
}

void runs_table_head(struct pen *pen, struct rect at, const struct runs_table *t, enum runs_key key,
                     bool reverse)
{
    pen_repeat(pen, at.y, at.x, at.columns, ROLE_HEAD, L' ');
    for (int i = 0; i < RUNS_TABLE_COLUMNS; i++) {
        int x = at.x + MARGIN + t->places[i].x, cells = t->places[i].cells;
        if (!cells)
            continue;
        char title[32];
        str_copy(title, sizeof title, columns[i].title);
        bool sorted = column_of_key[key] == i;
        if (columns[i].right)
            pen_right(pen, at.y, x, cells, ROLE_HEAD, title);
        else
            pen_text(pen, at.y, x, cells, ROLE_HEAD, title);
        if (!sorted)
            continue;
        int length = (int)strlen(title);
        int mark = columns[i].right ? x + cells - length - 1 : x + length;
        pen_glyph(pen, at.y, mark, ROLE_KEY,
                  reverse ? pen->glyphs->up_arrow : pen->glyphs->down_arrow);
    }
}
