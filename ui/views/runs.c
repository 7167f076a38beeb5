/* runs.c - the list of runs. Screen thread only.
 *
 * Only rows in sight are formatted; order and filter are kept by runs_order.c. The selection is a
 * run, not a line: it stays on its run when others come, go or change places.
 */
#include "ui/view.h"
#include "ui/views/runs_order.h"
#include "ui/views/runs_table.h"

#include "base/str.h"
#include "ui/facts.h"

#include <stdio.h>
#include <string.h>

struct runs_view {
    struct column columns[RUNS_COLUMNS];
    struct grid_place place;
    struct runs_order order;
    int sorted; /* column */
    bool reverse;
    int64_t selected; /* the run; it stays selected wherever it moves */
    int64_t awaited;  /* becomes selected when it comes */
    struct edit filter;
    bool typing;             /* the filter */
    char before[EDIT_BYTES]; /* the filter that Escape brings back */
};

static void init(void *state, const struct ui_options *options)
{
    struct runs_view *v = state;
    (void)options;
    v->place.page = 10;
    v->sorted = RUNS_BY_AGE;
    for (int i = 0; i < RUNS_COLUMNS; i++)
        v->columns[i] = runs_columns[i].head;
}

static void fini(void *state)
{
    struct runs_view *v = state;
    runs_order_fini(&v->order);
}

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct runs_view *v = state;
    (void)m;
    if (run)
        v->awaited = run;
}

static const struct ui_run *row_at(const struct runs_view *v, const struct ui_model *m, int line)
{
    if (line < 0 || (size_t)line >= v->order.n)
        return NULL;
    return &m->runs[v->order.place[line]];
}

static void select_line(struct runs_view *v, const struct ui_model *m, int line)
{
    int last = (int)v->order.n - 1;
    v->place.at = line > last ? last : line;
    if (v->place.at < 0)
        v->place.at = 0;
    const struct ui_run *r = row_at(v, m, v->place.at);
    v->selected = r ? r->id : 0;
}

/* Brings the order up to date and finds the selected run again. */
static void sync(struct runs_view *v, const struct ui_model *m)
{
    struct runs_choice choice = {v->filter.text, v->sorted, v->reverse};
    bool changed = runs_order_sync(&v->order, m, &choice);
    if (v->awaited && ui_run_find(m, v->awaited)) {
        v->selected = v->awaited;
        v->awaited = 0;
    }
    const struct ui_run *r = row_at(v, m, v->place.at);
    if (!changed && r && r->id == v->selected)
        return;
    for (size_t i = 0; i < v->order.n; i++) {
        if (row_at(v, m, (int)i)->id == v->selected) {
            v->place.at = (int)i;
            return;
        }
    }
    select_line(v, m, v->place.at);
}

/* What the grid's cells are made from. */
struct shown {
    const struct runs_view *view;
    const struct ui_model *model;
};

static void fill(const void *context, const struct pen *pen, size_t line, int column,
                 struct grid_cell *cell)
{
    const struct shown *s = context;
    const struct runs_column *by = &runs_columns[column];
    cell->role = by->role;
    by->cell(pen, s->model, row_at(s->view, s->model, (int)line), by, cell);
}

static void draw_rows(struct runs_view *v, struct pen *pen, const struct ui_model *m,
                      const struct list_layout *l)
{
    struct shown shown = {v, m};
    struct grid grid = {.columns = v->columns,
                        .n_columns = RUNS_COLUMNS,
                        .n = v->order.n,
                        .cell = fill,
                        .context = &shown,
                        .sorted = v->sorted,
                        .reverse = v->reverse};
    grid_draw(pen, l->head, l->rows, &grid, &v->place);
}

