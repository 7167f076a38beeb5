/* sql.c - the SQL view: statements that read the database are typed, run by the reader thread, and
 * their rows looked at. Screen thread only.
 *
 * What is typed is a statement, so no character is a command; in the rows they are. What runs is
 * what the view wants: it is ended by not being wanted any more. How it looks is sql_draw.c's and
 * sql_rows.c's.
 */
#include "ui/views/sql_priv.h"

#include "base/str.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

const struct sql_example sql_examples[] = {
    {"the newest runs", "SELECT id, experiment, name, state, epochs, best_pc\n"
                        "FROM run_summary LIMIT 20;"},
    {"each loss: mean and deviation over its runs",
     "SELECT experiment, backbone, loss, runs, others, last_pc, last_pc_sd, pc, pc_sd\n"
     "FROM ablation ORDER BY last_pc DESC;"},
    {"the best epoch under each loss", "SELECT loss, max(pc) AS pc, mae, epoch, run\n"
                                       "FROM run_best GROUP BY loss ORDER BY pc DESC;"},
    {"settings that were not the same in all runs",
     "SELECT name, count(DISTINCT value) AS n, group_concat(DISTINCT value) AS all_of_them\n"
     "FROM run_setting GROUP BY name HAVING n > 1;"},
    {"images that all runs get wrong",
     "SELECT image, truth, avg(predicted) AS predicted, count(*) AS runs\n"
     "FROM predicted_image WHERE kind = 'best' GROUP BY image, truth\n"
     "ORDER BY avg(abs(error)) DESC LIMIT 20;"},
    {"tables and views", ".tables"},
};
const size_t sql_n_examples = sizeof sql_examples / sizeof *sql_examples;

const struct ui_sql *sql_result(const struct sql_view *v, const struct ui_model *m)
{
    return v->shown && m->sql.number == v->shown ? &m->sql : NULL;
}

/* --- what comes without a key --- */

/* What was asked for has come to its end. */
static void sync(struct sql_view *v, const struct ui_model *m)
{
    bool done = v->to_file ? m->sql_file.number == v->number && m->sql_file.done
                           : m->sql.number == v->number && m->sql.done;
    if (!v->running || !done)
        return;
    v->running = false;
    v->asks = v->to_file && m->sql_file.exists;
}

static void end(struct sql_view *v)
{
    v->running = false;
    v->ended = true;
}

static void left(void *state)
{
    struct sql_view *v = state;
    if (v->running)
        end(v);
    v->completes = false;
}

static void due(void *state, const struct ui_model *m, struct view_reply *reply)
{
    (void)reply;
    sync(state, m);
}

/* The history after the statement, which is in it by then. */
static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct sql_view *v = state;
    size_t n = 0;
    wants[n++] = (struct ui_want){.kind = UI_WANT_RUNS};
    wants[n++] = (struct ui_want){.kind = UI_WANT_NAMES};
    if (v->running) {
        wants[n] = (struct ui_want){.kind = UI_WANT_SQL, .run = v->number, .replaces = v->replaces};
        str_copy(wants[n].text, sizeof wants[n].text, v->asked);
        if (v->to_file)
            str_copy(wants[n].file, sizeof wants[n].file, v->path);
        n++;
    }
    wants[n++] = (struct ui_want){.kind = UI_WANT_HISTORY, .run = v->shown};
    return n;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct sql_view *v = state;
    sync(v, m);
    sql_draw(v, pen, m, body);
}

/* --- running --- */

static void submit(struct sql_view *v, struct view_reply *reply)
{
    if (!v->editor.text[strspn(v->editor.text, " \t\n;")]) {
        str_copy(reply->note, sizeof reply->note,
                 "there is no statement: F5 brings one to begin with");
        reply->note_is_error = true;
        return;
    }
    str_copy(v->asked, sizeof v->asked, v->editor.text);
    v->shown = ++v->number;
    v->running = true;
    v->to_file = v->replaces = v->ended = v->asks = v->completes = false;
    v->place = (struct grid_place){0};
    v->column = v->left = 0;
    v->back = 0;
    v->mode = SQL_EDITS;
}

static void write_file(struct sql_view *v, bool replaces)
{
    v->number++;
    v->running = v->to_file = true;
    v->replaces = replaces;
    v->ended = v->asks = false;
}

static void ask_for_file(struct sql_view *v, const struct ui_model *m, struct view_reply *reply)
{
    const struct ui_sql *r = sql_result(v, m);
    if (!r || !r->n_columns || v->running) {
        str_copy(reply->note, sizeof reply->note,
                 v->running ? "the statement still runs: Esc ends it" : "run a statement first");
        reply->note_is_error = true;
        return;
    }
    if (v->mode != SQL_NAMES)
        v->before = v->mode;
    v->mode = SQL_NAMES;
    edit_start(&v->file, v->path[0] ? v->path : "rows.csv");
}

