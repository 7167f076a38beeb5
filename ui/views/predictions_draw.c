/* predictions_draw.c - the view of predictions around its pictures: figures, points, the list.
 * Screen thread only. */
#include "base/str.h"
#include "ui/facts.h"
#include "ui/views/predictions_priv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NARROW 80 /* no room for all of a title */

/* "best (epoch 12, chosen on test)", "last (epoch 60)" */
static void weights_text(const struct predictions_view *v, const struct ui_run *r, char *to,
                         size_t room)
{
    if (!r)
        str_copy(to, room, v->best ? "best" : "last");
    else if (!v->best)
        snprintf(to, room, "last (epoch %d)", r->epochs_done);
    else
        snprintf(to, room, "best (epoch %d%s%s)", r->best_epoch, r->select[0] ? ", chosen on " : "",
                 r->select);
}

static void draw_title(const struct predictions_view *v, struct pen *pen, const struct ui_run *r,
                       struct rect at)
{
    char title[512], weights[96];
    const char *dot = pen->glyphs->separator;
    str_copy(title, sizeof title, "Predictions");
    bool narrow = at.columns < NARROW;
    if (r)
        snprintf(title, sizeof title, "%s%s%lld%s%.300s", narrow ? "" : "Predictions",
                 narrow ? "run " : dot, (long long)r->id, dot, r->name);
    weights_text(v, r, weights, sizeof weights);
    pen_rule(pen, at.y, at.x, at.columns, title, v->run ? weights : "");
}

static void draw_figures(const struct predictions_view *v, struct pen *pen, struct rect at)
{
    const struct prediction_figures *f = &v->figures;
    char pc[32], mae[32], rmse[32], bias[32], line[256];
    pen_figure(pen, pc, sizeof pc, f->pc, 4, FACTS_CELLS);
    pen_figure(pen, mae, sizeof mae, f->mae, 4, FACTS_CELLS);
    pen_figure(pen, rmse, sizeof rmse, f->rmse, 4, FACTS_CELLS);
    pen_figure(pen, bias, sizeof bias, f->bias, 4, FACTS_CELLS);
    snprintf(line, sizeof line, "n %zu  PC %s  MAE %s  RMSE %s  bias %s%s", f->n, pc, mae, rmse,
             f->bias > 0 ? "+" : "", bias);
    if (f->n < v->n)
        snprintf(line + strlen(line), sizeof line - strlen(line), "  %zu left out: no numbers",
                 v->n - f->n);
    pen_items(pen, at.y, at.x + 2, at.columns - 3, ROLE_TEXT, "  ", line);
}

/* --- nothing to show --- */

static void missing_text(const struct predictions_view *v, const struct ui_run *r, char *to,
                         size_t room)
{
    const char *which = v->best ? "best" : "last", *other = v->best ? "last" : "best";
    int state = r ? run_state_of_name(r->state) : -1;
    if (r && r->imported[0])
        snprintf(to, room, "Run %lld was imported: what it predicts is not on record.",
                 (long long)r->id);
    else if (state == RUN_QUEUED)
        snprintf(to, room,
                 "Run %lld waits in the queue. r trains it; its predictions come with its weights.",
                 (long long)v->run);
    else if (state == RUN_RUNNING || state == RUN_PAUSED)
        snprintf(to, room,
                 "Run %lld has no %s weights yet, with which predictions come. c saves a "
                 "checkpoint now; o asks for its %s ones.",
                 (long long)v->run, which, other);
    else
        snprintf(to, room,
                 "Run %lld ended without %s weights, with which predictions come. o asks for its "
                 "%s ones, Tab goes to an older run.",
                 (long long)v->run, which, other);
}

static void draw_empty(const struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                       struct rect body)
{
    struct rect at = {body.y + 2, body.x + 2, body.rows - 2, body.columns - 4};
    char text[512];
    if (v->run && m->predictions.run == v->run && m->predictions.best == v->best) {
        missing_text(v, ui_run_find(m, v->run), text, sizeof text);
        pen_text(pen, at.y, at.x, at.columns, ROLE_TITLE,
                 m->predictions.n ? "Out of memory for the predictions." : "No predictions.");
        at.y += 2;
        at.rows -= 2;
        pen_wrap(pen, at, ROLE_TEXT, m->predictions.n ? "" : text);
    } else if (v->run || m->reading_runs) {
        pen_text(pen, at.y, at.x, at.columns, ROLE_DIM, "Reading the predictions ...");
    } else {
        pen_text(pen, at.y, at.x, at.columns, ROLE_TITLE, "No runs yet.");
        at.y += 2;
        at.rows -= 2;
        pen_wrap(pen, at, ROLE_TEXT,
                 m->can_train ? "Press n to launch one: what it says of each test image is shown "
                                "here when it has ended."
                              : "This screen only watches; combolab train --help says how to "
                                "train one from a shell.");
    }
}