/* Lines about the selected run; the most important ones first, as many as there is room for. */
static void draw_details(struct pen *pen, const struct ui_model *m, struct rect at,
                         const struct ui_run *r)
{
    char text[1200], figures[128], number[32];
    const char *dot = pen->glyphs->separator;
    if (!at.rows || !r)
        return;
    snprintf(number, sizeof number, "run %lld", (long long)r->id);
    pen_rule(pen, at.y, at.x, at.columns, r->name, number);
    int y = at.y + 1, end = at.y + at.rows, x = at.x + 2, cells = at.columns - 3;
    facts_settings(r, text, sizeof text);
    pen_items(pen, y++, x, cells, ROLE_TEXT, ", ", text);
    if (r->best_epoch > 0) {
        facts_figures(pen, r->best_mae, r->best_rmse, r->best_pc, figures, sizeof figures);
        snprintf(text, sizeof text, "best by %s PC, epoch %d: %s",
                 r->select[0] ? r->select : "test", r->best_epoch, figures);
        pen_items(pen, y++, x, cells, ROLE_TEXT, "  ", text);
    }
    if (y < end && r->state_text[0])
        y += pen_wrap(pen, (struct rect){y, x, end - y, cells}, facts_state_role(r->state),
                      r->state_text);
    if (y < end && r->device[0]) {
        snprintf(text, sizeof text, "%s%s%s%s%lld train%s%lld test images%s%lld parameters",
                 r->device, dot, r->library, dot, (long long)r->train_images, dot,
                 (long long)r->test_images, dot, (long long)r->parameters);
        pen_items(pen, y++, x, cells, ROLE_DIM, dot, text);
    }
    if (y < end) {
        char age[32];
        facts_age(m->now - r->created, age, sizeof age);
        snprintf(text, sizeof text, "experiment %s%smade %s ago on %s", r->experiment, dot, age,
                 r->host[0] ? r->host : "this host");
        pen_text(pen, y, x, cells, ROLE_DIM, text);
    }
}

static void draw_empty(const struct runs_view *v, struct pen *pen, const struct ui_model *m,
                       struct rect at)
{
    int x = at.x + 2, cells = at.columns - 4, y = at.y + 1;
    if (!v->order.made) {
        pen_text(pen, y, x, cells, ROLE_BAD, "Out of memory: the list of runs cannot be shown.");
    } else if (m->reading_runs) {
        pen_text(pen, y, x, cells, ROLE_DIM, "Reading the runs ...");
    } else if (m->n_runs) {
        pen_format(pen, y, x, cells, ROLE_TEXT, "No run contains \"%s\".", v->filter.text);
        pen_text(pen, y + 2, x, cells, ROLE_DIM, "/ changes the filter, Esc removes it.");
    } else {
        pen_text(pen, y, x, cells, ROLE_TITLE, "No runs yet.");
        pen_text(pen, y + 2, x, cells, ROLE_TEXT,
                 m->can_train ? "Press n to launch one here," : "This screen only watches:");
        pen_text(pen, y + 3, x, cells, ROLE_TEXT,
                 m->can_train ? "or train from a shell: combolab train --help"
                              : "train from a shell: combolab train --help");
        pen_text(pen, y + 4, x, cells, ROLE_TEXT,
                 m->can_train ? "no data? Ctrl-P draws portraits to try things on" : "");
        pen_format(pen, y + 6, x, cells, ROLE_DIM, "database %s", m->db_path ? m->db_path : "");
    }
}

static void draw_title(const struct runs_view *v, struct pen *pen, const struct ui_model *m,
                       struct rect at)
{
    char title[96], right[160];
    const char *more = m->reading_runs ? " ..." : "";
    if (v->order.n == m->n_runs)
        snprintf(title, sizeof title, "Runs%s%zu%s", pen->glyphs->separator, m->n_runs, more);
    else
        snprintf(title, sizeof title, "Runs%s%zu of %zu%s", pen->glyphs->separator, v->order.n,
                 m->n_runs, more);
    snprintf(right, sizeof right, "by %s%s", runs_columns[v->sorted].sorted_by,
             v->reverse ? ", reversed" : "");
    pen_rule(pen, at.y, at.x, at.columns, title, right);
}

