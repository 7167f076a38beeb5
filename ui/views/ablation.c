/* ablation.c - an experiment's losses as a table of means, live while runs come in. Screen thread
 * only.
 *
 * The tables are those that `combolab ablation` prints; they are made when the model has another
 * ablation, or another figure is to stand first.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/ablation_tables.h"
#include "ui/cells.h"
#include "ui/edit.h"
#include "ui/view.h"
#include "ui/views/ablation_details.h"
#include "ui/views/ablation_needed.h"
#include "ui/views/ablation_strips.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct ablation_view {
    struct ui_ablation wanted; /* experiment "": that of the newest run */
    int first;                 /* the figure that stands first */
    bool behind;               /* runs and SQL instead of words */
    bool asks;                 /* whether needed runs are to be queued */
    struct cells_place place;
    struct table *cells, *differences; /* NULL: not made */
    struct ablation_part *parts;       /* what stands in the columns of cells */
    struct ablation_shown shown;       /* what they were made for: */
    uint64_t made_of;                  /* the ablation's version */
    int made_first;
    bool made_ascii;
    char filter[EDIT_BYTES];
    struct ui_figure figure; /* asked for by the last key */
};

static void forget(struct ablation_view *v)
{
    table_free(v->cells);
    table_free(v->differences);
    mem_free(v->parts);
    v->cells = v->differences = NULL;
    v->parts = NULL;
}

static void fini(void *state)
{
    forget(state);
}

static void choose(struct ablation_view *v, const char *experiment)
{
    if (!strcmp(v->wanted.experiment, experiment))
        return;
    v->wanted = (struct ui_ablation){.at = v->wanted.at};
    str_copy(v->wanted.experiment, sizeof v->wanted.experiment, experiment);
    v->place = (struct cells_place){.column = 1};
}

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    const struct ui_run *r = ui_run_find(m, run);
    if (r)
        choose(state, r->experiment);
}

/* The one that was asked for last, when it is here. */
static const struct ablation *ablation_of(const struct ablation_view *v, const struct ui_model *m)
{
    bool here = m->ablation && ui_ablation_is(m->ablation_of, &v->wanted);
    return here && m->ablation->n_rows ? m->ablation : NULL;
}

static int make_parts(struct ablation_view *v, const struct ablation *a, struct err *e)
{
    v->parts = mem_alloc(v->cells->n_columns, sizeof *v->parts);
    for (size_t i = 0; v->parts && i < v->cells->n_columns; i++)
        v->parts[i] = ablation_table_part(a, &v->shown, i);
    return v->parts ? 0 : mem_error(e, "the columns of an ablation", 0);
}

/* False when there is nothing to show, or no memory for it. */
static bool sync(struct ablation_view *v, const struct ui_model *m, bool ascii)
{
    struct err e;
    if (!v->wanted.experiment[0] && m->n_runs)
        choose(v, m->runs[0].experiment);
    const struct ablation *a = ablation_of(v, m);
    if (!a)
        return false;
    if (v->cells && v->made_of == m->ablation_version && v->made_first == v->first &&
        v->made_ascii == ascii)
        return true;
    forget(v);
    v->shown =
        (struct ablation_shown){.n_metrics = ABLATION_METRICS, .ascii = ascii, .stars = true};
    for (int i = 0; i < ABLATION_METRICS; i++)
        v->shown.metrics[i] = (v->first + i) % ABLATION_METRICS;
    if (ablation_table(&v->cells, a, &v->shown, &e) || make_parts(v, a, &e) ||
        ablation_table_differences(&v->differences, a, &e)) {
        forget(v);
        return false;
    }
    v->made_of = m->ablation_version;
    v->made_first = v->first;
    v->made_ascii = ascii;
    cells_keep(&v->place, v->cells);
    return true;
}

/* The answer to the question that is asked; NULL until it is here. */
static const struct ui_needed *needed_of(const struct ablation_view *v, const struct ui_model *m)
{
    return m->needed && ui_ablation_is(&m->needed->of, &v->wanted) ? m->needed : NULL;
}

