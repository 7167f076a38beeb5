/* runs.c - the list of runs. Screen thread only.
 *
 * Only rows in sight are formatted; order and filter are kept by runs_order.c. The selection is a
 * run, not a line: it stays on its run when others come, go or change places.
 */
#include "ui/views/runs_details.h"
#include "ui/views/runs_priv.h"

#include "base/str.h"
#include "ui/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void init(void *state, const struct ui_options *options)
{
    struct runs_view *v = state;
    v->marks = options->marks;
    v->place.page = 10;
    v->sorted = RUNS_BY_AGE;
    for (int i = 0; i < RUNS_COLUMNS; i++)
        v->columns[i] = runs_columns[i].head;
    runs_order_init(&v->order);
}

static void fini(void *state)
{
    struct runs_view *v = state;
    runs_order_fini(&v->order);
    runs_lines_fini(&v->lines);
}

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct runs_view *v = state;
    (void)m;
    if (run)
        v->awaited = run;
}

static const struct runs_line *line_at(const struct runs_view *v, int line)
{
    return line < 0 || (size_t)line >= v->lines.n ? NULL : &v->lines.at[line];
}

/* NULL on the line of a group. */
static const struct ui_run *row_at(const struct runs_view *v, const struct ui_model *m, int line)
{
    const struct runs_line *l = line_at(v, line);
    return l && l->place >= 0 ? &m->runs[l->place] : NULL;
}

/* The group whose own line it is, or NULL. */
static const struct runs_group *group_at(const struct runs_view *v, int line)
{
    const struct runs_line *l = line_at(v, line);
    return l && l->place < 0 ? &v->lines.groups[l->group] : NULL;
}

static void select_line(struct runs_view *v, const struct ui_model *m, int line)
{
    int last = (int)v->lines.n - 1;
    v->place.at = line > last ? last : line;
    if (v->place.at < 0)
        v->place.at = 0;
    const struct ui_run *r = row_at(v, m, v->place.at);
    const struct runs_group *g = group_at(v, v->place.at);
    v->selected = r ? r->id : 0;
    v->group = g ? g->key : 0;
}

static bool is_selected(const struct runs_view *v, const struct ui_model *m, int line)
{
    const struct ui_run *r = row_at(v, m, line);
    const struct runs_group *g = group_at(v, line);
    return (r && r->id == v->selected) || (g && !v->selected && g->key == v->group);
}

/* The selected line, wherever it has gone; that of the run's group when it is folded away. */
static void find_selected(struct runs_view *v, const struct ui_model *m)
{
    const struct ui_run *r = ui_run_find(m, v->selected);
    for (size_t i = 0; i < v->lines.n; i++)
        if (is_selected(v, m, (int)i)) {
            v->place.at = (int)i;
            return;
        }
    uint64_t key = r && v->lines.by ? groups_key(m, r, v->lines.by) : 0;
    for (size_t i = 0; key && i < v->lines.n; i++) {
        const struct runs_group *g = group_at(v, (int)i);
        if (g && g->key == key) {
            select_line(v, m, (int)i);
            return;
        }
    }
    select_line(v, m, v->place.at);
}

/* Brings the order up to date and finds the selected run again. */
static void sync(struct runs_view *v, const struct ui_model *m)
{
    struct runs_choice choice = {v->filter.text, runs_columns[v->sorted].name, v->reverse};
    bool changed = runs_order_sync(&v->order, m, &choice);
    if (changed)
        marks_keep(v->marks, m);
    for (int i = 0; changed && i < RUNS_COLUMNS; i++)
        v->best[i] = runs_order_best(&v->order, m, runs_columns[i].name);
    if (changed || v->refold || v->lines.by != v->marks->groups) {
        runs_lines_make(&v->lines, &v->order, m, v->marks->groups);
        v->refold = false;
        changed = true;
    }
    if (v->awaited && ui_run_find(m, v->awaited)) {
        v->selected = v->awaited;
        v->awaited = 0;
        changed = true;
    }
    if (changed || !is_selected(v, m, v->place.at))
        find_selected(v, m);
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
    by->cell(pen, s->model, row_at(s->view, s->model, (int)line), cell);
    if (cell->decimals >= 0 && cell->figure == s->view->best[column])
        cell->role = ROLE_BEST;
}

