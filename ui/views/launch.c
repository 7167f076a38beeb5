/* launch.c - the form that launches runs, made from the option table. Screen thread only.
 *
 * Which lines there are is form.c's, how it looks launch_draw.c's, and what is done to one field
 * launch_field.c's. Characters are typed into fields and are never commands here. A value goes into
 * the settings only through settings_set, which also says what is wrong with it; whether the data
 * can be opened is asked with UI_CHECK as soon as an option of theirs has changed. An empty form
 * begins as the newest run was launched.
 */
#include "ui/views/launch_priv.h"

#include "base/err.h"
#include "base/str.h"

static void init(void *state, const struct ui_options *options)
{
    struct launch_view *v = state;
    struct run_config config;
    v->page = 10;
    config_defaults(&config);
    settings_init(&v->settings, options->launch ? options->launch : &config);
}

static void fini(void *state)
{
    struct launch_view *v = state;
    settings_fini(&v->settings);
}

int launch_row_of(const struct form *f, int i)
{
    return i < f->common ? i : i + 1;
}

struct form launch_form(const struct launch_view *v)
{
    struct form f;
    form_lines(&f, &v->settings, v->unfolded);
    return f;
}

const struct form_line *launch_line_here(const struct launch_view *v, const struct form *f)
{
    return v->at < f->n ? &f->line[v->at] : NULL;
}

const struct opt *launch_option_here(const struct launch_view *v)
{
    struct form f = launch_form(v);
    const struct form_line *here = launch_line_here(v, &f);
    return here ? here->option : NULL;
}

/* --- what comes without a key --- */

static void opened(void *state, const struct ui_model *m, int64_t run)
{
    struct launch_view *v = state;
    bool empty = !v->settings.base.data[0] && !v->settings.n_lists;
    if (run || (empty && v->mode == LAUNCH_LOOKS && m->n_runs))
        v->like = run ? run : m->runs[0].id;
    if (run)
        launch_leave_field(v);
}

/* Settings of another run, portraits or names in a folder that are in the model by now. */
static void sync(struct launch_view *v, const struct ui_model *m)
{
    if (v->like && m->rows_of == v->like) {
        settings_like(&v->settings, m->options, m->n_options);
        v->like = 0;
        v->unchecked = true;
    }
    if (v->draws && m->portraits && m->portraits[0]) {
        v->draws = false;
        launch_set(v, opt_find(&config_options, "data"), m->portraits);
        launch_set(v, opt_find(&config_options, "preset"), config_preset_names[PRESET_QUICK]);
    }
    if (v->completes && launch_types_path(v))
        launch_complete_path(v, m);
}

static void ask(const struct launch_view *v, enum ui_action_kind kind, struct view_reply *reply)
{
    reply->action.kind = kind;
    reply->action.configs = settings_runs(&v->settings, &reply->action.n_configs);
}

/* Whether the data can be opened is not for the screen to find out. */
static void ask_check(struct launch_view *v, struct view_reply *reply)
{
    if (v->unchecked && reply->action.kind == UI_NONE && v->settings.base.data[0])
        ask(v, UI_CHECK, reply);
    v->unchecked &= reply->action.kind == UI_NONE && v->settings.base.data[0];
}

static void due(void *state, const struct ui_model *m, struct view_reply *reply)
{
    struct launch_view *v = state;
    sync(v, m);
    ask_check(v, reply);
}

static size_t wants(const void *state, struct ui_want wants[UI_MOST_WANTS])
{
    const struct launch_view *v = state;
    size_t n = 0;
    wants[n++] = (struct ui_want){.kind = UI_WANT_RUNS};
    if (v->like)
        wants[n++] = (struct ui_want){.kind = UI_WANT_RUN, .run = v->like};
    if (launch_types_path(v)) {
        wants[n] = (struct ui_want){.kind = UI_WANT_PATHS};
        str_copy(wants[n].text, sizeof wants[n].text, v->edit.text);
        n++;
    }
    return n;
}

static void draw(void *state, struct pen *pen, const struct ui_model *m, struct rect body)
{
    struct launch_view *v = state;
    sync(v, m);
    launch_draw(v, pen, m, body);
}

/* --- keys --- */

static void launch(const struct launch_view *v, const struct ui_model *m, struct view_reply *reply)
{
    struct err e;
    err_clear(&e);
    if (launch_waits(v)) {
        str_copy(reply->note, sizeof reply->note, LAUNCH_WAITS);
        return;
    }
    reply->note_is_error = true;
    if (!m->can_train) {
        str_copy(reply->note, sizeof reply->note, "this screen only watches: it cannot train");
        return;
    }
    if (settings_check(&v->settings, &e)) {
        str_copy(reply->note, sizeof reply->note, e.text);
        return;
    }
    reply->note_is_error = false;
    ask(v, UI_LAUNCH, reply);
}

static void go_to(struct launch_view *v, const struct form *f, int at)
{
    v->at = at < 0 ? 0 : at > f->n ? f->n : at;
    v->error[0] = '\0';
}

