/* runs.c - the list of runs. Screen thread only.
 *
 * Only rows in sight are formatted; order and filter are kept by runs_order.c. The selection is a
 * run, not a line: it stays on its run when others come, go or change places.
 */
#include "ui/views/runs_table.h"
#include "ui/views/views.h"

#include "base/str.h"
#include "ui/facts.h"

#include <stdio.h>
#include <string.h>

void runs_view_init(struct runs_view *v)
{
    memset(v, 0, sizeof *v);
    v->page = 10;
}

void runs_view_fini(struct runs_view *v)
{
    runs_order_fini(&v->order);
}

void runs_view_await(struct runs_view *v, int64_t run)
{
    v->awaited = run;
}

/* The run that was launched is selected once it has come. */
static void select_awaited(struct runs_view *v, const struct ui_model *m)
{
    for (size_t i = 0; v->awaited && i < m->n_runs; i++) {
        if (m->runs[i].id != v->awaited)
            continue;
        v->selected = v->awaited;
        v->awaited = 0;
    }
}

static const struct run_row *row_at(const struct runs_view *v, const struct ui_model *m, int line)
{
    if (line < 0 || (size_t)line >= v->order.n)
        return NULL;
    return &m->runs[v->order.place[line]];
}

static void select_line(struct runs_view *v, const struct ui_model *m, int line)
{
    int last = (int)v->order.n - 1;
    v->at = line > last ? last : line;
    if (v->at < 0)
        v->at = 0;
    const struct run_row *r = row_at(v, m, v->at);
    v->selected = r ? r->id : 0;
}

/* Brings the order up to date and finds the selected run again. */
static void sync(struct runs_view *v, const struct ui_model *m)
{
    select_awaited(v, m);
    v->stale = false;
    bool changed =
        runs_order_sync(&v->order, m->runs, m->n_runs, v->filter.text, v->key, v->reverse);
    const struct run_row *r = row_at(v, m, v->at);
    if (!changed && r && r->id == v->selected)
        return;
    for (size_t i = 0; i < v->order.n; i++) {
        if (row_at(v, m, (int)i)->id == v->selected) {
            v->at = (int)i;
            return;
        }
    }
    select_line(v, m, v->at);
}

/* Enough for a key: the order of the last frame, unless it cannot be that any more. Looking at
 * every run again is left to the next frame. */
static void settle(struct runs_view *v, const struct ui_model *m)
{
    bool same = !v->stale && !v->order.failed && !v->awaited && v->order.of == m->n_runs;
    const struct run_row *r = same ? row_at(v, m, v->at) : NULL;
    if (!r || r->id != v->selected)
        sync(v, m);
}

static void draw_rows(const struct runs_view *v, struct pen *pen, const struct ui_model *m,
                      struct rect at, const struct runs_table *table)
{
    for (int i = 0; i < at.rows; i++) {
        const struct run_row *r = row_at(v, m, v->first + i);
        int y = at.y + i;
        if (!r)
            return;
        pen->selected = v->first + i == v->at;
        if (pen->selected) {
            pen_repeat(pen, y, at.x, at.columns, ROLE_TEXT, L' ');
            pen_glyph(pen, y, at.x, ROLE_KEY, pen->glyphs->here);
        }
        runs_table_row(pen, y, at.x, table, r, m);
        pen->selected = false;
    }
}