static bool across(const void *context, const struct pen *pen, size_t line, struct grid_cell *cell)
{
    const struct shown *s = context;
    const struct runs_group *g = group_at(s->view, (int)line);
    if (!g)
        return false;
    cell->role = ROLE_TITLE;
    runs_lines_text(&s->view->lines, s->model, pen, g, cell->text, sizeof cell->text);
    return true;
}

static wchar_t sign(const void *context, const struct pen *pen, size_t line, enum role *role)
{
    const struct shown *s = context;
    const struct ui_run *r = row_at(s->view, s->model, (int)line);
    if (!r || !marks_has(s->view->marks, r->id))
        return 0;
    struct mark look = marks_look(s->view->marks, r->id);
    *role = marks_role(&look);
    return marks_sign(&look, pen->glyphs);
}

static void draw_rows(struct runs_view *v, struct pen *pen, const struct ui_model *m,
                      const struct list_layout *l)
{
    struct shown shown = {v, m};
    struct grid grid = {.columns = v->columns,
                        .n_columns = RUNS_COLUMNS,
                        .n = v->lines.n,
                        .cell = fill,
                        .across = v->lines.by ? across : NULL,
                        .sign = v->marks->n ? sign : NULL,
                        .context = &shown,
                        .sorted = v->sorted,
                        .reverse = v->reverse};
    grid_draw(pen, l->head, l->rows, &grid, &v->place);
}

static void draw_title(const struct runs_view *v, struct pen *pen, const struct ui_model *m,
                       struct rect at)
{
    char title[96], right[160], marked[40] = "", of[32] = "", grouped[64] = "";
    const char *dot = pen->glyphs->separator;
    if (v->order.n != m->n_runs)
        snprintf(of, sizeof of, " of %zu", m->n_runs);
    if (v->marks->n)
        snprintf(marked, sizeof marked, "%s%zu marked", dot, v->marks->n);
    snprintf(title, sizeof title, "Runs%s%zu%s%s%s", dot, v->order.n, of,
             m->reading_runs ? " ..." : "", marked);
    if (v->lines.by)
        snprintf(grouped, sizeof grouped, "grouped by %s%s", groups_name(v->lines.by), dot);
    snprintf(right, sizeof right, "%sby %s%s", grouped, runs_columns[v->sorted].head.title,
             v->reverse ? ", reversed" : "");
    pen_rule(pen, at.y, at.x, at.columns, title, right);
}

/* The lowest line of the rows, taken from them. */
static struct rect take_line(struct rect *rows)
{
    rows->rows--;
    return (struct rect){rows->y + rows->rows, rows->x + 2, 1, rows->columns - 4};
}

/* While there is a filter it stands above the details, and above it what is wrong with it. */
static void draw_filter(const struct runs_view *v, struct pen *pen, struct rect *rows)
{
    struct rect at = take_line(rows);
    int used = pen_text(pen, at.y, at.x, at.columns, ROLE_KEY, "filter ");
    if (v->typing)
        edit_draw(&v->filter, pen, at.y, at.x + used, at.columns - used);
    else
        pen_text(pen, at.y, at.x + used, at.columns - used, ROLE_TEXT, v->filter.text);
    if (v->typing && !v->filter.text[0])
        pen_text(pen, at.y, at.x + used + 2, at.columns - used - 2, ROLE_DIM,
                 "such as: loss:combo pc>0.5 !state:failed name~s[12]$");
    if (!v->order.problem[0])
        return;
    at = take_line(rows);
    pen_text(pen, at.y, at.x, at.columns, ROLE_WARN, v->order.problem);
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct runs_view *v = state;
    struct list_layout l = layout_list(body);
    sync(v, m);
    v->curves = l.curves.rows > 0;
    draw_title(v, pen, m, l.title);
    if (v->typing || v->filter.text[0])
        draw_filter(v, pen, &l.rows);
    if (v->edit.kind)
        runs_edit_draw(&v->edit, pen, take_line(&l.rows));
    if (v->sorting)
        runs_table_draw_keys(pen, &l.rows);
    if (!v->lines.n) {
        runs_empty_draw(pen, m, l.rows, v->order.made && v->lines.made, v->filter.text);
        return;
    }
    draw_rows(v, pen, m, &l);
    const struct runs_group *g = group_at(v, v->place.at);
    if (g)
        runs_details_group(pen, m, l.details, &v->lines, g);
    runs_details_draw(pen, m, l.details, row_at(v, m, v->place.at));
    runs_curves_draw(pen, m, l.curves, row_at(v, m, v->place.at));
}