static struct ablation_part selected_part(const struct ablation_view *v)
{
    return v->parts[v->place.column];
}

/* --- drawing --- */

/* What cells' colours are made from. */
struct coloured {
    const struct ablation_view *view;
    const struct ablation *ablation;
};

/* Figures that stand for the runs are brightest; what is optimistic is not. */
static enum role cell_role(const void *context, size_t row, size_t column)
{
    const struct coloured *c = context;
    const struct table *t = c->view->cells;
    const struct table_cell *cell = &t->cells[row * t->n_columns + column];
    if (!column)
        return row == c->ablation->baseline ? ROLE_DIM : ROLE_TITLE;
    if (cell->missing)
        return ROLE_DIM;
    const struct ablation_part part = c->view->parts[column];
    if (part.tested || t->columns[column].kind != TABLE_TEXT)
        return ROLE_DIM;
    const struct ablation_cell *of = ablation_cell(c->ablation, row, part.column);
    if (of->mixed || of->complete < of->wanted)
        return ROLE_WARN;
    return cell->marked ? ROLE_BEST : ROLE_TEXT;
}

static enum role difference_role(const void *context, size_t row, size_t column)
{
    const struct coloured *c = context;
    const struct table *t = c->view->differences;
    const struct table_cell *cell = &t->cells[row * t->n_columns + column];
    if (!column)
        return ROLE_TITLE;
    if (cell->missing)
        return ROLE_DIM;
    if (cell->text && !strcmp(cell->text, ablation_verdict_name(ABLATION_BETTER)))
        return ROLE_GOOD;
    if (cell->text && !strcmp(cell->text, ablation_verdict_name(ABLATION_WORSE)))
        return ROLE_BAD;
    return ROLE_TEXT;
}

static void draw_title(const struct ablation_view *v, struct pen *pen, const struct ablation *a,
                       struct rect at)
{
    char title[ROW_TEXT_BYTES + 32], right[ROW_TEXT_BYTES];
    const char *dot = pen->glyphs->separator, *at_title = ablation_at_titles[v->wanted.at];
    snprintf(title, sizeof title, "Ablation%s%s", v->wanted.experiment[0] ? dot : "",
             v->wanted.experiment);
    str_copy(right, sizeof right, at_title);
    if (a)
        snprintf(right, sizeof right, "%s%s%zu of %zu finished%s", at_title, dot, a->n_finished,
                 a->n_runs, a->bootstrap ? ", test images too" : "");
    pen_rule(pen, at.y, at.x, at.columns, title, right);
}

static void draw_empty(const struct ui_model *m, struct pen *pen, struct rect at)
{
    struct rect lines = {at.y + 1, at.x + 2, at.rows - 1, at.columns - 4};
    if (m->n_runs || m->reading_runs) {
        pen_text(pen, lines.y, lines.x, lines.columns, ROLE_DIM, "Reading the experiment ...");
        return;
    }
    pen_text(pen, lines.y, lines.x, lines.columns, ROLE_TITLE, "No runs yet.");
    lines.y += 2;
    pen_wrap(pen, lines, ROLE_TEXT,
             m->can_train ? "Press n to launch some: several losses and seeds in one form make the "
                            "runs of an ablation, which fills here while they train."
                          : "This screen only watches; from a shell, combolab train --loss "
                            "l1,mse,combo --seed 1-3 makes the runs of an ablation.");
}