/* --- the history --- */

static size_t history_count(const struct ui_model *m)
{
    return m->n_history ? m->n_history : m->has_history ? sql_n_examples : 0;
}

static const char *history_at(const struct ui_model *m, size_t back)
{
    return m->n_history ? m->history[m->n_history - back] : sql_examples[back - 1].text;
}

static void go_back(struct sql_view *v, const struct ui_model *m, bool earlier)
{
    size_t n = history_count(m);
    if (earlier ? v->back >= n : !v->back)
        return;
    if (!v->back)
        str_copy(v->draft, sizeof v->draft, v->editor.text);
    v->back = earlier ? v->back + 1 : v->back - 1;
    editor_start(&v->editor, !v->back ? v->draft : v->back <= n ? history_at(m, v->back) : "");
}

/* --- completion --- */

static void choose(struct sql_view *v, const struct sql_choices *c)
{
    editor_replace(&v->editor, c->begun, c->choice[v->choice].text);
    v->completes = false;
}

/* Tab: what all choices have in common, then their list. */
static void complete(struct sql_view *v, const struct ui_model *m)
{
    struct sql_choices c;
    char common[128];
    sql_complete(m->names, m->n_names, v->editor.text, v->editor.caret, &c);
    v->choice = v->first_choice = 0;
    v->completes = c.n > 1;
    if (!c.n || c.common >= sizeof common)
        return;
    if (c.n > 1 && c.common <= c.begun)
        return;
    snprintf(common, sizeof common, "%.*s", (int)c.common, c.choice[0].text);
    editor_replace(&v->editor, c.begun, common);
}

/* A key while the list is open; false when it is none of the list's. */
static bool type_in_list(struct sql_view *v, const struct ui_model *m, struct key key)
{
    struct sql_choices c;
    sql_complete(m->names, m->n_names, v->editor.text, v->editor.caret, &c);
    int n = (int)c.n;
    bool enter = key.code == KEY_ENTER || key.character == L'\r' || key.character == L'\n';
    if (!n) {
        v->completes = false;
        return false;
    }
    if (enter && v->choice < n)
        choose(v, &c);
    else if (key.code == KEY_DOWN || key.character == L'\t')
        v->choice = (v->choice + 1) % n;
    else if (key.code == KEY_UP || key.code == KEY_BTAB)
        v->choice = (v->choice + n - 1) % n;
    else if (key.character == KEY_ESCAPE)
        v->completes = false;
    else
        return false;
    return true;
}

/* --- keys --- */

/* Enter behind the statement runs it when it ends in a semicolon, is a line with a dot, or its last
 * line is empty; anywhere else it makes a new line. */
static bool enter_runs(const struct editor *e)
{
    size_t end = strlen(e->text), begin = strspn(e->text, " \t\n");
    bool empty_line = e->caret && e->text[e->caret - 1] == '\n';
    if (e->text[e->caret + strspn(e->text + e->caret, " \t\n")] || begin == end)
        return false;
    while (end > begin && strchr(" \t\n", e->text[end - 1]))
        end--;
    return empty_line || e->text[end - 1] == ';' || e->text[begin] == '.';
}

static bool type_statement(struct sql_view *v, const struct ui_model *m, struct key key,
                           struct view_reply *reply)
{
    bool enter = key.code == KEY_ENTER || key.character == L'\r' || key.character == L'\n';
    if (v->completes && type_in_list(v, m, key))
        return true;
    v->completes = false;
    if (key.character == KEY_ESCAPE) {
        if (!v->running)
            return false; /* it leads back */
        end(v);
        return true;
    }
    if (key.character == L'\t') {
        complete(v, m);
        return true;
    }
    if (key.character == KEY_CTRL('P') || key.character == KEY_CTRL('N')) {
        go_back(v, m, key.character == KEY_CTRL('P'));
        return true;
    }
    if (enter && enter_runs(&v->editor)) {
        submit(v, reply);
        return true;
    }
    enum edit_result result = editor_key(&v->editor, key);
    if (result == EDIT_IGNORED && (key.code == KEY_UP || key.code == KEY_DOWN)) {
        go_back(v, m, key.code == KEY_UP);
        return true;
    }
    return result != EDIT_IGNORED;
}