/* Its own best first, and once more the other way round. */
static void sort_by(struct runs_view *v, int column)
{
    v->reverse = column == v->sorted && !v->reverse;
    v->sorted = column;
    v->sorting = false;
}

/* The key of a column. */
static void sort_by_key(struct runs_view *v, struct key key)
{
    int column = runs_column_of_key(key.character);
    if (key.code || request_of_key(key) == REQ_BACK || request_of_key(key) == REQ_ENTER)
        v->sorting = false;
    if (column >= 0)
        sort_by(v, column);
}

static void start_filter(struct runs_view *v)
{
    str_copy(v->before, sizeof v->before, v->filter.text);
    v->filter.caret = strlen(v->filter.text);
    v->typing = true;
}

static void mark(struct view_reply *reply, int failed)
{
    reply->note_is_error = failed;
    if (failed)
        str_copy(reply->note, sizeof reply->note, "out of memory: the run is not marked");
}

/* Of the order's runs those of that group (NULL = all of them): marks them or, when they all are
 * marked, takes the marks away. */
static void mark_all(struct runs_view *v, const struct ui_model *m, const struct runs_group *group,
                     struct view_reply *reply)
{
    for (int pass = 0, all = 1; pass < 2; pass++)
        for (size_t i = v->order.n; i-- > 0;) { /* rising numbers, most often */
            const struct ui_run *r = &m->runs[v->order.place[i]];
            if (group && groups_key(m, r, v->lines.by) != group->key)
                continue;
            bool marked = marks_has(v->marks, r->id);
            if (!pass)
                all &= marked;
            else if (all || !marked)
                mark(reply, marks_turn(v->marks, r->id));
        }
}

/* The selected run, and on to the next; or all of the selected group. */
static void mark_line(struct runs_view *v, const struct ui_model *m, struct view_reply *reply)
{
    const struct runs_group *g = group_at(v, v->place.at);
    if (g) {
        mark_all(v, m, g, reply);
        return;
    }
    if (v->selected)
        mark(reply, marks_turn(v->marks, v->selected));
    grid_move(&v->place, v->lines.n, REQ_DOWN);
    select_line(v, m, v->place.at);
}

static void next_grouping(struct runs_view *v)
{
    v->marks->groups = (enum groups_by)((v->marks->groups + 1) % GROUPS_KINDS);
}

/* Left folds the group of the line, Right unfolds it, Enter does either on its own line. False when
 * it is about a run. */
static bool fold(struct runs_view *v, const struct ui_model *m, enum request request)
{
    const struct runs_line *l = line_at(v, v->place.at);
    bool own = l && l->place < 0;
    if (!l || l->group < 0 || (request == REQ_ENTER && !own))
        return false;
    const struct runs_group *g = &v->lines.groups[l->group];
    v->selected = own || request == REQ_LEFT ? 0 : v->selected;
    v->group = g->key;
    runs_lines_fold(&v->lines, g->key, request == REQ_LEFT || (request == REQ_ENTER && !g->folded));
    v->refold = true;
    sync(v, m);
    return true;
}