/* Of the selected figure, and then of others. */
static void draw_strips(const struct ablation_view *v, struct pen *pen, const struct ablation *a,
                        const struct ablation_layout *l)
{
    struct ablation_part part = selected_part(v);
    int selected = part.figure;
    for (int i = 0, next = 0; i < LAYOUT_STRIPS && l->strips[i].rows; i++) {
        ablation_strips(pen, l->strips[i], a, &part);
        if (v->shown.metrics[next % ABLATION_METRICS] == selected)
            next++;
        part.figure = v->shown.metrics[next++ % ABLATION_METRICS];
    }
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct ablation_view *v = state;
    bool shown = sync(v, m, !pen->unicode);
    const struct ablation *a = shown ? ablation_of(v, m) : NULL;
    int rows = a ? (int)a->n_rows : 0, columns = a ? (int)a->n_columns : 0;
    struct ablation_layout l = layout_ablation(body, rows, (rows - 1) * columns);
    draw_title(v, pen, a, l.title);
    if (!a) {
        draw_empty(m, pen, (struct rect){body.y + 1, body.x, body.rows - 1, body.columns});
        return;
    }
    const struct coloured coloured = {v, a};
    const struct ablation_part part = selected_part(v);
    cells_draw(pen, l.cells, &(struct cells){v->cells, cell_role, &coloured}, &v->place);
    if (l.differences.rows && rows > 1) {
        struct rect table = l.differences;
        pen_rule(pen, table.y++, table.x, table.columns, v->differences->name, "");
        table.rows -= 2;
        cells_draw(pen, table, &(struct cells){v->differences, difference_role, &coloured}, NULL);
    }
    draw_strips(v, pen, a, &l);
    ablation_details(pen, l.details, a, (size_t)v->place.row, &part, v->behind);
    if (v->asks)
        ablation_needed_draw(pen, body, needed_of(v, m));
}

/* --- keys --- */

/* Whether a newer run has that experiment; equal names of the list are the same text. */
static bool occurs_before(const struct ui_model *m, size_t i)
{
    size_t k = i;
    while (k > 0 && m->runs[k - 1].experiment != m->runs[i].experiment)
        k--;
    return k > 0;
}

/* The experiment whose newest run comes after (or before) that of the one at hand. */
static void next_experiment(struct ablation_view *v, const struct ui_model *m, bool forward)
{
    const char *newer = NULL;
    bool passed = false;
    for (size_t i = 0; i < m->n_runs; i++) {
        const char *name = m->runs[i].experiment;
        if ((i && name == m->runs[i - 1].experiment) || occurs_before(m, i))
            continue;
        if (forward && passed) {
            choose(v, name);
            return;
        }
        passed = !strcmp(name, v->wanted.experiment);
        if (passed && !forward && newer)
            choose(v, newer);
        if (passed && !forward)
            return;
        newer = name;
    }
}

static void list_runs(struct ablation_view *v, const struct ablation *a, struct view_reply *reply)
{
    const struct ablation_part part = selected_part(v);
    const struct ablation_cell *cell = ablation_cell(a, (size_t)v->place.row, part.column);
    if (!ablation_filter(cell, v->filter, sizeof v->filter)) {
        reply->show = REQ_RUNS;
        reply->filter = v->filter;
        return;
    }
    str_copy(reply->note, sizeof reply->note,
             cell->n_runs ? "These are too many runs to be named in a filter."
                          : "There are no runs in this cell.");
}

/* Its figures, the one that stands first first. */
static void save(struct ablation_view *v, struct view_reply *reply)
{
    size_t n = 0;
    v->figure = (struct ui_figure){.ablation = v->wanted};
    for (int i = 0; i < ABLATION_METRICS; i++)
        n += (size_t)snprintf(v->figure.metrics + n, sizeof v->figure.metrics - n, "%s%s",
                              i ? "," : "",
                              ablation_figures[(v->first + i) % ABLATION_METRICS].name);
    reply->action = (struct ui_action){.kind = UI_FIGURE, .figure = &v->figure};
}

/* Runs are wanted of an ablation that is shown. */
static void ask(struct ablation_view *v, const struct ui_model *m, const struct ablation *a,
                struct view_reply *reply)
{
    v->asks = a && m->can_train;
    if (a && !m->can_train)
        str_copy(
            reply->note, sizeof reply->note,
            "This screen only watches: combolab ablation --queue-needed does it from a shell.");
}

/* All keys are the question's. */
static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct ablation_view *v = state;
    if (!v->asks)
        return false;
    v->asks = !ablation_needed_key(needed_of(v, m), key, reply);
    return true;
}