static bool type_file(struct sql_view *v, struct key key)
{
    switch (edit_key(&v->file, key)) {
    case EDIT_DONE:
        if (!v->file.text[0] || str_copy(v->path, sizeof v->path, v->file.text))
            return true;
        v->mode = v->before;
        write_file(v, false);
        return true;
    case EDIT_CANCEL:
        v->mode = v->before;
        return true;
    case EDIT_MORE:
    case EDIT_IGNORED:
        break;
    }
    return true;
}

static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct sql_view *v = state;
    sync(v, m);
    if (v->asks) {
        v->asks = false;
        if (key.character == L'y' || key.character == L'Y')
            write_file(v, true);
        return true;
    }
    if (v->mode == SQL_NAMES)
        return type_file(v, key);
    return v->mode == SQL_EDITS && type_statement(v, m, key, reply);
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct sql_view *v = state;
    sync(v, m);
    const struct ui_sql *r = sql_result(v, m);
    switch (request) {
    case REQ_SUBMIT:
        submit(v, reply);
        return true;
    case REQ_CANCEL:
    case REQ_BACK:
        if (v->running) {
            end(v);
            return true;
        }
        break;
    case REQ_RESULT:
        v->mode = v->mode == SQL_EDITS && r && r->n_columns ? SQL_LOOKS : SQL_EDITS;
        return true;
    case REQ_EXPORT:
        ask_for_file(v, m, reply);
        return true;
    case REQ_EARLIER:
    case REQ_LATER:
        v->mode = SQL_EDITS;
        go_back(v, m, request == REQ_EARLIER);
        return true;
    default:
        break;
    }
    return sql_rows_request(v, r, request);
}

/* The choice that is clicked goes into the statement, and the caret to where that is. */
static enum request point_statement(struct sql_view *v, const struct ui_model *m,
                                    const struct pointer *p)
{
    struct sql_choices c;
    if (v->completes && rect_has(v->list_at, p->y, p->x)) {
        sql_complete(m->names, m->n_names, v->editor.text, v->editor.caret, &c);
        v->choice = v->first_choice + p->y - v->list_at.y;
        if (v->choice < (int)c.n)
            choose(v, &c);
    } else if (rect_has(v->text_at, p->y, p->x)) {
        v->mode = SQL_EDITS;
        v->completes = false;
        editor_go(&v->editor, v->editor.first + p->y - v->text_at.y,
                  v->editor.left + p->x - v->text_at.x);
    }
    return REQ_NONE;
}

static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct sql_view *v = state;
    enum request request;
    sync(v, m);
    if (v->asks || v->mode == SQL_NAMES)
        return REQ_NONE;
    bool on_list = v->completes && rect_has(v->list_at, p->y, p->x);
    if (!on_list && sql_rows_point(v, sql_result(v, m), p, &request)) {
        v->completes = false;
        return request;
    }
    if (pointer_clicks(p))
        return point_statement(v, m, p);
    return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
}

static const struct hint edits[] = {
    {REQ_SUBMIT, "run"}, {REQ_NEXT, "complete"}, {REQ_RESULT, NULL}, {REQ_BACK, "leave"},
    {REQ_EARLIER, NULL}, {REQ_EXPORT, NULL},     {REQ_LATER, NULL},  {REQ_NONE, NULL},
};
static const struct hint runs[] = {{REQ_BACK, "end it"}, {REQ_RESULT, NULL}, {REQ_NONE, NULL}};
static const struct hint names[] = {{REQ_ENTER, "write"}, {REQ_BACK, "leave"}, {REQ_NONE, NULL}};
static const struct hint looks[] = {
    {REQ_ENTER, "whole cell"}, {REQ_NEXT, "statement"}, {REQ_RIGHT, "column"}, {REQ_EXPORT, NULL},
    {REQ_RUNS, NULL},          {REQ_LIVE, NULL},        {REQ_LAUNCH, NULL},    {REQ_NONE, NULL},
};
static const struct hint zooms[] = {
    {REQ_BACK, NULL}, {REQ_DOWN, "scroll"}, {REQ_RIGHT, "next column"}, {REQ_NONE, NULL}};

static const struct hint *footer_now(const void *state, bool *types)
{
    const struct sql_view *v = state;
    *types = v->mode == SQL_EDITS || v->mode == SQL_NAMES;
    if (v->mode == SQL_NAMES)
        return names;
    if (v->running)
        return runs;
    return v->mode == SQL_ZOOMS ? zooms : v->mode == SQL_LOOKS ? looks : edits;
}

const struct view view_sql = {
    .name = "SQL",
    .shown_by = REQ_SQL,
    .passing = true,
    .types = true,
    .footer = edits,
    .footer_now = footer_now,
    .state_bytes = sizeof(struct sql_view),
    .left = left,
    .draw = draw,
    .request = request,
    .type = type,
    .point = point,
    .due = due,
    .wants = wants,
};