/* --- points and the list --- */

struct scatter predictions_scatter(const struct predictions_view *v)
{
    bool errors = v->plot == PLOT_ERRORS;
    return (struct scatter){.title = errors ? "error" : "predicted",
                            .note = errors ? "line: no error" : "line: predicted = true",
                            .x_name = "true",
                            .points = errors ? v->errors : v->scores,
                            .n = v->n,
                            .marked = v->order[v->place.at],
                            .from_zero = errors};
}

static void draw_plot(struct predictions_view *v, struct pen *pen, struct rect at)
{
    const struct scatter scatter = predictions_scatter(v);
    v->plot_at = at;
    scatter_draw(pen, at, &scatter);
}

struct listed {
    const struct predictions_view *view;
    const struct prediction_row *rows;
};

static void fill(const void *context, const struct pen *pen, size_t line, int column,
                 struct grid_cell *cell)
{
    const struct listed *l = context;
    const struct prediction_row *r = &l->rows[l->view->order[line]];
    const struct predictions_column *c = &predictions_columns[column];
    double value = c->value ? c->value(r) : NAN;
    cell->decimals = -1;
    if (!c->value)
        predictions_name(r, cell->text, sizeof cell->text);
    else if (c->whole && value >= 1)
        snprintf(cell->text, sizeof cell->text, "%.0f", value);
    else if (c->whole)
        str_copy(cell->text, sizeof cell->text, pen->glyphs->none);
    else
        predictions_score(pen, value, column == PREDICTIONS_BY_ERROR, cell->text);
    if (c->value && !isfinite(value))
        cell->role = ROLE_DIM;
    else if (column == PREDICTIONS_BY_ERROR)
        cell->role = ROLE_TITLE;
}

/* Without classes their columns, the last ones, leave room for the images' names. */
static int columns_of(const struct ui_predictions *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (isfinite(p->rows[i].expectation) || p->rows[i].predicted_class > 0)
            return PREDICTIONS_COLUMNS;
    return PREDICTIONS_BY_ERROR + 1;
}

static void draw_sorting(struct pen *pen, struct rect *rows)
{
    int y = rows->y + --rows->rows, x = rows->x + 2, end = rows->x + rows->columns;
    x += pen_text(pen, y, x, end - x, ROLE_TITLE, "by ");
    for (int c = 0; c < PREDICTIONS_COLUMNS; c++) {
        const char key[] = {predictions_columns[c].key, '\0'};
        x += pen_text(pen, y, x, end - x, ROLE_KEY, key) + 1;
        x += pen_text(pen, y, x, end - x, ROLE_TEXT, predictions_columns[c].head.title) + 1;
    }
}

static void draw_list(struct predictions_view *v, struct pen *pen, const struct ui_predictions *p,
                      struct predictions_layout *l)
{
    struct column columns[PREDICTIONS_COLUMNS];
    const struct listed listed = {v, p->rows};
    for (int c = 0; c < PREDICTIONS_COLUMNS; c++)
        columns[c] = predictions_columns[c].head;
    if (v->sorting)
        draw_sorting(pen, &l->rows);
    grid_draw(pen, l->head, l->rows,
              &(struct grid){.columns = columns,
                             .n_columns = columns_of(p),
                             .n = v->n,
                             .cell = fill,
                             .context = &listed,
                             .sorted = v->sorted,
                             .reverse = v->reverse},
              &v->place);
}

void predictions_draw(struct predictions_view *v, struct pen *pen, const struct ui_model *m,
                      struct rect body)
{
    const struct ui_predictions *p = v->n ? predictions_shown(v, m) : NULL;
    struct predictions_layout l = layout_predictions(body, v->page == PAGE_WIDE);
    v->plot_at.rows = v->place.rows.rows = v->place.head.rows = 0;
    draw_title(v, pen, ui_run_find(m, v->run), l.title);
    if (!p) {
        draw_empty(v, pen, m, body);
        return;
    }
    if (v->page == PAGE_EXTREMES) {
        const struct pictures_layout pictures = layout_pictures(body);
        predictions_extremes(v, pen, m, &pictures);
        return;
    }
    v->narrow = !l.plot.rows;
    draw_figures(v, pen, l.figures);
    predictions_picture(v, pen, m, &l);
    if (v->page == PAGE_WIDE)
        return;
    draw_list(v, pen, p, &l);
    if (!v->narrow)
        draw_plot(v, pen, l.plot);
    else if (v->no_image)
        draw_plot(v, pen, l.picture);
}