static void left(void *state)
{
    ((struct ablation_view *)state)->asks = false;
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct ablation_view *v = state;
    bool shown = sync(v, m, v->made_ascii);
    const struct ablation *a = shown ? ablation_of(v, m) : NULL;
    if (a && cells_move(&v->place, v->cells, request))
        return true;
    switch (request) {
    case REQ_NEXT:
    case REQ_PREVIOUS:
        next_experiment(v, m, request == REQ_NEXT);
        return true;
    case REQ_EPOCH:
        v->wanted.at = (enum ablation_at)((v->wanted.at + 1) % ABLATION_ATS);
        return true;
    case REQ_IMAGES:
        v->wanted.bootstrap = !v->wanted.bootstrap;
        return true;
    case REQ_NEEDED:
        ask(v, m, a, reply);
        return true;
    case REQ_FIGURE:
        v->first = (v->first + 1) % ABLATION_METRICS;
        return true;
    case REQ_BEHIND:
        v->behind = !v->behind;
        return true;
    case REQ_BASELINE:
        if (a)
            str_copy(v->wanted.baseline, sizeof v->wanted.baseline, a->rows[v->place.row]);
        return true;
    case REQ_ENTER:
        if (a)
            list_runs(v, a, reply);
        return true;
    case REQ_SAVE:
        if (a)
            save(v, reply);
        return true;
    case REQ_BACK:
        v->behind = false;
        return true;
    default:
        return false;
    }
}

static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct ablation_view *v = state;
    enum request request = REQ_NONE;
    if (sync(v, m, v->made_ascii) && cells_point(&v->place, v->cells, p, &request))
        return request;
    return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
}

static int say(void *state, const struct ui_model *m, enum request request, const char *text,
               struct view_reply *reply)
{
    struct ablation_view *v = state;
    (void)m;
    if (request != REQ_FIGURE)
        return 0;
    for (int i = 0; i < ABLATION_METRICS; i++)
        if (!strcmp(ablation_figures[i].name, text)) {
            v->first = i;
            return 1;
        }
    str_copy(reply->note, sizeof reply->note, "an ablation has no such figure");
    return -1;
}

static const char *word(const void *state, enum request request, size_t i, const char **about)
{
    (void)state;
    (void)about;
    return request == REQ_FIGURE && i < ABLATION_METRICS ? ablation_figures[i].name : NULL;
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct ablation_view *v = state;
    wants[0] = (struct ui_want){.kind = UI_WANT_RUNS};
    wants[1] = (struct ui_want){.kind = UI_WANT_ABLATION, .ablation = v->wanted};
    wants[2] = (struct ui_want){.kind = UI_WANT_NEEDED, .ablation = v->wanted};
    return !v->wanted.experiment[0] ? 1 : v->asks ? 3 : 2;
}

static const struct kept_field kept[] = {
    KEPT_FIELD("experiment", TEXT, struct ablation_view, wanted.experiment, ROW_TEXT_BYTES),
    KEPT_FIELD("baseline", TEXT, struct ablation_view, wanted.baseline, OPT_TEXT_BYTES),
    KEPT_FIELD("at", INT, struct ablation_view, wanted.at, ABLATION_ATS - 1),
    KEPT_FIELD("first", INT, struct ablation_view, first, ABLATION_METRICS - 1),
    KEPT_FIELD("images", FLAG, struct ablation_view, wanted.bootstrap, 0),
};

static const struct hint footer[] = {
    {REQ_ENTER, "runs"}, {REQ_BEHIND, NULL},   {REQ_FIGURE, NULL}, {REQ_EPOCH, NULL},
    {REQ_NEEDED, NULL},  {REQ_BASELINE, NULL}, {REQ_IMAGES, NULL}, {REQ_NEXT, "experiment"},
    {REQ_SAVE, NULL},    {REQ_NONE, NULL},
};

const struct view view_ablation = {
    .name = "Ablation",
    .shown_by = REQ_ABLATION,
    .follows = true,
    .footer = footer,
    .state_bytes = sizeof(struct ablation_view),
    .fini = fini,
    .open = opened,
    .kept = kept,
    .n_kept = sizeof kept / sizeof *kept,
    .left = left,
    .draw = draw,
    .request = request,
    .type = type,
    .point = point,
    .say = say,
    .word = word,
    .wants = wants,
};