/* The line of the filter stands above the details, while there is a filter. */
static void draw_filter(const struct runs_view *v, struct pen *pen, int y, struct rect at)
{
    int used = pen_text(pen, y, at.x + 2, at.columns, ROLE_KEY, "filter ");
    if (v->typing)
        edit_draw(&v->filter, pen, y, at.x + 2 + used, at.columns - 4 - used);
    else
        pen_text(pen, y, at.x + 2 + used, at.columns - 4 - used, ROLE_TEXT, v->filter.text);
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct runs_view *v = state;
    struct list_layout l = layout_list(body);
    sync(v, m);
    draw_title(v, pen, m, l.title);
    if (v->typing || v->filter.text[0]) {
        l.rows.rows--;
        draw_filter(v, pen, l.rows.y + l.rows.rows, l.rows);
    }
    if (!v->order.n) {
        draw_empty(v, pen, m, l.rows);
        return;
    }
    draw_rows(v, pen, m, &l);
    draw_details(pen, m, l.details, row_at(v, m, v->place.at));
}

static void sort_by_next(struct runs_view *v)
{
    do
        v->sorted = (v->sorted + 1) % RUNS_COLUMNS;
    while (runs_columns[v->sorted].sort == RUNS_NOT_SORTED);
    v->reverse = false;
}

static void start_filter(struct runs_view *v)
{
    str_copy(v->before, sizeof v->before, v->filter.text);
    v->filter.caret = strlen(v->filter.text);
    v->typing = true;
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct runs_view *v = state;
    sync(v, m);
    if (grid_move(&v->place, v->order.n, request)) {
        select_line(v, m, v->place.at);
        return true;
    }
    switch (request) {
    case REQ_ENTER:
        reply->show = v->selected ? REQ_LIVE : REQ_NONE;
        reply->run = v->selected;
        return true;
    case REQ_FILTER:
        start_filter(v);
        return true;
    case REQ_SORT:
        sort_by_next(v);
        return true;
    case REQ_REVERSE:
        v->reverse = !v->reverse;
        return true;
    case REQ_BACK:
        edit_start(&v->filter, "");
        return true;
    default:
        return false;
    }
}

static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct runs_view *v = state;
    (void)m;
    (void)reply;
    if (!v->typing)
        return false;
    switch (edit_key(&v->filter, key)) {
    case EDIT_DONE:
        v->typing = false;
        return true;
    case EDIT_CANCEL:
        edit_start(&v->filter, v->before);
        v->typing = false;
        return true;
    case EDIT_IGNORED:
        return key.code == 0; /* arrows still move the selection */
    case EDIT_MORE:
        v->place.at = v->place.first = 0;
        return true;
    }
    return true;
}

static const struct ui_run *current(void *state, const struct ui_model *m)
{
    struct runs_view *v = state;
    sync(v, m);
    return row_at(v, m, v->place.at);
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    (void)state;
    wants[0] = (struct ui_want){.kind = UI_WANT_RUNS};
    return 1;
}

static const struct hint footer[] = {
    {REQ_ENTER, NULL},      {REQ_LAUNCH, NULL}, {REQ_FILTER, NULL}, {REQ_SORT, NULL},
    {REQ_PAUSE, NULL},      {REQ_RESUME, NULL}, {REQ_STOP, NULL},   {REQ_DELETE, NULL},
    {REQ_CHECKPOINT, NULL}, {REQ_LIKE, NULL},   {REQ_NONE, NULL},
};

const struct view view_runs = {
    .name = "Runs",
    .shown_by = REQ_RUNS,
    .footer = footer,
    .state_bytes = sizeof(struct runs_view),
    .init = init,
    .fini = fini,
    .open = opened,
    .draw = draw,
    .request = request,
    .type = type,
    .run = current,
    .wants = wants,
};