/* One level: the filter, then the marks, which took work to make. */
static void back(struct runs_view *v, struct view_reply *reply)
{
    size_t n = v->marks->n;
    if (v->filter.text[0]) {
        edit_start(&v->filter, "");
        return;
    }
    if (n)
        snprintf(reply->note, sizeof reply->note, "%zu %s taken away", n,
                 n == 1 ? "mark is" : "marks are");
    marks_clear(v->marks);
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct runs_view *v = state;
    sync(v, m);
    if (grid_move(&v->place, v->lines.n, request)) {
        select_line(v, m, v->place.at);
        return true;
    }
    if (marks_request(v->marks, m, request, reply) ||
        runs_edit_request(&v->edit, row_at(v, m, v->place.at), request))
        return true;
    switch (request) {
    case REQ_LEFT:
    case REQ_RIGHT:
        return fold(v, m, request);
    case REQ_ENTER:
        if (fold(v, m, request))
            return true;
        reply->show = v->selected ? REQ_LIVE : REQ_NONE;
        reply->run = v->selected;
        return true;
    case REQ_COMPARE:
        reply->show = REQ_COMPARE;
        reply->run = v->selected;
        return true;
    case REQ_FILTER:
        start_filter(v);
        return true;
    case REQ_SORT:
        v->sorting = true;
        return true;
    case REQ_REVERSE:
        v->reverse = !v->reverse;
        return true;
    case REQ_CHANGE:
        mark_line(v, m, reply);
        return true;
    case REQ_MARK_ALL:
        mark_all(v, m, NULL, reply);
        return true;
    case REQ_GROUP:
        next_grouping(v);
        return true;
    case REQ_BACK:
        back(v, reply);
        return true;
    default:
        return false;
    }
}

static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct runs_view *v = state;
    (void)m;
    if (runs_edit_type(&v->edit, key, reply)) {
        if (reply->action.kind == UI_TAG) /* a name or a note is of one run */
            marks_spread(v->marks, reply);
        return true;
    }
    if (v->sorting) {
        sort_by_key(v, key);
        return true;
    }
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

/* A line, or the head of a column to sort by. */
static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct runs_view *v = state;
    enum request request;
    sync(v, m);
    int column = v->lines.n ? grid_head_at(&v->place, p) : -1;
    if (column >= 0)
        sort_by(v, column);
    if (grid_point(&v->place, v->lines.n, p, &request)) {
        select_line(v, m, v->place.at);
        v->typing = v->sorting = false;
        return request;
    }
    return REQ_NONE;
}

static const struct ui_run *current(void *state, const struct ui_model *m)
{
    struct runs_view *v = state;
    sync(v, m);
    return row_at(v, m, v->place.at);
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct runs_view *v = state;
    size_t n = 0;
    wants[n++] = (struct ui_want){.kind = UI_WANT_RUNS};
    wants[n++] = (struct ui_want){.kind = UI_WANT_NOW, .run = v->curves ? v->selected : 0};
    if (v->marks->groups > GROUPS_EXPERIMENT)
        wants[n++] = (struct ui_want){.kind = UI_WANT_ALIKE};
    if (v->curves && v->selected)
        wants[n++] = (struct ui_want){.kind = UI_WANT_RUN, .run = v->selected};
    return n;
}

static const struct hint footer[] = {
    {REQ_ENTER, NULL},  {REQ_LAUNCH, NULL},  {REQ_FILTER, NULL}, {REQ_SORT, NULL},
    {REQ_PAUSE, NULL},  {REQ_RESUME, NULL},  {REQ_STOP, NULL},   {REQ_DELETE, NULL},
    {REQ_CHANGE, NULL}, {REQ_COMPARE, NULL}, {REQ_GROUP, NULL},  {REQ_CHECKPOINT, NULL},
    {REQ_LIKE, NULL},   {REQ_NONE, NULL},
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
    .point = point,
    .filter = runs_filter,
    .say = runs_say,
    .word = runs_word,
    .keep = runs_keep,
    .take = runs_take,
    .run = current,
    .wants = wants,
};