static bool move_line(struct launch_view *v, const struct form *f, enum request request)
{
    switch (request) {
    case REQ_UP:
        go_to(v, f, v->at - 1);
        return true;
    case REQ_DOWN:
        go_to(v, f, v->at + 1);
        return true;
    case REQ_NEXT:
        go_to(v, f, v->at == f->n ? 0 : v->at + 1);
        return true;
    case REQ_PREVIOUS:
        go_to(v, f, v->at ? v->at - 1 : f->n);
        return true;
    case REQ_PAGE_UP:
        go_to(v, f, v->at - v->page);
        return true;
    case REQ_PAGE_DOWN:
        go_to(v, f, v->at + v->page);
        return true;
    case REQ_FIRST:
        go_to(v, f, 0);
        return true;
    case REQ_LAST:
        go_to(v, f, f->n);
        return true;
    default:
        return false;
    }
}

/* What is unfolded moves into sight, as far as there is room. */
static bool request_heading(struct launch_view *v, const struct form *f,
                            const struct form_line *line, enum request request)
{
    unsigned bit = 1u << line->group;
    v->first = v->unfolded & bit ? v->first : launch_row_of(f, v->at);
    switch (request) {
    case REQ_ENTER:
    case REQ_CHANGE:
        v->unfolded ^= bit;
        return true;
    case REQ_RIGHT:
        v->unfolded |= bit;
        return true;
    case REQ_LEFT:
        v->unfolded &= ~bit;
        return true;
    default:
        return false;
    }
}

static void draw_portraits(struct launch_view *v, const struct ui_model *m,
                           struct view_reply *reply)
{
    v->draws = true;
    v->at = 0;
    if (!m->portraits || !m->portraits[0])
        reply->action.kind = UI_DRAW;
}

static bool request_line(struct launch_view *v, const struct ui_model *m, enum request request,
                         struct view_reply *reply)
{
    struct form f = launch_form(v);
    const struct form_line *here = launch_line_here(v, &f);
    if (move_line(v, &f, request))
        return true;
    if (request == REQ_SUBMIT || (request == REQ_ENTER && !here)) {
        launch(v, m, reply);
        return true;
    }
    if (request == REQ_DRAW) {
        draw_portraits(v, m, reply);
        return true;
    }
    if (!here)
        return false;
    return here->option ? launch_request_field(v, here->option, request)
                        : request_heading(v, &f, here, request);
}

static bool request(void *state, const struct ui_model *m, enum request request,
                    struct view_reply *reply)
{
    struct launch_view *v = state;
    sync(v, m);
    bool taken = request_line(v, m, request, reply);
    sync(v, m);
    ask_check(v, reply);
    return taken;
}

static bool type(void *state, const struct ui_model *m, struct key key, struct view_reply *reply)
{
    struct launch_view *v = state;
    sync(v, m);
    const struct opt *o = launch_option_here(v);
    bool taken = launch_type_field(v, m, o, key, reply);
    if (taken)
        ask_check(v, reply);
    return taken;
}

/* The line there, on the screen; -1 = none. */
static int line_at(const struct launch_view *v, const struct form *f, int y, int x)
{
    for (int i = 0; i < f->n && rect_has(v->fields, y, x); i++)
        if (v->fields.y + launch_row_of(f, i) - v->first == y)
            return i;
    return -1;
}

/* A click on the line that is selected opens its field, or folds it. */
static enum request point(void *state, const struct ui_model *m, const struct pointer *p)
{
    struct launch_view *v = state;
    bool chose = v->mode == LAUNCH_CHOOSES;
    sync(v, m);
    const struct opt *o = launch_option_here(v);
    if (v->mode != LAUNCH_LOOKS && o && (!launch_point_field(v, o, p) || chose))
        return REQ_NONE;
    struct form f = launch_form(v);
    int at = pointer_clicks(p) ? line_at(v, &f, p->y, p->x) : -1;
    if (pointer_scroll(p))
        go_to(v, &f, v->at + pointer_scroll(p));
    if (at < 0)
        return p->kind == POINTER_RIGHT ? REQ_BACK : REQ_NONE;
    if (at == v->at)
        return REQ_ENTER;
    go_to(v, &f, at);
    return REQ_NONE;
}

static const struct hint footer[] = {
    {REQ_BACK, NULL},  {REQ_SUBMIT, NULL}, {REQ_NEXT, "field"}, {REQ_ENTER, "edit"},
    {REQ_RESET, NULL}, {REQ_DRAW, NULL},   {REQ_NONE, NULL},
};

const struct view view_launch = {
    .name = "Launch",
    .shown_by = REQ_LAUNCH,
    .passing = true,
    .types = true,
    .footer = footer,
    .state_bytes = sizeof(struct launch_view),
    .init = init,
    .fini = fini,
    .open = opened,
    .draw = draw,
    .request = request,
    .type = type,
    .point = point,
    .due = due,
    .wants = wants,
};