/* Lines about the selected run; the most important ones first, as many as there is room for. */
static void draw_details(struct pen *pen, const struct ui_model *m, struct rect at,
                         const struct run_row *r)
{
    char text[1200], figures[128], number[32];
    const char *dot = pen->glyphs->separator;
    if (!at.rows || !r)
        return;
    snprintf(number, sizeof number, "run %lld", (long long)r->id);
    pen_rule(pen, at.y, at.x, at.columns, r->name, number);
    int y = at.y + 1, end = at.y + at.rows, x = at.x + 2, cells = at.columns - 3;
    facts_settings(r, text, sizeof text);
    pen_text(pen, y++, x, cells, ROLE_TEXT, text);
    if (r->best_epoch > 0) {
        facts_figures(pen, r->best_mae, r->best_rmse, r->best_pc, figures, sizeof figures);
        snprintf(text, sizeof text, "best by %s PC, epoch %d: %s",
                 r->select[0] ? r->select : "test", r->best_epoch, figures);
        pen_text(pen, y++, x, cells, ROLE_TEXT, text);
    }
    if (y < end && r->state_text[0])
        y += pen_wrap(pen, (struct rect){y, x, end - y, cells}, facts_state_role(r->state),
                      r->state_text);
    if (y < end && r->device[0]) {
        snprintf(text, sizeof text, "%s%s%s%s%lld train%s%lld test images%s%lld parameters",
                 r->device, dot, r->library, dot, (long long)r->train_images, dot,
                 (long long)r->test_images, dot, (long long)r->parameters);
        pen_text(pen, y++, x, cells, ROLE_DIM, text);
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
    if (v->order.failed) {
        pen_text(pen, y, x, cells, ROLE_BAD, "Out of memory: the list of runs cannot be shown.");
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
        pen_format(pen, y + 5, x, cells, ROLE_DIM, "database %s", m->db_path ? m->db_path : "");
    }
}

static void draw_title(const struct runs_view *v, struct pen *pen, const struct ui_model *m,
                       struct rect at)
{
    char title[96], right[160];
    if (v->order.n == m->n_runs)
        snprintf(title, sizeof title, "Runs%s%zu", pen->glyphs->separator, m->n_runs);
    else
        snprintf(title, sizeof title, "Runs%s%zu of %zu", pen->glyphs->separator, v->order.n,
                 m->n_runs);
    snprintf(right, sizeof right, "by %s%s", runs_key_name(v->key), v->reverse ? ", reversed" : "");
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
    struct runs_table table;
    sync(v, m);
    draw_title(v, pen, m, l.title);
    if (v->typing || v->filter.text[0]) {
        l.rows.rows--;
        draw_filter(v, pen, l.rows.y + l.rows.rows, l.rows);
    }
    v->page = l.rows.rows;
    if (!v->order.n) {
        draw_empty(v, pen, m, l.rows);
        return;
    }
    v->first = layout_scroll(v->first, v->at, (int)v->order.n, l.rows.rows);
    runs_table_layout(&table, body.columns);
    runs_table_head(pen, l.head, &table, v->key, v->reverse);
    draw_rows(v, pen, m, l.rows, &table);
    draw_details(pen, m, l.details, row_at(v, m, v->at));
}

static bool move(struct runs_view *v, const struct ui_model *m, enum request request)
{
    switch (request) {
    case REQ_UP:
        select_line(v, m, v->at - 1);
        return true;
    case REQ_DOWN:
        select_line(v, m, v->at + 1);
        return true;
    case REQ_PAGE_UP:
        select_line(v, m, v->at - v->page);
        return true;
    case REQ_PAGE_DOWN:
        select_line(v, m, v->at + v->page);
        return true;
    case REQ_FIRST:
        select_line(v, m, 0);
        return true;
    case REQ_LAST:
        select_line(v, m, (int)v->order.n - 1);
        return true;
    default:
        return false;
    }
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
    settle(v, m);
    if (move(v, m, request))
        return true;
    switch (request) {
    case REQ_ENTER:
        if (v->order.n)
            reply->action = (struct ui_action){.kind = UI_OPEN, .run = v->selected};
        return true;
    case REQ_FILTER:
        start_filter(v);
        return true;
    case REQ_SORT:
        v->key = (v->key + 1) % RUNS_KEYS;
        v->reverse = false;
        v->stale = true;
        return true;
    case REQ_REVERSE:
        v->reverse = !v->reverse;
        v->stale = true;
        return true;
    case REQ_BACK:
        edit_start(&v->filter, "");
        v->stale = true;
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
    v->stale = true;
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
        v->at = v->first = 0;
        return true;
    }
    return true;
}

static const struct run_row *current(void *state, const struct ui_model *m)
{
    struct runs_view *v = state;
    settle(v, m);
    return row_at(v, m, v->at);
}

static const struct hint footer[] = {
    {REQ_ENTER, NULL},      {REQ_LAUNCH, NULL}, {REQ_FILTER, NULL}, {REQ_SORT, NULL},
    {REQ_PAUSE, NULL},      {REQ_RESUME, NULL}, {REQ_STOP, NULL},   {REQ_DELETE, NULL},
    {REQ_CHECKPOINT, NULL}, {REQ_NONE, NULL},
};

const struct view view_runs = {"Runs", footer, draw, request, type, current};
